"""One form in several short steps; what was written in one travels along in the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest

Kinds = tuple[type[CivicForm], ...]


@dataclass(frozen=True)
class Wizard:
    """The forms of the steps, in order. `page` draws a step, `send` takes what all of them say."""

    kinds: Kinds
    page: Callable[[CivicRequest, list[CivicForm], int], HttpResponse]
    send: Callable[[CivicRequest, list[CivicForm]], HttpResponse]

    def answer(self, request: CivicRequest) -> HttpResponse:
        if request.method != "POST":
            return self.page(request, self._forms(request, bound=0), 1)
        last = len(self.kinds)
        at = min(max(_number(request.POST.get("at")), 1), last)
        bound = self._forms(request, bound=at)
        if request.POST.get("go") == "back":
            before = max(at - 1, 1)
            bound[before - 1].errors.clear()
            return self.page(request, bound, before)
        for number, form in enumerate(bound[:at], start=1):
            if not form.is_valid():
                return self.page(request, bound, number)
        return self.page(request, bound, at + 1) if at < last else self.send(request, bound)

    def _forms(self, request: CivicRequest, *, bound: int) -> list[CivicForm]:
        """The first `bound` of them as they were sent, the later ones with what was typed before
        going back."""
        found = []
        for number, kind in enumerate(self.kinds, start=1):
            known: dict[str, Any] = (
                {"council": request.council} if "target_groups" in kind.base_fields else {}
            )
            given = (request.POST, request.FILES) if number <= bound else ()
            if number > bound and request.method == "POST":
                known["initial"] = _typed(kind, request)
            found.append(kind(*given, **known))
        return found


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 1


def _typed(kind: type[CivicForm], request: CivicRequest) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in kind.base_fields:
        if name in request.POST and name not in {"once", "seen"}:
            many = name == "target_groups"
            found[name] = request.POST.getlist(name) if many else request.POST[name]
    return found
