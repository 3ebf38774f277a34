from __future__ import annotations

import smtplib
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core.errors import Conflict, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import deliver, notify, retry, send_waiting
from samskab.civic.foundation.notifications.models import TRIES, Message

As = Callable[[Principal], Client]


def a_message(council: Council, **more: Any) -> Message:
    given = {"to": "ada@eksempel.dk", "subject": "Nyt", "text": "Hej Ada", "kind": "test", **more}
    message = notify(council=council, **given)
    assert message is not None
    return message


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


def later(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    at = timezone.now() + timedelta(**delta)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)


# --- writing -------------------------------------------------------------------------------


def test_a_mail_is_sent_when_the_change_is_committed(
    council: Council, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        message = a_message(council)
        assert mail.outbox == []
    assert [letter.to for letter in mail.outbox] == [["ada@eksempel.dk"]]
    assert fresh(message).state == "sent"


def test_no_change_no_mail(council: Council) -> None:
    class UndoneError(Exception):
        pass

    with pytest.raises(UndoneError), transaction.atomic():
        a_message(council)
        raise UndoneError
    assert not Message.objects.exists()
    assert send_waiting() == 0


def test_the_mail_speaks_in_the_councils_name(council: Council) -> None:
    Council.objects.filter(pk=council.pk).update(contact_email="raad@eksempel.dk")
    deliver.call(a_message(council, subject="Nyt\nBcc: x@y.z").pk)
    letter = mail.outbox[0]
    assert letter.from_email == "Silkeborg <samskab@localhost>"
    assert letter.reply_to == ["raad@eksempel.dk"]
    assert letter.subject == "Nyt Bcc: x@y.z"
    assert letter.body == "Hej Ada\n\n-- \nSilkeborg\n"


def test_the_way_out_is_in_the_head_of_the_mail(council: Council) -> None:
    deliver.call(a_message(council, unsubscribe="https://raad.dk/afmeld/1/").pk)
    assert mail.outbox[0].extra_headers["List-Unsubscribe"] == "<https://raad.dk/afmeld/1/>"
    assert mail.outbox[0].extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_lazy_texts_come_out_in_danish_whatever_page_they_came_from(council: Council) -> None:
    from django.utils import translation

    with translation.override("en"):
        danish = a_message(council, subject=gettext_lazy("Sent mail"))
        english = a_message(council, subject=gettext_lazy("Sent mail"), language="en")
    assert (danish.subject, english.subject) == ("Udsendt post", "Sent mail")


def test_a_template_can_be_the_text(council: Council) -> None:
    message = a_message(
        council,
        template="account/email/login_code_message.txt",
        context={"code": "12", "council_name": "Rådet & co"},
    )
    assert "12" in message.text and message.text.endswith("Rådet & co")


def test_without_an_address_nothing_is_written(council: Council) -> None:
    assert notify(council=council, to="", subject="Nyt", text="Hej", kind="test") is None
    assert not Message.objects.exists()


def test_the_text_is_forgotten_when_the_mail_is_sent(council: Council) -> None:
    message = a_message(council, text="Dit link: hemmeligt")
    deliver.call(message.pk)
    assert (fresh(message).text, fresh(message).subject) == ("", "Nyt")


# --- once ----------------------------------------------------------------------------------


def test_a_message_is_sent_once_however_often_it_is_delivered(council: Council) -> None:
    key = a_message(council).pk
    assert [deliver.call(key) for _n in range(3)] == [True, False, False]
    assert len(mail.outbox) == 1


def test_a_message_in_another_workers_hands_is_left_alone(council: Council) -> None:
    message = a_message(council)
    Message.objects.filter(pk=message.pk).update(claimed_at=timezone.now())
    assert deliver.call(message.pk) is False
    assert mail.outbox == []


def test_a_message_of_a_worker_that_died_is_taken_over(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(council)
    Message.objects.filter(pk=message.pk).update(claimed_at=timezone.now(), tries=1)
    later(monkeypatch, minutes=14)
    assert send_waiting() == 0
    later(monkeypatch, minutes=2)
    assert send_waiting() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_every_message_once(council: Council) -> None:
    for n in range(12):
        a_message(council, to=f"{n}@eksempel.dk")
    Message.objects.update(state="waiting", sent_at=None, claimed_at=None, tries=0)
    mail.outbox.clear()
    sent: list[int] = []

    def work() -> None:
        sent.append(send_waiting())
        connection.close()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 12
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(
        f"{n}@eksempel.dk" for n in range(12)
    )


# --- failing -------------------------------------------------------------------------------


@pytest.fixture
def broken_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> int:
        raise smtplib.SMTPResponseException(451, b"ada@eksempel.dk is busy")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


@pytest.mark.usefixtures("broken_mail")
def test_what_failed_waits_longer_each_time_and_is_then_given_up(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(council)
    waits = []
    for _n in range(TRIES):
        assert deliver.call(message.pk) is False
        now = fresh(message)
        waits.append(round((now.next_try - timezone.now()).total_seconds() / 60))
    assert waits == [1, 4, 16, 64, 256, 1024]
    assert (now.state, now.tries, now.last_error) == (
        "failed",
        6,
        "SMTPResponseException 451",
    )
    later(monkeypatch, days=2)
    assert deliver.call(message.pk) is False


@pytest.mark.usefixtures("broken_mail")
def test_a_sweep_leaves_what_is_not_due(council: Council) -> None:
    message = a_message(council)
    deliver.call(message.pk)
    send_waiting()
    assert fresh(message).tries == 1


def test_a_message_whose_last_try_ended_with_the_worker_is_given_up(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = a_message(council)
    Message.objects.filter(pk=message.pk).update(claimed_at=timezone.now(), tries=TRIES)
    later(monkeypatch, hours=1)
    assert send_waiting() == 0
    assert (fresh(message).state, fresh(message).last_error) == ("failed", "WorkerStopped")


def given_up(council: Council) -> Message:
    message = a_message(council)
    Message.objects.filter(pk=message.pk).update(state="failed", tries=TRIES)
    return fresh(message)


def test_the_secretariat_tries_again(council: Council, secretariat: Principal) -> None:
    message = retry(by=secretariat, message=given_up(council))
    assert (message.state, message.tries) == ("waiting", 0)
    assert send_waiting() == 1


def test_trying_again_twice_is_told(council: Council, secretariat: Principal) -> None:
    message = given_up(council)
    retry(by=secretariat, message=message)
    with pytest.raises(Conflict):
        retry(by=secretariat, message=message)


@pytest.mark.parametrize("cast", ["visitor", "participant", "member", "facilitator"])
def test_others_cannot_try_again(
    cast: str, council: Council, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        retry(by=request.getfixturevalue(cast), message=given_up(council))


def test_another_council_finds_no_message(council: Council, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        retry(by=outsider, message=given_up(council))


# --- the page ------------------------------------------------------------------------------


def test_the_list_hides_the_address_and_the_text(
    council: Council, secretariat: Principal, client_as: As
) -> None:
    a_message(council, text="Kun til Ada")
    page = client_as(secretariat).get("/udsendt-post/").content.decode()
    assert "a…@eksempel.dk" in page and "Nyt" in page and "Venter" in page
    assert "ada@eksempel.dk" not in page and "Kun til Ada" not in page


def test_the_list_can_be_narrowed_by_state(
    council: Council, secretariat: Principal, client_as: As
) -> None:
    a_message(council, subject="Venter stadig")
    deliver.call(a_message(council, subject="Er afsted").pk)
    page = client_as(secretariat).get("/udsendt-post/?state=sent").content.decode()
    assert "Er afsted" in page and "Venter stadig" not in page


def test_a_button_tries_again(council: Council, secretariat: Principal, client_as: As) -> None:
    message, browser = given_up(council), client_as(secretariat)
    path = f"/udsendt-post/{message.pk}/igen/"
    assert path in browser.get("/udsendt-post/").content.decode()
    assert browser.get(path).status_code == 405
    assert browser.post(path)["Location"] == "/udsendt-post/"
    assert fresh(message).state == "waiting"
    assert browser.post(path).status_code == 302


def test_the_list_is_for_the_secretariat_of_this_council(
    council: Council, outsider: Principal, participant: Principal, client_as: As
) -> None:
    message = given_up(council)
    assert client_as(participant).get("/udsendt-post/").status_code == 403
    assert "a…@" not in client_as(outsider).get("/udsendt-post/").content.decode()
    assert client_as(outsider).post(f"/udsendt-post/{message.pk}/igen/").status_code == 404


def test_the_list_asks_as_often_for_three_as_for_one(
    council: Council, secretariat: Principal, client_as: As
) -> None:
    from django.test.utils import CaptureQueriesContext

    browser, counts = client_as(secretariat), []
    for more in (1, 2):
        for _n in range(more):
            a_message(council)
        browser.get("/udsendt-post/")
        with CaptureQueriesContext(connection) as seen:
            browser.get("/udsendt-post/")
        counts.append(len(seen))
    assert counts[0] == counts[1]


# --- a real server -------------------------------------------------------------------------


class Receiver(socketserver.StreamRequestHandler):
    """As much of SMTP as a mail needs."""

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].upper()
            if verb == "DATA":
                self.say("354 go on")
                self.server.letters.append(self.letter())  # type: ignore[attr-defined]
                self.say("250 taken")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            elif verb == "RCPT TO" and "afvist@" in line:
                self.say("550 nobody of that name")
            else:
                self.say("250 fine")

    def letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        return "\n".join(lines)

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@pytest.fixture
def post_office(settings: Any) -> Iterator[list[str]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Receiver) as server:
        server.letters = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        yield server.letters  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_a_mail_reaches_a_real_server_with_its_danish_letters(
    council: Council, post_office: list[str]
) -> None:
    message = a_message(council, subject="Blåbærgrød", text="Kære Åse")
    assert deliver.call(message.pk) is True
    letter = post_office[0]
    assert f"Message-ID: <samskab-{council.pk}-{message.pk}@localhost>" in letter
    assert "Kære Åse" in letter
    assert "To: ada@eksempel.dk" in letter


def test_a_refused_address_is_noted_without_the_address(
    council: Council, post_office: list[str]
) -> None:
    message = a_message(council, to="afvist@eksempel.dk")
    assert deliver.call(message.pk) is False
    assert (fresh(message).state, fresh(message).last_error) == (
        "failed",  # it does not exist: trying again would not help
        "SMTPRecipientsRefused",
    )
    assert post_office == []


def test_a_server_that_is_away_is_tried_again_later(
    council: Council, post_office: list[str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    message = a_message(council)
    assert deliver.call(message.pk) is False
    settings.EMAIL_PORT = port
    later(monkeypatch, minutes=2)
    assert send_waiting() == 1
    assert len(post_office) == 1
    assert fresh(message).tries == 2
