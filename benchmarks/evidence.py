"""Evaluating 10,000 answers and pooling 1,000 places, from Python objects to the result.

The peer of the evaluation is its heart done plainly: the mean of every pair of changes, in one
array, and their median.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from benchmarks.claims import Figure
from samskab.engine.evidence.change import paired_change
from samskab.engine.evidence.evaluation import Answer, evaluate
from samskab.engine.evidence.instruments import instrument
from samskab.engine.evidence.pooling import pool

ANSWERS, EXACT, PLACES = 10_000, 600, 1_000
SECONDS = 1.0

R = TypeVar("R")


def timed(work: Callable[[], R], times: int = 3) -> tuple[float, R]:
    """The best of a few runs, and what it gave."""
    best = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        found = work()
        best = min(best, time.perf_counter() - start)
    return best, found


def measure() -> list[Figure]:
    draw = np.random.default_rng(7)
    used = instrument("who5")
    few = made_up(draw, EXACT)
    exact, _ = timed(lambda: evaluate(few, used), times=1)
    answers = made_up(draw, ANSWERS)
    seconds, found = timed(lambda: evaluate(answers, used))
    sides = {
        code: {one.code: used.score(one.items) or 0.0 for one in answers if one.round == code}
        for code in ("before", "after")
    }
    before, after = (np.array([sides[r][c] for c in sorted(sides[r])]) for r in sides)
    ours, change = timed(lambda: paired_change(before.tolist(), after.tolist()))
    plain, middle = timed(lambda: middle_of_pairs(after - before))
    if change.estimate != middle or found.change.estimate != middle:
        raise ValueError(f"the estimates differ: {change.estimate} and {middle}")
    estimates = draw.normal(5, 3, PLACES).tolist()
    errors = draw.uniform(0.5, 3, PLACES).tolist()
    moments, _ = timed(lambda: pool(estimates, errors, method="paule-mandel"))
    likelihood, _ = timed(lambda: pool(estimates, errors, method="reml"))
    return [
        Figure(f"evaluating {ANSWERS:,} answers", seconds, SECONDS, "s"),
        Figure(f"evaluating {EXACT} answers exactly, the first time", exact, SECONDS, "s"),
        Figure("typical change, against all pairs", ours / plain, 1.0, "×", f"{plain:.2f} s plain"),
        Figure(f"pooling {PLACES:,} places, Paule–Mandel", moments, SECONDS, "s"),
        Figure(f"pooling {PLACES:,} places, REML", likelihood, SECONDS, "s"),
    ]


def made_up(draw: np.random.Generator, number: int) -> list[Answer]:
    """Half of the answers before, half after, from the same people."""
    items = draw.integers(0, 6, (number, 5)).tolist()
    half = number // 2
    return [
        Answer(f"{at % half:06}", "before" if at < half else "after", tuple(row))
        for at, row in enumerate(items)
    ]


def middle_of_pairs(changes: np.ndarray) -> float:
    """Hodges–Lehmann by its definition: O(n²) in time and memory."""
    one, other = np.triu_indices(len(changes))
    return float(np.median((changes[one] + changes[other]) / 2))
