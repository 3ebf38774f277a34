from __future__ import annotations

from typing import Any, cast

from django.http import FileResponse, Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.commons.knowledge.models import Kind
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show
from samskab.civic.foundation.core.paging import page
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.queries import dependences
from samskab.civic.journey.pilots import actions, drawing, forms, queries
from samskab.civic.journey.pilots.models import Crew, JournalEntry, Milestone, Pilot, Risk
from samskab.civic.journey.pilots.sections import drawn

CSV = {
    "title": lambda row: row.title,
    "status": lambda row: row.get_status_display(),
    "challenge": lambda row: row.challenge.title,
    "starts": lambda row: row.starts.isoformat(),
    "ends": lambda row: row.ends.isoformat() if row.ends else "",
    "people": lambda row: row.people,
    "volunteers": lambda row: row.volunteers,
    "budget_dkk": lambda row: row.cost,
    "milestones": lambda row: row.n_milestones,
    "example": lambda row: "eksempel" if row.is_example else "",
}


def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.filtered(
        queries.pilots(request.by), status=chosen.get("status", ""), text=chosen.get("q", "")
    )
    if request.GET.get("format") == "csv":
        return csv_response("pilotprojekter", queries.for_export(rows).iterator(), CSV)
    found = page(request, rows, order="-starts")
    context = {"filters": form, "page": found, "csv_href": csv_href(request)}
    return show(request, "pilots/list.html", context)


def detail(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _seen(request, pk)
    by = request.by
    mine = set(queries.own_parties(by, pilot).values_list("pk", flat=True)) if by.signed_in else ()
    risks = queries.risks(pilot)
    promises = dependences(pilot.agreement)
    articles = list(pilot.articles.all())
    return show(
        request,
        "pilots/detail.html",
        {
            "pilot": pilot,
            "stages": pilot.stages,
            "drawn": drawing.theory(pilot.stages),
            "crew": queries.crew(pilot),
            "promises": promises,
            "web": drawing.web(promises),
            "parties": list(queries.parties(pilot)),
            "budget": list(pilot.budget.all()),
            "cost": queries.cost(pilot),
            "milestones": queries.milestones(pilot),
            "risks": [(risk, _may_still_accept(risk, mine)) for risk in risks],
            "journal": queries.journal(pilot),
            "models": [one_ for one_ in articles if one_.kind == Kind.MODEL],
            "articles": [one_ for one_ in articles if one_.kind != Kind.MODEL],
            "sections": drawn(by, pilot),
        },
    )


def theory_drawing(request: CivicRequest, pk: int) -> HttpResponse:
    """The drawing alone, to put into a presentation."""
    pilot = _seen(request, pk)
    if not pilot.has_theory:
        raise Http404
    known = {"drawn": drawing.theory(pilot.stages)}
    response = HttpResponse(
        render_to_string("pilots/_drawing.html", known), content_type="image/svg+xml"
    )
    response["Content-Disposition"] = f'attachment; filename="forandringsteori-{pilot.pk}.svg"'
    return response


def _may_still_accept(risk: Risk, mine: Any) -> bool:
    """Whether somebody that the reader represents has not accepted it yet."""
    return bool(set(mine) - {one.actor_id for one in risk.acceptances.all()})


def _seen(request: CivicRequest, pk: int) -> Pilot:
    pilot = cast(
        Pilot,
        one(Pilot.objects.select_related("challenge", "agreement"), request.by, pk=pk),
    )
    if not may(request.by, "pilots.see", pilot):
        raise Http404
    return pilot


def _work(request: CivicRequest, pk: int) -> Pilot:
    pilot = _seen(request, pk)
    require(request.by, "pilots.edit", pilot)
    return pilot


def _home(row: Any) -> str:
    pilot = row if isinstance(row, Pilot) else row.pilot
    return reverse("pilots:detail", args=[pilot.pk])


def _form_page(
    request: CivicRequest, form: CivicForm, pilot: Pilot, title: str, lead: str = "", **extra: Any
) -> HttpResponse:
    context = {"form": form, "pilot": pilot, "title": title, "lead": lead} | extra
    return show(request, "pilots/form.html", context)


# --- start, plan, end --------------------------------------------------------------------------
def start(request: CivicRequest, pk: int) -> HttpResponse:
    challenge = cast(Challenge, one(Challenge.objects, request.by, pk=pk))
    require(request.by, "pilots.start", challenge)
    form = forms.StartForm(
        request.POST or None,
        council=request.council,
        initial={"title": challenge.title, "starts": clock.today()},
    )
    response = perform(
        request,
        form,
        lambda: actions.start_pilot(by=request.by, challenge=challenge, **form.values()),
        done=_home,
        message=_("The pilot is there. Now write how you think it works."),
    )
    context = {"form": form, "challenge": challenge}
    return response or show(request, "pilots/start.html", context)


def plan(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.PlanForm(
        request.POST or None, council=request.council, initial=_plan_as_typed(pilot)
    )
    response = perform(
        request,
        form,
        lambda: actions.set_plan(
            by=request.by, pilot=pilot, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("The plan is saved."),
    )
    return response or _form_page(request, form, pilot, _("Plan"))


def _plan_as_typed(pilot: Pilot) -> dict[str, Any]:
    names = ("title", "text", "starts", "ends", "people", "volunteers")
    articles = list(pilot.articles.all())
    return {name: getattr(pilot, name) for name in names} | {
        "budget": forms.budget_text(pilot),
        "model": next((one_ for one_ in articles if one_.kind == Kind.MODEL), None),
        "articles": [one_ for one_ in articles if one_.kind != Kind.MODEL],
        "seen": pilot.version,
    }


def theory(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.TheoryForm(request.POST or None, initial=forms.theory_as_typed(pilot))
    response = perform(
        request,
        form,
        lambda: actions.edit_theory(
            by=request.by, pilot=pilot, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("Your thinking is saved."),
    )
    lead = _("Write it short. The drawing is made from it.")
    title = _("How we think it works")
    context = {"form": form, "pilot": pilot, "title": title, "lead": lead}
    return response or show(request, "pilots/theory.html", context)


def begin(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    return _press(
        request,
        pilot,
        lambda: actions.begin_pilot(by=request.by, pilot=pilot),
        _("The pilot has begun."),
    )


def end(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.EndForm(request.POST or None, initial={"seen": pilot.version})
    response = perform(
        request,
        form,
        lambda: actions.end_pilot(
            by=request.by, pilot=pilot, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_home,
        message=_("The pilot is over. Now look at how it went."),
    )
    lead = _("Afterwards plan, risks and journal cannot be changed.")
    return response or _form_page(request, form, pilot, _("End the pilot"), lead)


# --- milestones and risks ----------------------------------------------------------------------
def add_milestone(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.MilestoneForm(request.POST or None, pilot=pilot)
    response = perform(
        request,
        form,
        lambda: actions.add_milestone(by=request.by, pilot=pilot, **form.values()),
        done=_home,
        message=_("The milestone is added."),
    )
    return response or _form_page(request, form, pilot, _("A new milestone"))


def _milestone(request: CivicRequest, pk: int) -> Milestone:
    rows = Milestone.objects.select_related("pilot__challenge")
    milestone = cast(Milestone, one(rows, request.by, pk=pk))
    require(request.by, "pilots.edit", milestone)
    return milestone


def reach_milestone(request: CivicRequest, pk: int) -> HttpResponse:
    milestone = _milestone(request, pk)
    return _press(
        request,
        milestone.pilot,
        lambda: actions.reach_milestone(by=request.by, milestone=milestone),
        _("Well done. It is noted."),
    )


def remove_milestone(request: CivicRequest, pk: int) -> HttpResponse:
    milestone = _milestone(request, pk)
    return _press(
        request,
        milestone.pilot,
        lambda: actions.remove_milestone(by=request.by, milestone=milestone),
        _("The milestone is taken away."),
    )


def add_crew(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.CrewForm(request.POST or None, pilot=pilot)
    response = perform(
        request,
        form,
        lambda: actions.add_crew(by=request.by, pilot=pilot, **form.values()),
        done=_home,
        message=_("It is added."),
    )
    lead = _("Write the part, never the name.")
    return response or _form_page(request, form, pilot, _("Who does what"), lead)


def remove_crew(request: CivicRequest, pk: int) -> HttpResponse:
    row = cast(Crew, one(Crew.objects.select_related("pilot__challenge"), request.by, pk=pk))
    require(request.by, "pilots.edit", row)
    return _press(
        request,
        row.pilot,
        lambda: actions.remove_crew(by=request.by, crew=row),
        _("It is taken away."),
    )


def add_risk(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.RiskForm(request.POST or None, pilot=pilot)
    response = perform(
        request,
        form,
        lambda: actions.add_risk(by=request.by, pilot=pilot, **form.values()),
        done=_home,
        message=_("The risk is added. Each party accepts it for itself."),
    )
    lead = _("Whoever tries something new runs a risk. Say it aloud.")
    return response or _form_page(request, form, pilot, _("A risk we accept"), lead)


def accept_risk(request: CivicRequest, pk: int) -> HttpResponse:
    risk = cast(Risk, one(Risk.objects.select_related("pilot__challenge"), request.by, pk=pk))
    require(request.by, "pilots.accept_risk", risk)
    form = forms.AcceptForm(request.POST or None, by=request.by, risk=risk)
    response = perform(
        request,
        form,
        lambda: actions.accept_risk(by=request.by, risk=risk, **form.values()),
        done=lambda row: _home(row.risk),
        message=_("Thank you. It is noted."),
    )
    title = _("Accept a risk")
    return response or _form_page(request, form, risk.pilot, title, quote=risk.text)


# --- journal -----------------------------------------------------------------------------------
def write_journal(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _work(request, pk)
    form = forms.JournalForm(request.POST or None, request.FILES or None)
    response = perform(
        request,
        form,
        lambda: actions.write_journal(by=request.by, pilot=pilot, **form.values()),
        done=_home,
        message=_("Thank you for telling."),
    )
    lead = _("Everybody can read the journal.")
    return response or _form_page(request, form, pilot, _("Write in the journal"), lead)


def _entry(request: CivicRequest, pk: int) -> JournalEntry:
    rows = JournalEntry.objects.select_related("pilot__challenge")
    return cast(JournalEntry, one(rows, request.by, pk=pk))


def remove_entry(request: CivicRequest, pk: int) -> HttpResponse:
    entry = _entry(request, pk)
    require(request.by, "pilots.edit", entry)
    return _press(
        request,
        entry.pilot,
        lambda: actions.remove_journal_entry(by=request.by, entry=entry),
        _("The entry is deleted."),
    )


def photo(request: CivicRequest, pk: int) -> HttpResponse | FileResponse:
    entry = _entry(request, pk)
    if not entry.photo or not may(request.by, "pilots.see", entry):
        raise Http404
    response = FileResponse(entry.photo.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _press(request: CivicRequest, pilot: Pilot, act: Any, message: str) -> HttpResponse:
    return press(request, act, back=_home(pilot), message=message)
