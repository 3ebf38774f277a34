"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.knowledge.queries import suggestions
from samskab.civic.foundation.core.desk import Pile, heap, put


def register() -> None:
    put(
        Pile(
            "suggestions",
            21,
            _("Suggestions from readers"),
            "knowledge.answer",
            "knowledge:suggestions",
            lambda by: heap(suggestions(by.council)),
        )
    )
