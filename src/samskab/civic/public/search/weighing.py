"""How much a document is about a term, in whole numbers, so that every database adds alike."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from samskab.engine.language import analyse, fold, is_stopword, respell, spelling_keys, tokens

# Bumped when the analysis changes, so that every document is read again.
VERSION = 2
TITLE_COUNTS = 4
LONGEST_TERM = 60
LONGEST_TEXT = 20_000
# BM25's two constants, and a fixed length to compare with: a document's weights must not
# change because another one was written.
SATURATION, BY_LENGTH, USUAL_LENGTH = 1.2, 0.5, 120
THOUSAND = 1000
SHORTEST_WORD, LONGEST_WORD = 3, 30
BEGINNINGS = range(3, 7)


def weights(titles: Iterable[str], texts: Iterable[str]) -> dict[str, int]:
    """The terms of a document with their weights. O(length); at most 20,000 letters of a text."""
    counts: Counter[str] = Counter()
    for title in titles:
        for term in analyse(title):
            counts[term[:LONGEST_TERM]] += TITLE_COUNTS
    for text in texts:
        counts.update(term[:LONGEST_TERM] for term in analyse(text[:LONGEST_TEXT]))
    return weighed(counts)


def weighed(counts: Counter[str]) -> dict[str, int]:
    """Weights from how often each term stands in a document. O(terms)."""
    length = counts.total()
    damp = SATURATION * (1 - BY_LENGTH + BY_LENGTH * length / USUAL_LENGTH)
    return {
        term: max(1, round(THOUSAND * n * (SATURATION + 1) / (n + damp)))
        for term, n in counts.items()
    }


def rarity(documents: int, holding: int) -> int:
    """How much a term tells, in thousandths: the rarer, the more."""
    share = (documents - holding + 0.5) / (holding + 0.5)
    return round(THOUSAND * math.log(1 + max(share, 0.0)))


def spelled(titles: Iterable[str], texts: Iterable[str]) -> set[str]:
    """The words of a document as they are written, in small letters. O(length)."""
    parts = (*titles, *(text[:LONGEST_TEXT] for text in texts))
    pieces = (piece for part in parts for token in tokens(part) for piece in token.split("-"))
    return {word for word in (respell(fold(piece)) for piece in pieces) if _is_word(word)}


def _is_word(word: str) -> bool:
    fits = SHORTEST_WORD <= len(word) <= LONGEST_WORD
    return fits and word.isalpha() and not is_stopword(word)


def keys_of(word: str) -> set[str]:
    """The keys below which a word is kept: itself, its beginnings, and its likely misspellings."""
    beginnings = {f"_{word[:length]}" for length in BEGINNINGS if length <= len(word)}
    return {f"={word}", *beginnings, *spelling_keys(word)}


def beginning(word: str) -> str:
    """The key below which the words stand that begin like this one; '' when it is too short."""
    return f"_{word[: BEGINNINGS[-1]]}" if len(word) >= BEGINNINGS[0] else ""


def near_beginnings(word: str) -> set[str]:
    """The keys of beginnings that are this one with a letter too many; none for a short one."""
    piece = word[: BEGINNINGS[-1] + 1]
    less = {piece[:at] + piece[at + 1 :] for at in range(1, len(piece))}
    return {f"_{part}" for part in less if len(part) in BEGINNINGS[1:]}
