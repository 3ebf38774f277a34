"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.initiatives.models import Coordination, Overlap
from samskab.civic.commons.initiatives.queries import coordinations, overlaps
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import Heap, Pile, heap, put
from samskab.civic.foundation.core.principal import Principal


def register() -> None:
    may = "initiatives.find_overlaps"
    put(
        Pile(
            "overlaps",
            60,
            _("Double work that nobody has looked at"),
            may,
            "initiatives:overlaps",
            lambda by: heap(overlaps(by.council, status=Overlap.Status.OPEN)),
        )
    )
    put(
        Pile(
            "coordinations",
            61,
            _("Coordination under way, or to be looked at again"),
            may,
            "initiatives:overlaps",
            _coordination,
        )
    )


def _coordination(by: Principal) -> Heap:
    rows = coordinations(by.council)
    again = rows.filter(status=Coordination.Status.DECIDED, follow_up__lte=clock.today())
    open_ones = rows.filter(status=Coordination.Status.OPEN)
    return heap(open_ones | again, again, due="follow_up")
