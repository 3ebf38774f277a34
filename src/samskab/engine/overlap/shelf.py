"""Many initiatives side by side, as arrays, and how strong and certain chosen pairs are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from samskab.engine.overlap.profile import Day, Profile, term_weight
from samskab.engine.overlap.vocabulary import (
    BETTER,
    VAGUE_WEIGHT,
    WORSE,
    Meaning,
    Vocabulary,
    vocabulary_of,
)

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Numbers = NDArray[np.int64]


class Weighing(NamedTuple):
    """What target group or activity counts.

    `floor` is what is left of the strength when it says "something else", `opening` how much it
    must agree to be held against the pair no more, `certainty` what it tells when both state it.
    """

    weight: float
    floor: float
    opening: float
    certainty: float


GROUPS = Weighing(0.5, 0.1, 0.7, 0.3)
ACTIVITIES = Weighing(0.4, 0.2, 0.55, 0.3)
TEXT_WEIGHT, TEXT_CERTAINTY = 0.15, 0.2
AREA_FLOOR, AREA_OPENING, AREA_CERTAINTY = 0.4, 0.5, 0.08
PERIOD_FLOOR, PERIOD_CERTAINTY = 0.3, 0.07
AGE_FLOOR, AGE_CERTAINTY = 0.4, 0.05
# What a field counts when one side only speaks of it in its text, and when both do.
HALF_STATED, SPOKEN_OF = 0.6, 0.8
# Between two that state nothing, what one of them does not speak of is taken to agree so much:
# shared words alone are as often a look-alike as the same.
UNSPOKEN = 0.2
# A label that the other side does not state but speaks of, although it states others.
MENTIONED = 0.5
# Two short texts about the same thing hardly ever share more than this.
FULL_TEXT = 0.5
LEAST_TOTAL = 12.0
ENOUGH_TERMS = 8
CERTAIN_HALF, CERTAIN_SPOKEN = 0.5, 0.3
# Sentence vectors: so near they mean the same; what they count beside the words; and how much
# heavier the text weighs with them where no labels are stated.
SAME_MEANING, VECTOR_SHARE, VECTOR_WEIGHT = 0.5, 0.8, 0.2
TRUST = np.array([SPOKEN_OF, HALF_STATED, 1], np.float32)
SLOTS = 8
SEVERAL = -1
MOST_MEANINGS = 8_000
CHUNK = 16_384
THREADS = 2
FILLED = 2
DIGITS = 4
# Pairs that may come so near the least strength are compared to the end.
SLACK = 10**-DIGITS
_NEVER = np.iinfo(np.int32).max


class Strengths(NamedTuple):
    """For each pair its strength and certainty, 0 to 1."""

    strength: Floats
    certainty: Floats


class Spans(NamedTuple):
    """First and last of each row, and whether they are known; unknown ones reach over all."""

    first: Ints
    last: Ints
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """What is compared of some initiatives, a row each; meanings by number, 0 for none."""

    groups: Ints
    activities: Ints
    named_groups: Ints
    named_activities: Ints
    terms: csr_array
    areas: csr_array
    totals: Floats
    lengths: Floats
    periods: Spans
    ages: Spans
    vectors: Floats | None = None

    def __len__(self) -> int:
        return len(self.totals)

    @cached_property
    def only_area(self) -> Ints:
        """The area of a row that states one, from 1 on; 0 for none, -1 for several."""
        number = np.diff(self.areas.indptr)
        found = np.where(number > 1, SEVERAL, 0).astype(np.int32)
        single = number == 1
        found[single] = self.areas.indices[self.areas.indptr[:-1][single]] + 1
        return found


_MEANINGS = ("groups", "activities", "named_groups", "named_activities")


class Shelf:
    """Profiles side by side, ready for comparing chosen pairs of them by number.

    `vectors`, when given, hold a sentence vector of length 1 for each profile; what they say
    then counts with the words. Memory O(terms of all + (different labels)^2, at most 300 MB). Of
    more than 8,000 different meanings the rarest are left to the text.
    """

    def __init__(
        self,
        profiles: Sequence[Profile],
        *,
        words: Vocabulary | None = None,
        vectors: Floats | None = None,
    ) -> None:
        self.profiles = profiles
        self.words = words or vocabulary_of()
        self.meanings = _used(profiles)
        self.numbers = {meaning: number for number, meaning in enumerate(self.meanings, start=1)}
        self.near = nearness_of(self.meanings, self.words)
        self.term_numbers: dict[str, int] = {}
        self.area_numbers: dict[str, int] = {}
        self.rows = self._rows(profiles, vectors)

    def _rows(self, profiles: Sequence[Profile], vectors: Floats | None) -> Rows:
        terms = _matrix([one.terms for one in profiles], self.term_numbers, term_weight)
        areas = _matrix([one.areas for one in profiles], self.area_numbers, lambda area: 1.0)
        return Rows(
            groups=_slots([one.groups for one in profiles], self.numbers),
            activities=_slots([one.activities for one in profiles], self.numbers),
            named_groups=_slots([one.named_groups for one in profiles], self.numbers),
            named_activities=_slots([one.named_activities for one in profiles], self.numbers),
            terms=terms,
            areas=areas,
            totals=np.asarray(terms.sum(axis=1), dtype=np.float32),
            lengths=np.sqrt(np.asarray(terms.power(2).sum(axis=1), dtype=np.float32)),
            periods=_spans([_days(one.period) for one in profiles]),
            ages=_spans([one.ages for one in profiles]),
            vectors=vectors,
        )

    def strengths(self, one: Numbers, other: Numbers, *, least: float | Floats = 0.0) -> Strengths:
        """How much the pairs `one[i]`, `other[i]` do the same, and how surely; see `compare`.

        Pairs that cannot reach `least`, one for all or one for each, may come out as 0, their
        texts unread. Raises nothing. Time O(pairs x (labels^2 + terms)), memory O(pairs).
        """
        chunks = [slice(start, start + CHUNK) for start in range(0, len(one), CHUNK)]
        needed = np.broadcast_to(np.asarray(least, np.float32), one.shape)

        def compared(chunk: slice) -> Strengths:
            pairs = one[chunk], other[chunk]
            return compare(self.rows, *pairs, self.near, self.weights, needed[chunk])

        if len(chunks) > 1:  # NumPy lets other threads work while it does
            with ThreadPoolExecutor(THREADS) as several:
                parts = list(several.map(compared, chunks))
        else:
            parts = [compared(chunk) for chunk in chunks]
        empty = np.zeros(0, np.float32)
        return Strengths(
            np.concatenate([empty, *(part.strength for part in parts)]),
            np.concatenate([empty, *(part.certainty for part in parts)]),
        )

    @cached_property
    def weights(self) -> Floats:
        """How much each meaning counts in its list."""
        return weights_of(self.meanings)


def _used(profiles: Iterable[Profile]) -> list[Meaning]:
    used: Counter[Meaning] = Counter()
    for one in profiles:
        for name in _MEANINGS:
            used.update(getattr(one, name))
    return sorted(used, key=lambda one: (-used[one], one.concept, len(one.terms)))[:MOST_MEANINGS]


def weights_of(meanings: Sequence[Meaning]) -> Floats:
    """By number, from 1 on; 0 for the number 0, which is no meaning. O(meanings)."""
    listed = (VAGUE_WEIGHT if meaning.vague else 1.0 for meaning in meanings)
    return np.array([0.0, *listed], dtype=np.float32)


def nearness_of(meanings: Sequence[Meaning], words: Vocabulary) -> Floats:
    """How near any two of the meanings are, by number from 1 on; 0 for the number 0.

    Raises nothing. Time O(pairs that share a key), memory O(meanings^2).
    """
    near = np.zeros((len(meanings) + 1, len(meanings) + 1), dtype=np.float32)
    by_key: dict[str, list[int]] = {}
    for number, meaning in enumerate(meanings, start=1):
        for other in {other for key in meaning.keys for other in by_key.get(key, ())}:
            value = words.nearness(meaning, meanings[other - 1])
            near[number, other] = near[other, number] = value
        near[number, number] = 1.0
        for key in meaning.keys:
            by_key.setdefault(key, []).append(number)
    return near


def compare(
    rows: Rows, one: Numbers, other: Numbers, near: Floats, weights: Floats, least: Floats
) -> Strengths:
    """How much each of the rows `one` does the same as that of `other`, and how surely.

    Strength is the weighted mean of target group, activity and text, as far as both sides tell,
    times a gate for each of target group, activity, area, period and age that says "something
    else". What a side does not state is taken from what its text speaks of, and counts less; what
    it does not tell at all counts neither for nor against. Both lower the certainty. Where neither
    states anything, what one text does not speak of is taken to agree a little. The same whichever
    comes first. Of a pair that stays below its `least` whatever is still unread of it, strength
    and certainty are 0.

    Raises nothing. Time and memory O(rows x (labels^2 + terms)).
    Source: own method; the gates answer what was measured for texts alone.
    """
    labels = _Labels(near, weights)
    # With vectors a text weighs more than `at_most` knows.
    worth_from = least - np.float32(SLACK if rows.vectors is None else 1 + SLACK)
    total, at = _Sum(_held(rows, one, other)), np.arange(len(one))
    for weighing, stated, named, still_open in (
        (GROUPS, "groups", "named_groups", GROUPS.weight + ACTIVITIES.weight),
        (ACTIVITIES, "activities", "named_activities", ACTIVITIES.weight),
    ):
        total, at = total.worth(at, worth_from, still_open)
        left, right = one[at], other[at]
        lists = [getattr(rows, name) for name in (stated, named)]
        sides = [slots.take(side, axis=0) for side in (left, right) for slots in lists]
        total.count_labels(weighing, labels.alike(*sides))
    total, at = total.worth(at, worth_from)
    whole = Strengths(np.zeros(len(one), np.float32), np.zeros(len(one), np.float32))
    whole.strength[at], whole.certainty[at] = total.finished(rows, one[at], other[at])
    return whole


class _Alike(NamedTuple):
    """How alike labels are, how far that can be trusted (0 where nothing can be said), how sure."""

    value: Floats
    trust: Floats
    sure: Floats


def _filled(slots: Ints) -> Any:
    """Which lists hold anything; they are filled up with 0 at their end."""
    return slots[:, 0] > 0


def used_columns(slots: Ints) -> int:
    """How many columns hold anything. O(columns x rows)."""
    return next((at for at in range(slots.shape[1]) if not slots[:, at].any()), slots.shape[1])


class _Labels:
    """Compares lists of meanings, a row each."""

    def __init__(self, near: Floats, weights: Floats) -> None:
        self._near, self._size, self._weights = near.ravel(), len(near), weights

    def alike(self, mine: Ints, spoken: Ints, theirs: Ints, spoken_theirs: Ints) -> _Alike:
        """How alike two lists of labels are, by rows."""
        states, they_state = _filled(mine), _filled(theirs)
        value = np.zeros(len(mine), np.float32)
        both = np.flatnonzero(states & they_state)
        value[both] = self._both(mine[both], spoken[both], theirs[both], spoken_theirs[both])
        only = np.flatnonzero(states & ~they_state)
        value[only] = self._one_way(mine[only], spoken_theirs[only])
        only = np.flatnonzero(~states & they_state)
        value[only] = self._one_way(theirs[only], spoken[only])
        neither = np.flatnonzero(~(states | they_state))
        left, right = spoken[neither], spoken_theirs[neither]
        value[neither] = self._mixed(left, right, *self._best(left, right))
        known = (states | _filled(spoken)) & (they_state | _filled(spoken_theirs))
        stated = states.astype(np.int8) + they_state
        trust = TRUST[stated] * known
        sure = np.array([CERTAIN_SPOKEN, CERTAIN_HALF, 1], np.float32)[stated] * known
        return _Alike(value, trust, sure)

    def _both(self, mine: Ints, spoken: Ints, theirs: Ints, spoken_theirs: Ints) -> Floats:
        to_right, to_left = self._best(mine, theirs)
        to_right = np.maximum(to_right, MENTIONED * self._nearest(mine, spoken_theirs))
        to_left = np.maximum(to_left, MENTIONED * self._nearest(theirs, spoken))
        return self._mixed(mine, theirs, to_right, to_left)

    def _one_way(self, stated: Ints, spoken: Ints) -> Floats:
        """Who only speaks of it names more than it is for: what is stated must be found."""
        return self._mean(stated, self._nearest(stated, spoken))

    def _mixed(self, left: Ints, right: Ints, to_right: Floats, to_left: Floats) -> Floats:
        """A short list inside a long one counts for most."""
        there, back = self._mean(left, to_right), self._mean(right, to_left)
        mixed = BETTER * np.maximum(there, back) + WORSE * np.minimum(there, back)
        return np.asarray(mixed, np.float32)

    def _best(self, left: Ints, right: Ints) -> tuple[Floats, Floats]:
        """For each of `left` how near the nearest of `right` is, and the other way round.

        Column by column: of a short last axis the maximum takes far longer.
        """
        there = np.zeros((left.shape[1], len(left)), np.float32)
        back = np.zeros((right.shape[1], len(left)), np.float32)
        starts, ends = left.T.astype(np.int64) * self._size, right.T.astype(np.int64)
        for at in range(used_columns(left)):
            for other in range(used_columns(right)):
                near = self._near.take(starts[at] + ends[other])
                np.maximum(there[at], near, out=there[at])
                np.maximum(back[other], near, out=back[other])
        return there.T, back.T

    def _nearest(self, left: Ints, right: Ints) -> Floats:
        """For each of `left` how near the nearest of `right` is; columns that few fill are
        looked at in those rows only."""
        there = np.zeros((left.shape[1], len(left)), np.float32)
        used = range(used_columns(left))
        starts = left.T.astype(np.int64) * self._size
        for other in range(used_columns(right)):
            column = right[:, other].astype(np.int64)
            rows = np.flatnonzero(column)
            if FILLED * len(rows) > len(left):
                for at in used:
                    np.maximum(there[at], self._near.take(starts[at] + column), out=there[at])
                continue
            column = column[rows]
            for at in used:
                near = self._near.take(starts[at].take(rows) + column)
                there[at, rows] = np.maximum(there[at].take(rows), near)
        return there.T

    def _mean(self, labels: Ints, best: Floats) -> Floats:
        weights = self._weights.take(labels)
        whole = np.maximum(np.einsum("ij->i", weights), 1e-9)
        mean: Floats = np.einsum("ij,ij->i", best, weights) / whole
        return mean.astype(np.float32)


def _states(rows: Rows, at: Numbers) -> Any:
    return _filled(rows.groups)[at] | _filled(rows.activities)[at]


def _shared_text(rows: Rows, one: Numbers, other: Numbers, mine: Any, theirs: Any) -> Floats:
    """How much of their words two texts share, 0 to 1, by rows. O(terms)."""
    shared = mine.multiply(theirs).tocsr()
    squares = np.asarray(shared.sum(axis=1), dtype=np.float32)
    shared.data = np.sqrt(shared.data)
    common = np.asarray(shared.sum(axis=1), dtype=np.float32)
    cosine = squares / np.maximum(rows.lengths[one] * rows.lengths[other], 1e-9)
    shorter = np.minimum(rows.totals[one], rows.totals[other])
    mean: Floats = (cosine + common / np.maximum(LEAST_TOTAL, shorter)) / 2
    return mean


def _held(rows: Rows, one: Numbers, other: Numbers) -> Floats:
    """What area, period and age leave of the strength of pairs."""
    held = _area_gate(rows, one, other)
    for spans, floor in ((rows.periods, PERIOD_FLOOR), (rows.ages, AGE_FLOOR)):
        if not spans.known.any():
            continue
        first, last = spans.first, spans.last
        apart = first.take(one) > last.take(other)
        apart |= first.take(other) > last.take(one)
        held *= np.array([1, floor], np.float32).take(apart.view(np.int8))
    return held


def _area_gate(rows: Rows, one: Numbers, other: Numbers) -> Floats:
    """What two rows with one area each share is seen at once; the others are multiplied out."""
    mine, theirs = rows.only_area.take(one), rows.only_area.take(other)
    apart = (mine != theirs) & (mine != 0) & (theirs != 0)
    held: Floats = np.array([1, AREA_FLOOR], np.float32).take(apart.view(np.int8))
    both = ((mine == SEVERAL) | (theirs == SEVERAL)) & (mine != 0) & (theirs != 0)
    several = np.flatnonzero(both)
    if len(several):
        left, right = rows.areas[one[several]], rows.areas[other[several]]
        fewest = np.minimum(np.diff(left.indptr), np.diff(right.indptr))
        value = np.asarray(left.multiply(right).sum(axis=1)) / fewest
        held[several] = gate(value, AREA_FLOOR, AREA_OPENING)
    return held


def _surer(rows: Rows, one: Numbers, other: Numbers) -> Floats:
    """How much surer area, period and age make pairs, where both sides tell them."""
    areas = rows.only_area != 0
    surer = np.zeros(len(one), np.float32)
    for known, certainty in (
        (areas, AREA_CERTAINTY),
        (rows.periods.known, PERIOD_CERTAINTY),
        (rows.ages.known, AGE_CERTAINTY),
    ):
        surer += np.float32(certainty) * (known.take(one) & known.take(other))
    return surer


class _Sum:
    """Gathers what the fields say about pairs."""

    def __init__(self, gates: Floats) -> None:
        size = len(gates)
        self.points = np.zeros(size, np.float32)
        self.weights = np.zeros(size, np.float32)
        self.certainty = np.zeros(size, np.float32)
        self.gates = gates
        self.stated = np.zeros(size, np.float32)  # 1 where both state a list of labels
        self.silent = np.zeros(size, np.float32)  # the weight of what nothing is known of

    def count(self, value: Floats, weight: Floats) -> None:
        self.points += value * weight
        self.weights += weight

    def count_labels(self, weighing: Weighing, found: _Alike) -> None:
        self.count(found.value, weighing.weight * found.trust)
        shut = 1 - gate(found.value, weighing.floor, weighing.opening)
        self.gates *= 1 - found.trust * shut
        self.certainty += weighing.certainty * found.sure
        self.stated = np.maximum(self.stated, (found.trust == 1).astype(np.float32))
        self.silent += weighing.weight * (found.trust == 0)

    def worth(self, at: Numbers, least: Floats, to_come: float = 0.0) -> tuple[_Sum, Numbers]:
        """The same of those pairs that may still reach what they need, and their numbers."""
        chosen = np.flatnonzero(self.at_most(to_come) >= least.take(at))
        if len(chosen) == len(at):
            return self, at
        part = _Sum(self.gates.take(chosen))
        for name, values in vars(self).items():
            setattr(part, name, values.take(chosen))
        return part, at.take(chosen)

    def at_most(self, to_come: float = 0.0) -> Floats:
        """The strength if the texts were the same, and all labels of this weight still to come."""
        text = TEXT_WEIGHT + SPOKEN_OF * self.silent + to_come
        return np.asarray((self.points + text) / (self.weights + text) * self.gates, np.float32)

    def finished(self, rows: Rows, one: Numbers, other: Numbers) -> Strengths:
        """Counts what the texts of the pairs say too; that is all, then."""
        self.certainty += _surer(rows, one, other)
        mine, theirs = rows.terms[one], rows.terms[other]
        shared = _shared_text(rows, one, other, mine, theirs)
        value: Any = np.minimum(1.0, shared / FULL_TEXT)
        bare = ~(_states(rows, one) | _states(rows, other))
        self.count(np.maximum(UNSPOKEN, shared**3), SPOKEN_OF * self.silent * bare)
        fewest = np.minimum(np.diff(mine.indptr), np.diff(theirs.indptr))
        self.certainty += TEXT_CERTAINTY * np.minimum(1.0, fewest / ENOUGH_TERMS)
        weight: Floats = np.full(len(one), TEXT_WEIGHT, np.float32)
        if rows.vectors is not None:
            near = np.einsum("ij,ij->i", rows.vectors[one], rows.vectors[other])
            meant = np.clip(near / SAME_MEANING, 0, 1)
            value = VECTOR_SHARE * meant + (1 - VECTOR_SHARE) * value
            weight += np.float32(VECTOR_WEIGHT) * (1 - self.stated)
        self.count(value.astype(np.float32), weight)
        return self.done()

    def done(self) -> Strengths:
        mean = self.points / np.maximum(self.weights, 1e-9)
        return Strengths(_rounded(mean * self.gates), _rounded(self.certainty))


def _rounded(value: Any) -> Floats:
    return np.asarray(np.round(np.clip(value, 0, 1), DIGITS), np.float32)


def gate(value: Any, floor: float, opening: float) -> Floats:
    """What is left of a strength: `floor` when a field agrees not at all, 1 from `opening` on."""
    return np.asarray(floor + (1 - floor) * np.minimum(1.0, value / opening), np.float32)


def _slots(lists: Sequence[Sequence[Meaning]], numbers: Mapping[Meaning, int]) -> Ints:
    """Numbers of meanings, a row for each list, filled up with 0."""
    rows = [[numbers[one] for one in row[:SLOTS] if one in numbers] for row in lists]
    slots = np.zeros((len(rows), max(map(len, rows), default=0) or 1), dtype=np.int32)
    for number, row in enumerate(rows):
        slots[number, : len(row)] = row
    return slots


def _matrix(
    rows: Sequence[Sequence[str]], numbers: dict[str, int], weigh: Callable[[str], float]
) -> csr_array:
    """One row a profile, one column a word, numbered in `numbers` as they come."""
    columns = [numbers.setdefault(word, len(numbers)) for row in rows for word in row]
    weights = np.fromiter(map(weigh, numbers), np.float32, len(numbers))
    indices = np.array(columns, dtype=np.int32)
    ends = np.cumsum([0, *map(len, rows)], dtype=np.int32)
    shape = (len(rows), max(1, len(numbers)))
    matrix = csr_array((weights[indices], indices, ends), shape=shape)
    matrix.sort_indices()
    return matrix


def _days(period: tuple[Day, Day] | None) -> tuple[int, int] | None:
    if period is None:
        return None
    first, last = ((year * 12 + month) * 31 + day for year, month, day in period)
    return first, last


def _spans(rows: Sequence[tuple[int, int] | None]) -> Spans:
    spans = [span or (-_NEVER, _NEVER) for span in rows]
    first, last = np.array(spans, np.int32).reshape(-1, 2).T.copy()
    return Spans(first, last, np.array([span is not None for span in rows], bool))
