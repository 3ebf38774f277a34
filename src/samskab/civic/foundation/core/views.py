from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from samskab.civic.foundation.core import queries
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.paging import page


def log(request: CivicRequest) -> HttpResponse:
    """What was done, for those who have to account for it."""
    require(request.by, "core.read_log")
    entries = queries.log_of(request.council)
    if verb := request.GET.get("verb", "").strip():
        entries = entries.filter(verb__startswith=verb)
    return render(
        request, "core/log.html", {"page": page(request, entries, order="-seq"), "verb": verb}
    )


def health(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "core/404.html", {"asked_for": request.path}, status=404)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return render(request, "core/error.html", {"text": ""}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "core/500.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "The page was open for a long time, or your browser blocks the session cookie. "
        "Go back, load the page again and send once more. What you wrote is still in the form."
    )
    heading = _("We could not receive it")
    return render(request, "core/error.html", {"text": text, "heading": heading}, status=403)


def civic_error(request: HttpRequest, error: CivicError) -> HttpResponse:
    if error.status == 404:
        return not_found(request)
    return render(request, "core/error.html", {"text": str(error.message)}, status=error.status)
