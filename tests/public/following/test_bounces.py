"""A mail that comes back ends what it was sent for."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications import actions
from samskab.civic.foundation.notifications.actions import notify, send_waiting, take_bounce
from samskab.civic.foundation.notifications.bounces import is_permanent, read_report
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.public.following.actions import subscribe
from samskab.civic.public.following.models import Subscription

pytestmark = pytest.mark.django_db
REPORT = """\
From: MAILER-DAEMON@post.example
To: samskab@localhost
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It could not be delivered.
--x
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
--x
Content-Type: text/rfc822-headers

Message-ID: <samskab-{council}-{message}@localhost>
To: {address}
--x--
"""


def report(sent: Message, **changes: Any) -> bytes:
    facts = {
        "address": sent.to, "action": "failed", "status": "5.1.1",
        "council": sent.council_id, "message": sent.pk,
    }  # fmt: skip
    return REPORT.format(**{**facts, **changes}).replace("\n", "\r\n").encode()


@pytest.fixture
def row(visitor: Principal) -> Subscription:
    return subscribe(by=visitor, email="vaek@eksempel.dk", topics=["news"], rhythm="day")


@pytest.fixture
def message(row: Subscription) -> Message:
    return Message.objects.get()


def test_a_report_of_a_wrong_address_ends_the_subscription(message: Message) -> None:
    assert take_bounce(report(message)) == "vaek@eksempel.dk"
    assert not Subscription.objects.exists()
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("failed", "Returned")


@pytest.mark.parametrize(
    "change",
    [
        {"status": "4.2.2"},  # full for now
        {"action": "delayed"},
        {"address": "en.anden@eksempel.dk"},  # not the one we wrote to
        {"message": 987654},
        {"council": 987654},
    ],
)
def test_anything_else_changes_nothing(message: Message, change: dict[str, Any]) -> None:
    assert take_bounce(report(message, **change)) is None
    assert Subscription.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"hej", b"\xff\xfe", b"Subject: hej\r\n\r\n<samskab-1-1@x>"])
def test_a_letter_that_is_no_report_is_left_alone(raw: bytes) -> None:
    assert read_report(raw) is None


def test_a_refused_address_is_not_tried_again(
    row: Subscription, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    Message.objects.all().delete()
    notify(council=council, to=row.email, subject="x", text="y", kind="test")
    refusal = smtplib.SMTPRecipientsRefused({row.email: (550, b"no such user")})

    class Refusing:
        def send(self) -> None:
            raise refusal

    monkeypatch.setattr(actions, "_mail", lambda message: Refusing())
    assert send_waiting() == 0
    assert Message.objects.get().state == "failed"
    assert not Subscription.objects.exists()


def test_a_full_mail_box_is_not_a_wrong_address() -> None:
    assert not is_permanent(smtplib.SMTPRecipientsRefused({"a@b.dk": (452, b"full")}))
    assert not is_permanent(OSError("down"))
