"""Cells of the files of Polis: opened, checked and read with their line number."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOBase
from math import isfinite
from pathlib import Path
from typing import IO, TypeAlias, cast

import numpy as np

from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.votes import Id

Source: TypeAlias = str | Path | IO[str] | IO[bytes]
ANSWER_OF = {
    pad + text + end: int(text)
    for text in ("-1", "0", "1")
    for pad in ("", " ")
    for end in ("", " ")
}


@contextmanager
def table(
    source: Source, needed: Sequence[str], name: str
) -> Iterator[tuple[str, list[str], Iterator[tuple[int, list[str]]]]]:
    """The name of a CSV file, its checked header, and its rows with their line number.

    A row that is cut short is filled with empty cells; one with too many raises OpinionError.
    """
    if isinstance(source, str | Path):
        name = Path(source).name
        try:
            with Path(source).open("rb") as stream:
                yield name, *rows_of(name, decoded(name, stream), needed)
        except OSError as error:
            raise OpinionError("unreadable", name=name, reason=error.strerror) from error
    else:
        yield name, *rows_of(name, texts_of(name, source), needed)


def texts_of(name: str, stream: IO[str] | IO[bytes]) -> Iterable[str]:
    """The lines of an open file as text."""
    if isinstance(stream, TextIOBase):
        return cast(IO[str], stream)
    return decoded(name, cast(IO[bytes], stream))


def decoded(name: str, lines: Iterable[bytes], first: int = 1) -> Iterator[str]:
    """Lines as text, the first of which has the given number; OpinionError when one is none."""
    for line, written in enumerate(lines, first):
        text = decoded_whole(name, written, line)
        yield text.removeprefix("\ufeff") if line == 1 else text


def decoded_whole(name: str, written: bytes, line: int) -> str:
    """Several lines as text, the first of which has the given number. O(letters)."""
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError as error:
        at = line + written.count(b"\n", 0, error.start)
        raise OpinionError("encoding", name=name, line=at) from error


def rows_of(
    name: str, lines: Iterable[str], needed: Sequence[str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header of an open CSV file, and its rows with their line number."""
    reader = csv.reader(lines)
    try:
        header = checked_header(name, next(reader, []), needed)
    except csv.Error as error:
        raise OpinionError("csv", name=name, line=reader.line_num, reason=error) from error

    def rows() -> Iterator[tuple[int, list[str]]]:
        try:
            for cells in reader:
                if cells:
                    yield reader.line_num, filled(name, reader.line_num, cells, len(header))
        except csv.Error as error:
            raise OpinionError("csv", name=name, line=reader.line_num, reason=error) from error

    return header, rows()


def filled(name: str, line: int, cells: list[str], width: int) -> list[str]:
    """As many cells as the header has; more are an error."""
    if len(cells) > width:
        if any(cell.strip() for cell in cells[width:]):
            raise OpinionError("cells", name=name, line=line)
        return cells[:width]
    return cells + [""] * (width - len(cells))


def checked_header(name: str, header: Sequence[str], needed: Sequence[str]) -> list[str]:
    """Names of columns without blanks around them; OpinionError when one lacks or is double."""
    names = [column.strip().removeprefix("\ufeff") for column in header]
    missing = [column for column in needed if column not in names]
    if missing and not any(names):
        raise OpinionError("empty", name=name)
    if missing and len(names) == 1 and names[0].count(";") >= len(needed) - 1:
        raise OpinionError("semicolons", name=name)
    if missing:
        raise OpinionError("missing", name=name, columns=", ".join(missing))
    often = Counter(column for column in names if column)
    if double := [column for column, times in often.items() if times > 1]:
        raise OpinionError("same-column", name=name, column=double[0])
    return names


def identifier(name: str, line: int, text: str, what: str) -> Id:
    """A number when it is written like one, else a text."""
    text = text.strip()
    if not text:
        raise OpinionError("empty-cell", name=name, line=line, what=what)
    # only numbers that are written back unchanged become numbers: "007" stays a text
    return int(text) if text.isascii() and text.isdigit() and str(int(text)) == text else text


def number(name: str, line: int, text: str, what: str) -> int:
    """A whole number of at most 64 bits."""
    try:
        return int(np.int64(int(text.replace("_", "?"))))
    except (ValueError, OverflowError):
        raise OpinionError("number", name=name, line=line, what=what, text=text) from None


def answer(name: str, line: int, text: str) -> int:
    """1, 0 or -1."""
    found = ANSWER_OF.get(text.strip())
    if found is None:
        raise OpinionError("answer", name=name, line=line, text=text)
    return found


def weight(name: str, line: int, text: str) -> float:
    """A positive number; 1 where nothing stands."""
    try:
        found = float(text) if text.strip() else 1.0
    except ValueError:
        found = 0.0
    if not (isfinite(found) and found > 0):
        raise OpinionError("weight", name=name, line=line, text=text)
    return found
