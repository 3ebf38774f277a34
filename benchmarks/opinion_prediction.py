"""What opinion groups are for is to predict: log loss on hidden votes.

A tenth of the votes of each conversation is hidden (twenty seeds), groups are made from the
rest, and every hidden vote is predicted from its person's group: agree, disagree or pass,
rates with two votes' worth of the common opinion. Lower is better.

Peers: the statement's mean alone, the `group-id` that Polis exported (which had seen the hidden
votes), and red-dwarf's groups where that package is installed. People without a group get the
statement's mean. The limits are on the hidden votes of people with seven votes or more, in a group
or not: the peers place nobody with fewer.

    python -m benchmarks opinion_prediction      (SAMSKAB_POLIS_DATA names another folder)
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.claims import Figure, LeftOut
from samskab.engine.opinion import (
    VoteMatrix,
    adjusted_rand,
    map_opinions,
    read_comments_csv,
    read_participants_votes_csv,
)

BUNDLED = Path(__file__).parents[1] / "src/samskab/civic/public/demo/data/polis"
SEEDS = range(20)
HIDDEN = 0.1
PRIOR = 2.0
FEW = 7
TOLD = ", with seven votes"
LIMITS = {"vtaiwan.uberx": 0.66, "football-concussions": 0.86}

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Votes:
    rows: Ints
    columns: Ints
    values: Ints

    def part(self, keep: NDArray[np.bool_]) -> Votes:
        return Votes(self.rows[keep], self.columns[keep], self.values[keep])


def loss(seen: Votes, hidden: Votes, groups: Ints, m: int) -> NDArray[np.float64]:
    """Log loss of each hidden vote; people in group -1 get the statement's mean."""
    counts = np.zeros((int(groups.max(initial=-1)) + 2, m, 3))
    np.add.at(counts, (groups[seen.rows], seen.columns, 1 - seen.values), 1.0)
    total = counts.sum(axis=0) + 0.5
    mean = total / total.sum(axis=1, keepdims=True)
    rates = (counts + PRIOR * mean) / (counts.sum(axis=2, keepdims=True) + PRIOR)
    rates[-1] = mean
    picked = rates[groups[hidden.rows], hidden.columns, 1 - hidden.values]
    return np.asarray(-np.log(picked))


def by_person(rows: Ints, columns: Ints, values: Ints) -> Votes:
    """The votes in the order of the file, so that a seed hides the same ones for everybody."""
    order = np.lexsort((columns, rows))
    return Votes(rows[order], columns[order], values[order])


def as_codes(groups: list[int | None]) -> Ints:
    return np.array([-1 if group is None else group for group in groups], dtype=np.int64)


def compare(folder: Path) -> list[Figure]:
    comments = read_comments_csv(folder / "comments.csv")
    people = read_participants_votes_csv(folder / "participants-votes.csv", comments=comments)
    matrix = people.votes
    n, m = matrix.shape
    votes = by_person(*matrix.triplets())
    polis = as_codes([people.groups[person] for person in matrix.participants])
    found: list[dict[str, float]] = []
    numbers = []
    for seed in SEEDS:
        hide = np.random.default_rng(seed).random(len(votes.rows)) < HIDDEN
        seen, hidden = votes.part(~hide), votes.part(hide)
        kept = VoteMatrix.from_arrays(seen.rows, seen.columns, seen.values, range(n), range(m))
        ours = map_opinions(kept, seed=seed, bootstrap=0)
        numbers.append(ours.n_groups)
        labels = as_codes(list(ours.groups))
        peers = {"mean": np.full(n, -1), "Polis": polis, "ours": labels}
        if find_spec("reddwarf"):
            peers["red-dwarf"] = red_dwarf(seen, n)
        told = (matrix.votes_per_participant >= FEW)[hidden.rows]
        losses = {name: loss(seen, hidden, g, m) for name, g in peers.items()}
        found.append(
            {name: float(x.mean()) for name, x in losses.items()}
            | {f"{name}{TOLD}": float(x[told].mean()) for name, x in losses.items()}
        )
    mean = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    print(f"  {folder.name}: groups {numbers}")
    whole(matrix, polis)
    return figures(folder.name, mean)


def red_dwarf(seen: Votes, n: int) -> Ints:
    """The groups that red-dwarf makes of the same votes, as it is used by default."""
    run_pipeline = import_module("reddwarf.implementations.polis").run_pipeline
    columns = ("participant_id", "statement_id", "vote")
    rows = zip(seen.rows.tolist(), seen.columns.tolist(), seen.values.tolist(), strict=True)
    found = run_pipeline(votes=[dict(zip(columns, row, strict=True)) for row in rows])
    labels = np.full(n, -1, dtype=np.int64)
    given = found.participants_df["cluster_id"].dropna()
    labels[given.index.to_numpy(dtype=np.int64)] = given.to_numpy(dtype=np.int64)
    return labels


def figures(name: str, mean: dict[str, float]) -> list[Figure]:
    """Ours against each peer, by all votes and by those of people with seven; then the limits."""
    found = [
        Figure(
            f"{name}, against {peer}",
            mean[f"ours{of}"] / loss,
            1.0,
            "×",
            f"{mean[f'ours{of}']:.3f}, {loss:.3f}",
        )
        for peer, loss in mean.items()
        if not peer.startswith("ours")
        for of in [TOLD if peer.endswith(TOLD) else ""]
    ]
    if name in LIMITS:
        found.append(Figure(f"{name}, loss{TOLD}", mean[f"ours{TOLD}"], LIMITS[name], ""))
    return found


def whole(matrix: VoteMatrix, peer: Ints) -> None:
    # processor time, so that other work on the machine does not count
    start = time.process_time()
    drawn = map_opinions(matrix)
    seconds = time.process_time() - start
    again = [
        adjusted_rand(drawn.groups, map_opinions(matrix, seed=s, bootstrap=0).groups)
        for s in (1, 2, 3)
    ]
    labels = as_codes(list(drawn.groups))
    both = (labels >= 0) & (peer >= 0)
    print(
        f"    whole map {seconds:.2f} s with stability {drawn.stability:.2f}, "
        f"{drawn.n_groups} groups {drawn.group_sizes}; other seeds "
        f"{', '.join(f'{x:.3f}' for x in again)}; "
        f"with group-id {adjusted_rand(labels[both], peer[both]):.2f}"
    )


def has_red_dwarf() -> bool:
    """Whether the peer is there; it is said when it is not."""
    if find_spec("reddwarf"):
        return True
    print("  red-dwarf is not installed and left out (the dependency group `bench` has it)")
    return False


def conversations() -> list[Path]:
    """The folders of the conversations to measure."""
    folder = Path(os.environ.get("SAMSKAB_POLIS_DATA") or BUNDLED)
    found = sorted(path.parent for path in folder.glob("*/participants-votes.csv"))
    if not found:
        raise LeftOut(f"no conversations in {folder}; SAMSKAB_POLIS_DATA names another folder.")
    return found


def measure() -> list[Figure]:
    has_red_dwarf()
    return [figure for conversation in conversations() for figure in compare(conversation)]
