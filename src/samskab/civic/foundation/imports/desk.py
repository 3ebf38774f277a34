"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.desk import Pile, heap, put
from samskab.civic.foundation.imports.models import Upload


def register() -> None:
    put(
        Pile(
            "imports",
            70,
            _("Tables that are not taken in yet"),
            "imports.use",
            "imports:front",
            lambda by: heap(
                Upload.objects.filter(council=by.council).exclude(state=Upload.State.DONE)
            ),
        )
    )
