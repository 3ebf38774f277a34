"""What another place's feed says, taken apart without believing any of it.

RSS and Atom, also when badly written, by feedparser. Nothing of the markup is kept: titles and
beginnings are plain text, links lead to web pages, and whatever cannot be used is left out.
"""

from __future__ import annotations

import html
import re
import unicodedata
from calendar import timegm
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import feedparser
import nh3
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.outgoing import LONGEST, Answer, Unreachable, fetch
from samskab.engine.language.identifiers import contains_cpr

LARGEST = 512 * 1024
SECONDS = 10.0
MOST = 50
TITLE, GIST = 200, 300
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"
NO_FEED = _("There is no feed at that address. Look for RSS or Atom on their site.")


@dataclass(frozen=True)
class Entry:
    """One piece of news elsewhere. `at` is None where they give no date."""

    digest: str
    title: str
    gist: str
    link: str
    at: datetime | None


@dataclass(frozen=True)
class Read:
    """An answer: `entries` is None when nothing has changed since the tag we sent. `held_back`
    says how many are left out because something in them looks like a CPR number."""

    entries: list[Entry] | None
    title: str = ""
    etag: str = ""
    modified: str = ""
    held_back: int = 0


def ask(address: str, *, etag: str = "", modified: str = "", now: datetime) -> Read:
    """Reads a feed over the network, at most `LARGEST` bytes in `SECONDS`. Raises Refused for an
    address that may not be asked, Unreachable for whatever is no feed."""
    headers = {"Accept": ACCEPT}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    answer = fetch(address, limit=LARGEST, seconds=SECONDS, headers=headers)
    if answer.status == 304:
        return Read(None, etag=etag, modified=modified)
    if answer.status != 200:
        raise Unreachable(NO_FEED)
    return parse(answer, address, now)


def parse(answer: Answer, address: str, now: datetime) -> Read:
    """Never raises but for what is no feed. O(size)."""
    described = {
        "content-type": answer.headers.get("content-type", ""),
        "content-location": address,
    }
    # A file, never the bytes themselves: those would be taken for an address to open.
    found = feedparser.parse(BytesIO(answer.body), response_headers=described)
    if not found.get("version"):
        raise Unreachable(NO_FEED)
    fit = list(_entries(found.entries, now))
    kept = [one for one in fit if not contains_cpr(f"{one.title}\n{one.gist}\n{one.link}")]
    return Read(
        kept,
        held_back=len(fit) - len(kept),
        title=plain(found.feed.get("title", ""), TITLE),
        etag=_tag(answer.headers.get("etag", "")),
        modified=_tag(answer.headers.get("last-modified", "")),
    )


def _tag(text: str) -> str:
    """What we send back next time; nothing when it could not travel in a header."""
    return text if len(text) <= 200 and text.isascii() and text.isprintable() else ""


def _entries(rows: Iterable[Any], now: datetime) -> Iterable[Entry]:
    seen: set[str] = set()
    for row in list(rows)[:MOST]:
        title, link = plain(row.get("title", ""), TITLE), web_link(row.get("link", ""))
        gist = plain(row.get("summary", ""), GIST)
        digest = sha256(str(row.get("id") or link).encode(errors="replace")).hexdigest()
        if not title or not link or digest in seen:
            continue
        seen.add(digest)
        yield Entry(digest, title, "" if gist == title else gist, link, _day(row, now))


def _day(row: Any, now: datetime) -> datetime | None:
    """When it was published, never later than now: nobody stays on top by a date to come."""
    named = [name for name in ("published_parsed", "updated_parsed") if name in row]
    parts = next((row[name] for name in named if row[name]), None)
    try:
        return min(datetime.fromtimestamp(timegm(parts), UTC), now) if parts else None
    except (ValueError, TypeError, OverflowError, OSError):
        return None


_SPACES = re.compile(r"\s+")


def plain(text: Any, length: int) -> str:
    """Words alone: no markup, no script, no signs that turn the writing round."""
    bare = html.unescape(nh3.clean(str(text or "")[:20_000], tags=set()))
    kept = "".join(
        " " if unicodedata.category(sign) in {"Cc", "Zl", "Zp"} else sign
        for sign in bare
        if unicodedata.category(sign) not in {"Cf", "Cs", "Co", "Cn"}
    )
    words = _SPACES.sub(" ", kept).strip()
    return words if len(words) <= length else f"{words[: length - 1].rstrip()}…"


def web_link(text: Any) -> str:
    """An address of a web page, or nothing."""
    link = str(text or "").strip()
    try:
        parts = urlsplit(link)
        fit = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    except ValueError:
        return ""
    return link if fit and len(link) <= LONGEST and not re.search(r"[\s<>\"\\]", link) else ""
