"""Files to print, tagged PDF/UA-1: a sheet of questions for each code, and the evaluation."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from samskab.civic.commons.council.models import Decision
from samskab.civic.journey.evaluation.models import AddedValue, Evaluation, Measure, When
from samskab.civic.journey.evaluation.queries import Drawn, consent
from samskab.civic.journey.pilots.models import Pilot

FOLDER = Path(__file__).parent / "templates" / "evaluation"


def papers(
    pilot: Pilot, measures: Sequence[Measure], rows: Sequence[tuple[str, str]], start: str
) -> bytes:
    """For each code a sheet: what happens to the answers, the code, and the questions.

    `rows` holds code and address. Not kept anywhere: the codes stand in it.
    """
    data = {
        "lang": translation.get_language() or "da",
        "title": pilot.title,
        "council": pilot.council.name,
        "start": start,
        "words": {
            "code": _("Your code"),
            "online": _("You can also answer here:"),
            "qr": _("QR code that leads to your own page"),
            "how": _("How your answers are used"),
            "before": _("Before"),
            "round": _("Tick the round:"),
            "choose": _("Set a cross at each question. You can skip a question."),
            "number": _("Write a number:"),
            "text_elsewhere": _("You have the questions on another sheet."),
        },
        "consent": consent(),
        "rounds": [str(label) for label in When.labels],
        "measures": [_asked(measure) for measure in measures],
        "codes": [
            {"code": code, "address": address, "svg": _drawn(address)} for code, address in rows
        ],
    }
    return _typeset("papers.typ", json.dumps(data, ensure_ascii=False))


def _asked(measure: Measure) -> dict[str, Any]:
    texts = measure.texts()
    number = measure.instrument.items
    return {
        "title": measure.title,
        "lead": measure.lead(),
        "elsewhere": not texts,
        "count": measure.is_count,
        "questions": list(texts) or [_("Question %(n)s") % {"n": at + 1} for at in range(number)],
        "choices": [] if measure.is_count else [str(text) for _n, text in measure.choices()],
    }


def _drawn(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=1)
    return out.getvalue().decode()


def evaluation_pdf(
    evaluation: Evaluation,
    shown: Sequence[Drawn],
    values: Sequence[AddedValue],
    took: Sequence[tuple[str, str]],
    decision: Decision | None,
) -> bytes:
    """What the page shows, on paper: sentences first, then the same numbers in tables."""
    data = {
        "lang": translation.get_language() or "da",
        "title": evaluation.pilot.title,
        "council": evaluation.council.name,
        "status": str(evaluation.get_status_display()),
        "example": evaluation.is_example,
        "date": formats.date_format(timezone.localtime(evaluation.evaluated_at), "DATE_FORMAT"),
        "words": _words(),
        "summary": evaluation.summary,
        "verdict": _verdict(evaluation, decision),
        "measures": [_told(one) for one in shown],
        "lessons": evaluation.lessons,
        "values": [
            {
                "actor": value.actor.name,
                "expected": value.expected or "–",
                "got": value.got or _("Not told yet"),
                "rating": _("%(n)s of 5") % {"n": value.rating} if value.rating else "–",
            }
            for value in values
        ],
        "took": [list(row) for row in took],
    }
    return _cached("evaluation.typ", json.dumps(data, ensure_ascii=False, sort_keys=True))


def _told(one: Drawn) -> dict[str, Any]:
    few = _("Too few answers to show anything without somebody being recognised.")
    return {
        "title": f"{one.measure.title} · {one.label}" if one.label else one.measure.title,
        "sentences": [few] if one.hidden else list(one.sentences),
        "rows": [list(row) for row in one.rows],
        "changes": "; ".join(one.changes),
    }


def _verdict(evaluation: Evaluation, decision: Decision | None) -> dict[str, str] | None:
    if evaluation.verdict:
        said = str(evaluation.get_verdict_display())
        return {"said": said, "reason": evaluation.verdict_reason}
    if decision is not None:
        reason = "" if decision.item.is_closed else decision.text
        return {"said": str(decision.get_outcome_display()), "reason": reason}
    return None


def _words() -> dict[str, str]:
    return {
        "evaluation": _("How did it go?"),
        "verdict": _("The verdict of the council"),
        "changed": _("What changed"),
        "what": _("What"),
        "number": _("Number"),
        "each": _("How the changes are spread, from the lowest to the highest:"),
        "lessons": _("What we learned"),
        "values": _("What each party got out of it"),
        "party": _("Party"),
        "expected": _("Hoped for"),
        "got": _("Got"),
        "rating": _("How much came true"),
        "took": _("What it took"),
        "example": _("Example"),
    }


@lru_cache(maxsize=32)
def _cached(template: str, data: str) -> bytes:
    return _typeset(template, data)


def _typeset(template: str, data: str) -> bytes:
    return bytes(
        typst.compile(
            str(FOLDER / template),
            sys_inputs={"data": data},
            format="pdf",
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    )
