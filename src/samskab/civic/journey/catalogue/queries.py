from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.catalogue.models import Follow, Listing, Source
from samskab.civic.journey.concepts import queries as concepts
from samskab.civic.journey.concepts.models import Concept

BESIDE = 6  # of our own and of the neighbours, beside what comes from far away


def sources(council: Council) -> QuerySet[Source]:
    rows = Source.objects.filter(council=council).select_related("publisher")
    found: QuerySet[Source] = rows.annotate(number=Count("listings")).order_by("name", "pk")
    return found


def due(now: datetime) -> QuerySet[Source]:
    """Catalogues whose time has come, the longest waiting first."""
    rows = Source.objects.filter(status=Source.Status.ACTIVE, next_pull__lte=now)
    return rows.order_by("next_pull", "pk")


def given_out(until: datetime) -> QuerySet[Source]:
    """Catalogues whose job was given out until then, and that nobody has read since."""
    return Source.objects.filter(status=Source.Status.ACTIVE, next_pull=until)


def listings(
    council: Council, *, text: str = "", group: Category | None = None, level: str = "",
    source: Source | None = None,
) -> QuerySet[Listing]:  # fmt: skip
    """What the catalogues that we read hold, narrowed by what the address says."""
    rows = Listing.objects.filter(council=council).select_related("source__publisher")
    for word in text.casefold().split():
        rows = rows.filter(find_text__contains=word)
    if group:
        rows = rows.filter(groups__contains=f" {group.slug} ")
    if level:
        rows = rows.filter(level=level)
    return rows.filter(source=source) if source else rows


def beside(
    council: Council, *, text: str, group: Category | None, level: str
) -> tuple[list[Concept], list[Concept]]:
    """Our own concepts and those of the other councils here that fit the same search."""
    own = concepts.filtered(concepts.public(council), text=text, group=group, level=level,
                            source="own")  # fmt: skip
    here = concepts.filtered(concepts.published_elsewhere(council), text=text, level=level)
    if group:
        here = here.filter(target_groups__slug=group.slug)
    return list(own[:BESIDE]), list(here[:BESIDE])


def brought_home(rows: list[Listing]) -> dict[int, tuple[int, int]]:
    """Key of a listing → key and version of the concept that was brought home from it."""
    publishers = {row.source.publisher_id for row in rows}
    found = Concept.objects.filter(
        publisher__in=publishers, slug__in=[row.slug for row in rows], current__isnull=False
    )
    known = {
        (publisher, slug): (pk, number)
        for publisher, slug, pk, number in found.values_list(
            "publisher", "slug", "pk", "current__number"
        )
    }
    return {
        row.pk: known[key]
        for row in rows
        if row.kind == Listing.Kind.CONCEPT
        and (key := (row.source.publisher_id or 0, row.slug)) in known
    }


def followed(by: Principal, rows: list[Any]) -> set[int]:
    mine = Follow.objects.filter(user_id=by.user_id, listing__in=[row.pk for row in rows])
    return set(mine.values_list("listing", flat=True))
