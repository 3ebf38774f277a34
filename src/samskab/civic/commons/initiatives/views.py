from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.actors.views import led_on
from samskab.civic.commons.initiatives import actions, queries
from samskab.civic.commons.initiatives.forms import (
    GapFilter,
    InitiativeFilter,
    InitiativeForm,
    NotSameForm,
    OverlapFilter,
    SettleForm,
    SynonymsForm,
)
from samskab.civic.commons.initiatives.models import Coordination, Initiative, Overlap, SynonymSet
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page


def _names(rows: Any) -> str:
    return "; ".join(row.name for row in rows.all())


INITIATIVE_COLUMNS: dict[str, Callable[[Initiative], Any]] = {
    "name": lambda row: row.name,
    "actor": lambda row: row.actor.name,
    "sector": lambda row: row.actor.sector,
    "target_groups": lambda row: _names(row.target_groups),
    "activities": lambda row: _names(row.activities),
    "areas": lambda row: _names(row.areas),
    "area_text": lambda row: row.area_text,
    "since": lambda row: row.since,
    "until": lambda row: row.until,
    "reached": lambda row: row.reached,
    "hours_a_year": lambda row: row.hours_a_year,
    "funding_dkk": lambda row: row.funding_dkk,
    "source": lambda row: row.source,
    "source_url": lambda row: row.source_url,
    "confirmed_on": lambda row: row.confirmed_on,
    "text": lambda row: row.text,
    "example": lambda row: "eksempel" if row.is_example else "",
}
OVERLAP_COLUMNS: dict[str, Callable[[Overlap], Any]] = {
    "a": lambda row: row.a.name,
    "actor_a": lambda row: row.a.actor.name,
    "b": lambda row: row.b.name,
    "actor_b": lambda row: row.b.actor.name,
    "strength": lambda row: row.strength,
    "certainty": lambda row: row.certainty,
    "status": lambda row: row.status,
    "reasons": lambda row: " ".join(row.sentences),
}


# --- initiatives -------------------------------------------------------------------------------
@require_safe
def initiative_list(request: CivicRequest) -> HttpResponseBase:
    form = InitiativeFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    rows = queries.listing(request.council, **form.chosen())
    if request.GET.get("format") == "csv":
        whole = rows.prefetch_related("activities", "areas").order_by("name", "pk")
        return csv_response("initiativer", whole.iterator(chunk_size=500), INITIATIVE_COLUMNS)
    context = {
        "filter": form,
        "page": page(request, rows, order="name"),
        "csv_href": csv_href(request),
    }
    return show(request, "initiatives/list.html", context)


@require_safe
def initiative_detail(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(queries.complete(), request.by, pk=pk)
    context = {
        "initiative": row,
        "can_edit": may(request.by, "initiatives.edit", row),
        "overlaps": queries.overlaps_of(row),
    }
    return show(request, "initiatives/detail.html", context)


@require_safe
def initiative_start(request: CivicRequest) -> HttpResponse:
    """From “register an initiative” to the form of the actor that the person acts for."""
    if not request.by.signed_in:
        return redirect_to_login(request.get_full_path())
    mine = list(actors_of(request.by)[:50])
    if not mine:
        messages.info(request, _("First tell who you are. Then write what you do."))
        return redirect("actors:register")
    if len(mine) == 1:
        return redirect("initiatives:new", pk=mine[0].pk)
    return show(request, "initiatives/start.html", {"actors": mine})


def initiative_new(request: CivicRequest, pk: int) -> HttpResponse:
    actor = one(Actor.objects, request.by, pk=pk)
    require(request.by, "initiatives.register", actor)
    form = InitiativeForm(request.POST or None, council=request.council)
    looking = request.POST.get("go") == "look"
    response = (request.method == "POST" and not looking) and perform(
        request,
        form,
        lambda: actions.register_initiative(by=request.by, actor=actor, **form.values()),
        done=lambda row: reverse("initiatives:detail", args=[row.pk]),
        message=_("Thank you. Everybody can see it now."),
    )
    context = {"form": form, "actor": actor, "looked": looking}
    if looking:
        context |= {"similar": _alike(request)}
    return response or show(request, "initiatives/form.html", context)


def _alike(request: CivicRequest) -> list[queries.Similar]:
    form = InitiativeForm(request.POST, council=request.council)
    form.is_valid()
    values = form.cleaned_data
    text = f"{values.get('name', '')}\n{values.get('text', '')}"
    return queries.similar(request.council, text, values.get("target_groups") or ())


@require_POST
def alike(request: CivicRequest) -> HttpResponse:
    """While somebody writes: the part of the page that says who may be on it already."""
    throttle(request, "initiatives.alike", limit=120, seconds=600)
    context = {"similar": _alike(request), "looked": False}
    return show(request, "initiatives/_alike.html", context)


def initiative_edit(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(queries.complete(), request.by, pk=pk)
    require(request.by, "initiatives.edit", row)
    form = InitiativeForm(request.POST or None, council=request.council, initial=_told(row))
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.edit_initiative(
            by=request.by, initiative=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: reverse("initiatives:detail", args=[row.pk]),
        message=_("Saved."),
    )
    context = {"form": form, "actor": row.actor, "initiative": row}
    return response or show(request, "initiatives/form.html", context)


PLAIN = (
    *("name", "text", "area_text", "since", "until", "source", "source_url"),
    *("reached", "hours_a_year", "funding_dkk"),
)


def _told(row: Initiative) -> dict[str, Any]:
    sorted_as = {
        name: [word.pk for word in getattr(row, name).all()]
        for name in ("target_groups", "activities", "areas")
    }
    return {"seen": row.version, **sorted_as, **{name: getattr(row, name) for name in PLAIN}}


@require_POST
def initiative_confirm(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(Initiative.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.confirm_initiative(by=request.by, initiative=row),
        back=reverse("initiatives:detail", args=[pk]),
        message=_("Thank you. Now everybody knows that it still holds."),
    )


# --- overlaps ----------------------------------------------------------------------------------
@require_safe
def overlap_list(request: CivicRequest) -> HttpResponseBase:
    form = OverlapFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    rows = queries.overlaps(request.council, **form.chosen())
    if request.GET.get("format") == "csv":
        return csv_response("overlap", rows.iterator(chunk_size=500), OVERLAP_COLUMNS)
    context = {
        "filter": form,
        "page": page(request, rows, order="-strength"),
        "csv_href": csv_href(request),
        "hours": queries.hours_freed(request.council),
    }
    return show(request, "initiatives/overlaps.html", context)


@require_POST
def overlap_find(request: CivicRequest) -> HttpResponse:
    return press(
        request,
        lambda: actions.ask_for_overlaps(by=request.by),
        back=reverse("initiatives:overlaps"),
        message=_("We are comparing everything now. Load the page again in a moment."),
    )


@require_safe
def overlap_clusters(request: CivicRequest) -> HttpResponse:
    return show(
        request, "initiatives/clusters.html", {"clusters": queries.clusters(request.council)}
    )


def synonyms(request: CivicRequest) -> HttpResponse:
    """Words that mean the same here, for the secretariat to add to."""
    require(request.by, "initiatives.edit_synonyms")
    form = SynonymsForm(request.POST or None)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.add_synonyms(by=request.by, **form.values()),
        done=lambda row: reverse("initiatives:synonyms"),
        message=_("Saved. Compare everything again to see what it changes."),
    )
    context = {"form": form, "sets": queries.synonyms(request.council)}
    return response or show(request, "initiatives/synonyms.html", context)


@require_POST
def synonyms_remove(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(SynonymSet.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_synonyms(by=request.by, synonyms=row),
        back=reverse("initiatives:synonyms"),
        message=_("Removed."),
    )


def _overlap(request: CivicRequest, pk: int) -> Overlap:
    people = ("a__actor", "b__actor", "coordination")
    words = [
        f"{side}__{kind}" for side in "ab" for kind in ("target_groups", "activities", "areas")
    ]
    rows = Overlap.objects.select_related(*people).prefetch_related(*words)
    overlap: Overlap = one(rows, request.by, pk=pk)
    return overlap


def overlap_detail(request: CivicRequest, pk: int) -> HttpResponse:
    """One pair, side by side; mark it as not the same."""
    row = _overlap(request, pk)
    form = NotSameForm(request.POST or None)
    if request.method == "POST":
        require(request.by, "initiatives.judge_overlap", row)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.mark_not_same(by=request.by, overlap=row, **form.values()),
        done=lambda row: reverse("initiatives:overlap", args=[row.pk]),
        message=_("The pair stays away from now on."),
    )
    context = {
        "overlap": row,
        "form": form,
        "case": getattr(row, "coordination", None),
        "can_judge": may(request.by, "initiatives.judge_overlap", row),
        "can_look_again": may(request.by, "initiatives.look_again", row),
    }
    return response or show(request, "initiatives/overlap.html", context)


@require_POST
def overlap_again(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(Overlap.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.look_again(by=request.by, overlap=row),
        back=reverse("initiatives:overlap", args=[pk]),
        message=_("The pair is open again."),
    )


@require_POST
def coordination_open(request: CivicRequest, pk: int) -> HttpResponse:
    row = one(Overlap.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.open_coordination(by=request.by, overlap=row),
        back=reverse("initiatives:overlap", args=[pk]),
        message=_("The owners that we have an e-mail address of have been told."),
    )


def coordination_detail(request: CivicRequest, pk: int) -> HttpResponse:
    """What the owners do about it, and what it frees."""
    case = one(queries.coordinations(request.council), request.by, pk=pk)
    form = SettleForm(request.POST or None, initial=_decided(case))
    if request.method == "POST":
        require(request.by, "initiatives.settle", case)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda: actions.settle_coordination(
            by=request.by, coordination=case, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda case: reverse("initiatives:coordination", args=[case.pk]),
        message=_("Decided. The owners that we have an e-mail address of have been told."),
    )
    context = {
        "case": case,
        "overlap": case.overlap,
        "owners": [case.overlap.a, case.overlap.b],
        "form": form,
        "can_settle": may(request.by, "initiatives.settle", case),
    }
    return response or show(request, "initiatives/coordination.html", context)


def _decided(case: Coordination) -> dict[str, Any]:
    names = ("choice", "reason", "hours_freed", "follow_up")
    return {"seen": case.version, **{name: getattr(case, name) for name in names}}


@require_safe
def gaps(request: CivicRequest) -> HttpResponseBase:
    form = GapFilter(request.GET, request.council)
    if response := led_on(request, form):
        return response
    chosen = form.chosen()
    context = {
        "table": queries.gaps(request.council, **chosen),
        "filter": form,
        "by_place": "across" in chosen,
    }
    return show(request, "initiatives/gaps.html", context)
