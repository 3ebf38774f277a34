"""Reads initiatives from a CSV or YAML file, all or nothing."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from samskab.engine.overlap.initiative import Initiative
from samskab.engine.tables import MAX_BYTES, wrong_csv

# What is more would take hours or more memory than most machines have.
MOST = 250_000
MAX_YAML = 5_000_000

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
        if len(found) > MOST:
            raise InputError(
                f"{source}, {place}: there are more than {MOST:,} initiatives; part the file, "
                f"by area for instance, and compare each part."
            )
    return tuple(found.values())


def decoded(path: Path, most: int = MAX_BYTES) -> str:
    """The text of a file in UTF-8 of at most so many bytes.

    Raises InputError, with the line, when it cannot be read.
    """
    data = _bytes(path, most)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf_8(path, data, error) from None
    if "\0" in text:
        raise _null(path, text.count("\n", 0, text.index("\0")) + 1)
    return text


def _bytes(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:
            raise _too_large(path, most)
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror}.") from None


def _too_large(path: Path, most: int) -> InputError:
    instead = "save it as CSV" if most == MAX_YAML else "part it and compare each part"
    return InputError(f"{path.name} is larger than {most // 1_000_000} MB; {instead}.")


def _not_utf_8(path: Path, data: bytes, error: UnicodeDecodeError) -> InputError:
    line = data.count(b"\n", 0, error.start) + 1
    return InputError(f"{path.name}, line {line}: the file is not in UTF-8; save it as CSV UTF-8.")


def _null(path: Path, line: int) -> InputError:
    return InputError(f"{path.name}, line {line}: there is a null character.")


def _lines(file: TextIO, path: Path) -> Iterator[str]:
    """The lines of an open file, one after the other: a large one is never held whole."""
    try:
        for number, line in enumerate(file, start=1):
            if "\0" in line:
                raise _null(path, number)
            yield line
    except UnicodeDecodeError:
        data = path.read_bytes()
        try:
            data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _not_utf_8(path, data, error) from None
        raise  # somebody mended the file between the two


def _separator(header: str) -> str:
    """What parts the columns: the one of comma, semicolon and tab that the header has most of."""
    return max(",;\t", key=header.count)


def _csv_rows(path: Path) -> Iterator[tuple[str, Row]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(path, MAX_BYTES)
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows_of(_lines(file, path), path.name)
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror}.") from None


def _rows_of(lines: Iterator[str], source: str) -> Iterator[tuple[str, Row]]:
    first = next(lines, "")
    reader = csv.reader(chain([first], lines), delimiter=_separator(first), strict=True)
    begins = 1
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header, source)
        begins = reader.line_num + 1
        for cells in reader:
            place, begins = f"line {begins}", reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise InputError(
                    f"{source}, {place}: {_counted(len(cells), 'cell')}, but "
                    f"{_counted(len(header), 'column')}; give each row a cell for each column, "
                    f"and put a cell that holds the separator in quotes."
                )
            yield place, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise InputError(f"{source}, line {reader.line_num}: {wrong_csv(error)}.") from None


def _counted(number: int, what: str) -> str:
    return f"there is 1 {what}" if number == 1 else f"there are {number} {what}s"


def _check_header(header: list[str], source: str) -> None:
    names = [_OTHER_NAMES.get(name, name) for name in header]
    if "id" not in names:
        raise InputError(f"{source}: the first line must name the columns, 'id' among them.")
    twice = sorted({name for name in names if name in _KNOWN and names.count(name) > 1})
    if twice:
        raise InputError(f"{source}: the column {twice[0]!r} is there twice.")


def _yaml_rows(text: str, source: str) -> Iterator[tuple[str, Row]]:
    for number, (line, entry) in enumerate(_yaml_entries(text, source), start=1):
        place = f"entry {number}, line {line}"
        if not isinstance(entry, dict):
            raise InputError(f"{source}, {place}: fields and values are expected.")
        for other, field in _OTHER_NAMES.items():
            if other in entry and field in entry:
                raise InputError(f"{source}, {place}: {other!r} and {field!r} are one field.")
        yield place, entry


def _yaml_entries(text: str, source: str) -> Iterable[tuple[int, object]]:
    """The entries of a list, each with the line that it begins in."""
    import yaml

    class Loader(yaml.BaseLoader):
        """Keeps every value as text: a year stays a year, 'no' stays a word."""

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise InputError(
                        f"{source}, line {key.start_mark.line + 1}: the field "
                        f"{key.value[:_SHOWN]!r} is there twice; keep one of them."
                    )
                if isinstance(key, yaml.ScalarNode):
                    seen.add(key.value)
            return dict(super().construct_mapping(node, deep=deep))

    try:
        loader = Loader(text)
        node = loader.get_single_node()
        entries = loader.construct_document(node) if node else []
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{source}{where}: this is not valid YAML.") from None
    if entries in (None, "", []):
        return []
    if node is None or not isinstance(entries, list):
        raise InputError(f"{source}: a list of initiatives is expected.")
    lines = [entry.start_mark.line + 1 for entry in node.value]
    return zip(lines, entries, strict=True)


def read_initiatives(path: str | Path) -> tuple[Initiative, ...]:
    """The initiatives of a file, in its order.

    A name that ends in .yaml or .yml is read as a YAML list; anything else as CSV with the names
    of the columns in its first line, lists in a cell parted by ';', in UTF-8. Known fields are
    those of `Initiative`, with `since` for `start` and `until` for `end`; others are passed over.
    Only `id` is required; a missing name is the id.

    Raises InputError, with the line, when anything is wrong, or there are more than 250,000 or
    more than 500 MB (5 MB of YAML); nothing is returned then.
    Time and memory O(size of the file). Source: own method.
    """
    path = Path(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        return _all(_yaml_rows(decoded(path, MAX_YAML), path.name), path.name)
    return _all(_csv_rows(path), path.name)
