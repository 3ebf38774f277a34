from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from samskab.civic.foundation.ui import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the page frame needs: the council, the acting person, and where one can go.

    Worked out when a template asks, so that a bare error page needs no database.
    """
    return {
        "council": getattr(request, "council", None),
        "by": getattr(request, "by", None),
        "frame": SimpleLazyObject(lambda: _frame(request)),
    }


def _frame(request: HttpRequest) -> dict[str, Any]:
    languages = navigation.languages(request)
    return {
        "front": navigation.front(),
        "main": navigation.main(request),
        "staff": navigation.staff(request, getattr(request, "by", None)),
        "footer": navigation.footer(),
        "languages": languages,
        "others": [language for language in languages if not language.current],
        "alternates": [
            (language.code, request.build_absolute_uri(language.href.partition("?")[0]))
            for language in languages
        ],
        "origin": request.build_absolute_uri("/")[:-1],
        "canonical": request.build_absolute_uri(request.path),
        "search": navigation.address("search:search"),
        "sign_in": navigation.address("accounts:sign_in", "account_login"),
        "sign_out": navigation.address("accounts:sign_out", "account_logout"),
        "me": navigation.address("accounts:me"),
    }
