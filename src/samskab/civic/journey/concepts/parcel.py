"""A concept as one signed file: written whole, and read only when every byte is as it was signed.

A zip with `concept.json` for machines, `concept.md` and `concept.pdf` for people, the materials,
and last `manifest.json`: name, size and SHA-256 of every file before it, signed. Nothing in it is
packed, and all of it is laid out in one way only, so that the same content always gives the same
bytes: reading writes the file anew and compares.
"""

from __future__ import annotations

import hashlib
import json
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.journey.concepts import kinds, package, signing
from samskab.civic.journey.concepts.models import ConceptVersion
from samskab.civic.journey.concepts.pdf import concept_pdf

FORMAT, FORMAT_VERSION = "samskab-package", 2
DATA, TEXT, PDF, MANIFEST = "concept.json", "concept.md", "concept.pdf", "manifest.json"
FOLDER = "materials/"
MAX_FILE = kinds.BYTES_AT_MOST + 5 * 1024 * 1024
MAX_DATA = 1_000_000
MAX_MANIFEST = 50_000
CHUNK = 256 * 1024
# What the library raises at a file that is no zip, or only pretends to be one.
UNREADABLE = (zipfile.BadZipFile, struct.error, ValueError, OverflowError, EOFError, OSError,
              NotImplementedError, RuntimeError)  # fmt: skip

NOT_ONE = _("This is not a concept file. Choose the zip file that you were given.")
CHANGED = _("The file was changed after it was signed. Nothing was read. Ask for it once more.")
STRANGE = _("The file holds something that does not belong in a concept. Nothing was read.")
TOO_LARGE = _("The file is too large. A concept takes 55 MB at most.")


# --- writing -----------------------------------------------------------------------------------
def pack(version: ConceptVersion, target: IO[bytes]) -> None:
    """Writes the signed file of a published version that this installation wrote."""
    data = package.document(version)
    with translation.override("da"):
        parts = {DATA: json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True).encode(),
                 TEXT: package.readable(data).encode(), PDF: concept_pdf(data)}  # fmt: skip
    files = [_line(name, len(body), hashlib.sha256(body).hexdigest())
             for name, body in parts.items()]  # fmt: skip
    files += [_line(FOLDER + one["name"], one["size"], one["sha256"])
              for one in data["version"]["materials"]]  # fmt: skip
    signed = signing.sealed(
        {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "address": version.council.address("/"),
            "files": files,
        }
    )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, body in parts.items():
            _put(archive, name, BytesIO(body))
        for row in version.materials.all():
            with row.file.open("rb") as file:
                _put(archive, FOLDER + row.name, file)
        _put(archive, MANIFEST, BytesIO(signing.canonical(signed)))


def packed(version: ConceptVersion) -> bytes:
    """The same in memory."""
    file = BytesIO()
    pack(version, file)
    return file.getvalue()


def _line(name: str, size: int, sha256: str) -> dict[str, Any]:
    return {"name": name, "size": size, "sha256": sha256}


def _entry(name: str) -> zipfile.ZipInfo:
    """The one way in which a file stands in the zip, whatever system writes it."""
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.create_system, entry.external_attr = 3, 0o100600 << 16
    return entry


def _put(archive: zipfile.ZipFile, name: str, file: IO[bytes]) -> None:
    with archive.open(_entry(name), "w") as target:
        while piece := file.read(CHUNK):
            target.write(piece)


# --- reading -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Parcel:
    """A file whose every byte is as `key` signed it. Who has that key is another question."""

    document: package.Document
    key: str
    address: str
    file: IO[bytes]

    @contextmanager
    def material(self, name: str) -> Iterator[IO[bytes]]:
        """One of the materials, to be read."""
        with zipfile.ZipFile(self.file) as archive, archive.open(FOLDER + name) as file:
            yield file


def opened(file: IO[bytes]) -> Parcel:
    """The checked content of a file that came from somewhere. Raises Invalid; writes nothing.

    O(size of the file) in time, O(1) in memory: what does not fit the manifest is not read on.
    """
    file.seek(0, 2)
    if file.tell() > MAX_FILE:
        raise Invalid(TOO_LARGE, field="file")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _read(archive, file)
    except UNREADABLE:
        raise Invalid(NOT_ONE, field="file") from None


def _read(archive: zipfile.ZipFile, file: IO[bytes]) -> Parcel:
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    if DATA in names and MANIFEST not in names:
        raise Invalid(
            _("The file is not signed, so we cannot know who wrote it. Ask for it once more."),
            field="file",
        )
    _check_entries(entries, names)
    manifest = _manifest(archive)
    signed = manifest["signed"]
    for line, entry in zip(signed["files"], entries[:-1], strict=True):
        _check_file(archive, entry, line)
    _check_layout(archive, file, entries)
    return _document(archive, manifest, file)


def _check_entries(entries: Sequence[zipfile.ZipInfo], names: Sequence[str]) -> None:
    """Names, number, sizes and kinds, before anything is read."""
    materials = names[3:-1]
    if (
        names[:3] != [DATA, TEXT, PDF]
        or names[-1] != MANIFEST
        or len(set(names)) != len(names)
        or len(materials) > kinds.MATERIALS_AT_MOST
        or not all(_is_material(name) for name in materials)
    ):
        raise Invalid(STRANGE, field="file")
    for entry in entries:
        if (
            entry.flag_bits
            or entry.compress_type != zipfile.ZIP_STORED
            or entry.compress_size != entry.file_size
        ):
            raise Invalid(STRANGE, field="file")
    if sum(entry.file_size for entry in entries) > MAX_FILE or entries[0].file_size > MAX_DATA:
        raise Invalid(TOO_LARGE, field="file")


def _is_material(name: str) -> bool:
    return name.startswith(FOLDER) and kinds.kind_of(name.removeprefix(FOLDER)) is not None


def _manifest(archive: zipfile.ZipFile) -> package.Document:
    with archive.open(MANIFEST) as stream:
        text = stream.read(MAX_MANIFEST + 1)
    manifest = package.parse(text)
    if len(text) > MAX_MANIFEST or not _validator().is_valid(manifest):
        raise Invalid(STRANGE, field="file")
    if not signing.holds(manifest["signed"], manifest["key"], manifest["signature"]):
        raise Invalid(CHANGED, field="file")
    if [line["name"] for line in manifest["signed"]["files"]] != archive.namelist()[:-1]:
        raise Invalid(CHANGED, field="file")
    return dict(manifest)


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema()))


def schema() -> str:
    return (Path(__file__).parent / "manifest.schema.json").read_text(encoding="utf-8")


def _check_file(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, line: dict[str, Any]) -> None:
    if entry.file_size != line["size"]:
        raise Invalid(CHANGED, field="file")
    digest = hashlib.sha256()
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(CHUNK):
                digest.update(piece)
    except zipfile.BadZipFile:
        raise Invalid(CHANGED, field="file") from None
    if digest.hexdigest() != line["sha256"]:
        raise Invalid(CHANGED, field="file")


def _check_layout(
    archive: zipfile.ZipFile, file: IO[bytes], entries: Sequence[zipfile.ZipInfo]
) -> None:
    """Also the bytes that the manifest cannot speak for are as they must be."""
    with tempfile.TemporaryFile() as anew:
        with zipfile.ZipFile(anew, "w", zipfile.ZIP_STORED) as copy:
            for entry in entries:
                with archive.open(entry) as stream:
                    _put(copy, entry.filename, stream)
        anew.seek(0)
        file.seek(0)
        while piece := anew.read(CHUNK):
            if file.read(len(piece)) != piece:
                raise Invalid(CHANGED, field="file")
        if file.read(1):
            raise Invalid(CHANGED, field="file")


def _document(archive: zipfile.ZipFile, manifest: package.Document, file: IO[bytes]) -> Parcel:
    with archive.open(DATA) as stream:
        document = package.check(package.parse(stream.read(MAX_DATA)), package.FORMAT)
    named = [_line(FOLDER + one["name"], one["size"], one["sha256"])
             for one in document["version"]["materials"]]  # fmt: skip
    if named != manifest["signed"]["files"][3:]:
        raise Invalid(STRANGE, field="file")
    for one in document["version"]["materials"]:
        with archive.open(FOLDER + one["name"]) as stream:
            if not kinds.is_what_it_says(one["name"], stream):
                raise Invalid(STRANGE, field="file")
    return Parcel(document, manifest["key"], manifest["signed"]["address"], file)
