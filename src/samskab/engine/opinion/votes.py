"""Votes as a sparse matrix: who agreed, disagreed or passed on what.

The three answers are three sparse masks of the same shape. A pass is therefore a stored
answer, and a person who never saw a statement is simply absent from all three.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from samskab.engine.opinion.errors import OpinionError

Id: TypeAlias = int | str
Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Whole: TypeAlias = NDArray[np.integer[Any]]
Sparse: TypeAlias = Any  # scipy ships no types

AGREE, DISAGREE, PASS = 1, -1, 0
ANSWERS = (AGREE, DISAGREE, PASS)
"""The order of the answers in every array with an answer axis."""


def id_order(identifier: Id) -> tuple[bool, Id]:
    """Sort key for identifiers: numbers first in numeric order, then texts."""
    return isinstance(identifier, str), identifier


@dataclass(frozen=True, eq=False)
class VoteMatrix:
    """Answers of n participants to m statements.

    `agree`, `disagree` and `passed` are n × m CSR arrays that hold the weight of the vote
    (1.0 unless weights were given) where that answer was cast, and nothing elsewhere. Their
    buffers are read-only, so no function can change votes in place.
    """

    participants: tuple[Id, ...]
    statements: tuple[Id, ...]
    agree: Sparse
    disagree: Sparse
    passed: Sparse

    @classmethod
    def from_votes(
        cls,
        votes: Iterable[Sequence[Any]],
        *,
        moderated: Collection[Id] = (),
        weights: Mapping[Id, float] | None = None,
        participants: Iterable[Id] = (),
        statements: Iterable[Id] = (),
    ) -> VoteMatrix:
        """Collect (participant, statement, value) or (participant, statement, value, time).

        Of several votes by one person on one statement the latest counts: by time where the
        votes carry one, by position otherwise and on ties. Statements in `moderated` are left
        out with all their votes. `participants` and `statements` name those who should appear
        even without votes. `weights` gives the weight of each person's votes (default 1).
        Raises OpinionError, naming the vote, for values other than -1, 0 and 1, for mixed
        rows with and without time, and for weights that are not positive. O(v log v).
        """
        hidden = set(moderated)
        kept = [row for row in votes if _checked(row)[1] not in hidden]
        people = sorted({row[0] for row in kept} | set(participants), key=id_order)
        items = sorted({row[1] for row in kept} | (set(statements) - hidden), key=id_order)
        row_of = {name: i for i, name in enumerate(people)}
        column_of = {name: j for j, name in enumerate(items)}
        return cls.from_arrays(
            np.fromiter((row_of[row[0]] for row in kept), np.int64, len(kept)),
            np.fromiter((column_of[row[1]] for row in kept), np.int64, len(kept)),
            np.fromiter((row[2] for row in kept), np.int64, len(kept)),
            people,
            items,
            times=_times(kept),
            weights=_weight_array(people, weights),
        )

    @classmethod
    def from_arrays(
        cls,
        rows: Whole,
        columns: Whole,
        values: Whole,
        participants: Sequence[Id],
        statements: Sequence[Id],
        *,
        times: NDArray[Any] | None = None,
        weights: Floats | None = None,
        vote_weights: Floats | None = None,
    ) -> VoteMatrix:
        """Build from v row numbers, column numbers and values; see `from_votes`.

        `weights` has one entry per participant, `vote_weights` one per vote; with both they are
        multiplied. Raises OpinionError for values other than -1, 0 and 1, for weights that are
        not positive, or for repeated identifiers. O(v log v), without Python loops over votes.
        """
        if not np.isin(values, ANSWERS).all():
            raise OpinionError("some-value")
        for names in (participants, statements):
            if len(set(names)) != len(names):
                raise OpinionError("twice")
        shape = (len(participants), len(statements))
        last = _last_votes(rows, columns, times, shape[1])
        rows, columns, values = rows[last], columns[last], values[last]
        size = np.ones(len(rows)) if weights is None else _positive(weights)[rows]
        if vote_weights is not None:
            size = size * _positive(vote_weights)[last]
        masks = [
            _mask(rows[given], columns[given], size[given], shape)
            for given in (values == answer for answer in ANSWERS)
        ]
        return cls(tuple(participants), tuple(statements), *masks)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of participants, number of statements."""
        return len(self.participants), len(self.statements)

    @property
    def n_votes(self) -> int:
        """Number of votes that count (one per person and statement)."""
        return int(self.agree.nnz + self.disagree.nnz + self.passed.nnz)

    @cached_property
    def stacked(self) -> Sparse:
        """n × 3m CSR: columns of agree, then disagree, then pass. O(votes) once."""
        return _frozen(sparse.hstack([self.agree, self.disagree, self.passed], format="csr"))

    @cached_property
    def counts(self) -> Floats:
        """m × 3 sums of weights per statement, answers in the order of `ANSWERS`."""
        masks = (self.agree, self.disagree, self.passed)
        return np.column_stack([np.asarray(mask.sum(axis=0)).ravel() for mask in masks])

    @cached_property
    def votes_per_participant(self) -> Ints:
        """n numbers of votes cast, weights left aside."""
        return np.asarray(np.diff(self.stacked.indptr), dtype=np.int64)

    @cached_property
    def row_of(self) -> dict[Id, int]:
        """Row number by participant."""
        return {name: i for i, name in enumerate(self.participants)}

    @cached_property
    def column_of(self) -> dict[Id, int]:
        """Column number by statement."""
        return {name: j for j, name in enumerate(self.statements)}

    def answers_of(self, participant: Id) -> dict[Id, int]:
        """The participant's answer by statement; empty for somebody unknown. O(own votes)."""
        row = self.row_of.get(participant)
        if row is None:
            return {}
        start, end = self.stacked.indptr[row : row + 2]
        answer, column = np.divmod(self.stacked.indices[start:end], self.shape[1])
        return {self.statements[j]: ANSWERS[a] for a, j in zip(answer, column, strict=True)}

    def triplets(self) -> tuple[Ints, Ints, Ints]:
        """Row, column and value of every vote, ordered by row and column. O(v log v)."""
        table = self.stacked.tocoo()
        answer, columns = np.divmod(table.col.astype(np.int64), max(1, self.shape[1]))
        values = np.array(ANSWERS, dtype=np.int64)[answer]
        rows = table.row.astype(np.int64)
        order = np.lexsort((columns, rows))
        return rows[order], columns[order], values[order]

    @cached_property
    def is_weighted(self) -> bool:
        """Whether any vote weighs something else than 1."""
        return bool((self.stacked.data != 1).any())

    def weights_of(self, participant: Id) -> dict[Id, float]:
        """What each vote of the participant weighs, by statement. O(own votes)."""
        row = self.row_of.get(participant)
        if row is None:
            return {}
        start, end = self.stacked.indptr[row : row + 2]
        columns = self.stacked.indices[start:end] % self.shape[1]
        sizes = self.stacked.data[start:end]
        return {self.statements[j]: float(w) for j, w in zip(columns, sizes, strict=True)}

    def votes(self) -> Iterator[tuple[Id, Id, int]]:
        """(participant, statement, value) of every vote, ordered by row and column."""
        for row, column, value in zip(*self.triplets(), strict=True):
            yield self.participants[row], self.statements[column], int(value)


def _checked(row: Sequence[Any]) -> Sequence[Any]:
    if len(row) not in (3, 4):
        raise OpinionError("vote-parts", row=row)
    if isinstance(row[2], float | str) or row[2] not in ANSWERS:
        raise OpinionError("vote-value", person=row[0], statement=row[1], value=row[2])
    return row


def _times(rows: Sequence[Sequence[Any]]) -> Floats | None:
    timed = sum(len(row) == 4 for row in rows)
    if timed not in (0, len(rows)):
        raise OpinionError("times")
    if not timed:
        return None
    return np.fromiter((row[3] for row in rows), np.float64, len(rows))


def _weight_array(people: Sequence[Id], weights: Mapping[Id, float] | None) -> Floats | None:
    if weights is None:
        return None
    return np.array([weights.get(name, 1.0) for name in people], dtype=np.float64)


def _positive(size: Floats) -> Floats:
    if not (np.isfinite(size).all() and (size > 0).all()):
        raise OpinionError("weights")
    return size


def _last_votes(
    rows: Whole, columns: Whole, times: NDArray[Any] | None, width: int
) -> Ints | slice:
    """Positions of the latest vote of each person on each statement."""
    key = rows.astype(np.int64) * max(1, width) + columns
    if (key[1:] > key[:-1]).all():
        return slice(None)
    order = np.argsort(key)
    ordered = key[order]
    again = ordered[1:] == ordered[:-1]
    repeated = np.zeros(len(key), dtype=bool)
    repeated[:-1] |= again
    repeated[1:] |= again
    # only votes that were cast again have to be put in order of time, then of position
    among = order[repeated]
    keys = (among, key[among]) if times is None else (among, times[among], key[among])
    among = among[np.lexsort(keys)]
    is_last = np.ones(len(among), dtype=bool)
    is_last[:-1] = key[among[1:]] != key[among[:-1]]
    return np.sort(np.concatenate([order[~repeated], among[is_last]]))


def _mask(rows: Ints, columns: Ints, size: Floats, shape: tuple[int, int]) -> Sparse:
    return _frozen(sparse.csr_array((size, (rows, columns)), shape=shape))


def _frozen(matrix: Sparse) -> Sparse:
    matrix.sort_indices()
    for buffer in (matrix.data, matrix.indices, matrix.indptr):
        buffer.flags.writeable = False
    return matrix
