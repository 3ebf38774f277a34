"""Which files may travel along as materials, and how their beginning gives them away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO

from django.utils.text import slugify

MATERIALS_AT_MOST = 20
BYTES_AT_MOST = 50 * 1024 * 1024  # of all materials of a version together
_ZIP = b"PK\x03\x04"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,57}\.([a-z]{3,4})")


@dataclass(frozen=True)
class Kind:
    media: str
    begins: bytes


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
KINDS = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "docx": Kind(f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": Kind(f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "pptx": Kind(f"{_OFFICE}.presentationml.presentation", _ZIP),
    "odt": Kind(f"{_OPEN}.text", _ZIP),
    "ods": Kind(f"{_OPEN}.spreadsheet", _ZIP),
    "odp": Kind(f"{_OPEN}.presentation", _ZIP),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff"),
    "txt": Kind("text/plain; charset=utf-8", b""),
    "csv": Kind("text/csv; charset=utf-8", b""),
}


def kind_of(name: str) -> Kind | None:
    found = NAME.fullmatch(name)
    return KINDS.get(found[1]) if found else None


def is_what_it_says(name: str, file: IO[bytes]) -> bool:
    """Whether the beginning of the file fits its name; a text has no zero bytes. Reads on from
    where the file stands."""
    kind = kind_of(name)
    if kind is None:
        return False
    if kind.begins:
        return file.read(len(kind.begins)) == kind.begins
    while piece := file.read(64 * 1024):
        if b"\x00" in piece:
            return False
    return True


def tidy_name(given: str) -> str:
    """A name that every system can take, from the one that the file had; empty when its kind
    may not travel."""
    stem, _dot, ending = given.rpartition(".")
    ending = {"jpeg": "jpg"}.get(ending.lower(), ending.lower())
    danish = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})
    base = slugify(stem.translate(danish))[:58].strip("-_") or "fil"
    name = f"{base}.{ending}"
    return name if kind_of(name) else ""


def is_picture(name: str) -> bool:
    return name.endswith((".png", ".jpg"))


def as_kept(name: str) -> str:
    """Pictures are drawn anew as JPEG when they are added."""
    return f"{name.removesuffix('.png')}.jpg" if name.endswith(".png") else name
