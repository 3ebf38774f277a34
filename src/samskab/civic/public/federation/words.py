"""What we say to other servers, in ActivityStreams."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import override

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.news.models import NewsItem

CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
Message = dict[str, Any]


def name_of(council: Council) -> str:
    """The name before the @, of letters that other servers take."""
    return council.slug.replace("-", "_")


def host_of(council: Council) -> str:
    return urlsplit(council.address("/")).netloc


def handle(council: Council) -> str:
    """What people write to find us: @silkeborg@raad.dk."""
    return f"@{name_of(council)}@{host_of(council)}"


def address(council: Council, name: str, *args: Any) -> str:
    with override(settings.LANGUAGE_CODE):
        return council.address(reverse(f"federation:{name}", args=args))


def actor_id(council: Council) -> str:
    return address(council, "actor")


def key_id(council: Council) -> str:
    return f"{actor_id(council)}#key"


def finger(council: Council) -> Message:
    """WebFinger: from the name to the actor."""
    here = actor_id(council)
    return {
        "subject": f"acct:{handle(council)[1:]}",
        "aliases": [here],
        "links": [
            {"rel": "self", "type": "application/activity+json", "href": here},
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html",
             "href": council.address(reverse("news:list"))},
        ],
    }  # fmt: skip


def actor(council: Council, public: str) -> Message:
    here = actor_id(council)
    with override("da"):
        page = council.address(reverse("news:list"))
    return {
        "@context": CONTEXT,
        "id": here,
        "type": "Organization",
        "preferredUsername": name_of(council),
        "name": council.name,
        "summary": format_html("<p>{}</p>", council.purpose) if council.purpose else "",
        "url": page,
        "inbox": address(council, "inbox"),
        "outbox": address(council, "outbox"),
        "followers": address(council, "followers"),
        "manuallyApprovesFollowers": False,
        "discoverable": True,
        "indexable": True,
        "publicKey": {"id": key_id(council), "owner": here, "publicKeyPem": public},
    }


def note_id(item: NewsItem) -> str:
    return address(item.council, "note", item.pk)


def note(item: NewsItem) -> Message:
    """A piece of news as a post: title, lead and where to read it, in both languages."""
    council = item.council
    with override("da"):
        page = council.address(reverse("news:detail", args=[item.slug]))
        photo = council.address(reverse("news:photo", args=[item.slug]))
    said = {"da": _html(item.title_da, item.lead_da, page)}
    if item.title_en:
        said["en"] = _html(item.title_en, item.lead_en or item.lead_da, page)
    found: Message = {
        "id": note_id(item),
        "type": "Note",
        "attributedTo": actor_id(council),
        "to": [PUBLIC],
        "cc": [address(council, "followers")],
        "content": said["da"],
        "contentMap": said,
        "url": page,
        "published": _time(item.published_at),
    }
    if item.edited_at is not None and item.edited_at > item.published_at:
        found["updated"] = _time(item.edited_at)
    if item.photo:
        found["attachment"] = [
            {"type": "Image", "mediaType": "image/jpeg", "url": photo, "name": item.photo_text}
        ]
    return found


def _html(title: str, lead: str, page: str) -> str:
    return format_html(
        '<p><strong>{}</strong></p><p>{}</p><p><a href="{}">{}</a></p>', title, lead, page, page
    )


def _time(at: Any) -> str:
    return str(at.strftime("%Y-%m-%dT%H:%M:%SZ"))


def digest(said: Message) -> str:
    """Of what a reader sees: when it is the same, nothing needs to be told again."""
    seen = {name: said.get(name) for name in ("contentMap", "attachment", "url")}
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()


def activity(kind: str, item: NewsItem, said: Message, stamp: str) -> Message:
    """Create, Update or Delete of a post."""
    return {
        "@context": CONTEXT,
        "id": f"{note_id(item)}#{kind.lower()}-{stamp}",
        "type": kind,
        "actor": actor_id(item.council),
        "to": [PUBLIC],
        "cc": [address(item.council, "followers")],
        "object": said,
    }


def tombstone(item: NewsItem) -> Message:
    return {"id": note_id(item), "type": "Tombstone"}


def accept(council: Council, follow: Message, stamp: str) -> Message:
    here = actor_id(council)
    return {
        "@context": CONTEXT,
        "id": f"{here}#accept-{stamp}",
        "type": "Accept",
        "actor": here,
        "object": follow,
    }
