from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.language.differing import Piece, difference

WORDS = st.lists(st.sampled_from(["a", "bb", "æ", " ", "\n"]), max_size=30).map("".join)


def test_words_that_were_added_and_removed_are_told_apart() -> None:
    assert difference("Vi spiser suppe.", "Vi spiser brød og suppe.") == [
        Piece("same", "Vi spiser "),
        Piece("added", "brød og "),
        Piece("same", "suppe."),
    ]


@given(WORDS, WORDS)
def test_the_pieces_give_both_texts_back(before: str, after: str) -> None:
    pieces = difference(before, after)
    assert "".join(one.text for one in pieces if one.kind != "added") == before
    assert "".join(one.text for one in pieces if one.kind != "removed") == after
