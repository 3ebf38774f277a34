"""A file as it was handed in, read into a table. Nothing here knows the database, so that it is
done before a transaction begins: a large file takes seconds."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.imports import columns as matching
from samskab.civic.foundation.imports.kinds import Kind
from samskab.engine.language.identifiers import contains_cpr
from samskab.engine.sheets import Sheet, SheetError, read_sheets

MOST_NAMED = 8
Rows = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True)
class Table:
    """`packed` holds the rows below the headings; `guessed` which heading fills which of our
    columns. Made by `read_table` alone, so there is no CPR number in it."""

    kind: Kind
    file_name: str
    sheet_name: str
    reading: str
    headings: list[str]
    guessed: dict[str, int]
    packed: bytes
    row_count: int


def read_table(kind: Kind, *, file_name: str, data: bytes) -> Table:
    """Reads a CSV or XLSX file. Raises Invalid, with a sentence about the file. O(bytes)."""
    try:
        sheets = read_sheets(data)
    except SheetError as error:
        raise Invalid(said(error), field="file") from error
    sheet = max(sheets, key=lambda one: _fits(kind, one))
    _refuse_cpr(sheet.rows)
    if contains_cpr(file_name) or contains_cpr(sheet.name):
        raise Invalid(
            gettext_lazy("There is a CPR number in the name of the file or the sheet. Rename it."),
            field="file",
        )
    at = matching.heading_row(kind, sheet.rows)
    body = sheet.rows[at + 1 :]
    if not body:
        raise Invalid(
            gettext_lazy("There are headings in the file, but no rows below them."), field="file"
        )
    width = max(len(cells) for _number, cells in sheet.rows)
    names = matching.headings(sheet.rows[at][1], width)
    return Table(
        kind,
        file_name[-200:],
        sheet.name[:80],
        sheet.reading,
        names,
        matching.guess(kind, names),
        pack(body),
        len(body),
    )


def pack(rows: Rows) -> bytes:
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), 1)


def unpack(packed: bytes) -> list[tuple[int, list[str]]]:
    """The number of each row in the file, and its cells."""
    if not packed:
        return []
    found: Any = json.loads(zlib.decompress(packed))
    return [(number, cells) for number, cells in found]


def _fits(kind: Kind, sheet: Sheet) -> tuple[int, int]:
    """How many of our columns the sheet names; then how many rows it has."""
    at = matching.heading_row(kind, sheet.rows)
    known = {name for column in kind.columns for name in matching.names_of(column)}
    return len({matching.plain(cell) for cell in sheet.rows[at][1]} & known), len(sheet.rows)


def _refuse_cpr(rows: Rows) -> None:
    """Looked for before anything is kept; the sentence names the cells, never what is in them."""
    found: list[str] = []
    for number, cells in rows:
        if contains_cpr("\n".join(cells)):
            here = [f"{matching.letter(i)}{number}" for i, c in enumerate(cells) if contains_cpr(c)]
            found += here or [str(number)]
    if not found:
        return
    named = ", ".join(found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    if more > 0:
        named += ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more}
    text = _(
        "There is something that looks like a CPR number in the file, in these cells: %(cells)s. "
        "Take it out: we never keep CPR numbers. Nothing has been saved."
    )
    raise Invalid(text % {"cells": named}, field="file")


def said(error: SheetError) -> str:
    """What is wrong with a file, in words."""
    texts = {
        "broken": _("The file is damaged, or it is not an XLSX file. Save it anew in Excel."),
        "broken_letters": _(
            "The Danish letters are broken in row %(row)s: “%(text)s”. "
            "Save the file anew as “CSV UTF-8”."
        ),
        "cell_too_long": _("A cell in row %(row)s holds more than %(limit)s characters."),
        "empty": _("The file is empty."),
        "encoding": _(
            "We cannot read the letters in row %(row)s. Save the file anew as “CSV UTF-8”."
        ),
        "encrypted": _("The file is locked with a password. Take it off, and try again."),
        "not_a_table": _("This is not a table. Choose a CSV or XLSX file."),
        "null": _("Row %(row)s holds a character that no table has. Is it a CSV file?"),
        "old_excel": _(
            "This is an old Excel file (.xls), or it has a password. Save it as .xlsx or CSV."
        ),
        "quotes": _(
            "The quotes are wrong in row %(row)s: one is opened and not closed again, or there "
            "is text after the closing one."
        ),
        "too_large": _("The file is larger than %(limit)s MB. Part it into several files."),
        "too_many_rows": _("There are more than %(limit)s rows. Part the file into several."),
        "too_wide": _("Row %(row)s has more than %(limit)s columns."),
        "unpacks_too_large": _("The file holds far more than it should. We do not open it."),
    }
    return str(texts[error.code] % error.facts)
