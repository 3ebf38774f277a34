"""Many initiatives kept ready, so that a new one is compared with all of them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from samskab.engine.overlap.finding import (
    THRESHOLD,
    check_limit,
    check_threshold,
    shelf_of,
    strongest_with,
)
from samskab.engine.overlap.initiative import Initiative
from samskab.engine.overlap.profile import Profile, profile, term_weight
from samskab.engine.overlap.reasons import Overlap
from samskab.engine.overlap.shelf import (
    ACTIVITIES,
    AREA_FLOOR,
    FULL_TEXT,
    GROUPS,
    TEXT_WEIGHT,
    TRUST,
    Floats,
    Ints,
    gate,
    used_columns,
)
from samskab.engine.overlap.vocabulary import BETTER, WORSE, Meaning, Vocabulary

# So many that come out highest by a rough look at all are compared in full.
IN_FULL = 150
# Words that more than this share of all have do not part them.
USUAL = 0.4


class Collection:
    """Initiatives analysed once. Memory as `Shelf`; raises ValueError for an id there twice."""

    def __init__(
        self, initiatives: Iterable[Initiative], *, words: Vocabulary | None = None
    ) -> None:
        self.shelf = shelf_of(initiatives, words=words)
        rows = self.shelf.rows
        self._columns = rows.terms.tocsc()
        self._often = np.diff(self._columns.indptr)
        self._groups = _Told(rows.groups, rows.named_groups)
        self._activities = _Told(rows.activities, rows.named_activities)
        self._places = np.diff(rows.areas.indptr) > 0

    def nearest(
        self, probe: Initiative, *, limit: int = 5, threshold: float = THRESHOLD
    ) -> tuple[Overlap, ...]:
        """The strongest overlaps of `probe` with the collection, at most `limit`, strongest first.

        One of the collection with the same id is taken to be itself and left out. Labels, words
        and areas give a rough order of all, and the first 150 are compared in full. Raises
        ValueError for a threshold outside 0 to 1 and a limit below 0. Time O(collection), a few
        array operations. Source: own method.
        """
        check_threshold(threshold)
        check_limit(limit)
        mine = profile(probe, self.shelf.words)
        rough = self._rough(mine)
        number = min(len(rough), max(IN_FULL, 3 * limit))
        chosen = np.argpartition(-rough, number - 1)[:number] if number else np.zeros(0, np.int64)
        known = (self.shelf.profiles[at] for at in sorted(chosen))
        rest = [one for one in known if one.initiative.id != probe.id]
        return strongest_with(mine, rest, limit, threshold, self.shelf.words)

    def _rough(self, mine: Profile) -> Floats:
        """For each of the collection about how strong it is with `mine`: as when
        it is compared in full, but for words inside labels, periods and ages."""
        text = self._text(mine)
        points, weights = np.zeros(len(text), np.float32), np.zeros(len(text), np.float32)
        gates = np.ones(len(text), np.float32)
        for weighing, own, named, told in (
            (GROUPS, mine.groups, mine.named_groups, self._groups),
            (ACTIVITIES, mine.activities, mine.named_activities, self._activities),
        ):
            value, trust = told.alike(own or named, bool(own), self._near)
            points += weighing.weight * trust * value
            weights += weighing.weight * trust
            gates *= 1 - trust * (1 - gate(value, weighing.floor, weighing.opening))
        points += TEXT_WEIGHT * np.minimum(1, text / FULL_TEXT)
        weights += TEXT_WEIGHT
        if mine.areas:
            numbers = self.shelf.area_numbers
            known = [numbers[area] for area in mine.areas if area in numbers]
            here = np.asarray(self.shelf.rows.areas[:, known].sum(axis=1)) > 0
            gates[self._places & ~here] *= AREA_FLOOR
        rough: Floats = points / weights * gates
        return rough

    def _near(self, meaning: Meaning) -> Floats:
        """How near each meaning of the collection, by number, is to `meaning`."""
        if known := self.shelf.numbers.get(meaning):
            row: Floats = self.shelf.near[known]
            return row
        nearness = self.shelf.words.nearness
        return np.array([0.0, *(nearness(meaning, one) for one in self.shelf.meanings)], np.float32)

    def _text(self, mine: Profile) -> Floats:
        value = np.zeros(len(self.shelf.profiles), np.float32)
        columns = self._columns
        for term in mine.terms:
            number = self.shelf.term_numbers.get(term)
            if number is None or self._often[number] > max(1, USUAL * len(value)):
                continue
            rows = columns.indices[columns.indptr[number] : columns.indptr[number + 1]]
            value[rows] += term_weight(term) ** 2
        length = sum(term_weight(term) ** 2 for term in mine.terms) ** 0.5
        scaled: Floats = value / np.maximum(self.shelf.rows.lengths * np.float32(length), 1e-9)
        return scaled


class _Told:
    """What each of the collection states, else what its text speaks of."""

    def __init__(self, stated: Ints, named: Ints) -> None:
        self.states = stated[:, 0] > 0
        wide = max(stated.shape[1], named.shape[1])
        padded = [np.pad(slots, ((0, 0), (0, wide - slots.shape[1]))) for slots in (stated, named)]
        slots = np.where(self.states[:, None], padded[0], padded[1])
        # A row a column of the lists, with those that have so many, as far as there are any.
        self.slots = [np.ascontiguousarray(slots[:, at]) for at in range(used_columns(slots))]
        self.holders = [np.flatnonzero(column) for column in self.slots]
        self.slots = [column[rows] for column, rows in zip(self.slots, self.holders, strict=True)]
        self.known = slots[:, 0] > 0
        self.number = np.maximum(1, (slots > 0).sum(axis=1)).astype(np.float32)

    def alike(
        self, labels: Sequence[Meaning], states: bool, near: Callable[[Meaning], Floats]
    ) -> tuple[Floats, Floats]:
        """How alike each is to `labels`, and how far that can be trusted."""
        nothing = np.zeros(len(self.known), np.float32)
        if not labels:
            return nothing, nothing
        to_each = [near(label) for label in labels]
        nearest = np.max(to_each, axis=0)
        there, back = np.zeros_like(nothing), np.zeros_like(nothing)
        best = [np.zeros_like(nothing) for _ in labels]
        for column, rows in zip(self.slots, self.holders, strict=True):
            back[rows] += nearest.take(column)
            for one, row in zip(best, to_each, strict=True):
                one[rows] = np.maximum(one[rows], row.take(column))
        there = sum(best, there) / np.float32(len(labels))
        back /= self.number
        mixed = BETTER * np.maximum(there, back) + WORSE * np.minimum(there, back)
        one_way = there if states else back
        value = np.where(self.states == states, mixed, one_way)
        trust = TRUST[self.states.astype(int) + states]
        return value.astype(np.float32), trust * self.known
