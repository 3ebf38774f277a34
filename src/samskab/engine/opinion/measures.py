"""What each group says about each statement.

All arrays have groups first: G groups × m statements. Probabilities are over all who
answered, passes included, with Jeffreys prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaln

from samskab.engine.opinion.votes import Floats, Ints, VoteMatrix

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Interval:
    """A probability with its bounds; three arrays of one shape."""

    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, eq=False)
class Representative:
    """Where a group answers otherwise than everybody else.

    `side` is 1 where the group agrees more, -1 where it disagrees more, 0 where neither is
    sure; `p` is the smaller adjusted p-value of the two; `agree_ratio` is how many times more
    likely the group is to agree than the rest. G × m each.
    """

    side: NDArray[np.int64]
    p: Floats
    agree_ratio: Floats


@dataclass(frozen=True, eq=False)
class Scores:
    """One number per statement (m); 0 where `ranked` says too few have answered."""

    consensus: Floats
    consensus_against: Floats
    bridging: Floats
    divisiveness: Floats
    uncertainty: Floats
    ranked: Flags


def group_counts(votes: VoteMatrix, labels: Ints, n_groups: int) -> Floats:
    """G × m × 3 sums of vote weights: agree, disagree, pass.

    `labels` holds a group number from 0 for each person, or a negative number for nobody's
    group. O(G · votes).
    """
    member = (labels[:, None] == np.arange(n_groups)).astype(np.float64)
    counts = np.asarray(votes.stacked.T @ member)
    return np.ascontiguousarray(counts.reshape(3, votes.shape[1], n_groups).transpose(2, 1, 0))


def jeffreys(successes: Floats, trials: Floats, level: float = 0.95) -> Interval:
    """Probability of success with an equal-tailed Jeffreys interval, for arrays of one shape.

    The value is the posterior mean (s + ½)/(n + 1). The interval reaches 0 when nothing and
    1 when everything succeeded, and is 0–1 without trials. Raises ValueError unless
    0 ≤ successes ≤ trials. O(size). Source: Brown, Cai & DasGupta (2001).
    """
    if (successes < 0).any() or (successes > trials).any():
        raise ValueError("Successes must lie between 0 and the number of trials.")
    a, b = successes + 0.5, trials - successes + 0.5
    tail = (1 - level) / 2
    low = np.where(successes == 0, 0.0, betaincinv(a, b, tail))
    high = np.where(successes == trials, 1.0, betaincinv(a, b, 1 - tail))
    return Interval(_mean(successes, trials), low, high)


def _mean(successes: Floats, trials: Floats) -> Floats:
    """The posterior mean of `jeffreys` alone."""
    return (successes + 0.5) / (trials + 1)


def benjamini_hochberg(p: Floats) -> Floats:
    """P-values adjusted for the false discovery rate; same shape as `p`. O(n log n).

    Source: Benjamini & Hochberg, Journal of the Royal Statistical Society B 57 (1995).
    """
    flat = p.ravel()
    order = np.argsort(-flat, kind="stable")
    rank = np.arange(len(flat), 0, -1)
    adjusted = np.empty(len(flat))
    adjusted[order] = np.minimum.accumulate(np.minimum(1.0, flat[order] * len(flat) / rank))
    return adjusted.reshape(p.shape)


def fisher_greater(inside: Floats, n_inside: Floats, outside: Floats, n_outside: Floats) -> Floats:
    """One-sided exact p-values that the first proportion is the larger; arrays of one shape.

    Weighted counts are rounded to whole votes. The hypergeometric tail is summed outwards from
    its first term, on the side where terms only fall. O(size · spread). Source: Fisher's exact
    test.
    """
    a, n1, c, n2 = (np.rint(x).ravel() for x in (inside, n_inside, outside, n_outside))
    drawn, total = a + c, n1 + n2
    upper = a > np.floor((n1 + 1) * (drawn + 1) / (total + 2))
    tail = _tail(np.where(upper, a, a - 1), n1, n2, drawn, upper)
    return np.clip(np.where(upper, tail, 1 - tail), 0.0, 1.0).reshape(inside.shape)


def _tail(k: Floats, n1: Floats, n2: Floats, drawn: Floats, upper: Flags) -> Floats:
    """Probability of k and beyond, upwards or downwards, of `drawn` from n1 + n2."""
    left = n2 - drawn  # of the others, how many stay behind when k is 0
    possible = (k >= np.maximum(0, -left)) & (k <= np.minimum(n1, drawn))
    inner = np.where(possible, k, np.maximum(0, -left))
    logs = _choose(n1, inner) + _choose(n2, drawn - inner) - _choose(n1 + n2, drawn)
    term = np.where(possible, np.exp(logs), 0.0)
    found = term.copy()
    open_ = np.flatnonzero(term)
    while open_.size:
        at, step = k[open_], np.where(upper[open_], 1.0, -1.0)
        up = (n1[open_] - at) * (drawn[open_] - at) / ((at + 1) * (left[open_] + at + 1))
        down_above = (n1[open_] - at + 1) * (drawn[open_] - at + 1)
        down = at * (left[open_] + at) / down_above
        term[open_] *= np.where(step > 0, up, down)
        k[open_] = at + step
        found[open_] += term[open_]
        open_ = open_[term[open_] > 1e-17 * found[open_]]
    return found


def _choose(n: Floats, k: Floats) -> Floats:
    """Logarithm of n over k."""
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def representativeness(counts: Floats, ranked: Flags, rate: float = 0.05) -> Representative:
    """Which statements set a group apart, with at most `rate` false finds among them.

    Each group is compared with everybody in the other groups, for agreeing and for
    disagreeing, by Fisher's exact test; p-values are adjusted (Benjamini–Hochberg) over all
    groups, both sides and all ranked statements. With one group nothing is representative.
    O(G · m).
    """
    n_groups, m, _ = counts.shape
    trials = counts.sum(axis=2)
    rest, rest_trials = counts.sum(axis=0) - counts, trials.sum(axis=0) - trials
    p = np.ones((2, n_groups, m))
    for side in (0, 1):
        p[side] = fisher_greater(counts[:, :, side], trials, rest[:, :, side], rest_trials)
    tested = np.broadcast_to(ranked, p.shape) if n_groups > 1 else np.zeros(p.shape, dtype=bool)
    adjusted = np.ones(p.shape)
    adjusted[tested] = benjamini_hochberg(p[tested])
    side = np.where(adjusted[0] <= adjusted[1], 1, -1) * (adjusted.min(axis=0) <= rate)
    ratio = _mean(counts[:, :, 0], trials) / _mean(rest[:, :, 0], rest_trials)
    return Representative(side.astype(np.int64), adjusted.min(axis=0), ratio)


def enough_votes(counts: Floats) -> Flags:
    """Which statements enough people answered to be ranked at all (m).

    At least five answers, or half of the people when there are fewer than ten; at least a
    fifth of what a statement usually gets; and from every group at least three answers
    (one, when the groups are all there is of under ten people). O(G · m).
    """
    trials = counts.sum(axis=2)
    total = trials.sum(axis=0)
    if not total.size or not total.max():
        return np.zeros(total.shape, dtype=bool)
    most = float(total.max())
    overall = max(min(5.0, np.ceil(most / 2)), 0.2 * float(np.median(total)))
    each = 3.0 if most >= 10 else 1.0
    enough: Flags = (total >= overall) & (trials >= each).all(axis=0)
    return enough


def score(counts: Floats, ranked: Flags) -> Scores:
    """Consensus, bridging, divisiveness and uncertainty of every statement. O(G · m).

    - consensus: product over groups of the probability of agreeing (group-informed
      consensus); `consensus_against` the same for disagreeing;
    - bridging: among those in a group who take a stand (agree or disagree), the lower bound
      of the probability of agreeing, in the group where it is smallest: how sure even the
      most sceptical group's agreement is;
    - divisiveness: how much more one group agrees than another and, at the same time, the
      other disagrees more than it (the smaller of the two differences in probability, for
      the pair of groups where that is largest), so that a group that merely passes divides
      nobody; without groups, twice the smaller of the probabilities of agreeing and
      disagreeing, where somebody did either;
    - uncertainty: mean over groups of the probability of passing.

    All lie in 0–1 and are 0 where not `ranked`.
    """
    trials = counts.sum(axis=2)
    agree = _mean(counts[:, :, 0], trials)
    disagree = _mean(counts[:, :, 1], trials)
    passed = _mean(counts[:, :, 2], trials)
    keep = ranked.astype(np.float64)
    return Scores(
        consensus=agree.prod(axis=0) * keep * bool(len(counts)),
        consensus_against=disagree.prod(axis=0) * keep * bool(len(counts)),
        bridging=shared_stand(counts, 0) * keep,
        divisiveness=_divide(agree, disagree) * keep * _answered_both_ways(counts),
        uncertainty=passed.sum(axis=0) / max(1, len(passed)) * keep,
        ranked=ranked,
    )


def shared_stand(counts: Floats, side: int) -> Floats:
    """m cautious shares, among those who take a stand, of side 0 (agree) or 1 (disagree).

    The smallest over the groups of the lower Jeffreys bounds; 0 without groups. O(G · m).
    """
    if len(counts) == 0:
        return np.zeros(counts.shape[1])
    lows: Floats = jeffreys(counts[:, :, side], counts[:, :, :2].sum(axis=2)).low
    return np.asarray(lows.min(axis=0))


def _answered_both_ways(counts: Floats) -> Flags:
    return np.asarray((counts[:, :, :2].sum(axis=0) > 0).all(axis=1))


def _divide(agree: Floats, disagree: Floats) -> Floats:
    if len(agree) == 0:
        return np.zeros(agree.shape[1])
    if len(agree) == 1:
        split: Floats = 2 * np.minimum(agree[0], disagree[0])
        return np.minimum(1.0, split)
    apart = np.minimum(agree[:, None] - agree, disagree - disagree[:, None])
    return np.asarray(apart.max(axis=(0, 1)))
