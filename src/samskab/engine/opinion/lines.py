"""votes.csv, a vote a line: ten million of them in seconds.

A piece of plain numbers is taken apart at once, one that holds anything else (text, blanks,
weights) by the `csv` module. Both ways give the same votes, and the line of the first mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from samskab.engine.opinion.cells import ANSWER_OF, Source, answer, identifier, number, weight
from samskab.engine.opinion.pieces import answers, cut, read_pieces
from samskab.engine.opinion.votes import Floats, Id, Ints, VoteMatrix, id_order

COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
WEIGHT = "weight"
_TABLE = 4_000_000  # identifiers below are looked up in a table


@dataclass(frozen=True, eq=False)
class Cast:
    """Votes as they were read: columns of numbers, and what the numbers stand for.

    `first` is the line of the first vote on each statement of `items`.
    """

    people: tuple[Id, ...]
    items: tuple[Id, ...]
    first: tuple[int, ...]
    times: Ints
    columns: Ints
    rows: Ints
    values: Ints
    weights: Floats | None

    def tally(self) -> dict[Id, tuple[int, int]]:
        """How often 1 and -1 were found under each statement."""
        found = [
            np.bincount(self.columns[self.values == value], minlength=len(self.items)).tolist()
            for value in (1, -1)
        ]
        return dict(zip(self.items, zip(*found, strict=True), strict=True))

    def lines_of(self, items: set[Id]) -> list[tuple[int, Id, int]]:
        """First line, statement and number of votes, for some of the statements, by line."""
        often = np.bincount(self.columns, minlength=len(self.items)).tolist()
        every = zip(self.first, self.items, often, strict=True)
        return sorted((line, item, times) for line, item, times in every if item in items)

    def matrix(self, sign: int, hidden: set[Id], known: set[Id]) -> VoteMatrix:
        """The votes with 1 as agree, without hidden statements. O(v log v)."""
        people = sorted(self.people, key=id_order)
        items = sorted((set(self.items) | known) - hidden, key=id_order)
        row_of, column_of = places(self.people, people), places(self.items, items)
        columns = column_of[self.columns]
        shown = columns >= 0
        return VoteMatrix.from_arrays(
            row_of[self.rows[shown]],
            columns[shown],
            self.values[shown] * sign,
            people,
            items,
            times=self.times[shown],
            vote_weights=None if self.weights is None else self.weights[shown],
        )


def places(names: Sequence[Id], among: Sequence[Id]) -> Ints:
    """The position of each name in a list, -1 where it is not there. O(names)."""
    at = {name: i for i, name in enumerate(among)}
    return np.array([at.get(name, -1) for name in names], dtype=np.int64)


def read_lines(source: Source, name: str) -> Cast:
    """All votes of a file, or OpinionError with file and line. O(lines)."""
    return read_pieces(source, name, COLUMNS, _Reading).done()


@dataclass(eq=False)
class _Reading:
    """A file on its way: what was read so far, and the line that comes next."""

    name: str
    header: list[str]
    line: int = 2
    parts: list[tuple[Ints, ...]] = field(default_factory=list)
    weights: list[Floats] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people, self.items = _Codes(), _Codes()
        self.spots = [self.header.index(column) for column in COLUMNS]
        self.weighed = self.header.index(WEIGHT) if WEIGHT in self.header else None

    def take(self, piece: bytes) -> bool:
        """Whole lines without quotation marks; False when they are not plain numbers."""
        found = None if self.weighed is not None else _numbers(piece, self.spots, len(self.header))
        if found is None:
            return False
        times, said, voters, votes = found
        columns = self.items.of_numbers(said, self.line)
        self.parts.append((times, columns, self.people.of_numbers(voters, self.line), votes))
        self.line += len(votes)
        return True

    def by_row(self, found: Iterator[tuple[int, list[str]]]) -> None:
        """Lines of any kind, with their number."""
        rows: list[tuple[Id, Id, int, int]] = []
        sizes, lines = [], []
        for line, cells in found:
            self.line = line + 1
            if cells:
                rows.append(self._vote(line, cells))
                lines.append(line)
                if self.weighed is not None:
                    sizes.append(weight(self.name, line, cells[self.weighed]))
        self._keep(rows, lines)
        self.weights.append(np.array(sizes, dtype=np.float64))

    def _vote(self, line: int, cells: list[str]) -> tuple[Id, Id, int, int]:
        time, said, voter, vote = (cells[spot] for spot in self.spots)
        value = ANSWER_OF.get(vote)
        return (
            identifier(self.name, line, voter, "voter-id"),
            identifier(self.name, line, said, "comment-id"),
            answer(self.name, line, vote) if value is None else value,
            number(self.name, line, time, "timestamp"),
        )

    def _keep(self, rows: list[tuple[Id, Id, int, int]], lines: list[int]) -> None:
        if not rows:
            return
        voters, said, votes, times = zip(*rows, strict=True)
        self.parts.append(
            (
                np.array(times, dtype=np.int64),
                self.items.of(said, lines),
                self.people.of(voters, lines),
                np.array(votes, dtype=np.int64),
            )
        )

    def done(self) -> Cast:
        empty = np.zeros(0, dtype=np.int64)
        times, columns, rows, values = (
            np.concatenate([empty, *(part[i] for part in self.parts)]) for i in range(4)
        )
        weights = None if self.weighed is None else np.concatenate([np.zeros(0), *self.weights])
        first = tuple(self.items.first)
        people, items = tuple(self.people.ids), tuple(self.items.ids)
        return Cast(people, items, first, times, columns, rows, values, weights)


class _Codes:
    """Numbers from 0 for the identifiers of one column, and the line where each came first."""

    def __init__(self) -> None:
        self.ids: dict[Id, int] = {}
        self.first: list[int] = []
        self._table = np.full(0, -1, dtype=np.int64)

    def of(self, names: Sequence[Id], lines: Sequence[int]) -> Ints:
        """The number of each name; names that are new get the next ones."""
        for name, line in zip(names, lines, strict=True):
            self._code(name, line)
        return np.fromiter(map(self.ids.__getitem__, names), np.int64, len(names))

    def of_numbers(self, names: Ints, start: int) -> Ints:
        """The same for names that are numbers, one a line from `start` on."""
        if names.max() >= _TABLE:
            found, at, where = np.unique(names, return_index=True, return_inverse=True)
            firsts = zip(found.tolist(), at.tolist(), strict=True)
            known = [self._code(name, start + i) for name, i in firsts]
            return np.asarray(np.array(known, dtype=np.int64)[where])
        codes = self._looked_up(names)
        new = np.flatnonzero(codes < 0)
        if new.size:
            found, at = np.unique(names[new], return_index=True)
            for name, i in zip(found.tolist(), new[at].tolist(), strict=True):
                self._table[name] = self._code(name, start + i)
            codes = self._table[names]
        return codes

    def _looked_up(self, names: Ints) -> Ints:
        size = int(names.max()) + 1
        if size > len(self._table):
            more = np.full(2 * size - len(self._table), -1, dtype=np.int64)
            self._table = np.concatenate([self._table, more])
        return self._table[names]

    def _code(self, name: Id, line: int) -> int:
        code = self.ids.setdefault(name, len(self.ids))
        if code == len(self.first):
            self.first.append(line)
        return code


def _numbers(piece: bytes, spots: Sequence[int], width: int) -> tuple[Ints, ...] | None:
    """Times, statements, people and answers of a piece, or None when it is not plain numbers."""
    cells = cut(piece, width)
    if cells is None:
        return None
    time, item, person, vote = spots
    times = cells.numbers(time)
    said, voters = cells.numbers(item, is_name=True), cells.numbers(person, is_name=True)
    votes = answers(cells.data, cells.starts[:, vote], cells.ends[:, vote])
    if times is None or said is None or voters is None or votes is None:
        return None
    return times, said, voters, votes
