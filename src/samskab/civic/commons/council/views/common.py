"""What the pages of several subjects need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse

from samskab.civic.commons.council import (
    queries,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Meeting,
)
from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, show


def fill_in(
    request: CivicRequest,
    form: CivicForm,
    act: Callable[[], Any],
    *,
    heading: str,
    button: str,
    back: str,
    message: str,
    done: Callable[[Any], str] | None = None,
    **more: Any,
) -> HttpResponse:
    """A page of one form: GET shows it, POST does it and goes `back` (or where `done` says)."""
    if request.method == "POST":
        go = done or (lambda _row: back)
        response = perform(request, form, act, done=go, message=message)
        if response is not None:
            return response
    context = {"form": form, "heading": heading, "button": button, "back": back, **more}
    return show(request, "council/form.html", context)


def meeting_url(meeting: Meeting) -> str:
    return reverse("council:meeting", args=[meeting.pk])


def item_url(item: AgendaItem) -> str:
    return reverse("council:item", args=[item.pk])


def meeting_of(request: CivicRequest, pk: int) -> Meeting:
    found: Meeting = one(Meeting.objects.select_related("council"), request.by, pk=pk)
    return found


def item_of(request: CivicRequest, pk: int) -> AgendaItem:
    """An item that this person may read; others do not learn that it exists."""
    rows = queries.items(request.council).select_related("council")
    item: AgendaItem = one(rows, request.by, pk=pk)
    if not may(request.by, "council.read_item", item):
        raise Http404
    return item


def own_item(request: CivicRequest, pk: int) -> AgendaItem:
    """An item for the secretariat's pages."""
    require(request.by, "council.run_meetings")
    return item_of(request, pk)


def initial_of(row: Any, form: type[CivicForm]) -> dict[str, Any]:
    """What a form shows of a row that is being changed."""
    if row is None:
        return {}
    names = form.base_fields
    values = {name: getattr(row, name) for name in names if hasattr(row, name)}
    return {**values, "seen": getattr(row, "version", None)}


def csv_address(request: CivicRequest) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query["format"] = "csv"
    return f"{request.path}?{query.urlencode()}"
