"""What later rooms show on the page of a challenge.

A room registers its part when the installation starts; the page draws the parts in order. A part
is read only where it can have something to show: where the challenge has a row of the model that
the part begins with, or has reached a step at which it may begin. One statement asks for all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge

Read = Callable[[Principal, Challenge], dict[str, Any] | None]


@dataclass(frozen=True)
class Section:
    name: str
    order: int
    template: str
    read: Read
    # A model with a key to the challenge, and the steps at which the part may show without a row.
    rows: type[Model]
    at: Collection[Step]


_SECTIONS: dict[str, Section] = {}


def register(
    name: str, order: int, template: str, read: Read, *, rows: type[Model], at: Collection[Step]
) -> None:
    _SECTIONS[name] = Section(name, order, template, read, rows, frozenset(at))


@dataclass(frozen=True)
class Drawn:
    name: str
    template: str
    values: dict[str, Any]


def drawn(by: Principal, challenge: Challenge) -> list[Drawn]:
    """The sections that have something to show for this person."""
    found = []
    begun = _begun(challenge)
    for section in sorted(_SECTIONS.values(), key=lambda section: section.order):
        if section.rows not in begun and challenge.reached not in section.at:
            continue
        values = section.read(by, challenge)
        if values is not None:
            found.append(Drawn(section.name, section.template, values))
    return found


def _begun(challenge: Challenge) -> set[type[Model]]:
    """The models of which this challenge has a row. One statement by keys."""
    models = sorted({section.rows for section in _SECTIONS.values()}, key=lambda m: m.__name__)
    if not models:
        return set()
    asked = ", ".join(
        f"EXISTS (SELECT 1 FROM {model._meta.db_table} WHERE challenge_id = %s)"  # noqa: S608
        for model in models
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}", [challenge.pk] * len(models))
        answers = cursor.fetchone() or ()
    return {model for model, there in zip(models, answers, strict=True) if there}
