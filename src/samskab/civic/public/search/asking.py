"""What somebody asks for: each word with the terms of the index that it may stand for.

A word that is nowhere in the index is completed when it is the last one, for it may still be
being written; else the nearest spelling that is in the index is taken for it, or for the last one
the word that begins nearly so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.search.models import Spelling, Term
from samskab.civic.public.search.weighing import (
    LONGEST_TERM,
    LONGEST_WORD,
    beginning,
    near_beginnings,
)
from samskab.engine.language import (
    annotate,
    spelling_distance,
    spelling_keys,
    tolerated,
    zipf,
)

MOST_WORDS = 8
MOST_COMPLETIONS = 8
MOST_SPELLINGS = 80
SHORTEST_PIECE = 3

Key = tuple[str, int]
Option = tuple[Term, ...]
Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """One word (or known phrase) of a query.

    A document holds it when it has all the terms of one option: the word itself, or all the
    parts of a compound. `terms` are all those that are in the index, also when they make no
    whole option. `read` is the word that we took for the typed one, '' when none.
    """

    typed: str
    options: tuple[Option, ...]
    terms: tuple[Term, ...]
    has_parts: bool = False
    read: str = ""

    def is_in(self, held: Held) -> Flags:
        """Which documents hold it."""
        found = held.nowhere()
        for option in self.options:
            np.logical_or(found, held.all_of(option), out=found)
        return found

    def touches(self, held: Held) -> Flags:
        """Which documents are about it at all: the last part of a compound alone ('hjælp' of
        'lektiehjælp') says too little."""
        found = self.is_in(held)
        for term in self.terms[:-1] if self.has_parts else self.terms:
            np.logical_or(found, held.all_of((term,)), out=found)
        return found

    def score(self, held: Held) -> Whole:
        """For each document. Every term counts once, so that a whole compound counts more than
        its parts."""
        return held.sum_of(self.terms)


@dataclass(frozen=True)
class Held:
    """What some documents hold of the terms that were asked for: a row for each document and a
    column for each term. `weights` are 0 where a document lacks the term; `points` are the
    weights times the rarity of the term."""

    columns: Mapping[int, int]
    weights: Whole
    points: Whole

    def nowhere(self) -> Flags:
        return np.zeros(len(self.weights), bool)

    def all_of(self, terms: Iterable[Term]) -> Flags:
        at = [self.columns[term.pk] for term in terms]
        found: Flags = np.all(self.weights[:, at] > 0, axis=1)
        return found

    def sum_of(self, terms: Iterable[Term]) -> Whole:
        found: Whole = self.points[:, [self.columns[term.pk] for term in terms]].sum(axis=1)
        return found


@dataclass(frozen=True)
class _Word:
    typed: str
    terms: tuple[str, ...]

    @property
    def options(self) -> tuple[tuple[str, ...], ...]:
        whole, parts = self.terms[:1], self.terms[1:]
        return (whole, parts) if parts else (whole,)


def understood(council: Council, q: str) -> tuple[Asked, ...]:
    """The words of a query, at most eight, with what stands in this council's index for them.

    One statement when all the words are known; two to five more for each that is not.
    """
    words = _words(q)
    known = _known(council, words)
    found = [_asked(word, known) for word in words]
    for at, word in enumerate(found):
        if not word.options and " " not in word.typed:
            is_last = at == len(found) - 1 and not q.endswith((" ", ".", "?"))
            found[at] = _guessed(council, word, is_last)
    return tuple(found)


def _words(text: str) -> tuple[_Word, ...]:
    found = (
        _Word(phrase, tuple(term[:LONGEST_TERM] for term in terms))
        for phrase, terms in annotate(text)
    )
    return tuple({word.terms: word for word in found}.values())[:MOST_WORDS]


def _known(council: Council, words: Iterable[_Word]) -> dict[str, Term]:
    texts = sorted({term for word in words for term in word.terms})
    rows = Term.objects.filter(council=council, text__in=texts, n__gt=0)
    return {term.text: term for term in rows}


def _asked(word: _Word, known: Mapping[str, Term]) -> Asked:
    options = tuple(
        tuple(known[term] for term in option)
        for option in word.options
        if known.keys() >= set(option)
    )
    terms = tuple(known[term] for term in word.terms if term in known)
    last_is_part = len(word.terms) > 1 and word.terms[-1] in known
    return Asked(word.typed, options, terms, last_is_part)


def _guessed(council: Council, word: Asked, is_last: bool) -> Asked:
    if is_last and (completed := _completions(council, word.typed)):
        return replace(
            word, options=tuple((term,) for term in completed), terms=completed, has_parts=False
        )
    read = (
        nearest(council, word.typed)
        or (_nearest_start_of(council, word.typed) if is_last else "")
        or _nearest_parts(council, word.typed)
    )
    if not read:
        return word
    words = _words(read)
    known = _known(council, words)
    options = _asked(words[0], known).options if words else ()
    for other in words[1:]:
        further = _asked(other, known).options
        options = tuple(one + two for one in options for two in further)
    if not options:
        return word
    terms = tuple({term.pk: term for option in options for term in option}.values())
    return replace(word, options=options, terms=terms, has_parts=len(terms) > 1, read=read)


def _completions(council: Council, start: str) -> tuple[Term, ...]:
    """The most usual terms of words that begin like this."""
    key = beginning(start)
    if not key:
        return ()
    rows = Spelling.objects.filter(council=council, key=key, text__startswith=start, term__n__gt=0)
    usual = rows.order_by("-term__n", "text").select_related("term")[: 4 * MOST_COMPLETIONS]
    return tuple({row.term_id: row.term for row in usual}.values())[:MOST_COMPLETIONS]


def nearest(council: Council, word: str) -> str:
    """The word of the index that is spelled most like this one; '' when none is near."""
    limit = tolerated(word)
    if not limit or len(word) > LONGEST_WORD:
        return ""
    rows = Spelling.objects.filter(council=council, key__in=sorted(spelling_keys(word)))
    alike = (
        rows.filter(term__n__gt=0)
        .values_list("text", "term__n")
        .annotate(shared=Count("pk"))
        .order_by("-shared", "-term__n", "text")[:MOST_SPELLINGS]
    )
    ranked = [
        (distance, -zipf(text), -n, text)
        for text, n, _ in alike
        if (distance := spelling_distance(word, text, limit)) <= limit
    ]
    return min(ranked)[3] if ranked else ""


def _nearest_start_of(council: Council, start: str) -> str:
    """The most usual word that begins nearly like this: misspelt, and not written to its end."""
    limit = tolerated(start)
    keys = {*spelling_keys(start), *near_beginnings(start)}
    rows = Spelling.objects.filter(council=council, key__in=sorted(keys), term__n__gt=0)
    alike = (
        rows.values_list("text", "term__n")
        .annotate(shared=Count("pk"))
        .order_by("-shared", "-term__n", "text")[:MOST_SPELLINGS]
    )
    ranked = [
        (distance, -n, text)
        for text, n, _ in alike
        if (distance := _distance_to_start(start, text, limit)) <= limit
    ]
    return min(ranked)[2] if ranked else ""


def _distance_to_start(start: str, word: str, limit: float) -> float:
    """To the beginning of the word that is nearest; it may be a letter longer or shorter."""
    lengths = range(len(start) - 1, len(start) + 2)
    return min(spelling_distance(start, word[:length], limit) for length in lengths)


def _nearest_parts(council: Council, word: str) -> str:
    """A compound of which one part is misspelt: both parts, the wrong one as it should be."""
    cuts = range(SHORTEST_PIECE, len(word) - SHORTEST_PIECE + 1)
    pieces = {word[:at] for at in cuts} | {word[at:] for at in cuts}
    keys = sorted(f"={piece}" for piece in pieces)
    rows = Spelling.objects.filter(council=council, key__in=keys, term__n__gt=0)
    known = set(rows.values_list("text", flat=True))
    ends = sorted((word[at:] for at in cuts if word[at:] in known), key=_longest_first)
    starts = sorted((word[:at] for at in cuts if word[:at] in known), key=_longest_first)
    for end in ends[:2]:
        if start := _nearest_start(council, word.removesuffix(end)):
            return f"{start} {end}"
    for start in starts[:2]:
        if end := nearest(council, word.removeprefix(start)):
            return f"{start} {end}"
    return ""


def _nearest_start(council: Council, start: str) -> str:
    """The first part, with or without the letter that links it."""
    bare = start[:-1] if start[-1:] in {"s", "e"} else ""
    return nearest(council, bare) or nearest(council, start)


def _longest_first(piece: str) -> tuple[int, str]:
    return -len(piece), piece


def asked_for(words: Sequence[Asked]) -> set[str]:
    """Every term that may be meant."""
    return {term.text for word in words for term in word.terms}
