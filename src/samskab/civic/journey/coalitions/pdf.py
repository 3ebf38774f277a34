"""The agreement as a file to print and keep: tagged PDF/UA-1, so that it can be read aloud."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import typst
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from samskab.civic.journey.coalitions.models import Agreement, Need, Signature

TEMPLATE = Path(__file__).parent / "templates" / "coalitions" / "agreement.typ"


def agreement_pdf(
    agreement: Agreement,
    signatures: Sequence[Signature],
    missing: Sequence[tuple[Need, str]],
    *,
    names: bool,
) -> bytes:
    """The agreement in the reader's language; `names` shows who signed."""
    data = {
        "lang": translation.get_language() or "da",
        "title": agreement.challenge.title,
        "council": agreement.council.name,
        "words": _words(),
        "status": str(agreement.get_status_display()),
        "example": agreement.challenge.is_example,
        "purpose": agreement.purpose,
        "for_whom": agreement.for_whom,
        "degree": str(agreement.get_degree_display()),
        "rights": agreement.rights,
        "duties": agreement.duties,
        "notice": agreement.notice,
        "parties": [
            {
                "actor": row.actor.name,
                "role": row.role,
                "tasks": row.tasks,
                "name": row.name if names else "",
                "at": _date(row),
            }
            for row in signatures
        ],
        "missing": [f"{need.title}: {amount}" for need, amount in missing],
    }
    return _compile(json.dumps(data, ensure_ascii=False, sort_keys=True))


def _date(row: Signature) -> str:
    return formats.date_format(timezone.localtime(row.at), "DATE_FORMAT") if row.at else ""


def _words() -> dict[str, str]:
    return {
        "agreement": _("Agreement"),
        "about": _(
            "This is what the parties have understood together. It is not legally binding. "
            "It rests on trust."
        ),
        "purpose": _("Purpose"),
        "for_whom": _("For whom"),
        "degree": _("How close"),
        "parties": _("The parties"),
        "rights": _("Rights"),
        "duties": _("Duties"),
        "notice": _("Leaving"),
        "missing": _("What we still lack"),
        "signatures": _("Signatures"),
        "party": _("Party"),
        "name": _("Name"),
        "date": _("Date"),
        "not_signed": _("Not signed yet"),
        "signed": _("Signed"),
        "example": _("Example"),
    }


@lru_cache(maxsize=64)
def _compile(data: str) -> bytes:
    return bytes(
        typst.compile(
            str(TEMPLATE),
            sys_inputs={"data": data},
            format="pdf",
            pdf_standards=["ua-1"],
            ignore_system_fonts=True,
        )
    )
