"""Where people stand: a sparse projection to two axes.

Missing votes are filled with the mean of their statement and every statement is centred.
After that a missing vote is exactly zero, so the filled and centred matrix is as sparse as
the votes and never has to be written out.

Projecting such a row directly pulls people who voted little towards the middle. Each person
is instead placed by least squares over the statements that they did vote on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import svds

from samskab.engine.opinion.votes import ANSWERS, Floats, Sparse, VoteMatrix

AXES = 2
_DENSE_CELLS = 2_500  # above, LAPACK costs more than the sparse method
_PRIOR_VOTES = 2.0  # how many average votes the pull to the middle is worth


@dataclass(frozen=True, eq=False)
class Projection:
    """`coordinates` n × 2 (0, 0 without votes), `loadings` m × 2, `share` of variation 0–1."""

    coordinates: Floats
    loadings: Floats
    share: float


def project(votes: VoteMatrix) -> Projection:
    """Place n people on two axes.

    An axis' sign is fixed by its heaviest statement, so equal votes give equal numbers, bit
    for bit. Coordinates are in root-mean-square units of a single statement: a person half
    as active with the same opinions stands at about the same place. O(votes) per iteration
    of the Lanczos method. Source: truncated SVD of the mean-imputed matrix; least-squares
    scores under missing data after Nelson, Taylor & MacGregor (1996).
    """
    n, m = votes.shape
    centred = centred_votes(votes.stacked)
    total = float((centred.data**2).sum())
    if total == 0:
        return Projection(np.zeros((n, AXES)), np.zeros((m, AXES)), 0.0)
    strength, loadings = principal_axes(centred, AXES)
    cast = sparse.csr_array(
        (np.ones(centred.nnz), centred.indices, centred.indptr), shape=centred.shape
    )
    return Projection(
        _scores(centred, cast, loadings) / np.sqrt(m),
        loadings,
        float(min(1.0, (strength**2).sum() / total)),
    )


def centred_votes(stacked: Sparse) -> Sparse:
    """n × m votes minus their statement's mean where cast, from the n × 3m matrix of answers.

    Agree is 1, disagree -1, pass 0; weights are left aside. O(votes).
    """
    n, m = stacked.shape[0], stacked.shape[1] // 3
    answer, columns = np.divmod(stacked.indices, max(1, m))
    values = np.array(ANSWERS, dtype=np.float64)[answer]
    cast = np.bincount(columns, minlength=m)
    mean = np.bincount(columns, weights=values, minlength=m) / np.maximum(cast, 1)
    return sparse.csr_array((values - mean[columns], columns, stacked.indptr), shape=(n, m))


def principal_axes(centred: Sparse, number: int) -> tuple[Floats, Floats]:
    """The largest singular values and their statement loadings (m × number; 0 where none).

    The same start and a fixed sign make equal votes give equal numbers. O(votes) a step.
    """
    n, m = centred.shape
    if min(n, m) <= number + 1 or n * m <= _DENSE_CELLS:
        _, strength, directions = np.linalg.svd(centred.toarray(), full_matrices=False)
        strength, directions = strength[:number], directions[:number]
    else:
        start = np.ones(min(n, m)) + np.linspace(0, 0.5, min(n, m))
        _, strength, directions = svds(centred, k=number, v0=start)
        strength, directions = strength[::-1], directions[::-1]
    loadings = np.zeros((m, number))
    loadings[:, : len(directions)] = directions.T
    heaviest = np.abs(loadings).argmax(axis=0)
    sign = np.sign(loadings[heaviest, np.arange(number)])
    return strength, loadings * np.where(sign == 0, 1.0, sign)


def _scores(centred: Sparse, cast: Sparse, loadings: Floats) -> Floats:
    """Least squares per person over the cast votes, pulled slightly to the middle."""
    x, y = loadings.T
    gram = cast @ np.column_stack([x * x, x * y, y * y])
    target = centred @ loadings
    pull = _PRIOR_VOTES / len(loadings)
    xx, xy, yy = gram[:, 0] + pull, gram[:, 1], gram[:, 2] + pull
    determinant = xx * yy - xy * xy
    return np.column_stack(
        [
            (yy * target[:, 0] - xy * target[:, 1]) / determinant,
            (xx * target[:, 1] - xy * target[:, 0]) / determinant,
        ]
    )
