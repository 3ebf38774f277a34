"""The year: its meetings, and its report."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    forms,
    pdf,
    queries,
)
from samskab.civic.commons.council.models import (
    Cycle,
    Meeting,
    YearReport,
)
from samskab.civic.commons.council.views.common import fill_in, initial_of
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.http import CivicRequest, one, press, show


def cycle(request: CivicRequest) -> HttpResponse:
    """The rules, and what they propose for a year."""
    require(request.by, "council.run_meetings")
    row = queries.cycle_of(request.council)
    asked = request.GET.get("aar", "")
    year = int(asked) if asked.isdecimal() and 2000 <= int(asked) <= 2100 else _coming_year()
    form = forms.CycleForm(request.POST or None, initial=_cycle_initial(row))
    return fill_in(
        request,
        form,
        lambda: actions.set_cycle(by=request.by, **form.values()),
        heading=_("Plan a year"),
        button=_("Save the rules"),
        back=reverse("council:cycle"),
        message=_("The rules are saved. See the days below."),
        year=year,
        plans=queries.plan_for(request.council, year, row) if row else [],
    )


def _coming_year() -> int:
    today = timezone.localdate()
    return today.year + (today.month > 9)


def _cycle_initial(row: Cycle | None) -> dict[str, Any]:
    if row is None:
        return {"weekday": Cycle.Day.TUESDAY, "starts": "16:00", "ends": "18:00"}
    lines = [
        f"{date.fromisoformat(first):%d.%m.%Y} - {date.fromisoformat(last):%d.%m.%Y} {name}"
        for first, last, name in row.school_holidays
    ]
    return {**initial_of(row, forms.CycleForm), "school_holidays": "\n".join(lines)}


@require_POST
def plan_year(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.run_meetings")
    form = forms.YearForm(request.POST)
    return press(
        request,
        lambda: actions.plan_year(by=request.by, **form.values()),
        back=reverse("council:cycle"),
        done=lambda made: (
            reverse("council:meetings") + (f"?aar={made[0].day.year}" if made else "")
        ),
        message=_("The meetings are in the calendar. You can still move each of them."),
        form=form,
    )


def _calendar_of(made: list[Meeting]) -> str:
    return reverse("council:meetings") + (f"?aar={made[0].day.year}" if made else "")


@require_safe
def reports(request: CivicRequest) -> HttpResponse:
    context = {"reports": queries.reports(request.by), "this_year": timezone.localdate().year}
    return show(request, "council/reports.html", context)


def _report(request: CivicRequest, year: int) -> YearReport:
    row: YearReport = one(YearReport.objects.select_related("council"), request.by, year=year)
    if not may(request.by, "council.read_report", row):
        raise Http404
    return row


@require_safe
def report(request: CivicRequest, year: int) -> HttpResponse:
    row = _report(request, year)
    return show(request, "council/report.html", {"report": row, "chapters": pdf.chapters(row)})


@require_safe
def report_pdf(request: CivicRequest, year: int) -> HttpResponse:
    row = _report(request, year)
    response = HttpResponse(pdf.report_pdf(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="aarsberetning-{year}.pdf"'
    return response


@require_POST
def begin_report(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.write_report")
    form = forms.YearForm(request.POST)
    return press(
        request,
        lambda: actions.begin_report(by=request.by, **form.values()),
        back=reverse("council:reports"),
        done=lambda row: reverse("council:report", args=[row.year]),
        message=_("The figures are counted. Now write the words."),
        form=form,
    )


def edit_report(request: CivicRequest, year: int) -> HttpResponse:
    require(request.by, "council.write_report")
    row = _report(request, year)
    form = forms.ReportForm(request.POST or None, initial=initial_of(row, forms.ReportForm))
    return fill_in(
        request,
        form,
        lambda: actions.edit_report(
            by=request.by, report=row, seen=form.cleaned_data["seen"], **form.values()
        ),
        heading=_("Yearly report %(year)s") % {"year": year},
        button=_("Save"),
        back=reverse("council:report", args=[year]),
        message=_("The report is saved."),
    )


@require_POST
def publish_report(request: CivicRequest, year: int) -> HttpResponse:
    require(request.by, "council.write_report")
    row = _report(request, year)
    public = not row.is_public
    return press(
        request,
        lambda: actions.publish_report(by=request.by, report=row, public=public),
        back=reverse("council:report", args=[year]),
        message=_("The report is public.") if public else _("The report is no longer public."),
    )
