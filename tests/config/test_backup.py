"""A backup of a real installation, taken back, and backups that somebody has tampered with."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from samskab.config import backup
from samskab.config.backup import BackupError
from tests.config.conftest import founded, samskab


@pytest.fixture(scope="module")
def made(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that nobody changes."""
    folder = tmp_path_factory.mktemp("backup")
    done = samskab(installed, "backup", str(folder / "made.zip"))
    assert done.returncode == 0, done.stderr
    assert "1 councils, 1 log entries, 3 files" in done.stdout
    return folder / "made.zip"


@pytest.fixture
def changed(made: Path, tmp_path: Path) -> Callable[..., Path]:
    """The backup written anew: members by name, `None` leaves one out."""

    def write(**members: bytes | None) -> Path:
        file = tmp_path / "changed.zip"
        with zipfile.ZipFile(made) as source, zipfile.ZipFile(file, "w") as target:
            kept = {name: source.read(name) for name in source.namelist()}
            for name, content in (kept | members).items():
                if content is not None:
                    target.writestr(name, content)
        return file

    return write


def manifest_of(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as archive:
        found: dict[str, object] = json.loads(archive.read(backup.MANIFEST))
        return found


def names_in(data: Path) -> list[str]:
    with closing(sqlite3.connect(data / backup.DATABASE)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM core_council")]


def test_a_backup_is_taken_back_whole_and_what_was_there_is_set_aside(
    made: Path, tmp_path: Path
) -> None:
    data = tmp_path / "elsewhere"
    data.mkdir()
    (data / backup.DATABASE).write_bytes(b"of yesterday")
    refused = samskab(data, "restore", str(made))
    assert (refused.returncode, "give --replace" in refused.stderr) == (1, True)
    assert (data / backup.DATABASE).read_bytes() == b"of yesterday"

    done = samskab(data, "restore", str(made), "--replace")
    assert done.returncode == 0, done.stderr
    assert "1 councils, 1 log entries, each chain holds" in done.stdout
    assert names_in(data) == ["Byens råd"]
    assert (data / "uploads/billeder/morgenbord.jpg").read_bytes() == b"a photo"
    key = data / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(made) as archive:
        assert key.read_bytes() == archive.read("secret.key")
    [aside] = data.glob("before-restore-*")
    assert (aside / backup.DATABASE).read_bytes() == b"of yesterday"


def test_only_the_owner_may_read_it_and_no_file_is_written_over(made: Path) -> None:
    assert made.stat().st_mode & 0o777 == 0o600
    before = made.read_bytes()
    assert samskab(made.parent / "data", "backup", str(made)).returncode == 1
    assert made.read_bytes() == before


def test_a_changed_byte_is_found(changed: Callable[..., Path]) -> None:
    file = changed(**{"uploads/billeder/morgenbord.jpg": b"b photo"})
    with pytest.raises(BackupError, match="was changed"):
        backup._check(file)


def test_a_file_too_many_or_too_few_is_found(changed: Callable[..., Path]) -> None:
    for members in ({"uploads/ekstra.txt": b"x"}, {"secret.key": None}):
        with pytest.raises(BackupError, match="other files than its manifest"):
            backup._check(changed(**members))


@pytest.mark.parametrize("name", ["../ude.txt", "/etc/passwd", "uploads/../../ude.txt", "var.py"])
def test_a_path_that_leads_elsewhere_is_refused(
    name: str, made: Path, changed: Callable[..., Path]
) -> None:
    manifest = manifest_of(made)
    manifest["files"] = {**manifest["files"], name: {"size": 1, "sha256": "0" * 64}}  # type: ignore[dict-item]
    file = changed(**{name: b"x", backup.MANIFEST: json.dumps(manifest).encode()})
    with pytest.raises(BackupError, match="no backup has"):
        backup._check(file)


def test_what_is_no_backup_is_said(tmp_path: Path) -> None:
    (tmp_path / "tekst.zip").write_text("ikke en zip")
    with pytest.raises(BackupError, match="is no backup"):
        backup._check(tmp_path / "tekst.zip")
    with pytest.raises(BackupError, match="no file"):
        backup._check(tmp_path / "findes-ikke.zip")


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_written(
    made: Path, changed: Callable[..., Path], tmp_path: Path
) -> None:
    manifest = manifest_of(made)
    manifest["migrations"] = ["core.9999_from_the_future"]
    file = changed(**{backup.MANIFEST: json.dumps(manifest).encode()})
    done = samskab(tmp_path / "data", "restore", str(file))
    assert done.returncode == 1
    assert "newer Samskab (core.9999_from_the_future)" in done.stderr
    assert not (tmp_path / "data" / backup.DATABASE).exists()


# --- PostgreSQL --------------------------------------------------------------------------------
@pytest.fixture
def two_databases() -> Iterator[tuple[str, str]]:
    """Two empty databases on the server of this run."""
    import psycopg

    url = os.environ.get("DATABASE_URL", "")
    if not url or shutil.which("pg_dump") is None:
        pytest.skip("needs DATABASE_URL and PostgreSQL's programs")
    names = [f"samskab_backup_{part}_{os.getpid()}" for part in ("from", "to")]
    with psycopg.connect(url, autocommit=True) as connection:
        for name in names:
            connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")  # type: ignore[call-overload]
        one, two = (urlsplit(url)._replace(path=f"/{name}").geturl() for name in names)
        yield one, two
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]


def test_a_backup_of_postgresql_is_taken_back_into_an_empty_database(
    two_databases: tuple[str, str], tmp_path: Path
) -> None:
    here, there = two_databases
    data, file = founded(tmp_path / "here", here), tmp_path / "made.zip"
    assert samskab(data, "backup", str(file), url=here).returncode == 0
    done = samskab(tmp_path / "there", "restore", str(file), url=there)
    assert done.returncode == 0, done.stderr
    assert "each chain holds" in done.stdout
    again = samskab(tmp_path / "there", "restore", str(file), url=there)
    assert (again.returncode, "not empty" in again.stderr) == (1, True)
    other_kind = samskab(tmp_path / "third", "restore", str(file))
    assert (other_kind.returncode, "set DATABASE_URL" in other_kind.stderr) == (1, True)
