"""Easter and the days on which nobody meets. The dates are those of Danish almanacs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.commons.council.holidays import (
    Period,
    closed_days,
    easter,
    proposed,
    public_holidays,
)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (1818, 3, 22), (1943, 4, 25), (1961, 4, 2), (2000, 4, 23), (2008, 3, 23), (2011, 4, 24),
        (2019, 4, 21), (2023, 4, 9), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28),
        (2038, 4, 25), (2049, 4, 18), (2285, 3, 22),
    ],
)  # fmt: skip
def test_easter(year: int, month: int, day: int) -> None:
    assert easter(year) == date(year, month, day)


def test_the_public_holidays_of_2026() -> None:
    with translation.override("da"):
        found = {f"{day:%d.%m}": str(name) for day, name in public_holidays(2026).items()}
    assert found == {
        "01.01": "Nytårsdag", "02.04": "Skærtorsdag", "03.04": "Langfredag", "05.04": "Påskedag",
        "06.04": "2. påskedag", "14.05": "Kristi himmelfartsdag", "24.05": "Pinsedag",
        "25.05": "2. pinsedag", "25.12": "Juledag", "26.12": "2. juledag",
    }  # fmt: skip


def test_store_bededag_was_a_holiday_until_2023() -> None:
    assert date(2023, 5, 5) in public_holidays(2023)
    for year in range(2024, 2040):
        assert easter(year) + timedelta(days=26) not in public_holidays(year)


@given(st.integers(1990, 2090), st.integers(0, 5), st.integers(0, 360), st.integers(0, 60))
def test_no_proposed_day_is_closed_and_each_lies_in_its_quarter(
    year: int, weekday: int, start: int, length: int
) -> None:
    first = date(year, 1, 1) + timedelta(days=start)
    free = Period(first, first + timedelta(days=length), "Ferie")
    for one in proposed(year, weekday, [free]):
        assert one.day is not None
        assert one.day.weekday() == weekday
        assert (one.day.year, (one.day.month + 2) // 3) == (year, one.quarter)
        assert one.day not in closed_days(year)
        assert not free.holds(one.day)
        assert all(day in closed_days(year) or free.holds(day) for day, _why in one.passed_over)


def test_days_that_are_passed_over_say_why() -> None:
    winter = Period(date(2026, 2, 9), date(2026, 2, 22), "Vinterferie")
    (first, second, *_rest) = proposed(2026, 3, [winter])
    assert first.day == date(2026, 2, 5)
    assert [(day, str(why)) for day, why in first.passed_over] == [
        (date(2026, 2, 12), "Vinterferie"), (date(2026, 2, 19), "Vinterferie"),
    ]  # fmt: skip
    assert second.day == date(2026, 5, 21)  # 14 May is Ascension Day
    assert second.passed_over[0][0] == date(2026, 5, 14)


def test_a_quarter_that_is_all_taken_has_no_day() -> None:
    away = Period(date(2026, 7, 1), date(2026, 9, 30), "Lukket")
    assert [one.day is None for one in proposed(2026, 1, [away])] == [False, False, True, False]
