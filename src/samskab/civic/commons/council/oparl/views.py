"""The addresses below `/oparl/1.1/`. Whoever asks is a visitor.

They only read. What is new, changed or gone is noted by the worker (`actions/telling.py`), so a
list follows within a minute or so; what an object says is always read from the rows themselves,
so that nothing is told any longer than it may be.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from samskab.civic.commons.council.models import Paper, Told
from samskab.civic.commons.council.oparl import objects
from samskab.civic.commons.council.oparl.objects import SCHEMA, Object, Site
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.http import CivicRequest, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.core.principal import Principal

READS = {"limit": 600, "seconds": 60}
SIZE, MOST = 20, 100
FILTERS = {"since": "gte", "until": "lte"}
# What stands inside an object and can be left out by `omit_internal`.
INTERNAL = {
    "agendaitem": ("auxiliaryFile",),
    "meeting": ("auxiliaryFile", "agendaItem"),
    "paper": ("auxiliaryFile", "location"),
    "person": ("membership",),
    "body": ("legislativeTerm",),
}


def answer(data: Any, status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    return response


def refused(message: str, status: int) -> JsonResponse:
    return answer({"type": f"{SCHEMA}Error", "message": message}, status)


def _missing() -> JsonResponse:
    return refused(_("There is nothing at this address."), 404)


def _site(request: CivicRequest) -> Site:
    throttle(request, "oparl", **READS)
    return Site(request.council, request.build_absolute_uri("/").rstrip("/"))


@require_safe
def show_system(request: CivicRequest) -> JsonResponse:
    return answer(objects.bare(objects.plain(objects.system(_site(request)))))


@require_safe
def show_list(request: CivicRequest, kind: str) -> JsonResponse:
    site = _site(request)
    if kind not in objects.KINDS:
        return _missing()
    try:
        rows = _narrowed(request, Told.objects.filter(council=request.council, kind=kind))
    except Invalid as error:
        return refused(str(error.message), 400)
    size = _size(request)
    found = page(request, rows, order="pk", size=size)
    data = shown(site, kind, found.rows)
    if not request.GET.get("modified_since"):
        data = [one for one in data if not one.get("deleted")]  # gone since the worker looked
    if request.GET.get("omit_internal") == "true":
        data = [_without(one, INTERNAL.get(kind, ())) for one in data]
    links = {"self": request.build_absolute_uri(), "first": _at(request, found.first_query)}
    if found.next_query:
        links["next"] = _at(request, found.next_query)
    return answer({"data": data, "pagination": {"elementsPerPage": size}, "links": links})


def _at(request: CivicRequest, query: str) -> str:
    return request.build_absolute_uri(f"{request.path}?{query}" if query else request.path)


def _size(request: CivicRequest) -> int:
    given = request.GET.get("limit", "")
    return min(int(given), MOST) if re.fullmatch(r"[1-9]\d{0,5}", given) else SIZE


def _without(one: Object, names: Sequence[str]) -> Object:
    return {key: value for key, value in one.items() if key not in names}


def _narrowed(request: CivicRequest, rows: QuerySet[Told]) -> QuerySet[Told]:
    """By time. What is gone is told only to those who ask what has changed since."""
    if not request.GET.get("modified_since"):
        rows = rows.filter(is_gone=False)
    for name in ("created", "modified"):
        for suffix, lookup in FILTERS.items():
            given = request.GET.get(f"{name}_{suffix}")
            if given:
                rows = rows.filter(**{f"{name}__{lookup}": _moment(given)})
    return rows


def _moment(given: str) -> datetime:
    try:  # a plus sign in an address is read as a space
        at = parse_datetime(re.sub(r" (?=\d\d:\d\d$)", "+", given))
    except ValueError:
        at = None
    if at is None or timezone.is_naive(at):
        raise Invalid(_("Give a date and time with its zone, as in RFC 3339."))
    return at


def shown(site: Site, kind: str, rows: Sequence[Told]) -> list[Object]:
    """These objects as they are now, each with its times; of what is gone only the times."""
    live = {row.key for row in rows if not row.is_gone}
    found = _live(site, kind, live)
    chosen = [found.get((kind, row.key)) or _gone(site, row) for row in rows]
    _stamp(site, chosen)
    return [objects.bare(one) for one in chosen]


def _live(site: Site, kind: str, keys: Collection[str]) -> dict[objects.Key, Object]:
    if not keys:
        return {}
    return objects.told(site, objects.books(site.council, objects.meetings_of(kind, keys)))


def _gone(site: Site, row: Told) -> Object:
    return {**site.head(row.kind, row.key), "deleted": True}


def _stamp(site: Site, chosen: Sequence[Object]) -> None:
    """Since when each is told, and when it last changed; those inside another too. What the
    worker has not noted yet is told since now."""
    now = timezone.now()
    every = [one for outer in chosen for one in objects.inside(outer)]
    wanted = {one["_of"] for one in every}
    rows = Told.objects.filter(council=site.council, key__in={key for _kind, key in wanted})
    times = {(row.kind, row.key): row for row in rows}
    for one in every:
        row = times.get(one["_of"])
        one["created"] = objects.time(row.created if row else one.get("_born") or now)
        one["modified"] = objects.time(row.modified if row else now)


@require_safe
def show_object(request: CivicRequest, kind: str, key: str) -> JsonResponse:
    site = _site(request)
    rows = list(Told.objects.filter(council=request.council, kind=kind, key=key))
    if not rows or rows[0].is_gone:  # perhaps it has only just come, or come back
        fresh = _live(site, kind, {key}).get((kind, key)) if kind in objects.KINDS else None
        if fresh is not None:
            _stamp(site, [fresh])
            return answer(objects.bare(fresh))
    return answer(shown(site, kind, rows)[0]) if rows else _missing()


@require_safe
def show_data(request: CivicRequest, pk: int) -> HttpResponseBase:
    """A file to look at. A browser may draw it, and nothing in it may run."""
    _site(request)
    rows = Paper.objects.select_related("item", "item__meeting", "item__decision")
    row = rows.filter(council=request.council, pk=pk).first()
    if row is None or not may(Principal(request.council), "council.read_item", row.item):
        raise Http404
    response = FileResponse(row.file.open("rb"), content_type=row.kind)
    del response["Content-Disposition"]
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
