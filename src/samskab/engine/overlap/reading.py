"""Reads initiatives from a CSV or YAML file, all or nothing."""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from samskab.engine.overlap.initiative import Initiative
from samskab.engine.tables import wrong_csv

_LISTS = ("target_groups", "activities", "areas")
_OTHER_NAMES = {"since": "start", "until": "end"}
_TEXTS = ("id", "name", "text", "organisation", "start", "end")
_NUMBERS = ("age_low", "age_high")
_NOTHING = ("~", "null")  # how YAML writes that there is no value
_KNOWN = {*_LISTS, *_TEXTS, *_NUMBERS}
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_SHOWN = 60
Row = Mapping[str, Any]


class InputError(ValueError):
    """The file cannot be read as initiatives; the message says in one sentence where and why."""


def _text(value: object, field: str) -> str:
    if isinstance(value, dict | list | tuple):
        raise ValueError(f"{field!r} must be a single value")
    text = "" if value is None else str(value).strip()
    if _HALF_CHARACTER.search(text):
        raise ValueError(f"{field!r} holds half a character")
    return "" if text in _NOTHING else text


def _list(value: object, field: str) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else _text(value, field).split(";")
    return tuple(dict.fromkeys(text for part in parts if (text := _text(part, field))))


def _age(value: str, field: str) -> int | None:
    try:
        return int(value) if value else None
    except ValueError:
        raise ValueError(f"{field!r} must be a whole number, not {value[:40]!r}") from None


def _initiative(row: Row) -> Initiative:
    fields = {_OTHER_NAMES.get(key, key): value for key, value in row.items()}
    texts = {name: _text(fields.get(name), name) for name in (*_TEXTS, *_NUMBERS)}
    if not texts["id"]:
        raise ValueError("the id is missing")
    return Initiative(
        id=texts["id"],
        name=texts["name"] or texts["id"],
        text=texts["text"],
        organisation=texts["organisation"],
        target_groups=_list(fields.get("target_groups"), "target_groups"),
        activities=_list(fields.get("activities"), "activities"),
        areas=_list(fields.get("areas"), "areas"),
        start=texts["start"] or None,
        end=texts["end"] or None,
        age_low=_age(texts["age_low"], "age_low"),
        age_high=_age(texts["age_high"], "age_high"),
    )


def _all(rows: Iterable[tuple[str, Row]], source: str) -> tuple[Initiative, ...]:
    found: dict[str, Initiative] = {}
    for place, row in rows:
        try:
            initiative = _initiative(row)
            if initiative.id in found:
                raise ValueError(f"the id {initiative.id[:_SHOWN]!r} is there twice")
        except ValueError as error:
            raise InputError(f"{source}, {place}: {error}.") from None
        found[initiative.id] = initiative
    return tuple(found.values())


def decoded(path: Path) -> str:
    """The text of a file in UTF-8. Raises InputError, with the line, when it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror}.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(f"{path.name}, line {line}: the file is not in UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError(f"{path.name}, line {line}: there is a null character.")
    return text


def _separator(header: str) -> str:
    """What parts the columns: the one of comma, semicolon and tab that the header has most of."""
    return max(",;\t", key=header.count)


def _csv_rows(text: str, source: str) -> Iterable[tuple[str, Row]]:
    header_line = re.split(r"[\r\n]", text, maxsplit=1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_separator(header_line), strict=True
    )
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header, source)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) > len(header):
                raise InputError(
                    f"{source}, line {reader.line_num}: there are {len(cells)} cells, "
                    f"but {len(header)} columns."
                )
            yield f"line {reader.line_num}", dict(zip(header, cells, strict=False))
    except csv.Error as error:
        raise InputError(f"{source}, line {reader.line_num}: {wrong_csv(error)}.") from None


def _check_header(header: list[str], source: str) -> None:
    names = [_OTHER_NAMES.get(name, name) for name in header]
    if "id" not in names:
        raise InputError(f"{source}: the first line must name the columns, 'id' among them.")
    twice = sorted({name for name in names if name in _KNOWN and names.count(name) > 1})
    if twice:
        raise InputError(f"{source}: the column {twice[0]!r} is there twice.")


def _yaml_rows(text: str, source: str) -> Iterable[tuple[str, Row]]:
    import yaml

    try:
        # The base loader keeps every value as text: a year stays a year, 'no' stays a word.
        entries = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds nothing but text
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{source}{where}: this is not valid YAML.") from None
    if entries in (None, ""):
        entries = []
    if not isinstance(entries, list):
        raise InputError(f"{source}: a list of initiatives is expected.")
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise InputError(f"{source}, entry {number}: fields and values are expected.")
        for other, field in _OTHER_NAMES.items():
            if other in entry and field in entry:
                raise InputError(
                    f"{source}, entry {number}: {other!r} and {field!r} are one field."
                )
        yield f"entry {number}", entry


def read_initiatives(path: str | Path) -> tuple[Initiative, ...]:
    """The initiatives of a file, in its order.

    A name that ends in .yaml or .yml is read as a YAML list; anything else as CSV with the names
    of the columns in its first line, lists in a cell parted by ';', in UTF-8. Known fields are
    those of `Initiative`, with `since` for `start` and `until` for `end`; others are passed over.
    Only `id` is required; a missing name is the id.

    Raises InputError, with the line or entry, when anything is wrong; nothing is returned then.
    Time and memory O(size of the file). Source: own method.
    """
    path = Path(path)
    text = decoded(path)
    is_yaml = path.suffix.lower() in (".yaml", ".yml")
    rows = _yaml_rows(text, path.name) if is_yaml else _csv_rows(text, path.name)
    return _all(rows, path.name)
