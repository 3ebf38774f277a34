"""A stored map made ready for a page: what all share, what divides, what nobody knows.

`drawn` turns the engine's map into what is stored; `read` turns what is stored, with the
texts of today, into what a template shows. A statement that was hidden in between is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from samskab.engine import opinion

if TYPE_CHECKING:
    from samskab.engine.opinion import OpinionMap

WIDTH, HEIGHT, EDGE = 640, 420, 32
UNIT = 1000
MOST_MARKS = 48
FEWEST = 5
"""People with several answers before anything is said: fewer could be told apart."""
SHOWN = 5
SHARED, DIVIDING, UNKNOWN = 0.5, 0.3, 0.35
COLOURS = ("#14524b", "#a4420f", "#4a3f8f", "#7a5200", "#8a1f55", "#1f5fae")

Numbers = dict[str, Any]


# --- storing -----------------------------------------------------------------------------------
def drawn(found: OpinionMap) -> tuple[Numbers, dict[str, list[Any]]]:
    """What is shown to all, and where each person stands (private)."""
    from samskab.engine.opinion.measures import shared_stand  # brings SciPy

    data = opinion.as_dict(found)
    places = _places(data.pop("coordinates"), data.pop("groups"))
    refused = shared_stand(found.counts, 1) * found.scores.ranked
    for row, share in zip(data["statements"], refused, strict=True):
        row["refusal"] = round(float(share), 6)
    data["dots"] = bundled(list(places.values()))
    data["said"] = {
        language: list(opinion.describe(found, {}, language).groups) for language in ("da", "en")
    }
    return data, places


def bundled(places: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """People who stand close together in one group, five or more to a mark: [x, y, group, how
    many]. Nobody's own place can be read from it, nor in which order they came.

    Each group is cut in two across its longer side until a part would have too few people.
    O(people · log people).
    """
    least = max(FEWEST, len(places) // MOST_MARKS)
    groups = sorted({place[2] for place in places}, key=lambda group: (group is None, group))
    marks: list[list[Any]] = []
    for group in groups:
        points = np.array([place[:2] for place in places if place[2] == group], dtype=np.float64)
        for part in _parts(points, least):
            x, y = part.mean(axis=0)
            marks.append([round(x), round(y), group, len(part)])
    return [mark for mark in marks if mark[3] >= FEWEST]


def _parts(points: Any, least: int) -> list[Any]:
    if len(points) < 2 * least:
        return [points]
    axis = int(np.argmax(np.ptp(points, axis=0)))
    order = np.argsort(points[:, axis], kind="stable")
    half = len(points) // 2
    return _parts(points[order[:half]], least) + _parts(points[order[half:]], least)


def _places(
    coordinates: Mapping[str, Sequence[float]], groups: Mapping[str, int | None]
) -> dict[str, list[Any]]:
    """Thousandths of the drawing's half width and height; the outermost hundredth is held in."""
    if not coordinates:
        return {}
    points = np.array(list(coordinates.values()))
    reach = np.quantile(np.abs(points), 0.99, axis=0)
    unit = np.clip(points / np.where(reach > 0, reach, 1.0), -1, 1) * UNIT
    return {
        key: [int(x), int(y), groups[key]]
        for key, (x, y) in zip(coordinates, np.rint(unit), strict=True)
    }


# --- reading -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Share:
    """How many of a group agree, in per cent, with the bounds of what we can be sure of."""

    letter: str
    percent: int
    low: int
    high: int
    votes: int


@dataclass(frozen=True)
class Line:
    """One statement with its numbers."""

    id: int
    text: str
    agree: int
    disagree: int
    passed: int
    ranked: bool
    shares: tuple[Share, ...]
    bridging: float
    refusal: float
    divisiveness: float
    uncertainty: float

    @property
    def votes(self) -> int:
        return self.agree + self.disagree + self.passed

    @property
    def percent(self) -> int:
        return _percent(self.agree, self.votes)

    @property
    def percent_against(self) -> int:
        return _percent(self.disagree, self.votes)

    @property
    def percent_passed(self) -> int:
        return _percent(self.passed, self.votes)

    @property
    def highest(self) -> Share | None:
        return max(self.shares, key=lambda share: share.percent, default=None)

    @property
    def lowest(self) -> Share | None:
        return min(self.shares, key=lambda share: share.percent, default=None)


@dataclass(frozen=True)
class Voice:
    """A statement that sets a group apart: it says yes (1) or no (-1) more than the others."""

    text: str
    side: int


@dataclass(frozen=True)
class Group:
    letter: str
    size: int
    voices: tuple[Voice, ...]
    mark: Mark


@dataclass(frozen=True)
class Mark:
    """Some people in the drawing. The shape tells the group as well as the colour does."""

    x: str
    y: str
    points: str
    colour: str
    shape: str
    radius: str = "4"
    number: int = 0


@dataclass(frozen=True)
class Reading:
    """A map as a page shows it."""

    people: int
    placed: int
    n_groups: int
    sentences: tuple[str, ...]
    groups: tuple[Group, ...]
    common: tuple[Line, ...]
    refused: tuple[Line, ...]
    divides: tuple[Line, ...]
    unknown: tuple[Line, ...]
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...]
    axes: int
    min_votes: int
    digest: str = ""
    stability: float = 0.0

    @property
    def enough(self) -> bool:
        return self.placed >= FEWEST

    @property
    def has_groups(self) -> bool:
        return self.n_groups > 1

    @property
    def letters(self) -> list[str]:
        return [group.letter for group in self.groups]


def read(data: Numbers, texts: Mapping[int, str], language: str = "da") -> Reading:
    """`texts` holds the statements that may be shown, by key. O(statements · groups + dots)."""
    rows = [row for row in data["statements"] if row["id"] in texts]
    lines = [_line(row, texts[row["id"]], data["n_groups"]) for row in rows]
    several = data["n_groups"] > 1
    said = data["said"].get(language[:2]) or data["said"]["da"]
    return Reading(
        people=data["n_participants"],
        placed=sum(data["group_sizes"]),
        n_groups=data["n_groups"],
        sentences=tuple(said),
        groups=tuple(_group(data, rows, texts, at) for at in range(data["n_groups"]))
        if several
        else (),
        common=_top(lines, lambda line: line.bridging, SHARED),
        refused=_top(lines, lambda line: line.refusal, SHARED),
        divides=_top(lines, lambda line: line.divisiveness, DIVIDING),
        unknown=_top(lines, lambda line: line.uncertainty, UNKNOWN),
        lines=tuple(sorted(lines, key=lambda line: (-line.bridging, line.id))),
        marks=tuple(mark(*dot) for dot in _bundles(data["dots"])),
        digest=data.get("digest", ""),
        stability=data["stability"],
        axes=round(100 * data["explained_by_axes"]),
        min_votes=data["min_votes"],
    )


def _line(row: Numbers, text: str, n_groups: int) -> Line:
    votes = row["votes"]
    return Line(
        id=row["id"],
        text=text,
        agree=int(votes["agree"]),
        disagree=int(votes["disagree"]),
        passed=int(votes["pass"]),
        ranked=row["ranked"],
        shares=tuple(_share(part) for part in row["agree"]) if n_groups > 1 else (),
        bridging=row["bridging"],
        refusal=row["refusal"],
        divisiveness=row["divisiveness"],
        uncertainty=row["uncertainty"],
    )


def _share(part: Numbers) -> Share:
    votes = part["votes"]
    total = int(sum(votes.values()))
    return Share(
        letter(part["group"]),
        _percent(votes["agree"], total),
        round(100 * part["low"]),
        round(100 * part["high"]),
        total,
    )


def _percent(some: float, total: float) -> int:
    return int(100 * some / total + 0.5) if total else 0


def letter(group: int) -> str:
    return chr(ord("A") + group)


def _group(data: Numbers, rows: list[Numbers], texts: Mapping[int, str], at: int) -> Group:
    """A group by what it says more than the others: its surest three statements."""
    telling = [row for row in rows if row["agree"][at]["representative"]]
    telling.sort(key=lambda row: (row["agree"][at]["p"], row["id"]))
    voices = tuple(
        Voice(texts[row["id"]], row["agree"][at]["representative"]) for row in telling[:3]
    )
    return Group(letter(at), data["group_sizes"][at], voices, _mark_at(8, 8, at, 5))


def _top(lines: list[Line], score: Callable[[Line], float], least: float) -> tuple[Line, ...]:
    ordered = sorted(lines, key=lambda line: (-score(line), line.id))
    return tuple(line for line in ordered[:SHOWN] if score(line) >= least)


# --- drawing -----------------------------------------------------------------------------------
def _bundles(dots: list[list[Any]]) -> list[list[Any]]:
    """Maps that were stored with one dot for each person are bundled now."""
    return dots if all(len(dot) == 4 for dot in dots) else bundled(dots)


def mark(x: int, y: int, group: int | None, number: int = 0) -> Mark:
    """So many people at a place given in thousandths; 0 for oneself."""
    across = WIDTH / 2 + x / UNIT * (WIDTH / 2 - EDGE)
    down = HEIGHT / 2 - y / UNIT * (HEIGHT / 2 - EDGE)
    size = 10 + min(10.0, 2 * float(np.sqrt(number)))
    return _mark_at(across, down, group, size, number)


# Of about the same area as a circle of radius one, and with room for a number in the middle.
_OUTLINES = (
    ((-0.89, -0.89), (0.89, -0.89), (0.89, 0.89), (-0.89, 0.89)),
    ((0, -1.45), (1.35, 0.9), (-1.35, 0.9)),
    ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    ((1.1, 0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0), (-0.55, -0.95), (0.55, -0.95)),
    ((0, 1.45), (1.35, -0.9), (-1.35, -0.9)),
)


def _mark_at(x: float, y: float, group: int | None, size: float = 4, number: int = 0) -> Mark:
    place = (f"{x:.1f}", f"{y:.1f}")
    if group is None:
        return Mark(*place, "", "#6b716f", "ring", f"{size:.1f}", number)
    shape = group % (len(_OUTLINES) + 1)
    outline = _OUTLINES[shape - 1] if shape else ()
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in outline)
    kind = "shape" if points else "dot"
    colour = COLOURS[group % len(COLOURS)]
    return Mark(*place, points, colour, kind, f"{size:.1f}", number)


def numbers(reading: Reading) -> list[dict[str, Any]]:
    """Every statement with its numbers, flat, for a file; nothing of too few people."""
    return [_flat(line) for line in reading.lines] if reading.enough else []


def _flat(line: Line) -> dict[str, Any]:
    row = {name: value for name, value in asdict(line).items() if name != "shares"}
    for share in line.shares:
        prefix = f"group_{share.letter.lower()}"
        row |= {
            f"{prefix}_agree_percent": share.percent,
            f"{prefix}_low": share.low,
            f"{prefix}_high": share.high,
            f"{prefix}_votes": share.votes,
        }
    return row


# --- all numbers -------------------------------------------------------------------------------
ORDERS: dict[str, Callable[[Line], float]] = {
    "faelles": lambda line: -line.bridging,
    "skiller": lambda line: -line.divisiveness,
    "tvivl": lambda line: -line.uncertainty,
    "svar": lambda line: -line.votes,
}


def ordered(reading: Reading, order: str) -> list[Line]:
    """All statements, by what the reader wants to see first."""
    return sorted(reading.lines, key=lambda line: (ORDERS[order](line), line.id))


# --- over time ---------------------------------------------------------------------------------
@dataclass(frozen=True)
class Moment:
    """A map of one day, and what became common ground or ceased to be since the one before."""

    key: int
    at: datetime
    people: int
    votes: int
    n_groups: int
    stability: int
    common: int
    came: tuple[str, ...]
    refused: tuple[str, ...]
    """What all have come to say no to."""
    went: tuple[str, ...]


def moments(maps: Iterable[Any], texts: Mapping[int, str]) -> list[Moment]:
    """The stored maps, oldest first, as a history. O(maps · statements)."""
    found: list[Moment] = []
    before: dict[tuple[int, bool], str] = {}
    for stored in maps:
        now = _shared(stored.data, texts)
        came = {key: text for key, text in now.items() if key not in before}
        found.append(
            Moment(
                key=stored.pk,
                at=stored.computed_at,
                people=stored.n_people,
                votes=stored.n_votes,
                n_groups=stored.data["n_groups"],
                stability=round(100 * stored.data["stability"]),
                common=len(now),
                came=tuple(text for (_id, agreed), text in came.items() if agreed),
                refused=tuple(text for (_id, agreed), text in came.items() if not agreed),
                went=tuple(text for key, text in before.items() if key not in now),
            )
        )
        before = now
    return found


def _shared(data: Numbers, texts: Mapping[int, str]) -> dict[tuple[int, bool], str]:
    """What all agree on or all refuse in one map, once there are enough people to say so.

    By the statement's key, and whether they agree.
    """
    if sum(data["group_sizes"]) < FEWEST:
        return {}
    return {
        (row["id"], row["bridging"] >= row["refusal"]): texts[row["id"]]
        for row in data["statements"]
        if row["id"] in texts and max(row["bridging"], row["refusal"]) >= SHARED
    }


@dataclass(frozen=True)
class Curve:
    """A line through time in a drawing of 640 × 200, with the numbers at its ends."""

    points: str
    dots: tuple[tuple[str, str], ...]
    top: int


def curve(found: Sequence[Moment], read: Callable[[Moment], int]) -> Curve:
    """How a number grew from the first to the last day."""
    top = max((read(moment) for moment in found), default=0)
    first, last = found[0].at.timestamp(), found[-1].at.timestamp()
    span = max(last - first, 1.0)
    dots = tuple(
        (
            f"{EDGE + (moment.at.timestamp() - first) / span * (WIDTH - 2 * EDGE):.1f}",
            f"{180 - 160 * read(moment) / max(top, 1):.1f}",
        )
        for moment in found
    )
    return Curve(" ".join(f"{x},{y}" for x, y in dots), dots, top)
