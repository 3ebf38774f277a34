"""What waits on the desk of the secretariat."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.briefs import suggestions
from samskab.civic.commons.council.models import Candidacy, Decision, Meeting
from samskab.civic.commons.council.queries import meetings, tasks, waiting_items
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import Heap, Pile, heap, put
from samskab.civic.foundation.core.principal import Principal


def register() -> None:
    runs, seats = "council.run_meetings", "council.edit_seats"
    decides, gives = "council.decide", "council.give_tasks"
    waits, held = "council:waiting", "council:meetings"
    # An agenda that comes a week ahead can be read; two weeks ahead it can be written in peace.
    put(Pile("invite", 29, _("Agendas to send out"), runs, held, _to_send))
    put(Pile("items", 30, _("Items without a meeting"), runs, waits, _items))
    put(Pile("agenda", 31, _("Could come on the agenda"), runs, waits, _suggested))
    put(Pile("minutes", 32, _("Minutes to publish"), runs, held, _minutes))
    put(Pile("decisions", 33, _("Decisions to publish"), decides, held, _drafts))
    put(Pile("tasks", 34, _("Tasks that are not done"), gives, "council:tasks", _tasks))
    put(Pile("candidates", 35, _("People who want a seat"), seats, "council:members", _stand))


WRITE, SEND = timedelta(days=14), timedelta(days=7)


def _to_send(by: Principal) -> Heap:
    now = clock.now()
    planned = meetings(by.council).filter(status=Meeting.Status.PLANNED, starts_at__gt=now)
    rows = planned.filter(starts_at__lte=now + WRITE)
    return heap(rows, planned.filter(starts_at__lte=now + SEND), due="starts_at")


def _items(by: Principal) -> Heap:
    return heap(waiting_items(by.council))


def _suggested(by: Principal) -> Heap:
    return Heap(len(suggestions(by)))


def _minutes(by: Principal) -> Heap:
    held = meetings(by.council).filter(status=Meeting.Status.HELD, minutes_published=False)
    return heap(held)


def _drafts(by: Principal) -> Heap:
    rows = Decision.objects.filter(council=by.council, is_public=False)
    return heap(rows.filter(item__is_closed=False))


def _tasks(by: Principal) -> Heap:
    rows = tasks(by).filter(done_at=None)
    return heap(rows, rows.filter(due__lt=clock.today()), due="due")


def _stand(by: Principal) -> Heap:
    return heap(Candidacy.objects.filter(council=by.council))
