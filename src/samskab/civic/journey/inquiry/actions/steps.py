"""Beginning and ending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy, gettext_noop

from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.actions import advance
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.inquiry import queries
from samskab.civic.journey.inquiry.actions.common import check_going_on, note_on
from samskab.civic.journey.inquiry.actions.maps import enqueue_map
from samskab.civic.journey.inquiry.models import (
    Framing,
    Inquiry,
)

if TYPE_CHECKING:
    pass


@action("inquiry.open", on="challenge")
def prepare_inquiry(
    *,
    by: Principal,
    challenge: Challenge,
    question: str = "",
    statement_language: str = "da",
    votes_open: bool = True,
    source_note: str = "",
    source_url: str = "",
    licence: str = "",
    reading: str = Inquiry.Reading.BEFORE,
    is_example: bool = False,
) -> Inquiry:
    """An inquiry that only facilitators see, to gather the first statements before it opens."""
    if challenge.step != Step.OPEN:
        raise Conflict(gettext_lazy("Finding the core begins when the challenge is open."))
    inquiry = Inquiry(
        council=by.council,
        challenge=challenge,
        status=Inquiry.Status.PREPARING,
        question=question.strip(),
        statement_language=statement_language,
        votes_open=votes_open,
        source_note=source_note.strip(),
        source_url=source_url,
        licence=licence.strip(),
        reading=reading,
        is_example=is_example or challenge.is_example,
    )
    inquiry.sign(by)
    try:
        with transaction.atomic():
            inquiry.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("Finding the core is begun already.")) from None
    record(by, "inquiry.prepare_inquiry", inquiry)
    return inquiry


@action("inquiry.open", on="challenge")
def open_inquiry(
    *, by: Principal, challenge: Challenge, reason: str = "", question: str = "", **facts: Any
) -> Inquiry:
    """Begins to find the core: open → exploring. Takes the same facts as `prepare_inquiry`,
    or opens the inquiry that was prepared."""
    inquiry = queries.inquiry_on(challenge)
    if inquiry is None:
        inquiry = prepare_inquiry(by=by, challenge=challenge, question=question, **facts)
    elif inquiry.status != Inquiry.Status.PREPARING:
        raise Conflict(gettext_lazy("Finding the core is begun already."))
    inquiry.status = Inquiry.Status.OPEN
    inquiry.question = question.strip() or inquiry.question
    inquiry.save()
    advance(by=by, challenge=challenge, to=Step.EXPLORING, reason=reason.strip())
    record(by, "inquiry.open_inquiry", inquiry)
    return inquiry


@action("inquiry.facilitate", on="inquiry")
def set_voting(
    *, by: Principal, inquiry: Inquiry, votes_open: bool, seen: int | None = None
) -> Inquiry:
    """Closes the voting, or opens it again. What was said stays."""
    check_going_on(inquiry)
    if inquiry.votes_open == votes_open:
        raise Conflict(gettext_lazy("That is how it is already."))
    inquiry.votes_open = votes_open
    inquiry.save()
    message = (
        gettext_noop("The voting opened again") if votes_open else gettext_noop("The voting ended")
    )
    note_on(by, inquiry, message)
    record(by, "inquiry.set_voting", inquiry, votes_open=votes_open)
    if not votes_open:
        enqueue_map(inquiry)
    return inquiry


@action("inquiry.facilitate", on="inquiry")
def set_reading(
    *, by: Principal, inquiry: Inquiry, reading: str, seen: int | None = None
) -> Inquiry:
    """Whether new statements are read before all can see them, or afterwards."""
    if reading not in Inquiry.Reading.values:
        raise Invalid(gettext_lazy("Choose when new statements are read."), field="reading")
    if inquiry.reading == reading:
        raise Conflict(gettext_lazy("That is how it is already."))
    inquiry.reading = reading
    inquiry.save()
    record(by, "inquiry.set_reading", inquiry, reading=reading)
    return inquiry


@action("inquiry.facilitate", on="inquiry")
def reopen_inquiry(*, by: Principal, inquiry: Inquiry, seen: int | None = None) -> Inquiry:
    """Goes on with a concluded inquiry, when the challenge was moved back to this step."""
    if inquiry.status != Inquiry.Status.CLOSED:
        raise Conflict(gettext_lazy("It is going on already."))
    if inquiry.challenge.step != Step.EXPLORING:
        raise Conflict(gettext_lazy("Move the challenge back to “Finding the core” first."))
    inquiry.status, inquiry.votes_open = Inquiry.Status.OPEN, True
    inquiry.save()
    Framing.objects.filter(inquiry=inquiry).update(concluded_at=None)
    note_on(by, inquiry, gettext_noop("We look for the core again"))
    record(by, "inquiry.reopen_inquiry", inquiry)
    return inquiry
