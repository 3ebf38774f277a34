"""How good search is: a hundred judged Danish queries, beside plain FTS5 over the same pages.

The pages are those of the example council. FTS5 stands as it comes (unicode61, bm25), once
asking for all the words and once for any of them; the better one is the peer. nDCG@10 with
grades 2 and 1, gains 3 and 1. Half of the queries was looked at while the settings were made; by
the other half none was chosen, but one person wrote and judged both, and its mean was seen a few
times on the way: it is no unseen set.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.claims import Figure
from benchmarks.installation import PROJECT, environment, example

JUDGED = Path(__file__).parent / "data" / "search_judged.txt"
FIRST = 10
Page = tuple[str, str]


@dataclass(frozen=True)
class Judged:
    query: str
    how: str
    held: bool
    grades: dict[Page, int]

    def ndcg(self, found: Iterable[Page]) -> float:
        """Each page counts where it first stands; 1 is the best order that there is."""
        gains = [2 ** self.grades.get(page, 0) - 1 for page in list(found)[:FIRST]]
        best = sorted((2**grade - 1 for grade in self.grades.values()), reverse=True)[:FIRST]
        return _discounted(gains) / _discounted(best)


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(at + 2) for at, gain in enumerate(gains))


def judged() -> list[Judged]:
    lines = JUDGED.read_text(encoding="utf-8").splitlines()
    return [_judged(line) for line in lines if not line.startswith("#")]


def _judged(line: str) -> Judged:
    query, how, half, pages = line.split("|")
    grades = {}
    for page in pages.split("; "):
        name, _, grade = page.rpartition(" = ")
        kind, _, title = name.partition(": ")
        grades[kind, title] = int(grade)
    return Judged(query, how, half == "held", grades)


def answers() -> dict[str, dict[str, float]]:
    """For each method the nDCG of each query. Runs inside an installation."""
    import django

    django.setup()
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.public.search.actions import reindex
    from samskab.civic.public.search.queries import search
    from samskab.civic.public.search.sources import SOURCES

    council = Council.objects.get(is_default=True)
    reindex(council)
    pages = [
        (source.kind.value, source.title(row), source.text(row))
        for source in SOURCES
        for row in source.rows(council).order_by("pk")
    ]
    plain = _fts5(pages)
    methods: dict[str, Callable[[str], list[Page]]] = {
        "ours": lambda q: [(hit.kind.value, hit.title) for hit in search(council, q).hits],
        "FTS5, all words": lambda q: plain(q, " "),
        "FTS5, any word": lambda q: plain(q, " OR "),
    }
    return {
        name: {one.query: one.ndcg(dict.fromkeys(method(one.query))) for one in judged()}
        for name, method in methods.items()
    }


def _fts5(pages: Sequence[tuple[str, str, str]]) -> Callable[[str, str], list[Page]]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE page USING fts5(kind UNINDEXED, title, text)")
    database.executemany("INSERT INTO page VALUES (?, ?, ?)", pages)
    query = "SELECT kind, title FROM page WHERE page MATCH ? ORDER BY bm25(page, 0, 4, 1) LIMIT 30"

    def ask(q: str, between: str) -> list[Page]:
        words = between.join(f'"{word}"' for word in re.findall(r"\w+", q))
        return [(kind, title) for kind, title in database.execute(query, [words])]

    return ask


def measure() -> list[Figure]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.search_quality"],
        cwd=PROJECT,
        env=environment(example("quality"), 8000, "samskab.config.settings"),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-800:])
    found: dict[str, dict[str, float]] = json.loads(done.stdout)
    for how in sorted({one.how for one in judged()}):
        print(f"  {how}: {_beside(found, lambda one, how=how: one.how == how)}")
    return [
        _figure("half that was looked at", found, lambda one: not one.held),
        _figure("half that was held back", found, lambda one: one.held),
    ]


def _mean(scores: dict[str, float], chosen: Callable[[Judged], bool]) -> float:
    return statistics.mean(scores[one.query] for one in judged() if chosen(one))


def _beside(found: dict[str, dict[str, float]], chosen: Callable[[Judged], bool]) -> str:
    return ", ".join(f"{name} {_mean(scores, chosen):.3f}" for name, scores in found.items())


def _figure(
    what: str, found: dict[str, dict[str, float]], chosen: Callable[[Judged], bool]
) -> Figure:
    """The lower figure holds, so what is measured is FTS5's share of ours."""
    ours = _mean(found["ours"], chosen)
    peer = max(_mean(found[name], chosen) for name in found if name != "ours")
    beside = f"nDCG@10: {_beside(found, chosen)}"
    return Figure(f"best of FTS5 over ours, {what}", peer / ours, 0.6, "×", beside)


if __name__ == "__main__":
    print(json.dumps(answers()))
