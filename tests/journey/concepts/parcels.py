"""Packages as others make them: honest ones, and ones that are not."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from django.test import override_settings

from samskab.civic.journey.concepts import parcel, signing

PDF = b"%PDF-1.7 made by hand"


@contextmanager
def another_installation(folder: Path) -> Iterator[None]:
    """Within it, what is signed is signed by the key of another folder."""
    folder.mkdir(exist_ok=True)
    with override_settings(DATA=folder):
        yield


def entries(document: Any, materials: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """The files of a package, without its manifest."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    files = {parcel.DATA: data, parcel.TEXT: b"# Til mennesker", parcel.PDF: PDF}
    return files | {parcel.FOLDER + name: body for name, body in (materials or {}).items()}


def manifest(files: dict[str, bytes]) -> bytes:
    lines = [
        {"name": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in files.items()
    ]
    return signing.canonical(
        signing.sealed(
            {"format": "samskab-package", "format_version": 2,
             "address": "https://raad.example/", "files": lines}
        )
    )  # fmt: skip


def signed(document: Any, materials: dict[str, bytes] | None = None) -> bytes:
    """A package as it should be, of whatever is in it."""
    files = entries(document, materials)
    return zipped(files | {parcel.MANIFEST: manifest(files)})


def zipped(files: dict[str, bytes]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in files.items():
            parcel._put(archive, name, BytesIO(body))
    return file.getvalue()


def listed(name: str, body: bytes, title: str = "Plakat") -> dict[str, Any]:
    """A material as the document names it."""
    return {"name": name, "title": title, "size": len(body),
            "sha256": hashlib.sha256(body).hexdigest()}  # fmt: skip
