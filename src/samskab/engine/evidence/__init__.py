"""Before and after, small cells, and pooling over places: what can be said, and how surely."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.evidence.cells import Suppressed, suppress
    from samskab.engine.evidence.change import (
        Bounds,
        Change,
        Reliable,
        bounds,
        compare,
        improved,
        measurement_error,
        paired_change,
        reliable_change,
        sign_flip_p,
        signed_rank_p,
        typical,
    )
    from samskab.engine.evidence.evaluation import Answer, Comparison, Evaluation, evaluate
    from samskab.engine.evidence.instruments import (
        INSPIRE_O,
        INSTRUMENTS,
        SWEMWBS,
        TILS,
        WHO5,
        Instrument,
        instrument,
        own_scale,
    )
    from samskab.engine.evidence.pooling import Pooled, pool
    from samskab.engine.evidence.resampling import Mean, bca, bootstrap, mean_change
    from samskab.engine.evidence.sentences import evaluation_sentences, pooled_sentences
    from samskab.engine.evidence.shares import Difference, Share, newcombe, wilson
    from samskab.engine.evidence.strength import (
        EvidenceLevel,
        Finding,
        evidence_level,
        level_sentence,
    )
    from samskab.engine.evidence.tables2x2 import Odds, fisher_p, odds_ratio

__all__ = [
    "INSPIRE_O",
    "INSTRUMENTS",
    "SWEMWBS",
    "TILS",
    "WHO5",
    "Answer",
    "Bounds",
    "Change",
    "Comparison",
    "Difference",
    "Evaluation",
    "EvidenceLevel",
    "Finding",
    "Instrument",
    "Mean",
    "Odds",
    "Pooled",
    "Reliable",
    "Share",
    "Suppressed",
    "bca",
    "bootstrap",
    "bounds",
    "compare",
    "evaluate",
    "evaluation_sentences",
    "evidence_level",
    "fisher_p",
    "improved",
    "instrument",
    "level_sentence",
    "mean_change",
    "measurement_error",
    "newcombe",
    "odds_ratio",
    "own_scale",
    "paired_change",
    "pool",
    "pooled_sentences",
    "reliable_change",
    "sign_flip_p",
    "signed_rank_p",
    "suppress",
    "typical",
    "wilson",
]

_HOMES = {
    "cells": (
        "Suppressed",
        "suppress",
    ),
    "change": (
        "Bounds",
        "Change",
        "Reliable",
        "bounds",
        "compare",
        "improved",
        "measurement_error",
        "paired_change",
        "reliable_change",
        "sign_flip_p",
        "signed_rank_p",
        "typical",
    ),
    "evaluation": (
        "Answer",
        "Comparison",
        "Evaluation",
        "evaluate",
    ),
    "instruments": (
        "INSPIRE_O",
        "INSTRUMENTS",
        "Instrument",
        "SWEMWBS",
        "TILS",
        "WHO5",
        "instrument",
        "own_scale",
    ),
    "pooling": (
        "Pooled",
        "pool",
    ),
    "resampling": (
        "Mean",
        "bca",
        "bootstrap",
        "mean_change",
    ),
    "sentences": ("evaluation_sentences", "pooled_sentences"),
    "shares": (
        "Difference",
        "Share",
        "newcombe",
        "wilson",
    ),
    "strength": (
        "EvidenceLevel",
        "Finding",
        "evidence_level",
        "level_sentence",
    ),
    "tables2x2": (
        "Odds",
        "fisher_p",
        "odds_ratio",
    ),
}
__getattr__ = loader(__name__, _HOMES)
