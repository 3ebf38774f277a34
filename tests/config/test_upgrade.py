"""An installation of an older version, upgraded by one command; and commands without tables."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.config.test_backup import founded, samskab

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="tried in the run on SQLite"
)


def test_an_older_database_is_brought_up_to_date_with_a_way_back(tmp_path: Path) -> None:
    data = founded(tmp_path)
    back = samskab(data, "django", "migrate", "search", "zero", "-v0")
    assert back.returncode == 0, back.stderr
    assert "steps wait" in samskab(data, "doctor").stdout
    done = samskab(data, "upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "up to date" in done.stdout
    assert "Start server and worker" in done.stdout
    (kept,) = (data / "backups").glob("before-upgrade-*.zip")
    restored = samskab(data, "restore", str(kept), "--replace")
    assert restored.returncode == 0, restored.stderr


def test_without_a_database_nothing_is_changed(tmp_path: Path) -> None:
    done = samskab(tmp_path, "upgrade")
    assert done.returncode == 1
    assert "There is no database" in done.stderr
    assert "nothing was changed" in done.stderr
    assert not (tmp_path / "samskab.sqlite3").exists()


def test_when_a_step_fails_the_way_back_is_named(tmp_path: Path) -> None:
    data = founded(tmp_path)
    samskab(data, "django", "migrate", "search", "zero", "-v0")
    with closing(sqlite3.connect(data / "samskab.sqlite3")) as database:
        database.execute("CREATE TABLE search_term (in_the_way INTEGER)")
        database.commit()
    done = samskab(data, "upgrade")
    assert done.returncode == 1
    assert "before-upgrade-" in done.stderr
    assert "--replace" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["verify-log"],
        ["retention"],
        ["demo"],
        ["backup"],
        ["council", "byen", "Byens råd", "--admin", "a@eksempel.dk"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_says_that_the_database_has_no_tables(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "samskab.sqlite3").touch()
    done = samskab(tmp_path, *words)
    assert done.returncode == 1
    assert "samskab migrate" in done.stderr
    assert "Traceback" not in done.stderr


def test_events_are_lines_of_json_when_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSKAB_LOG", "json")
    said = (
        "import logging\n"
        "try: raise ValueError('010190-1234')\n"
        "except ValueError: logging.getLogger('samskab.x').exception('Æblet %s', '010190-1234',"
        " extra={'request': 'hvem', 'room': 'news'})"
    )
    done = samskab(tmp_path, "django", "shell", "-v0", "-c", said)
    event = json.loads(done.stderr.splitlines()[-1])
    assert (event["level"], event["logger"], event["room"]) == ("ERROR", "samskab.x", "news")
    assert event["message"].startswith("Æblet")
    assert "ValueError" in event["exc_info"]
    assert "0101" not in done.stderr
    assert "request" not in event


def test_a_setting_of_the_log_that_is_neither_stops_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSKAB_LOG", "xml")
    done = samskab(tmp_path, "doctor")
    assert done.returncode == 1
    assert "SAMSKAB_LOG is “xml”: write text or json." in done.stderr
