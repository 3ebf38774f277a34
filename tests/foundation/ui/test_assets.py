"""The style sheet: ours in colour, nothing missing, nothing unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from pytest_django import Settings

from samskab.civic.foundation.ui import assets

OWN = Path(assets.__file__).parent / "static/ui"
SHEET = (
    "@font-face{font-family:X;src:url(../fonts/X.eot),url(../fonts/X.ttf)}"
    ".a{color:#44831e}.b{background:url(../img/svg-icons/check.svg)}"
    ".logo{background-image:url(../img/logo-borgerdk.svg);height:24px}"
    "/*# sourceMappingURL=dkfds.min.css.map*/"
)


def test_the_theme_is_ours_and_only_small_fonts_stay() -> None:
    css = assets.theme(SHEET)
    assert ".a{color:#14524b}" in css
    assert ".logo{height:24px}" in css
    assert "url(../dkfds/img/svg-icons/check.svg)" in css
    assert not re.search(r"\.(eot|ttf|woff)\b|44831e|sourceMappingURL", css)


def test_every_file_that_the_style_sheets_name_is_served() -> None:
    made = assets.build()
    if made is None:
        pytest.skip("the front-end packages are not installed")
    for sheet in (made, OWN / "samskab.css"):
        for url in re.findall(r"url\(([^)]+)\)", sheet.read_text("utf-8")):
            name = url.removeprefix("../")
            assert finders.find(name), f"{sheet.name} names {url}"


def test_the_style_sheet_is_made_anew_only_when_its_source_is_newer(
    settings: Settings, tmp_path: Path
) -> None:
    settings.NODE, settings.ASSETS = tmp_path / "node", tmp_path / "made"
    source = assets.source()
    source.parent.mkdir(parents=True)
    source.write_text(".a{color:#44831e}", "utf-8")
    made = assets.build()
    assert made is not None
    made.write_text("kept", "utf-8")
    assets.build()
    assert made.read_text("utf-8") == "kept"
    source.touch()
    import os

    os.utime(source, (made.stat().st_mtime + 5,) * 2)
    assets.build()
    assert made.read_text("utf-8").endswith(".a{color:#14524b}\n")


def test_without_the_design_system_nothing_is_offered(settings: Settings, tmp_path: Path) -> None:
    settings.NODE, settings.ASSETS = tmp_path / "none", tmp_path / "made"
    finder = assets.Finder()
    assert finder.find("ui/dkfds.css") == []
    assert list(finder.list(None)) == []


def test_names_are_plain_until_files_are_collected_and_strict_afterwards(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT, settings.DEBUG = tmp_path, False
    storage = assets.Storage(location=str(tmp_path), base_url="/static/")
    assert storage.url("ui/mark.svg") == "/static/ui/mark.svg"
    storage.hashed_files = {"ui/mark.svg": "ui/mark.abc.svg"}
    assert storage.url("ui/mark.svg") == "/static/ui/mark.abc.svg"
    with pytest.raises(ValueError, match="missing"):
        storage.url("ui/missing.svg")


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _palette() -> dict[str, str]:
    css = (OWN / "samskab.css").read_text("utf-8")
    short = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", css))
    return {name: value if len(value) == 7 else "#ffffff" for name, value in short.items()}


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("ink", "paper", 7.0),
        ("soft", "paper", 4.5),
        ("soft", "sand", 4.5),
        ("lake", "paper", 7.0),
        ("paper", "lake", 7.0),
        ("lake-deep", "lake-pale", 7.0),
        ("ink", "amber", 4.5),
        ("edge", "paper", 3.0),
        ("edge", "sand", 3.0),
    ],
)
def test_colours_can_be_told_apart(front: str, back: str, least: float) -> None:
    palette = _palette()
    assert _contrast(palette[front], palette[back]) >= least
