"""Needs and offers to coalitions: who covers what, with the fewest parties, and why."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.matching.assign import from_supplies
    from samskab.engine.matching.fit import fits, obstacles
    from samskab.engine.matching.model import (
        Load,
        Need,
        Offer,
        Proposal,
        Proposals,
        Supply,
        Uncovered,
    )
    from samskab.engine.matching.proposing import closest, propose
    from samskab.engine.matching.quick import greedy
    from samskab.engine.matching.review import Problem, check
    from samskab.engine.matching.words import explain

__all__ = [
    "Load",
    "Need",
    "Offer",
    "Problem",
    "Proposal",
    "Proposals",
    "Supply",
    "Uncovered",
    "check",
    "closest",
    "explain",
    "fits",
    "from_supplies",
    "greedy",
    "obstacles",
    "propose",
]

_HOMES = {
    "assign": ("from_supplies",),
    "fit": (
        "fits",
        "obstacles",
    ),
    "quick": ("greedy",),
    "model": (
        "Load",
        "Need",
        "Offer",
        "Proposal",
        "Proposals",
        "Supply",
        "Uncovered",
    ),
    "proposing": ("closest", "propose"),
    "review": (
        "Problem",
        "check",
    ),
    "words": ("explain",),
}
__getattr__ = loader(__name__, _HOMES)
