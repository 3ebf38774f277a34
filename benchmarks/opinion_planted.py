"""Groups that are really there are found, and none where there are none.

Made-up conversations of 800 people and 250 statements with two to six groups, 2 to 20 % of the
votes cast, very uneven participation, and noise: a tenth of the answers to a statement passes, a
tenth is turned at random, and half of the statements divide nobody. Found is measured by the
adjusted Rand index with the truth among those whom both place, against red-dwarf in the same run,
the mean of four conversations. False alarms are counted on conversations with no groups.

    python -m benchmarks opinion_planted
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import Figure, LeftOut
from benchmarks.opinion_prediction import Votes, as_codes, has_red_dwarf, red_dwarf
from samskab.engine.opinion import VoteMatrix, adjusted_rand, map_opinions

PEOPLE, STATEMENTS = 800, 250
GROUPS, CAST = (2, 3, 4, 5, 6), (0.02, 0.05, 0.1, 0.2)
CONVERSATIONS = 4
MARGIN = 0.01
WITHOUT = ((60, 20, 0.5), (120, 40, 0.4), (300, 60, 0.2), (800, 250, 0.05), (800, 250, 0.02))
EACH = 20

Ints = NDArray[np.int64]


def made_up(
    seed: int, people: int, statements: int, n_groups: int, cast: float
) -> tuple[VoteMatrix, Ints]:
    """A conversation and the group of each person."""
    rng = np.random.default_rng(seed)
    common = rng.random(statements) * 0.8 + 0.1
    own = rng.choice([0.1, 0.9], (n_groups, statements))
    agree = np.where(rng.random(statements) < 0.5, own, common) * 0.9 + 0.05
    group = rng.choice(n_groups, people, p=rng.dirichlet(np.full(n_groups, 4.0)))
    activity = rng.lognormal(0, 0.8, people)
    share = np.clip(activity / activity.mean() * cast, 0, 1)
    rows, columns = np.nonzero(rng.random((people, statements)) < share[:, None])
    agreed = rng.random(len(rows)) < agree[group[rows], columns]
    values = np.where(rng.random(len(rows)) < 0.1, 0, np.where(agreed, 1, -1))
    matrix = VoteMatrix.from_arrays(rows, columns, values, range(people), range(statements))
    return matrix, group


def recovered(n_groups: int, cast: float) -> Figure:
    found = []
    for seed in range(CONVERSATIONS):
        votes, truth = made_up(100 * seed + n_groups, PEOPLE, STATEMENTS, n_groups, cast)
        ours = as_codes(list(map_opinions(votes, seed=seed, bootstrap=0).groups))
        peer = red_dwarf(Votes(*votes.triplets()), PEOPLE)
        both = (ours >= 0) & (peer >= 0)
        found.append([adjusted_rand(x[both], truth[both]) for x in (ours, peer)])
    ours, peer = np.mean(found, axis=0)
    name = f"{n_groups} groups, {cast:.0%} cast, behind red-dwarf"
    return Figure(name, float(peer - ours), MARGIN, "", f"{ours:.2f}, {peer:.2f}")


def false_alarms() -> Figure:
    alarms = sum(
        map_opinions(made_up(1000 + seed, *shape[:2], 1, shape[2])[0], bootstrap=0).has_groups
        for shape in WITHOUT
        for seed in range(EACH)
    )
    total = len(WITHOUT) * EACH
    return Figure("groups where there are none", alarms / total, 0.05, "", f"{alarms} of {total}")


def measure() -> list[Figure]:
    alarms = false_alarms()
    if not has_red_dwarf():
        print(alarms.line())
        raise LeftOut("red-dwarf is not installed; `make bench` installs it.")
    return [alarms, *(recovered(n_groups, cast) for cast in CAST for n_groups in GROUPS)]
