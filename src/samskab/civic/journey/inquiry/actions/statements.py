"""Statements: said, read, merged."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core.actions import action, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry.actions.common import (
    COUNTERS,
    check_going_on,
    check_open,
    moderate_row,
    one_sentence,
    save_once,
)
from samskab.civic.journey.inquiry.actions.maps import enqueue_map
from samskab.civic.journey.inquiry.models import (
    Inquiry,
    Statement,
    Vote,
)

if TYPE_CHECKING:
    pass


@action("inquiry.take_part", on="inquiry")
def propose_statement(*, by: Principal, inquiry: Inquiry, text: str, name: str = "") -> Statement:
    """A statement from anybody. It waits until the facilitator has read it, or is shown at once
    where the facilitator reads afterwards."""
    check_open(inquiry)
    if not inquiry.votes_open:
        raise Conflict(gettext_lazy("The voting is over, so no new statements are taken."))
    statement = Statement(council=by.council, inquiry=inquiry, text=one_sentence(text))
    if inquiry.reading == Inquiry.Reading.AFTER:
        statement.status, statement.is_read = Statement.Status.SHOWN, False
    statement.sign(by, name.strip())
    save_once(statement, gettext_lazy("Somebody has written this already. You can vote on it."))
    record(by, "inquiry.propose_statement", statement)
    return statement


@action("inquiry.facilitate", on="inquiry")
def seed_statements(
    *, by: Principal, inquiry: Inquiry, texts: Iterable[str], name: str = ""
) -> list[Statement]:
    """Statements to begin with, shown at once. Those that are there already are passed over."""
    check_going_on(inquiry)
    wanted = _seeds(texts)
    if not wanted:
        raise Invalid(gettext_lazy("Write at least one statement."), field="texts")
    there = set(inquiry.statements.values_list("text", flat=True))
    made = []
    for text in wanted:
        if text in there:
            continue
        row = Statement(
            council=by.council,
            inquiry=inquiry,
            text=text,
            is_seed=True,
            status=Statement.Status.SHOWN,
        )
        row.sign(by, name.strip())
        row.save()
        made.append(row)
    record(by, "inquiry.seed_statements", inquiry, number=len(made))
    return made


def _seeds(texts: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            found[one_sentence(text)] = None
        except Invalid as error:
            said = _("Line %(number)s: %(error)s") % {"number": number, "error": error.message}
            raise Invalid(said, field="texts") from None
    return list(found)


@action("inquiry.facilitate", on="statement")
def moderate_statement(
    *, by: Principal, statement: Statement, show: bool, reason: str = ""
) -> Statement:
    """Shows a statement to all, or hides it with a reason. Nothing is deleted. One that was
    merged stands alone again when it is shown."""
    _moderate_one(statement, show, reason)
    record(by, "inquiry.moderate_statement", statement, state=statement.status)
    if statement.n_votes:
        enqueue_map(statement.inquiry)
    return statement


@action("inquiry.asks_itself")
def moderate_statements(
    *, by: Principal, inquiry: Inquiry, keys: Iterable[int], show: bool, reason: str = ""
) -> list[Statement]:
    """The same for many at once: all of them, or none."""
    require(by, "inquiry.facilitate", inquiry)
    rows = held(inquiry, keys)
    if not rows:
        raise Invalid(gettext_lazy("Choose at least one statement."), field="keys")
    for row in rows:
        _moderate_one(row, show, reason)
    record(by, "inquiry.moderate_statements", inquiry, number=len(rows), show=show)
    if any(row.n_votes for row in rows):
        enqueue_map(inquiry)
    return rows


def held(inquiry: Inquiry, keys: Iterable[int]) -> list[Statement]:
    """Statements of the inquiry, locked in the order of their keys."""
    rows = Statement.objects.select_for_update(no_key=True).filter(
        inquiry=inquiry, pk__in=set(keys)
    )
    return list(rows.order_by("pk"))


def _moderate_one(statement: Statement, show: bool, reason: str) -> None:
    moderate_row(statement, show, reason)
    if show and statement.merged_into_id:
        _part(statement)
    statement.is_read = True
    statement.save()


@action("inquiry.asks_itself")
def merge_statement(*, by: Principal, statement: Statement, into: Statement) -> Statement:
    """Two statements say the same: this one is hidden and leads to the other.

    Who answered only this one has answered the other the same way, and can change it; nobody
    has two votes. The votes on this one stay with it, so that showing it again undoes all.
    """
    require(by, "inquiry.facilitate", statement)
    rows = {row.pk: row for row in held(statement.inquiry, [statement.pk, into.pk])}
    if len(rows) != 2:
        raise Invalid(gettext_lazy("Choose another statement of this conversation."), field="into")
    statement, into = rows[statement.pk], rows[into.pk]
    if into.status != Statement.Status.SHOWN:
        raise Invalid(gettext_lazy("Choose a statement that is shown."), field="into")
    if statement.merged_into_id:
        raise Conflict(gettext_lazy("It is merged already. Show it again first."))
    statement.status, statement.merged_into = Statement.Status.HIDDEN, into
    statement.hide_reason, statement.is_read = _("It says the same as another."), True
    statement.save()
    _carry_votes(statement, into)
    record(by, "inquiry.merge_statement", statement, into=into.pk)
    enqueue_map(statement.inquiry)
    return into


def _carry_votes(statement: Statement, into: Statement) -> None:
    answered = Vote.objects.filter(statement=into).values("participant_id")
    votes = Vote.objects.filter(statement=statement).exclude(participant__in=answered)
    Vote.objects.bulk_create(
        [
            Vote(
                council_id=into.council_id,
                statement=into,
                participant_id=person,
                value=value,
                at=at,
                carried_from=statement,
            )
            for person, value, at in votes.values_list("participant_id", "value", "at")
        ],
        batch_size=2000,
    )
    _recount_one(into)


def _part(statement: Statement) -> None:
    """Takes back what merging did; answers that people have given themselves since stay."""
    into = cast(Statement, statement.merged_into)
    Vote.objects.filter(statement=into, carried_from=statement).delete()
    statement.merged_into = None
    _recount_one(into)


def _recount_one(statement: Statement) -> None:
    """Sets the sums of one statement from its votes. O(votes on it)."""
    votes = Vote.objects.filter(statement=statement)
    found = dict(votes.values_list("value").annotate(number=Count("pk")))
    for value, column in COUNTERS.items():
        setattr(statement, column, found.get(value, 0))
    statement.save(update_fields=list(COUNTERS.values()))
