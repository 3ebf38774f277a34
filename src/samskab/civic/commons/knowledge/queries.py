from __future__ import annotations

from django.db.models import Q, QuerySet

from samskab.civic.commons.knowledge.models import Article, Edition, Suggestion, Verdict
from samskab.civic.commons.knowledge.related import MOST, Related, related
from samskab.civic.foundation.core.models import Council


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
    """The likest among the three hundred newest. One statement."""
    newest = Article.objects.filter(council=article.council_id).order_by("-pk")[:MOST]
    return related(article, newest)


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
