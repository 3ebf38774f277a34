"""Paper and report as files: tagged PDF/UA-1, so that they can be read aloud."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from samskab.civic.journey.inquiry.models import Framing, Inquiry, Sheet, StoredMap
from samskab.civic.journey.inquiry.queries import Node, Tree
from samskab.civic.journey.inquiry.reading import Line, Reading

FOLDER = Path(__file__).parent / "templates" / "inquiry"


# --- sheets to tick ----------------------------------------------------------------------------
def sheets_pdf(
    inquiry: Inquiry, sheets: Sequence[tuple[Sheet, str]], texts: Mapping[int, str]
) -> bytes:
    """A page for each sheet. `sheets` holds each with the address of its code; `texts` the
    statements by key, of which those that are gone are left out."""
    data = {
        "lang": translation.get_language() or "da",
        "statements": inquiry.statement_language,
        "title": inquiry.question or inquiry.challenge.title,
        "council": inquiry.council.name,
        "words": _paper_words(),
        "sheets": [_sheet(sheet, address, texts) for sheet, address in sheets],
    }
    return _compile("sheets.typ", json.dumps(data, ensure_ascii=False, sort_keys=True))


def _sheet(sheet: Sheet, address: str, texts: Mapping[int, str]) -> dict[str, Any]:
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", border=0, scale=4)
    return {
        "code": f"{sheet.code[:4]} {sheet.code[4:]}",
        "address": address,
        "qr": out.getvalue().decode(),
        "rows": [texts[key] for key in sheet.statements if key in texts],
    }


def _paper_words() -> dict[str, str]:
    return {
        "sheet": _("Say what you think"),
        "how": _("Tick one box in each row. Leave a row empty if you like."),
        "nobody": _("Write no name. Nobody sees what you answer: we show only sums and groups."),
        "hand_in": _("Hand the sheet in or post it to the secretariat."),
        "or_phone": _("Or answer on your phone. It counts as the same person."),
        "code": _("Code"),
        "qr": _("A code to scan that leads to the statements"),
        "number": _("No."),
        "statement": _("Statement"),
        "agree": _("Agree"),
        "disagree": _("Disagree"),
        "pass": _("I do not know"),
    }


# --- the report --------------------------------------------------------------------------------
def report_pdf(
    inquiry: Inquiry,
    *,
    stored: StoredMap | None,
    reading: Reading | None,
    size: tuple[int, int],
    tree: Tree,
    framing: Framing | None,
    rows: Sequence[tuple[Any, Any]],
    missing: Sequence[tuple[str, str]],
) -> bytes:
    """The same as the page of the report, in the reader's language."""
    enough = reading is not None and reading.enough
    data = {
        "lang": translation.get_language() or "da",
        "statements": inquiry.statement_language,
        "title": inquiry.challenge.title,
        "question": inquiry.question,
        "council": inquiry.council.name,
        "example": _("Example") if inquiry.is_example else "",
        "words": _report_words(reading is not None and reading.has_groups),
        "facts": _facts(inquiry, stored, reading),
        "source": inquiry.source,
        "framing": _framing(framing, rows),
        "common": _lines(reading.common if enough and reading else ()),
        "refused": _lines(reading.refused if enough and reading else ()),
        "divides": _lines(reading.divides if enough and reading else ()),
        "unknown": _lines(reading.unknown if enough and reading else ()),
        "sentences": list(reading.sentences) if enough and reading else [],
        "groups": _groups(reading) if enough and reading else [],
        "causes": [item for node in tree.causes for item in _branch(node)],
        "effects": [item for node in tree.effects for item in _branch(node)],
        "missing": [f"{label}: {names}" for label, names in missing],
        "numbers": _lines(reading.lines if enough and reading else ()),
    }
    return _compile("report.typ", json.dumps(data, ensure_ascii=False, sort_keys=True))


def _number(number: int) -> str:
    return str(formats.number_format(number, 0, force_grouping=True))


def _facts(inquiry: Inquiry, stored: StoredMap | None, reading: Reading | None) -> list[list[str]]:
    found = [
        [_("People who have answered"), _number(inquiry.n_people)],
        [_("Answers"), _number(inquiry.n_votes)],
    ]
    if stored is not None:
        at = formats.date_format(timezone.localtime(stored.computed_at), "DATETIME_FORMAT")
        found.append([_("The map was drawn"), at])
    if reading is not None and reading.digest:
        found.append([_("Fingerprint of the votes"), reading.digest])
    return found


def _framing(framing: Framing | None, rows: Sequence[tuple[Any, Any]]) -> dict[str, Any] | None:
    if framing is None:
        return None
    return {
        "number": _("Version %(number)s") % {"number": framing.number},
        "text": framing.text,
        "answers": [
            [
                party.actor.name,
                str(answer.get_answer_display()) if answer else _("Has not answered yet"),
                answer.reason if answer else "",
            ]
            for party, answer in rows
        ],
    }


def _lines(lines: Sequence[Line]) -> list[list[str]]:
    return [
        [line.text, f"{line.percent} %", f"{line.percent_against} %", f"{line.percent_passed} %",
         str(line.votes)]
        for line in lines
    ]  # fmt: skip


def _groups(reading: Reading) -> list[dict[str, Any]]:
    return [
        {
            "name": _("Group %(letter)s") % {"letter": group.letter},
            "size": str(group.size),
            "voices": [
                [
                    _("They agree more than others:")
                    if voice.side == 1
                    else _("They disagree more than others:"),
                    voice.text,
                ]
                for voice in group.voices
            ],
        }
        for group in reading.groups
    ]


def _branch(node: Node) -> list[list[Any]]:
    """A branch of the tree as lines with their depth."""
    below = [item for child in node.children for item in _branch(child)]
    return [[node.depth - 1, node.cause.text, node.cause.weight], *below]


def _report_words(grouped: bool) -> dict[str, str]:
    return {
        "report": _("Report: finding the core"),
        "facts": _("In short"),
        "source": _("Where the votes come from"),
        "framing": _("The shared description"),
        "answers": _("The answers of the parties"),
        "party": _("Party"),
        "answer": _("Answer"),
        "why": _("Why"),
        "common": _("What we share"),
        "most_agree": (
            _("In every group most people agree with this.")
            if grouped
            else _("Most people agree with this.")
        ),
        "most_disagree": (
            _("In every group most people disagree with this.")
            if grouped
            else _("Most people disagree with this.")
        ),
        "no_common": _("There is nothing yet that we are sure all share."),
        "divides": _("What divides us"),
        "no_divides": _("There is nothing that clearly divides us."),
        "unknown": _("What nobody knows"),
        "no_unknown": _("There is nothing that many are in doubt about."),
        "groups": _("The groups"),
        "people": _("people"),
        "tree": _("The tree of causes"),
        "causes": _("What lies behind"),
        "effects": _("What it leads to"),
        "nothing": _("Nothing yet."),
        "missing": _("Who is missing"),
        "nobody_missing": _("All sectors, places and target groups are heard."),
        "numbers": _("All numbers"),
        "statement": _("Statement"),
        "agree": _("Agree"),
        "disagree": _("Disagree"),
        "pass": _("I do not know"),
        "votes": _("Answers"),
        "page": _("Page"),
    }


@lru_cache(maxsize=16)
def _compile(template: str, data: str) -> bytes:
    return bytes(
        typst.compile(
            str(FOLDER / template),
            sys_inputs={"data": data},
            format="pdf",
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    )
