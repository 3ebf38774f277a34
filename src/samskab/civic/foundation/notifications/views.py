from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, show
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.notifications import actions, queries
from samskab.civic.foundation.notifications.forms import FilterForm
from samskab.civic.foundation.notifications.models import Message


def outbox(request: CivicRequest) -> HttpResponse:
    """What was written to people, and whether it was sent."""
    require(request.by, "notifications.read")
    rows = queries.outbox(request.council)
    filters = FilterForm(request.GET)
    if filters.is_valid() and filters.cleaned_data["state"]:
        rows = rows.filter(state=filters.cleaned_data["state"])
    found = page(request, rows, order="-created", size=50)
    return show(request, "notifications/outbox.html", {"page": found, "filters": filters})


@require_POST
def retry(request: CivicRequest, pk: int) -> HttpResponse:
    message = one(Message.objects, request.by, pk=pk)
    form = ConfirmForm(request.POST)
    response = perform(
        request,
        form,
        lambda: actions.retry(by=request.by, message=message),
        done=lambda row: reverse("notifications:outbox"),
        message=_("We try again now."),
    )
    if response:
        return response
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("notifications:outbox")
