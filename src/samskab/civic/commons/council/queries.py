"""Reads of the council. What a person may not read is left out here, once, for all pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import Count, Model, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import holidays
from samskab.civic.commons.council.briefs import Suggestion, has_brief
from samskab.civic.commons.council.counting import Paper, Result, result
from samskab.civic.commons.council.figures import Figure
from samskab.civic.commons.council.models import (
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
    Poll,
    Seat,
    Sector,
    Task,
    Term,
    YearReport,
)
from samskab.civic.commons.council.models import (
    Paper as Attached,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

# --- what the council is -----------------------------------------------------------------------


def texts(council: Council) -> dict[str, list[CouncilText]]:
    """All texts by kind, each kind in its order. One statement."""
    found: dict[str, list[CouncilText]] = {key: [] for key in CouncilText.Key.values}
    for text in CouncilText.objects.filter(council=council):
        found[text.key].append(text)
    return found


def themes(council: Council) -> QuerySet[FocusTheme]:
    return FocusTheme.objects.filter(council=council)


def current_theme(council: Council) -> FocusTheme | None:
    return themes(council).filter(is_current=True).first()


# --- seats -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SeatNow:
    """A seat and who holds it today; `term` is None where it is vacant."""

    seat: Seat
    term: Term | None
    substitute: Term | None = None


@dataclass(frozen=True)
class SectorSeats:
    label: str
    seats: list[SeatNow]


def _held_on(day: date) -> Q:
    return (Q(since__isnull=True) | Q(since__lte=day)) & (Q(until__isnull=True) | Q(until__gt=day))


def everybody_on(council: Council, day: date) -> QuerySet[Term]:
    """Who holds a seat on a day, and who steps in for them."""
    return Term.objects.filter(_held_on(day), council=council).select_related("seat", "user")


def terms_on(council: Council, day: date) -> QuerySet[Term]:
    """The terms that ran on a day, without substitutes: these are the filled seats."""
    return everybody_on(council, day).filter(is_substitute=False)


def seats_now(council: Council) -> list[SeatNow]:
    """Every seat with its holder of today, in order. Two statements."""
    terms = {
        (term.seat_id, term.is_substitute): term
        for term in everybody_on(council, timezone.localdate())
    }
    return [
        SeatNow(seat, terms.get((seat.pk, False)), terms.get((seat.pk, True)))
        for seat in Seat.objects.filter(council=council)
    ]


def by_sector(seats: Iterable[SeatNow]) -> list[SectorSeats]:
    rows = list(seats)
    groups = [
        SectorSeats(str(Sector(sector).label), [row for row in rows if row.seat.sector == sector])
        for sector in Sector.values
    ]
    return [group for group in groups if group.seats]


def term_of(by: Principal, day: date) -> Term | None:
    """The seat that this person holds on a day, or steps in for."""
    if by.user_id is None:
        return None
    return everybody_on(by.council, day).filter(user_id=by.user_id).first()


# --- meetings ----------------------------------------------------------------------------------


def meetings(council: Council) -> QuerySet[Meeting]:
    return Meeting.objects.filter(council=council)


def next_meeting(council: Council) -> Meeting | None:
    """The first meeting that is not over and not called off."""
    return coming_meetings(council).first()


def coming_meetings(council: Council) -> QuerySet[Meeting]:
    return open_meetings(council).filter(ends_at__gte=timezone.now())


def held_meetings(council: Council) -> QuerySet[Meeting]:
    """Newest first."""
    return meetings(council).filter(status="held").order_by("-starts_at", "-pk")


@dataclass(frozen=True)
class Quarter:
    """A quarter of the year wheel."""

    number: int
    is_now: bool
    meetings: list[Meeting]


def year_wheel(council: Council, year: int) -> list[Quarter]:
    """The four quarters of a year with their meetings. One statement."""
    start, end = _new_year(year), _new_year(year + 1)
    rows = list(meetings(council).filter(starts_at__gte=start, starts_at__lt=end))
    today = timezone.localdate()
    now = (today.month + 2) // 3 if today.year == year else 0
    return [
        Quarter(n, n == now, [m for m in rows if (m.day.month + 2) // 3 == n]) for n in range(1, 5)
    ]


def _new_year(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=timezone.get_current_timezone())


def years_with_meetings(council: Council) -> list[int]:
    this_year = timezone.localdate().year
    found = {day.year for day in meetings(council).dates("starts_at", "year")}
    return sorted({*found, this_year}, reverse=True)


@dataclass(frozen=True)
class Quorum:
    """Whether enough were there: more than half of the filled seats."""

    noted: bool
    present: int
    filled: int

    @property
    def needed(self) -> int:
        return self.filled // 2 + 1

    @property
    def reached(self) -> bool:
        return self.noted and self.filled > 0 and self.present >= self.needed


def attendances(meeting: Meeting) -> QuerySet[Attendance]:
    return Attendance.objects.filter(meeting=meeting).select_related("term", "term__seat")


def invited(meeting: Meeting) -> QuerySet[Term]:
    """The members, and the substitutes of seats that nobody else holds."""
    held = terms_on(meeting.council, meeting.day).values("seat")
    return everybody_on(meeting.council, meeting.day).exclude(is_substitute=True, seat__in=held)


def filled_seats(meeting: Meeting) -> int:
    """Seats that somebody holds or steps in for on the day. One statement."""
    return everybody_on(meeting.council, meeting.day).values("seat").distinct().order_by().count()


def quorum(meeting: Meeting) -> Quorum:
    """Two statements."""
    filled = filled_seats(meeting)
    present = Attendance.objects.filter(meeting=meeting).count() + meeting.present_unnamed
    return Quorum(meeting.attendance_noted, present, filled)


# --- items -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownItem:
    """An agenda item as one person may see it. A closed item that they may not read keeps its
    number and the reason why it is closed, and nothing else."""

    number: int
    pk: int
    may_read: bool
    is_closed: bool
    closed_reason: str
    title: str = ""
    text: str = ""
    kind: str = ""
    for_decision: bool = False
    state: str = ""
    is_open: bool = True
    has_brief: bool = False
    duration: int | None = None
    presenter: str = ""
    starts: datetime | None = None
    closed_law: str = ""
    papers: Sequence[Attached] = field(default_factory=tuple)
    subject_url: str = ""
    minutes: str = ""
    minutes_shown: bool = False
    decision: Decision | None = None
    result: Result | None = None
    disqualified: Sequence[Disqualification] = field(default_factory=tuple)


def items(council: Council) -> QuerySet[AgendaItem]:
    names = Disqualification.objects.select_related("term")
    return (
        AgendaItem.objects.filter(council=council)
        .exclude(state=AgendaItem.State.WITHDRAWN)
        .select_related("meeting", "decision", "author", "poll")
        .prefetch_related(Prefetch("disqualifications", names), "papers")
    )


def agenda(by: Principal, meeting: Meeting) -> list[ShownItem]:
    """A meeting's items, cut to what this person may read. Three statements."""
    return agendas(by, [meeting])[meeting.pk]


def agendas(by: Principal, meetings: Sequence[Meeting]) -> dict[int, list[ShownItem]]:
    """The same of several meetings, in as many statements."""
    drafts = may(by, "council.see_drafts")
    readable = [one for one in meetings if drafts or one.has_public_agenda]
    rows: dict[int, list[AgendaItem]] = {one.pk: [] for one in meetings}
    if readable:
        found = items(by.council).filter(meeting__in=readable)
        for row in found.order_by("meeting", "order", "pk"):
            rows[cast(int, row.meeting_id)].append(row)
    return {
        one.pk: [
            shown(by, row, number, starts)
            for number, (row, starts) in enumerate(
                zip(rows[one.pk], _starts(one, rows[one.pk]), strict=True), 1
            )
        ]
        for one in meetings
    }


def meetings_with(
    items: Sequence[int] = (), papers: Sequence[int] = ()
) -> QuerySet[AgendaItem, int | None]:
    """The keys of the meetings on which these items are, or the items of these papers."""
    rows = AgendaItem.objects.filter(Q(pk__in=items) | Q(papers__in=papers))
    return rows.filter(meeting__isnull=False).values_list("meeting", flat=True)


def _starts(meeting: Meeting, rows: Sequence[AgendaItem]) -> list[datetime | None]:
    """When each item begins, as long as all before it have a time set aside."""
    at: datetime | None = meeting.starts_at
    found: list[datetime | None] = []
    for row in rows:
        found.append(at)
        at = at + timedelta(minutes=row.duration) if at and row.duration else None
    return found


def shown(
    by: Principal, item: AgendaItem, number: int = 0, starts: datetime | None = None
) -> ShownItem:
    law = str(item.get_closed_law_display()) if item.is_closed else ""
    if not may(by, "council.read_item", item):
        return ShownItem(number, item.pk, False, item.is_closed, item.closed_reason, closed_law=law)
    reads_minutes = may_read_minutes(by, item.meeting)
    decision = getattr(item, "decision", None)
    reads_decision = decision is not None and (decision.is_public or may(by, "council.see_drafts"))
    return ShownItem(
        number=number,
        pk=item.pk,
        may_read=True,
        is_closed=item.is_closed,
        closed_reason=item.closed_reason,
        title=item.shown_title,
        text=item.text,
        kind=str(AgendaItem.Kind(item.kind).label),
        for_decision=item.can_be_decided,
        state=str(AgendaItem.State(item.state).label),
        is_open=item.state == AgendaItem.State.OPEN,
        has_brief=has_brief(item),
        duration=item.duration,
        presenter=item.presenter,
        starts=starts,
        closed_law=law,
        papers=tuple(item.papers.all()),
        subject_url=item.subject_url,
        minutes=item.shown_minutes if reads_minutes else "",
        minutes_shown=reads_minutes,
        decision=decision if reads_decision else None,
        result=result(decision.tally) if decision is not None and reads_decision else None,
        disqualified=tuple(item.disqualifications.all()) if reads_minutes else (),
    )


@dataclass(frozen=True)
class Ahead:
    """What a person who works with the council has before them: the next meeting with what is to
    be decided there, and what they promised. `number` counts all items of the meeting."""

    meeting: Meeting | None
    number: int
    deciding: list[ShownItem]
    tasks: list[Task]


def ahead(by: Principal) -> Ahead | None:
    """One statement for those who have nothing to do with the council."""
    if not by.signed_in:
        return None
    mine = list(tasks(by).filter(owner=by.user_id, done_at=None))
    if not may(by, "council.see_drafts"):
        return Ahead(None, 0, [], mine) if mine else None
    meeting = next_meeting(by.council)
    found = agenda(by, meeting) if meeting else []
    deciding = [one for one in found if one.for_decision and one.is_open]
    return Ahead(meeting, len(found), deciding, mine) if meeting or mine else None


def section_ahead(by: Principal) -> dict[str, Any] | None:
    """For my page."""
    found = ahead(by)
    return None if found is None else vars(found)


# After so long without an answer, the minutes count as approved.
SILENCE = timedelta(days=14)


@dataclass(frozen=True)
class Approved:
    """How far the members have come with the minutes. Only those who can sign in are counted."""

    asked_at: datetime | None
    asked: int
    said_yes: int
    remarks: list[Approval]

    @property
    def enough(self) -> bool:
        """More than half say yes, or two weeks have gone by, or they have not been asked."""
        if self.asked_at is None or not self.asked:
            return True
        return 2 * self.said_yes > self.asked or clock.now() - self.asked_at >= SILENCE


def approved(meeting: Meeting) -> Approved:
    """Two statements."""
    rows = list(Approval.objects.filter(meeting=meeting).select_related("term"))
    asked = attendances(meeting).filter(term__user__isnull=False).count()
    remarks = [row for row in rows if row.remark]
    return Approved(meeting.minutes_sent_at, asked, len(rows) - len(remarks), remarks)


def under_way(meeting: Meeting, agenda: Sequence[ShownItem]) -> ShownItem | None:
    """The item with an open ballot, else the first that has not been dealt with."""
    rows = meeting.items.filter(state=AgendaItem.State.OPEN)
    first = rows.order_by("-ballot_open", "order", "pk").values_list("pk", flat=True).first()
    return next((one for one in agenda if one.pk == first), None)


def may_read_minutes(by: Principal, meeting: Meeting | None) -> bool:
    published = meeting is not None and meeting.minutes_published
    return published or may(by, "council.see_drafts")


def waiting_items(council: Council) -> QuerySet[AgendaItem]:
    """Open items without a coming meeting, the oldest first: those never placed, and those that
    a held meeting did not get to decide."""
    undecided = Q(meeting__status="held", kind__in=["decision", "verdict"])
    return (
        items(council)
        .filter(Q(meeting__isnull=True) | undecided, state=AgendaItem.State.OPEN)
        .order_by("pk")
    )


def open_meetings(council: Council) -> QuerySet[Meeting]:
    """The meetings that items can be put on."""
    return meetings(council).filter(status__in=["planned", "invited"]).order_by("starts_at", "pk")


# --- decisions ---------------------------------------------------------------------------------


def decision_on(subject: Model) -> Decision | None:
    """The newest decision of the council on something in another room, public or not yet."""
    return (
        Decision.objects.filter(
            council_id=subject.council_id,  # type: ignore[attr-defined]
            item__subject_label=subject._meta.label_lower,
            item__subject_id=subject.pk,
        )
        .select_related("item", "item__meeting")
        .order_by("-decided_at", "-pk")
        .first()
    )


def item_on(subject: Model, kind: str | None = None) -> AgendaItem | None:
    """The newest agenda item about something in another room."""
    rows = items(subject.council).filter(  # type: ignore[attr-defined]
        subject_label=subject._meta.label_lower, subject_id=subject.pk
    )
    return (rows.filter(kind=kind) if kind else rows).order_by("-pk").first()


def decisions(by: Principal) -> QuerySet[Decision]:
    """The decisions that this person may read: published ones, and inside the council all but
    those on items closed to them."""
    rows = Decision.objects.filter(council=by.council).select_related("item", "item__meeting")
    if may(by, "council.see_closed"):
        return rows
    rows = rows.filter(item__is_closed=False)
    return rows if may(by, "council.see_drafts") else rows.filter(is_public=True)


def poll_of(item: AgendaItem) -> Poll | None:
    return getattr(item, "poll", None)


def papers(item: AgendaItem, poll: Poll) -> list[Paper]:
    """What the ballots say of those who are entitled now; of a secret ballot, all papers."""
    if poll.is_secret:
        return list(poll.papers)
    rows = Ballot.objects.filter(item=item, member__in=entitled(item).values("term__user"))
    return [row.choice or row.answer for row in rows]


def have_voted(item: AgendaItem) -> int:
    return Ballot.objects.filter(item=item).count()


@dataclass(frozen=True)
class Count3:
    """What a ballot came to."""

    in_favour: int
    against: int
    abstained: int

    @property
    def total(self) -> int:
        return self.in_favour + self.against + self.abstained


def entitled(item: AgendaItem) -> QuerySet[Attendance]:
    """Those who are present and not disqualified."""
    out = Disqualification.objects.filter(item=item).values("term")
    return Attendance.objects.filter(meeting_id=item.meeting_id).exclude(term__in=out)


def count_ballots(item: AgendaItem) -> Count3:
    """Counts the answers yes, no and abstain of those who are entitled now. One statement."""
    rows = Ballot.objects.filter(item=item, member__in=entitled(item).values("term__user"))
    found = dict(rows.values_list("choice").annotate(n=Count("pk")).order_by())
    return Count3(found.get("yes", 0), found.get("no", 0), found.get("abstain", 0))


def ballot_of(by: Principal, item: AgendaItem) -> Ballot | None:
    if not by.signed_in:
        return None
    return Ballot.objects.filter(item=item, member_id=by.user_id).first()


# --- tasks -------------------------------------------------------------------------------------


def people_before(council: Council) -> QuerySet[Term]:
    """The first term of each person who has sat on the council and has no seat now."""
    rows = Term.objects.filter(council=council)
    seated = rows.filter(until__isnull=True)
    first = rows.filter(person__isnull=True).exclude(pk__in=seated.values("pk"))
    back = seated.filter(person__isnull=False).values("person")
    return first.exclude(pk__in=back).order_by("holder_name", "pk")


def tasks(by: Principal) -> QuerySet[Task]:
    """Tasks that this person may read, open ones first, then by date."""
    rows = Task.objects.filter(council=by.council).select_related(
        "decision", "decision__item", "meeting"
    )
    if not may(by, "council.see_closed"):
        rows = rows.filter(Q(decision__isnull=True) | Q(decision__item__is_closed=False))
    if not may(by, "council.see_drafts"):
        rows = rows.filter(Q(decision__isnull=True) | Q(decision__is_public=True))
        rows = rows.filter(Q(meeting__isnull=True) | Q(meeting__minutes_published=True))
    return rows.order_by("due", "pk")


def possible_owners(council: Council) -> QuerySet[Term]:
    """The members who can be given a task and tick it off: those who can sign in."""
    return terms_on(council, timezone.localdate()).filter(user__isnull=False)


def late_tasks(by: Principal) -> list[Suggestion]:
    """What should have been done by now, to be taken up at a meeting. Not what comes from a
    closed item: its title would stand on the agenda."""
    rows = tasks(by).filter(done_at__isnull=True, due__lt=clock.today())
    rows = rows.exclude(decision__item__is_closed=True)[:12]
    reason = _("The deadline is past. What shall be done?")
    return [
        Suggestion(
            row, row.shown_title, reason, AgendaItem.Kind.DISCUSSION, reverse("council:tasks")
        )
        for row in rows
    ]


def to_remind(council: Council) -> list[Task]:
    """Open tasks whose owner can be written to: due within three days and not told so yet, or
    late and not told so for a week."""
    today = clock.today()
    soon = Q(reminded_before=False, due__gte=today, due__lte=today + timedelta(days=3))
    week_ago = today - timedelta(days=7)
    late = Q(due__lt=today) & (Q(reminded_after__isnull=True) | Q(reminded_after__lte=week_ago))
    rows = Task.objects.filter(soon | late, council=council, done_at__isnull=True)
    return list(rows.filter(owner__isnull=False).select_related("owner"))


# --- the year ----------------------------------------------------------------------------------


def cycle_of(council: Council) -> Cycle | None:
    return Cycle.objects.filter(council=council).first()


@dataclass(frozen=True)
class QuarterPlan:
    """A quarter with the meeting it has, or the day that is proposed for one."""

    number: int
    meeting: Meeting | None
    proposed: holidays.Proposed


def plan_for(council: Council, year: int, cycle: Cycle) -> list[QuarterPlan]:
    """Four quarters. What is called off leaves its quarter free. One statement."""
    free = [
        holidays.Period(date.fromisoformat(first), date.fromisoformat(last), name)
        for first, last, name in cycle.school_holidays
    ]
    there: dict[int, Meeting] = {}
    for quarter in year_wheel(council, year):
        kept = [one for one in quarter.meetings if one.status != Meeting.Status.CANCELLED]
        there |= {quarter.number: kept[0]} if kept else {}
    return [
        QuarterPlan(one.quarter, there.get(one.quarter), one)
        for one in holidays.proposed(year, cycle.weekday, free)
    ]


def candidacies(seat: Seat) -> QuerySet[Candidacy]:
    return Candidacy.objects.filter(seat=seat)


def reports(by: Principal) -> QuerySet[YearReport]:
    rows = YearReport.objects.filter(council=by.council)
    return rows if may(by, "council.see_drafts") else rows.filter(is_public=True)


def of_the_year(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """What the council itself has done: only what has been published. Six statements."""
    held = list(
        meetings(council).filter(
            status="held", minutes_published=True, starts_at__gte=start, starts_at__lt=end
        )
    )
    there = Attendance.objects.filter(meeting__in=held).count()
    decided = (
        Decision.objects.filter(
            council=council,
            is_public=True,
            item__is_closed=False,
            decided_at__gte=start,
            decided_at__lt=end,
        )
        .select_related("item")
        .order_by("decided_at", "pk")
    )
    done = tasks(Principal(council)).filter(done_at__gte=start, done_at__lt=end)
    names = tuple(f"{one.item.shown_title} – {one.get_outcome_display()}" for one in decided[:30])
    return [
        Figure(_("Meetings held"), len(held)),
        Figure(
            _("Members present, all meetings together"),
            there + sum(one.present_unnamed for one in held),
        ),
        Figure(_("Decisions"), decided.count(), names),
        Figure(_("Tasks done"), done.count()),
        Figure(_("Seats filled at the end"), terms_on(council, _last_day(end)).count()),
    ]


def _last_day(end: datetime) -> date:
    return min(timezone.localdate(end) - timedelta(days=1), clock.today())
