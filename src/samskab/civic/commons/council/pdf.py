"""A meeting as one file to print and keep: agenda, what the items are about, papers, minutes.

Tagged PDF/UA-1, so that it can be read aloud. It is made from the same cut of the agenda as the
page, so that what a person may not read is not in the file. Papers that are text are printed in
it; the others lie inside the file as they are.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samskab.civic.commons.council import queries
from samskab.civic.commons.council.briefs import Brief, brief_of
from samskab.civic.commons.council.counting import Result
from samskab.civic.commons.council.models import AgendaItem, Decision, Meeting, Paper, YearReport
from samskab.civic.foundation.core.principal import Principal

TEMPLATE = Path(__file__).parent / "templates" / "council" / "meeting.typ"


def meeting_pdf(by: Principal, meeting: Meeting) -> bytes:
    """The meeting as this person may read it, in the language that is active."""
    agenda = queries.agenda(by, meeting)
    rows = {row.pk: row for row in queries.items(meeting.council).filter(meeting=meeting)}
    reads_minutes = queries.may_read_minutes(by, meeting)
    data = {
        "lang": translation.get_language() or "da",
        "title": meeting.shown_title,
        "council": meeting.council.name,
        "when": _when(meeting),
        "place": meeting.shown_place,
        "status": str(meeting.get_status_display()),
        "example": meeting.is_example,
        "words": _words(),
        "items": [_item(item, rows[item.pk]) for item in agenda],
        "present": _present(meeting) if reads_minutes else [],
        "minutes": paragraphs(meeting.minutes) if reads_minutes else [],
        "tasks": [
            f"{task.shown_title} ({task.owner_name}, {_day(task.due)})"
            for task in queries.tasks(by).filter(meeting=meeting)
        ],
    }
    return compiled(TEMPLATE, data, [paper for item in agenda for paper in item.papers])


def compiled(template: Path, data: dict[str, Any], papers: Iterable[Paper] = ()) -> bytes:
    """The template filled with the data; papers lie beside it under their keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        shutil.copy(template, place / "main.typ")
        for paper in papers:
            with paper.file.open("rb") as source:
                (place / paper.filename).write_bytes(source.read())
        return bytes(
            typst.compile(
                str(place / "main.typ"),
                root=folder,
                sys_inputs={"data": text},
                format="pdf",
                pdf_standards=["ua-1"],
                ignore_system_fonts=True,
            )
        )


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _when(meeting: Meeting) -> str:
    start, end = timezone.localtime(meeting.starts_at), timezone.localtime(meeting.ends_at)
    return f"{formats.date_format(start, 'DATETIME_FORMAT')} – {formats.time_format(end, 'H:i')}"


def _day(day: Any) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _present(meeting: Meeting) -> list[str]:
    return [
        ", ".join(part for part in (row.term.holder_name, row.term.organisation) if part)
        for row in queries.attendances(meeting)
    ]


def _item(item: queries.ShownItem, row: AgendaItem) -> dict[str, Any]:
    if not item.may_read:
        closed = " ".join(part for part in (item.closed_reason, item.closed_law) if part)
        return {"title": _("Closed item"), "closed": closed, "may_read": False}
    facts = [item.kind, *([_("by %(name)s") % {"name": item.presenter}] if item.presenter else [])]
    if item.duration:
        minutes = ngettext("one minute", "%(n)s minutes", item.duration) % {"n": item.duration}
        facts.append(minutes)
    if item.starts:
        facts.insert(0, formats.time_format(timezone.localtime(item.starts), "H:i"))
    return {
        "may_read": True,
        "title": item.title,
        "facts": " · ".join(facts),
        "closed": item.closed_reason if item.is_closed else "",
        "text": paragraphs(item.text),
        "minutes": paragraphs(item.minutes),
        "out": [f"{one.term.holder_name}: {one.reason}" for one in item.disqualified],
        "decision": _decision(item.decision) if item.decision else [],
        "result": _result(item.result) if item.result else None,
        "brief": _brief(brief_of(row)),
        "papers": [_paper(paper) for paper in item.papers],
    }


def _decision(decision: Decision) -> list[str]:
    if decision.by_consensus:
        how = _("All agreed.")
    elif decision.in_favour is None:
        how = decision.shown_way
    else:
        how = _("In favour: %(yes)s. Against: %(no)s. Abstained: %(none)s.") % {
            "yes": decision.in_favour,
            "no": decision.against,
            "none": decision.abstained,
        }
    return [f"{decision.get_outcome_display()}: {decision.shown_text}", how]


def _result(result: Result) -> dict[str, Any] | None:
    if not result.lines:
        return None
    return {
        "lines": [[str(line.place), line.title] for line in result.lines],
        "rule": str(result.rule),
    }


def _brief(brief: Brief | None) -> dict[str, Any] | None:
    if brief is None:
        return None
    return {
        "title": brief.title,
        "lead": paragraphs(brief.lead),
        "facts": [f"{label}: {value}" for label, value in brief.facts],
        "parts": [
            {"heading": str(part.heading), "lines": list(part.lines)} for part in brief.parts
        ],
    }


def _paper(paper: Paper) -> dict[str, Any]:
    text: list[str] = []
    if paper.kind == "text/plain":
        with paper.file.open("rb") as source:
            text = paragraphs(source.read().decode("utf-8-sig"))
    return {"key": paper.filename, "title": paper.title, "kind": paper.kind, "text": text}


def _words() -> dict[str, str]:
    return {
        "when": _("When"),
        "where": _("Where"),
        "closed": _("Closed item"),
        "present": _("Present"),
        "minutes": _("From the meeting"),
        "item_minutes": _("From the minutes"),
        "decision": _("Decision"),
        "disqualified": _("Disqualified"),
        "brief": _("What the item is about"),
        "papers": _("Papers"),
        "inside": _("lies inside this file"),
        "tasks": _("Tasks from the meeting"),
        "place": _("No."),
        "what": _("What"),
        "rule": _("The rule:"),
        "example": _("Example"),
        "nothing": _("There is nothing on the agenda."),
    }


# --- the report of a year ----------------------------------------------------------------------

REPORT = TEMPLATE.with_name("report.typ")


def chapters(report: YearReport) -> list[dict[str, Any]]:
    """The figures in the reader's language, as they were counted."""
    language = "en" if translation.get_language() == "en" else "da"
    return [chapter[language] for chapter in report.chapters]


def report_pdf(report: YearReport) -> bytes:
    data = {
        "lang": translation.get_language() or "da",
        "council": report.council.name,
        "title": _("Yearly report %(year)s") % {"year": report.year},
        "draft": "" if report.is_public else _("Draft"),
        "foreword": paragraphs(report.foreword),
        "outlook": paragraphs(report.outlook),
        "chapters": [
            {
                "heading": chapter["heading"],
                "rows": [
                    [one["label"], one.get("text") or formats.number_format(one["value"])]
                    for one in chapter["figures"]
                ],
                "names": [name for one in chapter["figures"] for name in one["names"]],
            }
            for chapter in chapters(report)
        ],
        "words": {"what": _("What"), "number": _("Number"), "next": _("What comes next")},
    }
    return compiled(REPORT, data)
