"""The same tests on PostgreSQL: DATABASE_URL's server, else a temporary one of our own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from scripts.browser import chromium


def programs() -> Path | None:
    """The folder of Debian's newest PostgreSQL server programs, or of the one on the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


@contextlib.contextmanager
def temporary_server(folder: Path) -> Iterator[str]:
    """A server on a socket in a folder of its own, ended and removed afterwards."""
    user = _unprivileged()
    as_user = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
    with tempfile.TemporaryDirectory(prefix="samskab-pg-") as name:
        if user:
            shutil.chown(name, user)
        data = f"{name}/data"
        subprocess.run(
            [
                *as_user,
                str(folder / "initdb"),
                "-D",
                data,
                "-U",
                "samskab",
                "-A",
                "trust",
                "-E",
                "UTF8",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        options = f"-k {name} -c listen_addresses='' -c fsync=off -c full_page_writes=off"
        # A statement that never ends fails its test instead of holding all of them up.
        options += " -c statement_timeout=120s"
        control = [*as_user, str(folder / "pg_ctl"), "-D", data, "-l", f"{name}/log", "-w", "-s"]
        subprocess.run([*control, "-o", options, "start"], check=True)
        try:
            yield f"postgres://samskab@/postgres?host={name}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True)


def _unprivileged() -> str | None:
    """PostgreSQL does not run as root; Debian's package brings a user for it."""
    if os.getuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


@contextlib.contextmanager
def empty_database(url: str) -> Iterator[str]:
    """A database of our own beside the one that is named, dropped afterwards."""
    name = "samskab_thread"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def run(url: str, arguments: list[str]) -> int:
    """All tests but the engine's, which know no database; then the whole thread in a browser."""
    command = [sys.executable, "-m", "pytest", "-q"]
    parts = arguments or ["tests", "--ignore=tests/browser", "--ignore=tests/engine"]
    done = subprocess.call([*command, "-n", "2", *parts], env={**os.environ, "DATABASE_URL": url})
    if done or arguments:
        return done
    if chromium() is None:
        print("\nThe thread in a browser was LEFT OUT: no Chromium was found.")
        return 0
    with empty_database(url) as own:
        environment = {**os.environ, "DATABASE_URL": own}
        return subprocess.call([*command, "tests/browser/test_thread.py"], env=environment)


def main(arguments: list[str]) -> int:
    if url := os.environ.get("DATABASE_URL"):
        return run(url, arguments)
    folder = programs()
    if folder is None:
        print("No PostgreSQL server found. Set DATABASE_URL, or `apt-get install postgresql`.")
        return 1
    with temporary_server(folder) as url:
        return run(url, arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
