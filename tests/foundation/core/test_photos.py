"""Pictures that carry more than a picture: nothing of it is kept, and nothing bursts."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from samskab.civic.foundation.core import photos
from samskab.civic.foundation.core.errors import Invalid

SECRET = b"Hemmeligt sted 56.1697 9.5451"


def upload(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("foto.jpg", data, "image/jpeg")


def drawn(kind: str, size: tuple[int, int] = (40, 30), **given: Any) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "teal").save(file, kind, **given)
    return file.getvalue()


def located() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (56.0, 10.0, 11.0)
    return exif


def commented() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Location", SECRET.decode())
    return drawn("PNG", pnginfo=info)


@pytest.mark.parametrize(
    "data",
    [
        drawn("JPEG", exif=located()),
        drawn("JPEG", comment=SECRET),
        drawn("JPEG", xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"),
        drawn("JPEG", icc_profile=SECRET),
        drawn("JPEG") + b"PK\x03\x04" + SECRET,
        drawn("JPEG") + b"<script>" + SECRET + b"</script>",
        drawn("PNG", exif=located()),
        commented(),
        drawn("WEBP", exif=located(), xmp=SECRET),
        drawn("GIF", comment=SECRET),
    ],
    ids=["place", "comment", "xmp", "profile", "zip", "html", "png", "text", "webp", "gif"],
)
def test_only_the_picture_itself_is_kept(data: bytes) -> None:
    assert SECRET in data
    kept = photos.without_metadata(upload(data)).read()
    assert SECRET not in kept
    assert b"PK\x03\x04" not in kept
    assert kept.startswith(b"\xff\xd8")
    assert kept.endswith(b"\xff\xd9")
    with Image.open(BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (40, 30))
        assert not dict(picture.getexif())
        assert not {"comment", "exif", "xmp", "icc_profile", "photoshop"} & picture.info.keys()


def test_a_picture_lying_down_is_turned_upright_and_made_smaller() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = photos.without_metadata(upload(drawn("JPEG", (3200, 1200), exif=exif)))
    with Image.open(kept) as picture:
        assert picture.size == (600, 1600)


def promising(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it is enormous."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 100)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        promising(8000, 8000), promising(60_000, 60_000), promising(2**31 - 1, 1),
        drawn("JPEG")[:300], drawn("PNG")[:60], b"", b"\xff\xd8\xff", b"<svg/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", drawn("TIFF"), drawn("ICO"),
        drawn("JPEG") + b"\0" * photos.LARGEST,
    ],
)  # fmt: skip
def test_what_is_too_large_or_no_photo_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        photos.without_metadata(upload(data), "photo")
    assert refused.value.field == "photo"
    assert str(refused.value.message)
