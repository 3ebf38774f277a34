"""The questions on one sheet of paper, for those who would rather tick with a pen."""

from __future__ import annotations

from pathlib import Path

from django.utils import formats, translation
from django.utils.translation import gettext as _

from samskab.civic.commons.council.pdf import compiled
from samskab.civic.commons.culture.models import Survey
from samskab.civic.commons.culture.questions import ANSWERS, NO_ANSWER, QUESTIONS

SHEET = Path(__file__).parent / "templates" / "culture" / "sheet.typ"


def sheet_pdf(survey: Survey) -> bytes:
    until = formats.date_format(survey.until, "DATE_FORMAT")
    data = {
        "lang": translation.get_language() or "da",
        "council": survey.council.name,
        "title": _("How is it to co-create? %(year)s") % {"year": survey.year},
        "lead": [
            _("Set one cross in each line. Do not write your name."),
            _("Hand it in by %(day)s.") % {"day": until},
        ],
        "question": _("Question"),
        "choices": [*map(str, ANSWERS.values()), str(NO_ANSWER)],
        "questions": [str(one.text) for one in QUESTIONS],
    }
    return compiled(SHEET, data)
