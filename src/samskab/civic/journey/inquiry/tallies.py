"""The few statements that run with every vote, in SQL.

A vote is the one change that is made by hundreds of people in the same minute. Building these
statements anew takes longer than running them, so they stand here ready. Both databases take
them as they are. Only `actions.vote` calls them, in its transaction.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from samskab.civic.journey.inquiry.models import Vote

COLUMNS = {1: "n_agree", -1: "n_disagree", 0: "n_pass"}
_ADD = {
    value: f"UPDATE inquiry_statement SET {column} = {column} + 1 "  # noqa: S608 - a constant
    "WHERE id = %s AND inquiry_id = %s AND status = 'shown'"
    for value, column in COLUMNS.items()
}
_TAKE = {
    value: f"UPDATE inquiry_statement SET {column} = {column} - 1 WHERE id = %s"  # noqa: S608
    for value, column in COLUMNS.items()
}
_INSERT = (
    "INSERT INTO inquiry_vote (council_id, statement_id, participant_id, value, at) "
    "VALUES (%s, %s, %s, %s, %s) ON CONFLICT (participant_id, statement_id) DO NOTHING "
    "RETURNING id"
)
_PERSON = "UPDATE inquiry_participant SET n_votes = n_votes + 1 WHERE id = %s RETURNING n_votes"
_INQUIRY = (
    "UPDATE inquiry_inquiry SET n_votes = n_votes + %s, n_people = n_people + %s, "
    "unmapped = unmapped + 1 WHERE id = %s AND status = 'open' AND votes_open "
    "RETURNING unmapped"
)


def add(statement: int, inquiry: int, value: int) -> bool:
    """One answer more; false when the inquiry shows no such statement. Holds its row."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD[value], [statement, inquiry])
        return bool(cursor.rowcount)


def take(statement: int, value: int) -> None:
    """One answer less."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE[value], [statement])


def insert(vote: Vote) -> int | None:
    """The key of the new vote; None when the person has one on this statement."""
    at = connection.ops.adapt_datetimefield_value(vote.at)
    values = [vote.council_id, vote.statement_id, vote.participant_id, vote.value, at]
    return _number(_INSERT, values)


def add_to_person(participant: int) -> int:
    """How many answers the person has given, this one among them."""
    return _number(_PERSON, [participant]) or 0


def add_to_inquiry(inquiry: int, *, votes: int, people: int) -> int | None:
    """Votes since the newest map was begun; None when the voting is over."""
    return _number(_INQUIRY, [votes, people, inquiry])


def _number(statement: str, values: list[Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
        return None if row is None else int(row[0])
