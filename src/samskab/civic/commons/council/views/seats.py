"""Seats, who holds them, and who would like one."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    forms,
    queries,
)
from samskab.civic.commons.council.models import (
    Candidacy,
    Seat,
    Term,
)
from samskab.civic.commons.council.views.common import fill_in, initial_of
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.http import CivicRequest, one, press, show, throttle


def add_seat(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.edit_seats")
    form = forms.SeatForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.add_seat(by=request.by, **form.values()),
        heading=_("A new seat"),
        button=_("Add the seat"),
        back=reverse("council:members"),
        done=lambda seat: reverse("council:seat", args=[seat.pk]),
        message=_("The seat is there, and it is vacant."),
    )


@require_safe
def seat(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    terms = list(row.terms.select_related("user").order_by("-since", "-pk"))
    context = {
        "seat": row,
        "term": next((t for t in terms if t.until is None and not t.is_substitute), None),
        "substitute": next((t for t in terms if t.until is None and t.is_substitute), None),
        "candidates": queries.candidacies(row),
        "former": [term for term in terms if term.until is not None],
    }
    return show(request, "council/seat.html", context)


def edit_seat(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.SeatForm(request.POST or None, initial=initial_of(row, forms.SeatForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_seat(
            by=request.by, seat=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Change the seat"),
        button=_("Save"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The seat is saved."),
    )


def seat_person(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.SeatPersonForm(
        request.POST or None, initial={"since": timezone.localdate()}, council=request.council
    )
    return fill_in(
        request,
        form,
        lambda: actions.seat_person(by=request.by, seat=row, **form.values()),
        heading=_("Give the seat to a person"),
        button=_("Give the seat"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The seat is taken. Welcome to the new member."),
        lead=row.shown_title,
    )


def end_term(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    term = one(Term.objects.select_related("seat"), request.by, pk=pk)
    form = forms.EndTermForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.end_term(by=request.by, term=term, **form.values()),
        heading=_("End a term"),
        button=_("End the term"),
        back=reverse("council:seat", args=[term.seat_id]),
        message=_("The seat is vacant now."),
        lead=term.holder_name,
    )


def call(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Seat.objects, request.by, pk=pk)
    form = forms.CallForm(request.POST or None, initial=initial_of(row, forms.CallForm))
    return fill_in(
        request,
        form,
        lambda: actions.call_for_candidates(by=request.by, seat=row, **form.values()),
        heading=_("Call for candidates"),
        button=_("Save the call"),
        back=reverse("council:seat", args=[row.pk]),
        message=_("The call is saved."),
        lead=row.shown_title,
    )


def stand(request: CivicRequest, pk: int) -> HttpResponse:
    """Anybody may put themself forward for a vacant seat."""
    row = one(Seat.objects, request.by, pk=pk)
    if request.method == "POST":
        throttle(request, "stand", limit=10, seconds=3600)
    form = forms.CandidateForm(request.POST or None)
    return fill_in(
        request,
        form,
        lambda: actions.put_oneself_forward(by=request.by, seat=row, **form.values()),
        heading=_("I would like this seat"),
        button=_("Put myself forward"),
        back=reverse("council:members"),
        message=_("Thank you. The secretariat writes to you."),
        lead=row.shown_title,
        said=row.call,
    )


@require_POST
def remove_candidacy(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_seats")
    row = one(Candidacy.objects.select_related("seat"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_candidacy(by=request.by, candidacy=row),
        back=reverse("council:seat", args=[row.seat_id]),
        message=_("What the person wrote is no longer kept."),
    )
