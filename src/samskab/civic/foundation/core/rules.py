"""Predicates that every room combines. Each takes the principal and, maybe, the object."""

from __future__ import annotations

from typing import Any

import rules

from samskab.civic.foundation.core.principal import Principal, Role


@rules.predicate
def anyone(by: Principal) -> bool:
    return True


@rules.predicate
def signed_in(by: Principal) -> bool:
    return by.signed_in or by.is_system


@rules.predicate
def is_system(by: Principal) -> bool:
    """The installation itself: schedules, imports and the example data."""
    return by.is_system


@rules.predicate
def is_member(by: Principal) -> bool:
    return by.has(Role.MEMBER)


@rules.predicate
def is_facilitator(by: Principal) -> bool:
    return by.has(Role.FACILITATOR)


@rules.predicate
def is_secretariat(by: Principal) -> bool:
    return by.has(Role.SECRETARIAT)


@rules.predicate
def is_administrator(by: Principal) -> bool:
    return by.has(Role.ADMINISTRATOR)


@rules.predicate
def holds_link(by: Principal, obj: Any) -> bool:
    """The person opened the private link that belongs to this very object."""
    return obj is not None and (obj._meta.label_lower, obj.pk) in by.grants


is_staff = is_facilitator | is_secretariat | is_administrator

rules.add_perm("core.read_log", is_administrator | is_secretariat)
rules.add_perm("core.edit_council", is_secretariat | is_administrator)
