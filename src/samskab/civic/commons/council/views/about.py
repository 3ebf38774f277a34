"""What the council is: its texts, members and focus theme."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    forms,
    pages,
    queries,
)
from samskab.civic.commons.council.figures import totals
from samskab.civic.commons.council.models import (
    CouncilText,
    FocusTheme,
)
from samskab.civic.commons.council.views.common import fill_in, initial_of
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.http import CivicRequest, one, press, show


@require_safe
def front(request: CivicRequest) -> HttpResponse:
    seats = queries.seats_now(request.council)
    context = {
        "texts": queries.texts(request.council),
        "theme": queries.current_theme(request.council),
        "sectors": queries.by_sector(seats),
        "n_seats": len(seats),
        "n_vacant": sum(row.term is None for row in seats),
        "meeting": queries.next_meeting(request.council),
        "decisions": queries.decisions(request.by).filter(is_public=True)[:3],
        "totals": totals(request.council),
        "beside": pages.beside(),
    }
    return show(request, "council/front.html", context)


@require_safe
def members(request: CivicRequest) -> HttpResponse:
    seats = queries.seats_now(request.council)
    context = {
        "sectors": queries.by_sector(seats),
        "n_seats": len(seats),
        "n_vacant": sum(row.term is None for row in seats),
    }
    return show(request, "council/members.html", context)


@require_safe
def texts(request: CivicRequest) -> HttpResponse:
    require(request.by, "council.edit_texts")
    context = {
        "texts": [text for rows in queries.texts(request.council).values() for text in rows],
        "themes": queries.themes(request.council),
    }
    return show(request, "council/texts.html", context)


def write_text(request: CivicRequest, pk: int | None = None) -> HttpResponse:
    require(request.by, "council.edit_texts")
    text = one(CouncilText.objects, request.by, pk=pk) if pk else None
    form = forms.TextForm(request.POST or None, initial=initial_of(text, forms.TextForm))
    return fill_in(
        request,
        form,
        lambda: actions.write_text(by=request.by, **form.values()),
        heading=_("Write about the council"),
        button=_("Save"),
        back=reverse("council:texts"),
        message=_("The text is on the council's page now."),
    )


@require_POST
def remove_text(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.edit_texts")
    text = one(CouncilText.objects, request.by, pk=pk)
    return press(
        request,
        lambda: actions.remove_text(by=request.by, text=text),
        back=reverse("council:texts"),
        message=_("The text has been taken away."),
    )


def theme(request: CivicRequest, pk: int | None = None) -> HttpResponse:
    require(request.by, "council.edit_texts")
    row = one(FocusTheme.objects, request.by, pk=pk) if pk else None
    form = forms.ThemeForm(request.POST or None, initial=initial_of(row, forms.ThemeForm))
    return fill_in(
        request,
        form,
        lambda: actions.set_theme(by=request.by, theme=row, **form.values()),
        heading=_("Focus theme"),
        button=_("Save"),
        back=reverse("council:texts"),
        message=_("The theme is saved."),
    )
