"""Whether an installation is as the last start left it, told without loading Django.

A start migrates, loads the example into an empty database, compiles translations and collects
static files; that nothing of it is due takes seconds to find out with Django and milliseconds
without. The stamp holds what the answer depends on: the program's files, the packages it stands
on, and the migrations and councils in the database itself. Anything unclear means: prepare.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1]
# The packages that bring migrations or static files of their own.
PACKAGES = ("django", "django-allauth", "django-tasks-db", "whitenoise")
DATABASE, STAMP, STATIC = "samskab.sqlite3", "prepared.json", "static/staticfiles.json"


def is_prepared(data: Path) -> bool:
    try:
        noted = (data / STAMP).read_text()
    except OSError:
        return False
    return noted == _fingerprint(data)


def note(data: Path) -> None:
    """Called when a preparation has ended well."""
    (data / STAMP).write_text(_fingerprint(data) or "")


def _fingerprint(data: Path) -> str | None:
    """None, which no stamp equals, when the database or the static files are not there."""
    applied = _applied(data / DATABASE)
    if applied is None or not (data / STATIC).exists():
        return None
    digest = hashlib.sha256()
    for line in _program():
        digest.update(line.encode())
    return json.dumps({"program": digest.hexdigest(), "applied": applied})


def _applied(database: Path) -> str | None:
    """The migrations that the database has had, or None without a council in it."""
    if not database.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            if connection.execute("SELECT 1 FROM core_council LIMIT 1").fetchone() is None:
                return None
            rows = connection.execute("SELECT app, name FROM django_migrations ORDER BY 1, 2")
            return hashlib.sha256(repr(rows.fetchall()).encode()).hexdigest()
    except sqlite3.Error:
        return None


def _program() -> Iterator[str]:
    yield from (f"{name} {version(name)}\n" for name in PACKAGES)
    node = SOURCE.parents[1] / "node_modules"
    for path in (*sorted(SOURCE.rglob("*")), *sorted(node.glob(".stamp-*"))):
        if path.suffix not in {".pyc", ".mo"} and path.is_file():
            yield f"{path} {path.stat().st_mtime_ns}\n"
