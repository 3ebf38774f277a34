from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.commons.culture.models import Answered, Survey
from samskab.civic.commons.culture.questions import CELLS, HIGHEST, LOWEST, QUESTIONS, Theme
from samskab.civic.commons.culture.results import HIGH_END, LOW_END, SMALLEST, people_in
from samskab.civic.commons.culture.rules import ASKED
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import people_with
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal


def surveys(council: Council) -> QuerySet[Survey]:
    """The newest year first."""
    return Survey.objects.filter(council=council).order_by("-year")


def open_survey(council: Council) -> Survey | None:
    found: Survey | None = surveys(council).filter(closed__isnull=True).first()
    return found


def has_answered(by: Principal, survey: Survey) -> bool:
    return Answered.objects.filter(survey=survey, user=by.user_id).exists()


def asked(council: Council) -> QuerySet[User]:
    return people_with(council, *ASKED)


def not_answered(survey: Survey) -> QuerySet[User]:
    answered = Answered.objects.filter(survey=survey).values("user")
    return asked(survey.council).exclude(pk__in=answered)


def to_answer(by: Principal) -> dict[str, Any] | None:
    """For my page: the open survey, when this person has not answered it. At most two
    statements, none for those who are not asked."""
    if not may(by, "culture.answer"):
        return None
    survey = open_survey(by.council)
    if survey is None or not survey.takes_answers or has_answered(by, survey):
        return None
    return {"survey": survey}


# --- what came of it ---------------------------------------------------------------------------


def said(mean: float) -> str:
    """A mean in words, in the language that is active."""
    number = formats.number_format(mean, decimal_pos=1)
    if mean >= HIGH_END:
        return _("%(mean)s or more of %(most)s") % {"mean": number, "most": HIGHEST}
    if mean <= LOW_END:
        return _("%(mean)s or less of %(most)s") % {"mean": number, "most": HIGHEST}
    return _("%(mean)s of %(most)s") % {"mean": number, "most": HIGHEST}


@dataclass(frozen=True)
class Point:
    """A theme in one year; `at` is where it stands on a line from 0 to 100."""

    year: int
    text: str
    at: float | None


@dataclass(frozen=True)
class Line:
    theme: str | Promise
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Row:
    """A question of the newest survey, with the numbers that may be shown, each with its name.
    `partly` says that others are hidden."""

    text: str | Promise
    shown: tuple[tuple[str | Promise, int], ...]
    partly: bool


def shown(rows: Iterable[Survey]) -> list[Survey]:
    """Those of which something may be told."""
    return [survey for survey in rows if survey.results]


def lines(rows: Iterable[Survey]) -> list[Line]:
    """Each theme through the years, the newest first."""
    told = shown(rows)
    return [Line(theme.label, tuple(_point(one, theme) for one in told)) for theme in Theme]


def _point(survey: Survey, theme: Theme) -> Point:
    mean = survey.results["themes"].get(theme.value)
    if mean is None:
        return Point(survey.year, _("too few answered"), None)
    return Point(survey.year, said(mean), round(100 * (mean - LOWEST) / (HIGHEST - LOWEST), 1))


def questions(survey: Survey) -> list[Row]:
    """Those of which any number may be shown."""
    found = [
        _row(one.text, row) for one, row in zip(QUESTIONS, survey.results["questions"], strict=True)
    ]
    return [row for row in found if row.shown]


def _row(text: str | Promise, cells: Sequence[int | None]) -> Row:
    shown = [(name, n) for name, n in zip(CELLS, cells, strict=True) if n is not None]
    return Row(text, tuple(shown), len(shown) < len(cells))


def may_ask(by: Principal) -> bool:
    """Whether this year's survey is still to come."""
    held = surveys(by.council).filter(Q(year=clock.today().year) | Q(closed__isnull=True))
    return may(by, "culture.run") and not held.exists()


def n_answered(survey: Survey) -> int:
    """How many so far, for the secretariat; paper counts too."""
    return people_in(survey.counts)


def of_the_year(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """For the report of the council: the survey of the year when it is closed, and the years
    before for comparison. One statement."""
    told = list(surveys(council).filter(closed__isnull=False, year__lte=start.year))
    if not told or told[0].year != start.year:
        return []
    now, *before = told
    if not now.results:
        return [Figure(_("People who answered"), 0, text=_("fewer than %(n)s") % {"n": SMALLEST})]
    people = Figure(_("People who answered"), now.results["people"])
    return [people, *(_figure(line) for line in lines([now, *before]))]


def _figure(line: Line) -> Figure:
    now, *before = line.points
    names = tuple(
        _("%(theme)s in %(year)s: %(mean)s")
        % {"theme": line.theme, "year": point.year, "mean": point.text}
        for point in before[:4]
    )
    return Figure(line.theme, 0, names, text=now.text)


def missing_this_year(by: Principal) -> bool:
    """Whether the year is nearly over and nobody has been asked."""
    today = clock.today()
    return today.month >= 10 and not surveys(by.council).filter(year=today.year).exists()
