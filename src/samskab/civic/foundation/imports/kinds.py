"""What can be imported. A room registers its kind of rows in `ready()` of its apps.py.

Reading a row never raises for what stands in it: what is wrong is kept with the cell, so that
one look through the file tells everything at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import formats
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.errors import CivicError, Text
from samskab.civic.foundation.core.principal import Principal
from samskab.engine.sheets import FAULTS

MAX_ERRORS_OF_ROW = 10
_URL = URLValidator(schemes=["http", "https"])
_SPACES = re.compile(r"\s+")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january", "feb februar february", "mar marts march", "apr april",
            "maj may", "jun juni june", "jul juli july", "aug august", "sep sept september",
            "okt oktober oct october", "nov november", "dec december",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_DAY = re.compile(r"(\d{1,2})\s*[-./ ]\s*(\d{1,2})\s*[-./ ]\s*(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]00:00(?::00)?)?")
_WORDS = re.compile(r"(\d{1,2})\.?\s*([a-zæøå]+)\.?\s*,?\s*(\d{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One of our columns: `also` are other headings that it goes by, in small letters."""

    name: str
    label: Text
    help: Text = ""
    required: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class CellError:
    row: int
    column: str
    cell: str
    message: str


@dataclass
class Draft:
    """What one row of the file will do. `thing` is the row of ours, not saved yet."""

    row: int
    title: str
    is_new: bool
    thing: Any = None
    changes: list[tuple[str, str, str]] = field(default_factory=list)  # label, before, after
    more: Any = None

    @property
    def is_same(self) -> bool:
        return not self.is_new and not self.changes


class Book(Protocol):
    """Reads and writes the rows of one kind in one council."""

    def look_up(self, lines: Sequence[Line]) -> None:
        """Reads what the lines speak of, in a number of statements that grows with the file."""

    def draft(self, line: Line) -> Draft | None:
        """What the line will do; None when it has errors."""

    def prepare(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """Checks what is new or changed and makes it ready. What comes back writes it: called
        in a transaction, the council's row held, and as short as can be."""


@dataclass(frozen=True)
class Kind:
    """`list_name` is the address where one looks at the result."""

    name: str
    label: Text
    what: Text
    columns: tuple[Column, ...]
    permission: str
    open: Callable[[Principal], Book]
    list_name: str

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _KINDS[kind.name] = kind


def kinds() -> list[Kind]:
    return list(_KINDS.values())


def kind_of(name: str) -> Kind | None:
    return _KINDS.get(name)


# --- one row of the file -------------------------------------------------------------------------
class Line:
    """One row, by our columns. Reading a cell gives its value, or keeps what is wrong with it."""

    def __init__(self, kind: Kind, row: int, cells: Mapping[str, str]) -> None:
        self.kind, self.row = kind, row
        self.cells = {name: unquoted(cell) for name, cell in cells.items()}
        self.errors: list[CellError] = []
        for column in kind.columns:
            cell = self.cells.get(column.name)
            if cell in FAULTS:
                self.wrong(column.name, _no_value(cell))
            elif column.required and cell == "":
                self.wrong(column.name, _("The cell is empty, and it has to be filled in."))

    def has(self, column: str) -> bool:
        """The file has this column; what the file lacks is left as it is."""
        return column in self.cells

    def given(self, *columns: str) -> list[str]:
        return [column for column in columns if column in self.cells]

    def wrong(self, column: str | None, message: Text) -> None:
        if len(self.errors) < MAX_ERRORS_OF_ROW and all(e.column != column for e in self.errors):
            cell = self.cells.get(column or "", "")
            self.errors.append(CellError(self.row, column or "", cell[:120], str(message)))

    def refuse(self, error: CivicError, columns: Mapping[str, str] | None = None) -> None:
        """What an action's own rules say, at the cell it is about."""
        name = (columns or {}).get(error.field or "", error.field)
        known = name if name in {column.name for column in self.kind.columns} else None
        self.wrong(known, error.message)

    def text(self, column: str, most: int, *, plain: bool = False) -> str:
        """`plain`: on one line, as names are."""
        cell = self.cells.get(column, "")
        if plain:
            cell = _SPACES.sub(" ", cell)
        if len(cell) > most:
            self.wrong(
                column,
                _("The text is too long: %(length)s characters, and there is room for %(most)s.")
                % {"length": len(cell), "most": most},
            )
        return cell

    def choice(self, column: str, choices: Mapping[str, Any], *, what: str = "") -> Any:
        """The choice of this name (small letters); None for an empty cell or a wrong one."""
        cell = self.cells.get(column, "")
        if not cell:
            return None
        return self._chosen(column, cell, choices)

    def choices(self, column: str, choices: Mapping[str, Any]) -> list[Any]:
        """Several, parted by semicolon, line or comma; each once, in the order of the cell."""
        cell = self.cells.get(column, "")
        if not cell:
            return []
        whole = choices.get(folded(cell))
        if whole is not None:
            return [whole]
        mark = r"[;\n|]" if re.search(r"[;\n|]", cell) else ","
        parts = [part.strip() for part in re.split(mark, cell)]
        found = [self._chosen(column, part, choices) for part in parts if part]
        return list(dict.fromkeys(one for one in found if one is not None))

    def _chosen(self, column: str, cell: str, choices: Mapping[str, Any]) -> Any:
        found = choices.get(folded(cell))
        if found is None:
            near = get_close_matches(folded(cell), choices, n=1, cutoff=0.7)
            if near:
                text = _("“%(cell)s” is not known here. Did you mean “%(near)s”?")
                known = choices[near[0]]
                name = near[0] if isinstance(known, str | int) else str(known)
                self.wrong(column, text % {"cell": cell[:60], "near": name})
            else:
                text = _("“%(cell)s” is not known here. Use a word from the guide.")
                self.wrong(column, text % {"cell": cell[:60]})
        return found

    def number(self, column: str, *, places: int = 2, most: int = 9_999_999_999) -> Decimal | None:
        cell = self.cells.get(column, "")
        if not cell:
            return None
        value = danish_number(cell)
        if value is None:
            self.wrong(column, _("“%(cell)s” is not a number.") % {"cell": cell[:40]})
            return None
        if abs(value) > most:
            self.wrong(column, _("The number is too large."))
            return None
        rounded = round(value, places)
        if rounded != value:
            self.wrong(
                column, _("The number has more than %(places)s decimals.") % {"places": places}
            )
        return rounded

    def whole(self, column: str, *, most: int = 2_000_000_000) -> int | None:
        value = self.number(column, places=0, most=most)
        if value is None:
            return None
        if value < 0:
            self.wrong(column, _("Write a number above zero, or nothing."))
        return int(value)

    def day(self, column: str) -> date | None:
        cell = self.cells.get(column, "")
        if not cell:
            return None
        found = danish_day(cell)
        if found is None:
            self.wrong(
                column,
                _("“%(cell)s” is not a date. Write it like 31-08-2026.") % {"cell": cell[:40]},
            )
        return found

    def url(self, column: str) -> str:
        cell = self.cells.get(column, "")
        if not cell:
            return ""
        whole = cell if re.match(r"[a-z]+:", cell, re.IGNORECASE) else f"https://{cell}"
        try:
            _URL(whole)
        except ValidationError:
            self.wrong(column, _("This is not the address of a web page."))
        if len(whole) > 200:
            self.wrong(column, _("The address is too long."))
        return whole

    def email(self, column: str) -> str:
        cell = self.cells.get(column, "")
        if not cell:
            return ""
        try:
            validate_email(cell)
        except ValidationError:
            self.wrong(column, _("This is not an e-mail address."))
        return cell


def _no_value(cell: str | None) -> str:
    return _("The cell shows %(fault)s and no value. Mend the formula, or write the value.") % {
        "fault": cell
    }


def folded(text: str) -> str:
    """How names are compared: small letters, single spaces."""
    return _SPACES.sub(" ", text.strip()).casefold()


_QUOTED = re.compile(r"(\A|[;\t]\s*)'(?=[=+\-@])")


def unquoted(cell: str) -> str:
    """Our own exports put an apostrophe before what a spreadsheet would carry out."""
    return _QUOTED.sub(r"\1", cell) if "'" in cell else cell


def danish_number(cell: str) -> Decimal | None:
    """“1.250,50”, “1 250”, “12,5 %” is none; a full stop before three digits parts thousands."""
    plain = re.sub(r"\s|\u00a0|kr\.?$", "", cell, flags=re.IGNORECASE)
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".") if plain.count(",") == 1 else "no"
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+", plain):
        plain = plain.replace(".", "")
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", plain, re.ASCII):
        return None
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def danish_day(cell: str) -> date | None:
    """31-08-2026, 31.8.26, 31/8 2026, 31. august 2026, 2026-08-31."""
    parts: tuple[int, int, int]
    if match := _ISO.fullmatch(cell):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif match := _DAY.fullmatch(cell):
        year = int(match[3])
        parts = (year + 2000 if len(match[3]) == 2 else year, int(match[2]), int(match[1]))
    elif (match := _WORDS.fullmatch(cell)) and match[2].casefold() in _MONTHS:
        parts = (int(match[3]), _MONTHS[match[2].casefold()], int(match[1]))
    else:
        return None
    try:
        found = date(*parts)
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


# --- what changes --------------------------------------------------------------------------------
def differences(
    kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """The columns whose value changes, each with the old and the new one as text."""
    return [
        (str(kind.column(name).label), shown(before.get(name)), shown(value))
        for name, value in after.items()
        if before.get(name) != value
    ]


def shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, date):
        return str(formats.date_format(value, "SHORT_DATE_FORMAT"))
    if isinstance(value, Decimal):
        return str(formats.number_format(value.normalize() + 0))
    if isinstance(value, list | tuple | set | frozenset):
        return "; ".join(sorted(map(str, value)))
    return str(value)[:200]


def by_name(rows: Iterable[Any], *names: Callable[[Any], str]) -> dict[str, Any]:
    """Rows under each of their names in small letters; the first keeps a name of two."""
    found: dict[str, Any] = {}
    for row in rows:
        for name in names:
            if text := folded(name(row)):
                found.setdefault(text, row)
    return found


def in_chunks(keys: Collection[Any], size: int = 500) -> Iterable[list[Any]]:
    """Lists short enough for one statement."""
    every = list(keys)
    return (every[start : start + size] for start in range(0, len(every), size))
