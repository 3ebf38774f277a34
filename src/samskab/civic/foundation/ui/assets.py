"""The design system's style sheet, made ours: its theme colours, its fonts, nothing unused.

DKFDS ships one file per portal, with the theme's colours written out and every font in four
formats. `build` reads it and writes `dkfds.css`; `Finder` hands that to the staticfiles
framework, so that collecting and serving always see a fresh one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

NAME = "dkfds.css"
PREFIX = "ui"

# The green portal theme of DKFDS names its accent by values that occur nowhere else.
COLOURS = {
    "#44831e": "#14524b",  # buttons, ticks, the present step
    "#3c5c22": "#0d3d38",  # the same, pointed at
    "#004d99": "#14524b",  # links
    "color:purple": "color:#4a3f63",  # links that were followed
    "fill:purple": "fill:#4a3f63",
    "outline:3px solid #454545": "outline:3px solid #1a1a1a",
}

# name, weights it stands for, style: a browser loads what a page uses.
FACES = (
    ("Regular", "400", "normal"),
    ("SemiBold", "500 700", "normal"),
    ("Italic", "400", "italic"),
)
# Latin letters come in one small file; the rest is fetched when a name needs it.
RANGES = {
    "Latin1": "U+0000-00FF,U+0131,U+0152-0153,U+02C6,U+02DA,U+02DC,U+2013-2014,U+2018-201A,"
    "U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039-203A,U+2044,U+20AC,U+2122,U+2212,U+FB01-FB02",
    "Latin2": "U+0100-0130,U+0132-0151,U+0154-017F,U+0218-021B,U+1E80-1E85,U+1EF2-1EF3",
}

_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_LOGO = re.compile(r"background-image:url\(\.\./img/logo[^)]*\);?")
_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


def source() -> Path:
    return Path(settings.NODE) / "dkfds/dist/css/dkfds-borgerdk.min.css"


def target() -> Path:
    return Path(settings.ASSETS) / NAME


def build() -> Path | None:
    """Writes the style sheet when it is missing or older than what it is made from."""
    made, wanted = target(), source()
    if not wanted.exists():
        return made if made.exists() else None
    newest = max(wanted.stat().st_mtime, Path(__file__).stat().st_mtime)
    if not made.exists() or made.stat().st_mtime < newest:
        _write(made, theme(wanted.read_text(encoding="utf-8")))
    return made


def theme(css: str) -> str:
    """The style sheet in our colours, with our fonts, and without what is never fetched."""
    css = _MAP.sub("", _LOGO.sub("", _FACE.sub("", css)))
    for theirs, ours in COLOURS.items():
        css = css.replace(theirs, ours)
    css = css.replace("url(../img/", "url(../dkfds/img/")
    return faces() + css.strip() + "\n"


def faces() -> str:
    return "".join(
        f"@font-face{{font-display:swap;font-family:IBM Plex Sans;font-style:{style};"
        f"font-weight:{weight};src:url(../dkfds/fonts/IBMPlexSans-{name}-{part}.woff2) "
        f'format("woff2");unicode-range:{letters}}}'
        for name, weight, style in FACES
        for part, letters in RANGES.items()
    )


def _write(path: Path, text: str) -> None:
    """Whole or not at all: several processes may start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


class Finder(BaseFinder):
    """Gives `ui/dkfds.css`, building it when asked."""

    def _storage(self) -> FileSystemStorage:
        storage = FileSystemStorage(location=str(settings.ASSETS))
        storage.prefix = PREFIX  # type: ignore[attr-defined]
        return storage

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        made = build() if path == f"{PREFIX}/{NAME}" else None
        if made is None:
            return []
        return [str(made)] if find_all else str(made)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        if build() is not None:
            yield NAME, self._storage()


class Storage(CompressedManifestStaticFilesStorage):
    """Names with fingerprints once files are collected; plain names before that.

    After collecting, a name that is not there is an error, as it should be.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        if name and not self.hashed_files:
            return FileSystemStorage.url(self, name)
        return str(super().url(name, force))
