from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.http import CivicRequest, one, show, throttle
from samskab.civic.foundation.core.principal import system
from samskab.civic.public.federation import actions, queries, remote, signatures, words
from samskab.civic.public.federation.models import Follower
from samskab.civic.public.news.queries import news

TYPE = "application/activity+json"
LARGEST = 256 * 1024


def _said(data: Any, kind: str = TYPE, status: int = 200) -> JsonResponse:
    return JsonResponse(data, content_type=kind, status=status)


@require_GET
def finger(request: CivicRequest) -> JsonResponse:
    """From @name@host to the actor."""
    council, asked = request.council, request.GET.get("resource", "")
    name, host = words.name_of(council), words.host_of(council)
    known = {f"acct:{name}@{host}", f"acct:{name}@{request.get_host()}", words.actor_id(council)}
    if asked.lower() not in {one.lower() for one in known}:
        raise Http404
    return _said(words.finger(council), "application/jrd+json")


@require_GET
def actor(request: CivicRequest) -> JsonResponse:
    key = actions.make_key(by=system(request.council))
    return _said(words.actor(request.council, key.public))


@require_GET
def outbox(request: CivicRequest) -> JsonResponse:
    council = request.council
    items = [
        words.activity("Create", item, words.note(item), "0") for item in queries.posts(council)
    ]
    for item in items:
        del item["@context"]
    return _said(_collection(council, "outbox", len(items), items))


@require_GET
def followers(request: CivicRequest) -> JsonResponse:
    """How many; who they are is theirs to tell."""
    count = Follower.objects.filter(council=request.council).count()
    return _said(_collection(request.council, "followers", count))


def _collection(
    council: Any, name: str, total: int, items: list[words.Message] | None = None
) -> words.Message:
    found = {
        "@context": words.CONTEXT,
        "id": words.address(council, name),
        "type": "OrderedCollection",
        "totalItems": total,
    }
    return found if items is None else found | {"orderedItems": items}


@require_GET
def note(request: CivicRequest, pk: int) -> JsonResponse:
    rows = news(request.council).filter(is_example=False).select_related("council")
    return _said({"@context": words.CONTEXT, **words.note(one(rows, request.by, pk=pk))})


@csrf_exempt
@require_POST
def inbox(request: CivicRequest) -> HttpResponse:
    """Follow and Undo by those who have signed them. Whatever else is sent is not for us, and is
    let lie before anybody is asked about it."""
    throttle(request, "federation.inbox", limit=120, seconds=60)
    message = _read(request)
    if message is None:
        return HttpResponse(status=400)
    wanted = _wanted(request, message)
    if wanted is None:
        return HttpResponse(status=202)
    who = _signer(request, message["actor"])
    if who is None:
        return HttpResponse(status=401)
    if not cache.add(f"federation:{_digest(message)}", 1, 7200):
        return HttpResponse(status=202)  # the same once more
    by = system(request.council)
    if wanted == "Follow":
        actions.add_follower(by=by, remote=who, follow=message)
    else:
        actions.remove_follower(by=by, actor=who.id)
    return HttpResponse(status=202)


def _digest(message: words.Message) -> str:
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()


def _read(request: CivicRequest) -> words.Message | None:
    if int(request.headers.get("Content-Length") or 0) > LARGEST:
        return None
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    fit = isinstance(found, dict) and isinstance(found.get("actor"), str)
    return found if fit else None


def _wanted(request: CivicRequest, message: words.Message) -> str | None:
    """Follow, Undo or Delete when it is about us; else nothing."""
    here, kind, about = words.actor_id(request.council), message.get("type"), message.get("object")
    if kind == "Follow" and about == here:
        return "Follow"
    inner = about if isinstance(about, dict) else {}
    if kind == "Undo" and inner.get("type") == "Follow" and inner.get("object") == here:
        return "Undo" if inner.get("actor") == message["actor"] else None
    follows = Follower.objects.filter(council=request.council, actor=message["actor"])
    if kind == "Delete" and about == message["actor"] and follows.exists():
        return "Delete"
    return None


def _signer(request: CivicRequest, actor: str) -> remote.Remote | None:
    """Who has signed this very request, when it is the one who speaks in it."""
    claim = signatures.claimed(request.headers.get("Signature", ""))
    headers = {name.lower(): text for name, text in request.headers.items()}
    if claim is None or not signatures.is_fresh(headers, request.body, clock.now()):
        return None
    try:
        who = remote.actor(request.council, claim.key_id)
    except Invalid:
        return None
    path = request.get_full_path()
    true = signatures.holds(claim, who.public, "POST", path, headers) and who.id == actor
    return who if true else None


def page(request: CivicRequest) -> HttpResponse:
    """For the secretariat: the name to follow, how many do, and what does not arrive."""
    require(request.by, "federation.see")
    council = request.council
    context = {
        "handle": words.handle(council),
        "number": Follower.objects.filter(council=council).count(),
        "waiting": queries.waiting(council),
    }
    return show(request, "federation/page.html", context)
