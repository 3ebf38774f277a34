"""What waits on the desk of the secretariat."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import Heap, Pile, heap, put
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.evaluation.models import Round, When
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.journey.pilots.queries import pilots

# What has changed shows after half a year; after a year people are hard to find again.
ASK_AGAIN, LATE = timedelta(days=182), timedelta(days=365)


def register() -> None:
    label = _("Pilots to ask about again, half a year after")
    page, query = "pilots:list", "?status=ended"
    put(Pile("followups", 72, label, "challenges.facilitate", page, _followups, query))


def _followups(by: Principal) -> Heap:
    """Those where people answered at the end, and nobody has asked them since."""
    today = clock.today()
    asked = Round.objects.filter(council=by.council)
    rows = pilots(by).filter(
        status=Pilot.Status.ENDED,
        ends__lte=today - ASK_AGAIN,
        pk__in=asked.filter(when=When.AFTER).values("pilot"),
    )
    rows = rows.exclude(pk__in=asked.filter(when=When.FOLLOWUP).values("pilot"))
    return heap(rows, rows.filter(ends__lte=today - LATE))
