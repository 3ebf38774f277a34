"""The figures of an evaluation as they are kept, and back again.

Only aggregates are kept: what single people changed by is cut into parts of three or more
(docs/decisions/0014-figures-stand.md). With fewer than five pairs nothing is: not even how many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from typing import Any

from samskab.engine.evidence import (
    Answer,
    Bounds,
    Change,
    Comparison,
    Difference,
    Evaluation,
    Instrument,
    Mean,
    Odds,
    Reliable,
    Share,
    evaluate,
)

SMALLEST = 5
TO_A_MARK, MARKS_AT_MOST = 3, 12


@dataclass(frozen=True)
class Mark:
    """So many people whose changes lie beside each other, and their mean."""

    people: int
    change: float


def marks(changes: Sequence[float]) -> list[Mark]:
    """The changes from the lowest to the highest, in parts of three people or more that are as
    even as can be: at most twelve. Fewer than three people make none. O(n log n)."""
    ordered = sorted(changes)
    number = min(len(ordered) // TO_A_MARK, MARKS_AT_MOST)
    cuts = [len(ordered) * at // number for at in range(number + 1)] if number else []
    parts = [ordered[start:end] for start, end in pairwise(cuts)]
    return [Mark(len(part), sum(part) / len(part)) for part in parts]


def figures(answers: Sequence[Answer], instrument: Instrument) -> dict[str, Any]:
    """What may be kept of these answers. A comparison group that is too small is left out.

    What the missing might have answered is bounded without looking at what they answered before:
    they are few.
    """
    found = evaluate(answers, instrument, blind_bounds=True)
    if found.n_paired < SMALLEST:
        return {"hidden": True}
    if found.comparison is not None and found.comparison.n_paired < SMALLEST:
        taking_part = [one for one in answers if one.group == "pilot"]
        found = evaluate(taking_part, instrument, blind_bounds=True)
    left_out = ("instrument", "changes")
    kept = {name: value for name, value in asdict(_bare(found)).items() if name not in left_out}
    spread = [[mark.people, mark.change] for mark in marks(found.changes)]
    return {"hidden": False} | kept | {"marks": spread}


def _bare(found: Evaluation) -> Evaluation:
    """Without the item texts, which `asdict` cannot copy."""
    return replace(found, instrument=Instrument(key="", name="", items=1, lowest=0, highest=1))


def read(kept: dict[str, Any], instrument: Instrument) -> Evaluation:
    """The evaluation that `figures` kept; without the changes of single people."""
    comparison = kept["comparison"]
    return Evaluation(
        instrument=instrument,
        n_before=kept["n_before"],
        n_after=kept["n_after"],
        n_paired=kept["n_paired"],
        incomplete=kept["incomplete"],
        change=Change(**kept["change"]),
        improved=Share(**kept["improved"]),
        threshold=kept["threshold"],
        reliable=Reliable(**kept["reliable"]) if kept["reliable"] else None,
        bounds=Bounds(**kept["bounds"]),
        comparison=_comparison(comparison) if comparison else None,
        mean=Mean(**kept["mean"]) if kept.get("mean") else None,
    )


def marks_of(kept: dict[str, Any]) -> list[Mark]:
    """How the changes are spread, as `figures` kept it."""
    return [Mark(people, change) for people, change in kept["marks"]]


def _comparison(kept: dict[str, Any]) -> Comparison:
    shares, odds = kept["improved_difference"], kept.get("improved_odds")
    return Comparison(
        n_before=kept["n_before"],
        n_after=kept["n_after"],
        n_paired=kept["n_paired"],
        change=Change(**kept["change"]),
        improved=Share(**kept["improved"]),
        difference=Change(**kept["difference"]),
        improved_difference=Difference(**shares) if shares else None,
        improved_odds=Odds(**odds) if odds else None,
        mean_difference=kept.get("mean_difference"),
        mean_difference_se=kept.get("mean_difference_se"),
    )
