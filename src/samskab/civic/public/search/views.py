from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from samskab.civic.foundation.core.http import CivicRequest, show
from samskab.civic.public.search import queries
from samskab.civic.public.search.forms import SearchForm
from samskab.civic.public.search.models import Kind
from samskab.civic.public.search.queries import MOST_HITS, Found

A_PAGE = 20


@dataclass(frozen=True)
class Choice:
    """One way to narrow the results."""

    label: str
    href: str
    number: int
    current: bool


@require_safe
def search(request: CivicRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    ok = form.is_valid()
    q = form.cleaned_data["q"] if ok else ""
    kind = form.cleaned_data["kind"] if ok and form.cleaned_data["kind"] in Kind.values else ""
    whole = request.GET.get("alle") == "1"
    number = MOST_HITS if whole else A_PAGE
    found = queries.search(request.council, q, kind=kind, number=number) if q else None
    context: dict[str, Any] = {"form": form, "q": q, "found": found, "kind": kind}
    if found is not None:
        context |= {
            "hits": found.hits,
            "choices": _choices(found, q, kind),
            "rest": "" if whole or found.total <= A_PAGE else _address(q, kind, alle="1"),
        }
    # While somebody types only the results are asked for; without scripts the whole page is.
    template = "search/part.html" if request.htmx else "search/search.html"
    response = show(request, template, context)
    response.status_code = 200 if ok else 422
    return response


def _choices(found: Found, q: str, kind: str) -> list[Choice]:
    everything = Choice(_("Everything"), _address(q), sum(found.kinds.values()), not kind)
    rows = [
        Choice(str(each.label), _address(q, each), number, kind == each)
        for each, number in found.kinds.items()
    ]
    return [everything, *rows] if len(rows) > 1 or kind else []


def _address(q: str, kind: str = "", **more: str) -> str:
    return "?" + urlencode({"q": q, **({"kind": str(kind)} if kind else {}), **more})
