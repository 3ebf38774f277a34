"""Small cells are hidden, and an attacker who knows all that is shown does not get them back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from samskab.engine.evidence import Suppressed, suppress


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    cell = st.one_of(st.integers(0, 8), st.integers(0, 60))
    return np.array(
        draw(
            st.lists(
                st.lists(cell, min_size=columns, max_size=columns), min_size=rows, max_size=rows
            )
        )
    )


def _full(table: np.ndarray) -> np.ndarray:
    wide = np.hstack([table, table.sum(axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def _shown(found: Suppressed) -> list[list[int | None]]:
    rows = [[*cells, total] for cells, total in zip(found.cells, found.row_totals, strict=True)]
    return [*rows, [*found.column_totals, found.total]]


def _attack(shown: list[list[int | None]]) -> dict[tuple[int, int], tuple[float, float]]:
    """The lowest and highest value of each hidden cell that agree with everything shown."""
    height, width = len(shown), len(shown[0])
    equations = []
    for row in range(height):
        line = np.zeros((height, width))
        line[row, :-1], line[row, -1] = 1, -1
        equations.append(line.ravel())
    for column in range(width):
        line = np.zeros((height, width))
        line[:-1, column], line[-1, column] = 1, -1
        equations.append(line.ravel())
    limits = [(0, None) if v is None else (v, v) for row in shown for v in row]
    ranges = {}
    for at, value in enumerate(v for row in shown for v in row):
        if value is not None:
            continue
        aim = np.zeros(height * width)
        aim[at] = 1
        ends = []
        for sign in (1, -1):
            found = linprog(
                sign * aim, A_eq=equations, b_eq=np.zeros(len(equations)), bounds=limits
            )
            ends.append(sign * found.fun if found.status == 0 else np.inf)
        ranges[divmod(at, width)] = (ends[0], ends[1])
    return ranges


@settings(max_examples=80, deadline=None)
@given(tables(), st.integers(3, 6), st.booleans())
def test_no_hidden_cell_can_be_recovered_from_what_is_shown(
    table: np.ndarray, minimum: int, hide_zeros: bool
) -> None:
    found = suppress(table, minimum=minimum, hide_zeros=hide_zeros)
    truth = _full(table)
    for place, (low, high) in _attack(_shown(found)).items():
        assert low <= truth[place] <= high
        assert high - low >= minimum - 1 - 1e-6


@settings(max_examples=150, deadline=None)
@given(tables(), st.integers(3, 6), st.booleans())
def test_what_is_shown_is_true_and_never_small(
    table: np.ndarray, minimum: int, hide_zeros: bool
) -> None:
    found = suppress(table, minimum=minimum, hide_zeros=hide_zeros)
    for shown, true in zip(_shown(found), _full(table).tolist(), strict=True):
        for value, real in zip(shown, true, strict=True):
            assert value is None or value == real
            assert value is None or value >= minimum or (value == 0 and not hide_zeros)


def test_one_small_cell_takes_three_more_with_it_and_the_totals_stay() -> None:
    found = suppress([[20, 3, 15], [8, 9, 30], [12, 14, 0]])
    hidden = [(r, c) for r in range(3) for c in range(3) if found.cells[r][c] is None]
    assert len(hidden) == found.hidden == 4
    assert (0, 1) in hidden
    assert found.because_small == 1
    assert found.row_totals == (38, 47, 26)
    assert found.column_totals == (40, 26, 45)
    assert found.total == 111


def test_a_table_without_small_cells_is_shown_whole() -> None:
    found = suppress([[5, 0], [7, 9]])
    assert found.cells == ((5, 0), (7, 9))
    assert (found.hidden, found.total) == (0, 21)


def test_a_single_row_hides_the_column_total_that_would_give_the_cell_away() -> None:
    found = suppress([[9, 2, 40]])
    assert found.cells == ((None, None, 40),)
    assert found.column_totals == (None, None, 40)
    assert found.total == 51


@pytest.mark.parametrize("minimum", [2, 0, -1])
def test_a_minimum_below_three_is_refused(minimum: int) -> None:
    with pytest.raises(ValueError, match="never shown"):
        suppress([[9, 9]], minimum=minimum)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ([1, 2], "rows and columns"),
        ([[]], "rows and columns"),
        ([[1.5]], "whole"),
        ([[-1]], "negative"),
        ([["a"]], "whole"),
    ],
)
def test_what_is_no_table_of_people_is_refused(table: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        suppress(table)
