"""Two secretaries lose no word."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.civic.commons.council.merging import merged

BASE = "Anna bød velkommen.\nVi talte om lamper.\nMødet sluttede."


@pytest.mark.parametrize(
    ("theirs", "mine", "expected"),
    [
        (BASE, BASE + "\nTak.", BASE + "\nTak."),
        (BASE + "\nTak.", BASE, BASE + "\nTak."),
        (BASE + "\nTak.", BASE + "\nTak.", BASE + "\nTak."),
        (BASE + "\nEt.", BASE + "\nTo.", BASE + "\nEt.\nTo."),
        ("Før.\n" + BASE, BASE + "\nEfter.", "Før.\n" + BASE + "\nEfter."),
        (
            BASE.replace("Anna", "Bo"),
            BASE.replace("lamper", "bænke"),
            BASE.replace("Anna", "Bo").replace("lamper", "bænke"),
        ),
        ("Vi talte om lamper.\nMødet sluttede.", BASE + "\nTak.", BASE[20:] + "\nTak."),
    ],
)
def test_what_each_has_done_is_there(theirs: str, mine: str, expected: str) -> None:
    assert merged(BASE, theirs, mine) == expected


@pytest.mark.parametrize(
    ("theirs", "mine"),
    [
        (BASE.replace("lamper", "bænke"), BASE.replace("lamper", "kaffe")),
        (BASE.replace("\nVi talte om lamper.", ""), BASE.replace("lamper", "kaffe")),
    ],
)
def test_the_same_line_changed_in_two_ways_is_for_a_person(theirs: str, mine: str) -> None:
    assert merged(BASE, theirs, mine) is None


lines = st.lists(st.sampled_from(["a", "b", "c", "d", "", "e f"]), max_size=7).map("\n".join)


@given(lines, lines, lines)
@settings(max_examples=150, deadline=None)
def test_no_line_that_somebody_added_is_lost_and_none_appears_from_nowhere(
    base: str, theirs: str, mine: str
) -> None:
    found = merged(base, theirs, mine)
    if found is None:
        return
    old, here = base.splitlines(), found.splitlines()
    for text in (theirs, mine):
        for line in set(text.splitlines()) - {""}:  # a blank line holds no word to lose
            added = text.splitlines().count(line) - old.count(line)
            if added > 0:
                assert here.count(line) >= added
    assert set(here) <= {*old, *theirs.splitlines(), *mine.splitlines()}


@given(lines, st.lists(st.sampled_from(["x", "y"]), min_size=1, max_size=3), lines)
@settings(max_examples=50, deadline=None)
def test_adding_at_the_end_never_conflicts_with_adding_at_the_end(
    base: str, added: list[str], more: str
) -> None:
    theirs, mine = "\n".join([base, *added]), "\n".join([base, "z", more])
    found = merged(base, theirs, mine)
    assert found is not None
    assert [line for line in found.splitlines() if line in {"x", "y"}] == added
