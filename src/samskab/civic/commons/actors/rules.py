from __future__ import annotations

import rules

from samskab.civic.commons.actors.models import Actor, Offer, Representative
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import (
    holds_link,
    is_secretariat,
    is_system,
    signed_in,
)


@rules.predicate
def represents(by: Principal, actor: Actor | None) -> bool:
    """The signed-in person acts for this actor."""
    if actor is None or by.user_id is None:
        return False
    return Representative.objects.filter(actor_id=actor.pk, user_id=by.user_id).exists()


@rules.predicate
def represents_owner(by: Principal, row: Offer | Representative | None) -> bool:
    """The signed-in person acts for the actor that this row belongs to."""
    if row is None or by.user_id is None:
        return False
    return Representative.objects.filter(actor_id=row.actor_id, user_id=by.user_id).exists()


rules.add_perm("actors.sort", is_secretariat)
rules.add_perm("actors.register", signed_in)
rules.add_perm("actors.edit", is_secretariat | represents)
rules.add_perm("actors.edit_offer", is_secretariat | represents_owner)
rules.add_perm("actors.remove_representative", is_secretariat | represents_owner)
rules.add_perm("actors.remind", is_secretariat | is_system)
rules.add_perm("actors.answer_link", holds_link)
