"""Votes: yes or no, approval, ranking with every pair compared, and a budget in equal shares."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.voting.counted import Approval, YesNo, approval, yes_no
    from samskab.engine.voting.ranked import (
        Ranking,
        Standing,
        instant_runoff,
        pairwise,
        plurality,
        ranked_pairs,
        schulze,
    )
    from samskab.engine.voting.shares import EqualShares, Project, Purchase, equal_shares

__all__ = [
    "Approval",
    "EqualShares",
    "Project",
    "Purchase",
    "Ranking",
    "Standing",
    "YesNo",
    "approval",
    "equal_shares",
    "instant_runoff",
    "pairwise",
    "plurality",
    "ranked_pairs",
    "schulze",
    "yes_no",
]

_HOMES = {
    "counted": (
        "Approval",
        "YesNo",
        "approval",
        "yes_no",
    ),
    "ranked": (
        "Ranking",
        "Standing",
        "instant_runoff",
        "pairwise",
        "plurality",
        "ranked_pairs",
        "schulze",
    ),
    "shares": (
        "EqualShares",
        "Project",
        "Purchase",
        "equal_shares",
    ),
}
__getattr__ = loader(__name__, _HOMES)
