"""LIX against texts counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.language import Lix, lix


def test_a_sentence_counted_by_hand() -> None:
    # 8 words, 1 sentence, 2 long words (frivillige, varmestuen): 8 + 25.
    assert lix("De frivillige laver mad i varmestuen hver dag.") == Lix(33.0, 8, 1, 2, "easy")


@pytest.mark.parametrize("text", ["", "   \n", "# Kun en overskrift", "...", "- \n- "])
def test_a_text_without_words_has_the_score_zero(text: str) -> None:
    assert lix(text) == Lix(0.0, 0, 0, 0, "very easy")


@pytest.mark.parametrize(
    ("text", "words", "sentences"),
    [
        ("Der kom 5.678 mennesker.", 4, 1),
        ("Det tog 3,5 time.", 4, 1),
        ("Vi ses kl. 10.30 i dag.", 6, 1),
        ("Kom bl.a. i dag.", 5, 1),
        ("Kom bl. a. i dag.", 5, 1),
        ("Vi har te, kaffe osv. Kom nu.", 9, 2),
        ("Vi har te osv. og kaffe.", 8, 1),
        ("Den 3. maj er vi her.", 6, 1),
        ("H.C. Andersen kom.", 3, 1),
        ("Kommer du? Ja! Det er godt.", 6, 3),
        ("Uden punktum", 2, 1),
        ("En linje\nder går videre.", 5, 1),
        ("Et afsnit\n\nEt andet", 4, 2),
        ("# Titel her\n\nKun dette tæller.", 3, 1),
        ("Titel\n=====\nKun dette tæller.", 3, 1),
        ("- et punkt\n- to punkter", 4, 2),
        ("Læs [vores side](https://eksempel.dk/lang-adresse) nu.", 4, 1),
        ("Se https://eksempel.dk/a.b for mere.", 3, 1),
        ("En e-mail er fin.", 4, 1),
    ],
)
def test_words_and_sentences_are_counted_as_a_person_would(
    text: str, words: int, sentences: int
) -> None:
    result = lix(text)
    assert (result.words, result.sentences) == (words, sentences)


def test_a_word_is_long_from_seven_letters_and_digits_do_not_count() -> None:
    assert lix("hjælpe varmest 1234567 18-årige").long_words == 1


@pytest.mark.parametrize(
    ("words", "band"),
    [(24, "very easy"), (25, "easy"), (34, "easy"), (35, "medium"), (44, "medium"), (45, "hard"),
     (54, "hard"), (55, "very hard")],
)  # fmt: skip
def test_the_bands_change_where_they_should(words: int, band: str) -> None:
    result = lix("en " * words)
    assert (result.score, result.band) == (float(words), band)


@given(st.text(max_size=300))
def test_the_counts_explain_the_score(text: str) -> None:
    result = lix(text)
    assert 0 <= result.long_words <= result.words
    assert result.sentences <= result.words
    if result.words:
        expected = result.words / result.sentences + 100 * result.long_words / result.words
        assert result.score == pytest.approx(expected)
