"""Pages kept in memory for visitors, until something happens in the council.

A visitor without a cookie sees what everybody sees. Every change of a council adds a link to
its chain, and the council's row, which each request reads anyway, holds the chain's newest
digest: a page kept under that digest is exactly as fresh as one drawn anew. What changes by the
clock alone, or in another council, is seen after `SECONDS`, or `GRACE` later: when the time of a
page is up, the first who asks draws it anew, and who asks meanwhile gets the old one.
"""

from __future__ import annotations

import gzip
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

SECONDS = 30
GRACE = 5
BYTES = 32 * 1024 * 1024
LARGEST = 256 * 1024
# Below this size packing costs more than it saves; the same bound as Django's middleware.
WORTH_PACKING = 200
SECRETS = {"token", "secret", "code", "key"}


@dataclass(frozen=True)
class Kept:
    body: bytes
    packed: bytes | None
    headers: tuple[tuple[str, str], ...]
    until: float

    @property
    def size(self) -> int:
        return len(self.body) + len(self.packed or b"")

    def response(self, request: HttpRequest) -> HttpResponse:
        packs = self.packed is not None and "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.packed if packs else self.body, headers=dict(self.headers))
        if packs:
            response["Content-Encoding"] = "gzip"
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


class Shelf:
    """The pages of one process: the least recently asked for goes first, by bytes."""

    def __init__(self, limit: int = BYTES) -> None:
        self.limit, self.bytes = limit, 0
        self.pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self.being_drawn: set[Hashable] = set()
        self.lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        with self.lock:
            page, now = self.pages.get(key), time.monotonic()
            if page is None or now > page.until + GRACE:
                return None
            if now > page.until and key not in self.being_drawn:
                self.being_drawn.add(key)
                return None
            self.pages.move_to_end(key)
            return page

    def put(self, key: Hashable, page: Kept) -> None:
        with self.lock:
            self.being_drawn.discard(key)
            if (old := self.pages.pop(key, None)) is not None:
                self.bytes -= old.size
            self.pages[key] = page
            self.bytes += page.size
            while self.bytes > self.limit:
                gone, least = self.pages.popitem(last=False)
                self.bytes -= least.size
                self.being_drawn.discard(gone)

    def clear(self) -> None:
        with self.lock:
            self.pages.clear()
            self.being_drawn.clear()
            self.bytes = 0


def is_for_everybody(request: HttpRequest) -> bool:
    """Whether the answer can depend on nothing but the address and the council."""
    personal = request.COOKIES or {"HX-Request", "Authorization"} & request.headers.keys()
    return request.method == "GET" and not personal


def may_be_kept(request: HttpRequest, response: HttpResponse) -> bool:
    """A whole page that sets nothing, forbids nothing and was not opened by a secret."""
    match = request.resolver_match
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not _touches_session(request)
        and not response.has_header("Cache-Control")
        and not response.has_header("Content-Encoding")
        and len(response.content) <= LARGEST
        and match is not None
        and not SECRETS & match.kwargs.keys()
    )


def _touches_session(request: HttpRequest) -> bool:
    """Whether this answer is about to start a session: a form's token, or anything kept in it."""
    return request.session.modified or "CSRF_COOKIE_NEEDS_UPDATE" in request.META


def kept(response: HttpResponse) -> Kept:
    body = response.content
    packed = gzip.compress(body, 6, mtime=0) if len(body) >= WORTH_PACKING else None
    return Kept(body, packed, tuple(response.items()), time.monotonic() + SECONDS)
