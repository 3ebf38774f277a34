"""Two parties that have signed an agreement, and a pilot of theirs."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from samskab.civic.commons.actors.actions import add_representative, register_actor
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Role, system
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.journey import PATH, Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Signature
from samskab.civic.journey.pilots import actions
from samskab.civic.journey.pilots.models import Pilot
from tests import cast


def party(council: Council, name: str) -> SimpleNamespace:
    """An organisation and the one person who acts for it."""
    actor = register_actor(by=system(council), sector="civil", name=name, about="")
    person = cast.a_person(council, name.casefold(), [Role.REPRESENTATIVE])
    add_representative(by=system(council), actor=actor, email=person.email)
    return SimpleNamespace(actor=actor, by=person)


def gathering(council: Council, title: str, *parties: Any) -> Challenge:
    """A challenge that joins forces, which the parties have joined."""
    by = system(council)
    challenge, _token = challenges.raise_challenge(by=by, title=title, what="Der mangler noget.")
    challenges.screen(
        by=by, challenge=challenge, accepted=True, is_complex=True, in_focus=False, answer="Ja"
    )
    challenge.refresh_from_db()
    challenge = challenges.open_challenge(by=by, challenge=challenge)
    for one in parties:
        challenges.join(
            by=by, challenge=challenge, actor=one.actor, expected_gain=f"{one.actor} håber"
        )
    for target in PATH[PATH.index(Step.OPEN) + 1 : PATH.index(Step.GATHERING) + 1]:
        challenges.advance(by=by, challenge=challenge, to=target)
    return challenge


def agreed(challenge: Challenge, *parties: Any, signed: bool = True) -> Agreement:
    council = challenge.council
    proposal = CoalitionProposal.objects.create(council=council, challenge=challenge, number=1)
    agreement = Agreement.objects.create(
        council=council,
        challenge=challenge,
        proposal=proposal,
        purpose="At prøve det af",
        notice="En måned",
        status="signed" if signed else "draft",
        signed_at=clock.now() if signed else None,
    )
    for one in parties:
        Signature.objects.create(council=council, agreement=agreement, actor=one.actor)
    return agreement


def a_pilot(council: Council, title: str, *parties: Any, starts: date | None = None) -> Pilot:
    challenge = gathering(council, title, *parties)
    agreed(challenge, *parties)
    return actions.start_pilot(by=system(council), challenge=challenge, title=title, starts=starts)
