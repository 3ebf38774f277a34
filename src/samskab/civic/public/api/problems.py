"""Errors as JSON: the same sentences as on the pages, and the status that fits."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from samskab.civic.foundation.core.errors import CivicError, NotFound, Text

NOT_JSON = _("We could not read what you sent. Is it JSON?")


def listen(api: NinjaAPI) -> None:
    """Lets every error of the rooms come out of this API as {error, field}."""

    def answer(
        request: HttpRequest, message: Text, status: int, field: str | None = None
    ) -> HttpResponse:
        with override(get_language_from_request(request)):
            body = {"error": str(message), "field": field}
        response = api.create_response(request, body, status=status)
        response["Cache-Control"] = "no-store"
        return response

    def civic(request: HttpRequest, error: Any) -> HttpResponse:
        known = cast(CivicError, error)
        return answer(request, known.message, known.status, known.field)

    def missing(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, NotFound.default, NotFound.status)

    def shape(request: HttpRequest, error: Any) -> HttpResponse:
        first = cast(ValidationError, error).errors[0]
        message = _("We cannot use this value: %(why)s") % {"why": first["msg"]}
        return answer(request, message, CivicError.status, str(first["loc"][-1]))

    def other(request: HttpRequest, error: Any) -> HttpResponse:
        return answer(request, NOT_JSON, cast(HttpError, error).status_code)

    for kind, handler in (
        (CivicError, civic),
        (Http404, missing),
        (ValidationError, shape),
        (HttpError, other),
    ):
        api.add_exception_handler(kind, handler)
