"""participants-votes.csv, a participant a line, with a cell for every statement.

Most cells are empty. In a piece of plain numbers only those that are not are looked at; one that
holds anything else goes through the `csv` module. A vote is kept in five bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from samskab.engine.opinion.cells import Source, answer, identifier, number, weight
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.lines import WEIGHT, places
from samskab.engine.opinion.pieces import Cells, answers, cut, read_pieces
from samskab.engine.opinion.votes import Id, Ints, VoteMatrix, id_order

PERSON_COLUMNS = ("participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree")
_NOT_STATEMENTS = {*PERSON_COLUMNS, "xid", WEIGHT, ""}
_PIECE = 2_000_000  # mostly commas: a piece has as many cells as bytes
_NO_GROUP = -1


def read_people(source: Source, name: str) -> People:
    """All participants of a file, or OpinionError with file and line. O(cells)."""
    return read_pieces(source, name, PERSON_COLUMNS, People, _PIECE)


@dataclass(frozen=True, eq=False)
class _Part:
    """Some lines: how many votes each holds, and the column and answer of every vote."""

    lengths: Ints
    said: NDArray[np.int32]
    values: NDArray[np.int8]


@dataclass(eq=False)
class People:
    """The file as far as it was read, in the order of its lines."""

    name: str
    header: list[str]
    line: int = 2
    line_of: dict[Id, int] = field(default_factory=dict)
    tally: dict[Id, tuple[int, int]] = field(default_factory=dict)
    expected: dict[Id, tuple[int, int]] = field(default_factory=dict)
    groups: dict[Id, int | None] = field(default_factory=dict)
    n_comments: dict[Id, int] = field(default_factory=dict)
    weights: dict[Id, float] = field(default_factory=dict)
    parts: list[_Part] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spot = {column: self.header.index(column) for column in PERSON_COLUMNS}
        self.weighed = self.header.index(WEIGHT) if WEIGHT in self.header else None
        self.columns = np.array(
            [at for at, column in enumerate(self.header) if column not in _NOT_STATEMENTS],
            dtype=np.int64,
        )
        self.items = [identifier(self.name, 1, self.header[at], "statement") for at in self.columns]

    def take(self, piece: bytes) -> bool:
        """Whole lines without quotation marks; False when they are not plain numbers."""
        cells = None if self.weighed is not None else cut(piece, len(self.header))
        facts = None if cells is None else self._facts(cells)
        part = None if cells is None else self._votes(cells)
        if facts is None or part is None:
            return False
        begins = np.concatenate([[0], part.lengths.cumsum()])
        both = [
            np.diff(np.concatenate([[0], (part.values == value).cumsum()])[begins]).tolist()
            for value in (1, -1)
        ]
        for who, group, wrote, agrees, disagrees, *counted in zip(*facts, *both, strict=True):
            self._new(self.line, who)
            self.groups[who] = None if group == _NO_GROUP else group
            self.n_comments[who] = wrote
            self.expected[who] = agrees, disagrees
            self.tally[who] = counted[0], counted[1]
            self.line += 1
        self.parts.append(part)
        return True

    def _facts(self, cells: Cells) -> list[list[int]] | None:
        """Participant, group, statements written, agrees and disagrees of each line."""
        spot = self.spot
        found = [
            cells.numbers(spot["participant"], is_name=True),
            cells.numbers(spot["group-id"], empty=_NO_GROUP),
            cells.numbers(spot["n-comments"], empty=0),
            cells.numbers(spot["n-agree"]),
            cells.numbers(spot["n-disagree"]),
        ]
        plain = [column.tolist() for column in found if column is not None]
        return plain if len(plain) == len(found) else None

    def _votes(self, cells: Cells) -> _Part | None:
        starts, ends = cells.starts[:, self.columns], cells.ends[:, self.columns]
        rows, said = np.nonzero(ends > starts)
        values = answers(cells.data, starts[rows, said], ends[rows, said])
        if values is None:
            return None
        lengths = np.bincount(rows, minlength=len(starts))
        return _Part(lengths, said.astype(np.int32), values.astype(np.int8))

    def by_row(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        """Lines of any kind, with their number."""
        lengths: list[int] = []
        said: list[int] = []
        values: list[int] = []
        for line, cells in rows:
            self.line = line + 1
            if cells:
                voted = [at for at, spot in enumerate(self.columns) if cells[spot].strip()]
                given = [answer(self.name, line, cells[self.columns[at]]) for at in voted]
                self._person(line, cells, given)
                lengths.append(len(voted))
                said += voted
                values += given
        self.parts.append(
            _Part(np.array(lengths, np.int64), np.array(said, np.int32), np.array(values, np.int8))
        )

    def _person(self, line: int, cells: Sequence[str], given: Sequence[int]) -> None:
        cell = {column: cells[at].strip() for column, at in self.spot.items()}
        person = identifier(self.name, line, cell["participant"], "participant")
        self._new(line, person)
        self.tally[person] = given.count(1), given.count(-1)
        self.expected[person] = (
            number(self.name, line, cell["n-agree"], "n-agree"),
            number(self.name, line, cell["n-disagree"], "n-disagree"),
        )
        group = cell["group-id"]
        self.groups[person] = number(self.name, line, group, "group-id") if group else None
        self.n_comments[person] = number(self.name, line, cell["n-comments"] or "0", "n-comments")
        if self.weighed is not None:
            self.weights[person] = weight(self.name, line, cells[self.weighed])

    def _new(self, line: int, person: Id) -> None:
        first = self.line_of.setdefault(person, line)
        if first != line:
            raise OpinionError(
                "participant-twice", name=self.name, line=line, key=person, first=first
            )

    def strays(self, known: Collection[Id]) -> list[tuple[Id, int]]:
        """Statements that are not known, with how often they were answered, if ever."""
        often = np.zeros(len(self.items), dtype=np.int64)
        for part in self.parts:
            often += np.bincount(part.said, minlength=len(often))
        every = zip(self.items, often.tolist(), strict=True)
        return [(item, times) for item, times in every if times and item not in known]

    def matrix(self, sign: int, hidden: set[Id], known: set[Id]) -> VoteMatrix:
        """The votes with 1 as agree, without hidden statements."""
        people = sorted(self.line_of, key=id_order)
        items = sorted({*self.items, *known} - hidden, key=id_order)
        empty = _Part(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int8))
        parts = [empty, *self.parts]
        lengths = np.concatenate([part.lengths for part in parts])
        column_of = places(self.items, items).astype(np.int32)
        columns = column_of[np.concatenate([part.said for part in parts])]
        values = np.concatenate([part.values for part in parts])
        rows = np.repeat(places(list(self.line_of), people).astype(np.int32), lengths)
        shown = columns >= 0
        return VoteMatrix.from_arrays(
            rows[shown],
            columns[shown],
            values[shown] * np.int8(sign),
            people,
            items,
            weights=np.array([self.weights[who] for who in people]) if self.weights else None,
        )
