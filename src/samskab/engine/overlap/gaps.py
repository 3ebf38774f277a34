"""Counts what there is for whom and where, so that gaps show."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from samskab.engine.language import concept
from samskab.engine.overlap.initiative import Initiative


@dataclass(frozen=True, slots=True)
class GapRow:
    """How many initiatives do `activity` for `target_group`: everywhere, or in one area.

    `area` is None for the row that counts all areas and those who state none.
    """

    target_group: str
    activity: str
    area: str | None
    count: int
    ids: tuple[str, ...]


def _names(labels: Iterable[str]) -> dict[str, str]:
    """For each concept the label that is used most, the first in the alphabet among equals."""
    counts = Counter(labels)
    names: dict[str, str] = {}
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        names.setdefault(concept(label), label)
    return names


def _concepts(labels: Iterable[str]) -> set[str]:
    return {concept(label) for label in labels}


def gap_table(initiatives: Iterable[Initiative]) -> tuple[GapRow, ...]:
    """What there is for whom: a row for each target group and activity that anybody states.

    First come the rows for all areas together, every target group with every activity, those that
    nobody does with the count 0; then, for each area, the rows that somebody does there. Labels of
    one meaning are counted as one and shown by the usual name. Who states no target group or no
    activity is in no row. Sorted by target group, activity and area.

    Raises nothing. Time O(groups x activities + sum over initiatives of their label products).
    Source: own method.
    """
    known = sorted(initiatives, key=lambda one: one.id)
    groups = _names(label for one in known for label in one.target_groups)
    activities = _names(label for one in known for label in one.activities)
    areas = _names(label for one in known for label in one.areas)
    cells: defaultdict[tuple[str, str, str | None], list[str]] = defaultdict(list)
    for one in known:
        places = (None, *_concepts(one.areas))
        for cell in product(_concepts(one.target_groups), _concepts(one.activities), places):
            cells[cell].append(one.id)
    everywhere: set[tuple[str, str, str | None]] = {
        (group, activity, None) for group, activity in product(groups, activities)
    }
    rows = [
        GapRow(
            groups[group],
            activities[activity],
            None if area is None else areas[area],
            len(cells.get((group, activity, area), ())),
            tuple(cells.get((group, activity, area), ())),
        )
        for group, activity, area in everywhere | cells.keys()
    ]
    return tuple(
        sorted(rows, key=lambda r: (r.area is not None, r.area or "", r.target_group, r.activity))
    )
