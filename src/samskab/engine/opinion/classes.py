"""Opinion groups as latent classes.

Every group has its own probabilities of agree, disagree and pass on every statement; every
person belongs to one group. Votes that were never cast say nothing, so people are not
grouped by how much they voted.

The likelihood has many local optima. Three things keep the answer steady: the assignment is
annealed (soft first, then sharp), many starts run side by side, and the best of them are
matched and averaged. The groups are then a model, and placing people in them is a decision of
its own: a person goes where the expected error of foretelling their other votes is smallest,
which may be nowhere (`place`, `settled`).

A person's own votes are part of the rates of their group, and where few others have answered they
hold the person there. So they are taken out again before it is asked where the person belongs
(`_apart`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from samskab.engine.opinion.agreement import adjusted_rand, contingency, matched
from samskab.engine.opinion.projection import centred_votes, principal_axes
from samskab.engine.opinion.votes import Floats, Ints, Sparse

Singles = NDArray[np.float32]
Real = TypeVar("Real", np.float32, np.float64)

UNPLACED = -1
EVIDENCE = 0.7
"""What a vote weighs when a person is placed: answers overlap in what they tell."""
_EVIDENCE_APART = 0.8  # the same where the person's own votes are not among the group's
_PRIOR = 2.0  # votes' worth of the common opinion in each group's rates
_CHOICE_PRIORS = 6.0, 15.0, 40.0  # the same where numbers of groups are compared
_CERTAIN = 1  # which of them where groups are compared with none
_FITTING, _SEARCHING = 0.2, 1.0  # its share while fitting; and while the number is not known
_SOFTEST, _STEADY = 0.2, 1e-3
_KEPT = 5
_SETTLING = 2  # steps after the softened ones, when it shows which starts lead nowhere
_AXES, _MOVES, _LEAN = 5, 3, 0.7
_FAINT = 2.0  # a prior above which groups are faint
_SHUFFLES, _BEYOND, _SHUFFLED_VOTES = 24, 3.0, 30_000
_HIDDEN = 0.1
_FEWEST_FOLDS, _MOST_FOLDS, _FOLD_VOTES = 2, 16, 85_000
_SURE = 2.0  # standard errors by which groups must beat no groups
_SIMPLER = 0.5  # and within which a smaller number is as good
_BETTER = 1.0  # and by which another number must beat the usual one
_REFINED = 6
_OWN_COUNTS = 60  # votes on a statement in a group, above which one's own makes no difference


@dataclass(frozen=True)
class Effort:
    """How hard to look: random starts, softened steps, steps at most, how many of the starts
    are the same whatever the generator, so that two seeds look in the same places, and starts
    from clusters besides the random ones."""

    starts: int
    warm: int
    steps: int
    shared: int = 0
    clustered: int = 0


QUICK = Effort(8, 10, 20)
SPREAD = Effort(4, 10, 20, clustered=4)
_SPREAD_GROUPS = 4
_FEWEST_STARTS, _MOST_STARTS, _START_VOTES = 12, 32, 600_000


def thorough(n_votes: int) -> Effort:
    """The more starts the fewer votes there are: then the optima are many and cheap to try."""
    starts = int(np.clip(_START_VOTES / max(1, n_votes), _FEWEST_STARTS, _MOST_STARTS))
    return Effort(starts, 25, 35, shared=starts * 7 // 8)


@dataclass(frozen=True, eq=False)
class GroupCount:
    """The number of groups the votes call for.

    `loss` holds the mean log loss (nats per hidden vote) for 1, 2, … groups, as far as it was
    worth trying; `explained` is the share of the loss without groups that the chosen number
    removes (0–1); `prior` is how many votes of the common opinion served best in each group.
    """

    chosen: int
    loss: tuple[float, ...]
    explained: float
    prior: float

    @property
    def fitting(self) -> float:
        """The prior while fitting, where the votes of a group are not yet only its own."""
        return self.prior * _FITTING


@dataclass(frozen=True, eq=False)
class Model:
    """G groups: `rates` 3 × m × G probabilities of each answer, `common` 3 × m of everybody's,
    `shares` G shares of people (sum 1), `asked` m shares of votes by statement (sum 1)."""

    rates: Floats
    common: Floats
    shares: Floats
    asked: Floats

    @cached_property
    def loss(self) -> Floats:
        """G × (G + 1) expected log loss of a vote by a member of one group, foretold from each
        group and, last, from everybody."""
        foretold = np.concatenate([self.rates, self.common[:, :, None]], axis=2)
        expected: Floats = np.einsum("m,amg,amh->gh", self.asked, self.rates, -np.log(foretold))
        return expected


@dataclass(frozen=True, eq=False)
class Table:
    """Votes as the fitting reads them: n × 3m and its transpose in single precision."""

    stacked: Sparse
    votes: Sparse
    transposed: Sparse
    common: Singles

    @classmethod
    def of(cls, stacked: Sparse) -> Table:
        """The table of a `VoteMatrix.stacked`, or of some of its rows. O(votes)."""
        votes = stacked.astype(np.float32)
        return cls(stacked, votes, votes.T.tocsr(), common_rates(stacked).astype(np.float32))

    @property
    def people(self) -> int:
        """Number of rows."""
        return int(self.stacked.shape[0])

    @cached_property
    def places(self) -> Floats:
        """n × up to 5 principal scores, by the root of how much each person voted."""
        centred = centred_votes(self.stacked)
        if not centred.data.any():
            return np.zeros((self.people, 1))
        scores = principal_axes(_evened(centred), _AXES)[1]
        root = np.sqrt(np.maximum(1, np.diff(self.stacked.indptr)))
        places: Floats = np.asarray(centred @ scores) / root[:, None]
        return places


def common_rates(stacked: Sparse) -> Floats:
    """3 × m probabilities of each answer over everybody (Jeffreys prior). O(votes)."""
    counts = np.asarray(stacked.sum(axis=0)).reshape(3, -1) + 0.5
    return np.asarray(counts / counts.sum(axis=0))


def latent_classes(
    table: Table,
    n_groups: int,
    rng: np.random.Generator,
    *,
    prior: float = _SEARCHING,
    effort: Effort = QUICK,
    row_weights: Floats | None = None,
) -> Model:
    """The groups of n people as a model; a group may turn out to be nobody's.

    `prior` is how many votes of the common opinion each group's rates start from;
    `row_weights` (n) counts people more than once (for the bootstrap). Expectation
    maximisation from random starts that are annealed; where groups are faint (a large prior), or
    `effort` says so, also from clusters of the principal scores. Deterministic for a given
    generator. O(starts · groups · votes) a step. Source: Dempster, Laird & Rubin (1977);
    annealing after Ueda & Nakano, Neural Networks 11 (1998).
    """
    if n_groups < 2 or table.people == 0:
        return model_of(table.stacked, np.ones((table.people, 1)))
    weight = None if row_weights is None else row_weights.astype(np.float32)
    some = _starts(effort, rng, partial(_random, table.people, n_groups))
    shares, fitness = _annealed(table, some, weight, prior, effort)
    if prior > _FAINT or effort.clustered:
        wanted = effort if prior > _FAINT else replace(effort, starts=effort.clustered)
        more = _starts(wanted, rng, partial(_clustered, table.places, n_groups))
        others = _annealed(table, more, weight, prior, replace(effort, warm=0))
        shares = np.concatenate([shares, others[0]], axis=2)
        fitness = np.concatenate([fitness, others[1]])
    tried = effort.starts + effort.clustered
    best = np.argsort(-fitness, kind="stable")[: min(_KEPT, max(1, tried // 3))]
    soft = _averaged([shares[:, :, i].astype(np.float64) for i in best])
    hard = np.eye(n_groups)[soft.argmax(axis=1)]
    return model_of(table.stacked, hard if row_weights is None else hard * row_weights[:, None])


def refined(stacked: Sparse, model: Model, prior: float) -> Model:
    """The model after a few more steps over other, or more, people. O(groups · votes)."""
    shares = _leaning(stacked, model, 1.0).astype(np.float32)[:, :, None]
    shares, _ = _annealed(Table.of(stacked), shares, None, prior, Effort(1, 0, _REFINED))
    return model_of(stacked, np.eye(model.shares.size)[shares[:, :, 0].argmax(axis=1)])


def model_of(stacked: Sparse, member: Floats) -> Model:
    """The model of groups with the given members (n × G, 0–1 or weighted). O(G · votes)."""
    common = common_rates(stacked)
    size = member.sum(axis=0) + 1
    asked = np.asarray(stacked.sum(axis=0)).reshape(common.shape).sum(axis=0) + 1e-9
    rates = _rates(np.asarray(stacked.T @ member), common, _PRIOR)
    return Model(rates, common, size / size.sum(), asked / asked.sum())


def place(stacked: Sparse, model: Model, least: int) -> Ints:
    """The group of each of n people, or UNPLACED.

    Somebody with fewer than `least` votes is not placed. Anybody else goes where the expected
    log loss of foretelling a vote of theirs is smallest, given how likely each group is after
    their votes; when that is no group but everybody's mean, the evidence is not enough.
    O(G · votes).
    """
    return _decided(stacked, model, least, EVIDENCE)


def _decided(
    stacked: Sparse, model: Model, least: int, evidence: float, own: Floats | None = None
) -> Ints:
    leaning = _leaning(stacked, model, evidence, own)
    found = np.asarray((leaning @ model.loss).argmin(axis=1))
    nowhere = (found == model.shares.size) | (np.diff(stacked.indptr) < least)
    return np.where(nowhere, UNPLACED, found).astype(np.int64)


def settled(stacked: Sparse, model: Model, least: int) -> Ints:
    """The group of each of n people as `place` says, by what the others in each group answered.

    People are placed by the model, then once more by the groups that this makes, each without the
    person's own votes. O(G · votes). Source: leave-one-out prediction, as in collapsed inference
    (Asuncion, Welling, Smyth & Teh, UAI 2009).
    """
    labels = place(stacked, model, least)
    n_groups = model.shares.size
    if stacked.nnz > _OWN_COUNTS * model.asked.size * n_groups:
        return labels
    member = np.eye(n_groups + 1)[labels][:, :-1]  # those without a group are in none
    counts = np.asarray(stacked.T @ member)
    size = member.sum(axis=0) + 1
    made = replace(model, rates=_rates(counts, model.common, _PRIOR), shares=size / size.sum())
    less = _apart(counts.reshape(made.rates.shape), model.common, _PRIOR)
    own = member * np.asarray(stacked @ _flat(less))
    return _decided(stacked, made, least, _EVIDENCE_APART, own)


def sample_of(stacked: Sparse, most_votes: int, rng: np.random.Generator) -> Ints:
    """Row numbers of all people, or of as many random ones as have that many votes. O(n)."""
    n = stacked.shape[0]
    if stacked.nnz <= most_votes:
        return np.arange(n)
    order = rng.permutation(n)
    enough = int(np.searchsorted(np.diff(stacked.indptr)[order].cumsum(), most_votes)) + 1
    return np.sort(order[:enough])


def choose_group_count(
    stacked: Sparse,
    max_groups: int,
    rng: np.random.Generator,
    *,
    least: int,
    core: int,
    usual: int | None = None,
    spread: bool = False,
) -> GroupCount:
    """Choose the number of groups by how well they foretell hidden votes.

    A tenth of the votes is hidden, groups are made from the rest (by people with `core` votes
    left; others, with `least`, are only placed), and each hidden vote is foretold from its
    person's group, with the strength of the common opinion that serves best; up to sixteen
    times over, and fewer when there are many votes. The smallest number is chosen that is
    within half a standard error of the best; errors are summed per person, since one person's
    votes belong together. There are groups at all when some number beats everybody's mean by
    two standard errors or when answers go together more than chance allows (`divided`).
    `usual`, the number of an earlier map, is kept until another is better by more than one
    standard error. Larger numbers are not tried when two in a row are worse than the best by
    that. With `spread`, four groups and more are also looked for from clusters, which costs more
    and finds many groups better. O(folds · groups² · starts · votes).
    """
    if stacked.nnz == 0 or max_groups < 2:
        return GroupCount(1, (0.0,), 0.0, _CHOICE_PRIORS[0])
    folds = [_hidden(stacked, fold, core) for fold in range(_folds(stacked))]
    losses: list[Floats] = []
    for count in range(1, max_groups + 1):
        # a generator a number: how far the search goes changes nothing in what it finds
        own = np.random.default_rng([int(rng.integers(2**32)), count])
        effort = SPREAD if spread and count >= _SPREAD_GROUPS else QUICK
        losses.append(np.sum([fold.loss(count, own, least, effort) for fold in folds], axis=0))
        if count > max(3, usual or 0) and _worse(losses):
            break
    best_prior, number = _by_best_prior(losses)
    chosen = _best(number, usual) if _foretold(losses) or divided(stacked, rng) else 1
    hidden = max(1.0, float(sum(fold.weight for fold in folds)))
    mean = tuple(float(loss.sum() / hidden) for loss in number)
    explained = 1 - mean[chosen - 1] / mean[0] if mean[0] > 0 else 0.0
    return GroupCount(chosen, mean, max(0.0, explained), best_prior)


def divided(stacked: Sparse, rng: np.random.Generator) -> bool:
    """Whether answers go together across statements more than chance allows.

    The largest singular value of the centred votes, each divided by the fourth root of how many
    the person cast, and the sum of the five largest, are compared with those after the answers to
    each statement were shuffled among those who gave them, which keeps how much everybody voted and
    how each statement was answered. One of the two has to lie three standard deviations above their
    mean. Sees faint groups that foretell too little to be seen otherwise. Of many votes, those of a
    sample of people are looked at.
    O(shuffles · votes). Source: parallel analysis, Horn, Psychometrika 30 (1965).
    """
    centred = centred_votes(stacked[sample_of(stacked, _SHUFFLED_VOTES, rng)])
    if min(centred.shape) <= _AXES or not centred.data.any():
        return False
    order = np.argsort(centred.indices, kind="stable")
    columns, values = centred.indices[order], centred.data[order]
    chance = []
    for _ in range(_SHUFFLES):
        shuffled = centred.copy()
        shuffled.data[order] = values[np.lexsort((rng.random(len(values)), columns))]
        chance.append(_strengths(shuffled))
    beyond = np.mean(chance, axis=0) + _BEYOND * np.std(chance, axis=0, ddof=1)
    return bool((_strengths(centred) > beyond).any())


def _strengths(centred: Sparse) -> Floats:
    """The largest singular value and the sum of the five largest."""
    strength = principal_axes(_evened(centred), _AXES)[0]
    return np.array([strength[0], strength.sum()])


def _evened(centred: Sparse) -> Sparse:
    """Votes divided by the fourth root of how many the person cast: those who voted most make most
    of the noise, and at full weight it hides what goes together among all the others."""
    cast = np.diff(centred.indptr)
    evened = centred.copy()
    evened.data = centred.data * np.repeat(np.maximum(1, cast) ** -0.25, cast)
    return evened


def bootstrap(
    stacked: Sparse,
    everybody: Sparse,
    labels: Ints,
    n_groups: int,
    rng: np.random.Generator,
    *,
    prior: float,
    least: int,
    rounds: int = 10,
) -> tuple[float, float]:
    """How well the groups come back when other people had happened to take part.

    Each round draws as many people as there are in `stacked`, with replacement, finds groups
    from them alone, and places `everybody`, whose groups on the map are `labels`. Returned
    are the mean adjusted Rand index, not below 0, and the mean share of people who change
    group when groups are matched, both among those who are placed both times.
    O(rounds · starts · groups · votes). Source: Hennig (2007), with the adjusted Rand index
    for Jaccard.
    """
    n = stacked.shape[0]
    agreed, moved = [], []
    for _ in range(rounds):
        drawn = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
        there = np.flatnonzero(drawn)
        table, weights = Table.of(stacked[there]), drawn[there]
        model = latent_classes(table, n_groups, rng, prior=prior, row_weights=weights)
        again = place(everybody, model, least)
        both = (labels >= 0) & (again >= 0)
        agreed.append(adjusted_rand(labels[both], again[both]))
        moved.append(_moved(labels[both], again[both]))
    return min(1.0, max(0.0, float(np.mean(agreed)))), float(np.mean(moved))


def _moved(before: Ints, after: Ints) -> float:
    if len(before) == 0:
        return 0.0
    table = contingency(before, after)
    stayed = sum(table[pair] for pair in matched(table).items())
    return float(1 - stayed / len(before))


def _leaning(stacked: Sparse, model: Model, evidence: float, own: Floats | None = None) -> Floats:
    """n × G: how likely each group is for each person, after their votes; `own` (n × G) is what
    their own part in the rates adds to that, and is taken out."""
    told = np.asarray(stacked @ _flat(np.log(model.rates)))
    found = evidence * (told if own is None else told + own) + np.log(model.shares)
    return _softmax(found[:, :, None])[:, :, 0]


def _flat(table: NDArray[Real]) -> NDArray[Real]:
    """3 × m × c as 3m × c."""
    return table.reshape(-1, table.shape[2])


def _apart(counts: NDArray[Real], common: NDArray[Real], prior: float) -> NDArray[Real]:
    """3 × m × c: by how much the log of each rate changes when one vote on it is taken away."""
    rest = np.maximum(counts - 1, 0)
    drawn = common.dtype.type(prior) * common[:, :, None]
    total, strength = counts.sum(axis=0), common.dtype.type(prior)
    less: NDArray[Real] = np.log((rest + drawn) / (counts + drawn))
    less -= np.log((np.maximum(total - 1, 0) + strength) / (total + strength))
    return less


def _starts(
    effort: Effort, rng: np.random.Generator, drawn: Callable[[int, np.random.Generator], Singles]
) -> Singles:
    own = drawn(effort.starts - effort.shared, rng)
    if effort.shared == 0:
        return own
    return np.concatenate([drawn(effort.shared, np.random.default_rng(0)), own], axis=2)


def _random(n: int, n_groups: int, starts: int, rng: np.random.Generator) -> Singles:
    # the fourth power makes starts that lean clearly to some group
    shares: Singles = rng.random((n, n_groups, starts), dtype=np.float32) ** 4
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


def _clustered(places: Floats, n_groups: int, starts: int, rng: np.random.Generator) -> Singles:
    """Starts from a few steps of k-means among the places (n × axes), seeded far apart."""
    points = places[:, : max(1, n_groups - 1)]
    n = len(points)
    shares = np.full((n, n_groups, starts), (1 - _LEAN) / n_groups, dtype=np.float32)
    for start in range(starts):
        centres = points[[int(rng.integers(n))]]
        for _ in range(n_groups - 1):
            far = _distances(points, centres).min(axis=1).cumsum()
            chosen = int(np.searchsorted(far, rng.random() * far[-1]))
            centres = np.vstack([centres, points[min(chosen, n - 1)]])
        for _ in range(_MOVES):
            member = np.eye(n_groups)[_distances(points, centres).argmin(axis=1)]
            size = member.sum(axis=0)[:, None]
            centres = np.where(size > 0, member.T @ points / np.maximum(size, 1), centres)
        nearest = _distances(points, centres).argmin(axis=1)
        shares[np.arange(n), nearest, start] += _LEAN
    return shares


def _distances(points: Floats, centres: Floats) -> Floats:
    """n × centres squared distances, less what is the same for all centres, not below 0."""
    square = (points**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1)
    return np.asarray(np.maximum(square - 2 * points @ centres.T, 0.0))


def _annealed(
    table: Table,
    shares: Singles,
    weight: Singles | None,
    prior: float,
    effort: Effort,
) -> tuple[Singles, Floats]:
    """Shares (n × groups × starts) and penalised log likelihood of each start.

    Some steps after they are no longer softened, the better half of the starts goes on alone.
    """
    n, groups, _starts_at_once = shares.shape
    total = np.float32(n if weight is None else weight.sum())
    own_counts = table.votes.nnz < _OWN_COUNTS * table.common.shape[1] * groups
    for step in range(effort.steps):
        heat = min(1.0, _SOFTEST + (1 - _SOFTEST) * step / effort.warm) if effort.warm else 1.0
        counted = shares if weight is None else shares * weight[:, None, None]
        counts = table.transposed @ counted.reshape(n, -1)
        logs = np.log(_rates(counts, table.common, prior))
        evidence = np.asarray(table.votes @ _flat(logs)).reshape(shares.shape)
        if own_counts and heat == 1.0:
            less = _apart(counts.reshape(logs.shape), table.common, prior)
            evidence += shares * np.asarray(table.votes @ _flat(less)).reshape(shares.shape)
        evidence += np.log((counted.sum(axis=0) + 1) / (total + groups))
        before, shares = shares, _softmax(np.float32(heat) * evidence)
        if heat == 1.0 and np.abs(shares - before).mean() < _STEADY:
            break
        if step == effort.warm + _SETTLING:
            fitness = _fitness(evidence, logs, table.common, weight, prior)
            shares = shares[:, :, _better_half(fitness)]
    return shares, _fitness(evidence, logs, table.common, weight, prior)


def _better_half(fitness: Floats) -> Ints:
    """The starts that go on, in the order in which they began."""
    return np.sort(np.argsort(-fitness, kind="stable")[: (len(fitness) + 1) // 2])


def _rates(counts: Any, common: NDArray[Real], prior: float) -> NDArray[Real]:
    """(3m × c) counts → 3 × m × c probabilities with `prior` votes of the common opinion."""
    table = counts.reshape(3, common.shape[1], -1)
    strength = common.dtype.type(prior)
    rates: NDArray[Real] = (table + strength * common[:, :, None]) / (table.sum(axis=0) + strength)
    return rates


def _fitness(
    evidence: Singles,
    logs: Singles,
    common: Singles,
    weight: Singles | None,
    prior: float,
) -> Floats:
    top = _folded(np.maximum, evidence)
    each = (top + np.log(_folded(np.add, np.exp(evidence - top))))[:, 0]
    each = each if weight is None else each * weight[:, None]
    pull = np.einsum("am,amc->c", common, logs).reshape(evidence.shape[1:]).sum(axis=0)
    fitness: Floats = each.sum(axis=0, dtype=np.float64) + prior * pull
    return fitness


def _softmax(evidence: NDArray[Real]) -> NDArray[Real]:
    """Shares that sum to 1 over the second of three axes."""
    raised: NDArray[Real] = evidence - _folded(np.maximum, evidence)
    np.exp(raised, out=raised)
    raised /= _folded(np.add, raised)
    return raised


def _folded(two: np.ufunc, table: NDArray[Real]) -> NDArray[Real]:
    """A table with its second axis brought down to one, by halves: far quicker than NumPy's own
    way when the third axis is short. `two` is the maximum or the sum of two."""
    while (size := table.shape[1]) > 1:
        half = size // 2
        folded = two(table[:, :half], table[:, half : 2 * half])
        if size % 2:
            folded[:, :1] = two(folded[:, :1], table[:, -1:])
        table = folded
    return table


def _averaged(runs: list[Floats]) -> Floats:
    """Mean of several soft assignments after matching their groups to the first one's."""
    reference = runs[0]
    for _ in range(2):
        total = np.zeros_like(reference)
        for run in runs:
            total += run[:, _order(reference, run)]
        reference = total / len(runs)
    return reference


def _order(reference: Floats, run: Floats) -> list[int]:
    pairs = matched(reference.T @ run + 1e-9)
    return [pairs[group] for group in range(reference.shape[1])]


@dataclass(frozen=True, eq=False)
class _Fold:
    """Votes with a part hidden, the same for every number of groups: differences are paired."""

    seen: Sparse
    hidden: Sparse
    core: Table

    @property
    def weight(self) -> float:
        return float(self.hidden.sum())

    def loss(
        self, n_groups: int, rng: np.random.Generator, least: int, effort: Effort = QUICK
    ) -> Floats:
        """Priors × n: log loss over each person's hidden votes."""
        if n_groups == 1:
            labels = np.full(self.seen.shape[0], UNPLACED)  # everybody's mean is the measure
        else:
            model = latent_classes(self.core, n_groups, rng, effort=effort)
            labels = settled(self.seen, model, least)
        member = np.zeros((len(labels), n_groups + 1))
        member[np.arange(len(labels)), labels] = 1.0  # the last column is nobody's group
        table, common = self.hidden.tocoo(), common_rates(self.seen)
        counts = np.asarray(self.seen.T @ member)
        found = []
        for prior in _CHOICE_PRIORS:
            rates = _rates(counts, common, prior)
            rates[:, :, -1] = common
            logs = _flat(np.log(rates))
            loss = -logs[table.col, labels[table.row]] * table.data
            found.append(np.bincount(table.row, loss, minlength=len(labels)))
        return np.array(found)


def _folds(stacked: Sparse) -> int:
    return int(np.clip(_FOLD_VOTES / max(1, stacked.nnz), _FEWEST_FOLDS, _MOST_FOLDS))


def _hidden(stacked: Sparse, fold: int, core: int) -> _Fold:
    hide = np.random.default_rng(fold).random(stacked.nnz) < _HIDDEN
    seen = _part(stacked, ~hide)
    some = seen[np.flatnonzero(np.diff(seen.indptr) >= core)]
    return _Fold(seen, _part(stacked, hide), Table.of(some))


def _part(stacked: Sparse, keep: NDArray[np.bool_]) -> Sparse:
    part = stacked.copy()
    part.data = np.where(keep, stacked.data, 0.0)
    part.eliminate_zeros()
    return part


def _foretold(losses: list[Floats]) -> bool:
    """Whether some number of groups foretells better than everybody's mean."""
    return any(_beats(loss[_CERTAIN], losses[0][_CERTAIN], _SURE) for loss in losses[1:])


def _best(losses: list[Floats], usual: int | None) -> int:
    """The number of two groups or more, by losses of n people for 1, 2, … groups."""
    least = min(losses[1:], key=np.sum)
    best = 2 + next(i for i, loss in enumerate(losses[1:]) if not _beats(least, loss, _SIMPLER))
    if usual is None or not 2 <= usual <= len(losses):
        return best
    return best if _beats(losses[best - 1], losses[usual - 1], _BETTER) else usual


def _worse(losses: list[Floats]) -> bool:
    _, number = _by_best_prior(losses)
    least = min(number, key=np.sum)
    return all(_beats(least, loss, _BETTER) for loss in number[-2:])


def _by_best_prior(losses: list[Floats]) -> tuple[float, list[Floats]]:
    """The prior under which some number above 1 foretells best, and the losses under it."""
    table = np.array(losses)
    best = int(table[1:].sum(axis=2).min(axis=0).argmin()) if len(losses) > 1 else 0
    return _CHOICE_PRIORS[best], list(table[:, best])


def _beats(one: Floats, other: Floats, errors: float) -> bool:
    """Whether the first loss is smaller by more than so many standard errors of the gain."""
    gain = other - one
    return bool(gain.sum() > errors * gain.std() * np.sqrt(len(gain)))
