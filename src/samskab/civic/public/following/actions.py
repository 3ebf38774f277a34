"""Following by mail: asked for twice, ended with one press, and never an empty mail."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.public.following.models import Rhythm, Subscription, Topic
from samskab.civic.public.following.queries import Part, due, happened, token_of


@action("following.subscribe")
def subscribe(
    *, by: Principal, email: str, topics: list[str], rhythm: str, language: str = ""
) -> Subscription:
    """Sends the mail in which the address is confirmed. Who follows already gets the same kind of
    mail and nothing changes, so that nobody can find out who follows."""
    wanted = _wanted(topics)
    _known_rhythm(rhythm)
    if not email:
        raise Invalid(_("Write your e-mail."), field="email")
    email = email.lower()
    row = Subscription.objects.filter(council=by.council, email=email).first()
    if row is None:
        row = Subscription(
            council=by.council,
            email=email,
            topics=wanted,
            rhythm=rhythm,
            language=language or settings.LANGUAGE_CODE,
        )
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # sent twice at the same moment
            row = Subscription.objects.get(council=by.council, email=email)
    elif row.confirmed_at is None:
        row.topics, row.rhythm, row.created = wanted, rhythm, clock.now()
        row.save(update_fields=["topics", "rhythm", "created"])
    _write(row, "change" if row.confirmed_at else "confirm")
    record(by, "following.subscribe", row)
    return row


def _wanted(topics: list[str]) -> list[str]:
    """The topics in their own order; at least one."""
    found = [topic for topic in Topic.values if topic in topics]
    if not found:
        raise Invalid(_("Choose at least one thing to follow."), field="topics")
    return found


def _known_rhythm(rhythm: str) -> None:
    if rhythm not in Rhythm.values:
        raise Invalid(_("Choose how often you want mail."), field="rhythm")


def _write(row: Subscription, name: str) -> None:
    headings = {"confirm": _("Confirm that you want mail"), "change": _("You follow already")}
    with translation.override(row.language):
        href = row.council.address(reverse("following:change", args=[token_of(row)]))
    notify(
        council=row.council,
        to=row.email,
        subject=headings[name],
        template=f"following/mail/{name}.txt",
        context={"href": href},
        kind=f"following.{name}",
        language=row.language,
    )


@action("following.change", on="subscription")
def change_subscription(
    *, by: Principal, subscription: Subscription, topics: list[str], rhythm: str
) -> Subscription:
    """Confirms the first time; afterwards changes what is followed and how often."""
    wanted = _wanted(topics)
    _known_rhythm(rhythm)
    if subscription.confirmed_at is None:
        subscription.confirmed_at = subscription.told_until = clock.now()
    subscription.topics, subscription.rhythm = wanted, rhythm
    subscription.save(update_fields=["topics", "rhythm", "confirmed_at", "told_until"])
    record(by, "following.change_subscription", subscription)
    return subscription


@action("following.change", on="subscription")
def unsubscribe(*, by: Principal, subscription: Subscription) -> None:
    """Off means off: the address is erased."""
    record(by, "following.unsubscribe", subscription)
    subscription.delete()


def send_digests(now: datetime | None = None) -> int:
    """One mail to everybody whose day or week has passed and for whom something happened.

    Each in a transaction of its own, claimed by one conditional update, so that several workers
    share the work and nobody is written to twice. How many mails.
    """
    now = now or clock.now()
    return sum(_digest(row, now) for row in due(now).iterator(chunk_size=500))


def _digest(row: Subscription, now: datetime) -> bool:
    with transaction.atomic():
        claimed = Subscription.objects.filter(pk=row.pk, told_until=row.told_until)
        if not claimed.update(told_until=now):
            return False
        with translation.override(row.language):
            parts = happened(row.council, row.topics, row.told_until, now)
            if not parts:
                return False
            _send(row, parts)
        return True


def _send(row: Subscription, parts: list[Part]) -> None:
    council, token = row.council, token_of(row)
    notify(
        council=council,
        to=row.email,
        subject=_("News from %(council)s") % {"council": council.name},
        template="following/mail/digest.txt",
        context={
            "parts": parts,
            "base": council.address(""),
            "change": council.address(reverse("following:change", args=[token])),
        },
        kind="following.digest",
        unsubscribe=council.address(reverse("following:leave", args=[token])),
        language=row.language,
    )


def forget_address(council: Council, email: str) -> int:
    """The mail server says that the address does not exist: it is written to no more."""
    rows = Subscription.objects.filter(council=council, email=email.lower())
    for row in rows:
        record(system(council), "following.bounced", row)
    return rows.delete()[0]
