"""Overlap: which initiatives do the same, how strongly and why, and where nobody does anything."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.overlap.collection import Collection
    from samskab.engine.overlap.finding import find_overlaps, similar_to
    from samskab.engine.overlap.gaps import GapRow, gap_table
    from samskab.engine.overlap.initiative import Initiative
    from samskab.engine.overlap.reading import InputError, read_initiatives
    from samskab.engine.overlap.reasons import Overlap, Reason
    from samskab.engine.overlap.sentences import reason_sentence
    from samskab.engine.overlap.vocabulary import Vocabulary, vocabulary_of

__all__ = [
    "Collection",
    "GapRow",
    "Initiative",
    "InputError",
    "Overlap",
    "Reason",
    "Vocabulary",
    "find_overlaps",
    "gap_table",
    "read_initiatives",
    "reason_sentence",
    "similar_to",
    "vocabulary_of",
]

_HOMES = {
    "collection": ("Collection",),
    "reasons": (
        "Overlap",
        "Reason",
    ),
    "finding": (
        "find_overlaps",
        "similar_to",
    ),
    "gaps": (
        "GapRow",
        "gap_table",
    ),
    "initiative": ("Initiative",),
    "reading": (
        "InputError",
        "read_initiatives",
    ),
    "sentences": ("reason_sentence",),
    "vocabulary": (
        "Vocabulary",
        "vocabulary_of",
    ),
}
__getattr__ = loader(__name__, _HOMES)
