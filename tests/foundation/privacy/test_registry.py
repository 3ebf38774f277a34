from __future__ import annotations

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.models import Council, Hostname, Receipt
from samskab.civic.foundation.privacy import registry
from samskab.civic.foundation.privacy.registry import LegalBasis, declare, not_personal

FACTS = {"what": "Things", "purpose": "To test", "legal_basis": LegalBasis.CONSENT}


def test_every_field_that_looks_personal_is_declared() -> None:
    """When this fails: write a `personal.py` in the room, with `declare` or `not_personal`."""
    assert list(registry.undeclared()) == []


def test_no_key_to_an_account_stops_it_from_being_erased() -> None:
    held = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if registry.is_user_key(field)
        and field.remote_field.on_delete not in {models.CASCADE, models.SET_NULL}
    ]
    assert held == []


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DECLARATIONS", [])
    monkeypatch.setattr(registry, "NOT_PERSONAL", {})


@pytest.mark.usefixtures("empty")
def test_what_nobody_has_spoken_about_is_found() -> None:
    found = set(registry.undeclared())
    assert {"accounts.User.email", "accounts.User.name", "accounts.RoleGrant.user"} <= found
    assert "core.Hostname.host" not in found
    declare(User, ["email"], **FACTS)
    not_personal(User, "name", reason="in this test")
    assert not {"accounts.User.email", "accounts.User.name"} & set(registry.undeclared())


@pytest.mark.usefixtures("empty")
def test_a_field_that_does_not_exist_cannot_be_declared() -> None:
    with pytest.raises(Exception, match="shoe_size"):
        declare(User, ["shoe_size"], **FACTS)


@pytest.mark.usefixtures("empty")
def test_what_cannot_be_emptied_cannot_be_anonymised() -> None:
    with pytest.raises(ImproperlyConfigured):
        declare(User, ["email"], erase="anonymise", **FACTS)
    with pytest.raises(ImproperlyConfigured):
        declare(RoleGrant, ["user"], erase="anonymise", **FACTS)
    declare(Council, ["contact_email"], erase="anonymise", **FACTS)
    assert registry.DECLARATIONS[-1].blanks() == {"contact_email": ""}


@pytest.mark.usefixtures("empty")
def test_retention_needs_a_date_to_count_from() -> None:
    with pytest.raises(ImproperlyConfigured):
        declare(Hostname, ["host"], retention_days=1, **FACTS)
    declare(Receipt, ["url"], retention_days=1, **FACTS)
    assert registry.DECLARATIONS[-1].since == "at"
