"""Lists that have no feed in a room of their own, as Atom: the newest first, the same for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib.syndication.views import Feed
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.queries import meetings
from samskab.civic.commons.initiatives.forms import InitiativeFilter
from samskab.civic.commons.initiatives.queries import listing
from samskab.civic.commons.knowledge.forms import ListFilter as ArticleFilter
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.errors import Text
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.concepts import queries as of_concepts
from samskab.civic.journey.concepts.forms import ListFilter as ConceptFilter
from samskab.civic.journey.pilots import queries as of_pilots
from samskab.civic.journey.pilots.forms import ListFilter as PilotFilter

SHOWN = 50


@dataclass(frozen=True)
class Listed:
    """A list: its heading and page, its public rows as the address narrows them, by which time,
    and how one row reads."""

    heading: Text
    page: str
    rows: Callable[[CivicRequest], QuerySet[Any]]
    time: str
    title: Callable[[Any], str]
    text: Callable[[Any], str]
    detail: str
    key: str = "pk"


def _initiatives(request: CivicRequest) -> QuerySet[Any]:
    return listing(request.council, **InitiativeFilter(request.GET, request.council).chosen())


def _articles(request: CivicRequest) -> QuerySet[Any]:
    chosen = _chosen(ArticleFilter(request.GET))
    return articles(request.council, kind=chosen.get("kind", ""), text=chosen.get("q", ""))


def _pilots(request: CivicRequest) -> QuerySet[Any]:
    chosen = _chosen(PilotFilter(request.GET))
    rows = of_pilots.pilots(Principal(request.council))
    return of_pilots.filtered(rows, status=chosen.get("status", ""), text=chosen.get("q", ""))


def _concepts(request: CivicRequest) -> QuerySet[Any]:
    chosen = _chosen(ConceptFilter(request.GET, council=request.council))
    return of_concepts.filtered(
        of_concepts.public(request.council),
        text=chosen.get("q", ""),
        group=chosen.get("group"),
        level=chosen.get("level", ""),
        source=chosen.get("source", ""),
    )


def _chosen(form: Form) -> dict[str, Any]:
    """What a form of filters says; what cannot be used narrows nothing."""
    return form.cleaned_data if form.is_valid() else {}


LISTS: dict[str, Listed] = {
    "moeder": Listed(
        _("Meetings"), "council:meetings", lambda request: meetings(request.council), "starts_at",
        lambda row: str(row.shown_title), lambda row: str(row.shown_place), "council:meeting",
    ),
    "initiativer": Listed(
        _("Initiatives"), "initiatives:list", _initiatives, "created",
        lambda row: str(row.name), lambda row: str(row.gist), "initiatives:detail",
    ),
    "viden": Listed(
        _("Knowledge"), "knowledge:list", _articles, "created",
        lambda row: str(row.title), lambda row: str(row.get_kind_display()), "knowledge:detail",
        "slug",
    ),
    "pilotprojekter": Listed(
        _("Pilots"), "pilots:list", _pilots, "created",
        lambda row: str(row.title), lambda row: str(row.text), "pilots:detail",
    ),
    "koncepter": Listed(
        _("Concepts"), "concepts:list", _concepts, "published_at",
        lambda row: str(row.title), lambda row: str(row.problem), "concepts:detail",
    ),
}  # fmt: skip


Asked = tuple[Listed, CivicRequest]


class ListFeed(Feed[Any, Any]):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, name: str) -> Asked:
        if name not in LISTS:
            raise Http404
        return LISTS[name], cast(CivicRequest, request)

    def title(self, found: Asked) -> str:
        return f"{found[0].heading} – {found[1].council.name}"

    def link(self, found: Asked) -> str:
        query = found[1].GET.urlencode()
        return reverse(found[0].page) + (f"?{query}" if query else "")

    def items(self, found: Asked) -> list[tuple[Listed, Any]]:
        kind, request = found
        rows = kind.rows(request).order_by(f"-{kind.time}", "-pk")[:SHOWN]
        return [(kind, row) for row in rows]

    def item_title(self, item: tuple[Listed, Any]) -> str:
        return item[0].title(item[1])

    def item_description(self, item: tuple[Listed, Any]) -> str:
        return item[0].text(item[1])

    def item_link(self, item: tuple[Listed, Any]) -> str:
        return reverse(item[0].detail, args=[getattr(item[1], item[0].key)])

    def item_updateddate(self, item: tuple[Listed, Any]) -> Any:
        return getattr(item[1], item[0].time)
