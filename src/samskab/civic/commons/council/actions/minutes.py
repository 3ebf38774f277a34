"""Minutes: written by many, approved, published."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    merging,
    queries,
)
from samskab.civic.commons.council.actions.common import (
    check_writable,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Approval,
    Attendance,
    Decision,
    Meeting,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import notify


@action("council.run_meetings", on="item")
def write_minutes(
    *,
    by: Principal,
    item: AgendaItem,
    minutes: str,
    minutes_en: str | None = None,
    base: str | None = None,
    base_en: str | None = None,
    seen: int | None = None,
) -> AgendaItem:
    """Writes what was said on an item.

    `base` is the text that the writer began with: what another has written meanwhile is kept
    too, line by line, and a line that both have changed is a Conflict. Without it, `seen` tells
    that another was first. The English text stays as it is unless one is given.
    """
    if item.meeting is None:
        raise Invalid(_("Put the item on a meeting first."))
    check_writable(item.meeting)
    text = _both(base, item.minutes, minutes, "minutes")
    if minutes_en is not None:
        item.minutes_en = _both(base_en, item.minutes_en, minutes_en, "minutes_en")
    item.minutes = text
    item.save()
    _ask_again(item.meeting)
    record(by, "council.write_minutes", item)
    return item


def _both(base: str | None, theirs: str, mine: str, field: str) -> str:
    """What was written now, with what another has written since `base`."""
    mine = _lines(mine)
    if base is None:
        return mine
    text = merging.merged(_lines(base), theirs, mine)
    if text is None:
        raise Conflict(
            _(
                "You and another person have changed the same line. Both texts stand below: "
                "take over what is to stay, and save again."
            ),
            field=field,
        )
    if len(text) > MINUTES_AT_MOST:
        raise Invalid(_("The minutes have become too long."), field=field)
    return text


MINUTES_AT_MOST = 20_000


def _lines(text: str) -> str:
    """Browsers send other line ends than those that are stored."""
    return "\n".join(text.strip().splitlines())


def _ask_again(meeting: Meeting) -> None:
    """Whoever approved the minutes approved another text, and so does who is about to."""
    Approval.objects.filter(meeting=meeting).delete()
    if meeting.status == Meeting.Status.HELD:
        meeting.save(update_fields=["changed"])


@action("council.run_meetings", on="meeting")
def write_meeting_minutes(
    *,
    by: Principal,
    meeting: Meeting,
    minutes: str,
    base: str | None = None,
    seen: int | None = None,
) -> Meeting:
    """Writes what belongs to no single item; `base` and `seen` as with an item."""
    check_writable(meeting)
    meeting.minutes = _both(base, meeting.minutes, minutes, "minutes")
    meeting.save()
    _ask_again(meeting)
    record(by, "council.write_meeting_minutes", meeting)
    return meeting


@action("council.run_meetings", on="meeting")
def send_minutes(*, by: Principal, meeting: Meeting) -> Meeting:
    """Asks those who were there to approve the minutes. Can be done again."""
    if meeting.status != Meeting.Status.HELD:
        raise Invalid(_("Close the meeting first."))
    check_writable(meeting)
    url = meeting.council.address(reverse("council:approve_minutes", args=[meeting.pk]))
    present = queries.attendances(meeting).filter(term__user__isnull=False)
    for row in present.select_related("term__user"):
        notify(
            council=by.council,
            to=row.term.user.email if row.term.user else "",
            subject=_("Read the minutes and say yes to them"),
            template="council/mail/approve.txt",
            context={"meeting": meeting, "url": url},
            kind="council.approve",
        )
    meeting.minutes_sent_at = clock.now()
    meeting.save(update_fields=["minutes_sent_at"])
    record(by, "council.send_minutes", meeting, told=len(present))
    return meeting


@action("council.vote", on="meeting")
def approve_minutes(
    *, by: Principal, meeting: Meeting, remark: str = "", seen: int | None = None
) -> Approval:
    """Says yes to the minutes, or has a remark to them; the last word counts. Only those who
    were there, before the minutes are published. `seen` is the text that the person read."""
    if meeting.status != Meeting.Status.HELD:
        raise Invalid(_("Close the meeting first."))
    if meeting.minutes_published:
        raise Conflict(_("The minutes are published already."))
    term = queries.term_of(by, meeting.day)
    if term is None or not Attendance.objects.filter(meeting=meeting, term=term).exists():
        raise Invalid(_("Only those who were there approve the minutes."))
    row: Approval
    row, _created = Approval.objects.update_or_create(
        council=by.council, meeting=meeting, term=term, defaults={"remark": remark.strip()}
    )
    record(by, "council.approve_minutes", meeting, term=term.pk, remark=bool(row.remark))
    return row


@action("council.run_meetings", on="meeting")
def publish_minutes(*, by: Principal, meeting: Meeting, seen: int | None = None) -> Meeting:
    """Makes the minutes and decisions of the open items public. Closed items stay closed.

    Once the members have been asked to approve them, more than half have to, or two weeks to go
    by. Remarks are published with the minutes.
    """
    if meeting.status != Meeting.Status.HELD:
        raise Invalid(_("Close the meeting before you publish its minutes."))
    if meeting.minutes_published:
        return meeting
    if not queries.approved(meeting).enough:
        raise Conflict(
            _(
                "More than half of those who were there have to approve the minutes first. "
                "After two weeks you can publish them anyway."
            )
        )
    meeting.minutes_published, meeting.minutes_published_at = True, timezone.now()
    meeting.save()
    public = Decision.objects.filter(item__meeting=meeting, item__is_closed=False)
    count = public.update(is_public=True)
    record(by, "council.publish_minutes", meeting, decisions=count)
    return meeting


@action("council.run_meetings", on="meeting")
def take_back_minutes(*, by: Principal, meeting: Meeting) -> Meeting:
    """Takes published minutes back to correct them. Decisions stay public."""
    if not meeting.minutes_published:
        raise Conflict(_("The minutes are not published."))
    meeting.minutes_published, meeting.minutes_published_at = False, None
    meeting.save()
    record(by, "council.take_back_minutes", meeting)
    return meeting
