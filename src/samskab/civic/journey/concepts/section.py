"""What the page of a challenge shows of concepts."""

from __future__ import annotations

from typing import Any

from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts import queries
from samskab.civic.journey.evaluation.models import Verdict


def read(by: Principal, challenge: Challenge) -> dict[str, Any] | None:
    adoption = queries.adoption_of(challenge)
    if adoption is not None and not may(by, "concepts.see_adoption", adoption):
        adoption = None
    own = queries.concept_of(challenge) if challenge.reached in LATE else None
    evaluation = queries.evaluation_of(challenge) if challenge.reached in LATE else None
    seen = own if own is not None and may(by, "concepts.see", own) else None
    can_write = (
        own is None
        and evaluation is not None
        and evaluation.verdict in {Verdict.SPREAD, Verdict.ADAPT}
        and challenge.step == Step.EVALUATED
        and may(by, "concepts.begin", challenge)
    )
    stop = evaluation is not None and evaluation.verdict == Verdict.STOP
    if adoption is None and seen is None and not can_write and not stop:
        return None
    return {"concept": seen, "adoption": adoption, "can_write": can_write, "stopped": stop}


LATE = (Step.EVALUATED, Step.CONCEPT)
