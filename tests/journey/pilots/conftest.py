from __future__ import annotations

from types import SimpleNamespace

import pytest

from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.pilots.models import Pilot
from tests.journey.pilots import scene


@pytest.fixture
def baker(council: Council) -> SimpleNamespace:
    return scene.party(council, "Bageren")


@pytest.fixture
def shelter(council: Council) -> SimpleNamespace:
    return scene.party(council, "Herberget")


@pytest.fixture
def gathering(council: Council, baker: SimpleNamespace, shelter: SimpleNamespace) -> Challenge:
    return scene.gathering(council, "Morgenbordet", baker, shelter)


@pytest.fixture
def ready(gathering: Challenge, baker: SimpleNamespace, shelter: SimpleNamespace) -> Challenge:
    """All have signed."""
    scene.agreed(gathering, baker, shelter)
    return gathering


@pytest.fixture
def pilot(council: Council, baker: SimpleNamespace, shelter: SimpleNamespace) -> Pilot:
    return scene.a_pilot(council, "Morgenbordet", baker, shelter)
