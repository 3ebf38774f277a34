"""Ranked ballots: every pair of options compared, then one order from all comparisons.

The council's rule is Schulze's method with winning votes: M. Schulze, “A new monotonic,
clone-independent, reversal symmetric, and Condorcet-consistent single-winner election method”,
Social Choice and Welfare 36 (2011). Tideman's ranked pairs is there to compare with, and the
instant run-off and plurality show what those rules would have said.

Options that stand equal are ordered by how many ballots have them alone in the first place,
then as on the paper; both steps are part of the result, so that they can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

Ranking = tuple[tuple[str, ...], ...]
"""One ballot: groups from best to worst. Within a group all are equal; what is not named comes
last, all equal."""

Ballots = Mapping[Ranking, int]
"""How many ballots say the same."""


@dataclass(frozen=True)
class Standing:
    """`order` is complete, `places` has those that stand equal together, and `table[a][b]` is how
    many ballots put `a` above `b`. `strengths` are those of the strongest paths (Schulze only)."""

    options: tuple[str, ...]
    order: tuple[str, ...]
    places: tuple[tuple[str, ...], ...]
    table: tuple[tuple[int, ...], ...]
    strengths: tuple[tuple[int, ...], ...]
    ballots: int

    @property
    def winner(self) -> str:
        return self.order[0]

    @property
    def tied(self) -> tuple[str, ...]:
        """Those that share the first place, when there is more than one."""
        return self.places[0] if len(self.places[0]) > 1 else ()

    @property
    def condorcet(self) -> str | None:
        """The option that more ballots put above each other one than below it, if there is one."""
        size = range(len(self.options))
        for a in size:
            if all(self.table[a][b] > self.table[b][a] for b in size if b != a):
                return self.options[a]
        return None


def pairwise(options: Sequence[str], ballots: Ballots) -> tuple[tuple[int, ...], ...]:
    """`table[a][b]`: how many ballots put option a above option b, in the order of `options`.

    ValueError without options, with one twice, on a ballot that names an unknown option or one
    twice, or on a negative count. O(kinds of ballots × options²).
    """
    if not options or len(set(options)) != len(options):
        raise ValueError("options must be given, each once")
    at = {option: number for number, option in enumerate(options)}
    table = [[0] * len(options) for _option in options]
    for ballot, count in ballots.items():
        rank = _ranks(ballot, at, count)
        for a, b in combinations(range(len(options)), 2):
            if rank[a] < rank[b]:
                table[a][b] += count
            elif rank[b] < rank[a]:
                table[b][a] += count
    return tuple(tuple(row) for row in table)


def _ranks(ballot: Ranking, at: Mapping[str, int], count: int) -> list[int]:
    named = [option for group in ballot for option in group]
    if len(set(named)) != len(named) or not set(named) <= set(at) or count < 0:
        raise ValueError(f"a ballot that cannot be counted: {ballot!r} × {count}")
    ranks = [len(ballot)] * len(at)
    for place, group in enumerate(ballot):
        for option in group:
            ranks[at[option]] = place
    return ranks


def schulze(options: Sequence[str], ballots: Ballots) -> Standing:
    """The order by strongest paths, with winning votes as the strength of a link.

    A Condorcet winner wins; ranking an option higher never harms it. Errors as `pairwise`.
    O(kinds of ballots × options² + options³).
    """
    table = pairwise(options, ballots)
    size = range(len(options))
    path = [
        [table[a][b] if table[a][b] > table[b][a] else 0 for b in size]
        for a in size
    ]  # fmt: skip
    for middle in size:
        for a in size:
            for b in size:
                if a != b and a != middle != b:
                    path[a][b] = max(path[a][b], min(path[a][middle], path[middle][b]))
    beaten_by = [sum(path[a][b] > path[b][a] for a in size) for b in size]
    strengths = tuple(tuple(row) for row in path)
    return _standing(options, ballots, table, beaten_by, strengths)


def ranked_pairs(options: Sequence[str], ballots: Ballots) -> Standing:
    """Tideman's order: the clearest majorities first, leaving out what would make a circle.

    Clearest: most winning votes, then fewest against, then as on the paper. Errors as `pairwise`.
    O(kinds of ballots × options² + options⁴).
    """
    table = pairwise(options, ballots)
    size = range(len(options))
    wins = [(a, b) for a in size for b in size if table[a][b] > table[b][a]]
    wins.sort(key=lambda pair: (-table[pair[0]][pair[1]], table[pair[1]][pair[0]], pair))
    above: list[set[int]] = [set() for _option in size]
    for a, b in wins:
        if a in above[b]:
            continue
        over = {a} | {c for c in size if a in above[c]}
        for upper in over:
            above[upper] |= {b} | above[b]
    beaten_by = [sum(b in above[a] for a in size) for b in size]
    return _standing(options, ballots, table, beaten_by, ())


def _standing(
    options: Sequence[str],
    ballots: Ballots,
    table: tuple[tuple[int, ...], ...],
    beaten_by: Sequence[int],
    strengths: tuple[tuple[int, ...], ...],
) -> Standing:
    """Orders by how many stand above; equals share a place and are ordered within it.

    How many stand above is no longer exact where some options cannot be compared at all, but
    it never puts an option above one that beats it: who beats it is beaten by fewer.
    """
    firsts = _firsts(options, ballots)
    numbers = sorted(range(len(options)), key=lambda at: (beaten_by[at], -firsts[at], at))
    places = [
        tuple(options[at] for at in numbers if beaten_by[at] == count)
        for count in sorted(set(beaten_by))
    ]
    order = tuple(options[at] for at in numbers)
    total = sum(ballots.values())
    return Standing(tuple(options), order, tuple(places), table, strengths, total)


def _firsts(options: Sequence[str], ballots: Ballots) -> list[int]:
    alone = [
        (ballot[0][0], count) for ballot, count in ballots.items() if ballot and len(ballot[0]) == 1
    ]
    return [sum(count for first, count in alone if first == option) for option in options]


def plurality(options: Sequence[str], ballots: Ballots) -> str:
    """Who has most first places; as on the paper among equals. Errors as `pairwise`."""
    pairwise(options, ballots)
    firsts = _firsts(options, ballots)
    return options[firsts.index(max(firsts))]


def instant_runoff(options: Sequence[str], ballots: Ballots) -> str:
    """Takes the option with fewest first places out until one is left; the last on the paper
    among equals. Errors as `pairwise`. O(options² × kinds of ballots)."""
    pairwise(options, ballots)
    left = list(options)
    while len(left) > 1:
        firsts = _firsts(left, _without(ballots, left))
        fewest = min(firsts)
        left.pop(max(at for at, count in enumerate(firsts) if count == fewest))
    return left[0]


def _without(ballots: Ballots, left: Iterable[str]) -> dict[Ranking, int]:
    kept = set(left)
    found: dict[Ranking, int] = {}
    for ballot, count in ballots.items():
        groups = (tuple(option for option in group if option in kept) for group in ballot)
        short = tuple(group for group in groups if group)
        found[short] = found.get(short, 0) + count
    return found
