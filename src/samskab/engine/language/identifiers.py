"""Finds Danish civil registration numbers (CPR), so that none is ever stored or logged.

Light on purpose: this runs on every saved text and every log line, so the module needs nothing
but `re` and `unicodedata`.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

REDACTED = "[CPR fjernet]"


class Span(NamedTuple):
    """Where something stands: character offsets, half open. The text itself is never kept."""

    start: int
    end: int


# Digits of every script, and much else that no Danish text holds: wide, because it only decides
# whether to look closer, and without `\d`, because then it is one table look-up a character.
_PERHAPS_DIGIT = r"0-9\u00b2\u00b3\u00b9\u0250-\u1fff\u2070-\U0010ffff"


@cache
def _perhaps() -> re.Pattern[str]:
    """Ten digits with little between them. Nothing but this is run on an ordinary text.

    Both patterns are built when first needed, to keep the import quick.
    """
    return re.compile(rf"(?:[{_PERHAPS_DIGIT}][^{_PERHAPS_DIGIT}]{{0,16}}){{10}}")


_SPACE = r"(?:[ \t+]|%20|&nbsp;)"
_MARK = r"(?:[-./_]|%2[DdFf]|&ndash;)"
_WITHIN = rf"{_SPACE}{{0,2}}{_MARK}?{_SPACE}{{0,2}}"
_GAP = rf"(?:{_SPACE}{{0,3}}(?:{_MARK}\s?)?{_SPACE}{{0,3}})"


def _dates(between: str, inside: str = "") -> str:
    """A pattern of the dates that exist: `between` the groups, `inside` each pair of digits."""
    digit = r"\d"
    leap = f"(?:[02468]{inside}[048]|[13579]{inside}[26])"
    short = f"(?:0{inside}[1-9]|1{inside}{digit}|2{inside}[0-8])"
    return (
        f"(?:(?:{short}{between}(?:0{inside}[1-9]|1{inside}[0-2])"
        f"|(?:2{inside}9|3{inside}0){between}(?:0{inside}[13-9]|1{inside}[0-2])"
        f"|3{inside}1{between}(?:0{inside}[13578]|1{inside}[02])){between}{digit}{inside}{digit}"
        f"|2{inside}9{between}0{inside}2{between}{leap})"
    )


@cache
def _cpr() -> re.Pattern[str]:
    """The pattern of a number, in ASCII.

    The separator within the date must be the same both times (the back reference), or the tail of
    one number and the head of the next would be taken for a date.
    """
    return re.compile(
        rf"(?<!\d)(?:"
        rf"(?=\d\d(?P<s>{_WITHIN})\d\d(?P=s)\d\d){_dates('(?P=s)')}"
        rf"(?:{_GAP}\d{{4}}(?!\d)(?!(?<=\d{{6}})(?<!\d{{7}}){_GAP}\d{{4}}(?!\d))"
        rf"|(?<= \d\d){_GAP}\d\d \d\d(?! ?\d))"
        rf"|{_dates(' ', ' ')}(?: | ?- ?)\d \d \d \d(?! ?\d))"
    )


_DASHES = frozenset("\u2212\u2043\u02d7\u00ac\u00af\u2500")
_DOTS = frozenset("\u00b7\u2022\u2219\u2024\u22c5")
_SLASHES = frozenset("\u2044\u2215")


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The ASCII character that `char` stands for here; '' for what cannot be seen."""
    digit = unicodedata.digit(char, -1)
    if digit >= 0:
        return str(digit)
    category = unicodedata.category(char)
    if category in ("Cf", "Mn", "Me"):
        return ""
    if category == "Zs":
        return " "
    if category == "Pd" or char in _DASHES:
        return "-"
    return "." if char in _DOTS else "/" if char in _SLASHES else "x"


def _flatten(text: str) -> tuple[str, list[int]]:
    """`text` in ASCII, and for each of its characters the offset in `text`."""
    chars: list[str] = []
    offsets: list[int] = []
    for offset, char in enumerate(text):
        plain = char if char.isascii() else _plain(char)
        if plain:
            chars.append(plain)
            offsets.append(offset)
    return "".join(chars), offsets


def _matches(text: str) -> Iterator[Span]:
    if not _perhaps().search(text):
        return
    if text.isascii():
        yield from (Span(*match.span()) for match in _cpr().finditer(text))
        return
    flat, offsets = _flatten(text)
    for match in _cpr().finditer(flat):
        yield Span(offsets[match.start()], offsets[match.end() - 1] + 1)


def find_cpr(text: str) -> tuple[Span, ...]:
    """Every place in `text` that reads as a civil registration number, in order.

    Found are ten digits, of any script, that begin with a date that exists (DDMMYY; 29 February
    in leap years) and are not part of a longer run of digits. Between the groups may stand spaces,
    a hyphen or dash, a dot, a slash, an underscore, and what these become in an address line; the
    digits may also be written in pairs or one by one. Letters may touch them. The check digit is
    not looked at: numbers that fail it have been issued since 2007.

    Offsets are in characters of `text`. Raises nothing. Time O(len(text)).
    Source: the number's published format (cpr.dk); own method.
    """
    return tuple(_matches(text))


def contains_cpr(text: str) -> bool:
    """Whether `find_cpr(text)` finds anything; stops at the first. Time O(len(text))."""
    return next(_matches(text), None) is not None


def redact_cpr(text: str) -> str:
    """`text` with every civil registration number replaced by `REDACTED`.

    Returns the same object when there is none. What comes back holds no number that `find_cpr`
    finds. Time O(len(text)) for each round; a second round is needed only when a removal brings
    two halves together, which the replacement's letters prevent.
    """
    spans = find_cpr(text)
    if not spans:
        return text
    pieces: list[str] = []
    done = 0
    for span in spans:
        pieces += (text[done : span.start], REDACTED)
        done = span.end
    return "".join((*pieces, text[done:]))
