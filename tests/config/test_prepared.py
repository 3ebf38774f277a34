from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from samskab.config import prepared


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder as a start leaves it."""
    database = sqlite3.connect(tmp_path / prepared.DATABASE)
    database.execute("CREATE TABLE core_council (id)")
    database.execute("INSERT INTO core_council VALUES (1)")
    database.execute("CREATE TABLE django_migrations (app, name)")
    database.execute("INSERT INTO django_migrations VALUES ('core', '0001_initial')")
    database.commit()
    database.close()
    (tmp_path / prepared.STATIC).parent.mkdir()
    (tmp_path / prepared.STATIC).write_text("{}")
    prepared.note(tmp_path)
    return tmp_path


def change(data: Path, statement: str) -> None:
    database = sqlite3.connect(data / prepared.DATABASE)
    database.execute(statement)
    database.commit()
    database.close()


def test_what_the_last_start_left_needs_no_preparation(data: Path) -> None:
    assert prepared.is_prepared(data)


def test_a_new_folder_does(tmp_path: Path) -> None:
    assert not prepared.is_prepared(tmp_path)
    prepared.note(tmp_path)  # nothing is there: the stamp must not say that it is
    assert not prepared.is_prepared(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO django_migrations VALUES ('core', '0002_more')",
        "DELETE FROM core_council",
        "DROP TABLE core_council",
    ],
)
def test_another_database_does(data: Path, statement: str) -> None:
    change(data, statement)
    assert not prepared.is_prepared(data)


def test_a_changed_program_does(
    data: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path_factory.mktemp("samskab") / "src" / "samskab"
    source.mkdir(parents=True)
    monkeypatch.setattr(prepared, "SOURCE", source)
    prepared.note(data)
    assert prepared.is_prepared(data)
    (source / "new.py").write_text("")
    assert not prepared.is_prepared(data)


@pytest.mark.parametrize("name", [prepared.DATABASE, prepared.STATIC, prepared.STAMP])
def test_a_missing_file_does(data: Path, name: str) -> None:
    (data / name).unlink()
    assert not prepared.is_prepared(data)
