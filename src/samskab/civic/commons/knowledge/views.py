from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from samskab.civic.commons.knowledge import actions, forms, queries, sections
from samskab.civic.commons.knowledge.models import Article, Suggestion
from samskab.civic.foundation.comments.forms import TRAP
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, perform, show, throttle
from samskab.civic.foundation.core.paging import page

CSV = {
    "title": lambda row: row.title,
    "kind": lambda row: row.get_kind_display(),
    "source": lambda row: row.source,
    "text": lambda row: row.text,
}


def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = queries.articles(request.council, kind=chosen.get("kind", ""), text=chosen.get("q", ""))
    if request.GET.get("format") == "csv":
        return csv_response("viden", rows.iterator(), CSV)
    found = page(request, rows, order="title_da")
    return show(
        request,
        "knowledge/list.html",
        {"filters": form, "page": found, "csv_href": csv_href(request)},
    )


def detail(request: CivicRequest, slug: str) -> HttpResponse:
    article = one(Article.objects, request.by, slug=slug)
    context = {
        "article": article,
        "related": queries.related_to(article),
        "sections": sections.drawn(request.by, article),
        "has_editions": queries.editions(article).exists(),
        "answers": article.n_useful + article.n_useless,
    }
    return show(request, "knowledge/detail.html", context)


def editions(request: CivicRequest, slug: str) -> HttpResponse:
    """What it said before, each edition as it was until it was changed."""
    article = one(Article.objects, request.by, slug=slug)
    found = page(request, queries.editions(article), order="-number", size=10)
    context = {"article": article, "page": found, "editions": queries.compared(article, found.rows)}
    return show(request, "knowledge/editions.html", context)


def useful(request: CivicRequest, slug: str) -> HttpResponse:
    article = one(Article.objects, request.by, slug=slug)
    form = forms.UsefulForm(request.POST or None)
    if request.method == "POST":
        throttle(request, "useful", limit=60, seconds=3600)
    response = perform(
        request,
        form,
        lambda: actions.judge_article(
            by=request.by, article=article, reader=_reader(request), **form.values()
        ),
        done=_address,
        message=_("Thank you. It helps us to write better."),
    )
    return response or show(request, "knowledge/useful.html", {"form": form, "article": article})


def _reader(request: CivicRequest) -> str:
    """One reader counts once; nothing kept tells who it is."""
    if not request.session.session_key:
        request.session.save()
    own = f"u{request.by.user_id}" if request.by.signed_in else request.session.session_key
    return salted_hmac("knowledge.verdict", str(own), algorithm="sha256").hexdigest()


def suggest(request: CivicRequest, slug: str = "") -> HttpResponse:
    article = one(Article.objects, request.by, slug=slug) if slug else None
    form = forms.SuggestionForm(request.POST or None, by=request.by)
    if request.method == "POST":
        throttle(request, "suggest", limit=10, seconds=3600)
    back = _address(article) if article else reverse("knowledge:list")
    response = perform(
        request,
        form,
        lambda: actions.suggest(by=request.by, article=article, **form.values()),
        done=lambda row: back,
        message=_("Thank you. Somebody reads it, and writes back to you."),
    )
    context = {"form": form, "article": article, "back": back, "trap": TRAP}
    return response or show(request, "knowledge/suggest.html", context)


def suggestions(request: CivicRequest) -> HttpResponse:
    require(request.by, "knowledge.answer")
    held = request.GET.get("vis") == Suggestion.Status.HELD
    status = Suggestion.Status.HELD if held else Suggestion.Status.WAITING
    found = page(request, queries.suggestions(request.council, status), order="created")
    return show(request, "knowledge/suggestions.html", {"page": found, "held": held})


def answer(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "knowledge.answer")
    row = one(Suggestion.objects.select_related("article"), request.by, pk=pk)
    form = forms.AnswerForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.answer_suggestion(by=request.by, suggestion=row, **form.values()),
        done=_after_answer,
        message=_("That is noted."),
    )
    return response or show(request, "knowledge/answer.html", {"form": form, "suggestion": row})


def _after_answer(row: Suggestion) -> str:
    """What is taken up is written in at once."""
    if row.status != Suggestion.Status.ACCEPTED:
        return reverse("knowledge:suggestions")
    if row.article:
        return reverse("knowledge:edit", args=[row.article.slug])
    return reverse("knowledge:write")


def write(request: CivicRequest) -> HttpResponse:
    require(request.by, "knowledge.write")
    form = forms.ArticleForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.write_article(by=request.by, **form.values()),
        done=_address,
        message=_("The article is published."),
    )
    return response or show(request, "knowledge/write.html", {"form": form})


def edit(request: CivicRequest, slug: str) -> HttpResponse:
    article = one(Article.objects, request.by, slug=slug)
    require(request.by, "knowledge.write", article)
    form = forms.ArticleForm(request.POST or None, initial=_as_typed(article))
    response = perform(
        request,
        form,
        lambda: actions.edit_article(
            by=request.by, article=article, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_address,
        message=_("The article is saved."),
    )
    return response or show(request, "knowledge/write.html", {"form": form, "article": article})


def _address(article: Article) -> str:
    return reverse("knowledge:detail", args=[article.slug])


def _as_typed(article: Article) -> dict[str, Any]:
    names = ("kind", "title_da", "text_da", "source", "source_url", "title_en", "text_en")
    return {name: getattr(article, name) for name in names} | {"seen": article.version}
