"""A vote through the website: what recording it costs, and how soon the map shows it.

Recording stands beside the plainest Django project that inserts a row (`inquiry_plain`): two
real servers on databases of their own, asked in turn over kept-open connections. The map is
measured with server and worker as people run them: a vote is cast in an inquiry with 50,000
votes, and the page of the map is asked for until it counts that vote.
"""

from __future__ import annotations

import http.client
import os
import re
import statistics
import sys
import time
from pathlib import Path
from random import Random
from urllib.parse import urlencode

from benchmarks.claims import Figure, number
from benchmarks.installation import command, example, free_port, running, scratch

VOTES, EACH, STATEMENTS = 50_000, 20, 60
ROUNDS, WARM_UP, MAPS = 150, 15, 5
SECONDS = 90.0
DEAREST, LATEST = 3.0, 1.0
PLAIN = "benchmarks.inquiry_plain"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
COUNTED = re.compile(r"har givet ([\d.]+) svar")


class Browser:
    """Somebody's browser: one connection, cookies, and the token of the last page."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def get(self, path: str) -> str:
        body = self._ask("GET", path)[1]
        if found := TOKEN.search(body):
            self.token = found[1]
        return body

    def post(self, path: str, **values: int) -> float:
        """Seconds until the redirect is there."""
        start = time.perf_counter()
        status, _body = self._ask("POST", path, urlencode(values))
        seconds = time.perf_counter() - start
        if status != 302:
            raise RuntimeError(f"{path} answered {status} to a vote")
        return seconds

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.token
        self.connection.request(method, path, body or None, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text


def measure() -> list[Figure]:
    folder, plain = example("votes"), scratch() / "plain"
    plain.mkdir()
    command(folder, "benchmarks.inquiry_votes", "fill")
    command(plain, "benchmarks.inquiry_votes", "plain")
    path = (folder / "inquiry").read_text()
    keys = [int(key) for key in (folder / "statements").read_text().split()]
    return [_recording(folder, plain, path, keys), _drawing(folder, path, keys)]


def _recording(folder: Path, plain: Path, path: str, keys: list[int]) -> Figure:
    ports = free_port(), free_port()
    with (
        running(folder, ports[0], "serve"),
        running(plain, ports[1], "serve", "--prepared", settings=PLAIN),
    ):
        ours, theirs = _alternately(ports, f"{path}stem/", keys)
    beside = f"{ours * 1000:.1f} ms against {theirs * 1000:.1f} ms"
    return Figure("recording a vote, over the plainest insert", ours / theirs, DEAREST, "×", beside)


def _alternately(ports: tuple[int, int], path: str, keys: list[int]) -> tuple[float, float]:
    """Medians of a vote and of a plain insert, cast in turn by the same people."""
    ours: list[float] = []
    theirs: list[float] = []
    chance, start = Random(3), time.monotonic()
    while len(ours) < WARM_UP + ROUNDS and time.monotonic() - start < SECONDS:
        here, there = Browser(ports[0]), Browser(ports[1])
        here.get(path)
        there.get(f"/?who={len(ours)}")
        # the first answer makes the person's row; people give many after it
        for at, key in enumerate(chance.sample(keys, EACH)):
            value = chance.choice([1, -1, 0])
            pair = (
                here.post(path, statement=key, value=value),
                there.post("/", statement=key, value=value),
            )
            if at:
                ours.append(pair[0])
                theirs.append(pair[1])
    return statistics.median(ours[WARM_UP:]), statistics.median(theirs[WARM_UP:])


def _drawing(folder: Path, path: str, keys: list[int]) -> Figure:
    port = free_port()
    waits = []
    with running(folder, port, "run"):
        Browser(port).get(f"{path}kort/")  # the first page loads the numbers
        for at in range(MAPS + 1):
            voter = Browser(port)
            voter.get(f"{path}stem/")
            before, start = _counted(voter, path), time.perf_counter()
            voter.post(f"{path}stem/", statement=keys[at], value=1)
            while _counted(voter, path) == before and time.perf_counter() - start < 30:
                time.sleep(0.02)
            waits.append(time.perf_counter() - start)
            time.sleep(10 * waits[-1])  # all is quiet again
    after = statistics.median(waits[1:])  # the worker's first map loads SciPy
    beside = f"{number(VOTES)} votes; first {waits[0]:.2f} s, slowest {max(waits[1:]):.2f} s"
    return Figure("from a vote to the map with it", after, LATEST, "s", beside)


def _counted(browser: Browser, path: str) -> str:
    found = COUNTED.search(browser.get(f"{path}kort/"))
    return found[1] if found else ""


# --- what runs inside an installation ----------------------------------------------------------
def fill() -> None:
    """An open inquiry of 50,000 votes by people of three leanings, and its map."""
    from django.utils import timezone

    from samskab.civic.foundation.core.principal import system
    from samskab.civic.journey.inquiry import actions
    from samskab.civic.journey.inquiry.models import Inquiry, Participant, Statement, Vote

    inquiry = Inquiry.objects.filter(status="open", votes_open=True).order_by("pk")[0]
    texts = [f"Udsagn nummer {at} til målingen" for at in range(STATEMENTS)]
    by = system(inquiry.council)
    rows = actions.seed_statements(by=by, inquiry=inquiry, texts=texts)
    people = Participant.objects.bulk_create(
        (
            Participant(
                council=by.council, inquiry=inquiry, session_digest=f"{at:064x}", n_votes=EACH
            )
            for at in range(VOTES // EACH)
        ),
        batch_size=500,
    )
    chance, now = Random(1), timezone.now()
    leanings = [[chance.uniform(0.1, 0.9) for _row in rows] for _group in range(3)]
    sums = {row.pk: [0, 0, 0] for row in rows}
    votes = []
    for at, person in enumerate(people):
        for which in chance.sample(range(STATEMENTS), EACH):
            agrees = chance.random() < leanings[at % 3][which]
            value = 0 if chance.random() < 0.1 else 1 if agrees else -1
            sums[rows[which].pk][value] += 1  # -1 is the last of the three
            votes.append(
                Vote(
                    council=by.council,
                    statement=rows[which],
                    participant=person,
                    value=value,
                    at=now,
                )
            )
    Vote.objects.bulk_create(votes, batch_size=2000)
    for row in rows:
        row.n_pass, row.n_agree, row.n_disagree = sums[row.pk]
    Statement.objects.bulk_update(rows, ["n_agree", "n_disagree", "n_pass"])
    inquiry.refresh_from_db()
    inquiry.n_votes, inquiry.n_people = inquiry.n_votes + VOTES, inquiry.n_people + len(people)
    inquiry.unmapped = 0
    inquiry.save()
    actions.draw_map(inquiry)
    folder = Path(os.environ["SAMSKAB_DATA"])
    (folder / "inquiry").write_text(f"/udfordringer/{inquiry.challenge_id}/kernen/")
    (folder / "statements").write_text(" ".join(str(row.pk) for row in rows))


def plain() -> None:
    """The tables of the plain project."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.inquiry_plain_urls import PlainVote

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(PlainVote)


def main(what: str) -> None:
    import django

    settings = PLAIN if what == "plain" else "samskab.config.settings"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    django.setup()
    {"fill": fill, "plain": plain}[what]()


if __name__ == "__main__":
    main(sys.argv[1])
