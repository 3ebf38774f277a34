"""Days on which a Danish council does not meet, and four days of a year on which it could.

The Danish public holidays follow Easter, which is worked out here (the anonymous Gregorian rule,
Nature, 20 April 1876). Store bededag was one until 2023 and has not been since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Label = str | Promise
BEDEDAG_UNTIL = 2023
MIDDLES = ((2, 15), (5, 15), (8, 15), (11, 15))

_AROUND_EASTER: tuple[tuple[int, Promise], ...] = (
    (-3, _("Maundy Thursday")),
    (-2, _("Good Friday")),
    (0, _("Easter Sunday")),
    (1, _("Easter Monday")),
    (39, _("Ascension Day")),
    (49, _("Whit Sunday")),
    (50, _("Whit Monday")),
)
_FIXED: tuple[tuple[int, int, Promise], ...] = (
    (1, 1, _("New Year's Day")),
    (12, 25, _("Christmas Day")),
    (12, 26, _("Boxing Day")),
)
# No public holidays, but nobody meets.
_CLOSED: tuple[tuple[int, int, Promise], ...] = (
    (6, 5, _("Constitution Day")),
    (12, 24, _("Christmas Eve")),
    (12, 31, _("New Year's Eve")),
)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar. O(1)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l_ = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * l_) // 451
    month, day = divmod(h + l_ - 7 * m + 114, 31)
    return date(year, month, day + 1)


def public_holidays(year: int) -> dict[date, Label]:
    """The public holidays of Denmark in a year."""
    sunday = easter(year)
    found: dict[date, Label] = {date(year, month, day): name for month, day, name in _FIXED}
    found |= {sunday + timedelta(days=away): name for away, name in _AROUND_EASTER}
    if year <= BEDEDAG_UNTIL:
        found[sunday + timedelta(days=26)] = _("Great Prayer Day")
    return dict(sorted(found.items()))


def closed_days(year: int) -> dict[date, Label]:
    """Public holidays, and the days on which offices are closed all the same."""
    return public_holidays(year) | {date(year, m, d): name for m, d, name in _CLOSED}


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date
    name: str

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Proposed:
    """A day for the meeting of a quarter, and the better days that had to be passed over.
    `day` is None where the whole quarter is taken."""

    quarter: int
    day: date | None
    passed_over: tuple[tuple[date, Label], ...]


def proposed(year: int, weekday: int, free: Sequence[Period]) -> list[Proposed]:
    """Four days, one a quarter: the given weekday (Monday is 0) closest to the middle of the
    quarter that is neither closed nor in one of the periods. The earlier of two equals."""
    closed = closed_days(year)
    return [_in_quarter(year, number, weekday, closed, free) for number in range(1, 5)]


def _in_quarter(
    year: int, quarter: int, weekday: int, closed: dict[date, Label], free: Iterable[Period]
) -> Proposed:
    middle = date(year, *MIDDLES[quarter - 1])
    first = date(year, 3 * quarter - 2, 1)
    last = date(year + quarter // 4, 3 * quarter % 12 + 1, 1)
    days = [
        day
        for day in (first + timedelta(days=n) for n in range((last - first).days))
        if day.weekday() == weekday
    ]
    passed: list[tuple[date, Label]] = []
    for day in sorted(days, key=lambda day: (abs((day - middle).days), day)):
        why = closed.get(day) or next((one.name for one in free if one.holds(day)), None)
        if why is None:
            return Proposed(quarter, day, tuple(passed))
        passed.append((day, why))
    return Proposed(quarter, None, tuple(passed))
