from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.civic.journey.evaluation import sealed

ITEMS = st.lists(st.one_of(st.none(), st.integers(0, 10)), min_size=1, max_size=20)


@settings(deadline=None)
@given(ITEMS, st.text(max_size=30))
def test_what_is_sealed_comes_back_from_its_own_place(items: list[Any], place: str) -> None:
    assert sealed.unseal(sealed.seal(items, place), place) == tuple(items)


@settings(deadline=None)
@given(ITEMS)
def test_an_answer_moved_to_another_place_cannot_be_read(items: list[Any]) -> None:
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(sealed.seal(items, "1:1:1:before"), "1:1:2:before")


@settings(deadline=None)
@given(st.integers(0, 39))
def test_a_changed_byte_is_noticed(at: int) -> None:
    kept = bytearray(sealed.seal([1, 2, 3, 4, 5], "x"))
    kept[at % len(kept)] ^= 1
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(bytes(kept), "x")


def test_the_same_answer_never_looks_the_same_and_length_tells_nothing() -> None:
    many = {sealed.seal([5, 5, 5], "x") for _ in range(50)}
    assert len(many) == 50
    assert len(sealed.seal([None, 0, 10], "x")) == len(sealed.seal([1, 1, 1], "x"))


def test_another_secret_cannot_read_but_an_earlier_one_still_can(settings: Any) -> None:
    kept, digest = sealed.seal([1], "x"), sealed.code_digests("AAAA")[0]
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "another secret altogether, and long"
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(kept, "x")
    settings.SECRET_KEY_FALLBACKS = [earlier]
    assert sealed.unseal(kept, "x") == (1,)
    assert digest in sealed.code_digests("AAAA")
    assert sealed.code_digests("AAAA")[0] != digest


def test_a_code_is_long_and_never_the_same() -> None:
    codes = {sealed.new_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(sealed.plain_code(code)) == 12 for code in codes)


def test_a_code_is_known_however_it_is_typed() -> None:
    code = sealed.new_code()
    for typed in (code.lower(), code.replace("-", ""), f" {code.replace('-', ' ')} "):
        assert sealed.code_digests(typed) == sealed.code_digests(code)
        assert sealed.grouped(typed) == code
