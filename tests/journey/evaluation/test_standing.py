"""Figures beside figures: an attacker who has all that was ever shown tells nobody apart."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.civic.journey.evaluation.standing import Behind, nobody_is_told_apart

PEOPLE = [f"p{at}" for at in range(14)]


@st.composite
def histories(draw: Any) -> list[set[str]]:
    """Who answered twice at each evaluation: some come, some withdraw."""
    here = set(draw(st.sets(st.sampled_from(PEOPLE), min_size=5)))
    found = [here]
    for _ in range(draw(st.integers(1, 4))):
        moved = draw(st.sets(st.sampled_from(PEOPLE), max_size=9))
        here = here ^ moved
        found.append(here)
    return found


def _published(history: list[set[str]]) -> list[set[str]]:
    shown: list[Behind] = []
    for here in history:
        new = Behind(pilot=frozenset(here))
        if len(here) >= 5 and nobody_is_told_apart(shown, new):
            shown.append(new)
    return [set(one.pilot) for one in shown]


def _known(sets: list[set[str]], some: tuple[str, ...]) -> bool:
    """Whether sums over the published sets give the sum over these people alone."""
    table = np.array([[person in one for person in PEOPLE] for one in sets], float)
    wanted = np.array([person in some for person in PEOPLE], float)
    weights, *_rest = np.linalg.lstsq(table.T, wanted, rcond=None)
    return bool(np.allclose(table.T @ weights, wanted, atol=1e-6))


@settings(max_examples=25, deadline=None)
@given(histories())
def test_no_sum_and_difference_of_published_figures_is_about_fewer_than_five(
    history: list[set[str]],
) -> None:
    sets = _published(history)
    for size in (1, 2, 3, 4):
        for some in combinations(PEOPLE, size):
            assert not _known(sets, some)


def test_the_attack_finds_one_person_where_nothing_is_held_back() -> None:
    everybody = set(PEOPLE)
    assert _known([everybody, everybody - {"p3"}], ("p3",))


ONE_LESS = Behind(pilot=frozenset(PEOPLE[1:]))
ALL = Behind(pilot=frozenset(PEOPLE))


@pytest.mark.parametrize(
    ("shown", "new", "fine"),
    [
        ([], ALL, True),
        ([], Behind(pilot=frozenset(PEOPLE[:4])), False),
        ([ALL], ALL, True),
        ([ALL], ONE_LESS, False),
        ([Behind(pilot=frozenset(PEOPLE[:9]))], ALL, True),
        ([Behind(pilot=frozenset(PEOPLE[:10]))], ALL, False),
        # Nobody new, but one of those who were silent has answered: another mark.
        (
            [Behind(frozenset(PEOPLE[:7]), single=frozenset(PEOPLE[7:]))],
            Behind(frozenset([*PEOPLE[:7], "q7"]), single=frozenset(PEOPLE[8:])),
            False,
        ),
        # The comparison group comes in, or four of it.
        ([ALL], Behind(ALL.pilot, comparison=frozenset("abcde")), True),
        ([ALL], Behind(ALL.pilot, comparison=frozenset("abcd")), False),
        # Five are new, but only one of them answered twice.
        ([ALL], Behind(ALL.pilot | {"q"}, single=frozenset("abcd")), False),
    ],
)
def test_figures_stand_beside_others_only_in_parts_of_five(
    shown: list[Behind], new: Behind, fine: bool
) -> None:
    assert nobody_is_told_apart(shown, new) is fine
    assert Behind.read(new.kept()) == new
