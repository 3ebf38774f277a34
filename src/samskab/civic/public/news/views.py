from __future__ import annotations

from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.foundation.comments.queries import talks
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_href, csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.public.news import actions, forms, queries
from samskab.civic.public.news.models import Feed, NewsItem

CSV = {
    "title": lambda row: row.title,
    "published": lambda row: row.date.isoformat() if row.date else "",
    "lead": lambda row: row.lead,
    "source": lambda row: row.source_name,
    "source_url": lambda row: row.source_url,
}


def index(request: CivicRequest) -> HttpResponse:
    form = forms.ListFilter(request.GET or None)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    rows = queries.news(request.council, text)
    if request.GET.get("format") == "csv":
        return csv_response("nyheder", rows.iterator(), CSV)
    found = page(request, rows, order="-published_at")
    writes = may(request.by, "news.write")
    context = {
        "filters": form,
        "page": found,
        "csv_href": csv_href(request),
        "planned": queries.planned(request.council) if writes else [],
        "elsewhere": queries.latest_elsewhere(request.council),
    }
    return show(request, "news/list.html", context)


def detail(request: CivicRequest, slug: str) -> HttpResponse:
    rows = NewsItem.objects.select_related("thread", "challenge")
    item = one(rows, request.by, slug=slug)
    if item.withdrawn_at is not None:
        return render(request, "news/withdrawn.html", {"item": item}, status=410)
    if not may(request.by, "news.see", item):
        raise Http404
    wrote, edited = queries.byline(item)
    context = {
        "item": item,
        "talks": talks(item.thread),
        "wrote": wrote,
        "edited": edited,
        "corrections": queries.corrections(item),
    }
    return show(request, "news/detail.html", context)


def photo(request: CivicRequest, slug: str) -> HttpResponse | FileResponse:
    item = one(NewsItem.objects, request.by, slug=slug)
    if not item.photo or not may(request.by, "news.see", item):
        raise Http404
    response = FileResponse(item.photo.open("rb"), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=3600" if item.is_out else "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def write(request: CivicRequest) -> HttpResponse:
    require(request.by, "news.write")
    form = forms.NewsForm(request.POST or None, request.FILES or None)
    response = perform(
        request,
        form,
        lambda: actions.publish_news(by=request.by, **form.values()),
        done=_address,
        message=_("The news is saved. See here how it looks."),
    )
    return response or show(request, "news/write.html", {"form": form})


def edit(request: CivicRequest, slug: str) -> HttpResponse:
    item = one(NewsItem.objects, request.by, slug=slug)
    require(request.by, "news.write", item)
    form = forms.EditForm(
        request.POST or None, request.FILES or None, item=item, initial=_as_typed(item)
    )
    response = perform(
        request,
        form,
        lambda: actions.edit_news(
            by=request.by, item=item, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=_address,
        message=_("The news is saved."),
    )
    return response or show(request, "news/write.html", {"form": form, "item": item})


def withdraw(request: CivicRequest, slug: str) -> HttpResponse:
    item = one(NewsItem.objects, request.by, slug=slug)
    require(request.by, "news.write", item)
    form = forms.WithdrawForm(request.POST or None, initial={"seen": item.version})
    response = perform(
        request,
        form,
        lambda: actions.withdraw_news(
            by=request.by, item=item, seen=form.cleaned_data["seen"], **form.values()
        ),
        done=lambda row: reverse("news:list"),
        message=_("The news is taken back."),
    )
    return response or show(request, "news/withdraw.html", {"form": form, "item": item})


# --- news of other places ----------------------------------------------------------------------
def elsewhere(request: CivicRequest) -> HttpResponse:
    found = page(request, queries.elsewhere(request.council), order="-at")
    return show(request, "news/elsewhere.html", {"page": found})


def feeds(request: CivicRequest) -> HttpResponse:
    """Those that we read and how it goes; one more can be added below."""
    require(request.by, "news.manage_feeds")
    if request.method == "POST":
        throttle(request, "news.feeds", limit=30, seconds=3600)
    form = forms.FeedForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.add_feed(by=request.by, **form.values()),
        done=lambda feed: reverse("news:feeds"),
        message=_("The feed is read from now on, once an hour."),
    )
    if response:
        return response
    return show(request, "news/feeds.html", {"form": form, "feeds": queries.feeds(request.council)})


def ask_feed(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "news.manage_feeds")
    feed = one(Feed.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.ask_feed(by=request.by, feed=feed),
        back=reverse("news:feeds"),
        message=_("We read it now. Load the page again in a moment."),
    )


def drop_feed(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "news.manage_feeds")
    feed = one(Feed.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.drop_feed(by=request.by, feed=feed),
        back=reverse("news:feeds"),
        message=_("The feed is read no more."),
    )


def _address(item: NewsItem) -> str:
    return reverse("news:detail", args=[item.slug])


def _as_typed(item: NewsItem) -> dict[str, Any]:
    own = [*queries.WORDS, "source_name", "source_url", "photo_text"]
    planned = item.published_at if item.is_planned else None
    typed = {name: getattr(item, name) for name in own}
    return typed | {"seen": item.version, "publish_at": planned}
