"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import Heap, Pile, heap, put
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.journey.pilots.queries import AHEAD, awaited, pilots


def register() -> None:
    may, page, running = "challenges.facilitate", "pilots:list", "?status=running"
    label = _("Milestones of pilots, due within a week")
    put(Pile("milestones", 70, label, may, page, _milestones, running))
    put(Pile("pilots", 71, _("Pilots whose last day has passed"), may, page, _past, running))


def _milestones(by: Principal) -> Heap:
    today = clock.today()
    rows = awaited(examples=True).filter(council=by.council, due__lte=today + AHEAD)
    return heap(rows, rows.filter(due__lt=today), due="due")


def _past(by: Principal) -> Heap:
    rows = pilots(by).exclude(status=Pilot.Status.ENDED).filter(ends__lt=clock.today())
    return heap(rows, rows, due="ends")
