from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.journey.challenges.journey import EXPLAINED, PATH, Step, may_follow, stations

steps = st.sampled_from(list(Step))


def test_the_path_is_the_one_of_the_founding_design() -> None:
    assert [step.value for step in PATH] == [
        "raised", "screened", "open", "exploring", "framed",
        "gathering", "piloting", "evaluated", "concept",
    ]  # fmt: skip


@given(steps, steps)
def test_no_step_is_ever_skipped_forward(now: Step, to: Step) -> None:
    if may_follow(now, to) and now in PATH and to in PATH:
        assert PATH.index(to) <= PATH.index(now) + 1


@given(steps)
def test_nothing_follows_itself(step: Step) -> None:
    assert not may_follow(step, step) or step is Step.CLOSED


def test_every_step_can_be_closed_and_all_but_the_first_returned() -> None:
    assert all(may_follow(step, Step.CLOSED) for step in PATH)
    assert all(may_follow(step, PATH[1]) for step in PATH[2:])
    assert not any(may_follow(step, Step.RAISED) for step in PATH)


@given(st.sampled_from(PATH))
def test_exactly_one_station_is_now(step: Step) -> None:
    states = [station.state for station in stations(step, step)]
    assert states == sorted(states, key=["done", "now", "todo"].index)
    assert states.count("now") == 1


def test_a_closed_challenge_shows_how_far_it_came() -> None:
    states = [station.state for station in stations(Step.CLOSED, Step.OPEN)]
    assert states == ["done"] * 3 + ["todo"] * 6


@pytest.mark.parametrize("step", list(Step))
def test_every_step_is_explained(step: Step) -> None:
    assert str(EXPLAINED[step])
