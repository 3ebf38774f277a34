"""Words that are spelled nearly alike."""

import pytest

from samskab.engine.language import spelling_distance, spelling_keys, tolerated


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("hus", "hus", 0.0),
        ("katten", "kanten", 1.0),
        ("kantten", "kanten", 0.5),
        ("rådgivnig", "rådgivning", 1.0),
        ("ensomhet", "ensomhed", 0.5),
        ("natherbærg", "natherberg", 0.5),
        ("enosm", "ensom", 0.75),
        ("sykel", "cykel", 0.75),
        ("ensomhe", "ensomhed", 0.5),
        ("fest", "hest", 1.25),
    ],
)
def test_edits_that_sound_alike_cost_less(one: str, other: str, edits: float) -> None:
    assert spelling_distance(one, other, 3.0) == edits
    assert spelling_distance(other, one, 3.0) == edits


def test_what_is_too_far_is_infinitely_far() -> None:
    assert spelling_distance("kat", "elefant", 2.0) == float("inf")
    assert spelling_distance("kommune", "familie", 1.5) == float("inf")


def test_longer_words_may_be_further_off() -> None:
    assert [tolerated("a" * n) for n in (3, 5, 7, 8)] == [0.0, 1.0, 1.5, 2.25]


WORDS = ("mand", "ensom", "varme", "frivillig", "naboskab", "sundhedsplejerske")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("how", ["in", "out", "over"])
def test_one_edit_anywhere_shares_a_key_and_is_near(word: str, how: str) -> None:
    for at in range(len(word)):
        rest = word[at:] if how == "in" else word[at + 1 :]
        changed = word[:at] + ("" if how == "out" else "x") + rest
        assert spelling_keys(word) & spelling_keys(changed), changed
        assert spelling_distance(word, changed, 1.25) <= 1.25, changed


@pytest.mark.parametrize("word", WORDS)
def test_a_word_has_few_keys(word: str) -> None:
    assert len(spelling_keys(word)) <= 17
