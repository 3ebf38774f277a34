"""Opinion maps are quick and lean, with all statistics but the bootstrap.

Made-up conversations of four groups with very uneven participation. Every map is drawn in a
process of its own, from arrays of votes to groups, intervals, tests and scores; seconds are those
of the processor, and the memory is the most that the process took. red-dwarf gets the same votes,
in the same run, as the list of dictionaries that it takes.

    python -m benchmarks opinion_speed
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from benchmarks.claims import Figure
from benchmarks.opinion_prediction import Votes, has_red_dwarf, red_dwarf
from samskab.engine.opinion import VoteMatrix, map_opinions
from samskab.engine.opinion.projection import project

LARGE = (33_000, 800, 1_500_000)
SIZES = (((8_000, 300, 225_000), 0.3), (LARGE, 3.0), ((200_000, 2_000, 10_000_000), 20.0))
MEGABYTES = 600.0

Found = TypeVar("Found")


def made_up(people: int, statements: int, n_votes: int) -> Votes:
    """About so many votes (never more), every person and statement at most once."""
    rng = np.random.default_rng(0)
    agree = rng.random((4, statements))
    group = rng.integers(0, 4, people).astype(np.int64)
    activity = rng.lognormal(0, 1, people)
    drawn = rng.choice(people, int(n_votes * 1.3), p=activity / activity.sum())
    key = np.unique(drawn * statements + rng.integers(0, statements, len(drawn)))
    rows, columns = np.divmod(rng.permutation(key)[:n_votes], statements)
    agreed = rng.random(len(rows)) < agree[group[rows], columns]
    values = np.where(rng.random(len(rows)) < 0.15, 0, np.where(agreed, 1, -1))
    return Votes(rows.astype(np.int64), columns.astype(np.int64), values.astype(np.int64))


def ours(size: tuple[int, int, int]) -> dict[str, float]:
    # once with next to nothing, so that loading SciPy is not timed
    map_opinions(VoteMatrix.from_votes([(1, 1, 1), (2, 1, -1)]), bootstrap=0)
    votes = made_up(*size)
    matrix = timed(
        lambda: VoteMatrix.from_arrays(
            votes.rows, votes.columns, votes.values, range(size[0]), range(size[1])
        )
    )
    drawn = timed(lambda: map_opinions(matrix[0], bootstrap=0))
    return {
        "votes": len(votes.rows),
        "seconds": matrix[1] + drawn[1],
        "map": timed(lambda: project(matrix[0]))[1],
        "groups": drawn[0].n_groups,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def theirs(size: tuple[int, int, int]) -> dict[str, float]:
    votes = made_up(*size)
    seconds = timed(lambda: red_dwarf(votes, size[0]))[1]
    return {
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def timed(work: Callable[[], Found]) -> tuple[Found, float]:
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


def apart(who: str, size: tuple[int, int, int]) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.opinion_speed", who]
    done = subprocess.run([*command, *map(str, size)], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def measure() -> list[Figure]:
    figures = []
    for size, limit in SIZES:
        found = apart("ours", size)
        name = f"{found['votes']:,.0f} votes"
        said = f"{found['groups']:.0f} groups, the plane alone {found['map']:.2f} s"
        figures.append(Figure(f"{name}, whole map", found["seconds"], limit, "s", said))
        if size == LARGE:
            figures.append(Figure(f"{name}, memory", found["megabytes"], MEGABYTES, "MB"))
            figures += beside(name, found) if has_red_dwarf() else []
    return figures


def beside(name: str, found: dict[str, float]) -> list[Figure]:
    peer = apart("theirs", LARGE)
    said = f"red-dwarf {peer['seconds']:.1f} s, {peer['megabytes']:.0f} MB"
    return [
        Figure(
            f"{name}, whole map / red-dwarf", found["seconds"] / peer["seconds"], 0.1, "×", said
        ),
        Figure(f"{name}, plane / red-dwarf", found["map"] / peer["seconds"], 0.02, "×", said),
    ]


if __name__ == "__main__":
    who, *numbers = sys.argv[1:]
    people, statements, n_votes = map(int, numbers)
    print(json.dumps((ours if who == "ours" else theirs)((people, statements, n_votes))))
