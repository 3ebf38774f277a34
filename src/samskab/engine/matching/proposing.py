"""The exact answer: the fewest parties that cover the most, with proof, and different ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from samskab.engine.matching.assign import assemble
from samskab.engine.matching.board import Board, Pair, lay_out
from samskab.engine.matching.fit import folded
from samskab.engine.matching.model import Need, Offer, Proposal, Proposals
from samskab.engine.matching.patience import Patience
from samskab.engine.matching.program import TOLERANCE, Answer, Columns, Program
from samskab.engine.matching.quick import by_column, firm_classes, pick
from samskab.engine.matching.stock import Stock

Key = tuple[Fraction, int, Fraction, float]


def propose(
    needs: Iterable[Need],
    offers: Iterable[Offer] | Stock,
    *,
    time_limit: float = 10.0,
    alternatives: int = 3,
    not_with: Iterable[Pair] = (),
    must_with: Iterable[Pair] = (),
    burden: Mapping[str, float] | None = None,
) -> Proposals:
    """Up to `alternatives` different proposals of who covers what, the best first.

    In this order: as much of the musts as can be covered at all, then the fewest parties, then
    as much as possible of the rest, then the least burden, then the load spread evenly. How
    much is covered is counted as a share of what is needed of each kind, so that hours and
    rooms weigh alike. Where nothing is a must, everything counts as one.

    Later proposals cover the musts as well. With `burden`, one of them is the `closest`: the
    least sum of one and the burden for each party, so that a party more is taken in where it
    spares the others much. Others do without at least a quarter of the parties of each earlier
    one. The last may be one with more parties that also covers more of the rest.

    `burden` tells by actor what speaks against asking it, from 0: how far it has to travel, that
    it gains nothing, that nobody knows it. `time_limit` is in seconds, for everything together;
    when it runs out the best found so far comes back with its proven gap, and it is never worse
    than `greedy`. `not_with` holds pairs of actors that do not take part together, `must_with`
    pairs of which neither takes part without the other. The same input gives the same answer,
    in any order, unless the time runs out.

    Raises ValueError on equal ids, a negative burden, `alternatives` below 1 or a time limit
    that is not above 0. The problem is NP-hard; its size is what is left of the parties when
    those who fit nothing and those who are dominated are gone.
    Source: lexicographic set cover with capacities (Hall's condition for who covers what),
    reduced by dominance, solved by HiGHS (Huangfu & Hall 2018).
    """
    if alternatives < 1:
        raise ValueError("ask for at least one proposal")
    if not time_limit > 0:
        raise ValueError("the time limit must be above zero seconds")
    if burden and min(burden.values()) < 0:
        raise ValueError("a burden cannot be below zero")
    patience = Patience(time_limit)
    board = lay_out(needs, offers, not_with=not_with, must_with=must_with)
    search = _Search(board, firm_classes(board), patience, burden or {})
    found = [search.first(0.5 if alternatives > 1 else 0.9)]
    if alternatives > 1 and burden:
        found.append(search.closest())
    wider = search.wider(found[0]) if alternatives > 1 else None
    while len(found) < alternatives - bool(wider):
        another = search.another(found, alternatives - len(found))
        if another is None:
            break
        found.append(another)
    shown = [one.proposal for one in [*found, *([wider] if wider else [])]]
    return Proposals(_distinct(shown)[:alternatives])


def closest(
    needs: Iterable[Need],
    offers: Iterable[Offer] | Stock,
    *,
    burden: Mapping[str, float],
    time_limit: float = 10.0,
    not_with: Iterable[Pair] = (),
    must_with: Iterable[Pair] = (),
) -> Proposal:
    """The proposal with the least sum of one and the burden for each party, and nothing else.

    The arguments mean the same as those of `propose`; `optimal` and `gap` are about this sum.
    """
    board = lay_out(needs, offers, not_with=not_with, must_with=must_with)
    search = _Search(board, firm_classes(board), Patience(time_limit), burden)
    return search.closest(0.95).proposal


def _distinct(proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
    seen: dict[tuple[str, ...], Proposal] = {}
    for one in proposals:
        seen.setdefault(one.parties, one)
    return tuple(seen.values())


def without(chosen: Columns) -> int:
    """How many of an earlier choice's columns a different one does without: a quarter, or one."""
    return max(1, len(chosen) // 4)


@dataclass(frozen=True)
class _Found:
    columns: Columns
    proposal: Proposal


class _Search:
    """One board, which classes decide, and the proposals that are looked for on it."""

    def __init__(
        self, board: Board, firm: Columns, patience: Patience, burden: Mapping[str, float]
    ) -> None:
        self.board, self.firm, self.patience = board, firm, patience
        chosen = set(firm)
        self.soft = tuple(at for at in range(len(board.classes)) if at not in chosen)
        self.burden = by_column(board, burden)
        totals = board.demand_by_kind()
        self.worth = {
            need.id: (Fraction(board.scales[folded(need.kind)], totals[folded(need.kind)]))
            for need in board.needs
        }
        self.unit = {one.kind: Fraction(1, totals[one.kind]) for one in board.classes}
        self.spare: dict[str, float] | None = self._out_of_reach()
        self.least = sum(
            (int(units) * self.unit[kind] for kind, units in self.spare.items()), Fraction(0)
        )
        self.least_is_proven = True
        self.quick = pick(board, firm)
        self.rough = assemble(board, self.quick)
        if self.key(self.rough)[0] > self.least:
            self._reach_more()

    # --- how much of the musts can be covered at all -----------------------------------------
    def _out_of_reach(self) -> dict[str, float]:
        """Units of each kind of the firm classes that even everybody together would leave."""
        everybody = assemble(self.board, range(len(self.board.sizes)))
        found: dict[str, float] = {self.board.classes[c].kind: 0.0 for c in self.firm}
        kinds = {need.id: need.kind for need in self.board.needs}
        for one in everybody.uncovered:
            if one.must or not self.soft:
                kind = kinds[one.need]
                found[folded(kind)] += self.board.units(kind, one.missing)
        return found

    def _reach_more(self) -> None:
        """Greedy left something, or not all can take part together: cover as much as possible."""
        if not self.board.apart:
            return
        program = Program(self.board)
        missing = program.cover(self.firm, None)
        price = {extra: float(self.unit[kind]) for kind, extra in missing.items()}
        nothing = self.board.sizes * 0.0
        answer = program.minimise(nothing, price, self.patience.part(0.3))
        self.least_is_proven = answer.proven
        reached = self.rough
        if answer.columns is not None:
            other = assemble(self.board, answer.columns)
            if self.key(other)[0] < self.key(reached)[0]:
                self.quick, reached = answer.columns, other
        if self.key(reached)[0] > self.least:
            self.least, self.spare = self.key(reached)[0], None

    # --- the proposals -----------------------------------------------------------------------
    def first(self, share: float) -> _Found:
        """The best proposal, never worse than the greedy one."""
        if not len(self.board.sizes):
            return _Found((), replace(assemble(self.board, ()), optimal=True, gap=0.0))
        covers = self.key(assemble(self.board, self.quick))[0] <= self.least
        known = self.quick if covers else None
        found = self._fewest((), self.patience.part(share), known)
        # The burden goes before the load, the last part of a key, and is what was sought.
        telling = 3 if self.burden.any() else 4
        if found and self.key(found.proposal)[:telling] <= self.key(self.rough)[:telling]:
            return found
        rough = self.rough
        if found is None:
            return _Found(self.quick, rough)
        kept = found.proposal.optimal and self.key(found.proposal)[:3] == self.key(rough)[:3]
        return _Found(self.quick, replace(rough, optimal=kept, gap=_gap(found.proposal, rough)))

    def closest(self, share: float = 0.5) -> _Found:
        """The least sum of one and the burden for each party."""
        cost = self.board.sizes + self.burden
        program = self._program(())
        quick = pick(self.board, self.firm, cost)
        covers = self.key(assemble(self.board, quick))[0] <= self.least
        answer = program.minimise(
            cost, {}, self.patience.part(share), known=quick if covers else None
        )
        columns = quick if answer.columns is None else answer.columns
        proposal = assemble(self.board, columns)
        gap = None if answer.columns is None else _share(answer)
        sure = answer.proven and answer.columns is not None and self.least_is_proven
        return _Found(columns, replace(proposal, optimal=sure, gap=gap, aim="closest"))

    def another(self, found: Sequence[_Found], more: int) -> _Found | None:
        """The best one that does without a quarter of each earlier one, if it covers as much."""
        earlier = [one.columns for one in found]
        if not all(earlier):
            return None
        made = self._fewest(earlier, self.patience.part(1 / (more + 1)), None)
        if made is None or not made.columns or self.key(made.proposal)[0] > self.least:
            return None
        return replace(made, proposal=replace(made.proposal, aim="different"))

    def wider(self, best: _Found) -> _Found | None:
        """A proposal that lets more parties in to cover more of what the best one leaves out."""
        if not self.soft or all(one.must for one in best.proposal.uncovered):
            return None
        everything = tuple(range(len(self.board.classes)))
        search = _Search(self.board, everything, self.patience.part(0.3), {})
        made = search.first(0.9)
        more = self.key(made.proposal)[2] < self.key(best.proposal)[2]
        if not more or self.key(made.proposal)[0] > self.least:
            return None
        return replace(made, proposal=replace(made.proposal, aim="more"))

    def key(self, proposal: Proposal) -> Key:
        """What proposals are compared by: less is better."""
        firm, rest = Fraction(0), Fraction(0)
        for one in proposal.uncovered:
            if one.must or not self.soft:
                firm += Fraction(one.missing) * self.worth[one.need]
            else:
                rest += Fraction(one.missing) * self.worth[one.need]
        highest = max((load.share for load in proposal.loads), default=0.0)
        return firm, proposal.actors, rest, round(highest, 9)

    # --- the questions to the program --------------------------------------------------------
    def _program(self, earlier: Sequence[Columns]) -> Program:
        program = Program(self.board)
        missing = program.cover(self.firm, self.spare)
        if missing:
            # In units of the smallest weight, so that the solver's tolerance is below one unit.
            unit = min(self.unit[kind] for kind in missing)
            price = {extra: float(self.unit[kind] / unit) for kind, extra in missing.items()}
            program.at_most([], [], price, float(self.least / unit) + TOLERANCE)
        for chosen in earlier:
            most = float(len(chosen) - without(chosen))
            program.at_most(chosen, [1.0] * len(chosen), {}, most)
        return program

    def _fewest(
        self, earlier: Sequence[Columns], patience: Patience, known: Columns | None
    ) -> _Found | None:
        answer = self._program(earlier).minimise(
            self.board.sizes,
            {},
            patience.part(0.8 if self.soft or self.burden.any() else 1.0),
            known=known,
            whole=True,
        )
        if answer.columns is None:
            return None
        columns, settled = self._most_of_the_rest(answer.columns, earlier, patience)
        columns = self._least_burden(columns, earlier, patience)
        proposal = assemble(self.board, columns)
        gap = max(0.0, 1 - answer.bound / proposal.actors) if proposal.actors else 0.0
        gap = 0.0 if gap < TOLERANCE else gap  # the solver counts in fractions
        sure = settled and self.least_is_proven and gap == 0.0
        sure = sure and self.key(proposal)[0] <= self.least
        return _Found(columns, replace(proposal, optimal=sure, gap=gap))

    def _most_of_the_rest(
        self, columns: Columns, earlier: Sequence[Columns], patience: Patience
    ) -> tuple[Columns, bool]:
        """As few parties, but those who cover most of the needs that do not decide."""
        if not self.soft:
            return columns, True
        program = self._program(earlier)
        price = self._rest(program, self.board.size(columns))
        answer = program.minimise(
            self.board.sizes * 0.0, price, patience.part(0.8), criteria=[self.board.sizes]
        )
        return (columns, False) if answer.columns is None else (answer.columns, answer.proven)

    def _least_burden(
        self, columns: Columns, earlier: Sequence[Columns], patience: Patience
    ) -> Columns:
        """As few parties that cover as much, but those with the least burden."""
        if not self.burden.any():
            return columns
        program = self._program(earlier)
        if self.soft:
            price = self._rest(program, self.board.size(columns))
            rest = self.key(assemble(self.board, columns))[2]
            unit = min(price.values(), default=1.0)
            most = float(rest) / unit + TOLERANCE
            program.at_most([], [], {extra: one / unit for extra, one in price.items()}, most)
        else:
            self._no_more_than(program, self.board.size(columns))
        answer = program.minimise(
            self.burden, {}, patience, known=columns, criteria=[self.board.sizes]
        )
        return columns if answer.columns is None else answer.columns

    def _rest(self, program: Program, parties: int) -> dict[int, float]:
        """Ask for the other classes too, with so many parties; what each missing unit costs."""
        self._no_more_than(program, parties)
        soft = {self.board.classes[c].kind for c in self.soft}
        near = [c for c, one in enumerate(self.board.classes) if one.kind in soft]
        missing = program.cover(near, None)
        return {extra: float(self.unit[kind]) for kind, extra in missing.items()}

    def _no_more_than(self, program: Program, parties: int) -> None:
        import numpy as np

        sizes = self.board.sizes
        program.at_most(np.arange(len(sizes)), sizes, {}, float(parties), holds=False)


def _share(answer: Answer) -> float:
    return max(0.0, 1 - answer.bound / answer.value) if answer.value > 0 else 0.0


def _gap(proven: Proposal, shown: Proposal) -> float:
    bound = proven.actors * (1 - (proven.gap or 0.0))
    return max(0.0, 1 - bound / shown.actors) if shown.actors else 0.0
