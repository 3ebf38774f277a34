"""A second start of `samskab run`: seconds until the front page answers, rows that it changes."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from benchmarks.claims import Figure
from benchmarks.installation import example, free_port, running

SECONDS = 5.0
PATIENCE = 240.0
TASKS = "django_tasks_database_dbtaskresult"


def measure() -> list[Figure]:
    folder = example("start")
    with running(folder, free_port(), "run") as first:
        tasks, seconds = finished(folder)
    before = rows(folder)
    with running(folder, free_port(), "run") as second:
        pass
    changed = (rows(folder) - before) + (before - rows(folder))
    for line in list(changed)[:5]:
        print(f"  changed: {line[:160]}")
    beside = (
        f"the first one, with static files to collect: {first:.1f} s; "
        f"its {tasks} tasks were done {seconds:.0f} s later"
    )
    return [
        Figure("second start to first page", second, SECONDS, "s", beside),
        Figure("rows that a second start changes", float(changed.total()), 0.0),
    ]


def finished(folder: Path) -> tuple[int, float]:
    """Waits until the worker has done what loading the example left to it."""
    start = time.monotonic()
    with closing(sqlite3.connect(folder / "samskab.sqlite3")) as database:
        while waiting(database) and time.monotonic() - start < PATIENCE:
            time.sleep(0.5)
        done = database.execute(f"SELECT count(*) FROM {TASKS}").fetchone()[0]  # noqa: S608
    return int(done), time.monotonic() - start


def waiting(database: sqlite3.Connection) -> int:
    statement = f"SELECT count(*) FROM {TASKS} WHERE status IN ('READY', 'RUNNING')"  # noqa: S608
    return int(database.execute(statement).fetchone()[0])


def rows(folder: Path) -> Counter[str]:
    """Every row of the database, as the statement that would write it."""
    with closing(sqlite3.connect(folder / "samskab.sqlite3")) as database:
        return Counter(database.iterdump())
