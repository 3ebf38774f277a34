"""The shape of every change: check, transaction, lock, log."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import rules
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from samskab.civic.foundation.core.errors import (
    AlreadyDone,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
)
from samskab.civic.foundation.core.models import Council, Hostname, LogEntry, Receipt
from samskab.civic.foundation.core.principal import Principal

Row = TypeVar("Row", bound=models.Model)


class ActionInfo:
    """What an action declares: read by tests that hold every action to the same edge list."""

    def __init__(self, name: str, permission: str, on: str | None, function: Any) -> None:
        self.name, self.permission, self.on, self.function = name, permission, on, function


REGISTRY: dict[str, ActionInfo] = {}


def may(by: Principal, permission: str, obj: Any = None) -> bool:
    """Whether this person may; never across councils."""
    if obj is not None and _council_of(obj) != by.council.pk:
        return False
    return _has(permission, by, obj)


def require(by: Principal, permission: str, obj: Any = None) -> None:
    """Refuses with NotFound across councils, so that nothing is told, else with NotAllowed."""
    if obj is not None and _council_of(obj) != by.council.pk:
        raise NotFound
    if not _has(permission, by, obj):
        raise NotAllowed


def _has(permission: str, by: Principal, obj: Any) -> bool:
    return bool(rules.has_perm(permission, by, obj))  # type: ignore[no-untyped-call]


def _council_of(obj: Any) -> int:
    return int(obj.pk if isinstance(obj, Council) else obj.council_id)


P = ParamSpec("P")
R = TypeVar("R")


def action(permission: str, *, on: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declares a change of state.

    The function is keyword-only and takes `by`. With `on`, the keyword of that name is the
    object it changes: it is checked against the permission, then locked and read afresh in
    the transaction, so the function always sees the present row. `seen`, when the function
    takes it, is the version that the person looked at; an older one raises Conflict.
    """

    def declare(function: Callable[P, R]) -> Callable[P, R]:
        takes_seen = "seen" in inspect.signature(function).parameters

        @wraps(function)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            values: dict[str, Any] = dict(kwargs)
            by: Principal = values["by"]
            with transaction.atomic():
                if on:
                    values[on] = _present(by, values[on])
                require(by, permission, values[on] if on else None)
                if on and takes_seen:
                    check_seen(values[on], values.get("seen"))
                return function(*args, **values)

        name = f"{_room_of(function.__module__)}.{function.__name__}"
        REGISTRY[name] = ActionInfo(name, permission, on, perform)
        return perform

    return declare


def _room_of(module: str) -> str:
    """The room of `ROOM.actions`, or of a part of it where there are many."""
    parts = module.split(".")
    return parts[parts.index("actions") - 1] if "actions" in parts else parts[-2]


def _present(by: Principal, row: Row) -> Row:
    """The row as it is now, held; the permission must not be judged by an older look at it."""
    if _council_of(row) != by.council.pk:
        raise NotFound
    return locked(row)


def locked(row: Row) -> Row:
    """The same row, read afresh and held until the transaction ends. Rows that merely point at
    it may be added meanwhile: two that were added must not wait for each other to end."""
    model: Any = type(row)
    found = model.objects.select_for_update(no_key=True).filter(pk=row.pk).first()
    if found is None:
        raise NotFound
    return cast(Row, found)


def check_seen(row: Any, seen: int | None) -> None:
    if seen is not None and row.version != seen:
        raise Conflict


def record(by: Principal, verb: str, subject: models.Model | None = None, **data: Any) -> LogEntry:
    """Adds a link to the council's chain. `data` holds states, keys and counts: no names,
    no addresses and no free text, so that erasing a person never breaks the chain."""
    council = locked(by.council)
    at = timezone.now()
    label = f"{subject._meta.label_lower}:{subject.pk}" if subject is not None else ""
    plain = json.loads(json.dumps(data, default=str))
    entry = LogEntry(
        council=council,
        seq=council.log_seq + 1,
        at=at,
        who=by.key,
        verb=verb,
        subject=label,
        data=plain,
        previous=council.log_hash,
    )
    entry.digest = entry.compute_digest()
    entry.save()
    Council.objects.filter(pk=council.pk).update(log_seq=entry.seq, log_hash=entry.digest)
    return entry


def claim(by: Principal, once: str) -> Receipt:
    """Marks a form as carried out; a second one of the same key raises AlreadyDone."""
    key = hashlib.sha256(once.encode()).hexdigest()
    try:
        with transaction.atomic():
            receipt: Receipt = Receipt.objects.create(council=by.council, once=key)
            return receipt
    except IntegrityError:
        first = Receipt.objects.get(council=by.council, once=key)
        raise AlreadyDone(first.url) from None


def found_council(*, slug: str, name: str, hosts: list[str], **facts: Any) -> Council:
    """Sets up a tenant; run by the command line only, where there is nobody to ask yet."""
    if Council.objects.filter(slug=slug).exists():
        raise Invalid(f"There is a council “{slug}” already.")
    hosts = [host.lower() for host in hosts]
    for taken in Hostname.objects.filter(host__in=hosts).select_related("council"):
        raise Invalid(f"“{taken.host}” leads to the council “{taken.council.slug}” already.")
    with transaction.atomic():
        council: Council = Council.objects.create(slug=slug, name=name, **facts)
        for host in hosts:
            Hostname.objects.create(council=council, host=host)
        record(Principal(council, is_system=True), "core.found_council", council)
    return council


@action("core.edit_council", on="council")
def describe_council(
    *,
    by: Principal,
    council: Council,
    purpose: str,
    purpose_en: str,
    contact_email: str,
    was_url: str,
) -> Council:
    council.purpose, council.purpose_en = purpose.strip(), purpose_en.strip()
    council.contact_email, council.was_url = contact_email, was_url
    council.save(update_fields=["purpose", "purpose_en", "contact_email", "was_url"])
    record(by, "core.describe_council", council)
    return council
