"""Who may measure, answer, evaluate and decide."""

from __future__ import annotations

from typing import Any

import rules

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import holds_link, is_system
from samskab.civic.journey.challenges.rules import facilitates
from samskab.civic.journey.evaluation.models import AddedValue, Evaluation
from samskab.civic.journey.pilots.models import Pilot


def pilot_of(row: Any) -> Pilot:
    """The pilot that a measure, a round or an evaluation belongs to."""
    pilot: Pilot = row if isinstance(row, Pilot) else row.pilot
    return pilot


@rules.predicate
def runs_the_pilot(by: Principal, row: Any) -> bool:
    return bool(rules.has_perm("pilots.edit", by, pilot_of(row)))


@rules.predicate
def sees_the_pilot(by: Principal, row: Any) -> bool:
    return bool(rules.has_perm("pilots.see", by, pilot_of(row)))


@rules.predicate
def is_out(by: Principal, evaluation: Evaluation) -> bool:
    return evaluation.is_public


@rules.predicate
def speaks_for(by: Principal, value: AddedValue) -> bool:
    return by.signed_in and actors_of(by).filter(pk=value.actor_id).exists()


@rules.predicate
def has_a_value_in_it(by: Principal, evaluation: Evaluation) -> bool:
    return by.signed_in and evaluation.values.filter(actor__in=actors_of(by)).exists()


rules.add_perm("evaluation.measure", runs_the_pilot)
rules.add_perm("evaluation.answer", holds_link | is_system)
rules.add_perm("evaluation.evaluate", runs_the_pilot)
rules.add_perm("evaluation.see", (is_out & sees_the_pilot) | runs_the_pilot | has_a_value_in_it)
# Only a party itself can say what it got out of it.
rules.add_perm("evaluation.tell_value", speaks_for | is_system)
rules.add_perm("evaluation.propose", facilitates)
rules.add_perm("evaluation.adopt", facilitates)
