"""Which articles are about the same: by the words that they share, the rare ones most."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from samskab.civic.commons.knowledge.models import Article
from samskab.engine.language import annotate

# So many of the newest articles are compared; the terms of each are kept.
MOST = 300
SHOWN, ALIKE, WORDS = 3, 0.08, 4


@dataclass(frozen=True)
class Related:
    """An article, and words of it that both have, the most telling first."""

    article: Article
    words: tuple[str, ...]


@lru_cache(maxsize=2 * MOST)
def _terms(text: str) -> dict[str, tuple[int, str]]:
    """Each term with how often it stands there, and the word that brought it first."""
    found: dict[str, tuple[int, str]] = {}
    for word, terms in annotate(text):
        for term in terms[:1]:
            count, first = found.get(term, (0, word))
            found[term] = (count + 1, first)
    return found


def related(article: Article, others: Iterable[Article]) -> list[Related]:
    """At most three, the likest first: cosine of words weighed by how rare they are here."""
    rows = [row for row in others if row.pk != article.pk]
    texts = {row.pk: _terms(_text(row)) for row in rows}
    own = _terms(_text(article))
    holding = Counter(term for terms in (own, *texts.values()) for term in terms)
    weights = {term: math.log((len(rows) + 1) / n) for term, n in holding.items()}
    scored = []
    for row in rows:
        shared = own.keys() & texts[row.pk].keys()
        product = sum(weights[term] ** 2 for term in shared)
        length = _length(own, weights) * _length(texts[row.pk], weights)
        if length and product / length >= ALIKE:
            best = sorted(shared, key=lambda term: (-weights[term], term))[:WORDS]
            words = tuple(texts[row.pk][term][1] for term in best)
            scored.append((-product / length, row.pk, Related(row, words)))
    return [found for _, _, found in sorted(scored, key=lambda one: one[:2])[:SHOWN]]


def _text(article: Article) -> str:
    return f"{article.title_da}. {article.text_da}"


def _length(terms: Iterable[str], weights: dict[str, float]) -> float:
    return math.sqrt(sum(weights[term] ** 2 for term in terms))
