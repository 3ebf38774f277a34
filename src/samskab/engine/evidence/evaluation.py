"""From answers to an evaluation: the one way that both the website and the command use."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from samskab.engine.evidence.change import (
    LEVEL,
    Bounds,
    Change,
    Reliable,
    bounds,
    compare,
    improved,
    measurement_error,
    paired_change,
    reliable_change,
)
from samskab.engine.evidence.instruments import Instrument
from samskab.engine.evidence.resampling import Mean, mean_change
from samskab.engine.evidence.shares import Difference, Share, newcombe
from samskab.engine.evidence.tables2x2 import Odds, odds_ratio

Round = Literal["before", "after"]
Side = Literal["pilot", "comparison"]
PUBLISHABLE = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's items in one round, under a code; a missing item is None."""

    code: str
    round: Round
    items: tuple[int | None, ...]
    group: Side = "pilot"


@dataclass(frozen=True)
class Comparison:
    """A group that did not take part: how it changed, and how much more the pilot's did."""

    n_before: int
    n_after: int
    n_paired: int
    change: Change
    improved: Share
    difference: Change
    improved_difference: Difference | None
    improved_odds: Odds | None = None
    mean_difference: float | None = None
    mean_difference_se: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """What the answers of a pilot say.

    `n_before` and `n_after` count complete answers of the pilot's group, `n_paired` the people
    with both, `incomplete` answers left out because an item is missing (both groups).
    `change` is after minus before in score points, whatever direction is better. `improved`
    counts changes for the better of at least `threshold`, or any where that is None. `mean` is
    what pooling over places takes. `changes` has each person's change, sorted, without a code.
    """

    instrument: Instrument
    n_before: int
    n_after: int
    n_paired: int
    incomplete: int
    change: Change
    improved: Share
    threshold: float | None
    reliable: Reliable | None
    bounds: Bounds
    comparison: Comparison | None
    mean: Mean | None = None
    changes: tuple[float, ...] = ()

    @property
    def all_alike(self) -> bool:
        """Whether two people or more all changed by exactly the same."""
        return self.mean is not None and self.mean.se == 0

    @property
    def may_publish(self) -> bool:
        """Whether enough people answered twice for the figures to be shown to others."""
        groups = [self.n_paired] + ([self.comparison.n_paired] if self.comparison else [])
        return min(groups) >= PUBLISHABLE


@dataclass(frozen=True)
class _Scores:
    before: Mapping[str, float]
    after: Mapping[str, float]

    @property
    def codes(self) -> list[str]:
        return sorted(self.before.keys() & self.after.keys())

    def pairs(self) -> tuple[list[float], list[float]]:
        return [self.before[c] for c in self.codes], [self.after[c] for c in self.codes]

    def unanswered(self) -> list[float]:
        return [self.before[c] for c in sorted(self.before.keys() - self.after.keys())]

    def changes(self) -> list[float]:
        return [self.after[c] - self.before[c] for c in self.codes]


def evaluate(
    answers: Iterable[Answer],
    instrument: Instrument,
    *,
    threshold: float | None = None,
    level: float = LEVEL,
    blind_bounds: bool = False,
) -> Evaluation:
    """The evaluation of a pilot from its before- and after-answers.

    An answer with a missing item has no score and counts as not given. `threshold` replaces the
    instrument's relevant change, in score points above zero. Each code belongs to one group.
    `blind_bounds` keeps what the missing answered before out of the bounds. Where the
    instrument has no known error of measurement, it is taken from the answers before, if there
    are 20 or more of both groups. O(answers × log answers).

    Raises ValueError on a code that answers twice in a round or is in both groups, and on items
    that do not fit the instrument.
    """
    listed = list(answers)
    _refuse_confusion(listed)
    incomplete = sum(1 for one in listed if instrument.score(one.items) is None)
    limit = instrument.relevant_change if threshold is None else threshold
    mine = _scores(listed, "pilot", instrument)
    before, after = mine.pairs()
    better = instrument.higher_is_better
    error, source = _error(listed, instrument)
    changes = sorted(mine.changes())
    return Evaluation(
        instrument=instrument,
        n_before=len(mine.before),
        n_after=len(mine.after),
        n_paired=len(before),
        incomplete=incomplete,
        change=paired_change(before, after, level),
        improved=improved(before, after, limit, higher_is_better=better, level=level),
        threshold=limit,
        reliable=None
        if error is None
        else reliable_change(
            before, after, error, higher_is_better=better, level=level, source=source
        ),
        bounds=bounds(
            before,
            after,
            mine.unanswered(),
            instrument.scale,
            limit,
            higher_is_better=better,
            blind=blind_bounds,
        ),
        comparison=_comparison(mine, listed, instrument, limit, level),
        mean=mean_change(changes, level),
        changes=tuple(changes),
    )


def _error(answers: Sequence[Answer], instrument: Instrument) -> tuple[float | None, str]:
    """The error of one measurement, and where it comes from."""
    if instrument.standard_error is not None:
        return instrument.standard_error, instrument.error_source
    whole = [
        one.items
        for one in answers
        if one.round == "before" and instrument.score(one.items) is not None
    ]
    return measurement_error(whole, instrument.factor), "Cronbach's alpha of the answers before"


def _comparison(
    mine: _Scores,
    answers: Sequence[Answer],
    instrument: Instrument,
    limit: float | None,
    level: float,
) -> Comparison | None:
    others = _scores(answers, "comparison", instrument)
    if not any(one.group == "comparison" for one in answers):
        return None
    before, after = others.pairs()
    better = instrument.higher_is_better
    share = improved(before, after, limit, higher_is_better=better, level=level)
    own = improved(*mine.pairs(), limit, higher_is_better=better, level=level)
    both = bool(own.total and share.total)
    one, two = mean_change(mine.changes(), level), mean_change(others.changes(), level)
    return Comparison(
        n_before=len(others.before),
        n_after=len(others.after),
        n_paired=len(before),
        change=paired_change(before, after, level),
        improved=share,
        difference=compare(mine.changes(), others.changes(), level),
        improved_difference=newcombe(own.count, own.total, share.count, share.total, level)
        if both
        else None,
        improved_odds=odds_ratio(own.count, own.total, share.count, share.total, level)
        if both
        else None,
        mean_difference=one.estimate - two.estimate
        if one.estimate is not None and two.estimate is not None
        else None,
        mean_difference_se=math.hypot(one.se, two.se)
        if one.se is not None and two.se is not None
        else None,
    )


def _scores(answers: Iterable[Answer], side: Side, instrument: Instrument) -> _Scores:
    found: dict[str, dict[str, float]] = {"before": {}, "after": {}}
    for one in answers:
        score = instrument.score(one.items)
        if one.group == side and score is not None:
            found[one.round][one.code] = score
    return _Scores(found["before"], found["after"])


def _refuse_confusion(answers: Iterable[Answer]) -> None:
    seen: set[tuple[str, str]] = set()
    sides: dict[str, str] = {}
    for one in answers:
        if one.round not in ("before", "after"):
            raise ValueError(f"the round is before or after, not {one.round}")
        if (one.code, one.round) in seen:
            raise ValueError(f"the code {one.code} answers twice in the round {one.round}")
        seen.add((one.code, one.round))
        if sides.setdefault(one.code, one.group) != one.group:
            raise ValueError(f"the code {one.code} is in both groups")
