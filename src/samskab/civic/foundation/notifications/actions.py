"""Writing to people. A message is a row in the caller's transaction: no change without its
mail, no mail without its change. A worker then sends it, and again later when that fails."""

from __future__ import annotations

import re
import smtplib
from datetime import timedelta
from email.utils import formataddr
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_tasks import task

from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Text
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.bounces import is_permanent, read_report, tell
from samskab.civic.foundation.notifications.models import TRIES, Message
from samskab.civic.foundation.notifications.queries import abandoned, due, free


def notify(
    *,
    council: Council,
    to: str,
    subject: Text,
    text: Text = "",
    template: str = "",
    context: dict[str, Any] | None = None,
    kind: str,
    unsubscribe: str = "",
    language: str = "",
    calendar: str = "",
) -> Message | None:
    """Puts a mail in the outbox; it is sent when the caller's transaction is committed.

    `text`, or `template` (a .txt file) with `context`; lazy texts and templates come out in
    `language`, by default that of the installation. `calendar` is a message of iCalendar that
    goes along. Nothing happens without an address.
    """
    if not to:
        return None
    with translation.override(language or settings.LANGUAGE_CODE):
        facts = {"council": council, **(context or {})}
        body = render_to_string(template, facts) if template else str(text)
        heading = " ".join(str(subject).split())[:200]
    message: Message = Message.objects.create(
        council=council,
        to=to,
        subject=heading,
        text=body.strip(),
        kind=kind,
        unsubscribe=unsubscribe,
        calendar=calendar,
        next_try=timezone.now(),
    )
    transaction.on_commit(partial(deliver.enqueue, message.pk))
    return message


@task()
def deliver(key: int) -> bool:
    """Sends one message, if nobody else has taken it. Whether it was sent by this call."""
    if not _claim(key):
        return False
    message = Message.objects.select_related("council").get(pk=key)
    try:
        _mail(message).send()
    except (OSError, smtplib.SMTPException) as error:
        _failed(message, error, for_good=is_permanent(error))
        return False
    Message.objects.filter(pk=key).update(
        state=Message.State.SENT,
        sent_at=timezone.now(),
        text="",
        calendar="",
        unsubscribe="",
        last_error="",
    )
    return True


def _claim(key: int) -> bool:
    """One conditional update: of two workers, exactly one changes the row."""
    now = timezone.now()
    mine = Message.objects.filter(free(now), pk=key)
    return mine.update(claimed_at=now, tries=F("tries") + 1) == 1


def _mail(message: Message) -> EmailMessage:
    council = message.council
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ")
    # The same name at every try, so that a mail box can tell a repetition.
    headers = {"Message-ID": f"<samskab-{council.pk}-{message.pk}@{host}>"}
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=f"{message.text}\n\n-- \n{council.name}\n",
        from_email=formataddr((council.name, settings.DEFAULT_FROM_EMAIL)),
        to=[message.to],
        reply_to=[council.contact_email] if council.contact_email else None,
        headers=headers,
    )
    if message.calendar:
        method = re.search(r"(?m)^METHOD:([A-Z]+)", message.calendar)
        kind = f"text/calendar; method={method.group(1) if method else 'PUBLISH'}"
        # The same twice: some programs read the alternative, others only an attached file.
        mail.attach_alternative(message.calendar, kind)
        mail.attach("invite.ics", message.calendar.encode(), "application/ics")
    return mail


def _failed(message: Message, error: Exception, *, for_good: bool) -> None:
    """Next try after 1, 4, 16, 64, 256 minutes. What the server said may hold the address,
    so that only the kind and the number of the error are kept."""
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None) or ""
    given_up = for_good or message.tries >= TRIES
    Message.objects.filter(pk=message.pk).update(
        claimed_at=None,
        state=Message.State.FAILED if given_up else Message.State.WAITING,
        next_try=timezone.now() + timedelta(minutes=4 ** (message.tries - 1)),
        last_error=f"{type(error).__name__} {code}".strip(),
    )
    if for_good:
        tell(message.council, message.to)


def take_bounce(raw: bytes) -> str | None:
    """Takes in a returned mail. The address that does not exist, or None when the letter says
    nothing of the kind about a mail that we wrote to it."""
    report = read_report(raw)
    if report is None:
        return None
    with transaction.atomic():
        rows = Message.objects.select_for_update(no_key=True).filter(
            pk=report.message, council=report.council, to__iexact=report.address
        )
        message = rows.first()
        if message is None:
            return None
        message.state, message.sent_at, message.last_error = Message.State.FAILED, None, "Returned"
        message.save(update_fields=["state", "sent_at", "last_error"])
        tell(message.council, message.to)
    return str(message.to)


def send_waiting(*, limit: int = 200) -> int:
    """Sends what is due: what failed earlier, and what a stopped worker left. How many."""
    now = timezone.now()
    keys = list(due(now).values_list("pk", flat=True)[:limit])
    abandoned(now).update(state=Message.State.FAILED, last_error="WorkerStopped")
    return sum(deliver.call(key) for key in keys)


@action("notifications.retry", on="message")
def retry(*, by: Principal, message: Message) -> Message:
    """Tries a message again that was given up."""
    if message.state != Message.State.FAILED:
        raise Conflict
    message.state, message.tries, message.next_try = Message.State.WAITING, 0, timezone.now()
    message.save(update_fields=["state", "tries", "next_try"])
    record(by, "notifications.retry", message)
    transaction.on_commit(partial(deliver.enqueue, message.pk))
    return message
