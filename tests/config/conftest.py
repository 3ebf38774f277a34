"""An installation of its own, run by its commands in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FOUND = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
from samskab.civic.foundation.core.actions import found_council
found_council(slug="byen", name="Byens råd", hosts=["byen.example"], is_default=True)
"""


def samskab(data: Path, *words: str, url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SAMSKAB_DATA": str(data), "DATABASE_URL": url}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    environment.pop("SAMSKAB_SECRET_KEY", None)
    program = [sys.executable, "-m", "samskab.cli", *words]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=False)


def founded(data: Path, url: str = "") -> Path:
    """An installation with a council, an upload and its keys."""
    done = samskab(data, "django", "shell", "-v0", "-c", FOUND, url=url)
    assert done.returncode == 0, done.stderr
    photo = data / "uploads" / "billeder" / "morgenbord.jpg"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"a photo")
    return data


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One on SQLite that nobody changes, for it takes a while to make; to be copied."""
    if os.environ.get("DATABASE_URL"):
        pytest.skip("tried in the run on SQLite")
    return founded(tmp_path_factory.mktemp("installed") / "data")
