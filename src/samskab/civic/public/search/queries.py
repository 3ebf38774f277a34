"""Finding. The same answer on every database: the words are taken apart in Python, the index is
ordinary tables, and the ranking adds whole numbers in Python.

However many documents there are, a query looks at a bounded number of them: for its rarest word
those that are most about it. Every document with all the words holds the rarest one, so none is
missed as long as that word is in no more documents than are looked at (`CANDIDATES`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.search.asking import Asked, Held, Key, Whole, asked_for, understood
from samskab.civic.public.search.models import Document, IndexState, Kind
from samskab.civic.public.search.sources import SOURCES, Source
from samskab.civic.public.search.weighing import rarity
from samskab.engine.language import analyse, fold, respell, traces

CANDIDATES = 400
FROM_EACH_KIND = 30
MOST_HITS = 100
# With fewer hits than this that have all the words, those with most of them follow.
ENOUGH = 10
SNIPPET = 240
LONGEST_SNIPPED = 4000
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_BEST = (
    "SELECT document_id FROM (SELECT document_id FROM search_posting"
    " WHERE term_id = %s AND kind = %s ORDER BY weight DESC, document_id LIMIT %s) AS best{n}"
)

_HELD = (
    "SELECT document_id, term_id, weight FROM search_posting"
    " WHERE document_id IN ({}) AND term_id IN ({})"
)


@dataclass(frozen=True)
class Piece:
    """A part of a text; `hit` where it is a word that was asked for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Hit:
    """`whole` says that it has all the words that were asked for."""

    kind: Kind
    title: str
    url: str
    text: str
    words: Sequence[Asked]
    is_example: bool
    whole: bool

    @property
    def snippet(self) -> list[Piece]:
        """The place in the text that was asked for; worked out for those that are shown."""
        return snippet(self.text[:LONGEST_SNIPPED], self.words)


@dataclass(frozen=True)
class Found:
    """`complete` says that each hit has all the words; else some have only the most of them.

    `hits` are the first of `total`. `kinds` holds every kind that has a hit, with the number;
    `more` says that there are further ones, so that the numbers are lowest numbers. `corrected`
    holds the words that we took for others: as typed, and as read.
    """

    hits: list[Hit]
    kinds: dict[Kind, int]
    complete: bool
    more: bool
    total: int = 0
    corrected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rank:
    """A document and how well it fits; sorts the best first."""

    lacking: int
    score: int
    document: int


def search(council: Council, q: str, *, kind: str = "", number: int = MOST_HITS) -> Found:
    """What this council has made public about `q`, the best first, at most 100.

    A few statements, however much there is, and one more for each kind among the hits: a row
    that is no longer public is left out even when the index has not noticed yet.
    """
    words = understood(council, q)
    if not any(word.terms for word in words):
        return Found([], {}, True, False)
    matches = _public(council, _matches(council, words, kind))
    kinds = _tally(_public(council, _matches(council, words)) if kind else matches)
    return Found(
        hits=_shown(council, matches[:number], words),
        kinds=kinds,
        complete=all(whole for _, _, whole in matches),
        more=len(matches) == MOST_HITS,
        total=len(matches),
        corrected=tuple((word.typed, word.read) for word in words if word.read),
    )


Match = tuple[str, int, bool]


def _matches(council: Council, words: Sequence[Asked], kind: str = "") -> list[Match]:
    """The best rows: kind, row key, and whether all the words are in it."""
    state = IndexState.objects.filter(council=council).first()
    sizes = _sizes(state, kind)
    rare = _rarities(state, words)
    rarest = min(words, key=_frequency)
    leading = {min(option, key=lambda term: (term.n, term.pk)).pk for option in rarest.options}
    within = _best_of(leading, sizes)
    ranks = _ranked(within, words, rare)
    if sum(rank.lacking == 0 for rank in ranks) < ENOUGH and rare.keys() > leading:
        ranks += _ranked(_best_of(rare.keys(), sizes) - within, words, rare)
    return _in_order(ranks)


def _sizes(state: IndexState | None, kind: str) -> dict[int, int]:
    """For each kind that has documents, how many candidates it may have."""
    if state is None:
        return {}
    found = {Kind(name): n for name, n in state.kinds.items() if not kind or name == kind}
    total = max(1, sum(found.values()))
    return {kind.number: FROM_EACH_KIND + CANDIDATES * n // total for kind, n in found.items()}


def _frequency(word: Asked) -> float:
    """At most so many documents hold the word; one that is nowhere cannot lead to any."""
    return sum(min(term.n for term in option) for option in word.options) or float("inf")


def _best_of(terms: Collection[int], sizes: Mapping[int, int]) -> set[int]:
    """The documents of each kind that are most about each of the terms."""
    parameters = [
        (term, kind, max(FROM_EACH_KIND, size // len(terms)))
        for term in sorted(terms)
        for kind, size in sizes.items()
    ]
    if not parameters:
        return set()
    query = " UNION ALL ".join(_BEST.format(n=n) for n in range(len(parameters)))
    with connection.cursor() as cursor:
        cursor.execute(query, [value for row in parameters for value in row])
        return {row[0] for row in cursor.fetchall()}


def _ranked(
    documents: Iterable[int], words: Sequence[Asked], rare: Mapping[int, int]
) -> list[Rank]:
    """The documents by the words that they lack, then by the sum of weight times rarity."""
    rows = np.array(sorted(documents), np.int64)
    held = _held(rows, np.array(sorted(rare), np.int64), rare)
    touched = np.logical_or.reduce([word.touches(held) for word in words])
    lacking = np.sum([~word.is_in(held) for word in words], axis=0)
    scores = np.sum([word.score(held) for word in words], axis=0)
    found = zip(lacking[touched], scores[touched], rows[touched], strict=True)
    return [Rank(int(missed), int(score), int(document)) for missed, score, document in found]


def _held(documents: Whole, terms: Whole, rare: Mapping[int, int]) -> Held:
    """One statement; a posting is one of hundreds, so that it is read as a row and no more."""
    weights = np.zeros((len(documents), len(terms)), np.int64)
    if weights.size:
        query = _HELD.format(*(", ".join(["%s"] * len(keys)) for keys in (documents, terms)))
        with connection.cursor() as cursor:
            cursor.execute(query, [*documents.tolist(), *terms.tolist()])
            found = np.array(cursor.fetchall(), np.int64).reshape(-1, 3)
        at = np.searchsorted(documents, found[:, 0]), np.searchsorted(terms, found[:, 1])
        weights[at] = found[:, 2]
    columns = {term: at for at, term in enumerate(terms.tolist())}
    return Held(columns, weights, weights * np.array([rare[term] for term in columns], np.int64))


def _rarities(state: IndexState | None, words: Sequence[Asked]) -> dict[int, int]:
    documents = state.n_documents if state else 0
    terms = {term for word in words for term in word.terms}
    return {term.pk: rarity(documents, term.n) for term in terms}


def _in_order(ranks: list[Rank]) -> list[Match]:
    """The best hundred; equal ones in the order of kind and row, which is that of no database."""
    whole = [rank for rank in ranks if rank.lacking == 0]
    least = min((rank.lacking for rank in ranks if rank.lacking), default=0)
    if len(whole) < ENOUGH:
        whole += [rank for rank in ranks if rank.lacking == least and least]
    whole.sort(key=lambda rank: (rank.lacking, -rank.score, rank.document))
    best = {rank.document: rank for rank in whole[: 2 * MOST_HITS]}
    rows = Document.objects.filter(pk__in=list(best)).values_list("pk", "kind", "row_id")
    found = sorted((best[pk].lacking, -best[pk].score, kind, row) for pk, kind, row in rows)
    return [(kind, row, lacking == 0) for lacking, _, kind, row in found[:MOST_HITS]]


def _public(council: Council, matches: Sequence[Match]) -> list[Match]:
    """Those that anybody may see now, whatever the index says."""
    found: set[Key] = set()
    for source in SOURCES:
        wanted = [key for kind, key, _ in matches if kind == source.kind]
        if wanted:
            rows = source.rows(council).filter(pk__in=wanted).order_by("pk")
            found |= {(source.kind, pk) for pk in rows.values_list("pk", flat=True)}
    return [match for match in matches if match[:2] in found]


def _shown(council: Council, matches: Sequence[Match], words: Sequence[Asked]) -> list[Hit]:
    """The rows behind the matches as they are now, in the same order."""
    hits: dict[Key, Hit] = {}
    for source in SOURCES:
        wanted = {key: whole for kind, key, whole in matches if kind == source.kind}
        if wanted:
            for row in source.rows(council).filter(pk__in=list(wanted)):
                hits[source.kind, row.pk] = _hit(source, row, words, wanted[row.pk])
    return [hits[kind, key] for kind, key, _ in matches if (kind, key) in hits]


def _tally(matches: Sequence[Match]) -> dict[Kind, int]:
    counted = {kind: sum(match[0] == kind for match in matches) for kind in Kind}
    return {kind: n for kind, n in counted.items() if n}


def _hit(source: Source, row: Any, words: Sequence[Asked], whole: bool) -> Hit:
    return Hit(
        source.kind,
        source.title(row),
        source.url(row),
        source.text(row),
        words,
        bool(getattr(row, "is_example", False)),
        whole,
    )


def snippet(text: str, words: Sequence[Asked], length: int = SNIPPET) -> list[Piece]:
    """A piece of the text around the first word that was asked for, with these words apart."""
    plain = " ".join(text.split())
    wanted = asked_for(words)
    hints = {hint for term in wanted for hint in traces(term)}
    marks = [
        m.span()
        for m in _WORD.finditer(plain)
        if _may_be_meant(m[0], hints) and not wanted.isdisjoint(_terms(m[0]))
    ]
    begin, end = _window(plain, marks[0][0] if marks else 0, length)
    pieces, at = [Piece("…", False)] if begin else [], begin
    for start, stop in marks:
        if begin <= start and stop <= end:
            pieces += [Piece(plain[at:start], False), Piece(plain[start:stop], True)]
            at = stop
    pieces.append(Piece(plain[at:end] + ("…" if end < len(plain) else ""), False))
    return [piece for piece in pieces if piece.text]


def _may_be_meant(word: str, hints: Collection[str]) -> bool:
    """Tells most words apart without taking them apart."""
    written = respell(fold(word.casefold()))
    return any(hint in written for hint in hints)


@lru_cache(maxsize=32768)
def _terms(word: str) -> frozenset[str]:
    return frozenset(analyse(word))


def _window(text: str, at: int, length: int) -> tuple[int, int]:
    """Where a piece of about `length` letters around `at` begins and ends, between words."""
    begin = max(0, at - length // 3)
    begin = text.find(" ", begin) + 1 if begin else 0
    begin = min(begin, at)
    end = min(len(text), begin + length)
    return begin, end if end == len(text) else max(text.rfind(" ", begin, end), at)
