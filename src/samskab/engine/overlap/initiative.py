"""An initiative: what exists, by whom, for whom, where and when."""

import calendar
import datetime
import re
from dataclasses import dataclass

OLDEST_AGE = 120
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiative:
    """What is known of an initiative; an empty field means that it is not known.

    `start` and `end` are a year, a month or a day in ISO 8601 ('2018', '2018-05', '2018-05-01'),
    both included; ages are in years, both included. Raises ValueError, with a sentence for the
    person who entered it, for a date or an age that cannot be.
    """

    id: str
    name: str
    text: str = ""
    organisation: str = ""
    target_groups: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    start: str | None = None
    end: str | None = None
    age_low: int | None = None
    age_high: int | None = None

    def __post_init__(self) -> None:
        first, last = first_day(self.start), last_day(self.end)
        if first and last and first > last:
            raise ValueError(f"it ends ({self.end}) before it starts ({self.start})")
        for age in (self.age_low, self.age_high):
            if age is not None and not 0 <= age <= OLDEST_AGE:
                raise ValueError(f"the age {age} is not between 0 and {OLDEST_AGE}")
        low, high = self.age_low, self.age_high
        if low is not None and high is not None and low > high:
            raise ValueError(f"the lowest age ({low}) is above the highest ({high})")


def _parts(date: str) -> tuple[int, int | None, int | None]:
    """Year, month and day, as far as `date` names them."""
    match = _DATE.fullmatch(date)
    if not match:
        raise ValueError(f"the date {date!r} is not a year or a date like 2018-05-01")
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        datetime.date(year or 0, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        raise ValueError(f"the date {date!r} does not exist") from None
    return year or 0, month, day


def first_day(date: str | None) -> tuple[int, int, int] | None:
    """Year, month and day of the first day that `date` covers. Raises ValueError. O(1)."""
    if date is None:
        return None
    year, month, day = _parts(date)
    return year, month or 1, day or 1


def last_day(date: str | None) -> tuple[int, int, int] | None:
    """Year, month and day of the last day that `date` covers. Raises ValueError. O(1)."""
    if date is None:
        return None
    year, month, day = _parts(date)
    month = month or 12
    return year, month, day or calendar.monthrange(year, month)[1]
