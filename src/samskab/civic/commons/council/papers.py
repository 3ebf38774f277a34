"""Files that belong to an item: which kinds are taken, and that they are what they say."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import CPR_MESSAGE
from samskab.engine.language.identifiers import contains_cpr

LARGEST = 10 * 1024 * 1024
MOST = 20
UNPACKED = 200 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
# Kind of content, and the member that a packed file of this kind must have.
KINDS: dict[str, tuple[str, str]] = {
    "pdf": ("application/pdf", ""),
    "docx": (f"{_OFFICE}wordprocessingml.document", "word/document.xml"),
    "xlsx": (f"{_OFFICE}spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": (f"{_OFFICE}presentationml.presentation", "ppt/presentation.xml"),
    "odt": ("application/vnd.oasis.opendocument.text", "mimetype"),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", "mimetype"),
    "odp": ("application/vnd.oasis.opendocument.presentation", "mimetype"),
    "txt": ("text/plain", ""),
    "csv": ("text/csv", ""),
}
ACCEPT = ",".join(f".{ending}" for ending in KINDS)


def checked(upload: UploadedFile[Any]) -> tuple[ContentFile[bytes], str]:
    """The file under a name that tells nothing, and its kind of content; Invalid otherwise."""
    ending = PurePath(str(upload.name)).suffix.lower().lstrip(".")
    if ending not in KINDS:
        kinds = ", ".join(KINDS).upper()
        raise Invalid(
            _("We take these kinds of files: %(kinds)s.") % {"kinds": kinds}, field="file"
        )
    if (upload.size or 0) > LARGEST:
        raise Invalid(_("The file is too large. It can be 10 MB at most."), field="file")
    kind, member = KINDS[ending]
    content = upload.read()
    if ending in {"txt", "csv"}:
        _check_text(content)
    elif not (_is_packed(content, kind, member) if member else content[:5] == b"%PDF-"):
        raise Invalid(_("The file is not what its name says. Save it again."), field="file")
    return ContentFile(content, name=f"{uuid4().hex}.{ending}"), kind


def _check_text(content: bytes) -> None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("Save the file as text in UTF-8."), field="file") from None
    if contains_cpr(text):
        raise Invalid(CPR_MESSAGE, field="file")


def _is_packed(content: bytes, kind: str, member: str) -> bool:
    """A zip file with the right parts, without programs, and no larger than it should be."""
    try:
        with zipfile.ZipFile(ContentFile(content)) as packed:
            infos = packed.infolist()
            names = {info.filename for info in infos}
            if member not in names or sum(info.file_size for info in infos) > UNPACKED:
                return False
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Invalid(
                    _("The file holds a program (a macro). Save it without."), field="file"
                )
            return member != "mimetype" or packed.read(member).decode("ascii", "ignore") == kind
    except (zipfile.BadZipFile, RuntimeError, OSError):
        return False
