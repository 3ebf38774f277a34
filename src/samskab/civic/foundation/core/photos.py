"""Photos without what the camera wrote into them."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from samskab.civic.foundation.core.errors import Invalid

LARGEST = 10 * 1024 * 1024
PIXELS = 40_000_000
SIDE = 1600
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # what phones and browsers make; no other reader runs


def without_metadata(upload: UploadedFile[Any], field: str = "photo") -> ContentFile[bytes]:
    """The picture turned upright, at most 1600 px a side, drawn anew as JPEG: place, time
    and camera are gone. Raises Invalid for what is no picture or too large."""
    if (upload.size or 0) > LARGEST:
        raise Invalid(_("The photo is too large. It can be 10 MB at most."), field=field)
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > PIXELS:
                raise Invalid(_("The photo has too many pixels. Make it smaller."), field=field)
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise Invalid(_("This file is no photo that we can read."), field=field) from None
    upright.thumbnail((SIDE, SIDE))
    upright.info.clear()  # else a comment of the old file is written into the new one
    target = BytesIO()
    upright.save(target, "JPEG", quality=82, optimize=True)
    return ContentFile(target.getvalue(), name=f"{uuid4().hex}.jpg")
