"""Every change in the council: its texts, seats, meetings, items, decisions and tasks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    counting,
    figures,
    holidays,
    ical,
    merging,
    papers,
    queries,
)
from samskab.civic.commons.council.models import (
    OUTCOMES,
    AgendaItem,
    Approval,
    Attendance,
    Ballot,
    Candidacy,
    CouncilText,
    Cycle,
    Decision,
    Disqualification,
    FocusTheme,
    Meeting,
    Outcome,
    Paper,
    Poll,
    Seat,
    Sector,
    Task,
    Term,
    YearReport,
)
from samskab.civic.foundation.accounts.actions import grant_role, withdraw_role
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound, Text
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role, system
from samskab.civic.foundation.notifications.actions import notify


def _own(by: Principal, *rows: Any) -> None:
    """What is given besides the object of an action has to be of the same council."""
    for row in rows:
        if row is not None and row.council_id != by.council.pk:
            raise NotFound


def _choice(choices: type[models.TextChoices], value: str, field: str) -> None:
    if value not in choices.values:
        raise Invalid(_("Choose one of those in the list."), field=field)


def _text(value: str, field: str) -> str:
    clean = value.strip()
    if not clean:
        raise Invalid(_("Write something here."), field=field)
    return clean


# --- what the council is -----------------------------------------------------------------------


@action("council.edit_texts")
def write_text(
    *,
    by: Principal,
    key: str,
    order: int,
    heading: str = "",
    heading_en: str = "",
    text: str = "",
    text_en: str = "",
    source: str = "",
    source_url: str = "",
    is_quotation: bool = False,
) -> CouncilText:
    """Writes the text at a place of its kind, over the one that stands there."""
    _choice(CouncilText.Key, key, "key")
    if not (heading.strip() or text.strip()):
        raise Invalid(_("Write a heading or a text."), field="heading")
    if is_quotation and not source.strip():
        raise Invalid(_("Say who is quoted."), field="source")
    row: CouncilText
    row, _created = CouncilText.objects.update_or_create(
        council=by.council,
        key=key,
        order=order,
        defaults={
            "heading": heading.strip(),
            "heading_en": heading_en.strip(),
            "text": text.strip(),
            "text_en": text_en.strip(),
            "source": source.strip(),
            "source_url": source_url,
            "is_quotation": is_quotation,
        },
    )
    record(by, "council.write_text", row, key=key, order=order)
    return row


@action("council.edit_texts", on="text")
def remove_text(*, by: Principal, text: CouncilText) -> None:
    record(by, "council.remove_text", text, key=text.key, order=text.order)
    text.delete()


@action("council.edit_texts")
def set_theme(
    *,
    by: Principal,
    title: str,
    text: str = "",
    title_en: str = "",
    text_en: str = "",
    year_from: date | None = None,
    year_to: date | None = None,
    is_current: bool = True,
    source: str = "",
    is_example: bool = False,
    theme: FocusTheme | None = None,
) -> FocusTheme:
    """Adds a focus theme, or rewrites `theme`; a current one takes over from the last."""
    _own(by, theme)
    if year_from and year_to and year_to < year_from:
        raise Invalid(_("The theme has to end after it begins."), field="year_to")
    row = locked(theme) if theme else FocusTheme(council=by.council, is_example=is_example)
    row.title, row.title_en = _text(title, "title"), title_en.strip()
    row.text, row.text_en, row.source = text.strip(), text_en.strip(), source.strip()
    row.year_from, row.year_to, row.is_current = year_from, year_to, is_current
    if queries.themes(by.council).filter(title=row.title).exclude(pk=row.pk).exists():
        raise Conflict(_("There is a theme with this title already."), field="title")
    if is_current:
        queries.themes(by.council).exclude(pk=row.pk).update(is_current=False)
    row.save()
    record(by, "council.set_theme", row, is_current=is_current)
    return row


# --- seats -------------------------------------------------------------------------------------


@action("council.edit_seats")
def add_seat(
    *,
    by: Principal,
    sector: str,
    title: str,
    title_en: str = "",
    order: int | None = None,
    sector_assumed: bool = False,
    source: str = "",
    is_example: bool = False,
) -> Seat:
    _choice(Sector, sector, "sector")
    last = Seat.objects.filter(council=by.council).aggregate(n=Max("order"))["n"] or 0
    seat: Seat = Seat.objects.create(
        council=by.council,
        sector=sector,
        sector_assumed=sector_assumed,
        title=_text(title, "title"),
        title_en=title_en.strip(),
        order=last + 1 if order is None else order,
        source=source.strip(),
        is_example=is_example,
    )
    record(by, "council.add_seat", seat, sector=sector)
    return seat


@action("council.edit_seats", on="seat")
def edit_seat(
    *,
    by: Principal,
    seat: Seat,
    sector: str,
    title: str,
    title_en: str = "",
    sector_assumed: bool = False,
    seen: int | None = None,
) -> Seat:
    _choice(Sector, sector, "sector")
    seat.sector, seat.sector_assumed = sector, sector_assumed
    seat.title, seat.title_en = _text(title, "title"), title_en.strip()
    seat.save()
    record(by, "council.edit_seat", seat, sector=sector)
    return seat


@action("council.edit_seats", on="seat")
def seat_person(
    *,
    by: Principal,
    seat: Seat,
    holder_name: str,
    organisation: str = "",
    position: str = "",
    email: str = "",
    since: date | None = None,
    is_substitute: bool = False,
) -> Term:
    """Gives a vacant seat to a person, or a seat its substitute, who votes when the member is
    away. With an e-mail the person may sign in as a member."""
    former = seat.terms.filter(is_substitute=is_substitute)
    if former.filter(until__isnull=True).exists():
        if is_substitute:
            raise Conflict(_("The seat has a substitute. End that term first."))
        raise Conflict(_("Somebody holds this seat. End that term first."))
    _check_since(former, since)
    name = _text(holder_name, "holder_name")
    user = _member(by, email, name) if email else None
    try:
        with transaction.atomic():
            term: Term = Term.objects.create(
                council=by.council,
                seat=seat,
                holder_name=name,
                organisation=organisation.strip(),
                position=position.strip(),
                user=user,
                since=since,
                is_substitute=is_substitute,
            )
    except IntegrityError:
        message = _("This person holds another seat. One person has one seat.")
        raise Conflict(message, field="email") from None
    record(by, "council.seat_person", term, seat=seat.pk, signs_in=user is not None)
    return term


def _check_since(former: models.QuerySet[Term], since: date | None) -> None:
    if since is not None and since > timezone.localdate():
        raise Invalid(_("The date is in the future. Seat the person on the day."), field="since")
    last = former.aggregate(day=Max("until"))["day"]
    if last is not None and since is not None and since < last:
        raise Invalid(_("Another person held the seat on that day."), field="since")
    if last is not None and since is None:
        raise Invalid(_("Write when the person took the seat."), field="since")


def _member(by: Principal, email: str, name: str) -> User:
    """The secretariat may make members, and no other role; the log says that it was here."""
    grant = grant_role(by=system(by.council), email=email, role=Role.MEMBER, name=name)
    return grant.user


@action("council.edit_seats", on="term")
def end_term(*, by: Principal, term: Term, until: date | None = None) -> Term:
    """Ends a term, and with it the role that came with the seat."""
    today = timezone.localdate()
    until = until or today
    if term.until is not None:
        raise Conflict(_("This term has ended already."))
    if until > today:
        raise Invalid(_("The date is in the future. End the term on the day."), field="until")
    if term.since is not None and until < term.since:
        raise Invalid(_("The term cannot end before it began."), field="until")
    term.until = until
    term.save(update_fields=["until"])
    _withdraw_membership(by, term)
    record(by, "council.end_term", term, seat=term.seat_id)
    return term


def _withdraw_membership(by: Principal, term: Term) -> None:
    grants = RoleGrant.objects.filter(council=by.council, user=term.user_id, role=Role.MEMBER)
    for grant in grants:
        withdraw_role(by=system(by.council), grant=grant)


# --- meetings ----------------------------------------------------------------------------------


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
        title=_text(title, "title"),
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
    _must_be_open(meeting)
    _check_times(starts_at, ends_at)
    before = (meeting.title, meeting.place, meeting.starts_at, meeting.ends_at)
    meeting.title, meeting.title_en = _text(title, "title"), title_en.strip()
    meeting.place, meeting.place_en = place.strip(), place_en.strip()
    meeting.starts_at, meeting.ends_at = starts_at, ends_at
    meeting.save()
    told = 0
    moved = before != (meeting.title, meeting.place, meeting.starts_at, meeting.ends_at)
    if moved and meeting.status == Meeting.Status.INVITED:
        told = _tell_members(meeting, "moved", _("A meeting of the council is changed"), {})
    record(by, "council.edit_meeting", meeting, told=told)
    return meeting


def _must_be_open(meeting: Meeting) -> None:
    if not meeting.is_open:
        raise Conflict(_("The meeting has been held or cancelled, so this cannot be changed."))


@action("council.run_meetings", on="meeting")
def publish_agenda(*, by: Principal, meeting: Meeting) -> Meeting:
    """Convenes the council: everybody can read the open items, and the members get a mail with
    a file for their calendars."""
    _must_be_open(meeting)
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
    url = meeting.council.address(reverse("council:meeting", args=[meeting.pk]))
    terms = queries.invited(meeting).filter(user__isnull=False)
    for term in terms:
        email = term.user.email if term.user else ""
        notify(
            council=meeting.council,
            to=email,
            subject=subject,
            template=f"council/mail/{mail}.txt",
            context={"meeting": meeting, "url": url, **facts},
            kind=f"council.{mail}",
            calendar=ical.invitation(meeting, url, term.holder_name, email).decode(),
        )
    return len(terms)


@action("council.run_meetings", on="meeting")
def cancel_meeting(*, by: Principal, meeting: Meeting) -> Meeting:
    """Calls a meeting off; its items wait again, and members who were invited get a mail."""
    _must_be_open(meeting)
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
    _own(by, *terms)
    _must_be_writable(meeting)
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
    _must_be_open(meeting)
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


# --- items -------------------------------------------------------------------------------------


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
    _choice(AgendaItem.Kind, kind, "kind")
    _check_closing(is_closed, closed_reason)
    _own(by, subject)
    waiting = _waiting_on(by, subject, kind)
    if waiting is not None:
        return waiting
    item = AgendaItem(
        council=by.council,
        title=_text(title, "title"),
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
    _choice(AgendaItem.Kind, kind, "kind")
    _check_closing(is_closed, closed_reason)
    _must_be_undecided(item)
    item.title, item.text, item.kind = _text(title, "title"), text.strip(), kind
    item.duration, item.presenter, item.is_closed = duration, presenter.strip(), is_closed
    item.closed_reason = closed_reason.strip() if is_closed else ""
    item.closed_law = closed_law if is_closed else ""
    if not _saved(item):
        raise Conflict(_("The same thing waits for the council already."), field="kind")
    record(by, "council.edit_item", item, kind=kind, is_closed=is_closed)
    return item


def _must_be_undecided(item: AgendaItem) -> None:
    if item.state != AgendaItem.State.OPEN:
        raise Conflict(_("The item has been dealt with, so this cannot be changed."))


@action("council.withdraw_item", on="item")
def withdraw_item(*, by: Principal, item: AgendaItem) -> AgendaItem:
    """Takes an item back. Once it is on a meeting, only the secretariat moves it."""
    _must_be_undecided(item)
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
    _own(by, meeting)
    _must_be_undecided(item)
    if item.ballot_open:
        raise Conflict(_("The ballot is open. Decide the item or call the ballot off."))
    if meeting is not None:
        meeting = locked(meeting)
        _must_be_open(meeting)
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


@action("council.run_meetings", on="item")
def add_paper(*, by: Principal, item: AgendaItem, title: str, file: UploadedFile[Any]) -> Paper:
    """Lays a file beside an item: of a known kind, 10 MB at most, 20 an item."""
    _must_be_writable(item.meeting)
    if item.papers.count() >= papers.MOST:
        raise Invalid(_("An item can have 20 files at most."), field="file")
    content, kind = papers.checked(file)
    paper: Paper = Paper.objects.create(
        council=by.council,
        item=item,
        title=_text(title, "title"),
        file=content,
        kind=kind,
        size=content.size,
    )
    record(by, "council.add_paper", item, paper=paper.pk, kind=kind, size=paper.size)
    return paper


@action("council.run_meetings", on="paper")
def remove_paper(*, by: Principal, paper: Paper) -> AgendaItem:
    """Takes a file away, from the disk too once this is committed."""
    item = locked(paper.item)
    _must_be_writable(item.meeting)
    record(by, "council.remove_paper", item, paper=paper.pk)
    name, storage = str(paper.file.name), paper.file.storage
    paper.delete()
    transaction.on_commit(lambda: storage.delete(name))
    return item


@action("council.run_meetings", on="item")
def disqualify(*, by: Principal, item: AgendaItem, term: Term, reason: str) -> Disqualification:
    """A member with an interest of their own takes no part; a ballot already cast is void."""
    _own(by, term)
    _must_be_undecided(item)
    if item.meeting is None or not term.held_on(item.meeting.day):
        raise Invalid(_("Choose a member who has a seat on the day of the meeting."), field="term")
    row: Disqualification
    row, created = Disqualification.objects.get_or_create(
        council=by.council, item=item, term=term, defaults={"reason": _text(reason, "reason")}
    )
    if created:
        _check_paper_can_be_found(item, term)
        void = Ballot.objects.filter(item=item, member=term.user_id, member__isnull=False)
        void.delete()
        record(by, "council.disqualify", item, term=term.pk)
    return row


def _check_paper_can_be_found(item: AgendaItem, term: Term) -> None:
    poll = Poll.objects.filter(item=item).first()
    voted = Ballot.objects.filter(item=item, member=term.user_id, member__isnull=False).exists()
    if poll is not None and voted and (poll.is_secret or poll.is_counted):
        raise Conflict(
            _(
                "The member has voted, and the paper can no longer be taken out. Call the ballot "
                "off, note this, and vote again."
            ),
            field="term",
        )


@action("council.run_meetings", on="disqualification")
def requalify(*, by: Principal, disqualification: Disqualification) -> AgendaItem:
    """Takes a disqualification back that was noted by mistake."""
    item = locked(disqualification.item)
    _must_be_undecided(item)
    record(by, "council.requalify", item, term=disqualification.term_id)
    disqualification.delete()
    return item


# --- deciding ----------------------------------------------------------------------------------


@action("council.run_meetings", on="item")
def open_ballot(
    *,
    by: Principal,
    item: AgendaItem,
    method: str = "yes_no",
    is_secret: bool = False,
    options: Sequence[tuple[str, int | None]] = (),
    budget: int | None = None,
) -> AgendaItem:
    """Lets those present vote. `options` are what can be chosen, with costs for a budget.

    A ballot that was counted before is thrown away: this is the next round.
    """
    _must_be_undecided(item)
    if not item.can_be_decided:
        raise Invalid(_("This item is not for decision."))
    if item.meeting is None:
        raise Invalid(_("Put the item on a meeting first."))
    _must_have_begun(item.meeting)
    _choice(Poll.Method, method, "method")
    _check_quorum(item.meeting)
    if item.ballot_open:
        return item
    given = _options(method, options, budget)
    Ballot.objects.filter(item=item).delete()
    Poll.objects.filter(item=item).delete()
    Poll.objects.create(
        council=by.council,
        item=item,
        method=method,
        is_secret=is_secret,
        options=given,
        budget=budget if method == Poll.Method.BUDGET else None,
    )
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=True)
    record(by, "council.open_ballot", item, method=method, secret=is_secret, options=len(given))
    item.ballot_open = True
    return item


def _must_have_begun(meeting: Meeting) -> None:
    """Nothing is decided on a meeting that lies ahead: those who may come are not there yet."""
    if meeting.day > clock.today():
        raise Invalid(
            _("The meeting lies ahead. Decide on the day, or take the item off the meeting first.")
        )


def _options(
    method: str, options: Sequence[tuple[str, int | None]], budget: int | None
) -> list[dict[str, Any]]:
    """What can be chosen, as it is kept: nothing for yes and no, else two or more, each once."""
    if method == Poll.Method.YES_NO:
        return []
    titles = [title.strip() for title, _cost in options]
    if len(titles) < 2 or not all(titles):
        raise Invalid(_("Write at least two to choose between, each on a line."), field="options")
    if len(titles) > 40:
        raise Invalid(_("That is more than 40. Nobody can read such a ballot."), field="options")
    if len(set(titles)) < len(titles):
        raise Invalid(_("The same thing stands there twice."), field="options")
    if method != Poll.Method.BUDGET:
        return [{"title": title} for title in titles]
    if budget is None or budget < 1:
        raise Invalid(_("Write how much money there is to share out."), field="budget")
    costs = [cost for _title, cost in options]
    if not all(cost is not None and 1 <= cost <= 10**12 for cost in costs):
        message = _("Write what each costs at the end of its line, for instance: Lamps = 20000")
        raise Invalid(message, field="options")
    return [{"title": title, "cost": cost} for title, cost in zip(titles, costs, strict=True)]


@action("council.run_meetings", on="item")
def call_off_ballot(*, by: Principal, item: AgendaItem) -> AgendaItem:
    """Ends a ballot without counting it, or throws its count away; the answers go too."""
    _must_be_undecided(item)
    thrown, _detail = Ballot.objects.filter(item=item).delete()
    Poll.objects.filter(item=item).delete()
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=False)
    item.ballot_open = False
    record(by, "council.call_off_ballot", item, ballots=thrown)
    return item


@action("council.run_meetings", on="item")
def close_ballot(*, by: Principal, item: AgendaItem) -> Poll:
    """Ends a ballot and counts it. The papers of a secret one are thrown away with that."""
    _must_be_undecided(item)
    poll: Poll | None = Poll.objects.filter(item=item).first()
    if poll is None or not item.ballot_open:
        if poll is not None and poll.is_counted:
            return poll
        raise Conflict(_("The ballot is not open. Ask the secretariat."))
    papers = queries.papers(item, poll)
    if not papers:
        raise Invalid(_("Nobody has voted yet. Wait, or call the ballot off."))
    if poll.is_secret and len(papers) < SECRET_AT_LEAST:
        raise Invalid(
            _("A secret ballot needs three votes at least. With fewer it tells who voted what.")
        )
    poll.result, poll.papers = counting.count(poll, papers), []
    poll.save()
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=False)
    item.ballot_open = False
    record(by, "council.close_ballot", item, papers=len(papers))
    return poll


SECRET_AT_LEAST = 3


@action("council.vote", on="item")
def vote(*, by: Principal, item: AgendaItem, choice: counting.Paper) -> Ballot:
    """One ballot a member. It can be changed until it is counted; a secret one cannot, as
    nobody knows which paper it is.

    `choice` is yes, no or abstain; numbers of options; or groups of numbers, the best first.
    """
    poll = Poll.objects.select_for_update(no_key=True).filter(item=item).first()
    if poll is None or not item.ballot_open:
        raise Conflict(_("The ballot is not open. Ask the secretariat."))
    paper = counting.checked(poll, choice)
    _check_entitled(by, item)
    said: dict[str, Any] = {"choice": "", "answer": None}
    if not poll.is_secret:
        said = {"choice": paper} if isinstance(paper, str) else {"answer": paper}
    ballot: Ballot
    ballot, created = Ballot.objects.get_or_create(
        council=by.council, item=item, member_id=by.user_id, defaults=said
    )
    if poll.is_secret:
        if not created:
            raise Conflict(_("You have voted. A secret vote cannot be changed."))
        _drop_into(poll, paper)
    elif not created:
        if all(getattr(ballot, name) == value for name, value in said.items()):
            return ballot
        for name, value in said.items():
            setattr(ballot, name, value)
        ballot.save()
    record(by, "council.vote", item)
    return ballot


def _drop_into(poll: Poll, paper: counting.Paper) -> None:
    """Into the box, sorted by what the papers say, so that their order tells nothing."""
    poll.papers = sorted([*poll.papers, paper], key=repr)
    poll.save(update_fields=["papers"])


def _check_entitled(by: Principal, item: AgendaItem) -> None:
    term = queries.term_of(by, item.meeting.day) if item.meeting else None
    if term is None:
        raise Invalid(_("Only those who hold a seat can vote."))
    if Disqualification.objects.filter(item=item, term=term).exists():
        raise Invalid(
            _("You are disqualified in this item, so you do not vote. The minutes say so.")
        )
    if not Attendance.objects.filter(meeting=item.meeting, term=term).exists():
        raise Invalid(_("You are not noted as present. Tell the secretariat that you are here."))


def _check_quorum(meeting: Meeting) -> None:
    now = queries.quorum(meeting)
    if not now.noted:
        raise Invalid(_("Note who is there first."))
    if not now.reached:
        raise Invalid(_("Too few are there to decide. More than half of the members must be."))


@action("council.decide", on="item")
def decide(
    *,
    by: Principal,
    item: AgendaItem,
    text: str,
    outcome: str,
    in_favour: int | None = None,
    against: int | None = None,
    abstained: int | None = None,
    text_en: str = "",
) -> Decision:
    """Writes what the council decided.

    With a ballot its count is kept. Without one, the counts of a show of hands can be given;
    no counts at all means that everybody agreed. An item without a meeting is
    decided between two meetings. The decision is not public before it is published.
    """
    if item.state != AgendaItem.State.OPEN:
        raise Conflict(_("The item has been decided already."))
    _check_outcome(item, outcome)
    if item.meeting is not None:
        _must_have_begun(item.meeting)
        _check_quorum(item.meeting)
    given = _given(in_favour, against, abstained)
    poll = _counted(by, item, given)
    counts = _counts(item, given, poll)
    _check_majority(outcome, counts)
    decision: Decision = Decision.objects.create(
        council=by.council,
        item=item,
        text=_text(text, "text"),
        text_en=text_en.strip(),
        outcome=outcome,
        in_favour=counts.in_favour if counts else None,
        against=counts.against if counts else None,
        abstained=counts.abstained if counts else None,
        tally=poll.result if poll else {},
        decided_at=_moment(item.meeting),
    )
    decided = AgendaItem.State.DECIDED
    AgendaItem.objects.filter(pk=item.pk).update(state=decided, ballot_open=False)
    item.state, item.ballot_open = decided, False
    record(by, "council.decide", item, outcome=outcome, by_ballot=item.ballots.exists())
    return decision


def _moment(meeting: Meeting | None) -> datetime:
    """Now; or when the meeting ended, where a decision is written down afterwards."""
    now = timezone.now()
    return min(now, meeting.ends_at) if meeting is not None else now


def _check_outcome(item: AgendaItem, outcome: str) -> None:
    if not item.can_be_decided:
        raise Invalid(_("This item is not for decision."))
    if outcome not in OUTCOMES[item.kind]:
        raise Invalid(_("Choose one of those in the list."), field="outcome")


def _given(*numbers: int | None) -> list[int]:
    some = [number for number in numbers if number is not None]
    if some and (len(some) < 3 or min(some) < 0):
        raise Invalid(_("Write all three numbers, or none."), field="in_favour")
    return some


def _counted(by: Principal, item: AgendaItem, given: list[int]) -> Poll | None:
    """The item's ballot, counted now if it is still open."""
    poll = Poll.objects.filter(item=item).first()
    if poll is not None and given:
        raise Invalid(_("The ballot is counted for you."), field="in_favour")
    return close_ballot(by=by, item=item) if poll is not None and item.ballot_open else poll


def _counts(item: AgendaItem, given: list[int], poll: Poll | None) -> queries.Count3 | None:
    """How many were for and against, where that was asked."""
    if poll is not None:
        found = poll.result
        if poll.method != Poll.Method.YES_NO:
            return None
        return queries.Count3(found["yes"], found["no"], found["abstain"])
    if not given:
        return None
    counted = queries.Count3(*given)
    unnamed = item.meeting.present_unnamed if item.meeting else 0
    if item.meeting_id is not None and counted.total > queries.entitled(item).count() + unnamed:
        message = _("That is more votes than there are members present who may vote.")
        raise Invalid(message, field="in_favour")
    return counted


def _check_majority(outcome: str, counts: queries.Count3 | None) -> None:
    if counts is None:
        return
    majority = counts.in_favour > counts.against
    if outcome == Outcome.REJECTED and majority:
        raise Invalid(_("More were in favour than against. Then it is adopted."), field="outcome")
    if outcome != Outcome.REJECTED and not majority:
        raise Invalid(_("There is no majority for this outcome."), field="outcome")


@action("council.run_meetings", on="decision")
def publish_decision(*, by: Principal, decision: Decision) -> Decision:
    """Makes one decision public before the minutes are, or one made between meetings."""
    if decision.item.is_closed:
        raise Invalid(_("The item is closed, so its decision is not published."))
    if not decision.is_public:
        decision.is_public = True
        decision.save(update_fields=["is_public"])
        record(by, "council.publish_decision", decision)
    return decision


# --- minutes -----------------------------------------------------------------------------------


def _must_be_writable(meeting: Meeting | None) -> None:
    if meeting is not None and meeting.minutes_published:
        raise Conflict(_("The minutes are published. Take them back first to correct them."))


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
    _must_be_writable(item.meeting)
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
    _must_be_writable(meeting)
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
    _must_be_writable(meeting)
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


# --- tasks -------------------------------------------------------------------------------------


@action("council.give_tasks")
def give_task(
    *,
    by: Principal,
    title: str,
    owner_name: str,
    due: date,
    owner: User | None = None,
    decision: Decision | None = None,
    meeting: Meeting | None = None,
    title_en: str = "",
    is_example: bool = False,
) -> Task:
    """Writes down who does what before when. `owner` may mark it as done."""
    _own(by, decision, meeting)
    if decision is not None and meeting is None:
        meeting = decision.item.meeting
    task: Task = Task.objects.create(
        council=by.council,
        title=_text(title, "title"),
        title_en=title_en.strip(),
        owner=owner,
        owner_name=_text(owner_name, "owner_name"),
        due=due,
        decision=decision,
        meeting=meeting,
        is_example=is_example,
    )
    record(by, "council.give_task", task, decision=decision.pk if decision else None)
    return task


@action("council.give_tasks", on="task")
def edit_task(
    *, by: Principal, task: Task, title: str, owner_name: str, due: date, owner: User | None = None
) -> Task:
    """Puts a task right: the words, who does it, the date. With a new date, or somebody else to
    do it, reminders begin anew."""
    if (task.due, task.owner, task.owner_name) != (due, owner, owner_name.strip()):
        task.reminded_before, task.reminded_after = False, None
    task.title, task.owner_name = _text(title, "title"), _text(owner_name, "owner_name")
    task.owner, task.due = owner, due
    task.save()
    record(by, "council.edit_task", task)
    return task


@action("council.finish_task", on="task")
def finish_task(*, by: Principal, task: Task) -> Task:
    if task.done_at is None:
        task.done_at = timezone.now()
        task.save(update_fields=["done_at"])
        record(by, "council.finish_task", task)
    return task


@action("council.finish_task", on="task")
def reopen_task(*, by: Principal, task: Task) -> Task:
    if task.done_at is not None:
        task.done_at = None
        task.save(update_fields=["done_at"])
        record(by, "council.reopen_task", task)
    return task


@action("council.remind")
def remind_owners(*, by: Principal) -> int:
    """Writes to owners whose task is due within three days, once, and to those whose task is
    late, once a week. Run daily; harmless to repeat. How many mails."""
    today = clock.today()
    rows = queries.to_remind(by.council)
    url = by.council.address(reverse("council:tasks"))
    for task in rows:
        late = task.due < today
        notify(
            council=by.council,
            to=task.owner.email if task.owner else "",
            subject=_("A task of yours is late") if late else _("A task of yours is due soon"),
            template="council/mail/task.txt",
            context={"task": task, "late": late, "url": url},
            kind="council.task",
        )
        if late:
            task.reminded_after = today
        else:
            task.reminded_before = True
        task.save(update_fields=["reminded_after", "reminded_before"])
    if rows:
        record(by, "council.remind_owners", tasks=len(rows))
    return len(rows)


def remind_everywhere() -> int:
    """Every council. The worker does it once a day."""
    return sum(remind_owners(by=system(council)) for council in Council.objects.all())


# --- candidates --------------------------------------------------------------------------------


@action("council.edit_seats", on="seat")
def call_for_candidates(
    *, by: Principal, seat: Seat, call: str, call_until: date | None = None
) -> Seat:
    """Says on the page of members whom the vacant seat is for; an empty call takes it back."""
    _must_be_vacant(seat)
    if call_until is not None and call_until < clock.today():
        raise Invalid(_("The date is past."), field="call_until")
    seat.call, seat.call_until = call.strip(), call_until
    seat.save()
    record(by, "council.call_for_candidates", seat, called=bool(seat.call))
    return seat


def _must_be_vacant(seat: Seat) -> None:
    if seat.terms.filter(until__isnull=True, is_substitute=False).exists():
        raise Conflict(_("The seat has been taken."))


@action("council.stand", on="seat")
def put_oneself_forward(
    *, by: Principal, seat: Seat, name: str, email: str, text: str, organisation: str = ""
) -> Candidacy:
    """A person says that they would like the seat; no account is needed. The same person again
    writes over what they wrote before."""
    _must_be_vacant(seat)
    if seat.call_until is not None and seat.call_until < clock.today():
        raise Conflict(_("The time for this call is over. Write to the secretariat instead."))
    row: Candidacy
    row, created = Candidacy.objects.update_or_create(
        council=by.council,
        seat=seat,
        email=email.strip().lower(),
        defaults={
            "name": _text(name, "name"),
            "text": _text(text, "text"),
            "organisation": organisation.strip(),
        },
    )
    if created:
        _tell_of_candidate(row)
    record(by, "council.put_oneself_forward", seat, again=not created)
    return row


def _tell_of_candidate(row: Candidacy) -> None:
    facts = {"seat": row.seat, "council": row.council}
    notify(
        council=row.council,
        to=row.email,
        subject=_("We have received that you would like a seat"),
        template="council/mail/candidate.txt",
        context=facts,
        kind="council.candidate",
    )
    url = row.council.address(reverse("council:seat", args=[row.seat_id]))
    notify(
        council=row.council,
        to=row.council.contact_email,
        subject=_("Somebody would like a seat on the council"),
        template="council/mail/candidate_came.txt",
        context={**facts, "url": url},
        kind="council.candidate",
    )


@action("council.edit_seats", on="candidacy")
def remove_candidacy(*, by: Principal, candidacy: Candidacy) -> Seat:
    """When the person has had an answer, what they wrote is no longer kept."""
    seat = candidacy.seat
    record(by, "council.remove_candidacy", seat)
    candidacy.delete()
    return seat


# --- the year ----------------------------------------------------------------------------------


@action("council.run_meetings")
def set_cycle(
    *,
    by: Principal,
    weekday: int,
    starts: time,
    ends: time,
    place: str = "",
    school_holidays: Sequence[holidays.Period] = (),
) -> Cycle:
    """The rules for proposing the meetings of a year: weekday, time, and when schools are out."""
    if weekday not in Cycle.Day.values:
        raise Invalid(_("Choose one of those in the list."), field="weekday")
    if ends <= starts:
        raise Invalid(_("The meeting has to end after it begins."), field="ends")
    if any(one.last < one.first for one in school_holidays):
        message = _("A holiday has to end after it begins.")
        raise Invalid(message, field="school_holidays")
    cycle = queries.cycle_of(by.council) or Cycle(council=by.council)
    cycle.weekday, cycle.starts, cycle.ends, cycle.place = weekday, starts, ends, place.strip()
    cycle.school_holidays = [
        [one.first.isoformat(), one.last.isoformat(), one.name] for one in school_holidays
    ]
    cycle.save()
    record(by, "council.set_cycle", cycle, weekday=weekday, holidays=len(school_holidays))
    return cycle


@action("council.run_meetings")
def plan_year(*, by: Principal, year: int) -> list[Meeting]:
    """Plans the proposed meetings of a year, in the quarters that have none and lie ahead. They
    can be moved like any other."""
    cycle = queries.cycle_of(by.council)
    if cycle is None:
        raise Invalid(_("Say first on which weekday and at what time the council meets."))
    if not 2000 <= year <= 2100:
        raise Invalid(_("Choose a year between 2000 and 2100."), field="year")
    zone = timezone.get_current_timezone()
    made = []
    for plan in queries.plan_for(by.council, year, cycle):
        day = plan.proposed.day
        if plan.meeting is not None or day is None or day <= clock.today():
            continue
        with translation.override("en"):
            title_en = _year_title(plan.number, year)
        with translation.override("da"):
            title = _year_title(plan.number, year)
        made.append(
            plan_meeting(
                by=by,
                title=title,
                title_en=title_en,
                starts_at=datetime.combine(day, cycle.starts, zone),
                ends_at=datetime.combine(day, cycle.ends, zone),
                place=cycle.place,
            )
        )
    record(by, "council.plan_year", year=year, meetings=len(made))
    return made


def _year_title(quarter: int, year: int) -> str:
    facts = {"quarter": quarter, "year": year}
    return gettext("Council meeting, quarter %(quarter)s of %(year)s") % facts


@action("council.write_report")
def begin_report(*, by: Principal, year: int) -> YearReport:
    """Counts what happened in a year, or counts again; the words stay. What is published is not
    counted again."""
    this_year = clock.today().year
    if not this_year - 20 <= year <= this_year:
        raise Invalid(_("Choose this year or one before it."), field="year")
    report: YearReport | None = YearReport.objects.filter(council=by.council, year=year).first()
    report = locked(report) if report else YearReport(council=by.council, year=year)
    if report.is_public:
        raise Conflict(_("The report is published. Take it back first to change it."))
    report.chapters, report.counted_at = _chapters(by.council, year), clock.now()
    report.save()
    record(by, "council.begin_report", report, year=year)
    return report


def _chapters(council: Council, year: int) -> list[dict[str, Any]]:
    """Kept in both languages, so that the report stays what it was."""
    zone = timezone.get_current_timezone()
    start, end = (datetime(at, 1, 1, tzinfo=zone) for at in (year, year + 1))
    told = {}
    for language in ("da", "en"):
        with translation.override(language):
            told[language] = [
                {
                    "heading": str(chapter.heading),
                    "figures": [
                        {"label": str(one.label), "value": one.value, "names": list(one.names)}
                        for one in chapter.read(council, start, end)
                    ],
                }
                for chapter in figures.chapters()
            ]
    return [{"da": da, "en": en} for da, en in zip(told["da"], told["en"], strict=True)]


@action("council.write_report", on="report")
def edit_report(
    *,
    by: Principal,
    report: YearReport,
    foreword: str = "",
    outlook: str = "",
    seen: int | None = None,
) -> YearReport:
    if report.is_public:
        raise Conflict(_("The report is published. Take it back first to change it."))
    report.foreword, report.outlook = foreword.strip(), outlook.strip()
    report.save()
    record(by, "council.edit_report", report)
    return report


@action("council.write_report", on="report")
def publish_report(*, by: Principal, report: YearReport, public: bool = True) -> YearReport:
    """Makes the report public, or takes it back."""
    if report.is_public != public:
        report.is_public, report.published_at = public, clock.now() if public else None
        report.save()
        record(by, "council.publish_report", report, public=public)
    return report
