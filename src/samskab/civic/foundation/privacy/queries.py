from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, Q

from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.foundation.privacy.registry import DECLARATIONS, Declaration, Person


def person_of(by: Principal) -> Person:
    return Person(by.user_id, by.email)


def in_order() -> list[Declaration]:
    """The account comes last: what points at it has to be seen to before."""
    return sorted(DECLARATIONS, key=lambda one: one.model is User)


def data_about(person: Person) -> dict[str, list[dict[str, Any]]]:
    """Everything declared about a person in this installation, by model."""
    found: dict[str, list[dict[str, Any]]] = {}
    for declaration in in_order():
        label = declaration.model._meta.label_lower
        for row in declaration.rows_about(person).order_by("pk").iterator(chunk_size=500):
            found.setdefault(label, []).append(_facts(row, declaration))
    return found


def _facts(row: Model, declaration: Declaration) -> dict[str, Any]:
    names = [*declaration.fields]
    if declaration.since and declaration.since not in names:
        names.append(declaration.since)
    if declaration.has_council:
        names.append("council")
    return {"id": row.pk, **{name: _plain(row, name) for name in names}}


def _plain(row: Model, name: str) -> Any:
    field: Any = row._meta.get_field(name)
    value = getattr(row, field.attname)
    return value.name if hasattr(value, "storage") else value


def councils_left_without_administrator(user_id: int) -> Iterator[str]:
    """Where this person is the only administrator."""
    mine = RoleGrant.objects.filter(user_id=user_id, role=Role.ADMINISTRATOR)
    for grant in mine.select_related("council"):
        others = Q(council=grant.council, role=Role.ADMINISTRATOR) & ~Q(user_id=user_id)
        if not RoleGrant.objects.filter(others).exists():
            yield grant.council.name
