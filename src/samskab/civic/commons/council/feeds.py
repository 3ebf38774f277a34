from __future__ import annotations

from datetime import datetime
from typing import cast

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from samskab.civic.commons.council import queries
from samskab.civic.commons.council.models import Decision
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal


class DecisionFeed(Feed):  # type: ignore[type-arg]
    """The newest published decisions, the same for everybody."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, *args: object, **kwargs: object) -> Council:
        return cast(CivicRequest, request).council

    def title(self, council: Council) -> str:
        return _("Decisions of %(council)s") % {"council": council.name}

    def link(self, council: Council) -> str:
        return reverse("council:decisions")

    def items(self, council: Council) -> list[Decision]:
        return list(queries.decisions(Principal(council)).order_by("-decided_at", "-pk")[:30])

    def item_title(self, item: Decision) -> str:
        return f"{item.item.shown_title}: {item.get_outcome_display()}"

    def item_description(self, item: Decision) -> str:
        return item.shown_text

    def item_link(self, item: Decision) -> str:
        return reverse("council:item", args=[item.item_id])

    def item_updateddate(self, item: Decision) -> datetime:
        return item.decided_at
