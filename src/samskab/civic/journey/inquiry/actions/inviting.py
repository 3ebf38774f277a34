"""Ways in for those who have no account: links, invitations, sheets of paper."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext_lazy

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.links import digest, new_token
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import queries
from samskab.civic.journey.inquiry.actions.common import (
    COUNTERS,
    check_going_on,
    check_open,
    save_once,
)
from samskab.civic.journey.inquiry.actions.maps import enqueue_map
from samskab.civic.journey.inquiry.actions.statements import held
from samskab.civic.journey.inquiry.actions.voting import vote
from samskab.civic.journey.inquiry.models import (
    Inquiry,
    Invitation,
    Participant,
    Sheet,
    Statement,
    Vote,
)

if TYPE_CHECKING:
    pass

MOST_SHEETS = 50
LETTERS = "ABCDEFGHJKLMNPQRTUVWXY"


@action("inquiry.facilitate", on="inquiry")
def make_links(*, by: Principal, inquiry: Inquiry, number: int, label: str = "") -> list[str]:
    """Private links for people without an account: one link is one person. The tokens are
    given once; only their digests are kept."""
    check_going_on(inquiry)
    if not 1 <= number <= 100:
        raise Invalid(gettext_lazy("Choose a number from 1 to 100."), field="number")
    tokens = [new_token() for _number in range(number)]
    Participant.objects.bulk_create(
        Participant(
            council=by.council, inquiry=inquiry, link_digest=digest(token), label=label.strip()
        )
        for token in tokens
    )
    record(by, "inquiry.make_links", inquiry, number=number)
    return tokens


@action("inquiry.facilitate", on="inquiry")
def invite(
    *,
    by: Principal,
    inquiry: Inquiry,
    label: str,
    sector: str = "",
    place: Category | None = None,
    target_group: Category | None = None,
) -> Invitation:
    """An address to share with those who are missing; see `Invitation`."""
    check_going_on(inquiry)
    if len(label.strip()) < 3:
        raise Invalid(gettext_lazy("Write whom it is for."), field="label")
    row = Invitation(
        council=by.council,
        inquiry=inquiry,
        label=label.strip(),
        sector=sector,
        place=place,
        target_group=target_group,
        code=_new_code(),
    )
    row.sign(by)
    save_once(row, gettext_lazy("There is an invitation for them already."), field="label")
    record(by, "inquiry.invite", row)
    return row


def _new_code() -> str:
    """Eight letters that are hard to mistake for each other: 36 bits, read aloud or typed."""
    return "".join(secrets.choice(LETTERS) for _at in range(8))


@action("inquiry.facilitate", on="inquiry")
def make_sheets(
    *, by: Principal, inquiry: Inquiry, number: int, invitation: Invitation | None = None
) -> list[Sheet]:
    """Sheets of paper to tick, up to 20 statements each: one sheet is one person."""
    check_going_on(inquiry)
    if not 1 <= number <= MOST_SHEETS:
        said = gettext_lazy("Choose a number from 1 to %(most)s.")
        raise Invalid(said % {"most": MOST_SHEETS}, field="number")
    if invitation is not None and invitation.inquiry_id != inquiry.pk:
        raise Invalid(gettext_lazy("Choose one of these invitations."), field="invitation")
    rows = queries.shown(inquiry)
    if not rows:
        raise Conflict(gettext_lazy("There are no statements yet. Add some first."))
    made = []
    for _at in range(number):
        code = _new_code()
        person = Participant.objects.create(
            council=by.council, inquiry=inquiry, invitation=invitation
        )
        chosen = queries.statements_for_paper(inquiry, rows, code)
        made.append(
            Sheet.objects.create(
                council=by.council,
                inquiry=inquiry,
                participant=person,
                code=code,
                statements=chosen,
            )
        )
    record(by, "inquiry.make_sheets", inquiry, number=number)
    return made


@action("inquiry.facilitate", on="sheet")
def enter_sheet(*, by: Principal, sheet: Sheet, answers: Mapping[int, int | None]) -> Sheet:
    """What was ticked on a sheet, through the same door as every other vote. None is a row
    without a tick; entered again, the sheet says what is true now."""
    if stray := set(answers) - set(sheet.statements):
        raise Invalid(gettext_lazy("Statement %(key)s is not on this sheet.") % {"key": min(stray)})
    rows = {row.pk: row for row in held(sheet.inquiry, answers) if row.status == "shown"}
    person = Participant.objects.get(pk=sheet.participant_id)
    given = queries.answers_of(person)
    for key, value in answers.items():
        if key not in rows:
            continue  # hidden since the sheet was printed
        rows[key].inquiry = sheet.inquiry
        if value is not None and given.get(key) != value:
            vote(by=by, statement=rows[key], participant=person, value=value)
            person.n_votes += 1
        elif value is None and key in given:
            _take_back(rows[key], person, given[key])
    sheet.entered_at = clock.now()
    sheet.save(update_fields=["entered_at"])
    record(by, "inquiry.enter_sheet", sheet)
    return sheet


def _take_back(statement: Statement, participant: Participant, value: int) -> None:
    """A tick that was never there: the vote goes, and every sum with it."""
    check_open(statement.inquiry)
    gone, _each = Vote.objects.filter(
        statement=statement, participant=participant, value=value
    ).delete()
    if not gone:
        raise Conflict
    column = COUNTERS[value]
    Statement.objects.filter(pk=statement.pk).update(**{column: F(column) - 1})
    Participant.objects.filter(pk=participant.pk).update(n_votes=F("n_votes") - 1)
    last = int(not Vote.objects.filter(participant=participant, carried_from=None).exists())
    Invitation.objects.filter(pk=participant.invitation_id or 0).update(
        n_people=F("n_people") - last
    )
    Inquiry.objects.filter(pk=statement.inquiry_id).update(
        n_votes=F("n_votes") - 1, n_people=F("n_people") - last, unmapped=F("unmapped") + 1
    )
    enqueue_map(statement.inquiry)
