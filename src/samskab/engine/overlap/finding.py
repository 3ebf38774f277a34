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
COMPARED, KEPT = 250, 10
# Those that share most come first, so many more than are kept: with what they reach, most of the
# others are given up early.
FIRST = 20
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


def find_pairs(shelf: Shelf, *, threshold: float = THRESHOLD, most: int | None = None) -> Pairs:
    """The pairs of at least `threshold`, strongest first.

    Up to 2,000 profiles, or with the threshold 0, every pair is compared. Of more, each profile
    is compared with the 250 that share most with it; `most`, 10 unless given,
    is how many of its strongest are kept, so that a pair stays when it is among them for
    either side. Raises nothing. Time and memory O(profiles x 250).
    Source: own method; blocked sparse products.
    """
    if len(shelf.profiles) <= EVERY_PAIR or threshold == 0:
        found = _in_turn(_above(shelf, _every_pair(len(shelf.profiles)), threshold))
        return found if most is None else _strongest_of_each(found, most)
    most = KEPT if most is None else most
    return _strongest_of_each(_among_candidates(shelf, threshold, most), most)


def _every_pair(size: int) -> Iterator[Numbers]:
    """Every pair as one number, lower times `size` plus higher, in parts."""
    part: list[Numbers] = []
    for first in range(size):
        part.append(first * size + np.arange(first + 1, size))
        if sum(map(len, part)) >= BATCH or first == size - 1:
            yield np.concatenate(part)
            part = []


def _among_candidates(shelf: Shelf, threshold: float, most: int) -> Pairs:
    """Pairs among which the `most` strongest of each are, strongest first."""
    size = len(shelf.profiles)
    nearest, rest = candidates.pairs(shelf, COMPARED, FIRST + most)
    first = _above(shelf, _in_parts(nearest), threshold)
    least = np.maximum(np.float32(threshold), _last_kept(first, size, max(1, most)))
    return _in_turn(_together([first, _above(shelf, _in_parts(rest), least)]))


def _in_parts(keys: Numbers) -> Iterator[Numbers]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _above(shelf: Shelf, parts: Iterable[Numbers], least: float | Floats) -> Pairs:
    """The pairs as strong as `least`, or as one of their sides asks by its number."""
    kept = []
    for keys in parts:
        one, other = np.divmod(keys, len(shelf.profiles))
        sides = np.broadcast_to(np.asarray(least, np.float32), len(shelf.profiles))
        needed = np.minimum(sides[one], sides[other])
        strength, certainty = shelf.strengths(one, other, least=needed)
        good = np.flatnonzero(strength >= needed)
        kept.append(Pairs(one[good], other[good], strength[good], certainty[good]))
    return _together(kept)


def _last_kept(found: Pairs, size: int, most: int) -> Floats:
    """For each profile the strength of the last of its `most` strongest; 0 where it has fewer."""
    # From the strongest down within each side, as one number: sorting by two takes far longer.
    down = np.tile(STEPS - _steps(found.strength), 2)
    down += np.concatenate((found.one, found.other)) * (STEPS + 1)
    down.sort()
    edge = np.searchsorted(down, np.arange(size + 1) * (STEPS + 1))
    full = np.flatnonzero(np.diff(edge) >= most)
    last = np.zeros(size, np.float32)
    last[full] = (STEPS - down[edge[full] + most - 1] % (STEPS + 1)).astype(np.float32)
    return last / np.float32(STEPS)


def _steps(values: Floats) -> Numbers:
    """Strengths or certainties as the whole numbers that they are rounded to."""
    return np.asarray(np.rint(values * STEPS), np.int64)


def _in_turn(found: Pairs) -> Pairs:
    """Strongest first, then surest, then by number."""
    by_number = found.one * (1 + int(found.other.max(initial=0))) + found.other
    found = found.of(np.argsort(by_number, kind="stable"))
    return found.of(_in_order(-(_steps(found.strength) * (STEPS + 1) + _steps(found.certainty))))


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
    found = _above(shelf, [other], threshold)  # the first with every other
    ids = [one.initiative.id for one in shelf.profiles]
    order = sorted(
        range(len(found)),
        key=lambda at: (-found.strength[at], -found.certainty[at], ids[found.other[at]]),
    )
    return tuple(overlaps(shelf, found.of(order[:limit])))
