from __future__ import annotations

import rules
from django.db.models import Q

from samskab.civic.commons.actors.models import Representative
from samskab.civic.commons.actors.rules import represents, represents_owner
from samskab.civic.commons.initiatives.models import Coordination, Overlap
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import is_secretariat


@rules.predicate
def owns_one_of_them(by: Principal, overlap: Overlap | None) -> bool:
    """The signed-in person acts for the owner of one of the two initiatives."""
    if overlap is None or by.user_id is None:
        return False
    either = Q(actor__initiatives=overlap.a_id) | Q(actor__initiatives=overlap.b_id)
    return Representative.objects.filter(either, user_id=by.user_id).exists()


@rules.predicate
def takes_part(by: Principal, coordination: Coordination | None) -> bool:
    return coordination is not None and bool(owns_one_of_them(by, coordination.overlap))


rules.add_perm("initiatives.register", is_secretariat | represents)
rules.add_perm("initiatives.edit", is_secretariat | represents_owner)
rules.add_perm("initiatives.find_overlaps", is_secretariat)
rules.add_perm("initiatives.edit_synonyms", is_secretariat)
rules.add_perm("initiatives.judge_overlap", is_secretariat | owns_one_of_them)
rules.add_perm("initiatives.look_again", is_secretariat)
rules.add_perm("initiatives.settle", is_secretariat | takes_part)
