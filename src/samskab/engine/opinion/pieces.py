"""CSV files of the engine read in pieces of whole lines, so that none is ever held whole.

A piece without quotation marks is handed over as bytes, to be taken apart by NumPy without a Python
object for any cell. From the first quotation mark on the rest is read by the `csv` module, since a
cell between quotation marks may hold line breaks.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, TextIOBase
from itertools import chain
from pathlib import Path
from typing import IO, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from samskab.engine.opinion.cells import Source, checked_header, decoded, decoded_whole, filled
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.votes import Ints

PIECE = 8_000_000
_LONGEST = 18  # digits of a number that surely fits 64 bits
_COMMA, _LINE, _RETURN, _MINUS, _ZERO = b",\n\r-0"

Bytes = NDArray[np.uint8]


class Reading(Protocol):
    """A file on its way. `line` is the one that comes next."""

    name: str
    line: int

    def take(self, piece: bytes) -> bool:
        """Whole lines without quotation marks; False when they are not plain, and were left."""

    def by_row(self, rows: Iterator[tuple[int, list[str]]]) -> None:
        """Lines of any kind with their number; one without cells holds nothing."""


Kept = TypeVar("Kept", bound=Reading)


def read_pieces(
    source: Source,
    name: str,
    needed: Sequence[str],
    begin: Callable[[str, list[str]], Kept],
    size: int | None = None,
) -> Kept:
    """A whole file, from what `begin` makes of its name and header. O(cells).

    Raises OpinionError with file and line. `size` is about how many bytes are held at once.
    """
    if not isinstance(source, str | Path):
        return _read(name, _encoded(source), needed, begin, size or PIECE)
    name = Path(source).name
    try:
        with Path(source).open("rb") as stream:
            return _read(name, stream, needed, begin, size or PIECE)
    except OSError as error:
        raise OpinionError("unreadable", name=name, reason=error.strerror) from error


def _encoded(stream: IO[str] | IO[bytes]) -> IO[bytes]:
    if isinstance(stream, TextIOBase):
        return BytesIO(stream.read().encode())
    return cast(IO[bytes], stream)


def _read(
    name: str,
    stream: IO[bytes],
    needed: Sequence[str],
    begin: Callable[[str, list[str]], Kept],
    size: int,
) -> Kept:
    head = next(decoded(name, [stream.readline()]), "")
    header = checked_header(name, next(csv.reader([head]), []), needed)
    reading = begin(name, header)
    while piece := stream.read(size):
        piece += stream.readline()
        if b'"' in piece:
            rest = chain(BytesIO(piece), stream)
            reading.by_row(_rows(name, rest, reading.line, len(header)))
            break
        if not piece.isascii():
            decoded_whole(name, piece, reading.line)
        if not reading.take(piece):
            reading.by_row(_rows(name, BytesIO(piece), reading.line, len(header)))
    return reading


def _rows(
    name: str, lines: Iterable[bytes], line: int, width: int
) -> Iterator[tuple[int, list[str]]]:
    """Lines from the given one on, each as many cells as the header has, or none."""
    reader, before = csv.reader(decoded(name, lines, line)), line - 1
    try:
        for cells in reader:
            at = before + reader.line_num
            yield at, filled(name, at, cells, width) if cells else []
    except csv.Error as error:
        at = before + reader.line_num
        raise OpinionError("csv", name=name, line=at, reason=error) from error


@dataclass(frozen=True, eq=False)
class Cells:
    """A piece as lines × columns: where in `data` each cell starts and ends."""

    data: Bytes
    starts: Ints
    ends: Ints

    def numbers(
        self, column: int, *, is_name: bool = False, empty: int | None = None
    ) -> Ints | None:
        """Numbers written in digits; None when one is not, or, of names, begins with a zero.

        `empty` stands for a cell without anything in it; without it such a cell is no number.
        """
        starts, ends = np.ascontiguousarray(self.starts[:, column]), self.ends[:, column]
        if empty is None:
            return _digits(self.data, starts, ends, is_name)
        some = np.flatnonzero(ends > starts)
        found = np.full(len(starts), empty, dtype=np.int64)
        if some.size:
            written = _digits(self.data, starts[some], ends[some], is_name)
            if written is None:
                return None
            found[some] = written
        return found


def cut(piece: bytes, width: int) -> Cells | None:
    """The cells of whole lines without quotation marks; None when a line has another width."""
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
    return Cells(data, starts, ends)


def _digits(data: Bytes, starts: Ints, ends: Ints, is_name: bool) -> Ints | None:
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


def answers(data: Bytes, starts: Ints, ends: Ints) -> Ints | None:
    """The answers in some cells; None when one is neither -1, 0 nor 1."""
    length = ends - starts
    last = data[ends - 1].astype(np.int64) - _ZERO
    minus = (length == 2) & (data[starts] == _MINUS) & (last == 1)
    plain = (length == 1) & (last >= 0) & (last <= 1)
    return np.where(minus, -1, last) if (minus | plain).all() else None
