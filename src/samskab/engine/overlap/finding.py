"""Finds, among many initiatives, the pairs that do the same."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samskab.engine.overlap import candidates
from samskab.engine.overlap.initiative import Initiative
from samskab.engine.overlap.profile import Profile, profile
from samskab.engine.overlap.reasons import Overlap, overlap_of
from samskab.engine.overlap.shelf import DIGITS, Floats, Numbers, Shelf
from samskab.engine.overlap.vocabulary import Vocabulary, vocabulary_of

THRESHOLD = 0.35
# Up to so many initiatives every pair is compared; of more, those that share something rare.
EVERY_PAIR = 2_000
# With each of very many, so many others are compared; so many of them are kept.
COMPARED, KEPT = 400, 10
BATCH = 250_000
STEPS = 10**DIGITS
Vectors = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True)
class Pairs:
    """Pairs of profiles by number, `one` < `other`, strongest first."""

    one: Numbers
    other: Numbers
    strength: Floats
    certainty: Floats

    def __len__(self) -> int:
        return len(self.strength)

    def of(self, chosen: Numbers | Sequence[int]) -> "Pairs":
        at = np.asarray(chosen, dtype=np.int64)
        return Pairs(self.one[at], self.other[at], self.strength[at], self.certainty[at])


def _together(several: Sequence[Pairs]) -> Pairs:
    nothing = np.zeros(0, np.int64)
    return Pairs(
        np.concatenate([nothing, *(part.one for part in several)]),
        np.concatenate([nothing, *(part.other for part in several)]),
        np.concatenate([np.zeros(0, np.float32), *(part.strength for part in several)]),
        np.concatenate([np.zeros(0, np.float32), *(part.certainty for part in several)]),
    )


def check_threshold(threshold: float) -> None:
    """Raises ValueError for what is not a number from 0 to 1. O(1)."""
    if not (math.isfinite(threshold) and 0 <= threshold <= 1):
        raise ValueError(f"the threshold must be from 0 to 1, not {threshold}")


def profiles_of(initiatives: Iterable[Initiative], words: Vocabulary) -> list[Profile]:
    """Analyse initiatives, sorted by id. Raises ValueError for an id that is there twice."""
    known = sorted(initiatives, key=lambda one: one.id)
    for one, other in pairwise(known):
        if one.id == other.id:
            raise ValueError(f"the id {one.id!r} is there twice")
    return [profile(one, words) for one in known]


def _every_pair(size: int) -> Iterator[tuple[Numbers, Numbers]]:
    for first in range(size):
        other = np.arange(first + 1, size)
        yield np.full(len(other), first), other


def _in_batches(
    parts: Iterable[tuple[Numbers, Numbers]], size: int, *, once: bool
) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs in larger parts; those that may come twice are made one."""
    keys: list[Numbers] = []
    waiting = 0
    for one, other in parts:
        keys.append(one.astype(np.int64) * size + other)
        waiting += len(one)
        if once and waiting >= BATCH:
            yield np.divmod(np.concatenate(keys), size)
            keys, waiting = [], 0
    if keys and once:
        yield np.divmod(np.concatenate(keys), size)
    elif keys:
        whole = np.concatenate(keys)
        keys = []
        whole.sort()  # in place: `np.unique` would need as much again, and far longer
        whole = whole[np.append(True, whole[1:] != whole[:-1])]
        for start in range(0, len(whole), BATCH):
            yield np.divmod(whole[start : start + BATCH], size)


def find_pairs(shelf: Shelf, *, threshold: float = THRESHOLD, most: int | None = None) -> Pairs:
    """The pairs of at least `threshold`, strongest first.

    Up to 2,000 profiles, or with the threshold 0, every pair is compared. Of more, each profile
    is compared with the 400 that share most with it; `most`, 10 unless given,
    is how many of its strongest are kept, so that a pair stays when it is among them for
    either side. Raises nothing. Time and memory O(profiles x 400).
    Source: own method; blocked sparse products.
    """
    size = len(shelf.profiles)
    small = size <= EVERY_PAIR or threshold == 0
    parts = _every_pair(size) if small else candidates.pairs(shelf, COMPARED)
    kept = [
        _above(shelf, one, other, threshold) for one, other in _in_batches(parts, size, once=small)
    ]
    found = _together(kept)
    # Pairs come in order of their numbers, so that among equals that order stays.
    strength, certainty = (
        np.rint(part * STEPS).astype(np.int32) for part in (found.strength, found.certainty)
    )
    found = found.of(_in_order(-(strength * (STEPS + 1) + certainty)))
    limit = most if most is not None else None if small else KEPT
    return found if limit is None else _strongest_of_each(found, limit)


def _above(shelf: Shelf, one: Numbers, other: Numbers, threshold: float) -> Pairs:
    strength, certainty = shelf.strengths(one, other, least=threshold)
    good = np.flatnonzero(strength >= np.float32(threshold))
    return Pairs(one[good], other[good], strength[good], certainty[good])


def _strongest_of_each(found: Pairs, most: int) -> Pairs:
    """Pairs that are among the `most` first of one of their sides; they come strongest first."""
    row = np.column_stack((found.one, found.other)).ravel()
    order = _in_order(row)
    ordered = row[order]
    places = np.arange(len(order))
    begins = np.append(True, ordered[1:] != ordered[:-1])[: len(order)]
    starts = np.maximum.accumulate(np.where(begins, places, 0))
    keep = np.zeros(len(found), dtype=bool)
    keep[order[places - starts < most] // 2] = True
    return found.of(np.flatnonzero(keep))


def _in_order(numbers: NDArray[Any]) -> Numbers:
    """The places of whole numbers from the lowest to the highest, equal ones as they come.

    Number and place are sorted as one: that takes a fraction of the time of a stable `argsort`.
    Numbers may lie up to 2^62 / (how many there are) apart.
    """
    if not len(numbers):
        return np.zeros(0, np.int64)
    both = (numbers.astype(np.int64) - int(numbers.min())) * len(numbers)
    both += np.arange(len(numbers))
    both.sort()
    both %= len(numbers)
    return both


def overlaps(shelf: Shelf, pairs: Pairs) -> Iterator[Overlap]:
    """The pairs with their reasons, one after the other. Time of each as `explain`."""
    for at in range(len(pairs)):
        a, b = shelf.profiles[pairs.one[at]], shelf.profiles[pairs.other[at]]
        yield overlap_of(a, b, pairs.strength[at], pairs.certainty[at], shelf.words)


def find_overlaps(
    initiatives: Iterable[Initiative],
    *,
    threshold: float = THRESHOLD,
    most: int | None = None,
    words: Vocabulary | None = None,
    vectors: Vectors | None = None,
) -> tuple[Overlap, ...]:
    """The pairs of initiatives that do the same, strongest first.

    Pairs of a strength below `threshold` (0 to 1) are left out; 0 gives every pair; `most` as in
    `find_pairs`. `words` is the vocabulary, the package's own unless given; `vectors` turns texts
    into sentence vectors (see `language.semantic`). Pairs of one organisation are found too and
    marked. The result does not depend on the order of the input.

    Raises ValueError for a threshold outside 0 to 1 and for an id that is there twice.
    Time O(text) to prepare, then as `find_pairs`, and the reasons of what is found.
    Source: own method.
    """
    check_threshold(threshold)
    shelf = shelf_of(initiatives, words=words, vectors=vectors)
    return tuple(overlaps(shelf, find_pairs(shelf, threshold=threshold, most=most)))


def shelf_of(
    initiatives: Iterable[Initiative],
    *,
    words: Vocabulary | None = None,
    vectors: Vectors | None = None,
) -> Shelf:
    """Initiatives analysed and side by side, by id. Raises ValueError for an id there twice."""
    words = words or vocabulary_of()
    known = profiles_of(initiatives, words)
    texts = [f"{one.initiative.name}. {one.initiative.text}" for one in known]
    return Shelf(known, words=words, vectors=vectors(texts) if vectors else None)


def similar_to(
    probe: Initiative,
    others: Iterable[Initiative],
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
    words: Vocabulary | None = None,
) -> tuple[Overlap, ...]:
    """The strongest overlaps of one initiative with others: "perhaps somebody is on it".

    `probe` may be half written. One of `others` with the same id is taken to be itself and left
    out. At most `limit` are given, strongest first.

    Raises ValueError for a threshold outside 0 to 1, a limit below 0 and an id that is there
    twice. Time O(text of all); a comparison with each of `others`.
    Source: own method.
    """
    check_threshold(threshold)
    check_limit(limit)
    words = words or vocabulary_of()
    rest = profiles_of((one for one in others if one.id != probe.id), words)
    return strongest_with(profile(probe, words), rest, limit, threshold, words)


def check_limit(limit: int) -> None:
    """Raises ValueError for a limit below 0. O(1)."""
    if limit < 0:
        raise ValueError(f"the limit must not be negative, not {limit}")


def strongest_with(
    mine: Profile, rest: Sequence[Profile], limit: int, threshold: float, words: Vocabulary
) -> tuple[Overlap, ...]:
    """The strongest overlaps of one profile with others, at most `limit`. Time O(others)."""
    shelf = Shelf([mine, *rest], words=words)
    other = np.arange(1, len(shelf.profiles))
    found = _above(shelf, np.zeros_like(other), other, threshold)
    ids = [one.initiative.id for one in shelf.profiles]
    order = sorted(
        range(len(found)),
        key=lambda at: (-found.strength[at], -found.certainty[at], ids[found.other[at]]),
    )
    return tuple(overlaps(shelf, found.of(order[:limit])))
