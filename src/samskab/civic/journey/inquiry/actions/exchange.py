"""Conversations from elsewhere, in the files of Polis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports.kinds import unquoted
from samskab.civic.journey.inquiry.actions.common import COUNTERS
from samskab.civic.journey.inquiry.actions.maps import enqueue_map
from samskab.civic.journey.inquiry.models import (
    LONGEST_IMPORTED,
    MOST_IMPORTED,
    Inquiry,
    Participant,
    Statement,
    Vote,
)
from samskab.engine import opinion

if TYPE_CHECKING:
    from samskab.engine.opinion import Comment, OpinionError, VoteMatrix
    from samskab.engine.opinion.cells import Source

BATCH = 20_000  # votes that are held as rows at once


@dataclass(frozen=True)
class Imported:
    """What an import added or changed; all 0 when everything was there already."""

    statements: int
    people: int
    votes: int

    def __bool__(self) -> bool:
        return bool(self.statements or self.people or self.votes)


@action("inquiry.facilitate", on="inquiry")
def import_polis(
    *,
    by: Principal,
    inquiry: Inquiry,
    comments: Source,
    votes: Source,
    source_note: str = "",
    source_note_en: str = "",
    source_url: str = "",
    licence: str = "",
) -> Imported:
    """A conversation in the files of Polis, all or nothing. Done again it changes nothing.

    `votes` is votes.csv or participants-votes.csv; its first line tells which. Statements that
    were rejected there are hidden here. O(rows), in one transaction.
    """
    try:
        said = opinion.read_comments_csv(comments)
        given = opinion.read_export(votes, comments=said, moderated=(), note=_refuse)
    except opinion.OpinionError as error:
        raise Invalid(error.said(get_language() or "da")) from None
    if given.n_votes > MOST_IMPORTED:
        facts = {"votes": _grouped(given.n_votes), "most": _grouped(MOST_IMPORTED)}
        raise Invalid(_("The file has %(votes)s votes. At most %(most)s can be read in.") % facts)
    _note_source(
        inquiry,
        source_note=source_note,
        source_note_en=source_note_en,
        source_url=source_url,
        licence=licence,
    )
    statements, new_statements = _import_statements(inquiry, said)
    people, new_people = _import_people(inquiry, given)
    n_votes = _import_votes(inquiry, given, statements, people)
    done = Imported(new_statements, new_people, n_votes)
    if done:
        _recount(inquiry, statements.values(), people.values())
        enqueue_map(inquiry)
        record(
            by,
            "inquiry.import_polis",
            inquiry,
            statements=done.statements,
            people=done.people,
            votes=done.votes,
        )
    return done


def _grouped(number: int) -> str:
    return str(number_format(number, use_l10n=True, force_grouping=True))


def _refuse(error: OpinionError) -> None:
    raise error


def _note_source(inquiry: Inquiry, **facts: str) -> None:
    """What is not told again stays as it was told before."""
    told = {name: text.strip() for name, text in facts.items() if text.strip()}
    if any(getattr(inquiry, name) != text for name, text in told.items()):
        for name, text in told.items():
            setattr(inquiry, name, text)
        inquiry.save()


def _number_of(key: Any) -> int:
    if not isinstance(key, int) or key < 0:
        said = _("“%(key)s” is not a number. Statements and people need numbers in these files.")
        raise Invalid(said % {"key": key})
    return key


def _import_statements(
    inquiry: Inquiry, said: Iterable[Comment]
) -> tuple[dict[int, Statement], int]:
    there = {row.polis_id or 0: row for row in inquiry.statements.exclude(polis_id=None)}
    new = [_statement(inquiry, item) for item in said if _number_of(item.id) not in there]
    Statement.objects.bulk_create(new, batch_size=500)
    return there | {row.polis_id or 0: row for row in new}, len(new)


def _statement(inquiry: Inquiry, item: Comment) -> Statement:
    hidden, text = item.moderated < 0, unquoted(item.text.strip())
    if not (text or hidden):
        raise Invalid(_("Statement %(key)s has no text.") % {"key": item.id})
    if len(text) > LONGEST_IMPORTED:
        said = _("Statement %(key)s is too long. At most %(number)s characters can be kept.")
        raise Invalid(said % {"key": item.id, "number": LONGEST_IMPORTED})
    return Statement(
        council=inquiry.council,
        inquiry=inquiry,
        text=text,
        polis_id=item.id,
        status=Statement.Status.HIDDEN if hidden else Statement.Status.SHOWN,
        hide_reason=_("Hidden by those who held the conversation.") if hidden else "",
    )


def _import_people(inquiry: Inquiry, cast: VoteMatrix) -> tuple[dict[int, Participant], int]:
    there = {row.polis_id or 0: row for row in inquiry.participants.exclude(polis_id=None)}
    new = [
        Participant(council=inquiry.council, inquiry=inquiry, polis_id=key)
        for key in map(_number_of, cast.participants)
        if key not in there
    ]
    Participant.objects.bulk_create(new, batch_size=500)
    return there | {row.polis_id or 0: row for row in new}, len(new)


def _import_votes(
    inquiry: Inquiry,
    cast: VoteMatrix,
    statements: dict[int, Statement],
    people: dict[int, Participant],
) -> int:
    rows = Vote.objects.filter(statement__inquiry=inquiry)
    there = {
        (person, item): (key, value)
        for key, person, item, value in rows.values_list(
            "pk", "participant_id", "statement_id", "value"
        ).iterator()
    }
    new, now = 0, clock.now()
    changed: list[Vote] = []
    every = ((people[int(who)], statements[int(item)], value) for who, item, value in cast.votes())
    while some := list(islice(every, BATCH)):
        fresh: list[Vote] = []
        for participant, statement, value in some:
            key, before = there.get((participant.pk, statement.pk), (None, None))
            if before == value:
                continue
            row = Vote(
                pk=key,
                council=inquiry.council,
                statement=statement,
                participant=participant,
                value=value,
                at=now,
            )
            (fresh if key is None else changed).append(row)
        Vote.objects.bulk_create(fresh, batch_size=2000)
        new += len(fresh)
    Vote.objects.bulk_update(changed, ["value"], batch_size=500)
    return new + len(changed)


def _recount(
    inquiry: Inquiry, statements: Iterable[Statement], people: Iterable[Participant]
) -> None:
    """Sets every kept sum from the votes themselves. O(votes)."""
    rows = Vote.objects.filter(statement__inquiry=inquiry)
    found = rows.values_list("statement_id", "participant_id", "value")
    table = np.array(list(found), dtype=np.int64).reshape(-1, 3)
    sums = _sums(table[:, 0], table[:, 2])
    for statement in (known := list(statements)):
        for value, column in COUNTERS.items():
            setattr(statement, column, sums.get((statement.pk, value), 0))
    Statement.objects.bulk_update(known, list(COUNTERS.values()), batch_size=200)
    keys, counts = np.unique(table[:, 1], return_counts=True)
    each = {int(key): int(count) for key, count in zip(keys, counts, strict=True)}
    for participant in (members := list(people)):
        participant.n_votes = each.get(participant.pk, 0)
    Participant.objects.bulk_update(members, ["n_votes"], batch_size=400)
    Inquiry.objects.filter(pk=inquiry.pk).update(n_votes=len(table), n_people=len(keys), unmapped=0)


def _sums(keys: Any, values: Any) -> dict[tuple[int, int], int]:
    pairs, counts = np.unique(np.column_stack([keys, values]), axis=0, return_counts=True)
    return {
        (int(key), int(value)): int(count)
        for (key, value), count in zip(pairs, counts, strict=True)
    }
