from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.opinion import OpinionError, VoteMatrix

SMALL = [("anna", 1, 1), ("anna", 2, 0), ("bo", 1, -1)]


def test_a_pass_is_stored_and_a_missing_vote_is_not() -> None:
    votes = VoteMatrix.from_votes(SMALL)
    assert votes.answers_of("anna") == {1: 1, 2: 0}
    assert votes.answers_of("bo") == {1: -1}
    assert votes.n_votes == 3
    assert votes.counts.tolist() == [[1, 1, 0], [0, 0, 1]]
    assert votes.votes_per_participant.tolist() == [2, 1]


def test_the_last_vote_counts() -> None:
    votes = VoteMatrix.from_votes([("a", 1, 1), ("a", 1, -1), ("a", 1, 0)])
    assert list(votes.votes()) == [("a", 1, 0)]


def test_time_decides_which_vote_was_last() -> None:
    votes = VoteMatrix.from_votes([("a", 1, 1, 30), ("a", 1, -1, 10), ("b", 1, 0, 5)])
    assert list(votes.votes()) == [("a", 1, 1), ("b", 1, 0)]


def test_of_two_votes_at_the_same_time_the_later_line_counts() -> None:
    votes = VoteMatrix.from_votes([("a", 1, 1, 10), ("a", 1, -1, 10)])
    assert list(votes.votes()) == [("a", 1, -1)]


@pytest.mark.parametrize("value", [2, "1", 0.5, None])
def test_an_unknown_answer_is_refused_by_name(value: object) -> None:
    with pytest.raises(OpinionError, match="'anna' on 7 is"):
        VoteMatrix.from_votes([("anna", 7, value)])


def test_some_votes_with_time_and_some_without_are_refused() -> None:
    with pytest.raises(OpinionError, match="Either every vote has a time"):
        VoteMatrix.from_votes([("a", 1, 1, 10), ("b", 1, 1)])


def test_a_moderated_statement_leaves_with_its_votes() -> None:
    votes = VoteMatrix.from_votes(SMALL, moderated={1})
    assert votes.statements == (2,)
    assert votes.n_votes == 1
    assert votes.participants == ("anna",)


def test_people_and_statements_can_be_known_before_they_vote() -> None:
    votes = VoteMatrix.from_votes(SMALL, participants=["carl"], statements=[9], moderated=[9])
    assert votes.participants == ("anna", "bo", "carl")
    assert votes.statements == (1, 2)
    assert votes.votes_per_participant.tolist() == [2, 1, 0]


def test_numbers_are_ordered_as_numbers() -> None:
    votes = VoteMatrix.from_votes([(10, 1, 1), (9, 1, 1), ("x", 1, 1)])
    assert votes.participants == (9, 10, "x")


def test_a_vote_can_weigh_more() -> None:
    votes = VoteMatrix.from_votes(SMALL, weights={"anna": 2.5})
    assert votes.counts.tolist() == [[2.5, 1, 0], [0, 0, 2.5]]
    assert votes.n_votes == 3


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf")])
def test_a_weight_must_be_positive(weight: float) -> None:
    with pytest.raises(OpinionError, match="weight"):
        VoteMatrix.from_votes(SMALL, weights={"bo": weight})


def test_votes_cannot_be_changed_in_place() -> None:
    votes = VoteMatrix.from_votes(SMALL)
    with pytest.raises(ValueError, match="read-only"):
        votes.agree.data[0] = 5.0


def test_no_votes_make_an_empty_matrix() -> None:
    votes = VoteMatrix.from_votes([])
    assert votes.shape == (0, 0)
    assert list(votes.votes()) == []


rows = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([-1, 0, 1])), max_size=60
)


@given(rows)
def test_a_matrix_holds_what_a_dictionary_of_last_votes_holds(
    votes: list[tuple[int, int, int]],
) -> None:
    last = {(person, item): value for person, item, value in votes}
    matrix = VoteMatrix.from_votes(votes)
    assert {(person, item): value for person, item, value in matrix.votes()} == last
    assert np.asarray(matrix.counts).sum() == len(last)
