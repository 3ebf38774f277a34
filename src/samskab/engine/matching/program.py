"""The mixed integer program behind `propose`, and how it is made small and solved."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from samskab.engine.matching.board import Board
from samskab.engine.matching.patience import Patience
from samskab.engine.matching.reduce import worth_keeping

if TYPE_CHECKING:
    from samskab.engine.matching.stock import Floats, Ints

Columns = tuple[int, ...]
TOLERANCE = 1e-6
# Kinds with up to so many classes need no flows: one row for each set of classes says it all.
FEW = 5
# Above so many columns, whole choices are sought first near the relaxation.
LARGE = 4_000
CORE = 3_000
# The shares of what time is left for whole choices near the relaxation (fewer where all weigh the
# same, because then proof comes late), for bettering the best choice part by part, and, of what is
# not large, for one search of everything.
NEAR, NEAR_WHOLE, IMPROVING, WHOLE = 0.6, 0.25, 0.7, 0.7
# Of the rows, so many are opened at once: the first share, the largest, and what changes it.
OPENED, OPENED_MOST, WIDER, NARROWER = 0.12, 0.6, 1.02, 0.9
PART_SECONDS = 2.0


@dataclass(frozen=True)
class Answer:
    """Columns found (None when there are none or none in time), the value, and the best bound."""

    columns: Columns | None
    value: float
    bound: float
    proven: bool


@dataclass
class Program:
    """Rows of “at least” over 0/1 columns and a few continuous extras, and rows of “at most”.

    That parties can cover needs together is said for each kind by Hall's condition: for every
    set of classes, those who fit any of them have enough for all. It takes no flows, and the
    coefficients can be cut to what the set needs, which brings the relaxation close to whole
    columns. Kinds with many classes get pooled flows from resource to class instead.
    """

    board: Board
    rows: list[tuple[Ints, Floats, dict[int, float], float, float]] = field(default_factory=list)
    most: list[tuple[Ints, Floats, dict[int, float], float, bool]] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        import numpy as np

        board = self.board
        order = np.argsort(board.group_resource, kind="stable")
        edge = np.searchsorted(
            board.group_resource[order], np.arange(len(board.resources) + 1), side="left"
        )
        self.groups = [order[a:b] for a, b in pairwise(edge)]
        for one, other in board.apart:
            self.at_most([one, other], [1.0, 1.0], {}, 1.0)

    # --- what is asked -------------------------------------------------------------------------
    def cover(self, classes: Sequence[int], spare: Mapping[str, float] | None) -> dict[str, int]:
        """Ask for these classes, but for `spare` units of each kind.

        Without `spare`, what is missing of each kind is an extra, whose number comes back.
        """
        extras: dict[str, int] = {}
        by_kind: dict[str, list[int]] = defaultdict(list)
        for c in classes:
            by_kind[self.board.classes[c].kind].append(c)
        for kind, mine in by_kind.items():
            total = float(sum(self.board.classes[c].demand for c in mine))
            if spare is None:
                extras[kind] = self.variable(total)
            self._cover_kind(mine, extras.get(kind), spare[kind] if spare else 0.0)
        return extras

    def variable(self, upper: float) -> int:
        """The number of a new continuous variable from 0 to `upper`."""
        self.upper.append(upper)
        return len(self.upper) - 1

    def at_most(
        self,
        columns: Sequence[int] | Ints,
        values: Sequence[float] | Floats,
        extras: Mapping[int, float],
        limit: float,
        *,
        holds: bool = True,
    ) -> None:
        """Ask that this sum stays within the limit.

        The columns are held: none of them may take another's place for being as good, unless
        `holds` is false, because the values are among the criteria that `minimise` is given.
        """
        import numpy as np

        where, what = np.array(columns, dtype=np.int64), np.array(values, dtype=np.float64)
        self.most.append((where, what, dict(extras), limit, holds))

    def _cover_kind(self, classes: Sequence[int], missing: int | None, spare: float) -> None:
        chosen = set(classes)
        serving = {
            at: tuple(c for c in served if c in chosen)
            for at, served in enumerate(self.board.resources)
            if chosen.intersection(served)
        }
        if len(classes) > FEW:
            self._pooled(classes, serving, missing, spare)
        exactly = missing is None and spare == 0
        for some in telling(classes, serving, exactly=exactly):
            demand = float(sum(self.board.classes[c].demand for c in some)) - spare
            if demand <= 0:
                continue
            near = [at for at, served in serving.items() if not some.isdisjoint(served)]
            extras = {} if missing is None else {missing: 1.0}
            self._row(near, extras, demand, demand)

    def _pooled(
        self,
        classes: Sequence[int],
        serving: Mapping[int, tuple[int, ...]],
        missing: int | None,
        spare: float,
    ) -> None:
        import numpy as np

        into: dict[int, dict[int, float]] = {c: {} for c in classes}
        for at, served in serving.items():
            wanted = float(sum(self.board.classes[c].demand for c in served))
            flows = [self.variable(wanted) for _ in served]
            for c, flow in zip(served, flows, strict=True):
                into[c][flow] = 1.0
            self._row([at], dict.fromkeys(flows, -1.0), 0.0, wanted)
        lacking = [self.variable(float(self.board.classes[c].demand)) for c in classes]
        for c, lack in zip(classes, lacking, strict=True):
            into[c][lack] = 1.0
            demand = float(self.board.classes[c].demand)
            self.rows.append((np.zeros(0, np.int64), np.zeros(0), into[c], demand, demand))
        all_lacking = dict.fromkeys(lacking, 1.0)
        if missing is not None:
            all_lacking[missing] = -1.0
        self.at_most([], [], all_lacking, spare)

    def _row(
        self, resources: Sequence[int], extras: dict[int, float], least: float, useful: float
    ) -> None:
        import numpy as np

        board = self.board
        groups = np.concatenate([np.zeros(0, np.int64), *(self.groups[at] for at in resources)])
        columns, place = np.unique(board.group_column[groups], return_inverse=True)
        amounts = np.bincount(place, weights=board.group_capacity[groups], minlength=len(columns))
        self.rows.append((columns, np.minimum(amounts, useful), extras, least, useful))

    # --- solving -------------------------------------------------------------------------------
    def minimise(
        self,
        cost: Floats,
        extra_cost: Mapping[int, float],
        patience: Patience,
        *,
        known: Columns | None = None,
        whole: bool = False,
        criteria: Sequence[Floats] = (),
    ) -> Answer:
        """The choice of least cost, with a proven bound.

        `cost` is (columns,), not negative, `whole` when only whole sums of it can occur. `known`
        is a choice that keeps every rule: only better ones are sought then, and it comes back
        when there is none. `criteria` are other costs that “at most” rows count.
        """
        return _Solving(self, cost, extra_cost, patience, known, whole, criteria).run()


def telling(
    classes: Sequence[int], serving: Mapping[int, tuple[int, ...]], *, exactly: bool
) -> Iterator[frozenset[int]]:
    """The sets of classes whose Hall row says something that no other row says.

    Where nothing may be missing those are the sets linked by shared resources, because the row
    of any other is the sum of rows of its parts. With many classes only single ones and all
    together, which strengthen the pooled flows.
    """
    links = {frozenset(served) for served in serving.values() if len(served) > 1}
    few = len(classes) <= FEW
    sizes = range(1, len(classes) + 1) if few else (1, len(classes))
    for size in sizes:
        for some in combinations(classes, size):
            if size == 1 or not (few and exactly) or _linked(frozenset(some), links):
                yield frozenset(some)


def _linked(some: frozenset[int], links: set[frozenset[int]]) -> bool:
    reached, left = {min(some)}, [link & some for link in links]
    while True:
        touching = [link for link in left if not reached.isdisjoint(link)]
        if not touching:
            return reached == some
        left = [link for link in left if reached.isdisjoint(link)]
        reached = reached.union(*touching)


class _Solving:
    """One question to a program: dominated columns out, relaxation, then whole choices."""

    def __init__(
        self,
        program: Program,
        cost: Floats,
        extra_cost: Mapping[int, float],
        patience: Patience,
        known: Columns | None,
        whole: bool,
        criteria: Sequence[Floats],
    ) -> None:
        import numpy as np

        self.patience, self.known, self.whole = patience, known, whole
        width, extras = len(program.board.sizes), len(program.upper)
        cover, self.least, useful = _stacked(program, width, extras)
        held = np.zeros(width, dtype=bool)
        for columns, _, _, _, holds in program.most:
            held[columns] |= holds
        keep = worth_keeping(cover[:, :width], useful, np.array([cost, *criteria]), held)
        self.kept = np.flatnonzero(keep)
        self.most, self.most_limit = _at_most(program, width, extras, self.kept)
        self.matrix = cover[:, np.append(self.kept, np.arange(width, width + extras))].tocsr()
        self.count = len(self.kept)
        self.cost = np.append(cost[self.kept], np.zeros(extras))
        for extra, price in extra_cost.items():
            self.cost[self.count + extra] = price
        self.upper = np.append(np.ones(self.count), np.array(program.upper))
        self.best: Columns | None = known
        self.value = math.inf if known is None else float(sum(cost[c] for c in known))
        self.bound = 0.0

    def run(self) -> Answer:
        import numpy as np

        if not self.count or not self.matrix.shape[0]:
            return self._without_columns()
        relaxed = self._relax()
        if relaxed is None:
            return Answer(self.best, self.value, self._ceiling(self.bound), False)
        if relaxed.status == 2:
            return Answer(self.best, self.value, self.value, True)
        self.bound = float(relaxed.fun)
        dearer = np.maximum(relaxed.lower.marginals[: self.count], 0.0)
        large = self.count > LARGE
        proven = self._settled() or (large and self._near(dearer))
        if not proven and large and self.whole:
            proven = self._improve(self.patience.left() * IMPROVING)
        if not proven:
            out = self.bound + dearer > self._cutoff() + TOLERANCE
            proven = self._search(out, self.patience.left() * (1.0 if large else WHOLE))
        if not proven and not large and self.whole:
            proven = self._improve(self.patience.left())
        if proven:
            self.bound = self.value
        bound = min(self._ceiling(self.bound), self.value)
        return Answer(self.best, self.value, bound, proven or bound >= self.value)

    def _without_columns(self) -> Answer:
        proven = self.best is not None or not (self.least > 0).any()
        columns = self.best if self.best is not None else () if proven else None
        value = self.value if self.best is not None else 0.0 if proven else math.inf
        return Answer(columns, value, value, True)

    def _ceiling(self, bound: float) -> float:
        whole = self.whole and math.isfinite(bound)  # no choice at all has no bound
        return float(math.ceil(bound - TOLERANCE)) if whole else bound

    def _cutoff(self) -> float:
        """What a better choice may cost at most."""
        return self.value - (1.0 if self.whole else TOLERANCE * max(1.0, abs(self.value)))

    def _settled(self) -> bool:
        return self.bound > self._cutoff() + TOLERANCE

    def _near(self, dearer: Floats) -> bool:
        """Whole choices among the columns that the relaxation finds cheapest; whether that was
        enough to prove the best one, given what any other column would cost at least."""
        import numpy as np

        near = max(CORE, int(1.2 * np.count_nonzero(dearer <= TOLERANCE)))
        if near >= self.count:
            return False
        limit = float(np.partition(dearer, near)[near])
        out = dearer > limit
        relaxed = self.bound
        found = self._search(out, self.patience.left() * (NEAR_WHOLE if self.whole else NEAR))
        beyond = relaxed + float(dearer[out].min()) if out.any() else math.inf
        inside = self.value if found else self.bound
        self.bound = max(relaxed, min(inside, beyond))
        return self._settled() or (found and beyond > self._cutoff() + TOLERANCE)

    def _relax(self) -> Any:
        import numpy as np
        from scipy.optimize import linprog
        from scipy.sparse import vstack

        found = linprog(
            self.cost,
            A_ub=vstack([-self.matrix, self.most]).tocsr(),
            b_ub=np.concatenate([-self.least, self.most_limit]),
            bounds=np.column_stack([np.zeros(len(self.upper)), self.upper]),
            method="highs",
            options={"time_limit": self.patience.left()},
        )
        return found if found.status in (0, 2) else None

    def _search(self, out: Any, seconds: float) -> bool:
        """Look for a better choice without the columns `out`; whether the search was finished."""
        import numpy as np

        upper = self.upper.copy()
        upper[: self.count][out] = 0.0
        found = self._whole(np.zeros(len(upper)), upper, seconds)
        if found.x is not None and found.fun < self.value - TOLERANCE:
            self._take(found)
        if found.mip_dual_bound is not None and np.isfinite(found.mip_dual_bound):
            self.bound = max(self.bound, min(float(found.mip_dual_bound), self.value))
        return found.status in (0, 2)

    def _whole(self, lower: Floats, upper: Floats, seconds: float) -> Any:
        """The best whole choice within these bounds, as far as it is found in time."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        limits = [LinearConstraint(self.matrix, lb=self.least)]
        if len(self.most_limit):
            limits.append(LinearConstraint(self.most, ub=self.most_limit))
        whole = np.append(np.ones(self.count), np.zeros(len(self.upper) - self.count))
        return milp(
            self.cost,
            integrality=whole,
            bounds=Bounds(lower, upper),
            constraints=limits,
            options={"time_limit": max(0.01, seconds), "mip_rel_gap": 0.0},
        )

    def _take(self, found: Any) -> None:
        import numpy as np

        chosen = np.flatnonzero(found.x[: self.count] > 0.5)
        self.best = tuple(int(c) for c in self.kept[chosen])
        self.value = float(found.fun)

    def _improve(self, seconds: float) -> bool:
        """Better the best choice part by part: whoever serves rows that hang together is chosen
        anew, all others stay. Whether the best choice now is as good as the bound.

        Source: large neighbourhood search (Shaw 1998); what is as good is taken too, so that it
        does not stand still.
        """
        import numpy as np

        patience = Patience(seconds)
        draw = np.random.default_rng(len(self.kept))
        pattern = (self.matrix[:, : self.count] != 0).astype(np.float64)
        beside = (pattern @ pattern.T).tocsr()
        share = OPENED
        while self.best is not None and not self._settled() and patience.left() > PART_SECONDS / 4:
            rows = _hanging_together(beside, max(2, round(share * beside.shape[0])), draw)
            stays = np.isin(self.kept, self.best) & ~(pattern[rows].sum(axis=0) > 0)
            unfilled = self.least > self.matrix[:, : self.count] @ stays + TOLERANCE
            useful = stays | (pattern[np.flatnonzero(unfilled)].sum(axis=0) > 0)
            upper = self.upper.copy()
            upper[: self.count] *= useful
            lower = np.append(stays, np.zeros(len(upper) - self.count)).astype(np.float64)
            found = self._whole(lower, upper, min(PART_SECONDS, patience.left()))
            if found.x is not None and found.fun < self.value + TOLERANCE:
                self._take(found)
            share = min(OPENED_MOST, share * WIDER) if found.status == 0 else share * NARROWER
        return self._settled()


def _hanging_together(beside: Any, size: int, draw: Any) -> Ints:
    """So many rows that share columns, grown from one by chance."""
    import numpy as np

    first = int(draw.integers(beside.shape[0]))
    chosen = [first]
    inside = np.zeros(beside.shape[0], dtype=bool)
    inside[first] = True
    while len(chosen) < size:
        at = chosen[int(draw.integers(len(chosen)))]
        near = beside.indices[beside.indptr[at] : beside.indptr[at + 1]]
        near = near[~inside[near]]
        new = int(draw.choice(near)) if len(near) else int(draw.integers(beside.shape[0]))
        if not inside[new]:
            inside[new] = True
            chosen.append(new)
    return np.array(chosen)


def _stacked(program: Program, width: int, extras: int) -> tuple[Any, Floats, Floats]:
    """All “at least” rows as one sparse matrix, with their limits and what is of use."""
    import numpy as np
    from scipy.sparse import coo_array

    rows, columns, values = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for at, (mine, amounts, others, _, _) in enumerate(program.rows):
        columns += [mine, np.array(list(others), dtype=np.int64) + width]
        values += [amounts, np.array(list(others.values()), dtype=np.float64)]
        rows.append(np.full(len(mine) + len(others), at, dtype=np.int64))
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    matrix = coo_array(entries, shape=(len(program.rows), width + extras)).tocsc()
    least = np.array([row[3] for row in program.rows], dtype=np.float64)
    return matrix, least, np.array([row[4] for row in program.rows], dtype=np.float64)


def _at_most(program: Program, width: int, extras: int, kept: Ints) -> tuple[Any, Floats]:
    import numpy as np
    from scipy.sparse import csc_array

    matrix = np.zeros((len(program.most), len(kept) + extras))
    place = np.full(width, -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    for row, (columns, values, others, _, _) in zip(matrix, program.most, strict=True):
        there = place[columns] >= 0
        row[place[columns[there]]] = values[there]
        for extra, value in others.items():
            row[len(kept) + extra] = value
    limits = np.array([row[3] for row in program.most], dtype=np.float64)
    return csc_array(matrix), limits
