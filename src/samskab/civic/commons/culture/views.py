from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.culture import actions, forms, pdf, queries
from samskab.civic.commons.culture.models import Survey
from samskab.civic.commons.culture.questions import QUESTIONS, Theme
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show


def _front() -> str:
    return reverse("culture:front")


@require_safe
def front(request: CivicRequest) -> HttpResponse:
    """What came of it through the years; for those who are asked, the way to answer."""
    rows = list(queries.surveys(request.council))
    told = queries.shown(rows)
    if request.GET.get("format") == "csv":
        return _csv(told)
    now = next((survey for survey in rows if survey.is_open), None)
    asked = now is not None and now.takes_answers and may(request.by, "culture.answer")
    runs = may(request.by, "culture.run")
    context = {
        "now": now,
        "asked": asked,
        "answered": asked and now is not None and queries.has_answered(request.by, now),
        "newest": told[0] if told else None,
        "lines": queries.lines(told) if told else [],
        "questions": queries.questions(told[0]) if told else [],
        "n_hidden": len(QUESTIONS) - len(queries.questions(told[0])) if told else 0,
        "may_ask": queries.may_ask(request.by),
        "silent": [row for row in rows if not row.is_open and not row.results],
        "n_answered": queries.n_answered(now) if now and runs else None,
        "n_asked": queries.asked(request.council).count() if now and runs else None,
    }
    return show(request, "culture/front.html", context)


def _csv(told: list[Survey]) -> HttpResponse:
    columns: dict[str, Callable[[Survey], Any]] = {
        "year": lambda row: row.year,
        "people": lambda row: row.results["people"],
    }
    columns |= {theme.value: partial(_mean, theme.value) for theme in Theme}
    return csv_response("samskabelseskultur", told, columns)


def _mean(theme: str, survey: Survey) -> float | None:
    found: float | None = survey.results["themes"].get(theme)
    return found


def _now(request: CivicRequest) -> Survey:
    found: Survey = one(Survey.objects.select_related("council"), request.by, closed__isnull=True)
    return found


def answer(request: CivicRequest) -> HttpResponse:
    require(request.by, "culture.answer")
    now = queries.open_survey(request.council)
    if now is None or not now.takes_answers or queries.has_answered(request.by, now):
        return redirect(_front())
    form = forms.AnswerForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.answer_survey(by=request.by, survey=now, answers=form.answers()),
        done=lambda _survey: _front(),
        message=_("Thank you. Your answers are counted, and nobody can see that they are yours."),
    )
    context = {"form": form, "survey": now, "paper": False}
    return response or show(request, "culture/answer.html", context)


def sheet(request: CivicRequest) -> HttpResponse:
    """Types in a sheet of paper, and then the next."""
    require(request.by, "culture.run")
    now = _now(request)
    form = forms.AnswerForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.enter_sheet(by=request.by, survey=now, answers=form.answers()),
        done=lambda _survey: reverse("culture:sheet"),
        message=_("The sheet is counted. Here is room for the next."),
    )
    context = {"form": form, "survey": now, "paper": True}
    return response or show(request, "culture/answer.html", context)


@require_safe
def sheet_pdf(request: CivicRequest) -> HttpResponse:
    require(request.by, "culture.run")
    response = HttpResponse(pdf.sheet_pdf(_now(request)), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="spoergeskema.pdf"'
    return response


def begin(request: CivicRequest) -> HttpResponse:
    require(request.by, "culture.run")
    form = forms.OpenForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.open_survey(by=request.by, **form.values()),
        done=lambda _survey: _front(),
        message=_("The survey is open, and those who are asked get a mail."),
    )
    context = {"form": form, "n_asked": queries.asked(request.council).count()}
    return response or show(request, "culture/begin.html", context)


@require_POST
def close(request: CivicRequest) -> HttpResponse:
    require(request.by, "culture.run")
    now = queries.open_survey(request.council)
    if now is None:
        return redirect(_front())
    return press(
        request,
        lambda: actions.close_survey(by=request.by, survey=now),
        back=_front(),
        message=_("The survey is closed and counted."),
    )


@require_POST
def call_off(request: CivicRequest) -> HttpResponse:
    require(request.by, "culture.run")
    now = queries.open_survey(request.council)
    if now is None:
        raise Http404
    return press(
        request,
        lambda: actions.call_off_survey(by=request.by, survey=now),
        back=_front(),
        message=_("The survey is called off, and its answers are gone."),
    )
