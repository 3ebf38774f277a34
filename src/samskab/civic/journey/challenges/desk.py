"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import Heap, Pile, heap, put
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.queries import queue


def register() -> None:
    label = _("Challenges that wait for an answer")
    put(Pile("challenges", 10, label, "challenges.queue", "challenges:queue", _answers))


def _answers(by: Principal) -> Heap:
    rows = queue(by.council)
    return heap(rows, rows.filter(answer_due__lt=clock.today()), due="answer_due")
