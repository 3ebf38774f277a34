"""Spreadsheets as people hand them in: CSV of any common make, and XLSX.

Every cell comes out as stripped text, dates as year-month-day, so that a CSV and an XLSX of the
same table read alike. What cannot be used is refused whole, with a code and the facts of it; the
words for it are the business of whoever shows it.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from xml.etree.ElementTree import ParseError  # only the name of an error; parsing is defused

MAX_BYTES = 30_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 100
MAX_CELL = 20_000
# What an XLSX may grow to when it is unpacked, and how much more than its packed size.
MAX_UNPACKED = 400_000_000
MAX_PARTS = 2_000
MAX_RATIO, RATIO_FROM = 150, 20_000_000
# What Excel shows instead of a value, and ours for a formula that was never worked out.
NO_VALUE = "#FORMULA!"
FAULTS = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", NO_VALUE}
)

Code = Literal[
    "broken",
    "broken_letters",
    "cell_too_long",
    "empty",
    "encoding",
    "encrypted",
    "not_a_table",
    "null",
    "old_excel",
    "quotes",
    "too_large",
    "too_many_rows",
    "too_wide",
    "unpacks_too_large",
]

_DELIMITERS = ";,\t|"
_EDGES = " \t\r\n\u00a0\u200b\ufeff"
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]|_x000[dD]_")
# UTF-8 that was read as Windows-1252 on its way here: æ ø å é ö ä ü and their capitals.
_GARBLED = re.compile(
    "\u00c3[\u00a6\u00b8\u00a5\u00a9\u00b6\u00a4\u00bc\u2020\u02dc\u2026\u2030]|\ufffd"
)


class SheetError(ValueError):
    """A file that cannot be used: what is wrong (`code`) and its facts, such as `row`."""

    def __init__(self, code: Code, **facts: int | str) -> None:
        self.code, self.facts = code, facts
        super().__init__(f"{code} {facts}" if facts else code)


@dataclass(frozen=True)
class Sheet:
    """One sheet: its rows that hold something, each with the number that a spreadsheet shows.

    `reading` is how it was read: "utf-8", "utf-16", "windows-1252" or "xlsx".
    """

    name: str
    reading: str
    rows: list[tuple[int, list[str]]]


def read_sheets(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_rows: int = MAX_ROWS
) -> list[Sheet]:
    """The sheets of a file that hold anything; a CSV is one sheet without a name. O(bytes).

    Told apart by content, not by name. Raises SheetError. Nothing in the file is carried out:
    formulas give the value that was last shown, entities and packed bombs are refused.
    """
    if len(data) > max_bytes:
        raise SheetError("too_large", limit=max_bytes // 1_000_000)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise SheetError("old_excel")
    if data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise SheetError("not_a_table")
    sheets = _workbook(data, max_rows) if data.startswith(b"PK") else [_csv(data, max_rows)]
    found = [sheet for sheet in sheets if sheet.rows]
    if not found:
        raise SheetError("empty")
    return found


# --- CSV ---------------------------------------------------------------------------------------
def _csv(data: bytes, max_rows: int) -> Sheet:
    text, reading = _decoded(data)
    if "\0" in text:
        raise SheetError("null", row=_row_of(text, text.index("\0")))
    if garbled := _GARBLED.search(text):
        row = _row_of(text, garbled.start())
        raise SheetError("broken_letters", row=row, text=_around(text, garbled))
    text, skipped, delimiter = _told(text)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), strict=True
    )
    return Sheet("", reading, list(_tidy(_counted(reader, skipped), max_rows)))


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16"), "utf-16"
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "windows-1252"
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise SheetError("encoding", row=row) from error


def _around(text: str, found: re.Match[str]) -> str:
    """The piece of the line that holds it."""
    before = text[max(found.start() - 15, 0) : found.start()].split("\n")[-1]
    after = text[found.end() : found.end() + 15].split("\n")[0]
    return f"{before}{found[0]}{after}".strip()


def _row_of(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _told(text: str) -> tuple[str, int, str]:
    """Excel's own first line `sep=;`, which is no row of the table."""
    first, _newline, rest = text.partition("\n")
    said = re.fullmatch(r'"?sep=(.)"?\r?', first, re.IGNORECASE)
    return (rest, 1, said[1]) if said else (text, 0, "")


def _delimiter(text: str) -> str:
    """The one that cuts the first rows into most columns of the same number."""
    head = text[:20_000]

    def evenness(delimiter: str) -> tuple[float, int]:
        counts: Counter[int] = Counter()
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(head), delimiter=delimiter)):
                if number > 30:
                    break
                counts[len(cells)] += any(cells)
        except csv.Error:
            return 0.0, 0
        width, times = max(counts.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        return (times / max(counts.total(), 1) if width > 1 else 0.0), width

    return max(_DELIMITERS, key=evenness)


def _counted(reader: Any, skipped: int) -> Iterator[tuple[int, list[str]]]:
    number = skipped
    try:
        for cells in reader:
            number += 1
            yield number, cells
    except csv.Error as error:
        raise SheetError("quotes", row=number + 1) from error


# --- XLSX --------------------------------------------------------------------------------------
_BROKEN = (
    zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, EOFError, OSError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip


def _workbook(data: bytes, max_rows: int) -> list[Sheet]:
    try:
        formulas = _look_inside(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about charts, styles and rules that we never use
            return _sheets(data, max_rows, formulas)
    except SheetError:
        raise
    except _BROKEN as error:
        raise SheetError("broken") from error


def _look_inside(data: bytes) -> bool:
    """Refuses what unpacks to too much before it is unpacked; whether a sheet has formulas."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = packed.infolist()
        if any(part.flag_bits & 1 for part in parts):
            raise SheetError("encrypted")
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise SheetError("unpacks_too_large")
        for part in parts:
            packed_size = max(part.compress_size, 1)
            if part.file_size > RATIO_FROM and part.file_size / packed_size > MAX_RATIO:
                raise SheetError("unpacks_too_large")
        sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
        return any(_holds(packed, part, (b"<f>", b"<f ", b"<f/>")) for part in sheets)


def _holds(packed: zipfile.ZipFile, part: zipfile.ZipInfo, marks: tuple[bytes, ...]) -> bool:
    tail = b""
    with packed.open(part) as file:
        while piece := file.read(1 << 20):
            if any(mark in tail + piece for mark in marks):
                return True
            tail = piece[-4:]
    return False


def _sheets(data: bytes, max_rows: int, formulas: bool) -> list[Sheet]:
    shown = _opened(data, values=True)
    written = _opened(data, values=False) if formulas else None
    found = []
    for sheet in shown.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows: Iterable[tuple[int, list[str]]] = _texts(_cells(sheet))
        if written is not None:
            rows = _with_formulas(_cells(sheet), _cells(written[sheet.title]))
        found.append(Sheet(sheet.title, "xlsx", list(_tidy(rows, max_rows))))
    shown.close()
    return found


def _opened(data: bytes, *, values: bool) -> Any:
    import openpyxl  # taken up only when there is an XLSX: it takes long to load

    if not openpyxl.DEFUSEDXML:
        raise SheetError("broken")  # without it, entities in the file would be followed
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=values, keep_links=False
    )
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what the file says of its own size is not to be trusted
    return book


def _cells(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
    return rows


def _texts(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, 1):
        yield number, [_text(cell) for cell in cells]


def _with_formulas(
    shown: Iterable[tuple[Any, ...]], written: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[int, list[str]]]:
    """A formula that no program has worked out has no value: that is said, not left empty."""
    for number, (values, sources) in enumerate(zip(shown, written, strict=True), 1):
        yield (
            number,
            [
                NO_VALUE if value is None and source is not None else _text(value)
                for value, source in zip(values, sources, strict=True)
            ],
        )


def _text(value: Any) -> str:
    """A value as it would be typed in a Danish CSV."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        whole = value.time() == time()
        return value.date().isoformat() if whole else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return f"{Decimal(repr(value)):f}".replace(".", ",")
    return str(value)


# --- both --------------------------------------------------------------------------------------
def _tidy(rows: Iterable[tuple[int, list[str]]], max_rows: int) -> Iterator[tuple[int, list[str]]]:
    """Stripped cells without the empty ones at the end; rows of nothing are left out."""
    kept = 0
    for number, cells in rows:
        tidy = [_clean(cell, number) for cell in cells]
        while tidy and not tidy[-1]:
            tidy.pop()
        if not tidy:
            continue
        if len(tidy) > MAX_COLUMNS:
            raise SheetError("too_wide", row=number, limit=MAX_COLUMNS)
        kept += 1
        if kept > max_rows + 1:
            raise SheetError("too_many_rows", limit=max_rows)
        yield number, tidy


def _clean(cell: str, number: int) -> str:
    if len(cell) > MAX_CELL:
        raise SheetError("cell_too_long", row=number, limit=MAX_CELL)
    text = cell.strip(_EDGES)
    if not text or text.isprintable():
        return text
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip(_EDGES)
