"""When new figures may stand beside those that somebody has seen already.

Two sets of figures laid beside each other can give a person away: the one who came in between,
or who withdrew. So new figures are shown only when nobody can be told apart by all that has been
shown together: the people behind every set, cut by every other set, must fall into parts of five
or more. Else the earlier figures stand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SMALLEST = 5
KINDS = ("pilot", "comparison", "single")


@dataclass(frozen=True)
class Behind:
    """Who stands behind a set of figures: one mark for each person and what they answered.

    `pilot` and `comparison` answered twice, `single` only once. Whoever answers anew is another
    mark, because their figures are others.
    """

    pilot: frozenset[str] = frozenset()
    comparison: frozenset[str] = frozenset()
    single: frozenset[str] = frozenset()

    @classmethod
    def read(cls, kept: dict[str, Any]) -> Behind:
        return cls(*(frozenset(kept.get(kind, ())) for kind in KINDS))

    def kept(self) -> dict[str, list[str]]:
        return {kind: sorted(getattr(self, kind)) for kind in KINDS}

    @property
    def all(self) -> frozenset[str]:
        return self.pilot | self.comparison | self.single


def nobody_is_told_apart(shown: Sequence[Behind], new: Behind, smallest: int = SMALLEST) -> bool:
    """Whether the new figures and all that were shown give no group below `smallest` away.

    Whatever is added to or taken from the sets, only whole parts come out: those who are in
    exactly the same sets. O(sets × people).
    """
    sets = [*shown, new]
    people = frozenset[str]().union(*(one.all for one in sets))
    parts = {mark: tuple(mark in one.all for one in sets) for mark in people}
    pairs = frozenset[str]().union(*(one.pilot for one in sets))
    others = frozenset[str]().union(*(one.comparison for one in sets))
    return all(
        size >= smallest for group in (people, pairs, others) for size in _sizes(group, parts)
    )


def _sizes(marks: Iterable[str], parts: dict[str, tuple[bool, ...]]) -> Iterable[int]:
    return Counter(parts[mark] for mark in marks).values()
