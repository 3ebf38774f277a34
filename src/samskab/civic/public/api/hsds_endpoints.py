"""The addresses of the directory as HSDS 3.0, as its API reference names them, below `/hsds`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop
from ninja import Query, Schema

from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.public.api import hsds
from samskab.civic.public.api import schemas as out
from samskab.civic.public.api.endpoints import api, asked

FURTHEST = 100_000  # rows; whoever wants more takes the whole file

PageNumber = Annotated[int, Query(ge=1, description=gettext_noop("Which page."))]
PerPage = Annotated[int, Query(ge=1, le=100, description=gettext_noop("How many at most."))]


class AboutHsds(Schema):
    """Where the rules and the description are."""

    version: str
    profile: str
    openapi_url: str


class HsdsPage(Schema):
    """A page of HSDS objects, in `contents`."""

    total_items: int
    total_pages: int
    page_number: int
    size: int
    first_page: bool
    last_page: bool
    empty: bool
    contents: list[dict[str, Any]]


class HsdsRecord(Schema):
    """One HSDS object; `hsds.schema.json` says what else it holds."""

    id: str
    name: str


class HsdsWhole(Schema):
    version: str
    profile: str
    organizations: list[dict[str, Any]]
    services: list[dict[str, Any]]
    locations: list[dict[str, Any]]
    taxonomies: list[dict[str, Any]]
    taxonomy_terms: list[dict[str, Any]]


PAGE: dict[str, Any] = {
    "response": {200: HsdsPage, 404: out.Problem, 422: out.Problem, 429: out.Problem}
}
RECORD: dict[str, Any] = {"response": {200: HsdsRecord, 404: out.Problem, 429: out.Problem}}


def writer(request: CivicRequest) -> hsds.Writer:
    return hsds.Writer(asked(request).council, request.build_absolute_uri)


@api.get(
    "/hsds",
    tags=["hsds"],
    summary=gettext_noop("About this directory as HSDS 3.0"),
    response={200: AboutHsds, 429: out.Problem},
)
def about(request: CivicRequest) -> dict[str, Any]:
    asked(request)
    return {
        "version": hsds.VERSION,
        "profile": hsds.PROFILE,
        "openapi_url": request.build_absolute_uri(reverse("api-v1:openapi-json")),
    }


@api.get(
    "/hsds/everything.json",
    tags=["hsds"],
    summary=gettext_noop("Organisations, services, locations and words in one file"),
    response={200: HsdsWhole, 429: out.Problem},
)
def everything(request: CivicRequest) -> Any:
    response = StreamingHttpResponse(writer(request).whole(), content_type="application/json")
    response["Content-Disposition"] = 'attachment; filename="hsds.json"'
    return response


@api.get(
    "/hsds/organizations",
    tags=["hsds"],
    summary=gettext_noop("Organisations as HSDS 3.0"),
    **PAGE,
)
def organization_list(
    request: CivicRequest, page: PageNumber = 1, per_page: PerPage = 50
) -> HttpResponse:
    to = writer(request)
    return _page(page, per_page, (hsds.organisations(to.council), to.organisation))


@api.get(
    "/hsds/organizations/{str:id}",
    tags=["hsds"],
    summary=gettext_noop("One organisation as HSDS 3.0"),
    **RECORD,
)
def organization(request: CivicRequest, id: str) -> HttpResponse:
    to = writer(request)
    return _one(to, id, ("organization", hsds.organisations(to.council), to.organisation))


@api.get(
    "/hsds/services",
    tags=["hsds"],
    summary=gettext_noop("Initiatives and offers as services of HSDS 3.0"),
    **PAGE,
)
def service_list(
    request: CivicRequest, page: PageNumber = 1, per_page: PerPage = 50
) -> HttpResponse:
    to = writer(request)
    return _page(
        page,
        per_page,
        (hsds.initiatives(to.council), to.initiative),
        (hsds.offers(to.council), to.offer),
    )


@api.get(
    "/hsds/services/{str:id}",
    tags=["hsds"],
    summary=gettext_noop("One service as HSDS 3.0"),
    **RECORD,
)
def service(request: CivicRequest, id: str) -> HttpResponse:
    to = writer(request)
    return _one(
        to,
        id,
        ("initiative", hsds.initiatives(to.council), to.initiative),
        ("offer", hsds.offers(to.council), to.offer),
    )


@api.get(
    "/hsds/locations",
    tags=["hsds"],
    summary=gettext_noop("Places as locations of HSDS 3.0"),
    **PAGE,
)
def location_list(
    request: CivicRequest, page: PageNumber = 1, per_page: PerPage = 50
) -> HttpResponse:
    to = writer(request)
    return _page(page, per_page, (hsds.places(to.council), to.location))


@api.get(
    "/hsds/taxonomy_terms",
    tags=["hsds"],
    summary=gettext_noop("The words that we sort by as terms of HSDS 3.0"),
    **PAGE,
)
def term_list(request: CivicRequest, page: PageNumber = 1, per_page: PerPage = 50) -> HttpResponse:
    to = writer(request)
    return _page(page, per_page, (hsds.terms(to.council), to.term))


Source = tuple[QuerySet[Any], Callable[[Any], hsds.Json]]


def _page(page: int, size: int, *sources: Source) -> HttpResponse:
    """One page of several lists, one after the other. HSDS counts pages and wants totals."""
    begin = (page - 1) * size
    if begin > FURTHEST:
        raise Http404
    counts = [rows.count() for rows, _write in sources]
    total, contents, passed = sum(counts), [], 0
    for (rows, write), count in zip(sources, counts, strict=True):
        first = max(begin - passed, 0)
        last = min(begin + size - passed, count)
        if first < last:
            contents += [write(row) for row in rows[first:last]]
        passed += count
    pages = -(-total // size)
    return JsonResponse(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": page,
            "size": len(contents),
            "first_page": page == 1,
            "last_page": page >= pages,
            "empty": not contents,
            "contents": contents,
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _one(to: hsds.Writer, text: str, *sources: tuple[str, QuerySet[Any], Any]) -> HttpResponse:
    for kind, rows, write in sources:
        key = hsds.key_of(to.council, kind, text)
        if key is not None and (row := rows.filter(pk=key).first()):
            return JsonResponse(write(row), json_dumps_params={"ensure_ascii": False})
    raise Http404
