"""The public addresses of a council, for search engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from xml.sax.saxutils import escape

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse

from samskab.civic.commons.actors.queries import directory, offers
from samskab.civic.commons.council.queries import decisions, meetings
from samskab.civic.commons.initiatives.queries import listing
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.ui.navigation import address
from samskab.civic.journey.challenges.queries import public
from samskab.civic.journey.concepts.queries import public as concepts
from samskab.civic.journey.pilots.queries import pilots
from samskab.civic.public.news.queries import news

FIXED = (
    "web:front", "web:about", "web:contact", "web:was", "web:cookies", "web:privacy",
    "challenges:list", "initiatives:list", "actors:list", "actors:offers", "pilots:list",
    "concepts:list", "knowledge:list", "council:front", "council:members", "council:meetings",
    "council:decisions", "news:list", "news:elsewhere",
)  # fmt: skip
MOST = 4_000  # of each kind; a sitemap holds 50,000 at most
KINDS: tuple[tuple[Callable[[Council], QuerySet[Any]], str, str], ...] = (
    (public, "challenges:detail", "pk"),
    (lambda council: listing(council, ended=True), "initiatives:detail", "pk"),
    (lambda council: directory(council).exclude(name=""), "actors:detail", "pk"),
    (offers, "actors:offer", "pk"),
    (lambda council: pilots(Principal(council)), "pilots:detail", "pk"),
    (concepts, "concepts:detail", "pk"),
    (meetings, "council:meeting", "pk"),
    (lambda council: decisions(Principal(council)), "council:item", "item_id"),
    (articles, "knowledge:detail", "slug"),
    (news, "news:detail", "slug"),
)


def addresses(request: CivicRequest) -> Iterator[str]:
    """One statement a kind, the newest rows first, and two columns of each."""
    yield from filter(None, (address(name) for name in FIXED))
    for rows, name, key in KINDS:
        found = rows(request.council).order_by("-pk").values_list(key, flat=True)
        for value in dict.fromkeys(found[:MOST]):
            yield reverse(name, args=[value])


def sitemap(request: CivicRequest) -> HttpResponse:
    entries = (
        f"<url><loc>{escape(request.build_absolute_uri(path))}</loc></url>"
        for path in addresses(request)
    )
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        f"{''.join(entries)}</urlset>"
    )
    return HttpResponse(body, content_type="application/xml; charset=utf-8")
