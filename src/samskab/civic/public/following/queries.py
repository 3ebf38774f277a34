from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from samskab.civic.commons.council.models import Decision, Meeting
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts.models import Concept
from samskab.civic.public.following.models import Rhythm, Subscription, Topic
from samskab.civic.public.news.queries import news

CONFIRM_DAYS = 14
# At most so many of each topic; the digest links to the whole list.
MOST = 8
SALT = "following.subscription"


@dataclass(frozen=True)
class Line:
    """One thing that happened, as the digest tells it."""

    text: str
    path: str
    at: datetime


@dataclass(frozen=True)
class Part:
    """All that happened about one topic."""

    heading: str
    lines: list[Line]
    more_path: str


def token_of(subscription: Subscription) -> str:
    """What opens this subscription from a mail. Nothing is stored, so every mail can carry it."""
    return signing.Signer(salt=SALT).sign(str(subscription.pk))


def by_token(council: Council, token: str) -> Subscription | None:
    try:
        key = signing.Signer(salt=SALT).unsign(token)
    except signing.BadSignature:
        return None
    return Subscription.objects.filter(council=council, pk=key).first()


def unconfirmed(before: datetime) -> QuerySet[Subscription]:
    return Subscription.objects.filter(confirmed_at__isnull=True, created__lt=before)


def due(now: datetime) -> QuerySet[Subscription]:
    """Confirmed ones whose day or week has passed: days end at midnight, weeks on Sunday."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    monday = midnight - timedelta(days=midnight.weekday())
    rows = Subscription.objects.filter(confirmed_at__isnull=False)
    late = Q(rhythm=Rhythm.DAY, told_until__lt=midnight) | Q(
        rhythm=Rhythm.WEEK, told_until__lt=monday
    )
    return rows.filter(late).select_related("council").order_by("pk")


def happened(council: Council, topics: list[str], since: datetime, until: datetime) -> list[Part]:
    """What is public and happened in that time, by topic; topics without anything are left out.

    One statement a topic, O(MOST) rows.
    """
    span = (since, until)
    found = [READERS[Topic(one)](council, span) for one in Topic.values if one in topics]
    return [part for part in found if part.lines]


Span = tuple[datetime, datetime]


def _news(council: Council, span: Span) -> Part:
    rows = news(council).filter(published_at__range=span)
    lines = [
        Line(row.title, reverse("news:detail", args=[row.slug]), row.published_at)
        for row in rows.order_by("-published_at", "-pk")[:MOST]
    ]
    return Part(_("News"), lines, reverse("news:list"))


def _challenges(council: Council, span: Span) -> Part:
    rows = Challenge.objects.filter(council=council, is_public=True, moved_at__range=span)
    lines = [
        Line(
            f"{row.title} ({row.step_label})",
            reverse("challenges:detail", args=[row.pk]),
            row.moved_at,
        )
        for row in rows.order_by("-moved_at", "-pk")[:MOST]
    ]
    return Part(_("Challenges"), lines, reverse("challenges:list"))


def _meetings(council: Council, span: Span) -> Part:
    decided = Decision.objects.filter(council=council, is_public=True, decided_at__range=span)
    lines = [
        Line(row.shown_text[:200], reverse("council:decisions"), row.decided_at)
        for row in decided.order_by("-decided_at", "-pk")[:MOST]
    ]
    # Told once, a week ahead, however often the mail comes.
    ahead = timedelta(days=7)
    coming = Meeting.objects.filter(
        council=council, starts_at__range=(span[0] + ahead, span[1] + ahead)
    )
    lines += [
        Line(
            f"{row.shown_title}, {timezone.localtime(row.starts_at):%d.%m.%Y %H:%M}",
            reverse("council:meeting", args=[row.pk]),
            row.starts_at,
        )
        for row in coming.order_by("starts_at")[:2]
    ]
    return Part(_("Meetings and decisions"), lines, reverse("council:meetings"))


def _concepts(council: Council, span: Span) -> Part:
    rows = Concept.objects.filter(council=council, is_public=True, published_at__range=span)
    lines = [
        Line(str(row), reverse("concepts:detail", args=[row.pk]), span[1])
        for row in rows.order_by("-published_at", "-pk")[:MOST]
    ]
    return Part(_("Concepts"), lines, reverse("concepts:list"))


READERS: dict[Topic, Callable[[Council, Span], Part]] = {
    Topic.NEWS: _news,
    Topic.CHALLENGES: _challenges,
    Topic.MEETINGS: _meetings,
    Topic.CONCEPTS: _concepts,
}
