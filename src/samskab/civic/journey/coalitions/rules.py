from __future__ import annotations

import rules

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import holds_link, is_system
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.rules import facilitates, is_party
from samskab.civic.journey.coalitions.models import Agreement, Need, Part, Signature, Wish


@rules.predicate
def represents_the_party(by: Principal, row: Part | Signature | Wish) -> bool:
    """Acts for the very actor that the part, the signature or the wish belongs to."""
    return by.signed_in and actors_of(by).filter(pk=row.actor_id).exists()


@rules.predicate
def is_party_to(by: Principal, row: Need | Agreement) -> bool:
    """Represents an actor that takes part in the challenge of this row."""
    return bool(is_party(by, row.challenge))


@rules.predicate
def signs(by: Principal, agreement: Agreement) -> bool:
    """Represents one of those who sign."""
    return by.signed_in and agreement.signatures.filter(actor__in=actors_of(by)).exists()


@rules.predicate
def represents_somebody(by: Principal, challenge: Challenge) -> bool:
    """Acts for an actor, which may have wishes of its own."""
    return by.signed_in and actors_of(by).exists()


@rules.predicate
def sees_challenge(by: Principal, row: Need | Agreement) -> bool:
    challenge: Challenge = row.challenge
    return bool(rules.has_perm("challenges.see", by, challenge))


@rules.predicate
def is_final(by: Principal, agreement: Agreement) -> bool:
    return agreement.status != agreement.Status.DRAFT


rules.add_perm("coalitions.gather", facilitates)
rules.add_perm("coalitions.add_need", facilitates | is_party)
rules.add_perm("coalitions.edit_need", facilitates | is_party_to)
rules.add_perm("coalitions.propose", facilitates)
rules.add_perm("coalitions.wish", facilitates | represents_somebody)
rules.add_perm("coalitions.wish_for_others", facilitates)
rules.add_perm("coalitions.remove_wish", facilitates | represents_the_party)
rules.add_perm("coalitions.answer", represents_the_party | facilitates)
rules.add_perm("coalitions.agree", facilitates)
rules.add_perm("coalitions.see_agreement", facilitates | signs | (is_final & sees_challenge))
rules.add_perm("coalitions.see_signers", facilitates | signs)
rules.add_perm("coalitions.send_code", represents_the_party | facilitates)
# Whoever facilitates may send the code, but never sign for a party.
rules.add_perm("coalitions.sign", represents_the_party | holds_link | is_system)
