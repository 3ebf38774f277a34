"""Backup and restore: one file with the database, the uploads and the keys, checked both ways.

The file is a zip with a manifest that names every other member with its size and digest, and says
where the log of each council ended. What is taken back is compared with that before it counts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import IO, Any

from samskab.config.environment import Environment

FORMAT = 1
MANIFEST = "samskab.json"
SQLITE, POSTGRES = "database.sqlite3", "database.dump"
DATABASE = "samskab.sqlite3"
UPLOADS = "uploads"
KEYS = ("secret.key", "signing.json")


class BackupError(Exception):
    """Says what is wrong and what to do; nothing was changed."""


@dataclass(frozen=True)
class Member:
    """A file in the backup, by its path there."""

    size: int
    sha256: str


@dataclass(frozen=True)
class End:
    """Where the log of a council ended."""

    slug: str
    entries: int
    hash: str


@dataclass(frozen=True)
class Manifest:
    format: int
    made: str
    database: str
    migrations: list[str]
    councils: list[End]
    files: dict[str, Member]

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        try:
            given = json.loads(text)
            if given["format"] != FORMAT:
                raise BackupError(f"The backup has format {given['format']}, this reads {FORMAT}.")
            files = {name: Member(**values) for name, values in given["files"].items()}
            councils = [End(**values) for values in given["councils"]]
            return cls(**{**given, "files": files, "councils": councils})
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError(f"{MANIFEST} in the backup cannot be read: {error}") from error


# --- the two commands --------------------------------------------------------------------------
def backup(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("samskab backup", description="Everything in one file.")
    parser.add_argument("file", nargs="?", type=Path, help="backups/samskab-TIME.zip without it")
    parser.add_argument("--without-keys", action="store_true", help="keep the keys elsewhere")
    asked = parser.parse_args(arguments)
    env = Environment()
    data = env.folder("SAMSKAB_DATA")
    made = stamp()
    file = asked.file or data / "backups" / f"samskab-{made}.zip"
    return _told(lambda: _back_up(env, data, file, made, with_keys=not asked.without_keys))


def stamp() -> str:
    """This moment, as the name of a file says it."""
    return time.strftime("%Y-%m-%dT%H%M%SZ", time.gmtime())


def restore(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser("samskab restore", description="A backup, taken back.")
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--replace", action="store_true", help="set what is there aside (SQLite) and take its place"
    )
    asked = parser.parse_args(arguments)
    env = Environment()
    data = env.folder("SAMSKAB_DATA")
    return _told(lambda: _restore(env, data, asked.file, replace=asked.replace))


def _told(work: Any) -> int:
    try:
        print(work())
    except BackupError as error:
        print(f"samskab: {error}", file=sys.stderr)
        return 1
    return 0


# --- making one --------------------------------------------------------------------------------
def _back_up(env: Environment, data: Path, file: Path, made: str, *, with_keys: bool) -> str:
    if file.exists():
        raise BackupError(f"{file} is there already. Give another name.")
    file.parent.mkdir(parents=True, exist_ok=True)
    url = env.text("DATABASE_URL")
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as folder:
        copy = Path(folder) / (POSTGRES if url else SQLITE)
        councils, migrations = _dump(url, copy) if url else _copy(data / DATABASE, copy)
        sources = {copy.name: copy, **dict(_uploads(data))}
        if with_keys:
            sources |= {name: data / name for name in KEYS if (data / name).exists()}
        written = Path(folder) / "backup.zip"
        files = _pack(written, sources)
        manifest = Manifest(FORMAT, made, copy.name, migrations, councils, files)
        with zipfile.ZipFile(written, "a") as archive:
            archive.writestr(MANIFEST, manifest.to_json())
        _check(written)
        written.chmod(0o600)
        written.replace(file)
    keys = _about_keys(set(files), with_keys=with_keys)
    entries = sum(end.entries for end in councils)
    return f"{file}: {len(councils)} councils, {entries} log entries, {len(files)} files. {keys}"


def _about_keys(files: set[str], *, with_keys: bool) -> str:
    if "secret.key" in files:
        return "The secret key is in it: keep the file where only you can read it."
    if with_keys:
        return "The secret key is in your settings (SAMSKAB_SECRET_KEY): keep it too."
    return "The keys are not in it: keep secret.key and signing.json too."


def _copy(database: Path, to: Path) -> tuple[list[End], list[str]]:
    """A copy of a SQLite database that may be in use."""
    if not database.exists():
        raise BackupError(f"There is no database in {database.parent}.")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(to)) as copy:
        source.backup(copy)
        fault = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if fault != "ok":
            raise BackupError(f"The database is damaged: {fault}")
        tables = "SELECT COUNT(*) FROM sqlite_master WHERE name = 'core_council'"
        if not copy.execute(tables).fetchone()[0]:
            raise BackupError("The database has no tables yet: run `samskab migrate`.")
        return _ends(copy.execute), _migrations(copy.execute)


def _dump(url: str, to: Path) -> tuple[list[End], list[str]]:
    """A dump of a PostgreSQL database and its log ends, both of one moment."""
    import psycopg

    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        if connection.execute("SELECT to_regclass('core_council')").fetchone() == (None,):
            raise BackupError("The database has no tables yet: run `samskab migrate`.")
        found = _ends(connection.execute), _migrations(connection.execute)
        for (snapshot,) in connection.execute("SELECT pg_export_snapshot()").fetchall():
            words = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
            _postgres("pg_dump", url, *words, f"--file={to}")
    return found


def _ends(execute: Any) -> list[End]:
    rows = execute("SELECT slug, log_seq, log_hash FROM core_council ORDER BY slug").fetchall()
    return [End(*row) for row in rows]


def _migrations(execute: Any) -> list[str]:
    rows = execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    return [f"{app}.{name}" for app, name in rows]


def _postgres(program: str, url: str, *words: str) -> None:
    """One of PostgreSQL's programs; the password goes by the environment, where others do not
    see it."""
    from psycopg.conninfo import conninfo_to_dict

    known = conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    given = {name: str(known[key]) for key, name in names.items() if known.get(key)}
    database = f"--dbname={known.get('dbname', '')}"
    try:
        subprocess.run(
            [program, database, *words],
            check=True,
            env={**os.environ, **given},
            stderr=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError as error:
        raise BackupError(f"{program} is missing: `apt-get install postgresql-client`.") from error
    except subprocess.CalledProcessError as error:
        raise BackupError(f"{program} failed: {error.stderr.strip()}") from error


def _uploads(data: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((data / UPLOADS).rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(data).as_posix(), path


def _pack(file: Path, sources: dict[str, Path]) -> dict[str, Member]:
    """Size and digest are of what was read. A file that went away meanwhile was deleted by
    somebody; it is left out."""
    found = {}
    with zipfile.ZipFile(file, "w") as archive:
        for name, path in sources.items():
            with suppress(FileNotFoundError), path.open("rb") as source:
                found[name] = _add(archive, zipfile.ZipInfo.from_file(path, name), source)
    return found


def _add(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: IO[bytes]) -> Member:
    info.compress_type = zipfile.ZIP_DEFLATED
    digest, size = sha256(), 0
    with archive.open(info, "w", force_zip64=True) as target:
        while part := source.read(1 << 20):
            digest.update(part)
            size += len(part)
            target.write(part)
    return Member(size, digest.hexdigest())


def _digest(file: IO[bytes]) -> str:
    return file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


# --- taking one back ---------------------------------------------------------------------------
def _check(file: Path) -> Manifest:
    """Every member is what the manifest says, and there is no other."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = Manifest.from_json(archive.read(MANIFEST))
            if sorted(archive.namelist()) != sorted([MANIFEST, *manifest.files]):
                raise BackupError(f"{file} holds other files than its manifest names.")
            for name, member in manifest.files.items():
                if not _is_ours(name):
                    raise BackupError(f"{file} names a file that no backup has: {name}")
                if archive.getinfo(name).file_size != member.size:
                    raise BackupError(f"{name} in {file} has another size than it had.")
                with archive.open(name) as content:
                    if _digest(content) != member.sha256:
                        raise BackupError(f"{name} in {file} was changed.")
    except FileNotFoundError as error:
        raise BackupError(f"There is no file {file}.") from error
    except (zipfile.BadZipFile, KeyError, OSError) as error:
        raise BackupError(f"{file} is no backup, or is damaged: {error}") from error
    return manifest


def _is_ours(name: str) -> bool:
    path = PurePosixPath(name)
    plain = ".." not in path.parts and not path.is_absolute() and "\\" not in name
    return plain and (name in {SQLITE, POSTGRES, *KEYS} or path.parts[0] == UPLOADS)


def _restore(env: Environment, data: Path, file: Path, *, replace: bool) -> str:
    manifest = _check(file)
    url = env.text("DATABASE_URL")
    _refuse_other_kind(manifest, url)
    _refuse_occupied(data, url, replace=replace)
    _refuse_without_key(env, manifest, data)
    _refuse_newer(manifest)
    with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as folder:
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder, list(manifest.files))  # names were checked
        if url:
            _postgres("pg_restore", url, "--no-owner", "--single-transaction",
                      str(Path(folder) / POSTGRES))  # fmt: skip
        aside = _set_aside(data) if replace else None
        _put_in_place(Path(folder), data)
    _bring_up(manifest, url, data)
    kept = f" What was there is in {aside}." if aside else ""
    entries = sum(end.entries for end in manifest.councils)
    return (
        f"Taken back as of {manifest.made}: {len(manifest.councils)} councils, "
        f"{entries} log entries, each chain holds.{kept} Now `samskab doctor`."
    )


def _refuse_other_kind(manifest: Manifest, url: str) -> None:
    if (manifest.database == POSTGRES) != bool(url):
        kind = "PostgreSQL: set DATABASE_URL" if not url else "SQLite: leave DATABASE_URL empty"
        raise BackupError(f"The backup is of {kind}.")


def _refuse_without_key(env: Environment, manifest: Manifest, data: Path) -> None:
    key = KEYS[0]
    given = env.text("SAMSKAB_SECRET_KEY") or key in manifest.files or (data / key).exists()
    if not given:
        raise BackupError(f"The backup has no secret key. Put {key} into {data} first.")


def _refuse_newer(manifest: Manifest) -> None:
    """A database that knows steps which this program does not is of a newer version."""
    import django
    from django.db.migrations.loader import MigrationLoader

    django.setup()
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {name.split(".")[0] for name in known}
    newer = [m for m in manifest.migrations if m not in known and m.split(".")[0] in ours]
    if newer:
        raise BackupError(f"The backup is of a newer Samskab ({newer[-1]}). Upgrade first.")


def _refuse_occupied(data: Path, url: str, *, replace: bool) -> None:
    if url:
        import psycopg

        with psycopg.connect(url) as connection:
            there = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
        if there and there[0]:
            raise BackupError("The database is not empty. Make an empty one, and name it.")
    elif (data / DATABASE).exists() and not replace:
        raise BackupError(f"{data} has a database. Stop everything, then give --replace.")


def _set_aside(data: Path) -> Path:
    """The keys are copied: a backup without them is taken back with those that are here."""
    aside = data / f"before-restore-{stamp()}"
    aside.mkdir()
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", UPLOADS):
        if (data / name).exists():
            (data / name).rename(aside / name)
    for name in KEYS:
        if (data / name).exists():
            shutil.copy2(data / name, aside / name)
    return aside


def _put_in_place(folder: Path, data: Path) -> None:
    for path in folder.iterdir():
        to = data / (DATABASE if path.name == SQLITE else path.name)
        if path.name == POSTGRES:
            continue
        if path.name == UPLOADS and to.exists():
            shutil.copytree(path, to, dirs_exist_ok=True)
        else:
            path.replace(to)
        if path.name in KEYS:
            to.chmod(0o600)


def _bring_up(manifest: Manifest, url: str, data: Path) -> None:
    """Every log ends where it ended, the database is brought up to date, and every chain holds.
    In processes of their own: they read the keys that are there now."""
    if (ends := _ends_there(url, data)) != manifest.councils:
        raise BackupError(f"Taken back, but the logs end elsewhere: {ends}")
    for words in (["migrate"], ["verify-log"]):
        program = [sys.executable, "-m", "samskab.cli", *words]
        done = subprocess.run(program, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stdout + done.stderr).strip()
            raise BackupError(f"Taken back, but `samskab {words[0]}` says: {said}")


def _ends_there(url: str, data: Path) -> list[End]:
    if not url:
        with closing(sqlite3.connect(data / DATABASE)) as connection:
            return _ends(connection.execute)
    import psycopg

    with psycopg.connect(url) as postgres:
        return _ends(postgres.execute)
