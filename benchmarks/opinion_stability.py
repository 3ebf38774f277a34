"""Opinion groups hold still: for one seed to the bit, for other seeds and a few new votes nearly.

On every conversation: the same votes and seed give the same document; three other seeds give
nearly the same groups (adjusted Rand index); no group has under five people; and when a
hundredth of the votes comes later, no more people change group than the bootstrap said.

    python -m benchmarks opinion_stability     (SAMSKAB_POLIS_DATA names another folder)
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from benchmarks.claims import Figure
from benchmarks.opinion_prediction import as_codes, conversations
from samskab.engine.opinion import (
    OpinionMap,
    VoteMatrix,
    adjusted_rand,
    as_dict,
    map_opinions,
    read_comments_csv,
    read_participants_votes_csv,
)

SEEDS = (1, 2, 3)
LATE = 0.01


def measured(folder: Path) -> tuple[float, list[Figure]]:
    comments = read_comments_csv(folder / "comments.csv")
    votes = read_participants_votes_csv(folder / "participants-votes.csv", comments=comments).votes
    drawn = map_opinions(votes)
    again = map_opinions(votes)
    same = json.dumps(as_dict(drawn)) == json.dumps(as_dict(again))
    seeds = float(
        np.median([alike(drawn, map_opinions(votes, seed=s, bootstrap=0)) for s in SEEDS])
    )
    said = f"{drawn.n_groups} groups {drawn.group_sizes}, stability {drawn.stability:.2f}"
    late = float(np.mean([moved(votes, seed) for seed in SEEDS]))
    return seeds, [
        Figure(f"{folder.name}, other bits", float(not same), 0.0),
        Figure(f"{folder.name}, 5 / the smallest group", 5 / min(drawn.group_sizes), 1.0, "", said),
        Figure(
            f"{folder.name}, moved by a hundredth of the votes / by the bootstrap",
            late / drawn.moved if drawn.moved else float(late > 0),
            1.0,
            "×",
            f"{late:.1%}, {drawn.moved:.1%}; other seeds {seeds:.3f}",
        ),
    ]


def alike(one: OpinionMap, other: OpinionMap) -> float:
    a, b = as_codes(list(one.groups)), as_codes(list(other.groups))
    both = (a >= 0) & (b >= 0)
    return adjusted_rand(a[both], b[both])


def moved(votes: VoteMatrix, seed: int) -> float:
    """The share of the placed who change group when the last hundredth of the votes comes."""
    rows, columns, values = votes.triplets()
    early = np.random.default_rng(seed).random(len(rows)) >= LATE
    before = map_opinions(
        VoteMatrix.from_arrays(
            rows[early], columns[early], values[early], votes.participants, votes.statements
        ),
        bootstrap=0,
    )
    after = map_opinions(votes, previous=before, bootstrap=0)
    a, b = as_codes(list(before.groups)), as_codes(list(after.groups))
    both = (a >= 0) & (b >= 0)
    return float((a[both] != b[both]).mean())


def measure() -> list[Figure]:
    found = [measured(folder) for folder in conversations()]
    median = float(np.median([seeds for seeds, _ in found]))
    figures = [figure for _, some in found for figure in some]
    return [
        Figure("1 - agreement of seeds, median", 1 - median, 0.05, "", f"{median:.3f}"),
        *figures,
    ]
