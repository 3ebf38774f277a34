from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, cast

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from samskab.civic.commons.council.models import Decision
from samskab.civic.commons.initiatives.models import Coordination
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.evaluation import actions, forms, pdf, queries
from samskab.civic.journey.evaluation.models import (
    AddedValue,
    Code,
    Evaluation,
    Group,
    Measure,
    Reminder,
    Round,
    When,
)
from samskab.civic.journey.evaluation.sealed import grouped
from samskab.civic.journey.pilots.models import Pilot

CSV = {
    "title": lambda row: row.pilot.title,
    "challenge": lambda row: row.pilot.challenge.title,
    "verdict": lambda row: row.get_verdict_display(),
    "evaluated_at": lambda row: row.evaluated_at.isoformat(),
    "cost_dkk": lambda row: row.cost_dkk,
    "example": lambda row: "eksempel" if row.is_example else "",
}
FIGURES = {
    "measure": lambda row: row[0],
    "figure": lambda row: row[1],
    "value": lambda row: row[2],
}


# --- reading -----------------------------------------------------------------------------------
def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.filtered(queries.evaluations(request.by), verdict=chosen.get("verdict", ""))
    if request.GET.get("format") == "csv":
        return csv_response("evalueringer", rows.order_by("-pk").iterator(), CSV)
    found = page(request, rows)
    context = {"filters": form, "page": found, "csv_href": csv_href(request)}
    return show(request, "evaluation/list.html", context)


def _seen(request: CivicRequest, pk: int) -> Evaluation:
    rows = Evaluation.objects.select_related("pilot__challenge", "decision__item")
    evaluation = cast(Evaluation, one(rows, request.by, pk=pk))
    if not may(request.by, "evaluation.see", evaluation):
        raise Http404
    return evaluation


@dataclass(frozen=True)
class Told:
    """What the page, the CSV and the PDF of an evaluation have in common."""

    shown: list[queries.Drawn]
    values: list[AddedValue]
    freed: list[Coordination]
    took: list[tuple[str, str]]
    decision: Decision | None


def _told(evaluation: Evaluation) -> Told:
    freed = queries.freed(evaluation.pilot)
    return Told(
        queries.shown(evaluation),
        queries.values(evaluation),
        freed,
        queries.what_it_took(evaluation, freed),
        queries.published_decision(evaluation) if evaluation.is_public else None,
    )


def detail(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    told = _told(evaluation)
    if request.GET.get("format") == "csv":
        return csv_response(f"evaluering-{evaluation.pk}", _figures(told), FIGURES)
    return show(
        request,
        "evaluation/detail.html",
        {
            "evaluation": evaluation,
            "pilot": evaluation.pilot,
            "shown": told.shown,
            "values": told.values,
            "mine": queries.own_values(request.by, evaluation),
            "took": told.took,
            "freed": told.freed,
            "decision": told.decision,
        },
    )


def as_pdf(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    told = _told(evaluation)
    file = pdf.evaluation_pdf(evaluation, told.shown, told.values, told.took, told.decision)
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="evaluering-{evaluation.pk}.pdf"'
    return response


def _figures(told: Told) -> Iterator[tuple[str, str, Any]]:
    """Aggregates only, with a plain number for each."""
    for one_ in told.shown:
        for name, value in one_.rows:
            yield _named(one_), name, value.replace("−", "-")
        if one_.hidden:
            yield _named(one_), _("Too few answers"), ""
    for name, text in told.took:
        yield "", name, re.sub(r"\D", "", text)


def _named(one_: queries.Drawn) -> str:
    return f"{one_.measure.title} ({one_.label})" if one_.label else one_.measure.title


# --- measuring, for those who run the pilot ----------------------------------------------------
def _pilot(request: CivicRequest, pk: int) -> Pilot:
    rows = Pilot.objects.select_related("challenge", "agreement")
    pilot = cast(Pilot, one(rows, request.by, pk=pk))
    require(request.by, "evaluation.measure", pilot)
    return pilot


def _desk(pilot: Any) -> str:
    return reverse("evaluation:desk", args=[pilot.pk])


def desk(request: CivicRequest, pk: int) -> HttpResponse:
    """Measures, codes and rounds of a pilot: how many have answered, never what."""
    pilot = _pilot(request, pk)
    known, counts = queries.measures(pilot), queries.answer_counts(pilot)
    table = [
        (measure, [counts.get((measure.pk, when), 0) for when in When.values]) for measure in known
    ]
    rows = _round_rows(pilot)
    codes = Code.objects.filter(pilot=pilot)
    return show(
        request,
        "evaluation/desk.html",
        {
            "pilot": pilot,
            "table": table,
            "n_codes": codes.filter(group=Group.PILOT).count(),
            "n_compared": codes.filter(group=Group.COMPARISON).count(),
            "rounds": rows,
            "has_later": any(one["row"] for one in rows if one["when"] == When.FOLLOWUP),
            "open": queries.open_round(pilot),
            "has_answers": bool(counts),
            "n_reminders": Reminder.objects.filter(pilot=pilot).count(),
            "evaluation": Evaluation.objects.filter(pilot=pilot).first(),
        },
    )


def _round_rows(pilot: Pilot) -> list[dict[str, Any]]:
    known = queries.rounds(pilot)
    return [{"when": when.value, "label": when.label, "row": known.get(when)} for when in When]


def add_measure(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _pilot(request, pk)
    form = forms.MeasureForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.add_measure(by=request.by, pilot=pilot, **form.values()),
        done=lambda measure: _desk(pilot),
        message=_("The measure is added."),
    )
    return response or _form_page(request, form, pilot, _("What do you measure?"))


def _form_page(
    request: CivicRequest, form: CivicForm, pilot: Pilot, title: str, **extra: Any
) -> HttpResponse:
    context = {"form": form, "pilot": pilot, "title": title, "back": _desk(pilot)} | extra
    return show(request, "evaluation/form.html", context)


def remove_measure(request: CivicRequest, pk: int) -> HttpResponse:
    measure = cast(Measure, one(Measure.objects.select_related("pilot"), request.by, pk=pk))
    require(request.by, "evaluation.measure", measure)
    return _press(
        request,
        _desk(measure.pilot),
        lambda: actions.remove_measure(by=request.by, measure=measure),
        _("The measure is taken away."),
    )


def make_codes(request: CivicRequest, pk: int) -> HttpResponse:
    """The sheet with the codes is the answer itself: it is shown once and kept nowhere."""
    pilot = _pilot(request, pk)
    form = forms.CodesForm(request.POST or None)
    made: list[str] = []
    response = perform(
        request,
        form,
        lambda: made.extend(actions.make_codes(by=request.by, pilot=pilot, **form.values())),
        done=lambda nothing: _desk(pilot),
    )
    if response is not None and made:
        on_paper = form.cleaned_data["paper"] == "yes"
        return _private((_papers if on_paper else _sheet)(request, pilot, made))
    return response or _form_page(
        request, form, pilot, _("Make codes"), lead=_("The sheet is shown once. Print it.")
    )


def _sheet(request: CivicRequest, pilot: Pilot, codes: list[str]) -> HttpResponse:
    rows = []
    for code in codes:
        address = request.build_absolute_uri(reverse("evaluation:mine", args=[code]))
        drawing = segno.make(address, error="m").svg_inline(scale=3, border=2)
        # Drawn by segno from our own address.
        rows.append((code, address, mark_safe(drawing)))  # noqa: S308
    start = request.build_absolute_uri(reverse("evaluation:enter"))
    return show(request, "evaluation/sheet.html", {"pilot": pilot, "rows": rows, "start": start})


def _papers(request: CivicRequest, pilot: Pilot, codes: list[str]) -> HttpResponse:
    """A sheet for each person, to fill in by hand; typed in with the code afterwards."""
    rows = [
        (code, request.build_absolute_uri(reverse("evaluation:mine", args=[code])))
        for code in codes
    ]
    start = request.build_absolute_uri(reverse("evaluation:enter"))
    file = pdf.papers(pilot, queries.measures(pilot), rows, start)
    response = HttpResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="spoergeskemaer-{pilot.pk}.pdf"'
    return response


def open_round(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _pilot(request, pk)
    form = forms.RoundForm(request.POST or None)
    return _press(
        request,
        _desk(pilot),
        lambda: actions.open_round(by=request.by, pilot=pilot, when=form.cleaned_data["when"]),
        _("The round is open. People can answer now."),
        form,
    )


def remind(request: CivicRequest, pk: int) -> HttpResponse:
    round_ = cast(Round, one(Round.objects.select_related("pilot"), request.by, pk=pk))
    require(request.by, "evaluation.measure", round_)
    return _press(
        request,
        _desk(round_.pilot),
        lambda: actions.remind(by=request.by, round=round_),
        _("All who asked for it get a mail."),
    )


def close_round(request: CivicRequest, pk: int) -> HttpResponse:
    round_ = cast(Round, one(Round.objects.select_related("pilot"), request.by, pk=pk))
    require(request.by, "evaluation.measure", round_)
    return _press(
        request,
        _desk(round_.pilot),
        lambda: actions.close_round(by=request.by, round=round_),
        _("The round is closed."),
    )


def _press(
    request: CivicRequest, back: str, act: Any, message: str, form: CivicForm | None = None
) -> HttpResponse:
    return press(request, act, back=back, message=message, form=form)


# --- answering, for those who take part --------------------------------------------------------
def _private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody on the way."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


TABLET = "tablet"
PATIENCE = timedelta(minutes=15)


def _code(request: CivicRequest, typed: str) -> tuple[Code, Principal]:
    """The code, and somebody about whom nothing is known but that they hold it."""
    code = _on_tablet(request) if typed == TABLET else queries.by_code(request.council, typed)
    if code is None:
        if typed == TABLET:
            raise NobodyHere
        throttle(request, "code", limit=30, seconds=900)
        raise Http404
    return code, Principal(request.council).holding("evaluation.code", code.pk)


class NobodyHere(Exception):
    """The tablet waits for the next person."""


def _on_tablet(request: CivicRequest) -> Code | None:
    """Whose turn it is at a tablet that many use; forgotten after a quarter of an hour."""
    pk, at = request.session.get(TABLET, (0, 0.0))
    if timezone.now().timestamp() - at > PATIENCE.total_seconds():
        request.session.pop(TABLET, None)
        return None
    rows = Code.objects.filter(council=request.council, pk=pk)
    return rows.select_related("pilot").first()


def without_the_code(view: Any) -> Any:
    """Keeps the code out of error reports, and the page out of every cache."""

    @wraps(view)
    @sensitive_variables()
    def wrapped(request: CivicRequest, code: str, **known: Any) -> HttpResponse:
        try:
            return _private(view(request, code, **known))
        except NobodyHere:
            return enter(request, code)

    return wrapped


def enter(request: CivicRequest, code: str = "") -> HttpResponse:
    """Where a code is typed. At a tablet it stays out of the address and of the history."""
    form = forms.CodeForm(request.POST or None)
    if form.is_valid():
        found = queries.by_code(request.council, form.cleaned_data["code"])
        if found is not None and code == TABLET:
            request.session[TABLET] = (found.pk, timezone.now().timestamp())
            return _private(redirect("evaluation:mine", code=TABLET))
        if found is not None:
            return _private(redirect("evaluation:mine", code=grouped(form.cleaned_data["code"])))
        throttle(request, "code", limit=30, seconds=900)
        form.add_error("code", _("We do not know this code. Look at your paper and try again."))
    context = {"form": form, "tablet": code == TABLET, "action": request.path}
    return _private(show(request, "evaluation/enter.html", context))


def next_person(request: CivicRequest) -> HttpResponse:
    """The tablet forgets who was here."""
    if request.method == "POST":
        request.session.pop(TABLET, None)
    return redirect("evaluation:mine", code=TABLET)


@without_the_code
def mine(request: CivicRequest, code: str) -> HttpResponse:
    row, by = _code(request, code)
    form = forms.WithdrawForm(request.POST or None)
    here = reverse("evaluation:mine", args=[code])
    response = perform(
        request,
        form,
        lambda: actions.withdraw_answers(by=by, code=row),
        done=lambda removed: here,
        message=_("All your answers are deleted."),
    )
    return response or show(request, "evaluation/mine.html", _mine(row, code) | {"form": form})


@dataclass(frozen=True)
class Asked:
    """One measure as the person sees it: how far they have come."""

    measure: Measure
    done: int

    @property
    def is_done(self) -> bool:
        return self.done == self.measure.instrument.items


def _mine(row: Code, code: str) -> dict[str, Any]:
    round_now = queries.open_round(row.pilot)
    done = queries.progress(row, round_now.when) if round_now else {}
    asked = [Asked(one_, done.get(one_.pk, 0)) for one_ in queries.measures(row.pilot)]
    return {
        "code": code,
        "tablet": code == TABLET,
        "pilot": row.pilot,
        "withdrawn": row.withdrawn,
        "open": round_now,
        "asked": asked,
        "consent": queries.consent(),
        "all_done": bool(asked) and all(one_.is_done for one_ in asked),
    }


def _measure_of(row: Code, by: Principal, pk: int) -> Measure:
    return cast(Measure, one(Measure.objects.filter(pilot=row.pilot), by, pk=pk))


def _may_answer(row: Code) -> bool:
    return queries.open_round(row.pilot) is not None and not row.withdrawn


@without_the_code
def question(request: CivicRequest, code: str, pk: int, number: int) -> HttpResponse:
    """One question at a time; before the first, what happens to the answers."""
    row, by = _code(request, code)
    measure = _measure_of(row, by, pk)
    if not _may_answer(row) or not 1 <= number <= measure.instrument.items:
        return redirect("evaluation:mine", code=code)
    if not row.agreed:
        return _agree(request, row, by, {"code": code, "measure": measure})
    form = forms.QuestionForm(request.POST or None, measure=measure, at=number - 1)
    response = perform(
        request,
        form,
        lambda: actions.answer_one(
            by=by, code=row, measure=measure, at=number - 1, item=form.item()
        ),
        done=lambda made: _after(code, measure, number),
    )
    if response is not None and number == measure.instrument.items:
        messages.success(request, _("Thank you. Your answers are locked away."))
    context = {
        "form": form,
        "measure": measure,
        "pilot": row.pilot,
        "code": code,
        "number": number,
        "of": measure.instrument.items,
        "previous": number - 1,
    }
    return response or show(request, "evaluation/question.html", context)


def _agree(request: CivicRequest, row: Code, by: Principal, known: dict[str, Any]) -> HttpResponse:
    form = forms.AgreeForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.agree(by=by, code=row),
        done=lambda made: request.path,
    )
    context = {"form": form, "pilot": row.pilot, "consent": queries.consent()} | known
    return response or show(request, "evaluation/agree.html", context)


def _after(code: str, measure: Measure, number: int) -> str:
    if number < measure.instrument.items:
        return reverse("evaluation:question", args=[code, measure.pk, number + 1])
    return reverse("evaluation:mine", args=[code])


@without_the_code
def answer(request: CivicRequest, code: str, pk: int) -> HttpResponse:
    """All questions on one page, for those who like it so and for typing from paper."""
    row, by = _code(request, code)
    measure = _measure_of(row, by, pk)
    here = reverse("evaluation:mine", args=[code])
    if not _may_answer(row):
        return redirect(here)
    form = forms.AnswerForm(request.POST or None, measure=measure)
    response = perform(
        request,
        form,
        lambda: actions.answer(by=by, code=row, measure=measure, items=form.items()),
        done=lambda made: here,
        message=_("Thank you. Your answers are locked away."),
    )
    context = {
        "form": form,
        "measure": measure,
        "pilot": row.pilot,
        "back": here,
        "consent": queries.consent(),
    }
    return response or show(request, "evaluation/answer.html", context)


@without_the_code
def reminder(request: CivicRequest, code: str) -> HttpResponse:
    row, by = _code(request, code)
    here = reverse("evaluation:mine", args=[code])
    if row.withdrawn:
        return redirect(here)
    form = forms.ReminderForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.ask_for_reminder(by=by, code=row, email=form.cleaned_data["email"]),
        done=lambda made: here,
        message=_("You get a mail when there are questions."),
    )
    context = {"form": form, "pilot": row.pilot, "back": here}
    return response or show(request, "evaluation/reminder.html", context)


@csrf_exempt  # mail programs stop mails by a bare POST (RFC 8058); the address is the secret
def no_reminder(request: CivicRequest, token: str) -> HttpResponse:
    if request.method != "POST":
        known = queries.reminder_by_token(request.council, token) is not None
        context = {"known": known, "token": token}
        return _private(show(request, "evaluation/no_reminder.html", context))
    actions.stop_reminder(council=request.council, token=token)
    messages.success(request, _("You get no more mails about this."))
    return redirect("evaluation:enter")


# --- evaluating --------------------------------------------------------------------------------
def _home(evaluation: Any) -> str:
    return reverse("evaluation:detail", args=[evaluation.pk])


def evaluate(request: CivicRequest, pk: int) -> HttpResponse:
    pilot = _pilot(request, pk)
    if request.method != "POST":
        return redirect(_desk(pilot))
    return press(
        request,
        lambda: actions.evaluate(by=request.by, pilot=pilot),
        back=_desk(pilot),
        done=_home,
        message=_("The figures are worked out."),
    )


def evaluate_later(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    require(request.by, "evaluation.evaluate", evaluation)
    return _press(
        request,
        _home(evaluation),
        lambda: actions.evaluate_later(by=request.by, evaluation=evaluation),
        _("The figures are worked out."),
    )


def write(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    require(request.by, "evaluation.evaluate", evaluation)
    form = forms.WriteForm(request.POST or None, initial=forms.as_written(evaluation))
    response = perform(
        request,
        form,
        lambda: actions.write_evaluation(
            by=request.by,
            evaluation=evaluation,
            seen=form.cleaned_data["seen"],
            **form.values(),
        ),
        done=_home,
        message=_("Your text is saved."),
    )
    back = {"back": _home(evaluation)}
    return response or _form_page(request, form, evaluation.pilot, _("How did it go?"), **back)


def tell(request: CivicRequest, pk: int) -> HttpResponse:
    rows = AddedValue.objects.select_related("evaluation__pilot", "actor")
    value = cast(AddedValue, one(rows, request.by, pk=pk))
    require(request.by, "evaluation.tell_value", value)
    form = forms.ValueForm(
        request.POST or None,
        initial={"got": value.got, "rating": value.rating, "seen": value.version},
    )
    response = perform(
        request,
        form,
        lambda: actions.tell_value(
            by=request.by, value=value, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: _home(row.evaluation),
        message=_("Thank you for telling."),
    )
    extra = {"back": _home(value.evaluation), "actor": value.actor, "expected": value.expected}
    title = _("What did you get out of it?")
    return response or _form_page(request, form, value.evaluation.pilot, title, **extra)


def propose(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    require(request.by, "evaluation.propose", evaluation)
    return _press(
        request,
        _home(evaluation),
        lambda: actions.propose_verdict(by=request.by, evaluation=evaluation),
        _("It is before the council now."),
    )


def adopt(request: CivicRequest, pk: int) -> HttpResponse:
    evaluation = _seen(request, pk)
    require(request.by, "evaluation.adopt", evaluation)
    return _press(
        request,
        _home(evaluation),
        lambda: actions.adopt_verdict(by=request.by, evaluation=evaluation),
        _("The verdict is noted on the challenge."),
    )
