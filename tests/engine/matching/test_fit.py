"""When an offer can cover a need at all."""

from __future__ import annotations

from datetime import date

import pytest

from samskab.engine.matching import Need, Offer, fits, obstacles

JAN, MAR, JUN, DEC = (date(2026, month, 1) for month in (1, 3, 6, 12))


@pytest.mark.parametrize(
    ("need", "offer", "fit"),
    [
        ((MAR, JUN), (JAN, DEC), True),
        ((MAR, JUN), (MAR, JUN), True),
        ((MAR, JUN), (JAN, MAR), False),
        ((MAR, JUN), (JUN, DEC), False),
        ((MAR, JUN), (None, None), True),
        ((MAR, JUN), (None, JUN), True),
        ((MAR, JUN), (JUN, None), False),
        ((None, None), (JAN, MAR), True),
        ((MAR, None), (JAN, JUN), True),
        ((JUN, None), (JAN, MAR), False),
        ((None, JAN), (MAR, JUN), False),
    ],
)
def test_the_period_of_the_offer_contains_that_of_the_need(
    need: tuple[date | None, date | None], offer: tuple[date | None, date | None], fit: bool
) -> None:
    assert fits(Need("a", "k", 1, True, *need), Offer("1", "x", "k", 1, *offer)) is fit


@pytest.mark.parametrize(
    ("need", "offer", "fit"),
    [
        ("North", "north ", True),
        ("North", None, True),
        (None, "North", True),
        ("North", "South", False),
    ],
)
def test_areas_are_equal_or_missing(need: str | None, offer: str | None, fit: bool) -> None:
    assert fits(Need("a", "k", 1, area=need), Offer("1", "x", "k", 1, area=offer)) is fit


def test_kinds_are_compared_without_case_and_every_obstacle_is_named() -> None:
    need = Need("a", "Årlig  Hjælp", 1, True, MAR, JUN, "North")
    assert fits(need, Offer("1", "x", "årlig hjælp", 1))
    assert obstacles(need, Offer("1", "x", "boats", 1, JUN, None, "South")) == (
        "kind",
        "period",
        "area",
    )
