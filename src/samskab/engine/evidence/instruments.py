"""Questionnaires that may be used freely: how they are scored, and what a change in them means.

Item texts are here only where they are free and their wording is known for certain. For the
others the scoring is known and no text: people have the questions on paper, from those who hold
the rights.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Instrument:
    """How answers become one score: offset + factor × sum of the items.

    `items` is the number of items, each a whole number from `lowest` to `highest`.
    `relevant_change` is the change in score that counts as a change for a person (None where
    there is no accepted one), `standard_error` that of one measurement, in score points.
    `texts`, `lead` and `choices` are by language, empty where the texts may not be shown;
    choices run from `lowest` to `highest`.
    """

    key: str
    name: str
    items: int
    lowest: int
    highest: int
    factor: float = 1.0
    offset: float = 0.0
    higher_is_better: bool = True
    relevant_change: float | None = None
    standard_error: float | None = None
    source: str = ""
    error_source: str = ""
    lead: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.items < 1 or self.lowest >= self.highest or self.factor <= 0:
            raise ValueError(f"instrument {self.key}: items, range or factor make no scale")
        if self.relevant_change is not None and not self.relevant_change > 0:
            raise ValueError(f"instrument {self.key}: a relevant change is above zero")
        if self.standard_error is not None and not self.standard_error > 0:
            raise ValueError(f"instrument {self.key}: a standard error is above zero")

    @property
    def may_show_items(self) -> bool:
        """Whether the item texts may be shown (and are here)."""
        return bool(self.texts)

    @property
    def scale(self) -> tuple[float, float]:
        """The lowest and highest score there can be."""
        low, high = self.items * self.lowest, self.items * self.highest
        return self.offset + self.factor * low, self.offset + self.factor * high

    def score(self, answers: Sequence[int | None]) -> float | None:
        """The score of one person's answers, or None when an item is missing. O(items).

        Raises ValueError on another number of items or an answer outside the range.
        """
        if len(answers) != self.items:
            raise ValueError(f"{self.name} has {self.items} items, not {len(answers)}")
        total = 0
        for at, answer in enumerate(answers, 1):
            if answer is None:
                return None
            if not self.lowest <= answer <= self.highest:
                raise ValueError(f"item {at}: {answer} is not from {self.lowest} to {self.highest}")
            total += answer
        return self.offset + self.factor * total


def own_scale(
    key: str,
    name: str,
    items: int,
    lowest: int,
    highest: int,
    *,
    higher_is_better: bool = True,
    relevant_change: float | None = None,
    standard_error: float | None = None,
    texts: Mapping[str, Sequence[str]] | None = None,
) -> Instrument:
    """A scale of a pilot's own questions, or a count: the score is the sum of the items.

    A count is one item from 0 to the most there can be. Set `relevant_change` before the first
    answers are seen, or leave it out: then every change for the better counts. Raises
    ValueError on an impossible range or a wrong number of texts.
    """
    kept = {language: tuple(several) for language, several in (texts or {}).items()}
    if any(len(several) != items for several in kept.values()):
        raise ValueError(f"instrument {key}: one text for each of the {items} items")
    return Instrument(
        key,
        name,
        items,
        lowest,
        highest,
        higher_is_better=higher_is_better,
        relevant_change=relevant_change,
        standard_error=standard_error,
        error_source="given" if standard_error is not None else "",
        source="own questions",
        texts=MappingProxyType(kept),
    )


WHO5 = Instrument(
    key="who5",
    name="WHO-5",
    items=5,
    lowest=0,
    highest=5,
    factor=4.0,
    relevant_change=10.0,
    # The smallest change beyond error was 23.60 points in 554 Danish people asked twice.
    standard_error=8.51,
    error_source="23.60 / (1.96 × √2), from Schougaard et al. 2018, doi 10.1186/s12955-018-1001-0",
    source="WHO-5 Well-Being Index (World Health Organization 1998; Topp et al. 2015)",
    lead={"da": "I de sidste 2 uger …", "en": "Over the last two weeks …"},
    texts={
        "da": (
            "har jeg været glad og i godt humør",
            "har jeg følt mig rolig og afslappet",
            "har jeg følt mig aktiv og energisk",
            "er jeg vågnet frisk og udhvilet",
            "har min dagligdag været fyldt med ting, der interesserer mig",
        ),
        "en": (
            "I have felt cheerful and in good spirits",
            "I have felt calm and relaxed",
            "I have felt active and vigorous",
            "I woke up feeling fresh and rested",
            "my daily life has been filled with things that interest me",
        ),
    },
    choices={
        "da": (
            "På intet tidspunkt",
            "Lidt af tiden",
            "Lidt mindre end halvdelen af tiden",
            "Lidt mere end halvdelen af tiden",
            "Det meste af tiden",
            "Hele tiden",
        ),
        "en": (
            "At no time",
            "Some of the time",
            "Less than half of the time",
            "More than half of the time",
            "Most of the time",
            "All of the time",
        ),
    },
)

SWEMWBS = Instrument(
    key="swemwbs",
    name="SWEMWBS",
    items=7,
    lowest=1,
    highest=5,
    relevant_change=3.0,
    standard_error=1.03,
    error_source="HQLO 2018;16:239",
    source="SWEMWBS, sum of items; a change of 1 to 3 points matters (HQLO 2018;16:239)",
)

TILS = Instrument(
    key="tils",
    name="T-ILS",
    items=3,
    lowest=1,
    highest=3,
    higher_is_better=False,
    source="Three-item loneliness scale (Hughes et al. 2004): sum of items, no accepted threshold",
)

INSPIRE_O = Instrument(
    key="inspire",
    name="Brief INSPIRE-O",
    items=5,
    lowest=0,
    highest=4,
    factor=5.0,
    relevant_change=8.0,
    source="Brief INSPIRE-O: five times the sum of the items; a change of 8 points matters"
    " (Moeller et al. 2025)",
)

INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {one.key: one for one in (WHO5, SWEMWBS, TILS, INSPIRE_O)}
)


def instrument(key: str) -> Instrument:
    """The instrument with this key, in any case. Raises KeyError naming those there are."""
    found = INSTRUMENTS.get(key.casefold())
    if found is None:
        raise KeyError(f"no instrument '{key}'; there are {', '.join(INSTRUMENTS)}")
    return found
