"""What can be found: each kind with its public rows, and how to read one.

`rows` gives what any visitor of this council may see, and nothing else: it is asked when the
index is built and again before a result is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from samskab.civic.commons.actors.queries import directory, offers
from samskab.civic.commons.council.queries import decisions
from samskab.civic.commons.initiatives.queries import listing
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.queries import public
from samskab.civic.journey.concepts.queries import public as public_concepts
from samskab.civic.journey.pilots.queries import pilots
from samskab.civic.public.news.queries import news
from samskab.civic.public.search.models import Kind


@dataclass(frozen=True)
class Source:
    """`title`, `text` and `url` answer in the language that is active."""

    kind: Kind
    rows: Callable[[Council], QuerySet[Any]]
    title: Callable[[Any], str]
    text: Callable[[Any], str]
    url: Callable[[Any], str]


_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[ \t]*(?:#+|>+|[-*+]|\d+\.)[ \t]+|[*_`|]+", re.MULTILINE)


def plain(markdown: str) -> str:
    """Markdown without its signs."""
    return _MARKS.sub("", _LINK.sub(r"\1", markdown))


def lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


SOURCES: tuple[Source, ...] = (
    Source(
        Kind.CHALLENGE,
        public,
        lambda row: str(row.title),
        lambda row: lines(row.what, row.for_whom, row.where),
        lambda row: reverse("challenges:detail", args=[row.pk]),
    ),
    Source(
        Kind.INITIATIVE,
        lambda council: listing(council, ended=True),
        lambda row: str(row.name),
        lambda row: lines(row.text, row.for_whom, row.area_text, row.actor.name),
        lambda row: reverse("initiatives:detail", args=[row.pk]),
    ),
    Source(
        Kind.ACTOR,
        lambda council: directory(council).exclude(name=""),
        lambda row: str(row.name),
        lambda row: lines(row.about, row.area.name if row.area else ""),
        lambda row: reverse("actors:detail", args=[row.pk]),
    ),
    Source(
        Kind.OFFER,
        offers,
        lambda row: str(row.title),
        lambda row: lines(row.text, row.category.name, row.actor.name, row.conditions),
        lambda row: reverse("actors:offer", args=[row.pk]),
    ),
    Source(
        Kind.PILOT,
        lambda council: pilots(Principal(council)),
        lambda row: str(row.title),
        lambda row: lines(row.text, *row.problem, *row.activities, *row.outcomes),
        lambda row: reverse("pilots:detail", args=[row.pk]),
    ),
    Source(
        Kind.CONCEPT,
        lambda council: public_concepts(council).select_related("current"),
        lambda row: str(row.title),
        lambda row: lines(row.problem, row.for_whom, *(row.current.core if row.current else ())),
        lambda row: reverse("concepts:detail", args=[row.pk]),
    ),
    Source(
        Kind.ARTICLE,
        articles,
        lambda row: str(row.title),
        lambda row: plain(row.text),
        lambda row: reverse("knowledge:detail", args=[row.slug]),
    ),
    Source(
        Kind.NEWS,
        news,
        lambda row: str(row.title),
        lambda row: lines(row.lead, plain(row.text)),
        lambda row: reverse("news:detail", args=[row.slug]),
    ),
    Source(
        Kind.DECISION,
        lambda council: decisions(Principal(council)),
        lambda row: str(row.item.shown_title),
        lambda row: str(row.shown_text),
        lambda row: reverse("council:item", args=[row.item_id]),
    ),
)
