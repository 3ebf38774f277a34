"""A budget in equal shares with add-1: 100 projects and 5,000 voters, in exact fractions.

Made up: costs of 5,000 to 200,000, a few projects that many want and many that few want, every
ballot another. Beside it stands the same rule in fractions alone on a twentieth of the voters,
in the same run, which must buy the same.
"""

from __future__ import annotations

import random
import time
from fractions import Fraction

from benchmarks.claims import Figure
from samskab.engine.voting import Project, equal_shares, schulze

PROJECTS, VOTERS = 100, 5_000
Election = tuple[list[Project], list[set[str]], int]


def measure() -> list[Figure]:
    # once with next to nothing, so that loading NumPy is not timed
    equal_shares([Project("a", 1)], [{"a"}], 1)
    figures = []
    for budget in (1_000_000, 3_000_000):
        election = made_up(PROJECTS, VOTERS, budget)
        start, cpu = time.perf_counter(), time.process_time()
        found = equal_shares(*election)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        said = f"{len(found.bought)} bought, add-1 {found.raised} times, {cpu:.2f} s of CPU"
        name = f"{PROJECTS} × {VOTERS:,}, budget {budget:,}"
        figures.append(Figure(name, seconds, 2.0, "s", said))
    return [*figures, beside_plain_fractions(), ranking()]


def beside_plain_fractions() -> Figure:
    """One purchase after the other without add-1, both ways."""
    projects, ballots, _budget = made_up(PROJECTS, VOTERS // 20, 1)
    budget = 1_000_000
    start = time.process_time()
    found = equal_shares(projects, ballots, budget, complete=False)
    ours = time.process_time() - start
    start = time.process_time()
    expected = in_fractions(projects, ballots, budget)
    plain = time.process_time() - start
    same = [(one.name, one.price) for one in found.purchases] == expected
    said = f"{plain:.2f} s in fractions alone; {'the same' if same else 'NOT THE SAME'} bought"
    return Figure("time against plain fractions", ours / plain if same else 1e9, 0.1, "×", said)


def ranking() -> Figure:
    """Thirty options, ranked by ten thousand."""
    draw = random.Random(3)
    options = [f"option {at}" for at in range(30)]
    ballots = {
        tuple((name,) for name in draw.sample(options, len(options))): 1 for _n in range(10_000)
    }
    start = time.process_time()
    schulze(options, ballots)
    return Figure("30 options × 10,000 rankings", time.process_time() - start, 3.0, "s CPU")


def made_up(projects: int, voters: int, budget: int, seed: int = 1) -> Election:
    draw = random.Random(seed)
    offered = [Project(f"p{at}", draw.randrange(5, 200) * 1000) for at in range(projects)]
    wanted = [0.02 + 0.28 * draw.random() ** 2 for _project in offered]
    ballots = [
        {one.name for one, share in zip(offered, wanted, strict=True) if draw.random() < share}
        for _voter in range(voters)
    ]
    return offered, ballots, budget


def in_fractions(
    projects: list[Project], ballots: list[set[str]], budget: int
) -> list[tuple[str, Fraction]]:
    left = [Fraction(budget, len(ballots))] * len(ballots)
    open_ = {one.name: (one.cost, [n for n, b in enumerate(ballots) if one.name in b])
             for one in projects}  # fmt: skip
    order = {one.name: at for at, one in enumerate(projects)}
    bought: list[tuple[str, Fraction]] = []
    while True:
        found = []
        for name, (cost, backers) in open_.items():
            if backers and sum(left[n] for n in backers) >= cost:
                price = level(sorted(left[n] for n in backers), cost)
                found.append((price / cost, -len(backers), cost, order[name], name, price))
        if not found:
            return bought
        *_rank, name, price = min(found)
        for n in open_.pop(name)[1]:
            left[n] -= min(left[n], price)
        bought.append((name, price))


def level(balances: list[Fraction], cost: int) -> Fraction:
    rest, paying = Fraction(cost), len(balances)
    for balance in balances:
        if balance * paying >= rest:
            break
        rest, paying = rest - balance, paying - 1
    return rest / paying if paying else balances[-1]
