"""An installation of an older version, upgraded by one command; and commands without tables."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from samskab.config import backup
from tests.config.conftest import samskab

pytestmark = pytest.mark.skipif(
    bool(os.environ.get("DATABASE_URL")), reason="tried in the run on SQLite"
)


@pytest.fixture
def data(installed: Path, tmp_path: Path) -> Path:
    """An installation whose database lacks one step, as before an upgrade."""
    copy = Path(shutil.copytree(installed, tmp_path / "data"))
    with closing(sqlite3.connect(copy / "samskab.sqlite3")) as database:
        database.execute("DROP INDEX initiative_newest")
        database.execute("DELETE FROM django_migrations WHERE name LIKE '%initiative_newest'")
        database.commit()
    return copy


def test_an_older_database_is_brought_up_to_date_with_a_way_back(data: Path) -> None:
    done = samskab(data, "upgrade")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok  database (sqlite): up to date" in done.stdout
    assert "Start server and worker" in done.stdout
    (kept,) = (data / "backups").glob("before-upgrade-*.zip")
    assert backup._check(kept).councils[0].slug == "byen"


def test_without_a_database_nothing_is_changed(tmp_path: Path) -> None:
    done = samskab(tmp_path, "upgrade")
    assert done.returncode == 1
    assert "There is no database" in done.stderr
    assert "nothing was changed" in done.stderr
    assert not (tmp_path / "samskab.sqlite3").exists()


def test_when_a_step_fails_the_way_back_is_named(data: Path) -> None:
    with closing(sqlite3.connect(data / "samskab.sqlite3")) as database:
        database.execute("CREATE INDEX initiative_newest ON core_council (slug)")
        database.commit()
    done = samskab(data, "upgrade")
    assert done.returncode == 1
    assert "before-upgrade-" in done.stderr
    assert "--replace" in done.stderr


@pytest.mark.parametrize("words", [["verify-log"], ["backup"]], ids=lambda words: words[0])
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
