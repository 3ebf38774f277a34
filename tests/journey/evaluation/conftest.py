from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.evaluation import actions, queries
from samskab.civic.journey.evaluation.models import Evaluation, Measure
from samskab.civic.journey.pilots.actions import end_pilot
from samskab.civic.journey.pilots.models import Pilot
from tests.journey.pilots import scene

BETTER = [([1, 1, 1, 1, 1], [3, 3, 3, 3, 3])] * 6


@pytest.fixture
def baker(council: Council) -> SimpleNamespace:
    return scene.party(council, "Bageren")


@pytest.fixture
def shelter(council: Council) -> SimpleNamespace:
    return scene.party(council, "Herberget")


@pytest.fixture
def pilot(council: Council, baker: SimpleNamespace, shelter: SimpleNamespace) -> Pilot:
    return scene.a_pilot(council, "Morgenbordet", baker, shelter)


@pytest.fixture
def measure(pilot: Pilot) -> Measure:
    return actions.add_measure(by=system(pilot.council), pilot=pilot, instrument_key="who5")


@pytest.fixture
def answered(measure: Measure) -> Callable[..., list[str]]:
    """Runs both rounds: each pair is one person's items before and after (None: silent)."""

    def run(pairs: Sequence[Any] = BETTER, group: str = "pilot") -> list[str]:
        by, pilot = system(measure.council), measure.pilot
        codes = actions.make_codes(by=by, pilot=pilot, number=len(pairs), group=group)
        for at, when in enumerate(("before", "after")):
            opened = actions.open_round(by=by, pilot=pilot, when=when)
            for typed, pair in zip(codes, pairs, strict=True):
                if pair[at] is not None:
                    code: Any = queries.by_code(measure.council, typed)
                    actions.answer(by=by, code=code, measure=measure, items=pair[at])
            actions.close_round(by=by, round=opened)
        return codes

    return run


@pytest.fixture
def drafted(answered: Callable[..., Any], pilot: Pilot) -> Evaluation:
    answered()
    return actions.evaluate(by=system(pilot.council), pilot=pilot)


@pytest.fixture
def proposed(drafted: Evaluation, pilot: Pilot, facilitator: Principal) -> Evaluation:
    end_pilot(by=facilitator, pilot=pilot)
    actions.propose_verdict(by=facilitator, evaluation=Evaluation.objects.get(pk=drafted.pk))
    drafted.refresh_from_db()
    return drafted
