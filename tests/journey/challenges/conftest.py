from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges import actions
from samskab.civic.journey.challenges.journey import PATH, Step
from samskab.civic.journey.challenges.models import Challenge


@pytest.fixture
def raised(visitor: Principal) -> Challenge:
    return actions.raise_challenge(
        by=visitor, title="Intet varmt sted om søndagen", what="Alt er lukket om søndagen."
    )[0]


@pytest.fixture
def screened(raised: Challenge, secretariat: Principal) -> Challenge:
    return actions.screen(
        by=secretariat, challenge=raised, accepted=True, is_complex=True, in_focus=False,
        answer="Flere skal hjælpes ad her.",
    )  # fmt: skip


@pytest.fixture
def opened(screened: Challenge, facilitator: Principal) -> Challenge:
    return actions.open_challenge(by=facilitator, challenge=screened)


@pytest.fixture
def at_step(opened: Challenge) -> Callable[[Step], Challenge]:
    """The same challenge walked on to a step."""

    def walk(step: Step) -> Challenge:
        by: Any = system(opened.council)
        for target in PATH[PATH.index(Step(opened.step)) + 1 : PATH.index(step) + 1]:
            actions.advance(by=by, challenge=opened, to=target)
        return opened

    return walk
