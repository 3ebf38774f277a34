from __future__ import annotations

from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.news.models import NewsItem
from samskab.civic.public.news.queries import latest


class NewsFeed(Feed[Any, Any]):
    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest) -> Council:
        council: Council = request.council  # type: ignore[attr-defined]
        return council

    def title(self, council: Council) -> str:
        return _("News from %(council)s") % {"council": council.name}

    def link(self, council: Council) -> str:
        return reverse("news:list")

    def items(self, council: Council) -> list[NewsItem]:
        return latest(council, 50)

    def item_description(self, item: NewsItem) -> str:
        return item.lead

    def item_link(self, item: NewsItem) -> str:
        return reverse("news:detail", args=[item.slug])

    def item_pubdate(self, item: NewsItem) -> Any:
        return item.date

    def item_updateddate(self, item: NewsItem) -> Any:
        """Atom wants one even where the source gives no date: when it came to us."""
        return item.published_at
