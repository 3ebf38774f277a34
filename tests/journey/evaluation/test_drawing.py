from __future__ import annotations

from importlib import import_module
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.journey.evaluation.drawing import RADIUS, WIDTH, picture
from samskab.civic.journey.evaluation.stored import Mark, marks
from samskab.engine.evidence import WHO5, Answer, evaluate

MIGRATION = import_module("samskab.civic.journey.evaluation.migrations.0006_three_to_a_mark")
CHANGES = st.lists(st.integers(-25, 25).map(lambda n: 4.0 * n), max_size=80)


@given(CHANGES)
def test_no_mark_stands_for_fewer_than_three_people(changes: list[float]) -> None:
    found = marks(changes)
    assert all(mark.people >= 3 for mark in found)
    assert len(found) <= 12
    if len(changes) >= 3:
        assert sum(mark.people for mark in found) == len(changes)
        assert max(mark.people for mark in found) - min(mark.people for mark in found) <= 1
        whole = sum(mark.people * mark.change for mark in found)
        assert whole == pytest.approx(sum(changes), abs=1e-9)
    assert [mark.change for mark in found] == sorted(mark.change for mark in found)


@given(CHANGES)
def test_figures_of_before_are_cut_the_same_way(changes: list[float]) -> None:
    kept = {"hidden": False, "n_paired": len(changes), "changes": changes}
    spread = [[mark.people, mark.change] for mark in marks(changes)]
    assert MIGRATION.without_changes([kept, {"hidden": True}]) == [
        {"hidden": False, "n_paired": len(changes), "marks": spread}, {"hidden": True},
    ]  # fmt: skip


def test_the_far_end_is_no_single_person() -> None:
    assert marks([-60, 4, 8, 8, 12, 12]) == [Mark(3, -16.0), Mark(3, pytest.approx(32 / 3))]
    assert marks([-60, 4, 8, 8, 12]) == [Mark(5, -5.6)]
    assert marks([1, 2]) == []


@given(st.lists(st.integers(-5, 5), min_size=5, max_size=40))
def test_marks_never_cover_each_other_and_stay_inside(steps: list[int]) -> None:
    answers = [
        Answer(str(at), when, (2 + (step + 5) // 5 if when == "after" else 2,) * 5)
        for at, step in enumerate(steps)
        for when in ("before", "after")
    ]
    found = evaluate(answers, WHO5)
    drawn = picture(found, marks(found.changes))
    assert drawn is not None
    for one in drawn.marks:
        assert RADIUS <= one.x <= WIDTH - RADIUS
        assert 0 < one.y + RADIUS < drawn.floor
    for one, other in combinations(drawn.marks, 2):
        apart = (one.x - other.x) ** 2 + (one.y - other.y) ** 2
        assert apart >= (2 * RADIUS) ** 2 - 0.1
