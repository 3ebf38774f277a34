"""A table of 100,000 rows taken in through the website: how long everybody else has to wait.

SQLite has one lock for writing. It is held from the beginning of a transaction to its end, and
whoever else wants to write waits. Measured is the processor's time between the two, for the
longest transaction of each step: a file of actors, one of initiatives (22 words of Danish each,
one target group, activity and place), and the same initiatives again with every text changed.
Time by the clock is printed beside it; other work on the machine is measured in that too.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.claims import Figure
from benchmarks.installation import command, example

MANY = 100_000
ACTORS = 5_000
# What others may have to wait, in seconds of the processor.
LIMITS = {"hand in": 1, "look": 1, "take in": 15}


def measure(many: int = MANY) -> list[Figure]:
    folder = example("imports")
    command(folder, "benchmarks.imports", str(many))
    found = json.loads((folder / "imports.json").read_text())
    return [
        Figure(
            f"{step}: {name}",
            cpu,
            LIMITS[step],
            "s",
            f"{wall:.1f} s by the clock, {statements:,} statements",
        )
        for step, name, cpu, wall, statements in found
    ]


class Held:
    """The longest transaction: its processor time, its time by the clock, its statements."""

    def __init__(self) -> None:
        self.longest = (0.0, 0.0, 0)

    @contextmanager
    def watched(self) -> Iterator[None]:
        from django.db import connection

        begin, commit = connection._start_transaction_under_autocommit, connection.commit
        count = [0]

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            count[0] += 1
            return execute(sql, params, many, context)

        def on_begin() -> None:
            begin()
            self._start = time.thread_time(), time.monotonic(), count[0]

        def on_commit() -> None:
            commit()
            cpu, wall, statements = self._start
            one = time.thread_time() - cpu, time.monotonic() - wall, count[0] - statements
            self.longest = max(self.longest, one)

        connection._start_transaction_under_autocommit = on_begin  # type: ignore[method-assign]
        connection.commit = on_commit  # type: ignore[method-assign]
        with connection.execute_wrapper(counted):
            yield
        connection._start_transaction_under_autocommit = begin  # type: ignore[method-assign]
        connection.commit = commit  # type: ignore[method-assign]


def main(many: int) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
    django.setup()
    found: list[tuple[str, str, float, float, int]] = []
    path = Path(os.environ["SAMSKAB_DATA"]) / "imports.json"
    for kind, name, data in files(many):
        for step, held in taken_in(kind, data):
            found.append((step, name, *held.longest))
            print(step, name, held.longest, flush=True)
    path.write_text(json.dumps(found))


def files(many: int) -> Iterator[tuple[str, str, bytes]]:
    from wordfreq import top_n_list

    from samskab.civic.commons.actors.models import Category

    draw = random.Random(1)
    usual = [word for word in top_n_list("da", 6000) if word.isalpha() and len(word) > 3]
    weights = [1 / (at + 3) for at in range(len(usual))]
    words = {
        kind: [row.name_da for row in Category.objects.filter(kind=kind, merged_into=None)[:40]]
        for kind in ("target_group", "activity", "place")
    }

    def text() -> str:
        return " ".join(draw.choices(usual, weights, k=22))

    def some(kind: str) -> str:
        return draw.choice(words[kind])

    heads = ["Nr", "Navn", "Type", "Om"]
    yield (
        "aktoerer",
        "actors",
        table(heads, ([f"a{at}", f"Forening {at}", "forening", text()] for at in range(many))),
    )
    heads = ["Nr", "Aktør", "Navn", "Beskrivelse", "Målgruppe", "Aktivitet", "Sted", "Fra", "Timer"]

    def rows() -> Iterator[list[str]]:
        for at in range(many):
            yield [
                f"i{at}", f"a{at % ACTORS}", f"{draw.choice(usual)} {at}", text(),
                some("target_group"), some("activity"), some("place"), "2019", "40",
            ]  # fmt: skip

    listed = list(rows())
    yield "initiativer", "initiatives", table(heads, listed)
    for row in listed:
        row[3] = text()
    yield "initiativer", "initiatives changed", table(heads, listed)


def table(heads: list[str], rows: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([heads, *rows])
    return out.getvalue().encode()


def taken_in(kind: str, data: bytes) -> Iterator[tuple[str, Held]]:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from samskab.civic.foundation.accounts.models import User
    from samskab.civic.foundation.imports.actions import work
    from samskab.civic.foundation.imports.models import Upload

    user = User.objects.get(email="sekretariat@eksempel.dk")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)

    def post(url: str, given: Any = None) -> None:
        answer = client.post(url, given or {})
        assert answer.status_code == 302, (url, answer.status_code, answer.content.decode()[:3000])

    def latest() -> Upload:
        return Upload.objects.latest("pk")

    held = Held()
    with held.watched():
        post(f"/import/{kind}/", {"file": SimpleUploadedFile("a.csv", data)})
    yield "hand in", held
    upload = latest()
    held = Held()
    with held.watched():
        post(f"/import/fil/{upload.pk}/kolonner/", upload.columns)
        work.call(upload.pk, user.pk, "da", "look")
    yield "look", held
    upload = latest()
    assert upload.ready, upload.report
    held = Held()
    with held.watched():
        post(f"/import/fil/{upload.pk}/hent-ind/")
        work.call(upload.pk, user.pk, "da", "take")
    assert latest().state == "done"
    yield "take in", held


if __name__ == "__main__":
    main(int(sys.argv[1]))
