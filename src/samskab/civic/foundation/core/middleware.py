from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.kept import Shelf, is_for_everybody, kept, may_be_kept
from samskab.civic.foundation.core.queries import council_for_host
from samskab.civic.foundation.core.views import civic_error

Next = Callable[[HttpRequest], HttpResponse]

SAFE_HEADERS = {
    "Content-Security-Policy": settings.CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(), interest-cohort=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class HeadersMiddleware:
    """The same strict headers on every answer, static files included."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in SAFE_HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class CouncilMiddleware:
    """Finds the council by host name; without any, tells how to set one up."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        council = council_for_host(request.get_host().rsplit(":", 1)[0])
        if council is None:
            return render(request, "core/no_council.html", status=503)
        request.council = council  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return civic_error(request, error) if isinstance(error, CivicError) else None


class VisitorPages:
    """Gives visitors a page that was drawn before, while nothing has changed (see `kept`)."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.shelf = Shelf()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.KEEP_VISITOR_PAGES or not is_for_everybody(request):
            return self.get_response(request)
        council = request.council  # type: ignore[attr-defined]
        key = (council.log_hash, request.scheme, request.get_host(), request.get_full_path())
        if (page := self.shelf.get(key)) is not None:
            return page.response(request)
        response = self.get_response(request)
        if may_be_kept(request, response):
            self.shelf.put(key, kept(response))
        return response
