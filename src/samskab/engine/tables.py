"""CSV files as people hand them in: read whole, or refused in one sentence with row and column.

A row is counted as a spreadsheet counts it: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

MAX_ROWS = 2_000_000
MAX_BYTES = 500_000_000
LARGEST = Decimal(1_000_000_000)
MAX_PLACES = 6
SMALLEST = Decimal(1).scaleb(-MAX_PLACES)


class TableError(ValueError):
    """A file that cannot be used; the text is one sentence for the person who made it."""


@dataclass(frozen=True)
class Row:
    """One row of a table: its number, and its cells by column, stripped."""

    file: str
    number: int
    cells: Mapping[str, str]

    def error(self, column: str, what: str) -> TableError:
        """The sentence that says what is wrong with a cell."""
        return TableError(f"{self.file}, row {self.number}, column {column}: {what}.")

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        value = self.cells.get(column, "")
        if not value:
            raise self.error(column, "the cell is empty")
        return value

    def number_in(self, column: str) -> Decimal:
        """The cell as a number with a decimal point or comma, at most 1,000,000,000 either way."""
        text = self.text(column)
        value = _decimal(text)
        if value is None:
            raise self.error(column, f"'{text[:40]}' is not a number")
        if abs(value) > LARGEST:
            raise self.error(column, f"'{text[:40]}' is larger than {LARGEST:,}")
        return value

    def above_zero(self, column: str) -> Decimal:
        """The cell as an amount: a number above zero with at most six decimals."""
        value = self.number_in(column)
        if value <= 0:
            raise self.error(column, f"the number must be above zero, not {value}")
        # Compared first: what is next to nothing would be made nothing by `normalize`.
        if value < SMALLEST or -int(value.normalize().as_tuple().exponent) > MAX_PLACES:
            raise self.error(column, f"the number has more than {MAX_PLACES} decimals")
        return value

    def day(self, column: str) -> date | None:
        """The cell as a date, year-month-day; None when it is empty or not there."""
        text = self.cells.get(column, "")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.error(column, f"'{text[:40]}' is not a date like 2026-08-31") from None


def read_table(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> list[Row]:
    """The rows of a CSV file whose header has the required columns (in any order and case).

    Comma, semicolon and tab are told apart by the header; text is UTF-8, with or without a
    mark. Empty rows are skipped, unknown columns left alone. O(bytes). Raises TableError on a
    file that is missing, too large, not UTF-8, badly quoted, empty, without a required column,
    with a column twice, or with a row longer or shorter than the header.
    """
    lines = _lines(path)
    head = next(lines, None)
    if head is None:
        raise TableError(f"{path.name} is empty.")
    columns = [cell.strip().casefold() for cell in head[1]]
    _refuse_header(path.name, columns, required, optional)
    rows = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            raise TableError(
                f"{path.name}, row {number}: {len(cells)} cells where the header has"
                f" {len(columns)}."
            )
        values = (cell.strip() for cell in cells)
        rows.append(Row(path.name, number, dict(zip(columns, values, strict=True))))
    if not rows:
        raise TableError(f"{path.name} has a header but no rows.")
    return rows


def refuse_repeats(rows: Iterable[Row], *columns: str) -> None:
    """Raise TableError when two rows have the same cells in these columns."""
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in columns)
        if key in seen:
            what = f"'{' '.join(key)[:60]}' is already in row {seen[key]}"
            raise row.error(columns[0], what)
        seen[key] = row.number


def write_json(path: Path | None, result: Mapping[str, Any]) -> None:
    """Write the result whole or not at all; to standard output when there is no path."""
    text = json.dumps(result, ensure_ascii=False, indent=2, allow_nan=False)
    if path is None:
        _print(text)
        return
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise TableError(f"{path} cannot be written: {error.strerror}.") from error


def _print(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` does; nothing is left to be flushed at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _decimal(text: str) -> Decimal | None:
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and "_" not in plain else None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    number = 0
    try:
        for cells in reader:
            number += 1
            if number > MAX_ROWS:
                raise TableError(f"{path.name} has more than {MAX_ROWS:,} rows.")
            yield number, cells
    except csv.Error as error:
        raise TableError(f"{path.name}, row {number + 1}: {wrong_csv(error)}.") from error


def wrong_csv(error: csv.Error) -> str:
    """What is wrong with a row that cannot be parted into cells."""
    if "field limit" in str(error):
        return f"a cell holds more than {csv.field_size_limit():,} characters"
    return f"the quotes are wrong ({error})"


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise TableError(f"{path.name} is larger than {MAX_BYTES // 1_000_000} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = data.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"{path.name}, row {number}: the text is not UTF-8; save the file as CSV UTF-8."
        ) from error
    if "\0" in text:
        number = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(f"{path.name}, row {number}: there is a null character; is this a CSV?")
    return text


def _delimiter(text: str) -> str:
    header = re.split(r"[\r\n]", text, maxsplit=1)[0]
    return max(",;\t", key=header.count)


def _refuse_header(
    file: str, columns: Sequence[str], required: Sequence[str], optional: Sequence[str]
) -> None:
    missing = [column for column in required if column not in columns]
    if missing:
        raise TableError(f"{file}, row 1: the column {missing[0]} is missing.")
    for column in (*required, *optional):
        if columns.count(column) > 1:
            raise TableError(f"{file}, row 1: the column {column} is there twice.")
