"""The picture of a change: the interval, and how people's changes are spread, a few to a mark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format

from samskab.civic.journey.evaluation.stored import Mark
from samskab.engine.evidence import Evaluation

LEFT, RIGHT = 22.0, 318.0
WIDTH = 340
INTERVAL_Y = 34
MARKS_Y = 56
RADIUS = 9.5


def number(value: float | None) -> str:
    """With the reader's decimal mark; one decimal where it says something."""
    if value is None:
        return "–"
    tenth = round(value, 1)
    text = number_format(abs(tenth), 0 if tenth == int(tenth) else 1)
    return f"−{text}" if tenth < 0 else str(text)


def signed(value: float | None) -> str:
    text = number(value)
    return f"+{text}" if value is not None and round(value, 1) > 0 else text


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)} %"


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Placed:
    """A mark in the picture."""

    x: float
    y: float
    text_y: float
    people: int


@dataclass(frozen=True)
class Picture:
    """Coordinates in a box WIDTH wide and `height` high."""

    height: int
    floor: int
    zero: float
    estimate: float
    low: float | None
    high: float | None
    marks: list[Placed]
    ticks: list[Tick]
    width: int = WIDTH
    interval_y: int = INTERVAL_Y
    radius: float = RADIUS


def picture(found: Evaluation, parts: Sequence[Mark]) -> Picture | None:
    """None when there is no estimate to draw."""
    change = found.change
    if change.estimate is None:
        return None
    spread = [mark.change for mark in parts]
    known = [n for n in (change.low, change.high, change.estimate, *spread, 0.0) if n is not None]
    low, high = _ends(min(known), max(known))

    def x(value: float) -> float:
        return round(LEFT + (value - low) / (high - low) * (RIGHT - LEFT), 1)

    levels = _levels([x(value) for value in spread])
    floor = MARKS_Y + math.ceil(2 * RADIUS * (max(levels, default=0) + 1)) + 4
    return Picture(
        height=floor + 28,
        floor=floor,
        zero=x(0.0),
        estimate=x(change.estimate),
        low=None if change.low is None else x(change.low),
        high=None if change.high is None else x(change.high),
        marks=[
            _placed(x(mark.change), floor - 3 - RADIUS - 2 * RADIUS * level, mark.people)
            for mark, level in zip(parts, levels, strict=True)
        ],
        ticks=[Tick(x(value), signed(value)) for value in sorted({low, 0.0, high})],
    )


def _placed(x: float, y: float, people: int) -> Placed:
    return Placed(x, round(y, 1), round(y + 4, 1), people)


def _levels(places: Sequence[float]) -> list[int]:
    """How high each mark stands, so that none covers another. Places rise."""
    ends: list[float] = []
    found = []
    for place in places:
        free = (at for at, end in enumerate(ends) if end <= place)
        level = next(free, len(ends))
        if level == len(ends):
            ends.append(place)
        ends[level] = place + 2 * RADIUS
        found.append(level)
    return found


def _ends(low: float, high: float) -> tuple[float, float]:
    """The ends of the axis: whole steps beyond what is shown, never the same."""
    wide = max(high - low, 1.0)
    step = 10.0 ** math.floor(math.log10(wide))
    start, stop = math.floor(low / step) * step, math.ceil(high / step) * step
    return (start, stop) if stop > start else (start, start + step)
