from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.opinion import LiveCounts, OpinionError, VoteMatrix, map_opinions, rest
from tests.engine.opinion.planted import planted

VOTES = st.tuples(st.integers(0, 4), st.integers(0, 3), st.sampled_from([1, -1, 0]))


@given(early=st.lists(VOTES), late=st.lists(VOTES), gone=st.sets(st.integers(0, 30)))
def test_the_counts_are_those_of_all_votes_read_at_once(
    early: list[tuple[int, int, int]], late: list[tuple[int, int, int]], gone: set[int]
) -> None:
    groups = {0: 0, 1: 1, 2: 0, 3: None}
    live = LiveCounts(VoteMatrix.from_votes(early), groups)
    for vote in late:
        live.cast(*vote)
    there = {(who, item): value for who, item, value in [*early, *late]}
    for at, pair in enumerate(sorted(there)):
        if at in gone:
            assert live.take_back(*pair) == there.pop(pair)
    for item in range(4):
        for group in (0, 1):
            assert live.counts(item)[group].tolist() == [
                sum(
                    v == value and i == item and groups.get(w) == group
                    for (w, i), v in there.items()
                )
                for value in (1, -1, 0)
            ]
        assert live.overall(item).sum() == sum(i == item for _w, i in there)
    assert live.n_votes == len(there)


def test_figures_follow_a_vote_as_the_next_map_would_have_them() -> None:
    votes, _truth = planted(1, 120, 30, 2)
    drawn = map_opinions(votes, bootstrap=0)
    live = LiveCounts(votes, drawn)
    assert np.array_equal(
        np.stack([live.counts(item) for item in votes.statements], axis=1), drawn.counts
    )
    who = next(name for name, group in drawn.group_of.items() if group == 1)
    item = votes.statements[0]
    before = live.counts(item)
    was = live.cast(who, item, 0)
    moved = live.counts(item) - before
    assert moved[1, 2] == (was != 0)
    assert not moved[0].any()
    assert live.agree(item).low.shape == (drawn.n_groups,)


def test_a_vote_that_cannot_be_changes_nothing() -> None:
    live = LiveCounts()
    live.cast("p", "s", 1, weight=2.0)
    for value, weight in ((2, 1.0), (1, 0.0), (1, float("nan"))):
        with pytest.raises(OpinionError):
            live.cast("p", "s", value, weight)
    assert live.overall("s").tolist() == [2, 0, 0]
    assert live.take_back("nobody", "s") is None


def test_a_map_is_worth_it_when_something_is_new_and_the_worker_has_rested() -> None:
    live = LiveCounts()
    assert not live.worth_a_map(took=1.0, ago=100.0)
    live.cast("p", "s", 1)
    assert not live.worth_a_map(took=1.0, ago=8.9)
    assert live.worth_a_map(took=1.0, ago=rest(1.0))
