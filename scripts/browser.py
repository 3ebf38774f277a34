"""Where the browser for the tests is."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of a Chromium: the one that CHROMIUM names, else the first on the path."""
    if given := os.environ.get("CHROMIUM"):
        return given
    return next((path for name in NAMES if (path := shutil.which(name))), None)
