"""From votes to an opinion map: places, groups, and what the groups say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np

from samskab.engine.opinion.agreement import contingency, matched
from samskab.engine.opinion.classes import (
    UNPLACED,
    GroupCount,
    Model,
    Table,
    bootstrap,
    choose_group_count,
    latent_classes,
    refined,
    sample_of,
    settled,
    thorough,
)
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.measures import (
    Interval,
    Representative,
    Scores,
    enough_votes,
    group_counts,
    jeffreys,
    representativeness,
    score,
)
from samskab.engine.opinion.projection import project
from samskab.engine.opinion.votes import Floats, Id, Ints, Sparse, VoteMatrix

_CORE_VOTES = 7  # votes of a person who shapes the groups; fewer only place
_LEAST_VOTES = 3
_CHOICE_VOTES, _CHOICE_SHARE, _CHOICE_MOST = 30_000, 0.1, 120_000
_FIT_VOTES = 48_000
_SPREAD_FROM, _SPREAD_TO = 20_000, 100_000  # fewer tell too little, more take too long


@dataclass(frozen=True, eq=False)
class OpinionMap:
    """The answer of `map_opinions` for n participants, m statements and G groups.

    participants   n identifiers, in the order of the rows
    statements     m identifiers, in the order of the columns
    coordinates    n × 2; a participant with few votes has a place, but an unsure one
    groups         n group numbers from 0, or None for those whose votes do not tell
    n_groups       G; 1 means that the votes show no division; 0 that nobody could be placed
    stability      0–1; mean adjusted Rand index between these groups and those found when
                   the people are drawn again (bootstrap); 1 when there is no division
    moved          0–1; mean share of the placed who then land in another group; 0 without
    explained      0–1; share of the log loss on hidden votes that knowing the groups removes
    explained_by_axes  0–1; share of the variation that the two axes show
    min_votes      votes without which nobody is put in a group
    counts         G × m × 3 agree, disagree and pass
    overall        m × 3 the same over everybody who voted, in a group or not
    agree          G × m probability of agreeing with its 95 % Jeffreys interval
    representative G × m which statements set a group apart
    scores         m consensus, bridging, divisiveness, uncertainty
    """

    participants: tuple[Id, ...]
    statements: tuple[Id, ...]
    coordinates: Floats
    groups: tuple[int | None, ...]
    n_groups: int
    stability: float
    moved: float
    explained: float
    explained_by_axes: float
    min_votes: int
    counts: Floats
    overall: Floats
    agree: Interval
    representative: Representative
    scores: Scores

    @property
    def has_groups(self) -> bool:
        """Whether the votes show more than one group."""
        return self.n_groups > 1

    @property
    def group_sizes(self) -> tuple[int, ...]:
        """People in each group."""
        return tuple(self.groups.count(group) for group in range(self.n_groups))

    @property
    def group_of(self) -> dict[Id, int | None]:
        """Group number, or None when unplaced, by participant."""
        return dict(zip(self.participants, self.groups, strict=True))


def map_opinions(
    votes: VoteMatrix,
    *,
    seed: int = 0,
    max_groups: int = 6,
    min_votes: int | None = None,
    min_group: int = 5,
    previous: OpinionMap | Mapping[Id, int | None] | None = None,
    bootstrap: int = 10,
) -> OpinionMap:
    """Find the opinion groups and say what each group, and all of them, think.

    People with seven votes (or half of the statements when there are fewer than fourteen)
    shape the groups. Everybody with `min_votes` votes (default: three, or half of fewer than
    six statements) is then put in the group that foretells their votes best, or in none when
    their votes do not tell. Every group has at least `min_group` people. `previous` keeps the
    number of groups of an earlier map, unless another is clearly better, and its group
    numbers where the groups live on; otherwise groups are numbered by falling size, then by
    their smallest participant. The same votes and seed give the same map, bit for bit; `votes`
    is not changed. `bootstrap` is the number of rounds behind `stability` and `moved` (0 skips
    it: both are then reported as 0 when there are groups). Raises OpinionError for impossible
    options. The number and shape of the groups are found on a sample of people when there are
    many votes, and finished over all of them: O(votes · groups).
    """
    _check(max_groups, min_group, bootstrap, min_votes)
    least = _few(votes, _LEAST_VOTES) if min_votes is None else min_votes
    core = max(least, _few(votes, _CORE_VOTES))
    before = previous.group_of if isinstance(previous, OpinionMap) else previous
    finder = _Finder(votes.stacked, least, core, seed, min_group)
    choice = finder.number(max_groups, _number_of(before))
    labels = finder.groups(choice)
    n_groups = int(labels.max(initial=UNPLACED)) + 1
    labels = _numbered(labels, votes.participants, before)
    return _described(
        votes,
        labels,
        n_groups,
        sureness=finder.sureness(labels, n_groups, choice, bootstrap),
        explained=choice.explained if n_groups == choice.chosen else 0.0,
        least=least,
    )


def _check(max_groups: int, min_group: int, bootstrap: int, min_votes: int | None) -> None:
    if max_groups < 1 or min_group < 1 or bootstrap < 0:
        raise OpinionError("sizes")
    if min_votes is not None and min_votes < 1:
        raise OpinionError("no-votes-needed")


def _few(votes: VoteMatrix, usual: int) -> int:
    return max(1, min(usual, ceil(votes.shape[1] / 2)))


@dataclass(frozen=True, eq=False)
class _Finder:
    """The search for groups in one conversation; steps share what they need."""

    stacked: Sparse
    least: int
    core: int
    seed: int
    min_group: int

    @cached_property
    def cast(self) -> Ints:
        return np.asarray(np.diff(self.stacked.indptr), dtype=np.int64)

    @cached_property
    def people(self) -> Sparse:
        """The votes of those who shape the groups."""
        return self.stacked[np.flatnonzero(self.cast >= self.core)]

    @cached_property
    def sample(self) -> Sparse:
        rows = sample_of(self.people, _FIT_VOTES, np.random.default_rng([self.seed, 0]))
        return self.people[rows] if len(rows) < self.people.shape[0] else self.people

    def number(self, max_groups: int, usual: int | None) -> GroupCount:
        """The number of groups; two seeds never differ in it."""
        most = max(1, min(max_groups, self.people.shape[0] // self.min_group))
        rng = np.random.default_rng(1)
        size = int(np.clip(_CHOICE_SHARE * self.stacked.nnz, _CHOICE_VOTES, _CHOICE_MOST))
        some = self.stacked[sample_of(self.stacked, size, rng)]
        return choose_group_count(
            some,
            most,
            rng,
            least=self.least,
            core=self.core,
            usual=usual,
            spread=_SPREAD_FROM <= self.stacked.nnz <= _SPREAD_TO,
        )

    def groups(self, choice: GroupCount) -> Ints:
        """Labels 0 … G-1 or UNPLACED, with at least `min_group` people in each group."""
        for count in range(choice.chosen, 1, -1):
            labels = settled(self.stacked, self._model(count, choice.fitting), self.least)
            sizes = np.bincount(labels[labels >= 0], minlength=count)
            if sizes.min() >= self.min_group:
                return labels
        return np.where(self.cast >= self.least, 0, UNPLACED).astype(np.int64)

    def sureness(
        self, labels: Ints, n_groups: int, choice: GroupCount, rounds: int
    ) -> tuple[float, float]:
        """Stability and the share that moves, when other people had taken part."""
        if n_groups < 2:
            return 1.0, 0.0
        if rounds == 0:
            return 0.0, 0.0
        rng = np.random.default_rng([self.seed, 3])
        return bootstrap(
            self.sample,
            self.stacked,
            labels,
            n_groups,
            rng,
            prior=choice.fitting,
            least=self.least,
            rounds=rounds,
        )

    def _model(self, count: int, prior: float) -> Model:
        rng = np.random.default_rng([self.seed, 2, count])
        model = latent_classes(
            Table.of(self.sample), count, rng, prior=prior, effort=thorough(self.sample.nnz)
        )
        return model if self.sample is self.people else refined(self.people, model, prior)


def _numbered(labels: Ints, people: Sequence[Id], before: Mapping[Id, int | None] | None) -> Ints:
    """Number groups by size and smallest member, or as they were numbered before."""
    found, first, sizes = np.unique(labels[labels >= 0], return_index=True, return_counts=True)
    order = np.empty(len(found) + 1, dtype=np.int64)
    order[np.lexsort((first, -sizes))] = np.arange(len(found))
    order[UNPLACED] = UNPLACED
    labels = order[labels]
    return labels if before is None else _as_before(labels, people, before)


def _as_before(labels: Ints, people: Sequence[Id], before: Mapping[Id, int | None]) -> Ints:
    n_groups = int(labels.max(initial=UNPLACED)) + 1
    earlier = np.array(
        [UNPLACED if (group := before.get(name)) is None else group for name in people],
        dtype=np.int64,
    )
    both = (labels >= 0) & (earlier >= 0)
    if not both.any():
        return labels
    overlap = contingency(labels[both], earlier[both])
    kept = {new: old for new, old in matched(overlap).items() if old < n_groups}
    free = [number for number in range(n_groups) if number not in kept.values()]
    number = [kept[group] if group in kept else free.pop(0) for group in range(n_groups)]
    return np.array([*number, UNPLACED], dtype=np.int64)[labels]


def _number_of(before: Mapping[Id, int | None] | None) -> int | None:
    found = {group for group in (before or {}).values() if group is not None}
    return len(found) or None


def _described(
    votes: VoteMatrix,
    labels: Ints,
    n_groups: int,
    *,
    sureness: tuple[float, float],
    explained: float,
    least: int,
) -> OpinionMap:
    counts = group_counts(votes, labels, n_groups)
    ranked = enough_votes(counts)
    projection = project(votes)
    return OpinionMap(
        participants=votes.participants,
        statements=votes.statements,
        coordinates=projection.coordinates,
        groups=tuple(None if group < 0 else group for group in labels.tolist()),
        n_groups=n_groups,
        stability=sureness[0],
        moved=sureness[1],
        explained=explained,
        explained_by_axes=projection.share,
        min_votes=least,
        counts=counts,
        overall=votes.counts.copy(),
        agree=jeffreys(counts[:, :, 0], counts.sum(axis=2)),
        representative=representativeness(counts, ranked),
        scores=score(counts, ranked),
    )
