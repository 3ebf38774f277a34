"""Which statement to show a person next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b

import numpy as np

from samskab.engine.opinion.votes import ANSWERS, Floats, Id, VoteMatrix, id_order

_LAGGING = 0.25  # below this share of the mean number of votes a statement goes first
_NEW = 5.0  # votes after which the extra chance of a new statement has halved
_BOOST = 8.0
_TOLD = 8.0  # how much better the chance of the most telling statement is
_OWN = 0.7  # what an answer weighs: answers overlap in what they tell


def next_statement(
    votes: VoteMatrix,
    open_statements: Sequence[Id],
    participant: Id,
    *,
    seed: int = 0,
    exclude: Collection[Id] = (),
    groups: Mapping[Id, Sequence[Sequence[float]]] | None = None,
) -> Id | None:
    """The next of the open statements for a participant, or None when all are answered.

    Every second turn belongs to statements that lag behind (under a quarter of the mean
    number of votes): the one with the fewest votes is shown. On other turns the choice is
    drawn, with better chances for statements that tell opinions apart, are seldom passed,
    and are new. `groups` gives, for statements on a map, how many in each group agreed,
    disagreed and passed (G × 3); then chances also grow with how much the answer would tell
    about which group the participant belongs to, after the answers given so far.
    `exclude` names statements not to show now. The same votes, seed, groups and participant
    give the same answer; the participant may be unknown to `votes`. O(G · m) after the counts
    of `votes` are known. Source: mutual information, Lindley, Annals of Mathematical
    Statistics 27 (1956).
    """
    answered = votes.answers_of(participant)
    left = [name for name in open_statements if name not in answered and name not in exclude]
    if not left:
        return None
    counts = _counts(votes, open_statements)
    total = dict(zip(open_statements, counts.sum(axis=1), strict=True))
    rng = _generator(seed, participant, len(answered))
    lagging = [name for name in left if total[name] < _LAGGING * np.mean(list(total.values()))]
    if lagging and (len(answered) + _digest(seed, participant)) % 2 == 0:
        fewest = min(total[name] for name in lagging)
        return _drawn([name for name in lagging if total[name] == fewest], None, rng)
    chance = dict(zip(open_statements, _chances(counts), strict=True))
    for name, told in _telling(left, answered, groups or {}).items():
        chance[name] *= told
    return _drawn(left, np.array([chance[name] for name in left]), rng)


def _counts(votes: VoteMatrix, statements: Sequence[Id]) -> Floats:
    counts = np.zeros((len(statements), 3))
    for i, name in enumerate(statements):
        column = votes.column_of.get(name)
        if column is not None:
            counts[i] = votes.counts[column]
    return counts


def _chances(counts: Floats) -> Floats:
    """Unnormalised chance of each statement; never zero."""
    total = counts.sum(axis=1)
    agree, disagree, passed = ((counts + 1) / (total[:, None] + 3)).T
    telling = (1 - passed) * (0.25 + 4 * agree * disagree)
    chances: Floats = telling * (1 + _BOOST * 2 ** (-total / _NEW))
    return chances


def _telling(
    left: Sequence[Id],
    answered: Mapping[Id, int],
    groups: Mapping[Id, Sequence[Sequence[float]]],
) -> dict[Id, float]:
    """For statements on the map: 1 where an answer tells nothing about the person's group, and
    up to 1 + `_TOLD` where it tells the most."""
    rates = {name: _rates(groups[name]) for name in {*left, *answered} & groups.keys()}
    there = [name for name in left if name in rates]
    if not there or len(rates[there[0]]) < 2:
        return {}
    logs = np.zeros(len(rates[there[0]]))
    for name in sorted(answered.keys() & rates.keys(), key=id_order):
        logs += _OWN * np.log(rates[name][:, ANSWERS.index(answered[name])])
    share = np.exp(logs - logs.max())
    share /= share.sum()
    told = np.array([_information(rates[name], share) for name in there])
    most = told.max()
    if most <= 0:
        return {}
    return {name: 1 + _TOLD * one / most for name, one in zip(there, told.tolist(), strict=True)}


def _rates(counts: Sequence[Sequence[float]]) -> Floats:
    table = np.asarray(counts, dtype=np.float64) + 1
    rates: Floats = table / table.sum(axis=1, keepdims=True)
    return rates


def _information(rates: Floats, share: Floats) -> float:
    """Mutual information, in nats, of the answer (G × 3 rates) and the group (G shares)."""
    mean = share @ rates
    return max(0.0, float(share @ (rates * np.log(rates / mean)).sum(axis=1)))


def _digest(*parts: object) -> int:
    # a digest, since Python's own hash of texts changes from one process to the next
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=8).digest())


def _generator(*parts: object) -> np.random.Generator:
    return np.random.default_rng(_digest(*parts))


def _drawn(names: Sequence[Id], chances: Floats | None, rng: np.random.Generator) -> Id:
    share = None if chances is None else chances / chances.sum()
    return names[int(rng.choice(len(names), p=share))]
