"""Measures the claims: `python -m benchmarks [NAME...]`, `--list` names them.

Every claim prints its figures beside a peer or a limit. The exit code is 1 when one of them
does not hold or breaks. What cannot be measured on this machine is said, never passed over.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FrameType

from benchmarks.claims import Figure, LeftOut, table

CLAIMS = {
    "pages": "pages cost the same with 100 and with 100,000 challenges, and little over the floor",
    "weight": "the front page is light over the wire",
    "visitors": "fifty visitors at once wait little longer than for an empty page",
    "phone": "the front page stands there whole soon on a slow phone",
    "start": "a second start is quick and changes nothing",
    "search": "search over a million documents is quick, on SQLite and on PostgreSQL",
    "search_quality": "search finds what is meant, beside plain FTS5",
    "inquiry_votes": "a vote is recorded cheaply, and the map shows it at once",
    "opinion_prediction": "opinion groups predict hidden votes better than the peers do",
    "opinion_planted": "groups that are there are found, and none where there are none",
    "opinion_stability": "opinion groups hold still",
    "opinion_speed": "opinion maps are quick and lean",
    "matching": "coalitions are found and proven in time",
    "voting": "a budget is shared out in exact fractions in time",
    "overlap_quality": "overlap is told from look-alikes better than word counts tell it",
    "overlap_scale": "overlap is found among 100,000 initiatives in time",
    "imports": "a table of 100,000 rows holds nobody up for long",
    "evidence": "evaluating and pooling are quick",
    "spam": "spam is held, and real comments are not",
    "concepts": "a concept is printed and imported in time, a known catalogue costs one request",
}
Row = tuple[str, str, str, str, str]
HEAD: Row = ("claim", "what", "measured", "limit", "verdict")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the claims.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the claims to measure; all of")
    parser.add_argument("--list", action="store_true", help="name the claims and stop")
    asked = parser.parse_args(arguments)
    if asked.list:
        print(table((name, about) for name, about in CLAIMS.items()))
        return 0
    if unknown := [name for name in asked.names if name not in CLAIMS]:
        parser.error(f"no claim {', '.join(unknown)}; there is {', '.join(CLAIMS)}")
    signal.signal(signal.SIGTERM, stop)
    return run(asked.names or list(CLAIMS))


def stop(number: int, frame: FrameType | None) -> None:
    """Ended from outside: the servers that were started end too."""
    raise SystemExit(128 + number)


def run(names: Sequence[str]) -> int:
    rows: list[Row] = []
    failed = 0
    for name in names:
        print(f"{name}: {CLAIMS[name]}", flush=True)
        start = time.monotonic()
        found, bad = measured(name)
        print(f"  ({time.monotonic() - start:.0f} s)\n", flush=True)
        rows += found
        failed += bad
    print(table([HEAD, *rows]))
    count = sum(row[4] != "left out" for row in rows)
    print(f"\n{count - failed} of {count} hold." if count else "\nNothing was measured.")
    return 1 if failed else 0


def measured(name: str) -> tuple[list[Row], int]:
    """The rows of a claim for the table, and how many of them fail."""
    measure: Callable[[], list[Figure]] = import_module(f"benchmarks.{name}").measure
    try:
        figures = measure()
    except LeftOut as reason:
        print(f"  LEFT OUT: {reason}")
        return [(name, "", "", "", "left out")], 0
    except Exception as error:  # the other claims are still worth measuring
        print(f"  BROKE: {type(error).__name__}: {error}")
        return [(name, "", "", "", "BROKE")], 1
    for figure in figures:
        print(figure.line())
    rows = [(name, one.what, one.measured, one.allowed, one.verdict) for one in figures]
    return rows, sum(not one.holds for one in figures)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
