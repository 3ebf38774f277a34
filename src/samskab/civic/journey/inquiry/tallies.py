"""The few statements that run with every vote, in SQL.

A vote is the one change that is made by hundreds of people in the same minute. Building these
statements anew takes longer than running them, so they stand here ready. Both databases take
them as they are. Only `actions.vote` calls those that write, in its transaction.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from samskab.civic.foundation.core.ready import Ready
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.inquiry.models import Inquiry, Participant, Vote

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
_ADD_TO_PERSON = (
    "UPDATE inquiry_participant SET n_votes = n_votes + 1 WHERE id = %s RETURNING n_votes"
)
_ADD_TO_INQUIRY = (
    "UPDATE inquiry_inquiry SET n_votes = n_votes + %s, n_people = n_people + %s, "
    "unmapped = unmapped + 1 WHERE id = %s AND status = 'open' AND votes_open "
    "RETURNING unmapped"
)
# What the rules ask of a row that is answered in.
_OPEN = Ready(Inquiry, "id", "council_id", "challenge_id", "status", "votes_open")
_CHALLENGE = Ready(Challenge, "id", "council_id", "author_id", "is_public")
_PERSON = Ready(
    Participant, "id", "council_id", "inquiry_id", "user_id", "session_digest", "invitation_id"
)
_TO_ANSWER = (
    f"SELECT {_OPEN.columns('i')}, {_CHALLENGE.columns('c')} "  # noqa: S608 - constants
    "FROM inquiry_inquiry i JOIN challenges_challenge c ON c.id = i.challenge_id "
    "WHERE i.council_id = %s AND i.challenge_id = %s"
)
# Three searches by a key each: one with OR between them would read everybody in the inquiry.
_PEOPLE = " UNION ALL ".join(
    f"SELECT {_PERSON.columns('p')} FROM inquiry_participant p "  # noqa: S608 - constants
    f"WHERE inquiry_id = %s AND {known}"
    for known in (
        "user_id = %s",
        "id = %s AND user_id IS NULL",
        "session_digest = %s AND NOT session_digest = '' AND user_id IS NULL",
    )
)


def to_answer(council: int, challenge: int) -> Inquiry | None:
    """The inquiry of a challenge with what the rules ask of both; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_ANSWER, [council, challenge])
        row = cursor.fetchone()
    if row is None:
        return None
    found = _OPEN.row(row[: len(_OPEN)])
    found.challenge = _CHALLENGE.row(row[len(_OPEN) :])
    return found


def people(inquiry: int, user: int | None, held: int | None, session: str) -> list[Participant]:
    """Those whom an account, a key that a browser holds, or a session may stand for."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, [inquiry, user, inquiry, held, inquiry, session or None])
        rows = cursor.fetchall()
    return [_PERSON.row(row) for row in rows]


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


def add_to_person(participant: int) -> int | None:
    """How many answers the person has given, this one among them; None for nobody."""
    return _number(_ADD_TO_PERSON, [participant])


def add_to_inquiry(inquiry: int, *, votes: int, people: int) -> int | None:
    """Votes since the newest map was begun; None when the voting is over."""
    return _number(_ADD_TO_INQUIRY, [votes, people, inquiry])


def _number(statement: str, values: list[Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
        return None if row is None else int(row[0])
