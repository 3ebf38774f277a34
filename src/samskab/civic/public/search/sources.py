"""What can be found: each kind with its public rows, and how to read one.

`rows` gives what any visitor of this council may see, and nothing else: it is asked when the
index is built and again before a result is shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from samskab.civic.commons.actors.models import Actor, Offer
from samskab.civic.commons.actors.queries import directory, offers
from samskab.civic.commons.council.models import Decision
from samskab.civic.commons.council.queries import decisions
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.commons.initiatives.queries import listing
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import public
from samskab.civic.journey.concepts.models import Concept
from samskab.civic.journey.concepts.queries import public as public_concepts
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.journey.pilots.queries import pilots
from samskab.civic.public.news.models import NewsItem
from samskab.civic.public.news.queries import news
from samskab.civic.public.search.models import Kind


@dataclass(frozen=True)
class Source:
    """`title`, `text` and `url` answer in the language that is active.

    `ties` names the models whose change touches a row of `model`, by their label, each with the
    way from the row to them. What is read in `rows`, `title` or `text` has to be there.
    """

    kind: Kind
    model: type[Model]
    ties: Mapping[str, str]
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
        Challenge,
        {"challenges.challenge": "pk"},
        public,
        lambda row: str(row.title),
        lambda row: lines(row.what, row.for_whom, row.where),
        lambda row: reverse("challenges:detail", args=[row.pk]),
    ),
    Source(
        Kind.INITIATIVE,
        Initiative,
        {"initiatives.initiative": "pk", "actors.actor": "actor"},
        lambda council: listing(council, ended=True),
        lambda row: str(row.name),
        lambda row: lines(row.text, row.for_whom, row.area_text, row.actor.name),
        lambda row: reverse("initiatives:detail", args=[row.pk]),
    ),
    Source(
        Kind.ACTOR,
        Actor,
        {"actors.actor": "pk", "actors.category": "area"},
        lambda council: directory(council).exclude(name=""),
        lambda row: str(row.name),
        lambda row: lines(row.about, row.area.name if row.area else ""),
        lambda row: reverse("actors:detail", args=[row.pk]),
    ),
    Source(
        Kind.OFFER,
        Offer,
        {"actors.offer": "pk", "actors.actor": "actor", "actors.category": "category"},
        offers,
        lambda row: str(row.title),
        lambda row: lines(row.text, row.category.name, row.actor.name, row.conditions),
        lambda row: reverse("actors:offer", args=[row.pk]),
    ),
    Source(
        Kind.PILOT,
        Pilot,
        {"pilots.pilot": "pk", "challenges.challenge": "challenge"},
        lambda council: pilots(Principal(council)),
        lambda row: str(row.title),
        lambda row: lines(row.text, *row.problem, *row.activities, *row.outcomes),
        lambda row: reverse("pilots:detail", args=[row.pk]),
    ),
    Source(
        Kind.CONCEPT,
        Concept,
        {"concepts.concept": "pk", "concepts.conceptversion": "versions"},
        lambda council: public_concepts(council).select_related("current"),
        lambda row: str(row.title),
        lambda row: lines(row.problem, row.for_whom, *(row.current.core if row.current else ())),
        lambda row: reverse("concepts:detail", args=[row.pk]),
    ),
    Source(
        Kind.ARTICLE,
        Article,
        {"knowledge.article": "pk"},
        articles,
        lambda row: str(row.title),
        lambda row: plain(row.text),
        lambda row: reverse("knowledge:detail", args=[row.slug]),
    ),
    Source(
        Kind.NEWS,
        NewsItem,
        {"news.newsitem": "pk"},
        news,
        lambda row: str(row.title),
        lambda row: lines(row.lead, plain(row.text)),
        lambda row: reverse("news:detail", args=[row.slug]),
    ),
    Source(
        Kind.DECISION,
        Decision,
        {
            "council.decision": "pk",
            "council.agendaitem": "item",
            "council.meeting": "item__meeting",
        },
        lambda council: decisions(Principal(council)),
        lambda row: str(row.item.shown_title),
        lambda row: str(row.shown_text),
        lambda row: reverse("council:item", args=[row.item_id]),
    ),
)
