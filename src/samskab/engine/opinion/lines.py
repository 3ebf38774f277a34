"""votes.csv read in pieces: a vote a line, ten million of them in seconds.

A piece of plain numbers is taken apart by NumPy, without a Python object for any cell. A piece
that holds anything else (text, blanks, weights) goes through the `csv` module, and from the first
quotation mark on so does the rest, since a cell between quotation marks may hold line breaks.
Both ways give the same votes, and the line of the first mistake.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import IO, TextIO

import numpy as np
from numpy.typing import NDArray

from samskab.engine.opinion.cells import (
    ANSWER_OF,
    Source,
    answer,
    checked_header,
    filled,
    identifier,
    number,
    weight,
)
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.votes import Floats, Id, Ints, VoteMatrix, id_order

COLUMNS = ("timestamp", "comment-id", "voter-id", "vote")
WEIGHT = "weight"
_PIECE = 8_000_000
_TABLE = 4_000_000  # identifiers below are looked up in a table
_LONGEST = 18  # digits of a number that surely fits 64 bits
_MARK = b"\xef\xbb\xbf"
_COMMA, _LINE, _RETURN, _MINUS, _ZERO = b",\n\r-0"

Bytes = NDArray[np.uint8]


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
    if not isinstance(source, str | Path):
        return _cast(name, _encoded(source))
    name = Path(source).name
    try:
        with Path(source).open("rb") as stream:
            return _cast(name, stream)
    except OSError as error:
        raise OpinionError("unreadable", name=name, reason=error.strerror) from error


def _encoded(stream: TextIO) -> IO[bytes]:
    return BytesIO(stream.read().encode())


def _cast(name: str, stream: IO[bytes]) -> Cast:
    head = _decoded(name, stream.readline().removeprefix(_MARK))
    header = checked_header(name, next(csv.reader([head]), []), COLUMNS)
    reading = _Reading(name, header)
    for piece in _pieces(stream):
        if b'"' in piece:
            reading.by_row(TextIOWrapper(_Rest(piece, stream), "utf-8", newline=""))
            break
        reading.take(piece)
    return reading.done()


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The rest of a file in pieces of whole lines."""
    while piece := stream.read(_PIECE):
        yield piece + stream.readline()


class _Rest(BytesIO):
    """What was read already, then what follows."""

    def __init__(self, piece: bytes, stream: IO[bytes]) -> None:
        super().__init__(piece)
        self._then = stream

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(-1 if size is None else size) or self._then.read(size or -1)


def _decoded(name: str, piece: bytes) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError as error:
        raise OpinionError("encoding", name=name) from error


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

    def take(self, piece: bytes) -> None:
        """A piece of whole lines without quotation marks."""
        found = None if self.weighed is not None else _numbers(piece, self.spots, len(self.header))
        if found is None:
            self.by_row(StringIO(_decoded(self.name, piece), newline=""))
            return
        if not piece.isascii():
            _decoded(self.name, piece)
        times, said, voters, votes = found
        columns = self.items.of_numbers(said, self.line)
        self.parts.append((times, columns, self.people.of_numbers(voters, self.line), votes))
        self.line += len(votes)

    def by_row(self, stream: TextIO) -> None:
        """Lines of any kind, up to the end of the stream."""
        reader, start = csv.reader(stream), self.line - 1
        rows: list[tuple[Id, Id, int, int]] = []
        sizes, lines = [], []
        try:
            for cells in reader:
                line = start + reader.line_num
                if cells:
                    full = filled(self.name, line, cells, len(self.header))
                    rows.append(self._vote(line, full))
                    lines.append(line)
                    if self.weighed is not None:
                        sizes.append(weight(self.name, line, full[self.weighed]))
        except csv.Error as error:
            line = start + reader.line_num
            raise OpinionError("csv", name=self.name, line=line, reason=error) from error
        except UnicodeDecodeError as error:
            raise OpinionError("encoding", name=self.name) from error
        self.line = start + reader.line_num + 1
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
    if not piece.endswith(b"\n"):
        piece += b"\n"
    data = np.frombuffer(piece, dtype=np.uint8)
    marks = np.flatnonzero((data == _COMMA) | (data == _LINE))
    if len(marks) % width:
        return None
    starts = np.concatenate([[0], marks[:-1] + 1]).reshape(-1, width)
    ends = marks.reshape(-1, width)
    lines = len(ends)
    if np.count_nonzero(data == _LINE) != lines or (data[ends[:, -1]] != _LINE).any():
        return None
    if returns := piece.count(b"\r"):
        if returns != lines or (data[ends[:, -1] - 1] != _RETURN).any():
            return None
        ends[:, -1] -= 1
    times, said, voters = (
        _digits(data, np.ascontiguousarray(starts[:, at]), ends[:, at], is_name)
        for at, is_name in zip(spots, (False, True, True), strict=False)
    )
    votes = _answers(data, starts[:, spots[3]], ends[:, spots[3]])
    if times is None or said is None or voters is None or votes is None:
        return None
    return times, said, voters, votes


def _digits(data: Bytes, starts: Ints, ends: Ints, is_name: bool) -> Ints | None:
    """Numbers written in digits; None when one is not, or, of names, begins with a zero."""
    length = ends - starts
    shortest, longest = int(length.min()), int(length.max())
    if shortest < 1 or longest > _LONGEST:
        return None
    if is_name and ((data[starts] == _ZERO) & (length > 1)).any():
        return None
    found = np.zeros(len(starts), dtype=np.int64)
    for at in range(longest):
        if at < shortest:
            digit = data[starts + at] - np.uint8(_ZERO)
            found = found * 10 + digit
        else:
            some = np.flatnonzero(length > at)
            digit = data[starts[some] + at] - np.uint8(_ZERO)
            found[some] = found[some] * 10 + digit
        if (digit > 9).any():
            return None
    return found


def _answers(data: Bytes, starts: Ints, ends: Ints) -> Ints | None:
    length = ends - starts
    last = data[ends - 1].astype(np.int64) - _ZERO
    minus = (length == 2) & (data[starts] == _MINUS) & (last == 1)
    plain = (length == 1) & (last >= 0) & (last <= 1)
    return np.where(minus, -1, last) if (minus | plain).all() else None
