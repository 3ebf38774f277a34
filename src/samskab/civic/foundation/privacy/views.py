from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, perform, show
from samskab.civic.foundation.privacy import actions
from samskab.civic.foundation.privacy.registry import DECLARATIONS


def record(request: CivicRequest) -> HttpResponse:
    """The public record of processing, as the rooms declare it."""
    return render(request, "privacy/record.html", {"declarations": DECLARATIONS})


@never_cache
@login_required
@require_POST
def export(request: CivicRequest) -> HttpResponse:
    """All that is kept about the person, as a file."""
    found = actions.export_own(by=request.by)
    response = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="mine-data.json"'
    return response


@never_cache
@login_required
def erase(request: CivicRequest) -> HttpResponse:
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        by = request.by
        response = perform(
            request,
            form,
            lambda: actions.erase_own(by=by),
            done=lambda counts: "/",
            message=_("Your account and your data are erased. Thank you for being here."),
        )
        if response:
            _forget(request)
            return response
    return show(request, "privacy/erase.html", {"form": form, "declarations": DECLARATIONS})


def _forget(request: CivicRequest) -> None:
    """Signs out, and keeps the goodbye for the next page."""
    goodbye = request._messages  # type: ignore[attr-defined]
    logout(request)
    goodbye.request = request
