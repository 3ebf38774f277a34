"""The theory of change and who depends on whom, as drawings: where everything goes.

SVG does not break lines, so that it is done here, by how wide letters are on average.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from samskab.civic.journey.coalitions.queries import Dependence
from samskab.civic.journey.pilots.models import Stage

LINE = 20
PAD = 14
LETTER = 7.4


@dataclass(frozen=True)
class Line:
    """One line of text; `first` when a new point begins with it."""

    y: int
    text: str
    first: bool = False


@dataclass(frozen=True)
class Box:
    """A stage with its texts, and below it the arrow with what is assumed."""

    key: str
    name: str
    y: int
    height: int
    lines: list[Line]
    assumed: list[Line]
    arrow: tuple[int, int] | None


@dataclass(frozen=True)
class Theory:
    """Boxes one below the other; x runs from 0 to `width`."""

    height: int
    boxes: list[Box]
    width: int = 720
    box_x: int = 20
    box_width: int = 340
    arrow_x: int = 190
    text_x: int = 34
    assumed_x: int = 226


def theory(stages: Sequence[Stage]) -> Theory:
    """Assumptions stand beside the arrow that leaves their stage. O(letters)."""
    boxes, y = [], 10
    for at, stage in enumerate(stages):
        last = at == len(stages) - 1
        lines = _lines(stage.items, Theory.box_width, y + PAD + LINE + 24)
        height = 2 * PAD + LINE + 8 + LINE * max(len(lines), 1)
        below = y + height
        room = Theory.width - Theory.assumed_x
        assumed = [] if last else _lines(stage.assumptions, room, below + 40)
        gap = 0 if last else max(48, 36 + LINE * len(assumed))
        arrow = None if last else (below, below + gap)
        boxes.append(Box(stage.key, str(stage.name), y, height, lines, assumed, arrow))
        y = below + gap
    return Theory(height=y + 10, boxes=boxes)


def _lines(texts: Sequence[str], width: int, y: int) -> list[Line]:
    letters = int((width - 3 * PAD) / LETTER)
    found: list[Line] = []
    for text in texts:
        for at, part in enumerate(textwrap.wrap(text, letters) or [""]):
            found.append(Line(y + LINE * len(found), part, first=at == 0))
    return found


@dataclass(frozen=True)
class Party:
    x: int
    y: int
    text: list[Line]


@dataclass(frozen=True)
class Bond:
    """From the party that gives to the need that all rely on."""

    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True)
class Web:
    """Parties to the left, what they promised to the right, a line for each promise."""

    height: int
    parties: list[Party]
    needs: list[Party]
    bonds: list[Bond]
    width: int = 720
    box: int = 270


def web(promises: Sequence[Dependence]) -> Web | None:
    """Who gives what; None without promises. A party or a need stands once. O(promises)."""
    if not promises:
        return None
    givers = list(dict.fromkeys(one.giver.name for one in promises))
    needs = list(dict.fromkeys(one.need.title for one in promises))
    left, right = _column(givers, 10), _column(needs, Web.width - Web.box - 10)
    ends = dict(zip(givers, left, strict=True))
    aims = dict(zip(needs, right, strict=True))
    bonds = [
        Bond(ends[a].x + Web.box, ends[a].y + 26, aims[b].x - 8, aims[b].y + 26)
        for a, b in dict.fromkeys((one.giver.name, one.need.title) for one in promises)
    ]
    return Web(height=20 + 72 * max(len(left), len(right)), parties=left, needs=right, bonds=bonds)


def _column(names: Sequence[str], x: int) -> list[Party]:
    letters = int((Web.box - 2 * PAD) / LETTER)
    found = []
    for at, name in enumerate(names):
        y = 10 + 72 * at
        parts = textwrap.wrap(name, letters, max_lines=2, placeholder=" …")
        top = y + (32 if len(parts) == 1 else 22)
        lines = [Line(top + LINE * n, part) for n, part in enumerate(parts)]
        found.append(Party(x, y, lines))
    return found
