"""Two people write the same minutes: what each has added is kept, line by line.

A line that only one of them has touched is as that one wrote it. Where both have added something
at the same place, both stand there. Only where both have changed the same line is it for a person
to decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Change = tuple[int, int, list[str]]


def merged(base: str, theirs: str, mine: str) -> str | None:
    """What both made of `base`, or None when both changed the same lines in their own way.

    Every line that one of them added is in the result. O(lines²) at worst.
    """
    if theirs == mine or base == theirs:
        return mine
    if base == mine:
        return theirs
    lines = base.splitlines()
    changes = _together(_changes(lines, theirs.splitlines()), _changes(lines, mine.splitlines()))
    if changes is None:
        return None
    found: list[str] = []
    at = 0
    for start, end, new in changes:
        found += [*lines[at:start], *new]
        at = end
    return "\n".join([*found, *lines[at:]])


def _changes(base: Sequence[str], other: Sequence[str]) -> list[Change]:
    """Which lines of the base are replaced by which; an insertion replaces none."""
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return [(a, b, list(other[c:d])) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]


def _together(first: list[Change], second: list[Change]) -> list[Change] | None:
    found: list[Change] = []
    for change in _in_order(first, second):
        last = found[-1] if found else None
        if last is None or change[0] > last[1] or (change[0] == last[1] and _apart(last, change)):
            found.append(change)
        elif change != last:
            both = _both(last, change)
            if both is None:
                return None
            found[-1] = both
    return found


def _in_order(first: list[Change], second: list[Change]) -> Iterator[Change]:
    yield from sorted([*first, *second], key=lambda change: (change[0], change[1]))


def _apart(last: Change, change: Change) -> bool:
    """They touch, and neither is an insertion at the very place of the other."""
    return last[0] < last[1] and change[0] < change[1]


def _both(last: Change, change: Change) -> Change | None:
    """Two changes at one place: two insertions stand one after the other, and an insertion
    stands before the line that the other changed. Anything else is a conflict."""
    (a, b, old), (c, d, new) = last, change
    if a == b == c:
        return (a, d, [*old, *new])
    if c == d == b:
        return (a, b, [*old, *new])
    return None
