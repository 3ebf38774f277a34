"""The house stands as design says: order of rooms, borders between councils."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.models import CharField, ForeignKey, JSONField, ManyToManyField, Model
from pytest_django import Settings

from samskab.civic.foundation.core.models import CouncilRow, DigestField, DigestsField
from samskab.config.rooms import PACKAGES, ROOMS

WITHOUT_COUNCIL = {
    "core.Council": "the tenant itself",
    "accounts.User": "a person may belong to several councils; roles carry the council",
}


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in ROOMS]


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_row_carries_its_council(model: type[Model]) -> None:
    assert issubclass(model, CouncilRow) or model._meta.label in WITHOUT_COUNCIL


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_keys_point_to_the_same_room_or_downward(model: type[Model]) -> None:
    here = ROOMS.index(model._meta.app_label)
    for field in [*model._meta.fields, *model._meta.many_to_many]:
        if isinstance(field, ForeignKey | ManyToManyField):
            target = field.related_model._meta.app_label
            assert target in ROOMS, f"{field} leads out of the house"
            assert ROOMS.index(target) <= here, f"{field} leads up"


MADE_BY_A_MACHINE = re.compile(r"digest|token|sha256|hash|signature|^etag$")


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_what_a_machine_writes_is_not_taken_for_a_cpr_number(model: type[Model]) -> None:
    """Hashes hold ten digits that look like one by chance; a row must not be refused for it."""
    for field in model._meta.concrete_fields:
        if isinstance(field, CharField | JSONField) and MADE_BY_A_MACHINE.search(field.name):
            assert isinstance(field, DigestField | DigestsField), f"{field}: use DigestField"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_says_in_one_sentence_what_it_is_for(package: str) -> None:
    doc = __import__(package, fromlist=["x"]).__doc__
    assert doc
    assert doc.strip().endswith(".")
    assert "\n" not in doc.strip()


@pytest.fixture
def migrations(settings: Settings) -> None:
    """The tests' own database is made without them, and they are looked at all the same."""
    settings.MIGRATION_MODULES = {}


@pytest.mark.usefixtures("migrations")
def test_each_room_has_one_last_step() -> None:
    """Two that were written side by side would stop every start."""
    assert MigrationLoader(None).detect_conflicts() == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("migrations")
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
