"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.desk import Pile, heap, put
from samskab.civic.public.news.queries import to_look_at


def register() -> None:
    put(
        Pile(
            "feeds",
            81,
            _("Feeds of news that cannot be read in full"),
            "news.manage_feeds",
            "news:feeds",
            lambda by: heap(to_look_at(by.council)),
        )
    )
