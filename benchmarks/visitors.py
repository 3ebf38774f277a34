"""Fifty visitors at once: how long a public page keeps them waiting, beside the bare floor.

Fifty connections that stay open ask a real server for the same page, each anew as soon as it has
the last answer; then for the floor: the page frame with nothing in it after one query, which is
drawn each time. Page and floor take turns, so that other work on the machine hits both alike.
Before that eight visitors come one after another: whoever comes first has a page drawn anew, once
in each process of the server (`pages` measures that).
"""

from __future__ import annotations

import re
import statistics
from concurrent.futures import ThreadPoolExecutor

from benchmarks.claims import Figure
from benchmarks.installation import example, free_port, running
from benchmarks.pages import FLOOR, SETTINGS, Visitor

VISITORS, FIRST, EACH, ROUNDS = 50, 8, 4, 4
OVER_FLOOR = 3.0
# What the menu and the footer lead to, and one page of each kind.
LISTS = (
    *("/", "/udfordringer/", "/initiativer/", "/aktoerer/", "/tilbud/", "/pilotprojekter/"),
    *("/koncepter/", "/viden/", "/raadet/", "/raadet/medlemmer/", "/raadet/moeder/"),
    *("/raadet/beslutninger/", "/nyheder/", "/overlap/", "/huller/", "/om/", "/kontakt/"),
    *("/privatliv/", "/cookies/", "/soeg/?q=ensomhed"),
)
KINDS = ("udfordringer", "initiativer", "aktoerer", "pilotprojekter", "koncepter", "viden")


def measure() -> list[Figure]:
    folder, port = example("visitors"), free_port()
    with running(folder, port, "serve", settings=SETTINGS):
        first = Visitor(port)
        paths = _paths(first)
        crowd = [Visitor(port) for _ in range(VISITORS)]
        with ThreadPoolExecutor(VISITORS) as pool:
            shares = {path: _beside_floor(pool, crowd, path) for path in paths}
    worst = max(shares, key=lambda path: shares[path][0])
    share, waited, floor = shares[worst]
    middle = statistics.median(share for share, _, _ in shares.values())
    beside = (
        f"the slowest of {len(paths)} pages, {worst}: {waited * 1000:.0f} ms against"
        f" {floor * 1000:.0f} ms; the middle page {middle:.2f} ×"
    )
    for path, (one, _, _) in sorted(shares.items(), key=lambda item: -item[1][0])[:5]:
        print(f"  {path}: {one:.2f} ×")
    what = f"95 of 100 waits of {VISITORS} visitors, over the floor"
    return [Figure(what, share, OVER_FLOOR, "×", beside)]


def _paths(visitor: Visitor) -> list[str]:
    """The lists that there are, and the first page that each kind of list leads to."""
    found = []
    for path in LISTS:
        try:
            page = visitor.get(path, packed=False)
        except RuntimeError:
            continue
        found.append(path)
        name = path.strip("/")
        if name in KINDS and (hit := re.search(rf'href="(/{name}/(?!ny|atom)[\w-]+/)"', page)):
            found.append(hit[1])
    return found


def _beside_floor(
    pool: ThreadPoolExecutor, crowd: list[Visitor], path: str
) -> tuple[float, float, float]:
    """The 95th percentile of waiting for the page over that for the floor, and both."""
    for visitor in crowd[:FIRST]:
        visitor.get(path)
    for visitor in crowd:
        visitor.times.clear()
    for _ in range(ROUNDS):
        for asked in (path, FLOOR):
            list(pool.map(lambda visitor, asked=asked: _ask(visitor, asked), crowd))
    waited, floor = (_p95(crowd, asked) for asked in (path, FLOOR))
    return waited / floor, waited, floor


def _ask(visitor: Visitor, path: str) -> None:
    for _ in range(EACH):
        visitor.get(path)


def _p95(crowd: list[Visitor], path: str) -> float:
    times = [seconds for visitor in crowd for seconds in visitor.times[path]]
    return statistics.quantiles(times, n=20)[-1]
