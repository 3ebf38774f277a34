"""Ballots that are merely counted: yes or no, and approval of any number of options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

ANSWERS = ("yes", "no", "abstain")


@dataclass(frozen=True)
class YesNo:
    """Counts of ballots. Those who abstain are counted and weigh nothing."""

    in_favour: int
    against: int
    abstained: int

    @property
    def total(self) -> int:
        return self.in_favour + self.against + self.abstained

    @property
    def adopted(self) -> bool:
        """More for than against; an equal number is a no."""
        return self.in_favour > self.against


def yes_no(answers: Iterable[str]) -> YesNo:
    """Counts `yes`, `no` and `abstain`; ValueError on any other word. O(ballots)."""
    found = Counter(answers)
    if unknown := set(found) - set(ANSWERS):
        raise ValueError(f"unknown answers: {sorted(unknown)}")
    return YesNo(*(found[answer] for answer in ANSWERS))


@dataclass(frozen=True)
class Approval:
    """`counts` by option in the order of the paper; `order` from most to fewest; `tied` are those
    who share the first place, when there is more than one."""

    counts: tuple[tuple[str, int], ...]
    order: tuple[str, ...]
    tied: tuple[str, ...]
    ballots: int

    @property
    def winner(self) -> str:
        """The first of the order. Of those that share the place, the first on the paper."""
        return self.order[0]


def approval(options: Sequence[str], ballots: Iterable[Collection[str]]) -> Approval:
    """Counts how many ballots name each option; naming one twice counts once.

    Equal counts are ordered as on the paper. ValueError without options, with an option twice,
    or on a ballot with an unknown option. O(ballots × options).
    """
    _check(options)
    papers = [frozenset(ballot) for ballot in ballots]
    if unknown := frozenset().union(*papers) - frozenset(options):
        raise ValueError(f"unknown options: {sorted(unknown)}")
    counts = {option: sum(option in paper for paper in papers) for option in options}
    order = tuple(sorted(options, key=lambda option: -counts[option]))
    first = tuple(option for option in order if counts[option] == counts[order[0]])
    return Approval(tuple(counts.items()), order, first if len(first) > 1 else (), len(papers))


def _check(options: Sequence[str]) -> None:
    if not options or len(set(options)) != len(options):
        raise ValueError("options must be given, each once")
