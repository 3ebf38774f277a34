"""From counted answers to what all may see. Few people are protected in three ways.

Nothing at all is kept of fewer than five. The share of a theme is a mean over several questions
with one decimal, and near the ends only a bound is said, so that it does not tell what everybody
answered. How many agree with a question is shown as far as no small number, zero included, can be
worked out again (`engine.evidence.suppress`). A survey is shown once, when it is closed, so that
no two sets of figures of the same people can be laid beside each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from samskab.civic.commons.culture.questions import HIGHEST, LOWEST, QUESTIONS, Theme
from samskab.engine.evidence import suppress

SMALLEST = 5
# Beyond these a mean says that nearly everybody answered the same.
LOW_END, HIGH_END = 1.5, 4.5

Counts = Sequence[Sequence[int]]


def nobody() -> list[list[int]]:
    """Counts before anybody has answered: “I cannot say”, then lowest to highest."""
    return [[0] * (HIGHEST - LOWEST + 2) for _question in QUESTIONS]


def with_answers(counts: Counts, answers: Sequence[int | None]) -> list[list[int]]:
    """The counts and one person's answers more."""
    added = [list(row) for row in counts]
    for row, answer in zip(added, answers, strict=True):
        row[0 if answer is None else answer - LOWEST + 1] += 1
    return added


def people_in(counts: Counts) -> int:
    return sum(counts[0]) if counts else 0


def results_of(counts: Counts) -> dict[str, Any]:
    """What may be shown: `people`, `themes` (mean by theme, null when too few answered) and
    `questions` (agree, neither, disagree, no answer; null is hidden). Empty for too few people."""
    if people_in(counts) < SMALLEST:
        return {}
    return {
        "people": people_in(counts),
        "themes": {theme.value: _mean(counts, theme) for theme in Theme},
        "questions": [_cells(row) for row in counts],
    }


def _mean(counts: Counts, theme: Theme) -> float | None:
    rows = [row for row, one in zip(counts, QUESTIONS, strict=True) if one.theme == theme]
    if any(sum(row[1:]) < SMALLEST for row in rows):
        return None
    total = sum(n * value for row in rows for value, n in enumerate(row[1:], start=LOWEST))
    mean = total / sum(sum(row[1:]) for row in rows)
    return round(min(max(mean, LOW_END), HIGH_END), 1)


def _cells(row: Sequence[int]) -> list[int | None]:
    none, *values = row
    table = [[sum(values[3:]), values[2], sum(values[:2]), none]]
    return list(suppress(table, minimum=SMALLEST, hide_zeros=True).cells[0])
