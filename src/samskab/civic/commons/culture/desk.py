"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.culture.queries import missing_this_year
from samskab.civic.foundation.core.desk import Heap, Pile, put


def register() -> None:
    label = _("This year's survey of how it is to co-create, not held yet")
    put(
        Pile(
            "culture",
            36,
            label,
            "culture.run",
            "culture:front",
            lambda by: Heap(int(missing_this_year(by))),
        )
    )
