"""One answer of one person to one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, require
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import queries, tallies
from samskab.civic.journey.inquiry.actions.common import COUNTERS, check_open
from samskab.civic.journey.inquiry.actions.maps import LOST, ask_for_map
from samskab.civic.journey.inquiry.models import (
    Inquiry,
    Invitation,
    Participant,
    Statement,
    Vote,
)
from samskab.civic.journey.inquiry.queries import Voter

if TYPE_CHECKING:
    pass


@action("inquiry.take_part", on="inquiry")
def enter(*, by: Principal, inquiry: Inquiry, voter: Voter) -> Participant:
    """The person's own row, made at the first vote. Votes that were cast before signing in
    follow the person into the account."""
    if by.user_id != voter.user_id or not voter.known:
        raise NotAllowed
    found = queries.participant_of(voter, inquiry)
    if found is None:
        session = "" if voter.user_id else voter.session_digest
        door = Invitation.objects.filter(inquiry=inquiry, pk=voter.door or 0).first()
        found = Participant(
            council=by.council,
            inquiry=inquiry,
            user_id=voter.user_id,
            session_digest=session,
            invitation=door,
        )
        found.save()
        return found
    if voter.user_id and found.user_id is None:
        found.user_id, found.session_digest = voter.user_id, ""
        found.save(update_fields=["user", "session_digest"])
    return found


@action("inquiry.asks_itself")
def vote(*, by: Principal, statement: Statement, participant: Participant, value: int) -> Vote:
    """One person's answer to one statement; a new answer takes the place of the old one.

    The database's own rule of one vote for each person and statement decides between two at
    once. The sums move by conditional updates, which also see that the statement is shown and
    the voting open; rows that people share are taken in one order everywhere: statements by
    key, then the inquiry, then the council. Single votes are not in the log: it keeps a digest
    of them all with every map that is drawn.
    """
    require(by, "inquiry.take_part", statement)
    _check_vote(by, statement, participant, value)
    if not tallies.add(statement.pk, statement.inquiry_id, value):
        if not Statement.objects.filter(pk=statement.pk, inquiry=statement.inquiry).exists():
            raise NotFound
        raise Conflict(gettext_lazy("This statement is not shown any more. Take the next one."))
    row = Vote(council=by.council, statement=statement, participant=participant, value=value)
    row.at = clock.now()
    key = tallies.insert(row)
    if key is None:
        return _change(row)
    row.pk = key
    _count_in(statement.inquiry, participant, is_new=True)
    return row


def _change(new: Vote) -> Vote:
    """The person has answered this statement already: the new answer takes its place."""
    rows = Vote.objects.select_for_update(no_key=True)
    row: Vote = rows.get(statement=new.statement, participant=new.participant)
    was = row.value
    tallies.take(new.statement_id, was)
    if was != new.value or row.carried_from_id:
        row.value, row.at, row.carried_from = new.value, new.at, None
        row.save(update_fields=["value", "at", "carried_from"])
    if was != new.value:
        _count_in(new.statement.inquiry, new.participant, is_new=False)
    return row


def _check_vote(by: Principal, statement: Statement, participant: Participant, value: int) -> None:
    if participant.inquiry_id != statement.inquiry_id or participant.user_id not in {
        None,
        by.user_id,
    }:
        raise NotAllowed
    if value not in COUNTERS:
        raise Invalid(gettext_lazy("Answer agree, disagree or I do not know."))
    check_open(statement.inquiry)


def _count_in(inquiry: Inquiry, participant: Participant, *, is_new: bool) -> None:
    """Moves the sums of the inquiry, whose row everybody shares, as the last thing."""
    first = is_new and _count_person(participant)
    unmapped = tallies.add_to_inquiry(inquiry.pk, votes=int(is_new), people=int(first))
    if unmapped is None:
        raise Conflict(gettext_lazy("The voting is over. You can see what we said on the map."))
    if unmapped % LOST == 1:
        ask_for_map(inquiry)


def _count_person(participant: Participant) -> bool:
    """Counts one more answer of a person; true when it is their first."""
    number = tallies.add_to_person(participant.pk)
    if number is None:
        raise Conflict  # erased, or joined with an account, a moment ago
    if number > 1:
        return False
    if participant.invitation_id:
        doors = Invitation.objects.filter(pk=participant.invitation_id)
        doors.update(n_people=F("n_people") + 1)
    return True
