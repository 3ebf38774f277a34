"""Counts that follow every vote at once, and when a new map is worth its while.

A map takes seconds, a vote must not wait for it. Between two maps the groups stand, and the
counts in them move with each vote, in the same short time however many votes there are.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.maps import OpinionMap
from samskab.engine.opinion.measures import Interval, jeffreys
from samskab.engine.opinion.pace import rest
from samskab.engine.opinion.votes import ANSWERS, Floats, Id, VoteMatrix


class LiveCounts:
    """Answers to each statement, over everybody and in each group, up to the newest vote.

    Begins with the votes in `votes`, if any, and the groups of a map (or group number, or None,
    by participant). Somebody who is not in the map is counted in no group. Beginning is
    O(votes); everything else takes the same time whatever the number of votes, people and
    statements (G: number of groups).
    """

    def __init__(
        self,
        votes: VoteMatrix | None = None,
        groups: OpinionMap | Mapping[Id, int | None] | None = None,
    ) -> None:
        of = groups.group_of if isinstance(groups, OpinionMap) else dict(groups or {})
        self._group = {who: group for who, group in of.items() if group is not None}
        self.n_groups = max(self._group.values(), default=-1) + 1
        self._given: dict[tuple[Id, Id], tuple[int, float]] = {}
        self._sums: dict[Id, Floats] = {}
        for who in votes.participants if votes is not None else ():
            sizes = votes.weights_of(who) if votes is not None else {}
            for item, value in votes.answers_of(who).items() if votes is not None else ():
                self._put(who, item, value, sizes[item])
        self.new_votes = 0
        """Votes that were cast, changed or taken back since the beginning: since the map."""

    @property
    def n_votes(self) -> int:
        """Votes that count: one for each person and statement."""
        return len(self._given)

    def cast(self, participant: Id, statement: Id, value: int, weight: float = 1.0) -> int | None:
        """One vote more, or another answer in the place of the earlier one, which is returned.

        Raises OpinionError for values other than -1, 0 and 1 and weights that are not positive;
        nothing is changed then. O(1).
        """
        if isinstance(value, float | str) or value not in ANSWERS:
            raise OpinionError("some-value")
        if not 0 < weight < float("inf"):
            raise OpinionError("weights")
        before = self._remove(participant, statement)
        self._put(participant, statement, value, weight)
        self.new_votes += 1
        return before

    def take_back(self, participant: Id, statement: Id) -> int | None:
        """The vote as if it had never been cast; its answer, or None when there is none. O(1)."""
        before = self._remove(participant, statement)
        self.new_votes += before is not None
        return before

    def overall(self, statement: Id) -> Floats:
        """3 sums of weights over everybody: agree, disagree, pass. O(1)."""
        found: Floats = self._of(statement)[-1].copy()
        return found

    def counts(self, statement: Id) -> Floats:
        """G × 3 sums of weights in each group. O(G)."""
        found: Floats = self._of(statement)[:-1].copy()
        return found

    def agree(self, statement: Id) -> Interval:
        """G probabilities of agreeing with their 95 % intervals, as on the map. O(G)."""
        counts = self.counts(statement)
        return jeffreys(counts[:, 0], counts.sum(axis=1))

    def worth_a_map(self, took: float, ago: float) -> bool:
        """Whether to draw a new map, when the newest took `took` seconds, `ago` seconds ago:
        something is new, and `rest` is over. O(1)."""
        return self.new_votes > 0 and ago >= rest(took)

    def _of(self, statement: Id) -> Floats:
        found = self._sums.get(statement)
        return np.zeros((self.n_groups + 1, len(ANSWERS))) if found is None else found

    def _put(self, participant: Id, statement: Id, value: int, weight: float) -> None:
        self._given[participant, statement] = value, weight
        self._move(participant, statement, value, weight)

    def _remove(self, participant: Id, statement: Id) -> int | None:
        found = self._given.pop((participant, statement), None)
        if found is None:
            return None
        value, weight = found
        self._move(participant, statement, value, -weight)
        return value

    def _move(self, participant: Id, statement: Id, value: int, weight: float) -> None:
        sums = self._sums.get(statement)
        if sums is None:
            sums = self._sums[statement] = self._of(statement)
        answer = ANSWERS.index(value)
        sums[-1, answer] += weight
        group = self._group.get(participant)
        if group is not None:
            sums[group, answer] += weight
