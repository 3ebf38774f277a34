from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Q, QuerySet

from samskab.civic.commons.knowledge.models import Article, Edition, Suggestion, Verdict
from samskab.civic.commons.knowledge.related import MOST, Related, related
from samskab.civic.foundation.core.models import Council
from samskab.engine.language.differing import Piece, difference

A_DAY = 24 * 60 * 60


def articles(council: Council, *, kind: str = "", text: str = "") -> QuerySet[Article]:
    rows = Article.objects.filter(council=council)
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        words = Q()
        for field in ("title_da", "title_en", "text_da", "text_en"):
            words |= Q(**{f"{field}__icontains": text})
        rows = rows.filter(words)
    return rows


def related_to(article: Article) -> list[Related]:
    """The likest among the three hundred newest. Reading them takes a while, so what was found is
    kept until the article changes or another one is written, a day at most. Two statements."""
    rows = Article.objects.filter(council=article.council_id)
    newest = rows.order_by("-pk").values_list("pk", flat=True).first()
    key = f"related:{article.pk}:{article.version}:{newest}"
    kept: list[tuple[int, tuple[str, ...]]] | None = cache.get(key)
    if kept is None:
        found = related(article, rows.order_by("-pk")[:MOST])
        cache.set(key, [(one.article.pk, one.words) for one in found], A_DAY)
        return found
    by_key = rows.in_bulk([pk for pk, _words in kept])
    return [Related(by_key[pk], words) for pk, words in kept if pk in by_key]


def editions(article: Article) -> QuerySet[Edition]:
    """What it said before, the newest first."""
    return Edition.objects.filter(article=article).order_by("-number")


def verdict_of(article: Article, reader: str) -> Verdict | None:
    return Verdict.objects.filter(article=article, reader=reader).first()


def suggestions(council: Council, status: str = Suggestion.Status.WAITING) -> QuerySet[Suggestion]:
    """What readers suggested, the oldest first."""
    rows = Suggestion.objects.filter(council=council, status=status).select_related("article")
    return rows.order_by("created", "pk")


def copies_of(suggestion: Suggestion) -> int:
    """How often the same text came before."""
    same = Suggestion.objects.filter(council=suggestion.council_id, text=suggestion.text)
    return same.count()


# What an edition keeps, in the order of the page.
WORDS = ("title_da", "text_da", "title_en", "text_en")


@dataclass(frozen=True)
class Change:
    """One field of an article, with what was taken out and what was put in."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class Compared:
    """An edition, and how the one after it differs."""

    edition: Edition
    changes: list[Change]


def compared(article: Article, rows: Sequence[Edition]) -> list[Compared]:
    """Editions in a row, the newest first, each beside the one after it. One statement at most."""
    if not rows:
        return []
    after: Article | Edition = (
        Edition.objects.filter(article=article, number=rows[0].number + 1).first() or article
    )
    found = []
    for row in rows:
        found.append(Compared(row, _changes(row, after)))
        after = row
    return found


def _changes(before: Edition, after: Article | Edition) -> list[Change]:
    return [
        Change(str(Article._meta.get_field(name).verbose_name), difference(old, new))  # type: ignore[union-attr]
        for name in WORDS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]
