"""Who depends on whom, as a drawing: parties on the left, needs on the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.text import Truncator

from samskab.civic.journey.coalitions.models import Need, Part

ROW, TOP, WIDTH, BOX = 56, 20, 720, 270


@dataclass(frozen=True)
class Box:
    text: str
    x: int
    y: int
    open: bool = False

    @property
    def text_y(self) -> int:
        return self.y + 5


@dataclass(frozen=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Picture:
    """Coordinates in a box of `width` × `height`; `open` needs are uncovered or partly so."""

    width: int
    height: int
    box: int
    parties: tuple[Box, ...]
    needs: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture(parts: Sequence[Part], missing: Sequence[tuple[Need, str]]) -> Picture:
    """O(parts). Names are cut to fit; the table beside the drawing has them whole."""
    actors = {part.actor_id: part.actor.name for part in parts}
    needs = {part.need_id: part.need.title for part in parts}
    needs |= {need.pk: need.title for need, _amount in missing}
    lacking = {need.pk for need, _amount in missing}
    rows = max(len(actors), len(needs), 1)
    left = {key: _middle(at, len(actors), rows) for at, key in enumerate(actors)}
    right = {key: _middle(at, len(needs), rows) for at, key in enumerate(needs)}
    return Picture(
        width=WIDTH,
        height=rows * ROW + TOP,
        box=BOX,
        parties=tuple(Box(_short(name), 0, left[key]) for key, name in actors.items()),
        needs=tuple(
            Box(_short(name), WIDTH - BOX, right[key], key in lacking)
            for key, name in needs.items()
        ),
        lines=tuple(
            Line(BOX, left[part.actor_id], WIDTH - BOX, right[part.need_id]) for part in parts
        ),
    )


def _middle(at: int, count: int, rows: int) -> int:
    """The shorter column is spread over the height of the longer one."""
    return TOP // 2 + round((at + 0.5) * rows * ROW / count)


def _short(text: str) -> str:
    return Truncator(text).chars(32)
