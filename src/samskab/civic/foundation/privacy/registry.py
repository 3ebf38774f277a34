"""What every room says about its personal data. Export, erasure, retention and the public
record of processing all follow from these declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.core.errors import Text

Erase = Literal["delete", "anonymise", "keep"]
Model = type[models.Model]
_START = ("created", "joined", "since", "at")
_PERSONAL = re.compile(r"(^|_)(name|e?mail|phone|tel|address|ip|contact|birth\w*)(_|$)")


class LegalBasis(models.TextChoices):
    """Article 6(1) of the GDPR."""

    CONSENT = "consent", _("You said yes to it (GDPR article 6.1.a)")
    AGREEMENT = "agreement", _("An agreement with you (GDPR article 6.1.b)")
    LEGAL_OBLIGATION = "obligation", _("The law demands it (GDPR article 6.1.c)")
    PUBLIC_TASK = "task", _("A task in the public interest (GDPR article 6.1.e)")


@dataclass(frozen=True)
class Person:
    """Whom data is about: an account, an address, or both."""

    user_id: int | None
    email: str


@dataclass(frozen=True)
class Declaration:
    model: Model
    fields: tuple[str, ...]
    what: Text
    purpose: Text
    legal_basis: LegalBasis
    retention_days: int | None
    erase: Erase
    since: str
    about: Callable[[Person], Q] | None
    due: Callable[[datetime], Any] | None

    @property
    def has_council(self) -> bool:
        return any(field.name == "council" for field in self.model._meta.concrete_fields)

    def rows_about(self, person: Person) -> models.QuerySet[Any]:
        condition = self.about(person) if self.about else self._derived(person)
        rows = self.model._default_manager.all()
        return rows.filter(condition) if condition else rows.none()

    def _derived(self, person: Person) -> Q:
        """Rows whose declared fields point at the account, or hold the address."""
        found = Q()
        for name in self.fields:
            field = self.model._meta.get_field(name)
            if is_user_key(field) and person.user_id:
                found |= Q(**{name: person.user_id})
            elif isinstance(field, models.EmailField) and person.email:
                found |= Q(**{f"{name}__iexact": person.email})
        return found

    def blanks(self) -> dict[str, Any]:
        """The value of each declared field after anonymising."""
        return {name: _blank(self.model._meta.get_field(name)) for name in self.fields}


DECLARATIONS: list[Declaration] = []
NOT_PERSONAL: dict[tuple[Model, str], str] = {}


def declare(
    model: Model,
    fields: Sequence[str],
    *,
    what: Text,
    purpose: Text,
    legal_basis: LegalBasis,
    retention_days: int | None = None,
    erase: Erase = "delete",
    since: str = "",
    about: Callable[[Person], Q] | None = None,
    due: Callable[[datetime], Any] | None = None,
) -> None:
    """Says what these fields of a model are kept for, how long, and what erasing does.

    Whose row it is follows from the keys to an account and the e-mail fields among `fields`,
    or from `about`. `retention_days` counts from the date in `since` (by default the field
    `created`, `joined`, `since` or `at`), or `due` gives the rows that are older than a time.
    After it, rows are erased in the same way as when the person asks.
    """
    since = since or next((name for name in _START if _has(model, name)), "")
    if retention_days and not (since or due):
        raise ImproperlyConfigured(f"{model._meta.label}: say `since` or `due` for retention")
    declaration = Declaration(
        model, tuple(fields), what, purpose, legal_basis, retention_days, erase, since, about, due
    )
    for name in fields:
        model._meta.get_field(name)
    if erase == "anonymise":
        declaration.blanks()
    DECLARATIONS.append(declaration)


def not_personal(model: Model, *fields: str, reason: str) -> None:
    """Fields that look personal and are not, such as the name of a meeting place."""
    for name in fields:
        model._meta.get_field(name)
        NOT_PERSONAL[model, name] = reason


def declare_authors() -> None:
    """Every signed text: who wrote it, unless its room has said something of its own."""
    declared = {(one.model, name) for one in DECLARATIONS for name in one.fields}
    for model in apps.get_models():
        fields = [n for n in ("author", "author_name") if (model, n) not in declared]
        if issubclass(model, Authored) and fields:
            declare(
                model,
                fields,
                what=format_lazy("{}: {}", _("Who wrote it"), model._meta.verbose_name),
                purpose=_("To show who stands behind what is written"),
                legal_basis=LegalBasis.PUBLIC_TASK,
                erase="anonymise",
            )


def undeclared() -> Iterator[str]:
    """Fields that look personal and about which nobody has said anything."""
    declared = {(one.model, name) for one in DECLARATIONS for name in one.fields}
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            key = (model, field.name)
            if looks_personal(field) and key not in declared and key not in NOT_PERSONAL:
                yield f"{model._meta.label}.{field.name}"


def looks_personal(field: Any) -> bool:
    if isinstance(field, models.EmailField | models.GenericIPAddressField) or is_user_key(field):
        return True
    return not field.is_relation and bool(_PERSONAL.search(field.name))


def is_user_key(field: Any) -> bool:
    return bool(field.is_relation and field.related_model is User)


def _has(model: Model, name: str) -> bool:
    try:
        return isinstance(model._meta.get_field(name), models.DateField)
    except FieldDoesNotExist:
        return False


def _blank(field: Any) -> Any:
    if field.null:
        return None
    if field.unique or field.is_relation:
        raise ImproperlyConfigured(f"{field} cannot be emptied: delete the row instead")
    if isinstance(field, models.CharField | models.TextField | models.FileField):
        return ""
    if isinstance(field, models.JSONField):
        return field.get_default()
    raise ImproperlyConfigured(f"{field} cannot be emptied: make it nullable, or delete the row")
