"""Actors of other servers: asked for, and believed no further than their own host."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlsplit

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.outgoing import Unreachable, checked, fetch, travelling
from samskab.civic.public.federation import signatures, words
from samskab.civic.public.federation.queries import key_of

LARGEST, SECONDS = 128 * 1024, 5.0
ACCEPT = 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@dataclass(frozen=True)
class Remote:
    """Somebody elsewhere, as their own server describes them."""

    id: str
    inbox: str
    shared_inbox: str
    key_id: str
    public: str


def actor(council: Council, key_id: str) -> Remote:
    """Who has this key. Raises Refused for an address that may not be asked, Unreachable for
    whatever is no actor. The request is signed when the council has a key: some servers answer
    only then."""
    url = urldefrag(key_id).url
    headers = {"Accept": ACCEPT}
    if own := key_of(council):
        headers |= signatures.signed(
            "GET", travelling(url), own[0], words.key_id(council), clock.now()
        )
    answer = fetch(url, limit=LARGEST, seconds=SECONDS, headers=headers)
    try:
        data = json.loads(answer.body)
        key, endpoints = data["publicKey"], data.get("endpoints") or {}
        found = Remote(
            _text(data["id"]), _text(data["inbox"]), str(endpoints.get("sharedInbox") or ""),
            _text(key["id"]), _text(key["publicKeyPem"]),
        )  # fmt: skip
        owner = _text(key["owner"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreachable from None
    host = urlsplit(found.id).netloc
    if found.key_id != key_id or owner != found.id or urldefrag(found.id).url != found.id:
        raise Unreachable
    if urlsplit(url).netloc != host or urlsplit(found.inbox).netloc != host:
        raise Unreachable
    checked(found.inbox)
    return found if _is_theirs(found.shared_inbox, host) else _alone(found)


def _is_theirs(inbox: str, host: str) -> bool:
    try:
        return urlsplit(checked(inbox).geturl()).netloc == host
    except Invalid:
        return False


def _alone(found: Remote) -> Remote:
    return Remote(found.id, found.inbox, "", found.key_id, found.public)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 4000:
        raise ValueError
    return value
