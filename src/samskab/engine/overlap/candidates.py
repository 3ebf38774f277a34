"""Which of very many pairs are worth comparing: those that share something that tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from samskab.engine.overlap.shelf import (
    AREA_FLOOR,
    Floats,
    Ints,
    Numbers,
    Shelf,
)

Flags = NDArray[np.bool_]

# Labels that more rows have than this are looked at by area.
SPLIT = 200
# Words that more rows have are looked at only from and to rows without a target group or an
# activity, and those that still more have not at all.
USUAL, POPULAR = 200, 1_000
# Labels by which a row would still meet more than so many others are looked at with a word.
HUGE = 12_000
# So many rows of one label and word that follow each other are looked at together.
PART = 1_000
# Of each row, so many popular pairs of target group and activity are refined, by so many words.
REFINED, REFINED_BY = 6, 8
# What shared features count beside a shared pair of target group and activity; and what a step up
# to a wider meaning takes away.
LABEL_ALONE, WORD, REFINEMENT, STEP, SPOKEN_OF = 0.4, 0.002, 0.6, 0.3, 0.75
BLOCK = 512


@dataclass(frozen=True)
class _Entries:
    """Row, feature and how much it is the row's own (1), side by side."""

    row: Numbers
    feature: Numbers
    value: Floats

    def of(self, chosen: Flags | Numbers) -> _Entries:
        return _Entries(self.row[chosen], self.feature[chosen], self.value[chosen])


def _keys(shelf: Shelf) -> tuple[csr_array, csr_array]:
    """For target groups and for activities: which keys each row is filed under.

    Keys are what a meaning is and what it stands under, so that two meanings that are near share
    one. What a row does not state is taken from its text.
    """
    numbers: dict[str, int] = {}
    indices, values, ends = [], [], [0, 0]
    for meaning in shelf.meanings:
        own = meaning.terms | {meaning.concept}
        for key in sorted(meaning.keys):
            indices.append(numbers.setdefault(key, len(numbers)))
            values.append(1.0 if key in own else STEP)
        ends.append(len(indices))
    of_meaning = csr_array(
        (np.array(values, np.float32), np.array(indices, np.int32), np.array(ends, np.int32)),
        shape=(len(shelf.meanings) + 1, max(1, len(numbers))),
    )
    rows = shelf.rows
    return (
        _spread(rows.groups, rows.named_groups, of_meaning),
        _spread(rows.activities, rows.named_activities, of_meaning),
    )


def _spread(stated: Ints, named: Ints, of_meaning: csr_array) -> csr_array:
    """A row each, a column a key."""
    states = stated.any(axis=1, keepdims=True)
    size = of_meaning.shape[0]
    from_stated = _one_hot(stated, size) @ of_meaning
    from_named = _one_hot(np.where(states, 0, named), size) @ of_meaning
    return (_one_long(from_stated) + SPOKEN_OF * _one_long(from_named)).tocsr()


def _one_long(keys: csr_array) -> csr_array:
    """Every row made so long that what a row has in common with its like is 1."""
    keys.data = np.minimum(keys.data, 1)
    own = np.sqrt(_own(keys))
    keys.data /= np.repeat(np.maximum(own, 1), np.diff(keys.indptr)).astype(np.float32)
    return keys


def _own(keys: csr_array) -> Floats:
    """How many keys of each row are its own and not only above them."""
    row = np.repeat(np.arange(keys.shape[0]), np.diff(keys.indptr))
    return np.bincount(row[keys.data >= 1], minlength=keys.shape[0]).astype(np.float32)


def _one_hot(slots: Ints, size: int) -> csr_array:
    row, column = np.nonzero(slots)
    values = np.ones(len(row), np.float32)
    return csr_array((values, (row, slots[row, column])), shape=(len(slots), size))


def _crosses(left: csr_array, right: csr_array) -> _Entries:
    """Everything that a row has in `left` with everything that it has in `right`."""
    many, others = np.diff(left.indptr), np.diff(right.indptr)
    per_row = many * others
    row = np.repeat(np.arange(len(many)), per_row)
    within = np.arange(len(row)) - np.repeat(np.cumsum(per_row) - per_row, per_row)
    first = left.indptr[row] + within // np.maximum(others[row], 1)
    second = right.indptr[row] + within % np.maximum(others[row], 1)
    feature = left.indices[first].astype(np.int64) * right.shape[1] + right.indices[second]
    return _Entries(row, feature, left.data[first] * right.data[second])


def _entries(matrix: csr_array) -> _Entries:
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return _Entries(row, matrix.indices.astype(np.int64), matrix.data)


def _counted(feature: Numbers) -> tuple[Numbers, Numbers]:
    """The features numbered closely, and how many rows have that of each entry."""
    _, numbers, counts = np.unique(feature, return_inverse=True, return_counts=True)
    return numbers.astype(np.int64), counts[numbers]


def _first_of_each(group: Numbers, rank: NDArray[Any], most: int) -> Numbers:
    """Which entries are among the `most` of their group with the lowest rank."""
    order = np.lexsort((rank, group))
    starts = np.searchsorted(group[order], group[order])
    chosen: Numbers = order[np.arange(len(order)) - starts < most]
    return chosen


class _Sides(NamedTuple):
    """What rows look for, and what they are found by."""

    looks: _Entries
    found: _Entries


def _at_least(feature: Numbers, most: int) -> Flags:
    """Which entries are of a feature that more than `most` rows have."""
    return _counted(feature)[1] > most


def _by_area(sides: _Sides, area: Ints) -> _Sides:
    """Popular features split by area: who states none is found, and finds, everywhere."""
    both = np.concatenate((sides.looks.feature, sides.found.feature))
    popular = _at_least(both, SPLIT)
    looks, found = np.split(popular, [len(sides.looks.feature)])
    wide = int(area.max(initial=0)) + 2
    rare = _Sides(sides.looks.of(~looks), sides.found.of(~found))
    mine, theirs = sides.looks.of(looks), sides.found.of(found)
    here, there = area[mine.row].astype(np.int64), area[theirs.row].astype(np.int64)
    anywhere = wide - 1
    return _Sides(
        _together(
            _moved(rare.looks, 0, wide),
            _moved(mine, np.where(here > 0, here, anywhere), wide),
            _moved(mine.of(here > 0), 0, wide),
        ),
        _together(
            _moved(rare.found, 0, wide),
            _moved(theirs, there, wide),
            _moved(theirs, anywhere, wide),
        ),
    )


def _moved(entries: _Entries, part: Numbers | int, parts: int) -> _Entries:
    return replace(entries, feature=entries.feature * parts + part)


def _together(*several: _Entries) -> _Entries:
    return _Entries(
        np.concatenate([one.row for one in several]),
        np.concatenate([one.feature for one in several]),
        np.concatenate([one.value for one in several]).astype(np.float32),
    )


def _for_lacking(entries: _Entries, lacks: Flags) -> _Sides:
    """Labels of one kind alone: for rows that have none of the other, and to find those."""
    lacking = lacks[entries.row]
    return _Sides(
        _together(_moved(entries.of(lacking), 0, 2), _moved(entries, 1, 2)),
        _together(_moved(entries, 0, 2), _moved(entries.of(lacking), 1, 2)),
    )


def _refined(popular: _Entries, count: Numbers, terms: csr_array) -> _Entries:
    """Features of a row that too many have, each with the row's rarest words."""
    kept = popular.of(_first_of_each(popular.row, count / popular.value, REFINED))
    number, _ = _counted(kept.feature)
    size = int(number.max(initial=0)) + 1
    features = csr_array((kept.value, (kept.row, number)), shape=(terms.shape[0], size))
    entries = _entries(terms)
    _, often = _counted(entries.feature)
    rare = entries.of(_first_of_each(entries.row, often, REFINED_BY))
    ones = np.full(len(rare.row), REFINEMENT, np.float32)
    return _crosses(features, csr_array((ones, (rare.row, rare.feature)), shape=terms.shape))


def _parted(entries: _Entries) -> _Entries:
    """Features that still are popular, in parts of rows that follow each other.

    Without it, many copies of one initiative would not find each other at all.
    """
    number, count = _counted(entries.feature)
    order = np.lexsort((entries.row, number))
    starts = np.searchsorted(number[order], number[order])
    part = np.empty(len(order), np.int64)
    part[order] = (np.arange(len(order)) - starts) // PART
    return replace(entries, feature=number * (int(count.max(initial=1)) // PART + 1) + part)


def _meeting(entries: _Entries, area: Ints) -> Floats:
    """For each entry how many rows those of its feature meet, on average, when parted by area."""
    here = area[entries.row].astype(np.int64)
    number, count = _counted(entries.feature)
    _, beside = _counted(number * (int(area.max(initial=0)) + 1) + here)
    everywhere = np.bincount(number, weights=here == 0)[number]
    met = np.where(here == 0, count, beside + everywhere)
    mean = np.bincount(number, weights=met) / np.maximum(1, np.bincount(number))
    return np.asarray(mean[number], np.float32)


def _labels(entries: _Entries, area: Ints, terms: csr_array) -> Iterator[_Sides]:
    """Pairs of target group and activity: by area when popular, by words when very popular."""
    _, count = _counted(entries.feature)
    huge = _meeting(entries, area) > HUGE
    yield _by_area(_Sides(entries.of(~huge), entries.of(~huge)), area)
    refined = _parted(_refined(entries.of(huge), count[huge], terms))
    yield _Sides(refined, refined)


def features(shelf: Shelf) -> tuple[csr_array, csr_array]:
    """What rows look for, and what they are found by: labels and words, a row each.

    The product of two rows is about what their labels and words would count. What very many rows
    share is looked at together with the area, or with a rare word. Raises nothing.
    Time and memory O(rows x features of one). Source: own method.
    """
    groups, activities = _keys(shelf)
    terms = shelf.rows.terms
    area = np.maximum(shelf.rows.only_area, 0)  # who is in several is found everywhere
    sides = list(_labels(_crosses(groups, activities), area, terms))
    for labels, others in ((groups, activities), (activities, groups)):
        entries = _scaled(labels, LABEL_ALONE)
        entries = entries.of(_meeting(entries, area) <= HUGE)
        sides.append(_by_area(_for_lacking(entries, np.diff(others.indptr) == 0), area))
    words = _scaled(terms, WORD)
    often = _counted(words.feature)[1]
    rare = words.of(often <= USUAL)
    sides.append(_Sides(rare, rare))
    lacks = (np.diff(groups.indptr) == 0) | (np.diff(activities.indptr) == 0)
    sides.append(_for_lacking(words.of((often > USUAL) & (often <= POPULAR)), lacks))
    return _joined(sides, terms.shape[0])


def _scaled(matrix: csr_array, scale: float) -> _Entries:
    entries = _entries(matrix)
    return replace(entries, value=entries.value * np.float32(scale**0.5))


def _joined(several: list[_Sides], size: int) -> tuple[csr_array, csr_array]:
    """Both sides as matrices; features that only one row is found by are left out."""
    looks, found, width = [], [], 0
    for sides in several:
        both = np.concatenate((sides.looks.feature, sides.found.feature))
        number, _ = _counted(both)
        mine, theirs = np.split(number + width, [len(sides.looks.feature)])
        looks.append(replace(sides.looks, feature=mine))
        found.append(replace(sides.found, feature=theirs))
        width += int(number.max(initial=-1)) + 1
    there = _together(*found)
    shared = np.bincount(there.feature, minlength=max(1, width)) > 1

    def matrix(entries: _Entries) -> csr_array:
        kept = entries.of(shared[entries.feature])
        values = (kept.value.astype(np.float32), (kept.row, kept.feature))
        return csr_array(values, shape=(size, max(1, width)))

    return matrix(_together(*looks)), matrix(there)


def pairs(shelf: Shelf, most: int, first: int) -> tuple[Numbers, Numbers]:
    """For each row the `most` others that share most with it: the `first` of them, and the rest.

    A pair is one number: the lower row times the number of rows, and the higher row. Each is
    there once, in order, among the first when it is so for either side. Raises nothing. Time
    O(sum over features of the rows that share it, squared), memory O(rows x most).
    Source: blocked sparse product of the features with their transpose.
    """
    looks, found = (_narrow(side) for side in features(shelf))
    turned = _narrow(found.T.tocsr())
    size = looks.shape[0]
    area = np.maximum(shelf.rows.only_area, 0)  # who is in several is found everywhere
    keys, filled = np.empty(size * min(most, size), np.int64), 0
    for start in range(0, size, BLOCK):
        shared = looks[start : start + BLOCK] @ turned
        for found_here in _strongest(shared, area, most, first, start):
            keys[filled : filled + len(found_here)] = found_here
            filled += len(found_here)
    return _parted_once(keys[:filled])


def _narrow(matrix: csr_array) -> csr_array:
    """The same with numbers of half the width, which half the memory has to be moved for."""
    if matrix.nnz > np.iinfo(np.int32).max:
        return matrix
    parts = (matrix.data, matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32))
    return csr_array(parts, shape=matrix.shape)


def _parted_once(keys: Numbers) -> tuple[Numbers, Numbers]:
    """Each pair once: those whose last bit is 0 anywhere, and the rest, both without that bit."""
    keys.sort()  # in place: `np.unique` would need as much again, and far longer
    later = (keys & 1).astype(bool)
    keys >>= 1
    once = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    return keys[once & ~later], keys[once & later]


def _strongest(
    shared: csr_array, area: Ints, most: int, first: int, start: int
) -> Iterator[Numbers]:
    """Of each row the pairs with the `most` highest values, itself left out.

    As in `pairs`, but twice that, and one more for those that are not among the `first`.
    """
    size = shared.shape[1]
    held = np.array([1, AREA_FLOOR], np.float32)
    ends = shared.indptr.tolist()
    for row, (begin, end) in enumerate(pairwise(ends), start=start):
        columns, values = shared.indices[begin:end], shared.data[begin:end]
        if area[row]:
            there = area.take(columns)
            # Looked up and multiplied throughout: choosing what to multiply takes longer.
            values *= held.take(((there != area[row]) & (there > 0)).view(np.int8))
        if len(columns) > most + 1:
            chosen = np.argpartition(values, -most - 1)[-most - 1 :]
            columns, values = columns[chosen], values[chosen]
        later = np.zeros(len(columns), np.int64)
        if len(columns) > first + 1:
            later[np.argpartition(values, -first - 1)[: -first - 1]] = 1
        pair = np.minimum(columns, row) * np.int64(2 * size) + 2 * np.maximum(columns, row) + later
        yield pair[columns != row]
