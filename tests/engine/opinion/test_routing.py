from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.opinion import VoteMatrix, next_statement

EMPTY = VoteMatrix.from_votes([])


def asked(people: int, each: int, statements: list[int], seed: int) -> dict[int, int]:
    """Votes per statement when everybody in turn answers what is shown to them."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, int, int]] = []
    for person in range(people):
        for _ in range(each):
            votes = VoteMatrix.from_votes(rows)
            shown = next_statement(votes, statements, person, seed=seed)
            assert isinstance(shown, int)
            rows.append((person, shown, int(rng.integers(-1, 2))))
    return {item: sum(row[1] == item for row in rows) for item in statements}


def test_the_same_question_gets_the_same_answer() -> None:
    votes = VoteMatrix.from_votes([(1, item, 1) for item in range(5)])
    answers = {next_statement(votes, range(20), "new", seed=4) for _ in range(5)}
    assert len(answers) == 1


def test_people_do_not_all_start_with_the_same_statement() -> None:
    shown = {next_statement(EMPTY, range(20), person) for person in range(40)}
    assert len(shown) > 8


def test_nothing_answered_or_excluded_or_closed_is_shown() -> None:
    votes = VoteMatrix.from_votes([("anna", 1, 1), ("anna", 2, 0)])
    assert next_statement(votes, [1, 2, 3, 4], "anna", exclude=[3]) == 4


def test_when_all_is_answered_there_is_nothing_more() -> None:
    votes = VoteMatrix.from_votes([("anna", 1, 1), ("anna", 2, 0)])
    assert next_statement(votes, [1, 2], "anna") is None
    assert next_statement(votes, [], "bo") is None
    assert next_statement(votes, [3], "anna", exclude={3}) is None


def test_a_new_statement_catches_up() -> None:
    old = [(person, item, 1) for person in range(100) for item in range(10)]
    votes = VoteMatrix.from_votes(old)
    shown = [next_statement(votes, range(11), f"new{i}") for i in range(200)]
    assert shown.count(10) >= 90


def test_a_statement_that_divides_is_shown_more_than_one_that_everybody_passed() -> None:
    rows = [(person, 0, 1 if person % 2 else -1) for person in range(60)]
    rows += [(person, 1, 0) for person in range(60)]
    votes = VoteMatrix.from_votes(rows)
    shown = [next_statement(votes, [0, 1], f"new{i}") for i in range(200)]
    assert shown.count(0) > 5 * shown.count(1)
    assert shown.count(1) > 0


def test_what_tells_the_groups_apart_is_shown_more() -> None:
    rows = [(person, item, 1 if person % 2 else -1) for person in range(60) for item in (0, 1)]
    votes = VoteMatrix.from_votes(rows)
    groups = {0: [[28, 2, 0], [2, 28, 0]], 1: [[15, 15, 0], [15, 15, 0]]}
    shown = [next_statement(votes, [0, 1], f"new{i}", groups=groups) for i in range(200)]
    assert shown.count(0) > 3 * shown.count(1) > 0


def test_a_persons_answers_decide_what_is_still_worth_asking() -> None:
    # the answer to 0 tells the first group from the others, 1 and 2 tell those others apart
    groups = {
        0: [[30, 0, 0], [0, 30, 0], [0, 30, 0]],
        1: [[30, 0, 0], [30, 0, 0], [0, 30, 0]],
        2: [[30, 0, 0], [0, 30, 0], [0, 30, 0]],
    }
    shown = []
    for at in range(100):
        rows = [
            (at, 0, -1),
            *((f"x{i}", item, i % 2 * 2 - 1) for i in range(20) for item in (1, 2)),
        ]
        votes = VoteMatrix.from_votes(rows)
        shown.append(next_statement(votes, [0, 1, 2], at, groups=groups))
    assert shown.count(1) > 3 * shown.count(2)


@settings(max_examples=10, deadline=None)
@given(st.integers(4, 9), st.integers(0, 1000))
def test_no_statement_starves(n: int, seed: int) -> None:
    counts = asked(people=24, each=3, statements=list(range(n)), seed=seed)
    assert min(counts.values()) >= int(0.25 * 72 / n) - 1
    assert min(counts.values()) >= 1


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.sampled_from([-1, 0, 1]))),
    st.integers(0, 4),
    st.sets(st.integers(0, 6)),
)
def test_what_is_shown_is_always_open_and_unanswered(
    rows: list[tuple[int, int, int]], person: int, hidden: set[int]
) -> None:
    votes = VoteMatrix.from_votes(rows)
    left = set(range(7)) - hidden - set(votes.answers_of(person))
    shown = next_statement(votes, range(7), person, exclude=hidden)
    assert shown in left if left else shown is None
