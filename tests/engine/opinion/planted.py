"""Conversations with known groups, for tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from samskab.engine.opinion import VoteMatrix


def planted(
    seed: int, people: int, statements: int, n_groups: int, cast: float = 0.4
) -> tuple[VoteMatrix, NDArray[np.int64]]:
    """Votes of people in groups that answer each statement with own probabilities.

    With one group all answers are noise around common probabilities. People take part
    unevenly: shares cast are spread around `cast`.
    """
    rng = np.random.default_rng(seed)
    rates = rng.dirichlet((1.0, 1.0, 0.4), (n_groups, statements)).cumsum(axis=2)
    group = rng.integers(0, n_groups, people)
    activity = np.clip(rng.uniform(0.5, 1.5, people) * cast, 0.02, 1.0)
    rows, columns = np.nonzero(rng.random((people, statements)) < activity[:, None])
    drawn = (rng.random(len(rows))[:, None] > rates[group[rows], columns, :2]).sum(axis=1)
    values = np.array([1, -1, 0])[drawn]
    matrix = VoteMatrix.from_arrays(rows, columns, values, range(people), range(statements))
    return matrix, group
