"""Translations: collect the sentences of every room, check them, compile them.

Everything happens in Python (Django's reader of templates, Babel's reader of code and its
writer of catalogues), so that no gettext programs are needed on the machine.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from samskab.config.rooms import PACKAGES

LANGUAGE = "da"
CONFIG = "samskab.config"
CODE_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = """msgid ""
msgstr ""
"Language: da\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_LITERAL = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(
    rf"(?<!\w)(npgettext|ngettext|pgettext|gettext|_)\(\s*{_LITERAL}"
    rf"(?:\s*,\s*{_LITERAL})?(?:\s*,\s*{_LITERAL})?"
)
_PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|(?<!%)%[sd]|\{\w*\}")


class Sentence(NamedTuple):
    """What is to be translated, as written in the source."""

    text: str
    plural: str = ""
    context: str = ""

    def __str__(self) -> str:
        return f"{self.text!r}" + (f" ({self.context})" if self.context else "")


@dataclass(frozen=True)
class Fault:
    """`kind` is missing, untranslated, fuzzy, obsolete, placeholders, or two ways."""

    room: str
    kind: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.room}: {self.kind}: {self.sentence}"


# --- collecting ----------------------------------------------------------------------------


def sentences_in_code(source: bytes) -> Iterator[Sentence]:
    for _line, _comments, found, context in _babel(source):
        texts = (found,) if isinstance(found, str) else found
        yield Sentence(texts[0], texts[1] if len(texts) > 1 else "", context or "")


def _babel(
    source: bytes,
) -> Iterator[tuple[int, list[str], str | tuple[str, ...], str | None]]:
    for line, found, comments, context in extract(
        "python", BytesIO(source), CODE_KEYWORDS, options={"encoding": "utf-8"}
    ):
        yield line, comments, found, context


def sentences_in_template(source: str) -> Iterator[Sentence]:
    """Django turns the tags into calls of gettext; everything else is blanked out by it."""
    from django.utils.translation.template import templatize

    for name, *literals in _CALL.findall(templatize(source)):
        texts = [ast.literal_eval(literal) for literal in literals if literal]
        if name == "_":  # Django doubles the sign when it looks the sentence up
            texts = [text.replace("%", "%%") for text in texts]
        context = texts.pop(0) if name in {"pgettext", "npgettext"} else ""
        yield Sentence(texts[0], texts[1] if len(texts) > 1 else "", context)


def collect(folder: Path) -> set[Sentence]:
    """All sentences of a package; a plural wins over the same sentence without one."""
    found: set[Sentence] = set()
    for path in _files(folder, ("*.py",), without="migrations"):
        found.update(sentences_in_code(path.read_bytes()))
    for path in _files(folder / "templates", ("*.html", "*.txt", "*.xml", "*.typ")):
        found.update(sentences_in_template(path.read_text("utf-8")))
    with_plural = {(one.text, one.context) for one in found if one.plural}
    return {one for one in found if one.plural or (one.text, one.context) not in with_plural}


def _files(folder: Path, patterns: Iterable[str], without: str = "") -> Iterator[Path]:
    for pattern in patterns:
        for path in sorted(folder.rglob(pattern)):
            if without not in path.relative_to(folder).parts:
                yield path


# --- catalogues ----------------------------------------------------------------------------


def po_path(folder: Path) -> Path:
    return folder / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _key(message: Message) -> tuple[str, str]:
    text = message.id if isinstance(message.id, str) else message.id[0]
    return text, message.context or ""


def _by_key(messages: Iterable[Message]) -> dict[tuple[str, str], Message]:
    return {_key(message): message for message in messages if message.id}


def merge(old: Catalog, wanted: Iterable[Sentence], *, prune: bool = False) -> Catalog:
    """The wanted sentences with the translations there are; unused ones are set aside."""
    known = {**_by_key(old.obsolete.values()), **_by_key(old)}
    new = Catalog(locale=LANGUAGE)
    for one in sorted(wanted):
        earlier = known.pop((one.text, one.context), None)
        new.add(
            (one.text, one.plural) if one.plural else one.text,
            _kept(earlier, plural=bool(one.plural)),
            context=one.context or None,
            flags=earlier.flags - {"python-format", "python-brace-format"} if earlier else (),
            user_comments=earlier.user_comments if earlier else (),
        )
    for key, message in known.items():
        if not prune and any(_strings(message)):
            new.obsolete[key] = message
    return new


def _kept(earlier: Message | None, *, plural: bool) -> str | tuple[str, ...] | None:
    strings = _strings(earlier) if earlier else []
    if not plural:
        return strings[-1] if strings else None
    return tuple(strings * 2)[:2] if len(strings) < 2 else tuple(strings)


def _strings(message: Message) -> list[str]:
    if not message.string:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def as_po(catalog: Catalog) -> str:
    """Sorted, without dates and line numbers: a change shows only what changed."""
    body = BytesIO()
    write_po(body, catalog, width=100, no_location=True, omit_header=True, sort_output=True)
    return HEADER + body.getvalue().decode("utf-8").lstrip()


def _replace(path: Path, content: bytes) -> bool:
    """Writes the file whole or not at all; False when it is already like this."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)
    return True


def update(folder: Path, *, prune: bool = False) -> bool:
    """Brings a package's catalogue in line with its source; whether it changed."""
    path = po_path(folder)
    wanted = collect(folder)
    if not wanted and not path.exists():
        return False
    catalog = merge(read(path), wanted, prune=prune)
    return _replace(path, as_po(catalog).encode("utf-8"))


# --- checking ------------------------------------------------------------------------------


def faults(room: str, folder: Path) -> list[Fault]:
    """What keeps this package from being fully translated. Changes nothing."""
    catalog = read(po_path(folder))
    known = _by_key(catalog)
    wanted = {(one.text, one.context): one for one in collect(folder)}
    found = [Fault(room, "missing", str(one)) for key, one in wanted.items() if key not in known]
    for key, message in known.items():
        name = str(wanted.get(key, Sentence(key[0], context=key[1])))
        found += [Fault(room, kind, name) for kind in _wrong(message, wanted.get(key))]
    found += [Fault(room, "obsolete", str(Sentence(*_key(m)))) for m in catalog.obsolete.values()]
    return sorted(found, key=str)


def _wrong(message: Message, wanted: Sentence | None) -> Iterator[str]:
    if wanted is None:
        yield "obsolete"
        return
    if bool(wanted.plural) != isinstance(message.id, tuple):
        yield "missing"
        return
    if message.fuzzy:
        yield "fuzzy"
    strings = _strings(message)
    if not strings or not all(strings):
        yield "untranslated"
    elif not _same_placeholders(wanted, strings):
        yield "placeholders"


def _same_placeholders(wanted: Sentence, strings: list[str]) -> bool:
    """“One vote” may leave the number out; everything else is used as the source uses it."""
    first, last = (
        _placeholders(wanted.text),
        _placeholders(wanted.plural or wanted.text),
    )
    return _placeholders(strings[0]) in (first, last) and _placeholders(strings[-1]) == last


def _placeholders(text: str) -> list[str]:
    return sorted(set(_PLACEHOLDER.findall(text)))


def said_two_ways(folders: dict[str, Path]) -> list[Fault]:
    """Django keeps one translation of a sentence for all rooms: they have to agree."""
    ways: dict[tuple[str, str], dict[str, list[str]]] = defaultdict(dict)
    for room, folder in folders.items():
        for key, message in _by_key(read(po_path(folder))).items():
            if strings := _strings(message):
                ways[key].setdefault("|".join(strings), []).append(room)
    return [
        Fault(", ".join(chain(*rooms.values())), "two ways", str(Sentence(*key)))
        for key, rooms in ways.items()
        if len(rooms) > 1
    ]


# --- compiling -----------------------------------------------------------------------------


def compile_one(path: Path) -> bool:
    """Makes `django.mo` beside this `django.po`, unless it is at least as new."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
        return False
    content = BytesIO()
    write_mo(content, read(path))
    if not _replace(target, content.getvalue()):
        target.touch()
    return True


def compile_all() -> int:
    """Compiles what is newer than last time; how many that were. Called before each start."""
    paths = (po_path(folder) for folder in packages().values())
    return sum(compile_one(path) for path in paths if path.exists())


# --- the command ---------------------------------------------------------------------------


def packages() -> dict[str, Path]:
    """Every package with sentences of its own: the rooms, and the settings."""
    found = {}
    for package in (CONFIG, *PACKAGES):
        spec = find_spec(package)
        if spec is not None and spec.submodule_search_locations:
            found[package.rpartition(".")[2]] = Path(spec.submodule_search_locations[0])
    return found


def main(argv: list[str], folders: Callable[[], dict[str, Path]] = packages) -> int:
    parser = argparse.ArgumentParser(prog="samskab messages", description=__doc__)
    parser.add_argument("--room", help="only this room")
    parser.add_argument("--check", action="store_true", help="change nothing, list what is wrong")
    parser.add_argument("--prune", action="store_true", help="drop translations nobody uses")
    options = parser.parse_args(argv)
    chosen = folders()
    if options.room:
        if options.room not in chosen:
            print(f"samskab messages: there is no room “{options.room}”.", file=sys.stderr)
            return 2
        chosen = {options.room: chosen[options.room]}
    return _check(chosen) if options.check else _update(chosen, prune=options.prune)


def _check(folders: dict[str, Path]) -> int:
    found = [fault for room, folder in folders.items() for fault in faults(room, folder)]
    found += said_two_ways(folders)
    for fault in found:
        print(fault)
    return 1 if found else 0


def _update(folders: dict[str, Path], *, prune: bool) -> int:
    for room, folder in folders.items():
        changed = update(folder, prune=prune)
        if po_path(folder).exists():
            compile_one(po_path(folder))
        left = sum(1 for fault in faults(room, folder) if fault.kind != "obsolete")
        if changed or left:
            print(f"{room}: {'updated' if changed else 'as before'}, {left} to translate")
    return 0
