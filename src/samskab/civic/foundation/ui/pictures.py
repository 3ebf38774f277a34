"""The picture that goes along when somebody shares a page: its title, in the council's look.

The address holds the title, signed, so that nobody can have other words drawn in a council's name.
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core import signing
from PIL import Image, ImageDraw, ImageFont

WIDE, HIGH = 1200, 630
EDGE, TOP, BOTTOM = 80, 150, 520
SIZES = (84, 76, 68, 60, 52, 46)
LONGEST = 300
INK, PAPER, AMBER, PALE = "#0d3d38", "#ffffff", "#e39a2d", "#e6efec"
_SIGNER = signing.Signer(sep="~", salt="ui.pictures")

Font = ImageFont.FreeTypeFont


def code_of(title: str) -> str:
    """The title as it stands in the address of its picture."""
    plain = title[:LONGEST].encode()
    return _SIGNER.sign(base64.urlsafe_b64encode(plain).decode().rstrip("="))


def title_of(code: str) -> str | None:
    """What the address asks for; None when we have not signed it."""
    try:
        text = _SIGNER.unsign(code)
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (signing.BadSignature, binascii.Error, ValueError):
        return None


@lru_cache(maxsize=256)
def picture(title: str, council: str) -> bytes:
    """A PNG of 1200 × 630 pixels. About 50 ms; kept for the life of the process."""
    image = Image.new("RGB", (WIDE, HIGH), INK)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, HIGH - 12, WIDE, HIGH), fill=AMBER)
    name = _font("SemiBold", 38)
    draw.text((EDGE, 70), shortened(council, name, WIDE - 2 * EDGE), PALE, name)
    lines, font, step = fitted(title)
    if TOP + len(lines) * step < HIGH - 280:
        _mark(draw, 1010, 470, 120)
    for n, line in enumerate(lines):
        draw.text((EDGE, TOP + n * step), line, PAPER, font)
    target = BytesIO()
    image.quantize(64).save(target, "PNG", optimize=True)
    return target.getvalue()


def fitted(title: str) -> tuple[list[str], Font, int]:
    """The title in lines of the largest letters in which it fits, cut when it fits in none."""
    for size in SIZES:
        font, step = _font("SemiBold", size), round(size * 1.18)
        lines, room = wrapped(title, font, WIDE - 2 * EDGE), (BOTTOM - TOP) // step
        if len(lines) <= room:
            return lines, font, step
    kept = lines[:room]
    kept[-1] = shortened(f"{kept[-1]} …", font, WIDE - 2 * EDGE)
    return kept, font, step


def wrapped(text: str, font: Font, width: int) -> list[str]:
    """Lines no wider than `width`; a word that is wider alone is broken with a hyphen."""
    lines: list[str] = []
    for word in text.split():
        for piece in _pieces(word, font, width):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and not lines[-1].endswith("\u2010") and font.getlength(longer) <= width:
                lines[-1] = longer
            else:
                lines.append(piece)
    return [line.replace("\u2010", "-") for line in lines] or [""]


def _pieces(word: str, font: Font, width: int) -> list[str]:
    found = []
    while font.getlength(word) > width and len(word) > 4:
        at = next(n for n in range(len(word) - 2, 1, -1)
                  if n == 2 or font.getlength(f"{word[:n]}-") <= width)  # fmt: skip
        found.append(f"{word[:at]}\u2010")
        word = word[at:]
    return [*found, word]


def shortened(text: str, font: Font, width: int) -> str:
    while font.getlength(text) > width and len(text) > 2:
        text = f"{text[:-2].rstrip()}…"
    return text


@lru_cache(maxsize=16)
def _font(weight: str, size: int) -> Font:
    found = finders.find(f"dkfds/fonts/IBMPlexSans-{weight}-Latin1.woff2")
    return ImageFont.truetype(Path(str(found)), size)


def _mark(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    """The council's mark: eight seats round a table, one of them open for you."""
    places = (0, -1), (0.7, -0.7), (1, 0), (0, 1), (-0.7, 0.7), (-1, 0), (-0.7, -0.7)
    for dx, dy in places:
        _dot(draw, x + dx * size * 0.73, y + dy * size * 0.73, size * 0.18, "#2f6f66")
    _dot(draw, x + 0.55 * size, y + 0.55 * size, size * 0.22, AMBER)
    around = (x - size * 0.35, y - size * 0.35, x + size * 0.35, y + size * 0.35)
    draw.ellipse(around, outline="#2f6f66", width=10)


def _dot(draw: ImageDraw.ImageDraw, x: float, y: float, r: float, fill: str) -> None:
    draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
