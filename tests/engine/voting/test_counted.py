from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.voting import YesNo, approval, yes_no

OPTIONS = ("a", "b", "c")


def test_more_yes_than_no_is_adopted_and_abstaining_weighs_nothing() -> None:
    found = yes_no(["yes", "yes", "no", *["abstain"] * 7])
    assert found == YesNo(2, 1, 7)
    assert (found.adopted, found.total) == (True, 10)


@pytest.mark.parametrize("answers", [[], ["yes", "no"], ["abstain"], ["no"]])
def test_an_equal_number_is_a_no(answers: list[str]) -> None:
    assert yes_no(answers).adopted is False


def test_an_answer_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="maybe"):
        yes_no(["yes", "maybe"])


def test_approval_counts_each_paper_once_for_an_option() -> None:
    found = approval(OPTIONS, [["b", "b"], ["b", "c"], []])
    assert found.counts == (("a", 0), ("b", 2), ("c", 1))
    assert (found.order, found.winner, found.tied, found.ballots) == (("b", "c", "a"), "b", (), 3)


def test_equal_counts_are_told_and_ordered_as_on_the_paper() -> None:
    found = approval(OPTIONS, [["c"], ["b"]])
    assert (found.order, found.tied) == (("b", "c", "a"), ("b", "c"))


@pytest.mark.parametrize("options", [(), ("a", "a")])
def test_approval_needs_options_each_once(options: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="options"):
        approval(options, [])


def test_approval_of_something_else_is_refused() -> None:
    with pytest.raises(ValueError, match="z"):
        approval(OPTIONS, [["z"]])


@given(st.lists(st.sets(st.sampled_from(OPTIONS)), max_size=8), st.sampled_from(OPTIONS))
@settings(max_examples=60, deadline=None)
def test_one_more_approval_never_harms_an_option(ballots: list[set[str]], option: str) -> None:
    before = approval(OPTIONS, ballots)
    after = approval(OPTIONS, [*ballots, {option}])
    assert dict(after.counts)[option] == dict(before.counts)[option] + 1
    assert after.order.index(option) <= before.order.index(option)
