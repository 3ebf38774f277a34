from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import translation
from hypothesis import settings

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.public.demo.actions import load_example
from samskab.config.messages import compile_all
from tests import cast

compile_all()

# The same examples each time, so that a red run is one that somebody made red.
# HYPOTHESIS_PROFILE=search looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Each test begins with an empty cache and in Danish."""
    cache.clear()
    translation.activate("da")
    yield
    translation.activate("da")


@pytest.fixture(scope="module")
def example(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Council]:
    """The example data of both councils, loaded once for a file of tests, then rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        assert load_example()
        yield Council.objects.get(is_default=True)
        transaction.set_rollback(True)


@pytest.fixture
def council(db: Any) -> Council:
    return cast.a_council("silkeborg", is_default=True)


@pytest.fixture
def other_council(db: Any) -> Council:
    return cast.a_council("nabo")


@pytest.fixture
def visitor(council: Council) -> Principal:
    """A citizen without an account."""
    return Principal(council)


@pytest.fixture
def participant(council: Council) -> Principal:
    return cast.a_person(council, "participant")


@pytest.fixture
def member(council: Council) -> Principal:
    return cast.a_person(council, "member", [Role.MEMBER])


@pytest.fixture
def facilitator(council: Council) -> Principal:
    return cast.a_person(council, "facilitator", [Role.FACILITATOR])


@pytest.fixture
def secretariat(council: Council) -> Principal:
    return cast.a_person(council, "secretariat", [Role.SECRETARIAT])


@pytest.fixture
def administrator(council: Council) -> Principal:
    return cast.a_person(council, "administrator", [Role.ADMINISTRATOR])


@pytest.fixture
def outsider(other_council: Council) -> Principal:
    """Somebody with every right in another council."""
    return cast.a_person(other_council, "outsider", list(Role))


@pytest.fixture
def organisation(council: Council, secretariat: Principal) -> Any:
    """An association that `representative` speaks for."""
    from samskab.civic.commons.actors.actions import register_actor

    return register_actor(by=secretariat, sector="civil", name="Foreningen Åben Dør", about="")


@pytest.fixture
def representative(council: Council, organisation: Any, secretariat: Principal) -> Principal:
    from samskab.civic.commons.actors.actions import add_representative

    person = cast.a_person(council, "representative", [Role.REPRESENTATIVE])
    add_representative(by=secretariat, actor=organisation, email=person.email)
    return person


@pytest.fixture
def client_as() -> Callable[[Principal], Client]:
    """A test client at the person's own council, signed in when there is an account."""
    return cast.client_for
