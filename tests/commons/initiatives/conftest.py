from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from samskab.civic.commons.actors.actions import add_category, add_representative, register_actor
from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.initiatives import actions
from samskab.civic.commons.initiatives.models import Initiative, Overlap
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from tests import cast

Word = Callable[[str, str], Category]
Run = Callable[..., Initiative]


@pytest.fixture
def word(council: Council) -> Word:
    """A word to sort by, made once: word("activity", "Værested")."""
    made: dict[tuple[str, str], Category] = {}

    def make(kind: str, name: str) -> Category:
        if (kind, name) not in made:
            made[kind, name] = add_category(by=system(council), kind=kind, name_da=name)
        return made[kind, name]

    return make


@pytest.fixture
def neighbour(council: Council) -> Actor:
    return register_actor(by=system(council), sector="public", name="Naboen")


@pytest.fixture
def owner(council: Council, neighbour: Actor) -> Principal:
    """Somebody who acts for `neighbour`."""
    person = cast.a_person(council, "owner")
    add_representative(by=system(council), actor=neighbour, email=person.email)
    return person


@pytest.fixture
def run(council: Council, word: Word) -> Run:
    """An initiative: run(actor, "Varmestuen", "Et åbent hus", groups=["Hjemløse"])."""

    def make(actor: Actor, name: str, text: str = "", **values: Any) -> Initiative:
        for short, field, kind in (
            ("groups", "target_groups", "target_group"),
            ("doing", "activities", "activity"),
            ("places", "areas", "place"),
        ):
            values[field] = [word(kind, label) for label in values.pop(short, [])]
        return actions.register_initiative(
            by=system(council), actor=actor, name=name, text=text, **values
        )

    return make


@pytest.fixture
def shelter(run: Run, organisation: Actor) -> Initiative:
    return run(
        organisation,
        "Varmestuen",
        "Et åbent værested for hjemløse.",
        groups=["Hjemløse"],
        doing=["Værested"],
    )


@pytest.fixture
def house(run: Run, neighbour: Actor) -> Initiative:
    return run(
        neighbour,
        "Friheden",
        "Værested med kaffe for hjemløse.",
        groups=["Hjemløse"],
        doing=["Værested"],
    )


@pytest.fixture
def pair(shelter: Initiative, house: Initiative, council: Council) -> Iterator[Overlap]:
    actions.find_overlaps(by=system(council))
    yield Overlap.objects.get()
