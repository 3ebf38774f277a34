"""The shared description and the answer of each party."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.actions import advance, note
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Party
from samskab.civic.journey.challenges.queries import joined
from samskab.civic.journey.challenges.rules import represents_party
from samskab.civic.journey.inquiry import queries
from samskab.civic.journey.inquiry.actions.common import check_open
from samskab.civic.journey.inquiry.actions.maps import enqueue_map
from samskab.civic.journey.inquiry.models import (
    Endorsement,
    Framing,
    Inquiry,
)

if TYPE_CHECKING:
    pass


@action("inquiry.facilitate", on="inquiry")
def propose_framing(
    *, by: Principal, inquiry: Inquiry, text: str, name: str = "", seen_number: int | None = None
) -> Framing:
    """A new version of the shared description; every party answers it afresh.

    `seen_number` is the version that the writer started from; a newer one raises Conflict.
    """
    check_open(inquiry)
    newest = inquiry.framings.aggregate(number=Max("number"))["number"] or 0
    if seen_number is not None and seen_number != newest:
        raise Conflict
    if len(text.strip()) < 10:
        raise Invalid(
            gettext_lazy("Write what the problem really is, in a few sentences."), field="text"
        )
    framing = Framing(council=by.council, inquiry=inquiry, number=newest + 1, text=text.strip())
    framing.sign(by, name.strip())
    framing.save()
    _note_framing(
        by,
        inquiry,
        gettext_noop("Version %(number)s of the shared description is ready to be answered"),
        number=framing.number,
    )
    record(by, "inquiry.propose_framing", framing, number=framing.number)
    return framing


def _note_framing(by: Principal, inquiry: Inquiry, message: str, **values: Any) -> None:
    href = reverse("inquiry:framings", args=[inquiry.challenge_id])
    note(by=by, challenge=inquiry.challenge, message=message, values=values, href=href)


ANSWERED: dict[str, str] = {
    Endorsement.Answer.YES: gettext_noop("%(actor)s says yes to the shared description"),
    Endorsement.Answer.RESERVATION: gettext_noop(
        "%(actor)s says yes, with a reservation, to the shared description"
    ),
    Endorsement.Answer.NO: gettext_noop("%(actor)s says no to the shared description"),
}


@action("inquiry.endorse", on="party")
def endorse(
    *, by: Principal, party: Party, framing: Framing, answer: str, reason: str = ""
) -> Endorsement:
    """A party's answer to the current version, given by one of its people. The secretariat can
    enter it for them; that is shown. A new answer takes the place of the old one."""
    inquiry = Inquiry.objects.select_related("challenge").get(pk=framing.inquiry_id)
    _check_endorsement(inquiry, party, framing, answer, reason)
    row = Endorsement.objects.filter(framing=framing, party=party).first()
    row = row or Endorsement(council=by.council, framing=framing, party=party)
    same = (row.answer, row.reason) == (answer, reason.strip())
    row.answer, row.reason, row.created = answer, reason.strip(), clock.now()
    row.on_behalf = not by.is_system and not represents_party(by, party)
    row.sign(by)
    row.save()
    if not same:
        _note_framing(by, inquiry, ANSWERED[answer], actor=party.actor.name)
        record(by, "inquiry.endorse", framing, party=party.pk, answer=answer)
    return row


def _check_endorsement(
    inquiry: Inquiry, party: Party, framing: Framing, answer: str, reason: str
) -> None:
    if party.challenge_id != inquiry.challenge_id:
        raise NotAllowed
    check_open(inquiry)
    if party.status != Party.Status.JOINED:
        raise Conflict(gettext_lazy("Only those who take part can answer. Join first."))
    if inquiry.framings.filter(number__gt=framing.number).exists():
        raise Conflict(gettext_lazy("There is a newer version. Read it and answer that one."))
    if answer not in Endorsement.Answer.values:
        raise Invalid(gettext_lazy("Choose an answer."), field="answer")
    if answer == Endorsement.Answer.RESERVATION and not reason.strip():
        raise Invalid(
            gettext_lazy("Write your reservation. It is kept with the answer."), field="reason"
        )
    if answer == Endorsement.Answer.NO and not reason.strip():
        raise Invalid(
            gettext_lazy("Write why, so that the next version can be better."), field="reason"
        )


@action("inquiry.facilitate", on="inquiry")
def conclude_framing(
    *, by: Principal, inquiry: Inquiry, reason: str = "", seen: int | None = None
) -> Framing:
    """The description stands: exploring → framed, once every party that joined has answered."""
    check_open(inquiry)
    challenge = locked(inquiry.challenge)
    framing = queries.current_framing(challenge)
    if framing is None:
        raise Conflict(gettext_lazy("Write a shared description first."))
    if not joined(challenge).exists():
        raise Conflict(gettext_lazy("Nobody has joined yet. Invite those whom it is about."))
    waiting = [party.actor.name for party in queries.unanswered(framing, challenge)]
    if waiting:
        said = ngettext(
            "We still need the answer of %(names)s.",
            "We still need the answers of %(names)s.",
            len(waiting),
        )
        raise Conflict(said % {"names": ", ".join(waiting)})
    framing.concluded_at = clock.now()
    framing.save(update_fields=["concluded_at"])
    inquiry.status, inquiry.votes_open = Inquiry.Status.CLOSED, False
    inquiry.save()
    advance(by=by, challenge=challenge, to=Step.FRAMED, reason=reason.strip())
    record(by, "inquiry.conclude_framing", framing, number=framing.number)
    enqueue_map(inquiry)
    return framing
