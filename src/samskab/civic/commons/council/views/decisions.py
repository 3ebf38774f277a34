"""What was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    counting,
    forms,
    queries,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Decision,
    Poll,
)
from samskab.civic.commons.council.views.common import csv_address, fill_in, item_url, own_item
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.exports import csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, press, show
from samskab.civic.foundation.core.paging import page


def decide(request: CivicRequest, pk: int) -> HttpResponse:
    row = own_item(request, pk)
    form = forms.DecisionForm(request.POST or None, item=row)
    return fill_in(
        request,
        form,
        lambda: actions.decide(by=request.by, item=row, **form.values()),
        heading=_("Write the decision"),
        button=_("Save the decision"),
        back=item_url(row),
        message=_("The decision is written. It is public when you publish it."),
        lead=row.shown_title,
        **_count_beside(row),
    )


def _count_beside(row: AgendaItem) -> dict[str, Any]:
    """What the ballot came to, beside the decision that is being written. Of a secret ballot
    that is open, nothing: the count as it grows would tell who voted what."""
    poll = queries.poll_of(row)
    if poll is None:
        return {}
    if poll.is_counted:
        return {"result": counting.result(poll.result)}
    if poll.is_secret or poll.method != Poll.Method.YES_NO:
        return {"still_open": True}
    return {"counted": queries.count_ballots(row)}


@require_safe
def decisions(request: CivicRequest) -> HttpResponseBase:
    form = forms.DecisionFilter(request.GET)
    rows = queries.decisions(request.by).filter(**form.chosen())
    if request.GET.get("format") == "csv":
        newest = rows.order_by("-decided_at", "-pk")
        return csv_response("beslutninger", newest.iterator(), _decision_columns())
    context = {
        "filter": form,
        "page": page(request, rows, order="-decided_at"),
        "csv_href": csv_address(request),
        "atom_href": reverse("council:atom"),
    }
    return show(request, "council/decisions.html", context)


def _decision_columns() -> dict[str, Callable[[Decision], Any]]:
    return {
        _("Decided on"): lambda row: timezone.localtime(row.decided_at).date().isoformat(),
        _("Meeting"): lambda row: row.item.meeting.shown_title if row.item.meeting else "",
        _("Item"): lambda row: row.item.shown_title,
        _("Outcome of the item"): lambda row: row.get_outcome_display(),
        _("Decision"): lambda row: row.shown_text,
        _("In favour"): lambda row: row.in_favour,
        _("Against"): lambda row: row.against,
        _("Abstained"): lambda row: row.abstained,
    }


@require_POST
def publish_decision(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.run_meetings")
    row = one(Decision.objects.select_related("item"), request.by, pk=pk)
    return press(
        request,
        lambda: actions.publish_decision(by=request.by, decision=row),
        back=item_url(row.item),
        message=_("The decision is public now."),
    )
