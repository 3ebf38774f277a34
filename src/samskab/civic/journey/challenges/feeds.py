from __future__ import annotations

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import latest


class ChallengeFeed(Feed[Any, Any]):
    """The public challenges, those that moved last first."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> Council:
        council: Council = request.council  # type: ignore[attr-defined]
        return council

    def title(self, council: Council) -> str:
        return _("Challenges in %(council)s") % {"council": council.name}

    def link(self, council: Council) -> str:
        return reverse("challenges:list")

    def items(self, council: Council) -> list[Challenge]:
        return latest(council, 50)

    def item_title(self, item: Challenge) -> str:
        return f"{item.title} ({item.get_step_display()})"

    def item_description(self, item: Challenge) -> str:
        return item.what

    def item_link(self, item: Challenge) -> str:
        return reverse("challenges:detail", args=[item.pk])

    def item_updateddate(self, item: Challenge) -> Any:
        return item.moved_at

    def item_pubdate(self, item: Challenge) -> Any:
        return item.created
