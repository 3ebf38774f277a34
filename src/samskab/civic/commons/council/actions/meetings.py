"""Meetings from the plan to the end, and who was there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    ical,
    queries,
)
from samskab.civic.commons.council.actions.common import (
    check_open,
    check_own,
    check_writable,
    filled,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Decision,
    Meeting,
    Poll,
    Term,
)
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, Text
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import notify


def _check_times(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Invalid(_("The meeting has to end after it begins."), field="ends_at")


@action("council.run_meetings")
def plan_meeting(
    *,
    by: Principal,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    title_en: str = "",
    place_en: str = "",
    is_example: bool = False,
) -> Meeting:
    _check_times(starts_at, ends_at)
    meeting: Meeting = Meeting.objects.create(
        council=by.council,
        title=filled(title, "title"),
        title_en=title_en.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        place=place.strip(),
        place_en=place_en.strip(),
        is_example=is_example,
    )
    record(by, "council.plan_meeting", meeting)
    return meeting


@action("council.run_meetings", on="meeting")
def edit_meeting(
    *,
    by: Principal,
    meeting: Meeting,
    title: str,
    starts_at: datetime,
    ends_at: datetime,
    place: str = "",
    title_en: str = "",
    place_en: str = "",
    seen: int | None = None,
) -> Meeting:
    """Changes time, place or title. Members who have been invited get the change by mail, with
    a file that moves the meeting in their calendars."""
    check_open(meeting)
    _check_times(starts_at, ends_at)
    before = (meeting.title, meeting.place, meeting.starts_at, meeting.ends_at)
    meeting.title, meeting.title_en = filled(title, "title"), title_en.strip()
    meeting.place, meeting.place_en = place.strip(), place_en.strip()
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    meeting.save()
    told = 0
    moved = before != (meeting.title, meeting.place, meeting.starts_at, meeting.ends_at)
    if moved and meeting.status == Meeting.Status.INVITED:
        told = _tell_members(meeting, "moved", _("A meeting of the council is changed"), {})
    record(by, "council.edit_meeting", meeting, told=told)
    return meeting


@action("council.run_meetings", on="meeting")
def publish_agenda(*, by: Principal, meeting: Meeting) -> Meeting:
    """Convenes the council: everybody can read the open items, and the members get a mail with
    a file for their calendars."""
    check_open(meeting)
    if meeting.status != Meeting.Status.PLANNED:
        return meeting
    meeting.status = Meeting.Status.INVITED
    meeting.save()
    items = list(meeting.items.order_by("order", "pk"))
    subject = _("You are invited to a meeting of the council")
    told = _tell_members(meeting, "convened", subject, {"items": items})
    record(by, "council.publish_agenda", meeting, items=len(items), told=told)
    return meeting


def _tell_members(meeting: Meeting, mail: str, subject: Text, facts: dict[str, Any]) -> int:
    """Writes to the members who have given an address, unless the day is past. How many."""
    if meeting.ends_at < timezone.now():
        return 0
    terms = queries.invited(meeting).filter(user__isnull=False)
    for term in terms:
        _tell(term, meeting, mail, subject, facts)
    return len(terms)


def _tell(
    term: Term,
    meeting: Meeting,
    mail: str,
    subject: Text,
    facts: dict[str, Any],
    *,
    leaves: bool = False,
) -> None:
    url = meeting.council.address(reverse("council:meeting", args=[meeting.pk]))
    email = term.user.email if term.user else ""
    calendar = ical.invitation(meeting, url, term.holder_name, email, leaves=leaves)
    notify(
        council=meeting.council,
        to=email,
        subject=subject,
        template=f"council/mail/{mail}.txt",
        context={"meeting": meeting, "url": url, **facts},
        kind=f"council.{mail}",
        calendar=calendar.decode(),
    )


Invited = dict[Meeting, dict[int, Term]]


def invited_now(by: Principal) -> Invited:
    """Who is invited to each meeting that lies ahead and has been convened."""
    rows = queries.coming_meetings(by.council).filter(status=Meeting.Status.INVITED)
    return {
        meeting: {term.pk: term for term in queries.invited(meeting).filter(user__isnull=False)}
        for meeting in rows.select_related("council")
    }


def tell_of_seats(before: Invited, by: Principal) -> None:
    """After a change of seats: those who came in are invited to what has been convened, and for
    those who went out it leaves the calendar."""
    for meeting, after in invited_now(by).items():
        was = before.get(meeting, {})
        items = list(meeting.items.order_by("order", "pk"))
        for term in [after[key] for key in sorted(after.keys() - was.keys())]:
            subject = _("You are invited to a meeting of the council")
            _tell(term, meeting, "convened", subject, {"items": items})
        for term in [was[key] for key in sorted(was.keys() - after.keys())]:
            subject = _("You are no longer invited to a meeting of the council")
            _tell(term, meeting, "left", subject, {}, leaves=True)


@action("council.run_meetings", on="meeting")
def cancel_meeting(*, by: Principal, meeting: Meeting) -> Meeting:
    """Calls a meeting off; its items wait again, and members who were invited get a mail."""
    check_open(meeting)
    if Decision.objects.filter(item__meeting=meeting).exists():
        raise Conflict(_("The meeting has decided something, so it cannot be cancelled."))
    Ballot.objects.filter(item__meeting=meeting).delete()
    Poll.objects.filter(item__meeting=meeting).delete()
    freed = meeting.items.update(meeting=None, order=0, ballot_open=False)
    was_public = meeting.has_public_agenda
    meeting.status = Meeting.Status.CANCELLED
    meeting.save()
    if was_public:
        _tell_members(meeting, "cancelled", _("A meeting of the council is cancelled"), {})
    record(by, "council.cancel_meeting", meeting, items=freed)
    return meeting


@action("council.run_meetings", on="meeting")
def note_attendance(
    *, by: Principal, meeting: Meeting, present: Iterable[Term], unnamed: int = 0
) -> Meeting:
    """Writes who is there. Can be done again until the minutes are published.

    `unnamed` counts members of whom only the number is known: the example meetings put no
    real person at a meeting that never was.
    """
    terms = list(present)
    check_own(by, *terms)
    check_writable(meeting)
    if meeting.status == Meeting.Status.CANCELLED:
        raise Conflict(_("The meeting has been cancelled."))
    if not all(term.held_on(meeting.day) for term in terms):
        raise Invalid(_("One of them held no seat on that day."), field="present")
    if len({term.seat_id for term in terms}) < len(terms):
        message = _("A member and the substitute cannot both sit on the seat. Choose one.")
        raise Invalid(message, field="present")
    Attendance.objects.filter(meeting=meeting).exclude(term__in=terms).delete()
    for term in terms:
        Attendance.objects.get_or_create(council=by.council, meeting=meeting, term=term)
    filled = queries.filled_seats(meeting)
    if not 0 <= unnamed <= filled - len(terms):
        raise Invalid(_("That is more than there are members."), field="present")
    meeting.attendance_noted, meeting.present_unnamed = True, unnamed
    Meeting.objects.filter(pk=meeting.pk).update(attendance_noted=True, present_unnamed=unnamed)
    record(by, "council.note_attendance", meeting, present=len(terms))
    return meeting


@action("council.run_meetings", on="meeting")
def close_meeting(*, by: Principal, meeting: Meeting) -> Meeting:
    """The meeting is over. What was told is dealt with; what is undecided waits again."""
    check_open(meeting)
    if not meeting.attendance_noted:
        raise Invalid(_("Note who was there first."))
    if meeting.items.filter(ballot_open=True).exists():
        raise Conflict(_("A ballot is still open. Decide the item or call the ballot off."))
    told = meeting.items.filter(state="open", kind__in=["information", "discussion"])
    told.update(state=AgendaItem.State.DONE)
    meeting.status = Meeting.Status.HELD
    meeting.save()
    record(by, "council.close_meeting", meeting, items=meeting.items.count())
    return meeting
