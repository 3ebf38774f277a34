"""The rules for the meetings of a year, and planning one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    holidays,
    queries,
)
from samskab.civic.commons.council.actions.meetings import plan_meeting
from samskab.civic.commons.council.models import (
    Cycle,
    Meeting,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.run_meetings")
def set_cycle(
    *,
    by: Principal,
    weekday: int,
    starts: time,
    ends: time,
    place: str = "",
    school_holidays: Sequence[holidays.Period] = (),
) -> Cycle:
    """The rules for proposing the meetings of a year: weekday, time, and when schools are out."""
    if weekday not in Cycle.Day.values:
        raise Invalid(_("Choose one of those in the list."), field="weekday")
    if ends <= starts:
        raise Invalid(_("The meeting has to end after it begins."), field="ends")
    if any(one.last < one.first for one in school_holidays):
        message = _("A holiday has to end after it begins.")
        raise Invalid(message, field="school_holidays")
    cycle = queries.cycle_of(by.council) or Cycle(council=by.council)
    cycle.weekday, cycle.starts, cycle.ends, cycle.place = weekday, starts, ends, place.strip()
    cycle.school_holidays = [
        [one.first.isoformat(), one.last.isoformat(), one.name] for one in school_holidays
    ]
    cycle.save()
    record(by, "council.set_cycle", cycle, weekday=weekday, holidays=len(school_holidays))
    return cycle


@action("council.run_meetings")
def plan_year(*, by: Principal, year: int) -> list[Meeting]:
    """Plans the proposed meetings of a year, in the quarters that have none and lie ahead. They
    can be moved like any other."""
    cycle = queries.cycle_of(by.council)
    if cycle is None:
        raise Invalid(_("Say first on which weekday and at what time the council meets."))
    if not 2000 <= year <= 2100:
        raise Invalid(_("Choose a year between 2000 and 2100."), field="year")
    zone = timezone.get_current_timezone()
    made = []
    for plan in queries.plan_for(by.council, year, cycle):
        day = plan.proposed.day
        if plan.meeting is not None or day is None or day <= clock.today():
            continue
        with translation.override("en"):
            title_en = _year_title(plan.number, year)
        with translation.override("da"):
            title = _year_title(plan.number, year)
        made.append(
            plan_meeting(
                by=by,
                title=title,
                title_en=title_en,
                starts_at=datetime.combine(day, cycle.starts, zone),
                ends_at=datetime.combine(day, cycle.ends, zone),
                place=cycle.place,
            )
        )
    record(by, "council.plan_year", year=year, meetings=len(made))
    return made


def _year_title(quarter: int, year: int) -> str:
    facts = {"quarter": quarter, "year": year}
    return gettext("Council meeting, quarter %(quarter)s of %(year)s") % facts
