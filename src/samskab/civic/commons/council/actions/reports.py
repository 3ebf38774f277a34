"""The yearly report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    figures,
)
from samskab.civic.commons.council.models import (
    YearReport,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal


@action("council.write_report")
def begin_report(*, by: Principal, year: int) -> YearReport:
    """Counts what happened in a year, or counts again; the words stay. What is published is not
    counted again."""
    this_year = clock.today().year
    if not this_year - 20 <= year <= this_year:
        raise Invalid(_("Choose this year or one before it."), field="year")
    report: YearReport | None = YearReport.objects.filter(council=by.council, year=year).first()
    report = locked(report) if report else YearReport(council=by.council, year=year)
    if report.is_public:
        raise Conflict(_("The report is published. Take it back first to change it."))
    report.chapters, report.counted_at = _chapters(by.council, year), clock.now()
    report.save()
    record(by, "council.begin_report", report, year=year)
    return report


def _chapters(council: Council, year: int) -> list[dict[str, Any]]:
    """Kept in both languages, so that the report stays what it was."""
    zone = timezone.get_current_timezone()
    start, end = (datetime(at, 1, 1, tzinfo=zone) for at in (year, year + 1))
    told = {}
    for language in ("da", "en"):
        with translation.override(language):
            told[language] = [
                {
                    "heading": str(chapter.heading),
                    "figures": [_figure(one) for one in chapter.read(council, start, end)],
                }
                for chapter in figures.chapters()
            ]
    pairs = zip(told["da"], told["en"], strict=True)
    return [{"da": da, "en": en} for da, en in pairs if da["figures"]]


def _figure(one: figures.Figure) -> dict[str, Any]:
    return {
        "label": str(one.label),
        "value": one.value,
        "names": list(one.names),
        "text": one.text,
    }


@action("council.write_report", on="report")
def edit_report(
    *,
    by: Principal,
    report: YearReport,
    foreword: str = "",
    outlook: str = "",
    seen: int | None = None,
) -> YearReport:
    if report.is_public:
        raise Conflict(_("The report is published. Take it back first to change it."))
    report.foreword, report.outlook = foreword.strip(), outlook.strip()
    report.save()
    record(by, "council.edit_report", report)
    return report


@action("council.write_report", on="report")
def publish_report(*, by: Principal, report: YearReport, public: bool = True) -> YearReport:
    """Makes the report public, or takes it back."""
    if report.is_public != public:
        report.is_public, report.published_at = public, clock.now() if public else None
        report.save()
        record(by, "council.publish_report", report, public=public)
    return report
