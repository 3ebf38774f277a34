from __future__ import annotations

import rules

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import (
    anyone,
    holds_link,
    is_facilitator,
    is_member,
    is_secretariat,
    is_staff,
    signed_in,
)
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge, Party


@rules.predicate
def is_public(by: Principal, challenge: Challenge) -> bool:
    return challenge.is_public


@rules.predicate
def raised_it(by: Principal, challenge: Challenge) -> bool:
    return by.user_id is not None and challenge.author_id == by.user_id


@rules.predicate
def is_party(by: Principal, challenge: Challenge) -> bool:
    """Represents an actor that takes part in the challenge."""
    if not by.signed_in:
        return False
    return Party.objects.filter(
        challenge=challenge, status=Party.Status.JOINED, actor__in=actors_of(by)
    ).exists()


@rules.predicate
def represents_party(by: Principal, party: Party) -> bool:
    return by.signed_in and actors_of(by).filter(pk=party.actor_id).exists()


@rules.predicate
def not_yet_read(by: Principal, challenge: Challenge) -> bool:
    return challenge.step == Step.RAISED


owns = raised_it | holds_link
facilitates = is_facilitator | is_secretariat

rules.add_perm("challenges.raise", anyone)
rules.add_perm("challenges.see", is_public | owns | is_staff | is_member)
rules.add_perm("challenges.correct", (owns & not_yet_read) | is_secretariat)
rules.add_perm("challenges.withdraw", owns | is_secretariat)
rules.add_perm("challenges.screen", is_secretariat)
rules.add_perm("challenges.facilitate", facilitates)
rules.add_perm("challenges.move", facilitates)
rules.add_perm("challenges.support", is_public)
rules.add_perm("challenges.follow", signed_in & is_public)
rules.add_perm("challenges.invite", facilitates)
rules.add_perm("challenges.join", is_public & signed_in)
rules.add_perm("challenges.answer_invitation", represents_party | facilitates)
rules.add_perm("challenges.queue", is_staff)
