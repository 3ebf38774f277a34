"""Who may try a solution out: those who facilitate, and those who signed the agreement."""

from __future__ import annotations

from typing import Any

import rules

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import is_system
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.rules import facilitates
from samskab.civic.journey.coalitions.models import Signature
from samskab.civic.journey.coalitions.queries import agreement_of
from samskab.civic.journey.pilots.models import Pilot, Risk


def pilot_of(row: Any) -> Pilot:
    """The pilot that a milestone, a risk or a journal entry belongs to."""
    pilot: Pilot = row if isinstance(row, Pilot) else row.pilot
    return pilot


@rules.predicate
def signed_for(by: Principal, row: Any) -> bool:
    """Represents one of the parties of the pilot's agreement."""
    if not by.signed_in:
        return False
    signed = Signature.objects.filter(agreement=pilot_of(row).agreement_id)
    return signed.filter(actor__in=actors_of(by)).exists()


@rules.predicate
def signed_in_the_challenge(by: Principal, challenge: Challenge) -> bool:
    """Represents one of the parties of the agreement that holds now."""
    agreement = agreement_of(challenge) if by.signed_in else None
    if agreement is None:
        return False
    return agreement.signatures.filter(actor__in=actors_of(by)).exists()


@rules.predicate
def takes_part(by: Principal, row: Any) -> bool:
    """Represents a party of the agreement or of the challenge."""
    if not by.signed_in:
        return False
    joined = Party.objects.filter(
        challenge=pilot_of(row).challenge_id,
        status=Party.Status.JOINED,
        actor__in=actors_of(by),
    )
    return bool(signed_for(by, row)) or joined.exists()


@rules.predicate
def sees_the_challenge(by: Principal, row: Any) -> bool:
    return bool(rules.has_perm("challenges.see", by, pilot_of(row).challenge))


@rules.predicate
def has_its_say(by: Principal, risk: Risk) -> bool:
    return bool(takes_part(by, risk))


rules.add_perm("pilots.start", facilitates | signed_in_the_challenge)
rules.add_perm("pilots.see", sees_the_challenge)
rules.add_perm("pilots.edit", facilitates | signed_for)
# A risk is accepted by those who carry it: no facilitator can do it for them.
rules.add_perm("pilots.accept_risk", has_its_say | is_system)
