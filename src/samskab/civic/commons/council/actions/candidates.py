"""A vacant seat: the call, and those who put themselves forward."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.actions.common import (
    filled,
)
from samskab.civic.commons.council.models import (
    Candidacy,
    Seat,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import notify


@action("council.edit_seats", on="seat")
def call_for_candidates(
    *, by: Principal, seat: Seat, call: str, call_until: date | None = None
) -> Seat:
    """Says on the page of members whom the vacant seat is for; an empty call takes it back."""
    _must_be_vacant(seat)
    if call_until is not None and call_until < clock.today():
        raise Invalid(_("The date is past."), field="call_until")
    seat.call, seat.call_until = call.strip(), call_until
    seat.save()
    record(by, "council.call_for_candidates", seat, called=bool(seat.call))
    return seat


def _must_be_vacant(seat: Seat) -> None:
    if seat.terms.filter(until__isnull=True, is_substitute=False).exists():
        raise Conflict(_("The seat has been taken."))


@action("council.stand", on="seat")
def put_oneself_forward(
    *, by: Principal, seat: Seat, name: str, email: str, text: str, organisation: str = ""
) -> Candidacy:
    """A person says that they would like the seat; no account is needed. The same person again
    writes over what they wrote before."""
    _must_be_vacant(seat)
    if seat.call_until is not None and seat.call_until < clock.today():
        raise Conflict(_("The time for this call is over. Write to the secretariat instead."))
    row: Candidacy
    row, created = Candidacy.objects.update_or_create(
        council=by.council,
        seat=seat,
        email=email.strip().lower(),
        defaults={
            "name": filled(name, "name"),
            "text": filled(text, "text"),
            "organisation": organisation.strip(),
        },
    )
    if created:
        _tell_of_candidate(row)
    record(by, "council.put_oneself_forward", seat, again=not created)
    return row


def _tell_of_candidate(row: Candidacy) -> None:
    facts = {"seat": row.seat, "council": row.council}
    notify(
        council=row.council,
        to=row.email,
        subject=_("We have received that you would like a seat"),
        template="council/mail/candidate.txt",
        context=facts,
        kind="council.candidate",
    )
    url = row.council.address(reverse("council:seat", args=[row.seat_id]))
    notify(
        council=row.council,
        to=row.council.contact_email,
        subject=_("Somebody would like a seat on the council"),
        template="council/mail/candidate_came.txt",
        context={**facts, "url": url},
        kind="council.candidate",
    )


@action("council.edit_seats", on="candidacy")
def remove_candidacy(*, by: Principal, candidacy: Candidacy) -> Seat:
    """When the person has had an answer, what they wrote is no longer kept."""
    seat = candidacy.seat
    record(by, "council.remove_candidacy", seat)
    candidacy.delete()
    return seat
