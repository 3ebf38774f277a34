"""Coalitions from needs and offers: proven in time, and beside the greedy answer and CP-SAT.

Made up, in two kinds. `town`: needs have a kind (of a catalogue of at least 120), a place and a
period; parties have a home, and what they offer holds there or in the whole municipality, for
some months. Amounts needed and offered are alike, 1 to 20. Two needs in five share their kind
with another. `dense`: one kind for each need, no other kinds and no places, so that a party
fits many needs and hardly any can be ruled out: harder than life, and printed because it shows
where proof ends.

Two questions. `fewest` asks for the fewest parties, all of which weigh the same: what is asked
first of every coalition, and the harder one to prove, because so many choices are equally good.
`closest` weighs each party by how far it has to travel, whether it gains anything and whether it
is known: the weighted cover that the limits were first measured on. Both are held to them.
All that a question takes is timed: sifting by kind, date and place, the greedy answer, the
search, and sharing out the amounts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from benchmarks.claims import Figure
from samskab.engine.matching import Need, Offer, Proposal, closest, greedy, propose
from samskab.engine.matching.board import Board, lay_out
from samskab.engine.matching.stock import Stock, stock_from_columns

START = date(2026, 1, 1)
PLACES = 20
CATALOGUE = 120
SEEDS = (1, 2, 3)
PEER_SECONDS = 20.0


@dataclass(frozen=True)
class Case:
    needs: int
    actors: int
    offers: int
    proven: float
    seconds: float
    dense: bool = False

    @property
    def name(self) -> str:
        kind = "dense" if self.dense else "town"
        return f"{self.needs} × {self.actors:,} × {self.offers} {kind}"


SMALL = Case(50, 2_000, 20, proven=1.0, seconds=10.0)
LARGE = Case(500, 100_000, 5, proven=60.0, seconds=60.0)
DENSE = Case(50, 2_000, 20, proven=1.0, seconds=10.0, dense=True)
QUICK, GAP, MEMORY = 0.3, 1.0, 1_000.0


def measure() -> list[Figure]:
    # once with next to nothing, so that loading the solver is not timed
    propose([Need("n", "k", 1)], [Offer("o", "a", "k", 1)])
    found = [figure for case in (SMALL, LARGE) for figure in claimed(case)]
    print(hard(DENSE), flush=True)
    for weighed in (True, False):
        print(beside_cp_sat(LARGE, weighed=weighed), flush=True)
    return [*found, Figure("memory of the largest", memory(), MEMORY, "MB")]


def claimed(case: Case) -> Iterator[Figure]:
    """Greedy time, time to proof or to the limit, gap and what is not proven, by question."""
    for asked in ("fewest", "closest"):
        runs = [Run.of(case, seed, asked) for seed in SEEDS]
        said = "; ".join(run.line for run in runs)
        name = f"{case.name}, {asked}"
        yield Figure(f"{name}, greedy answer", _median(r.quick for r in runs), QUICK, "s", said)
        yield Figure(f"{name}, time taken", _median(r.seconds for r in runs), case.proven, "s")
        yield Figure(f"{name}, gap left", 100 * max(r.gap for r in runs), GAP, "%")
        missing = sum(not r.best.optimal for r in runs)
        yield Figure(f"{name}, seeds not proven", missing, len(runs) // 2)


@dataclass(frozen=True)
class Run:
    quick: float
    seconds: float
    cpu: float
    rough: float
    best: Proposal
    value: float

    @classmethod
    def of(cls, case: Case, seed: int, asked: str) -> Run:
        needs, stock, burden = made_up(case, seed)
        weighs = burden if asked == "closest" else dict.fromkeys(burden, 0.0)
        start = time.perf_counter()
        rough = greedy(needs, stock, burden=weighs)
        quick = time.perf_counter() - start
        start, cpu = time.perf_counter(), time.process_time()
        best = answer(needs, stock, asked, burden, case.seconds)
        seconds, used = time.perf_counter() - start, time.process_time() - cpu
        return cls(quick, seconds, used, weight(rough, weighs), best, weight(best, weighs))

    @property
    def gap(self) -> float:
        return 1.0 if self.best.gap is None else self.best.gap

    @property
    def line(self) -> str:
        sure = "proven" if self.best.optimal else f"gap {100 * self.gap:.1f} %"
        worse = 100 * (self.rough / self.value - 1)
        return f"{sure} in {self.seconds:.1f} s ({self.cpu:.1f} s CPU), greedy {worse:.0f} % worse"


def answer(
    needs: list[Need], stock: Stock, asked: str, burden: dict[str, float], seconds: float
) -> Proposal:
    if asked == "closest":
        return closest(needs, stock, burden=burden, time_limit=seconds)
    return propose(needs, stock, time_limit=seconds, alternatives=1).best


def hard(case: Case, seed: int = 1) -> str:
    """Where proof ends: what was found, and what was proven of it."""
    run = Run.of(case, seed, "fewest")
    return f"  {case.name}, fewest: {run.best.actors} parties; {run.line}"


def weight(proposal: Proposal, burden: dict[str, float]) -> float:
    return sum(1.0 + burden[actor] for actor in proposal.parties)


def _median(values: Iterator[float]) -> float:
    return sorted(values)[len(SEEDS) // 2]


def made_up(case: Case, seed: int) -> tuple[list[Need], Stock, dict[str, float]]:
    """Needs, offers and what speaks against asking each party."""
    draw = np.random.default_rng(seed)
    kinds = case.needs if case.dense else case.needs * 4 // 5
    catalogue = kinds if case.dense else max(CATALOGUE, kinds)
    places = [None] if case.dense else [f"place {at}" for at in range(PLACES)]
    needs = [
        Need(
            f"n{at}",
            f"kind {at % kinds}",
            int(draw.integers(1, 21)),
            True,
            *_period(draw, 60, 120),
            places[int(draw.integers(len(places)))],
        )
        for at in range(case.needs)
    ]
    home = draw.integers(len(places), size=case.actors)
    count = case.actors * case.offers
    mixed = (draw.permutation(catalogue) for _ in range(case.actors))
    what = np.concatenate([kinds_[: case.offers] for kinds_ in mixed])
    where = [
        None if everywhere else places[home[at // case.offers]]
        for at, everywhere in enumerate(draw.random(count) < 0.2)
    ]
    periods = [_period(draw, 0, 365) for _ in range(count)]
    stock = stock_from_columns(
        [f"o{at}" for at in range(count)],
        [f"a{at // case.offers}" for at in range(count)],
        [f"kind {kind}" for kind in what],
        draw.integers(1, 21, size=count).tolist(),
        [start for start, _ in periods],
        [end for _, end in periods],
        where,
    )
    return needs, stock, _burden(draw, case.actors)


def _burden(draw: np.random.Generator, actors: int) -> dict[str, float]:
    """Travel up to three, no gain of its own one, never worked with one: in tenths."""
    travel = draw.integers(0, 31, size=actors) / 10
    gain, known = draw.random(actors) < 0.5, draw.random(actors) < 0.3
    total = travel + ~gain * 1.0 + ~known * 1.0
    return {f"a{at}": float(value) for at, value in enumerate(total)}


def _period(draw: np.random.Generator, shortest: int, longest: int) -> tuple[date, date]:
    start = START + timedelta(days=int(draw.integers(0, 201)))
    return start, start + timedelta(days=int(draw.integers(shortest, longest + 1)))


# --- beside CP-SAT -----------------------------------------------------------------------------
def beside_cp_sat(case: Case, seed: int = 1, *, weighed: bool) -> str:
    """The same question put to OR-tools' CP-SAT, once who fits what is sifted.

    Where it is not installed, that is said; our own figures stand without it.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError:
        return "  beside CP-SAT: left out, OR-tools is not installed: make bench brings it"
    needs, stock, burden = made_up(case, seed)
    burden = burden if weighed else dict.fromkeys(burden, 0.0)
    asked = "closest" if weighed else "fewest"
    board = lay_out(needs, stock)
    model = cp_model.CpModel()
    taken = [model.new_bool_var(f"c{at}") for at in range(len(board.sizes))]
    _cover(model, board, taken)
    cost = {at: round(10 * (1 + burden[actor])) for actor, at in _columns(board).items()}
    model.minimize(sum(cost[at] * one for at, one in enumerate(taken)))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = PEER_SECONDS
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return f"  {case.name}, {asked}, CP-SAT: nothing found in {PEER_SECONDS:.0f} s"
    value, bound = solver.objective_value / 10, solver.best_objective_bound / 10
    return (
        f"  {case.name}, {asked}, CP-SAT: {value:.1f}, gap {100 * (1 - bound / value):.1f} %"
        f" after {solver.wall_time:.1f} s"
    )


def _columns(board: Board) -> dict[str, int]:
    return board.actors_in(range(len(board.sizes)))


def _cover(model: Any, board: Board, taken: Sequence[Any]) -> None:
    """Amounts for each group and class, within what the group has and what is needed."""
    into: dict[int, list[Any]] = {at: [] for at in range(len(board.classes))}
    groups = zip(board.group_column, board.group_resource, board.group_capacity, strict=True)
    for column, resource, capacity in groups:
        served = board.resources[resource]
        if len(served) == 1:
            into[served[0]].append(int(capacity) * taken[column])
            continue
        parts = [model.new_int_var(0, int(capacity), "") for _ in served]
        model.add(sum(parts) <= int(capacity) * taken[column])
        for c, part in zip(served, parts, strict=True):
            into[c].append(part)
    for c, parts in into.items():
        model.add(sum(parts) >= board.classes[c].demand)


# --- memory ------------------------------------------------------------------------------------
def memory() -> float:
    """The most memory that a process of its own takes for the large question, in MB."""
    code = (
        "import resource; from benchmarks import matching as m;"
        "m.Run.of(m.LARGE, 1, 'fewest');"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])
