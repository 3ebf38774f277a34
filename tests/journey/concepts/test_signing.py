from __future__ import annotations

import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from samskab.civic.journey.concepts import signing


@pytest.fixture
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path
    return tmp_path


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
    | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


# --- canonical form ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "written"),
    [  # numbers of RFC 8785, appendix B
        (0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"),
        (1.0000000000000001e23, "1.0000000000000001e+23"),
        (999999999999999700000.0, "999999999999999700000"), (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"), (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"), (-0.0000033333333333333333,
         "-0.0000033333333333333333"), (1424953923781206.2, "1424953923781206.2"),
        (20.0, "20"), (4.5, "4.5"), (1e-7, "1e-7"), (0.1, "0.1"), (100.0, "100"),
    ],
)  # fmt: skip
def test_numbers_are_written_as_the_standard_says(value: float, written: str) -> None:
    assert signing.canonical(value) == written.encode()


def test_the_example_of_the_standard() -> None:
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\x0f\nA\'B"\\\\"/', "literals": [None, True, False],
    }  # fmt: skip
    assert signing.canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_their_utf16_units() -> None:
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    written = json.loads(signing.canonical(dict.fromkeys(names, 0)))
    assert list(written) == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@given(JSON)
@examples(max_examples=60, deadline=None)
def test_what_is_written_reads_back_and_is_written_alike(value: Any) -> None:
    try:
        written = signing.canonical(value)
    except UnicodeEncodeError:  # lone surrogates have no bytes
        return
    again = json.loads(written)
    assert again == value
    assert signing.canonical(again) == written


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), 2**53 + 1, {1: 2}, {"a": b"x"}, object]
)
def test_what_json_does_not_hold_is_not_signed(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        signing.canonical(value)


# --- the key -----------------------------------------------------------------------------------
def test_the_key_is_made_once_and_is_its_owners_alone(data: Path) -> None:
    first = signing.own()
    assert signing.own().public == first.public
    path = data / signing.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in data.iterdir()] == [signing.FILE]
    assert first.public not in path.read_text()


def test_of_many_at_once_one_makes_the_key(data: Path, monkeypatch: Any) -> None:
    pids = iter(range(1000, 1100))
    monkeypatch.setattr(signing.os, "getpid", lambda: next(pids))
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(signing.own().public)) for _n in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_signature_holds_for_its_value_and_its_key_only(data: Path) -> None:
    value = {"a": [1, 2.5, "æ"], "b": None}
    given = signing.sealed(value)
    assert signing.holds(given["signed"], given["key"], given["signature"])
    assert signing.holds({"b": None, "a": [1.0, 2.5, "æ"]}, given["key"], given["signature"])
    assert not signing.holds({**value, "b": 0}, given["key"], given["signature"])
    other = signing.renew()
    assert not signing.holds(value, other.public, given["signature"])
    for spoiled in (
        "",
        None,
        7,
        given["signature"][:-4] + "A===",
        "A" * 88,
        given["signature"] + "=",
    ):
        assert not signing.holds(value, given["key"], spoiled)
    assert not signing.holds(value, "no key", given["signature"])


def test_the_fingerprint_is_short_enough_to_read_aloud(data: Path) -> None:
    shown = signing.fingerprint(signing.own().public)
    assert len(shown.split()) == 8
    assert {len(group) for group in shown.split()} == {4}
    assert signing.fingerprint("A" * 43 + "=") == "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20"


# --- changing it -------------------------------------------------------------------------------
def test_whoever_knew_the_first_key_is_led_to_the_last(data: Path) -> None:
    first = signing.own()
    second, third = signing.renew(), signing.renew()
    changes = list(third.changes)
    assert len({first.public, second.public, third.public}) == 3
    assert third.all == {first.public, second.public, third.public}
    assert signing.latest(first.public, changes) == third.public
    assert signing.latest(second.public, changes) == third.public
    assert stat.S_IMODE((data / signing.FILE).stat().st_mode) == 0o600


def test_nobody_is_led_to_a_key_that_was_not_vouched_for(data: Path) -> None:
    first = signing.own().public
    change = signing.renew().changes[0]
    stranger = "A" * 43 + "="
    for spoiled in (
        [], None, "x", [7], [{"from": first, "to": stranger}], [change | {"to": stranger}],
        [change | {"signature": "A" * 86 + "=="}], [change | {"signature": None}],
        [{**change, "from": stranger}],
    ):  # fmt: skip
        assert signing.latest(first, spoiled) == first
