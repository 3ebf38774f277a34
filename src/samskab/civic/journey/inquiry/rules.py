from __future__ import annotations

from typing import Any

import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import anyone, is_secretariat
from samskab.civic.journey.challenges.rules import facilitates, represents_party
from samskab.civic.journey.inquiry.models import Inquiry


def inquiry_of(row: Any) -> Inquiry:
    """The inquiry that a statement, a cause or a description belongs to."""
    inquiry: Inquiry = row if isinstance(row, Inquiry) else row.inquiry
    return inquiry


@rules.predicate
def sees_the_challenge(by: Principal, row: Any) -> bool:
    return bool(rules.has_perm("challenges.see", by, inquiry_of(row).challenge))


@rules.predicate
def has_begun(by: Principal, row: Any) -> bool:
    return inquiry_of(row).status != Inquiry.Status.PREPARING


rules.add_perm("inquiry.open", facilitates)
rules.add_perm("inquiry.facilitate", facilitates)
rules.add_perm("inquiry.see", sees_the_challenge & (has_begun | facilitates))
rules.add_perm("inquiry.take_part", sees_the_challenge & has_begun)
# For actions that ask about each row themselves, having taken the rows in order.
rules.add_perm("inquiry.asks_itself", anyone)
rules.add_perm("inquiry.endorse", represents_party | is_secretariat)
