"""Installations of their own to measure: a folder with the example council, and a server."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[1]
# A setting of the machine's own installation must not reach the ones that are measured.
OWN = ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SAMSKAB_HOSTS", "SAMSKAB_WORKERS")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def scratch() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="samskab-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def environment(folder: Path, port: int, settings: str = "", database: str = "") -> dict[str, str]:
    found = {name: value for name, value in os.environ.items() if name not in OWN}
    found |= {"SAMSKAB_DATA": str(folder), "PORT": str(port), "SAMSKAB_SECRET_KEY": ""}
    paths = [str(PROJECT), os.environ.get("PYTHONPATH", "")]
    found["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    chosen = {"DJANGO_SETTINGS_MODULE": settings, "DATABASE_URL": database}
    return found | {name: value for name, value in chosen.items() if value}


def command(folder: Path, *words: str, database: str = "") -> None:
    """Runs a module of Python against the folder (or a database elsewhere), to its end."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=PROJECT,
        env=environment(folder, 8000, database=database),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-800:]}")


@cache
def _example() -> Path:
    """The example council, loaded once and only ever copied."""
    folder = scratch() / "example"
    folder.mkdir()
    command(folder, "samskab.cli", "migrate")
    command(folder, "samskab.cli", "demo")
    return folder


def example(name: str) -> Path:
    """A folder of one's own with the example council."""
    return Path(shutil.copytree(_example(), scratch() / name))


@contextmanager
def running(
    folder: Path, port: int, *words: str, settings: str = "", database: str = ""
) -> Iterator[float]:
    """A process tree that serves the folder, ended afterwards; gives the seconds it took until
    the front page answered."""
    console = (folder / "console").open("ab")
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "samskab.cli", *words],
        cwd=PROJECT,
        env=environment(folder, port, settings, database),
        stdout=console,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait(process, folder, port)
        yield time.monotonic() - start
    finally:
        _end(process)
        console.close()


def _wait(process: subprocess.Popen[bytes], folder: Path, port: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    said = (folder / "console").read_text(errors="replace")[-800:]
    raise RuntimeError(f"no answer, exit code {process.poll()}:\n{said}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=15)
    # whoever of the tree is still there
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
