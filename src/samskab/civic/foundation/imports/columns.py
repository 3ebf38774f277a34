"""Which heading of a file fills which of our columns: guessed, remembered, changed by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from django.utils.translation import gettext, override

from samskab.civic.foundation.imports.kinds import Column, Kind

LOOKED_AT = 15  # rows, for the one that holds the headings


def plain(heading: str) -> str:
    """“Navn på forening *:” → “navn på forening”."""
    return " ".join(re.sub(r"[^\w]+", " ", heading.casefold().replace("_", " ")).split())


def names_of(column: Column) -> set[str]:
    """What the column goes by, in both languages."""
    found = {plain(column.name), *map(plain, column.also)}
    for language in ("da", "en"):
        with override(language):
            found.add(plain(str(column.label)))
    return found


def heading_row(kind: Kind, rows: Sequence[tuple[int, Sequence[str]]]) -> int:
    """The index of the row with the headings: a title above the table does not disturb.

    The row that names most of our columns, else the first one with as many cells as most have.
    """
    known = {name for column in kind.columns for name in names_of(column)}
    looked = rows[:LOOKED_AT]
    scores = [len({plain(cell) for cell in cells if cell} & known) for _number, cells in looked]
    if max(scores) > 0:
        return scores.index(max(scores))
    widths = [sum(map(bool, cells)) for _number, cells in looked]
    return next(index for index, width in enumerate(widths) if width * 2 > max(widths))


def headings(cells: Sequence[str], width: int) -> list[str]:
    """A name for each column of the file; a nameless one is called by its letter."""
    names = [*cells, *[""] * (width - len(cells))]
    found: list[str] = []
    for index, name in enumerate(names):
        title = " ".join(name.split())[:80] or gettext("Column %(letter)s") % {
            "letter": letter(index)
        }
        found.append(title if title not in found else f"{title} ({letter(index)})")
    return found


def letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheets name them."""
    text = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def guess(kind: Kind, names: Sequence[str]) -> dict[str, int]:
    """Our column → index in the file. Exact names first, then those that are nearly so."""
    plains = [plain(name) for name in names]
    found: dict[str, int] = {}
    for exact in (True, False):
        for column in kind.columns:
            if column.name in found:
                continue
            free = {text: i for i, text in enumerate(plains) if i not in found.values()}
            index = _exact(column, free) if exact else _near(column, free)
            if index is not None:
                found[column.name] = index
    return found


def _exact(column: Column, free: Mapping[str, int]) -> int | None:
    return next((free[name] for name in sorted(names_of(column)) if name in free), None)


def _near(column: Column, free: Mapping[str, int]) -> int | None:
    for name in sorted(names_of(column), key=len, reverse=True):
        if near := get_close_matches(name, list(free), n=1, cutoff=0.86):
            return free[near[0]]
    return None
