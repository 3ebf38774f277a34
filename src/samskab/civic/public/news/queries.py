from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Text
from samskab.civic.foundation.core.models import Council
from samskab.civic.public.news.models import Correction, Feed, FeedItem, NewsItem
from samskab.engine.language.differing import Piece, difference

# The words of a piece of news, in the order of the page, as they are named to people.
WORDS: dict[str, Text] = {
    "title_da": _("Title in Danish"),
    "lead_da": _("Lead in Danish"),
    "text_da": _("Text in Danish"),
    "title_en": _("Title in English"),
    "lead_en": _("Lead in English"),
    "text_en": _("Text in English"),
}


def news(council: Council, text: str = "") -> QuerySet[NewsItem]:
    """What everybody may see: out by now, and not taken back."""
    rows = NewsItem.objects.filter(
        council=council, published_at__lte=clock.now(), withdrawn_at__isnull=True
    )
    if text:
        words = Q()
        for field in ("title_da", "title_en", "lead_da", "lead_en", "text_da", "text_en"):
            words |= Q(**{f"{field}__icontains": text})
        rows = rows.filter(words)
    return rows


def latest(council: Council, number: int = 3) -> list[NewsItem]:
    return list(news(council).order_by("-published_at", "-pk")[:number])


def planned(council: Council) -> list[NewsItem]:
    """What comes later, the next first; for those who write."""
    rows = NewsItem.objects.filter(council=council, published_at__gt=clock.now())
    return list(rows.filter(withdrawn_at__isnull=True).order_by("published_at", "pk")[:50])


def to_announce(now: datetime) -> QuerySet[NewsItem]:
    """What is out by now, and nobody has been told of."""
    rows = NewsItem.objects.filter(published_at__lte=now, announced_at__isnull=True)
    return rows.filter(withdrawn_at__isnull=True).select_related("council").order_by("pk")


@dataclass(frozen=True)
class Change:
    """One field of a correction, with what was taken out and what was put in."""

    label: Text
    pieces: list[Piece]


@dataclass(frozen=True)
class Corrected:
    """A correction as it is shown."""

    row: Correction
    changes: list[Change]


def corrections(item: NewsItem, number: int = 20) -> list[Corrected]:
    """The newest first, each with its words before and after. One statement."""
    now = {name: str(getattr(item, name)) for name in WORDS}
    found = []
    for row in Correction.objects.filter(item=item).order_by("-created", "-pk")[:number]:
        changes = [
            Change(label, difference(row.before[name], now[name]))
            for name, label in WORDS.items()
            if name in row.before
        ]
        found.append(Corrected(row, changes))
        now |= row.before
    return found


def byline(item: NewsItem) -> tuple[str, str]:
    """Who wrote it and who edited it last: as they are called now, and nobody twice."""
    people = dict(
        User.objects.filter(pk__in=[item.author_id, item.editor_id]).values_list("pk", "name")
    )
    wrote = people.get(item.author_id) or item.author_name
    edited = people.get(item.editor_id) or item.editor_name
    return wrote, "" if edited == wrote else edited


# --- elsewhere ---------------------------------------------------------------------------------
def elsewhere(council: Council) -> QuerySet[FeedItem]:
    """News of other places, with whose it is."""
    return FeedItem.objects.filter(council=council).select_related("feed")


def latest_elsewhere(council: Council, number: int = 5) -> list[FeedItem]:
    return list(elsewhere(council).order_by("-at", "-pk")[:number])


def feeds(council: Council) -> list[Feed]:
    """Those that we read, with how much we have of each."""
    rows = Feed.objects.filter(council=council).annotate(number=Count("items"))
    return list(rows.order_by("name", "pk"))


def to_look_at(council: Council) -> QuerySet[Feed]:
    """Those that fail, or hold something that we do not show."""
    return Feed.objects.filter(Q(failures__gt=0) | Q(held_back__gt=0), council=council)


def feeds_due(now: datetime) -> QuerySet[Feed]:
    return Feed.objects.filter(next_read__lte=now).order_by("next_read", "pk")
