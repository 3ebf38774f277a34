"""Server time of pages: 100 against 100,000 challenges, and against the floor.

Two real servers stand side by side, one on each database, and are asked in turn over kept-open
connections, so that other work on the machine hits both alike. The ratios are of medians. The
floor is the page frame with nothing in it after one query, in the same server process.

Growth is measured on pages that are drawn anew each time. Over the floor, a page is measured as
visitors get it: drawn once and kept until something changes; beside it stands what it costs to
draw. The floor is always drawn.
"""

from __future__ import annotations

import http.client
import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.claims import Figure, number
from benchmarks.installation import command, example, free_port, running

FEW, MANY = 100, 100_000
WARM_UP, ROUNDS, LEAST = 20, 300, 60
# On a machine that is busy the rounds end here, once there are enough of them.
SECONDS = 90.0
GROWTH, OVER_FLOOR = 1.2, 3.0
FLOOR = "/gulv/"
SETTINGS = "benchmarks.floor_settings"


@dataclass
class Visitor:
    """A citizen without an account, whose browser keeps its connection and its cookies."""

    port: int
    # A browser that brings a cookie of any name gets a page drawn for it alone.
    cookies: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str, *, packed: bool = True) -> str:
        headers = {"Accept-Encoding": "gzip"} if packed else {}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        start = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        self.times.setdefault(path, []).append(seconds)
        return "" if packed else body.decode()

    def median(self, path: str) -> float:
        return statistics.median(self.times[path])


def measure() -> list[Figure]:
    folders = example("few"), example("many")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_fill, folders, (FEW, MANY)))
    ports = free_port(), free_port()
    with (
        running(folders[0], ports[0], "serve", settings=SETTINGS),
        running(folders[1], ports[1], "serve", settings=SETTINGS),
    ):
        few, many = (Visitor(port, {"drawn": "anew"}) for port in ports)
        kept = Visitor(ports[1])
        paths = _paths(few, many)
        _ask((few, many, kept), [FLOOR, *paths.values()])
    print(f"  medians of {len(few.times[FLOOR])} rounds")
    return _figures(few, many, kept, paths)


def _fill(folder: Path, count: int) -> None:
    command(folder, "benchmarks.fill", str(count))


def _paths(few: Visitor, many: Visitor) -> dict[str, str]:
    """The pages to measure by name; the challenges stand in both databases."""
    newest = re.findall(r'href="(/udfordringer/\d+/)"', few.get("/udfordringer/", packed=False))[0]
    done = re.findall(
        r'href="(/udfordringer/\d+/)"', few.get("/udfordringer/?step=concept", packed=False)
    )
    walked = min(done, key=lambda path: int(path.split("/")[2]))
    for path in (newest, walked):
        many.get(path)
    return {
        "front page": "/",
        "list": "/udfordringer/",
        "challenge page, new": newest,
        "challenge page, all steps walked": walked,
    }


def _ask(visitors: tuple[Visitor, ...], paths: list[str]) -> None:
    """Rounds over all the pages of all, until there are enough or the time is up."""
    start = time.monotonic()
    for at in range(WARM_UP + ROUNDS):
        if at == WARM_UP:
            for visitor in visitors:
                visitor.times.clear()
        if at >= WARM_UP + LEAST and time.monotonic() - start > SECONDS:
            break
        for path in paths:
            # each goes first as often as the others
            for turn in range(len(visitors)):
                visitors[(at + turn) % len(visitors)].get(path)


def _figures(few: Visitor, many: Visitor, kept: Visitor, paths: dict[str, str]) -> list[Figure]:
    floor = many.median(FLOOR)
    growth, over = [], []
    for name, path in paths.items():
        small, large, given = few.median(path), many.median(path), kept.median(path)
        sizes = f"{_ms(small)} with {number(FEW)}, {_ms(large)} with {number(MANY)} challenges"
        growth.append(Figure(f"{name}, growth", large / small, GROWTH, "×", sizes))
        beside = f"{_ms(given)} against {_ms(floor)}; drawn anew {large / floor:.2f} ×"
        over.append(Figure(f"{name}, over the floor", given / floor, OVER_FLOOR, "×", beside))
    return growth + over


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
