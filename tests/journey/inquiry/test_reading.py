from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.journey.inquiry.reading import (
    MOST_MARKS,
    UNIT,
    _mark_at,
    bundled,
    drawn,
    numbers,
    read,
)
from samskab.engine.language.differing import difference
from samskab.engine.opinion import VoteMatrix, map_opinions

texts = st.lists(st.sampled_from(["vi", "mangler", "nøglen", "et sted.\n", "og", " "])).map(
    " ".join
)


@given(texts, texts)
def test_the_pieces_of_a_difference_give_both_texts_back(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before


@given(texts)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert {piece.kind for piece in difference(text, text)} <= {"same"}


def test_a_changed_word_is_removed_and_added() -> None:
    pieces = difference("Vi mangler mursten her", "Vi mangler nøgler her")
    assert [(piece.kind, piece.text) for piece in pieces] == [
        ("same", "Vi mangler "),
        ("removed", "mursten"),
        ("added", "nøgler"),
        ("same", " her"),
    ]


def two_camps(people: int = 12) -> VoteMatrix:
    """Statement 0 is shared, 1–6 divide two camps, 7 is refused by all, 8 unknown to all."""
    rows = []
    for person in range(2 * people):
        side = 1 if person < people else -1
        rows += [(person, 0, 1), (person, 7, -1), (person, 8, 0)]
        rows += [(person, statement, side) for statement in range(1, 7)]
    return VoteMatrix.from_votes(rows)


NAMES = {number: f"Udsagn {number}" for number in range(9)}


def test_a_map_says_first_what_is_shared_then_what_divides_then_what_nobody_knows() -> None:
    data, _places = drawn(map_opinions(two_camps()))
    found = read(data, NAMES)
    assert [line.id for line in found.common] == [0]
    assert [line.id for line in found.refused] == [7]
    assert {line.id for line in found.divides} <= set(range(1, 7)) and found.divides
    assert [line.id for line in found.unknown] == [8]
    assert (found.n_groups, found.letters) == (2, ["A", "B"])
    assert [group.size for group in found.groups] == [12, 12]
    assert found.enough


def test_a_group_is_named_by_what_it_says_more_than_the_others() -> None:
    data, _places = drawn(map_opinions(two_camps()))
    sides = [{voice.side for voice in group.voices} for group in read(data, NAMES).groups]
    assert sorted(sides, key=str) == [{-1}, {1}]


def test_the_numbers_are_the_votes() -> None:
    data, _places = drawn(map_opinions(two_camps()))
    line = next(line for line in read(data, NAMES).lines if line.id == 1)
    assert (line.agree, line.disagree, line.passed, line.votes, line.percent) == (12, 12, 0, 24, 50)
    assert line.highest and line.lowest
    assert (line.highest.percent, line.lowest.percent) == (100, 0)
    assert line.highest.letter != line.lowest.letter
    row = next(row for row in numbers(read(data, NAMES)) if row["id"] == 1)
    assert row["group_a_votes"] == row["group_b_votes"] == 12


def test_a_statement_that_was_hidden_is_nowhere_in_the_map() -> None:
    data, _places = drawn(map_opinions(two_camps()))
    found = read(data, {key: text for key, text in NAMES.items() if key not in {0, 1}})
    shown = {line.id for line in (*found.common, *found.divides, *found.unknown, *found.lines)}
    assert shown.isdisjoint({0, 1})
    voices = {voice.text for group in found.groups for voice in group.voices}
    assert "Udsagn 1" not in voices


def test_too_few_people_make_no_groups_and_no_claims() -> None:
    data, _places = drawn(map_opinions(VoteMatrix.from_votes([(1, 0, 1), (2, 0, 1)])))
    found = read(data, NAMES)
    assert not found.enough
    assert (found.has_groups, found.groups, numbers(found)) == (False, (), [])


def test_no_votes_at_all_make_a_map_of_nobody() -> None:
    data, places = drawn(map_opinions(VoteMatrix.from_votes([], statements=[1, 2])))
    found = read(data, {1: "Et", 2: "To"})
    assert (found.people, found.n_groups, places, found.marks) == (0, 0, {}, ())


def test_places_are_private_and_the_drawing_carries_nobodys_place() -> None:
    data, places = drawn(map_opinions(two_camps()))
    assert set(places) == {str(person) for person in range(24)}
    assert "groups" not in data and "coordinates" not in data
    assert all(number >= 5 for _x, _y, _group, number in data["dots"])
    json.dumps([data, places])


spots = st.tuples(st.integers(-UNIT, UNIT), st.integers(-UNIT, UNIT), st.sampled_from([0, 1, None]))


@given(st.lists(spots, max_size=60), st.randoms())
def test_a_mark_is_five_people_or_more_of_one_group_in_whatever_order(
    places: list[tuple[int, int, int | None]], chance: Any
) -> None:
    marks = bundled(places)
    assert all(number >= 5 for _x, _y, _group, number in marks)
    for group in (0, 1, None):
        there = sum(place[2] == group for place in places)
        drawn_there = sum(mark[3] for mark in marks if mark[2] == group)
        assert drawn_there == (there if there >= 5 else 0)
    mixed = list(places)
    chance.shuffle(mixed)
    assert sorted(map(str, bundled(sorted(mixed, key=str)))) == sorted(
        map(str, bundled(sorted(places, key=str)))
    )


def test_a_map_stored_with_a_dot_for_each_person_is_bundled_too() -> None:
    data, _places = drawn(map_opinions(two_camps()))
    data["dots"] = [[10 * at, 0, 0] for at in range(12)]
    assert [mark.number for mark in read(data, NAMES).marks] == [6, 6]


def test_six_groups_have_six_colours_and_six_shapes() -> None:
    marks = [_mark_at(0, 0, group) for group in range(6)]
    assert len({mark.colour for mark in marks}) == 6
    assert len({(mark.shape, mark.points) for mark in marks}) == 6


def test_a_crowd_is_drawn_by_few_marks() -> None:
    rng = np.random.default_rng(1)
    rows = [(p, s, int(rng.integers(-1, 2))) for p in range(700) for s in range(8)]
    data, places = drawn(map_opinions(VoteMatrix.from_votes(rows), bootstrap=0))
    assert len(places) == 700
    assert len(data["dots"]) <= MOST_MARKS + 5
    assert sum(number for _x, _y, _group, number in data["dots"]) == 700
    assert max(abs(x) for x, *_rest in data["dots"]) <= UNIT


@pytest.mark.parametrize("language", ["da", "en", "en-gb"])
def test_the_sentences_come_in_both_languages(language: str) -> None:
    data, _places = drawn(map_opinions(two_camps()))
    sentence = read(data, NAMES, language).sentences[0]
    assert ("grupper" in sentence) == (language == "da")
