"""Lists that have no feed in a room of their own, as Atom: the newest first, the same for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.queries import meetings
from samskab.civic.commons.initiatives.queries import listing
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.errors import Text
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.concepts.queries import public as concepts
from samskab.civic.journey.pilots.queries import pilots

SHOWN = 50


@dataclass(frozen=True)
class Listed:
    """A list: its heading and page, its public rows by time, and how one row reads."""

    heading: Text
    page: str
    rows: Callable[[Council], QuerySet[Any]]
    time: str
    title: Callable[[Any], str]
    text: Callable[[Any], str]
    detail: str
    key: str = "pk"


LISTS: dict[str, Listed] = {
    "moeder": Listed(
        _("Meetings"), "council:meetings", meetings, "starts_at",
        lambda row: str(row.shown_title), lambda row: str(row.shown_place), "council:meeting",
    ),
    "initiativer": Listed(
        _("Initiatives"), "initiatives:list", listing, "created",
        lambda row: str(row.name), lambda row: str(row.gist), "initiatives:detail",
    ),
    "viden": Listed(
        _("Knowledge"), "knowledge:list", articles, "created",
        lambda row: str(row.title), lambda row: str(row.get_kind_display()), "knowledge:detail",
        "slug",
    ),
    "pilotprojekter": Listed(
        _("Pilots"), "pilots:list", lambda council: pilots(Principal(council)), "created",
        lambda row: str(row.title), lambda row: str(row.text), "pilots:detail",
    ),
    "koncepter": Listed(
        _("Concepts"), "concepts:list", concepts, "published_at",
        lambda row: str(row.title), lambda row: str(row.problem), "concepts:detail",
    ),
}  # fmt: skip


class ListFeed(Feed[Any, Any]):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, name: str) -> tuple[Listed, Council]:
        if name not in LISTS:
            raise Http404
        return LISTS[name], request.council  # type: ignore[attr-defined]

    def title(self, found: tuple[Listed, Council]) -> str:
        return f"{found[0].heading} – {found[1].name}"

    def link(self, found: tuple[Listed, Council]) -> str:
        return reverse(found[0].page)

    def items(self, found: tuple[Listed, Council]) -> list[tuple[Listed, Any]]:
        kind, council = found
        rows = kind.rows(council).order_by(f"-{kind.time}", "-pk")[:SHOWN]
        return [(kind, row) for row in rows]

    def item_title(self, item: tuple[Listed, Any]) -> str:
        return item[0].title(item[1])

    def item_description(self, item: tuple[Listed, Any]) -> str:
        return item[0].text(item[1])

    def item_link(self, item: tuple[Listed, Any]) -> str:
        return reverse(item[0].detail, args=[getattr(item[1], item[0].key)])

    def item_updateddate(self, item: tuple[Listed, Any]) -> Any:
        return getattr(item[1], item[0].time)
