"""CPR numbers are found however they are written, and nothing else is."""

import subprocess
import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.language import Span, contains_cpr, find_cpr, redact_cpr
from samskab.engine.language.identifiers import REDACTED

FOUND = [
    "010280-1234",
    "0102801234",
    "010280 1234",
    "010280  -  1234",
    "010280\u20131234",
    "010280\u22121234",
    "010280\u20111234",
    "010280\u00a01234",
    "010280/1234",
    "010280.1234",
    "010280_1234",
    "010280-\n1234",
    "010280%201234",
    "010280%2D1234",
    "010280+1234",
    "01 02 80 1234",
    "01 02 80-1234",
    "01 02 80 12 34",
    "01.02.80-1234",
    "01-02-80-1234",
    "01 02 801234",
    "0 1 0 2 8 0 1 2 3 4",
    "0 1 0 2 8 0 - 1 2 3 4",
    "\uff10\uff11\uff10\uff12\uff18\uff10\uff0d\uff11\uff12\uff13\uff14",
    "\u0660\u0661\u0660\u0662\u0668\u0660\u0661\u0662\u0663\u0664",
    "\u2070\u00b9\u2070\u00b2\u2078\u2070-\u00b9\u00b2\u00b3\u2074",
    "01\u200b0280-12\u00ad34",
    "290200-1234",
    "290280-1234",
    "311299-0000",
]
PASSED_OVER = [
    "",
    "010280-123",
    "010280-12345",
    "1010280-1234",
    "320180-1234",
    "000180-1234",
    "011380-1234",
    "010080-1234",
    "310480-1234",
    "300280-1234",
    "290281-1234",
    "2 9 0 2 8 1 1 2 3 4",
    "Ring 86 82 11 22 eller 20 10 56 78",
    "20 10 56 78 21 32 11 22",
    "2026-11-23 12:25:47,123",
    "CVR 12345678",
    "kl. 10-12 den 01.02.80",
]


@pytest.mark.parametrize("text", FOUND)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    assert find_cpr(text) == (Span(0, len(text)),)
    assert contains_cpr(text)


@pytest.mark.parametrize("text", PASSED_OVER)
def test_what_is_no_number_is_passed_over(text: str) -> None:
    assert find_cpr(text) == ()
    assert not contains_cpr(text)


def test_digits_glued_to_letters_are_found_and_the_letters_kept() -> None:
    assert redact_cpr("CPR010280-1234x og 3112991234.") == f"CPR{REDACTED}x og {REDACTED}."


def test_the_span_is_that_of_the_original_text() -> None:
    text = "Hun hedder Åse, \uff10\uff11\u200b0280-1234, og bor her"
    (span,) = find_cpr(text)
    assert text[span.start : span.end] == "\uff10\uff11\u200b0280-1234"


def test_the_tail_of_another_number_is_not_taken_for_the_date() -> None:
    assert redact_cpr("kl. 12 05 010280-1234") == f"kl. 12 05 {REDACTED}"
    assert redact_cpr("12.05 010280-1234") == f"12.05 {REDACTED}"


def test_every_digit_of_unicode_is_looked_at() -> None:
    chars = map(chr, range(sys.maxunicode + 1))
    digits = [char for char in chars if unicodedata.digit(char, -1) >= 0]
    missed = [hex(ord(char)) for char in digits if not contains_cpr(f"01018{char}-1234")]
    assert len(digits) > 700
    assert missed == []


def test_a_text_without_a_number_comes_back_as_it_is() -> None:
    text = "Vi mødes i varmestuen."
    assert redact_cpr(text) is text


def test_importing_the_detector_brings_nothing_heavy() -> None:
    code = (
        "import sys; import samskab.engine.language.identifiers;"
        "heavy = {'numpy', 'wordfreq', 'snowballstemmer', 'django', 'dataclasses'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@given(
    born=st.dates(min_value=date(1905, 1, 1), max_value=date(2026, 12, 31)),
    serial=st.integers(0, 9999),
    between=st.sampled_from(["", "-", " ", "\u2013", "\u00a0", " - "]),
    before=st.text(alphabet="abcæøå ,.:", max_size=10),
    after=st.text(alphabet="abcæøå ,:", max_size=10),
)
def test_every_date_with_four_digits_is_found_and_removed(
    born: date, serial: int, between: str, before: str, after: str
) -> None:
    number = f"{born:%d%m%y}{between}{serial:04d}"
    redacted = redact_cpr(before + number + after)
    assert redacted == before + REDACTED + after


@given(st.text(alphabet="0123456789 -./æa\u2013\uff11", max_size=60))
def test_nothing_is_left_after_redacting(text: str) -> None:
    redacted = redact_cpr(text)
    assert not contains_cpr(redacted)
    assert redact_cpr(redacted) == redacted


@given(st.text(max_size=200))
def test_spans_are_in_order_and_within_the_text(text: str) -> None:
    ends = [0, *(offset for span in find_cpr(text) for offset in span), len(text)]
    assert ends == sorted(ends)
