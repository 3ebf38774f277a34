from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from samskab.engine.opinion import adjusted_rand
from samskab.engine.opinion.agreement import matched

labels = st.lists(st.integers(0, 3), min_size=1, max_size=30)


def test_a_worked_example() -> None:
    # pairs together in both: 2; in the first: 3 + 3 = 6; in the second: 1 + 1 + 1 = 3; of 15
    # expected 6 · 3 / 15 = 1.2; (2 − 1.2) / (4.5 − 1.2) = 0.2424…
    assert adjusted_rand([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]) == pytest.approx(8 / 33)


def test_names_of_groups_do_not_matter() -> None:
    assert adjusted_rand([0, 0, 1, 1], ["b", "b", "a", "a"]) == 1.0


def test_crossing_groups_are_worse_than_chance() -> None:
    assert adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)


def test_everybody_together_agrees_with_everybody_together() -> None:
    assert adjusted_rand([0, 0, 0], [5, 5, 5]) == 1.0
    assert adjusted_rand([], []) == 1.0


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        adjusted_rand([0], [0, 1])


@given(labels)
def test_it_is_symmetric_and_at_most_one(a: list[int]) -> None:
    b = sorted(a)
    assert adjusted_rand(a, b) == pytest.approx(adjusted_rand(b, a))
    assert adjusted_rand(a, b) <= 1.0
    assert adjusted_rand(a, a) == 1.0


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4), (8, 7)])
def test_groups_are_matched_by_the_most_people_in_common(shape: tuple[int, int]) -> None:
    overlap = np.random.default_rng(2).integers(1, 50, shape).astype(np.float64)
    rows, columns = linear_sum_assignment(-overlap)
    pairs = matched(overlap)
    assert sum(overlap[pair] for pair in pairs.items()) == overlap[rows, columns].sum()
    assert len(set(pairs.values())) == len(pairs) == min(shape)


def test_groups_with_nobody_in_common_are_not_matched() -> None:
    assert matched(np.array([[3.0, 0.0], [0.0, 0.0]])) == {0: 0}
