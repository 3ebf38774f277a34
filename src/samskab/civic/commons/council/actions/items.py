"""What stands on the agenda, and in which order."""

from __future__ import annotations

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.actions.common import (
    check_choice,
    check_open,
    check_own,
    check_undecided,
    filled,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Meeting,
    Poll,
)
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.propose_item")
def put_on_agenda(
    *,
    by: Principal,
    title: str,
    text: str,
    kind: str,
    subject: models.Model | None = None,
    url: str = "",
    meeting: Meeting | None = None,
    title_en: str = "",
    duration: int | None = None,
    presenter: str = "",
    is_closed: bool = False,
    closed_reason: str = "",
    closed_law: str = "",
    is_example: bool = False,
) -> AgendaItem:
    """Puts something before the council. It waits until the secretariat gives it a meeting.

    A `subject` that waits with the same kind already is not put there twice: the item that
    waits is given back.
    """
    check_choice(AgendaItem.Kind, kind, "kind")
    _check_closing(is_closed, closed_reason)
    check_own(by, subject)
    waiting = _waiting_on(by, subject, kind)
    if waiting is not None:
        return waiting
    item = AgendaItem(
        council=by.council,
        title=filled(title, "title"),
        title_en=title_en.strip(),
        text=text.strip(),
        kind=kind,
        duration=duration,
        presenter=presenter.strip(),
        is_closed=is_closed,
        closed_reason=closed_reason.strip() if is_closed else "",
        closed_law=closed_law if is_closed else "",
        subject_label=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        subject_url=url,
        is_example=is_example,
    )
    item.sign(by)
    if not _saved(item):
        again = _waiting_on(by, subject, kind)
        if again is None:
            raise Conflict
        return again
    record(by, "council.put_on_agenda", item, kind=kind, on=item.subject_label)
    return place_item(by=by, item=item, meeting=meeting) if meeting else item


def _saved(item: AgendaItem) -> bool:
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        return False
    return True


def _waiting_on(by: Principal, subject: models.Model | None, kind: str) -> AgendaItem | None:
    if subject is None:
        return None
    return AgendaItem.objects.filter(
        council=by.council,
        subject_label=subject._meta.label_lower,
        subject_id=subject.pk,
        kind=kind,
        state=AgendaItem.State.OPEN,
    ).first()


def _check_closing(is_closed: bool, reason: str) -> None:
    if is_closed and not reason.strip():
        raise Invalid(
            _("Write why the item is closed. The reason is public."), field="closed_reason"
        )


@action("council.run_meetings", on="item")
def edit_item(
    *,
    by: Principal,
    item: AgendaItem,
    title: str,
    text: str,
    kind: str,
    duration: int | None = None,
    presenter: str = "",
    is_closed: bool = False,
    closed_reason: str = "",
    closed_law: str = "",
    seen: int | None = None,
) -> AgendaItem:
    check_choice(AgendaItem.Kind, kind, "kind")
    _check_closing(is_closed, closed_reason)
    check_undecided(item)
    item.title, item.text, item.kind = filled(title, "title"), text.strip(), kind
    item.duration, item.presenter, item.is_closed = duration, presenter.strip(), is_closed
    item.closed_reason = closed_reason.strip() if is_closed else ""
    item.closed_law = closed_law if is_closed else ""
    if not _saved(item):
        raise Conflict(_("The same thing waits for the council already."), field="kind")
    record(by, "council.edit_item", item, kind=kind, is_closed=is_closed)
    return item


@action("council.withdraw_item", on="item")
def withdraw_item(*, by: Principal, item: AgendaItem) -> AgendaItem:
    """Takes an item back. Once it is on a meeting, only the secretariat moves it."""
    check_undecided(item)
    if item.meeting_id is not None:
        raise Conflict(_("The item is on a meeting. Ask the secretariat to take it off first."))
    AgendaItem.objects.filter(pk=item.pk).update(state=AgendaItem.State.WITHDRAWN)
    record(by, "council.withdraw_item", item)
    item.refresh_from_db()
    return item


@action("council.run_meetings", on="item")
def place_item(
    *, by: Principal, item: AgendaItem, meeting: Meeting | None, position: int | None = None
) -> AgendaItem:
    """Puts an item on a meeting, at a place in its order, or lets it wait again.

    What a held meeting did not decide stays in its minutes; a new item goes on.
    """
    check_own(by, meeting)
    check_undecided(item)
    if item.ballot_open:
        raise Conflict(_("The ballot is open. Decide the item or call the ballot off."))
    if meeting is not None:
        meeting = locked(meeting)
        check_open(meeting)
    if item.meeting is not None and item.meeting.status == Meeting.Status.HELD:
        item = _carried_over(by, item)
    if meeting is None or item.meeting_id != meeting.pk:
        Poll.objects.filter(item=item).delete()
    _leave(item)
    _enter(item, meeting, position)
    record(by, "council.place_item", item, meeting=item.meeting_id, position=item.order)
    return item


def _carried_over(by: Principal, item: AgendaItem) -> AgendaItem:
    """A fresh item with the same question; the old one keeps its minutes."""
    AgendaItem.objects.filter(pk=item.pk).update(state=AgendaItem.State.POSTPONED)
    fresh: AgendaItem = AgendaItem.objects.get(pk=item.pk)
    fresh.pk, fresh._state.adding, fresh.version = None, True, 1
    fresh.meeting, fresh.state = None, AgendaItem.State.OPEN
    fresh.minutes = fresh.minutes_en = ""
    fresh.save()
    return fresh


def _leave(item: AgendaItem) -> None:
    """Closes the gap in the order of the meeting that the item leaves."""
    if item.meeting_id is None:
        return
    later = AgendaItem.objects.filter(meeting_id=item.meeting_id, order__gt=item.order)
    later.update(order=models.F("order") - 1)


def _enter(item: AgendaItem, meeting: Meeting | None, position: int | None) -> None:
    """Makes room and takes it. Order is no text, so the item's version stays."""
    order = 0
    if meeting is not None:
        others = AgendaItem.objects.filter(meeting=meeting).exclude(pk=item.pk)
        count = others.count()
        order = count + 1 if position is None else min(max(position, 1), count + 1)
        others.filter(order__gte=order).update(order=models.F("order") + 1)
    AgendaItem.objects.filter(pk=item.pk).update(meeting=meeting, order=order)
    item.meeting, item.order = meeting, order
