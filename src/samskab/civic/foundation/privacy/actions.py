from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.privacy import queries
from samskab.civic.foundation.privacy.registry import DECLARATIONS, Declaration

CHUNK = 500


@action("privacy.export_own")
def export_own(*, by: Principal) -> dict[str, Any]:
    """Everything declared about the signed-in person, in all councils of this installation."""
    found = queries.data_about(queries.person_of(by))
    record(by, "privacy.export_own", rows=sum(len(rows) for rows in found.values()))
    return found


@action("privacy.erase_own")
def erase_own(*, by: Principal) -> dict[str, int]:
    """Deletes or anonymises what is declared about the person, then the account."""
    for council in queries.councils_left_without_administrator(int(by.user_id or 0)):
        raise Conflict(
            _("You are the last administrator of %(council)s. Give the role to another first.")
            % {"council": council}
        )
    person, done = queries.person_of(by), Counter[str]()
    for declaration in queries.in_order():
        done[declaration.model._meta.label_lower] += _erase(
            declaration, declaration.rows_about(person)
        )
    counts = {label: count for label, count in done.items() if count}
    record(by, "privacy.erase_own", rows=counts)
    return counts


def _erase(declaration: Declaration, rows: QuerySet[Any]) -> int:
    """In chunks, so that a large table is never held for long."""
    if declaration.erase == "keep":
        return 0
    if declaration.erase == "anonymise":
        rows = rows.filter(_filled(declaration))
    return sum(_erase_some(declaration, keys) for keys in _chunks(rows))


def _chunks(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    keys = rows.order_by("pk").values_list("pk", flat=True)
    while some := list(keys[:CHUNK]):
        yield some
        keys = keys.filter(pk__gt=some[-1])


def _erase_some(declaration: Declaration, keys: list[Any]) -> int:
    rows = declaration.model._default_manager.filter(pk__in=keys)
    _drop_files(declaration, rows)
    if declaration.erase == "delete":
        rows.delete()
    else:
        rows.update(**declaration.blanks())
    return len(keys)


def _drop_files(declaration: Declaration, rows: QuerySet[Any]) -> None:
    """A file goes when the change is safe in the database, not before."""
    fields = [declaration.model._meta.get_field(name) for name in declaration.fields]
    for field in fields:
        if isinstance(field, models.FileField):
            for name in rows.exclude(**{field.name: ""}).values_list(field.name, flat=True):
                transaction.on_commit(partial(field.storage.delete, name))


def _filled(declaration: Declaration) -> Q:
    """Rows that still hold something in a declared field."""
    found = Q()
    for name, blank in declaration.blanks().items():
        found |= Q(**{f"{name}__isnull": False}) if blank is None else ~Q(**{name: blank})
    return found


def run_retention(*, council: Council) -> dict[str, int]:
    """Erases what has been kept long enough in one council. Run daily; harmless to repeat."""
    done = {
        one.model._meta.label_lower: _expire(one, council)
        for one in DECLARATIONS
        if one.has_council
    }
    counts = {label: count for label, count in done.items() if count}
    if counts:
        record(system(council), "privacy.run_retention", rows=counts)
    return counts


def _expire(declaration: Declaration, council: Council | None) -> int:
    if not declaration.retention_days:
        return 0
    limit = timezone.now() - timedelta(days=declaration.retention_days)
    if declaration.due is not None:
        rows = declaration.due(limit)
    else:
        rows = declaration.model._default_manager.filter(**{f"{declaration.since}__lt": limit})
    if council is not None:
        rows = rows.filter(council=council)
    with transaction.atomic():
        return _erase(declaration, rows)


def run_retention_everywhere() -> dict[str, int]:
    """Every council, and what belongs to none: accounts out of use and old sessions."""
    total = Counter[str]()
    for council in Council.objects.all():
        total.update(run_retention(council=council))
    for declaration in DECLARATIONS:
        if not declaration.has_council:
            total[declaration.model._meta.label_lower] += _expire(declaration, None)
    SessionStore.clear_expired()
    return {label: count for label, count in total.items() if count}


@task()
def daily_retention() -> dict[str, int]:
    return run_retention_everywhere()
