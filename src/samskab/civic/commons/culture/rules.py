"""Who is asked how it is to co-create: those who take part with a role of their own."""

from __future__ import annotations

import rules

from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.foundation.core.rules import (
    is_facilitator,
    is_member,
    is_secretariat,
    is_system,
    signed_in,
)

ASKED = (Role.MEMBER, Role.REPRESENTATIVE, Role.FACILITATOR, Role.SECRETARIAT)


@rules.predicate
def is_representative(by: Principal) -> bool:
    return by.has(Role.REPRESENTATIVE)


rules.add_perm("culture.run", is_secretariat)
rules.add_perm(
    "culture.answer",
    signed_in & ~is_system & (is_member | is_representative | is_facilitator | is_secretariat),
)
rules.add_perm("culture.keep_time", is_system)
