"""What an evaluation found, as a concept carries it along."""

from __future__ import annotations

from typing import Any

from samskab.civic.journey.evaluation import stored
from samskab.civic.journey.evaluation.models import Evaluation as Row
from samskab.civic.journey.evaluation.models import Measure
from samskab.engine.evidence import Evaluation, evaluation_sentences
from samskab.engine.evidence.change import Change
from samskab.engine.evidence.shares import normal_quantile

LONGEST = 300


def snapshot(evaluation: Row) -> dict[str, Any]:
    """The pilot's first measure with figures that may be shown, or nothing.

    Against a comparison group where there is one: then it is the difference in change.
    """
    known = {row.pk: row for row in Measure.objects.filter(pilot=evaluation.pilot)}
    for kept in evaluation.results:
        measure = known.get(kept["measure"])
        if measure is not None and not kept["hidden"]:
            return _figures(measure, kept)
    return {}


def _figures(measure: Measure, kept: dict[str, Any]) -> dict[str, Any]:
    instrument = measure.instrument
    found = stored.read(kept, instrument)
    group = found.comparison
    against = group is not None and group.difference.estimate is not None
    change = group.difference if group is not None and against else found.change
    if change.estimate is None:
        return {}
    lowest, highest = instrument.scale
    return {
        "instrument": instrument.key,
        "scale_name": instrument.name,
        "n": min(found.n_paired, group.n_paired) if group and against else found.n_paired,
        "estimate": change.estimate,
        "low": change.low,
        "high": change.high,
        "se": error(found, against=bool(against)) or error_of_interval(change),
        "lowest": lowest,
        "highest": highest,
        "higher_is_better": instrument.higher_is_better,
        "relevant": found.threshold,
        "compared": against,
        "sentences": {
            "da": [text[:LONGEST] for text in evaluation_sentences(found, "da")],
            "en": [text[:LONGEST] for text in evaluation_sentences(found, "en")],
        },
    }


def error(found: Evaluation, *, against: bool) -> float | None:
    """The standard error of the mean change, or of the difference in it; None where nobody
    differs, or in figures that were kept before it was."""
    if not against:
        return (found.mean.se if found.mean else None) or None
    return (found.comparison.mean_difference_se if found.comparison else None) or None


def error_of_interval(change: Change) -> float | None:
    """The standard error behind an interval, taking it for symmetric; None without one."""
    if change.low is None or change.high is None or change.level is None:
        return None
    width = change.high - change.low
    return width / (2 * normal_quantile(change.level)) if width > 0 else None
