from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, CouncilRow
from samskab.civic.foundation.core.photos import without_metadata
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.journey.challenges.actions import advance, note
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Agreement
from samskab.civic.journey.coalitions.queries import agreement_of
from samskab.civic.journey.pilots import queries
from samskab.civic.journey.pilots.models import (
    STAGES,
    BudgetLine,
    Crew,
    JournalEntry,
    Milestone,
    Pilot,
    Risk,
    RiskAcceptance,
)
from samskab.civic.journey.pilots.queries import parties

ITEM = 300
ITEMS = 20
PEOPLE = 10_000


def _own(by: Principal, *rows: CouncilRow | None) -> None:
    """What is pointed at belongs to this council."""
    if any(row is not None and row.council_id != by.council.pk for row in rows):
        raise NotFound


def _text(value: str, field: str) -> str:
    if not value.strip():
        raise Invalid(_("Write something here."), field=field)
    return value.strip()


def _going_on(pilot: Pilot) -> Pilot:
    if pilot.is_over:
        raise Conflict(_("The pilot is over. It can no longer be changed."))
    return pilot


def _party(pilot: Pilot, actor: Actor, field: str = "owner") -> Actor:
    if not parties(pilot).filter(pk=actor.pk).exists():
        raise Invalid(_("Choose one of those who take part."), field=field)
    return actor


def _period(starts: date, ends: date | None) -> None:
    if ends is not None and ends < starts:
        raise Invalid(_("It cannot end before it starts."), field="ends")


def _page(pilot: Pilot) -> str:
    return reverse("pilots:detail", args=[pilot.pk])


# --- start and end -----------------------------------------------------------------------------
@action("pilots.start", on="challenge")
def start_pilot(
    *,
    by: Principal,
    challenge: Challenge,
    title: str,
    text: str = "",
    starts: date | None = None,
    ends: date | None = None,
    people: int | None = None,
    volunteers: int | None = None,
    articles: Iterable[Article] = (),
    reason: str = "",
    is_example: bool = False,
) -> Pilot:
    """Begins a pilot on a signed agreement; the challenge goes on to trying it out."""
    agreement = agreement_of(challenge)
    if agreement is None or agreement.status != Agreement.Status.SIGNED:
        raise Conflict(_("A pilot starts when all parties have signed the agreement."))
    if challenge.step != Step.GATHERING:
        raise Conflict(_("The challenge is at another step by now. Load the page again."))
    starts = starts or clock.today()
    _period(starts, ends)
    pilot = Pilot(
        council=by.council,
        challenge=challenge,
        agreement=agreement,
        title=_text(title, "title"),
        text=text.strip(),
        status=Pilot.Status.PLANNED if starts > clock.today() else Pilot.Status.RUNNING,
        starts=starts,
        ends=ends,
        people=people,
        volunteers=volunteers,
        is_example=is_example or challenge.is_example,
    )
    pilot.sign(by)
    _save_new(pilot)
    _cite(by, pilot, articles)
    record(by, "pilots.start_pilot", pilot, challenge=challenge.pk)
    advance(by=by, challenge=challenge, to=Step.PILOTING, reason=reason.strip())
    return pilot


def _save_new(pilot: Pilot) -> None:
    try:
        with transaction.atomic():
            pilot.save()
    except IntegrityError:
        raise Conflict(_("A pilot has been started already.")) from None


def _cite(by: Principal, pilot: Pilot, articles: Iterable[Article]) -> None:
    rows = list(articles)
    _own(by, *rows)
    pilot.articles.set(rows)


@action("pilots.edit", on="pilot")
def begin_pilot(*, by: Principal, pilot: Pilot) -> Pilot:
    """What was planned has begun."""
    if pilot.status != Pilot.Status.PLANNED:
        raise Conflict(_("The pilot has begun already."))
    pilot.status = Pilot.Status.RUNNING
    pilot.save()
    note(
        by=by,
        challenge=pilot.challenge,
        message=gettext_noop("The pilot “%(title)s” has begun"),
        values={"title": pilot.title},
        href=_page(pilot),
    )
    record(by, "pilots.begin_pilot", pilot, status=pilot.status)
    return pilot


@action("pilots.edit", on="pilot")
def end_pilot(*, by: Principal, pilot: Pilot, text: str = "", seen: int | None = None) -> Pilot:
    """The trying-out is over; what is left is to look at how it went."""
    if pilot.is_over:
        raise Conflict(_("The pilot is over already."))
    pilot.status, pilot.end_note = Pilot.Status.ENDED, text.strip()
    pilot.ends = max(clock.today(), pilot.starts)
    pilot.save()
    note(
        by=by,
        challenge=pilot.challenge,
        message=gettext_noop("The pilot “%(title)s” is over"),
        values={"title": pilot.title},
        reason=pilot.end_note,
        href=_page(pilot),
    )
    record(by, "pilots.end_pilot", pilot, status=pilot.status)
    return pilot


# --- theory and plan ---------------------------------------------------------------------------
@action("pilots.edit", on="pilot")
def edit_theory(
    *,
    by: Principal,
    pilot: Pilot,
    stages: Mapping[str, Sequence[str]],
    assumptions: Mapping[str, Sequence[str]],
    seen: int | None = None,
) -> Pilot:
    """How one thing is thought to lead to the next.

    `stages` and `assumptions` map the keys of STAGES to short texts; an assumption belongs to
    the arrow that leaves its stage. What is not named is emptied.
    """
    _going_on(pilot)
    for key in STAGES:
        setattr(pilot, key, _items(stages.get(key, ()), key))
    pilot.assumptions = {
        key: texts
        for key in STAGES[:-1]
        if (texts := _items(assumptions.get(key, ()), f"{key}_assumptions"))
    }
    pilot.save()
    record(by, "pilots.edit_theory", pilot)
    return pilot


def _items(texts: Sequence[str], field: str) -> list[str]:
    kept = [" ".join(text.split()) for text in texts if text.strip()]
    if len(kept) > ITEMS:
        raise Invalid(_("That is many lines. Write 20 at most."), field=field)
    if any(len(text) > ITEM for text in kept):
        raise Invalid(_("A line can have 300 characters at most."), field=field)
    return kept


@action("pilots.edit", on="pilot")
def set_plan(
    *,
    by: Principal,
    pilot: Pilot,
    title: str,
    starts: date,
    text: str = "",
    ends: date | None = None,
    people: int | None = None,
    volunteers: int | None = None,
    budget: Sequence[tuple[str, int]] = (),
    articles: Iterable[Article] = (),
    seen: int | None = None,
) -> Pilot:
    """Days, people, money and what the pilot rests on; replaces what stood there."""
    _going_on(pilot)
    _period(starts, ends)
    pilot.title, pilot.text = _text(title, "title"), text.strip()
    pilot.starts, pilot.ends = starts, ends
    pilot.people, pilot.volunteers = people, volunteers
    pilot.save()
    _cite(by, pilot, articles)
    BudgetLine.objects.filter(pilot=pilot).delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(council=by.council, pilot=pilot, text=what, amount_dkk=amount, order=order)
        for order, (what, amount) in enumerate(budget)
    )
    record(by, "pilots.set_plan", pilot, lines=len(budget))
    return pilot


@action("pilots.edit", on="pilot")
def add_milestone(
    *, by: Principal, pilot: Pilot, title: str, due: date, owner: Actor | None = None
) -> Milestone:
    _going_on(pilot)
    if owner is not None:
        _party(pilot, owner)
    milestone = Milestone(
        council=by.council, pilot=pilot, title=_text(title, "title"), due=due, owner=owner
    )
    try:
        with transaction.atomic():
            milestone.save()
    except IntegrityError:
        raise Conflict(_("This milestone is there already.")) from None
    record(by, "pilots.add_milestone", milestone, pilot=pilot.pk)
    return milestone


@action("pilots.edit", on="milestone")
def reach_milestone(
    *, by: Principal, milestone: Milestone, on: date | None = None, seen: int | None = None
) -> Milestone:
    _going_on(milestone.pilot)
    if milestone.reached is not None:
        raise Conflict(_("This milestone has been reached already."))
    milestone.reached = on or clock.today()
    milestone.save()
    note(
        by=by,
        challenge=milestone.pilot.challenge,
        message=gettext_noop("Milestone reached: %(title)s"),
        values={"title": milestone.title},
        href=_page(milestone.pilot),
    )
    record(by, "pilots.reach_milestone", milestone, pilot=milestone.pilot_id)
    return milestone


@action("pilots.edit", on="milestone")
def remove_milestone(*, by: Principal, milestone: Milestone) -> Pilot:
    """Takes back a milestone that was not reached."""
    pilot = _going_on(milestone.pilot)
    if milestone.reached is not None:
        raise Conflict(_("A milestone that has been reached stays."))
    record(by, "pilots.remove_milestone", milestone, pilot=pilot.pk)
    milestone.delete()
    return pilot


def remind_of_milestones(*, council: Council) -> int:
    """Writes to those who see to a milestone: a week before its day, and once when it has
    passed. Run daily; harmless to repeat. How many milestones were told about."""
    today = clock.today()
    mine = {"pilot__council": council}
    told = 0
    for rows, field, said in (
        (queries.soon_due(today), "reminded", _("Soon: %(title)s")),
        (queries.just_late(today), "reminded_late", _("The day has passed: %(title)s")),
    ):
        for milestone in rows.filter(**mine).select_related("pilot__council", "owner"):
            told += _told_of(milestone, field, said)
    return told


def _told_of(milestone: Milestone, field: str, said: Any) -> bool:
    """One conditional update: of two workers, one writes."""
    pilot = milestone.pilot
    with transaction.atomic():
        unsaid = Milestone.objects.filter(pk=milestone.pk, **{field: None})
        if not unsaid.update(**{field: clock.today()}):
            return False
        for address in queries.addresses_of(milestone):
            notify(
                council=pilot.council,
                to=address,
                subject=said % {"title": milestone.title},
                text=_(
                    "Milestone: %(title)s\nDay: %(day)s\n\nIs it reached? Then tell it here:"
                    "\n%(url)s"
                )
                % {
                    "title": milestone.title,
                    "day": date_format(milestone.due, "DATE_FORMAT"),
                    "url": pilot.council.address(_page(pilot)),
                },
                kind="pilots.milestone",
            )
        record(system(pilot.council), "pilots.remind_of_milestone", milestone, pilot=pilot.pk)
    return True


# --- people ------------------------------------------------------------------------------------
@action("pilots.edit", on="pilot")
def add_crew(
    *,
    by: Principal,
    pilot: Pilot,
    role: str,
    actor: Actor | None = None,
    people: int = 1,
    hours: int | None = None,
) -> Crew:
    """A part that people play: how many, and for how long a week. Names are kept elsewhere."""
    _going_on(pilot)
    if actor is not None:
        _party(pilot, actor, "actor")
    if not 1 <= people <= PEOPLE:
        raise Invalid(_("Write how many people, from 1 to 10,000."), field="people")
    if hours is not None and not 0 <= hours <= PEOPLE:
        raise Invalid(_("Write the hours a week in all."), field="hours")
    row = Crew(
        council=by.council,
        pilot=pilot,
        role=_text(role, "role"),
        actor=actor,
        people=people,
        hours=hours,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(_("This part is there already.")) from None
    record(by, "pilots.add_crew", row, pilot=pilot.pk)
    return row


@action("pilots.edit", on="crew")
def remove_crew(*, by: Principal, crew: Crew) -> Pilot:
    pilot = _going_on(crew.pilot)
    record(by, "pilots.remove_crew", crew, pilot=pilot.pk)
    crew.delete()
    return pilot


# --- risks -------------------------------------------------------------------------------------
@action("pilots.edit", on="pilot")
def add_risk(*, by: Principal, pilot: Pilot, text: str, owner: Actor) -> Risk:
    """Says aloud what may go wrong, and who keeps an eye on it."""
    _going_on(pilot)
    _party(pilot, owner)
    risk = Risk(council=by.council, pilot=pilot, text=_text(text, "text"), owner=owner)
    risk.sign(by)
    try:
        with transaction.atomic():
            risk.save()
    except IntegrityError:
        raise Conflict(_("This risk is there already.")) from None
    record(by, "pilots.add_risk", risk, pilot=pilot.pk)
    return risk


@action("pilots.accept_risk", on="risk")
def accept_risk(*, by: Principal, risk: Risk, actor: Actor) -> RiskAcceptance:
    """A party's own yes: “we accept that …”."""
    _going_on(risk.pilot)
    _own(by, actor)
    _party(risk.pilot, actor, "actor")
    if not by.is_system and not actors_of(by).filter(pk=actor.pk).exists():
        raise NotAllowed(_("You can only accept on behalf of those you represent."))
    acceptance = RiskAcceptance(council=by.council, risk=risk, actor=actor)
    acceptance.sign(by)
    try:
        with transaction.atomic():
            acceptance.save()
    except IntegrityError:
        raise Conflict(_("You have accepted this risk already.")) from None
    record(by, "pilots.accept_risk", risk, actor=actor.pk)
    return acceptance


# --- journal -----------------------------------------------------------------------------------
@action("pilots.edit", on="pilot")
def write_journal(
    *,
    by: Principal,
    pilot: Pilot,
    text: str,
    day: date | None = None,
    photo: UploadedFile[Any] | None = None,
    photo_text: str = "",
) -> JournalEntry:
    """What happened. The photo is drawn anew, without what the camera wrote into it."""
    _going_on(pilot)
    day = day or clock.today()
    if day > clock.today():
        raise Invalid(_("The day has not come yet."), field="day")
    if photo and not photo_text.strip():
        raise Invalid(_("Write what the photo shows. Choose the photo again."), field="photo_text")
    entry = JournalEntry(
        council=by.council,
        pilot=pilot,
        day=day,
        text=_text(text, "text"),
        photo_text=photo_text.strip() if photo else "",
    )
    entry.sign(by)
    if photo:
        entry.photo = without_metadata(photo)
    entry.save()
    record(by, "pilots.write_journal", entry, pilot=pilot.pk, photo=bool(photo))
    return entry


@action("pilots.edit", on="entry")
def remove_journal_entry(*, by: Principal, entry: JournalEntry) -> Pilot:
    """Takes an entry and its photo away, also after the pilot; somebody may ask for it."""
    pilot, photo = entry.pilot, entry.photo.name or ""
    record(by, "pilots.remove_journal_entry", entry, pilot=pilot.pk)
    entry.delete()
    if photo:
        transaction.on_commit(lambda: default_storage.delete(photo))
    return pilot
