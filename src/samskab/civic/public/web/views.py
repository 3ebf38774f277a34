from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.foundation.core.actions import describe_council, require
from samskab.civic.foundation.core.bilingual import chosen
from samskab.civic.foundation.core.desk import waiting
from samskab.civic.foundation.core.http import CivicRequest, perform, show
from samskab.civic.public.web import forms, queries

PRIVATE = ("/udfordringer/min/", "/log-ind/", "/soeg/")


def _purpose(request: CivicRequest) -> str:
    return chosen(request.council.purpose, request.council.purpose_en)


def front(request: CivicRequest) -> HttpResponse:
    return show(
        request,
        "web/front.html",
        {"front": queries.front(request.council), "purpose": _purpose(request)},
    )


def desk(request: CivicRequest) -> HttpResponse:
    require(request.by, "web.desk")
    piles = waiting(request.by)
    return show(
        request,
        "web/desk.html",
        {
            "piles": [pile for pile in piles if pile.number],
            "empty": [pile for pile in piles if not pile.number],
            "number": sum(pile.number for pile in piles),
            "late": sum(pile.late for pile in piles),
        },
    )


def about(request: CivicRequest) -> HttpResponse:
    return show(request, "web/about.html", {"purpose": _purpose(request)})


def contact(request: CivicRequest) -> HttpResponse:
    return show(request, "web/contact.html")


def privacy(request: CivicRequest) -> HttpResponse:
    return show(request, "web/privacy.html")


def cookies(request: CivicRequest) -> HttpResponse:
    return show(request, "web/cookies.html")


def was(request: CivicRequest) -> HttpResponse:
    return show(request, "web/was.html")


def settings(request: CivicRequest) -> HttpResponse:
    council = request.council
    require(request.by, "core.edit_council", council)
    names = ("purpose", "purpose_en", "contact_email", "was_url")
    form = forms.CouncilForm(
        request.POST or None, initial={name: getattr(council, name) for name in names}
    )
    response = perform(
        request,
        form,
        lambda: describe_council(by=request.by, council=council, **form.values()),
        done=lambda saved: reverse("web:settings"),
        message=_("Saved."),
    )
    return response or show(request, "web/settings.html", {"form": form})


def robots(request: CivicRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: {start}{path}" for start in ("", "/en") for path in PRIVATE),
        f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
