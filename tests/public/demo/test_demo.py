"""The example data tells the truth about itself, and goes through the actions."""

from __future__ import annotations

import pytest

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.queries import verify_log
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.demo.actions import load_example

pytestmark = pytest.mark.django_db


def test_every_step_of_the_journey_has_a_challenge(example: Council) -> None:
    steps = set(Challenge.objects.filter(council=example).values_list("step", flat=True))
    assert steps == set(Step.values)


def test_the_chains_hold(example: Council) -> None:
    assert [found for council in Council.objects.all() for found in verify_log(council)] == []


def test_a_second_loading_changes_nothing(example: Council) -> None:
    before = example.log_seq
    assert not load_example()
    example.refresh_from_db()
    assert example.log_seq == before
