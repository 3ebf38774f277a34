from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samskab.civic.commons.actors import actions
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system

Word = Callable[..., Category]


@pytest.fixture
def word(council: Council) -> Word:
    """A word to sort by: word("place", "Gjern")."""

    def make(kind: str, name: str, **values: Any) -> Category:
        where = values.pop("council", council)
        return actions.add_category(by=system(where), kind=kind, name_da=name, **values)

    return make


@pytest.fixture
def cooking(word: Word) -> Category:
    return word("competence", "Madlavning", name_en="Cooking")


@pytest.fixture
def offer(organisation: Actor, representative: Principal, cooking: Category) -> Offer:
    return actions.publish_offer(
        by=representative,
        actor=organisation,
        kind="competence",
        category=cooking,
        title="Vi laver mad til 40",
        text="Sund mad fra bunden.",
    )
