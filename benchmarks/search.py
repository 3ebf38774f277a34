"""Server time of search over a million documents, on SQLite and on PostgreSQL.

A real server on each database answers the same 400 queries of one to three words: a third has a
misspelt word, a fifth breaks off in the middle of one. The page is drawn anew each time and read
to its end over a kept-open connection. Beside it stands the same page without a query, which is
what the machine needs for a page at that moment.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.claims import Figure
from benchmarks.installation import PROJECT, command, environment, example, free_port, running
from benchmarks.pages import Visitor
from scripts.test_postgres import programs, temporary_server

MANY, WARM_UP = 1_000_000, 40
LIMIT = 50
PLAIN = "/soeg/"


def measure() -> list[Figure]:
    figures = [_measured("SQLite", example("search"), "")]
    folder = programs()
    if folder is None:
        print("  LEFT OUT: PostgreSQL is not on this machine (`apt-get install postgresql`)")
        return figures
    with ExitStack() as stack:
        database = stack.enter_context(temporary_server(folder))
        home = example("search-postgres")
        command(home, "samskab.cli", "migrate", database=database)
        command(home, "samskab.cli", "demo", database=database)
        figures.append(_measured("PostgreSQL", home, database))
    return figures


def _measured(name: str, folder: Path, database: str) -> Figure:
    queries = _fill(folder, database)
    port = free_port()
    with running(folder, port, "serve", database=database):
        visitor = Visitor(port, {"drawn": "anew"})
        for query in queries[:WARM_UP]:
            visitor.get(_address(query))
        visitor.times.clear()
        for query in queries[WARM_UP:]:
            visitor.get(_address(query))
            visitor.get(PLAIN)
    return figure(name, visitor)


def _fill(folder: Path, database: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.search_fill", str(MANY)],
        cwd=PROJECT,
        env=environment(folder, 8000, database=database),
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"filling ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def _address(query: str) -> str:
    return f"{PLAIN}?{urlencode({'q': query})}"


def figure(name: str, visitor: Visitor) -> Figure:
    plain = visitor.times.pop(PLAIN)
    times = sorted(second * 1000 for seconds in visitor.times.values() for second in seconds)
    p95 = statistics.quantiles(times, n=20)[-1]
    beside = (
        f"median {statistics.median(times):.0f} ms, longest {times[-1]:.0f} ms; the page without"
        f" a query {statistics.median(plain) * 1000:.0f} ms"
    )
    return Figure(f"{name}, 95 of 100 queries over {MANY:,} documents", p95, LIMIT, "ms", beside)
