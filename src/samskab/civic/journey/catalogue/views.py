from __future__ import annotations

import tempfile
from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.journey.catalogue import actions, feed, forms, queries, remote
from samskab.civic.journey.catalogue.models import Listing, Source
from samskab.civic.journey.concepts import parcel, signing
from samskab.civic.journey.concepts.models import ConceptVersion
from samskab.civic.journey.concepts.queries import public


# --- what others read --------------------------------------------------------------------------
def well_known(request: CivicRequest) -> JsonResponse:
    """Who we are, and our key."""
    return JsonResponse(feed.introduction(request.council))


def own_feed(request: CivicRequest) -> HttpResponse:
    """What is new since the number in the address; 304 when the reader has it already."""
    text = request.GET.get("siden", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 17):
        raise Http404
    data = feed.feed(request.council, int(text))
    tag = feed.etag(data)
    known = request.headers.get("If-None-Match", "").removeprefix("W/")
    response: HttpResponse = (
        HttpResponse(status=304) if known == tag else JsonResponse(signing.sealed(data))
    )
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    return response


def package(request: CivicRequest, slug: str, number: int) -> FileResponse:
    """The signed file of a concept of ours, by the names that a feed tells."""
    rows = ConceptVersion.objects.filter(
        concept__in=public(request.council).filter(origin_slug="", slug=slug),
        published_at__isnull=False,
    )
    version = cast(ConceptVersion, one(rows.select_related("concept__council"), request.by,
                                       number=number))  # fmt: skip
    file = tempfile.TemporaryFile()  # noqa: SIM115 the response closes it
    parcel.pack(version, file)
    file.seek(0)
    return FileResponse(file, content_type="application/zip")


def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(remote.schema(), content_type="application/schema+json")


# --- what we read ------------------------------------------------------------------------------
def catalogue(request: CivicRequest) -> HttpResponse:
    """One search over our own concepts, the neighbours', and those of the catalogues we read."""
    require(request.by, "catalogue.read")
    form = forms.CatalogueFilter(request.GET or None, council=request.council)
    chosen = form.cleaned_data if form.is_valid() else {}
    wanted = {"text": chosen.get("q", ""), "group": chosen.get("group"),
              "level": chosen.get("level", "")}  # fmt: skip
    rows = queries.listings(request.council, source=chosen.get("source"), **wanted)
    found = page(request, rows, order="-day")
    known = queries.brought_home(found.rows)
    followed = queries.followed(request.by, found.rows)
    alone = chosen.get("source") is not None or not found.is_first
    own, here = ([], []) if alone else queries.beside(request.council, **wanted)
    return show(
        request,
        "catalogue/list.html",
        {
            "filters": form,
            "page": found,
            "rows": [(row, known.get(row.pk), row.pk in followed) for row in found.rows],
            "own": own,
            "here": here,
            "has_sources": Source.objects.filter(council=request.council).exists(),
        },
    )


def fetch(request: CivicRequest, pk: int) -> HttpResponse:
    """Fetches the package first, and only then changes anything."""
    require(request.by, "catalogue.fetch")
    back = reverse("catalogue:list")
    rows = Listing.objects.select_related("source__council", "council")
    listing = cast(Listing, one(rows, request.by, pk=pk))
    if request.method != "POST":
        return redirect(back)
    throttle(request, "catalogue.fetch", limit=60, seconds=3600)
    try:
        with remote.fetched_parcel(listing.source.address, listing.slug, listing.number) as found:
            return press(
                request,
                lambda: actions.bring_home(by=request.by, listing=listing, parcel=found),
                back=back,
                done=lambda concept: reverse("concepts:detail", args=[concept.pk]),
                message=_("The concept is here. Now you can use it."),
            )
    except CivicError as error:
        messages.warning(request, str(error.message))
        return redirect(back)


def follow(request: CivicRequest, pk: int) -> HttpResponse:
    listing = cast(Listing, one(Listing.objects, request.by, pk=pk))
    return press(
        request,
        lambda: actions.follow(by=request.by, listing=listing),
        back=reverse("catalogue:list"),
        message=_("You get a mail when there is something new about it."),
    )


def unfollow(request: CivicRequest, pk: int) -> HttpResponse:
    listing = cast(Listing, one(Listing.objects, request.by, pk=pk))
    return press(
        request,
        lambda: actions.unfollow(by=request.by, listing=listing),
        back=reverse("catalogue:list"),
        message=_("You do not follow it any more."),
    )


# --- whom we read ------------------------------------------------------------------------------
def sources(request: CivicRequest) -> HttpResponse:
    require(request.by, "catalogue.fetch")
    return show(
        request,
        "catalogue/sources.html",
        {
            "sources": list(queries.sources(request.council)),
            "address": request.council.address("/"),
            "key": signing.fingerprint(signing.own().public),
        },
    )


def add(request: CivicRequest) -> HttpResponse:
    require(request.by, "catalogue.manage")
    if request.method == "POST":
        throttle(request, "catalogue.add", limit=30, seconds=3600)
    form = forms.AddressForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.add_source(by=request.by, **form.values()),
        done=_home,
    )
    return response or show(request, "catalogue/add.html", {"form": form})


def _home(source: Source) -> str:
    return reverse("catalogue:source", args=[source.pk])


def _source(request: CivicRequest, pk: int) -> Source:
    rows = Source.objects.select_related("publisher", "council")
    return cast(Source, one(rows, request.by, pk=pk))


def source(request: CivicRequest, pk: int) -> HttpResponse:
    """One catalogue: whose it is, by which key, and how the reading goes."""
    require(request.by, "catalogue.fetch")
    found = _source(request, pk)
    return show(request, "catalogue/source.html", _page(found, _key_form(found)))


def _key_form(source: Source) -> forms.KeyForm:
    return forms.KeyForm(initial={"key": source.offered_key, "seen": source.version})


def _page(source: Source, form: forms.KeyForm) -> dict[str, Any]:
    return {
        "source": source,
        "form": form,
        "number": source.listings.count(),
        "own_key": signing.fingerprint(signing.own().public),
    }


def confirm(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "catalogue.manage")
    found = _source(request, pk)
    if request.method != "POST":
        return redirect(_home(found))
    form = forms.KeyForm(request.POST)
    response = perform(
        request,
        form,
        lambda: actions.confirm_source(
            by=request.by, source=found, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("We read their catalogue now. It takes a moment."),
    )
    return response or show(request, "catalogue/source.html", _page(found, form))


def _press(request: CivicRequest, pk: int, act: Any, message: str) -> HttpResponse:
    found = _source(request, pk)
    return press(
        request, lambda: act(by=request.by, source=found), back=_home(found), message=message
    )


def ask(request: CivicRequest, pk: int) -> HttpResponse:
    return _press(request, pk, actions.ask_pull, _("We look now. Load the page again in a moment."))


def pause(request: CivicRequest, pk: int) -> HttpResponse:
    return _press(request, pk, actions.pause_source, _("It is paused."))


def resume(request: CivicRequest, pk: int) -> HttpResponse:
    return _press(request, pk, actions.resume_source, _("It is read again."))


def anew(request: CivicRequest, pk: int) -> HttpResponse:
    return _press(
        request, pk, actions.read_anew, _("We look now. Load the page again in a moment.")
    )


def drop(request: CivicRequest, pk: int) -> HttpResponse:
    found = _source(request, pk)
    return press(
        request,
        lambda: actions.drop_source(by=request.by, source=found),
        back=_home(found),
        done=lambda key: reverse("catalogue:sources"),
        message=_("The address is removed. What you brought home is still here."),
    )
