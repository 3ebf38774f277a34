from __future__ import annotations

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from samskab.civic.commons.actors import queries
from samskab.civic.commons.actors.forms import DirectoryFilter, OfferFilter
from samskab.civic.commons.actors.models import Actor, Offer
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.models import Council

SHOWN = 50


class _Newest(Feed[Any, Any]):
    """The newest of a list, narrowed by the same address as the list."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> CivicRequest:
        return request  # type: ignore[return-value]  # the middleware has made it one

    def item_pubdate(self, item: Actor | Offer) -> Any:
        return item.created

    item_updateddate = item_pubdate

    def item_description(self, item: Actor | Offer) -> str:
        return item.gist


class ActorFeed(_Newest):
    def title(self, request: CivicRequest) -> str:
        return _("Actors in %(council)s") % {"council": _name(request.council)}

    def link(self, request: CivicRequest) -> str:
        return reverse("actors:list")

    def items(self, request: CivicRequest) -> list[Actor]:
        chosen = DirectoryFilter(request.GET, request.council).chosen()
        return list(queries.directory(request.council, **chosen).order_by("-pk")[:SHOWN])

    def item_title(self, item: Actor) -> str:
        return item.name

    def item_link(self, item: Actor) -> str:
        return reverse("actors:detail", args=[item.pk])


class OfferFeed(_Newest):
    def title(self, request: CivicRequest) -> str:
        return _("Offers in %(council)s") % {"council": _name(request.council)}

    def link(self, request: CivicRequest) -> str:
        return reverse("actors:offers")

    def items(self, request: CivicRequest) -> list[Offer]:
        chosen = OfferFilter(request.GET, request.council).chosen()
        return list(queries.offers(request.council, **chosen).order_by("-pk")[:SHOWN])

    def item_title(self, item: Offer) -> str:
        return f"{item.title} ({item.actor.name})"

    def item_link(self, item: Offer) -> str:
        return reverse("actors:offer", args=[item.pk])


def _name(council: Council) -> str:
    return council.name
