"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.desk import Pile, heap, put
from samskab.civic.public.news.models import Feed


def register() -> None:
    put(
        Pile(
            "feeds",
            81,
            _("Feeds of news that cannot be read"),
            "news.manage_feeds",
            "news:feeds",
            lambda by: heap(Feed.objects.filter(council=by.council, failures__gt=0)),
        )
    )
