"""What the page of a challenge shows of finding the core."""

from __future__ import annotations

from typing import Any

from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.inquiry import queries


def read(by: Principal, challenge: Challenge) -> dict[str, Any] | None:
    inquiry = queries.inquiry_on(challenge)
    if inquiry is None:
        can_open = challenge.step == Step.OPEN and may(by, "inquiry.open", challenge)
        return {"inquiry": None, "can_open": True} if can_open else None
    if not may(by, "inquiry.see", inquiry):
        return None
    framing = queries.current_framing(challenge)
    waiting = (
        [] if framing is None or framing.concluded_at else queries.unanswered(framing, challenge)
    )
    return {"inquiry": inquiry, "framing": framing, "waiting": waiting}
