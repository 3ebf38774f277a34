"""How strong the evidence for a concept is, by rules that anybody can check.

The level says how well something has been examined, not how large the change was. Ideas from
the Early Intervention Foundation's levels; the rules are our own:

- An evaluation counts when at least 20 people answered before and after (in each group, where
  there are two).
- It *points up* when its whole interval is above zero, for the better.
- It *finds nothing* when it has a comparison group and its whole interval lies below the
  smallest change that matters (below or at zero where none is given).
- **established**: evaluations with a comparison group point up at two places or more, and none
  that counts finds nothing.
- **supported**: one place with a comparison group points up, and none finds nothing.
- **mixed**: with a comparison group, some point up and some find nothing.
- **not_working**: with a comparison group, some find nothing and none points up.
- **promising**: without a comparison group, some point up, and none of the above.
- **too_little**: everything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ENOUGH = 20


class EvidenceLevel(StrEnum):
    """The levels, from the rules above."""

    ESTABLISHED = "established"
    SUPPORTED = "supported"
    PROMISING = "promising"
    MIXED = "mixed"
    NOT_WORKING = "not_working"
    TOO_LITTLE = "too_little"


@dataclass(frozen=True, slots=True)
class Finding:
    """One evaluation at one place.

    `n` is the number of people with both answers, in the smaller group where there are two.
    `low` and `high` are the interval of the change (or of the difference in change, when
    `compared`), turned so that above zero is better; None where there is no interval.
    `relevant` is the smallest change that matters, in the same unit.
    """

    place: str
    n: int
    low: float | None
    high: float | None
    compared: bool = False
    relevant: float | None = None

    @property
    def counts(self) -> bool:
        """Whether enough people answered."""
        return self.n >= ENOUGH and self.low is not None and self.high is not None

    @property
    def points_up(self) -> bool:
        """Whether the whole interval is for the better."""
        return self.counts and self.low is not None and self.low > 0

    @property
    def finds_nothing(self) -> bool:
        """Whether a change that matters is ruled out, against a comparison group."""
        if not self.counts or not self.compared or self.high is None:
            return False
        return self.high <= 0 if self.relevant is None else self.high < self.relevant


_SAID = {
    "da": {
        EvidenceLevel.ESTABLISHED: "Det virker flere steder, målt mod grupper, der ikke var med.",
        EvidenceLevel.SUPPORTED: "Det har virket ét sted, målt mod en gruppe, der ikke var med.",
        EvidenceLevel.PROMISING: "Det ser lovende ud. Der mangler en gruppe at sammenligne med.",
        EvidenceLevel.MIXED: "Resultaterne peger i hver sin retning.",
        EvidenceLevel.NOT_WORKING: "Det er undersøgt, og det virkede ikke.",
        EvidenceLevel.TOO_LITTLE: "Vi ved for lidt endnu.",
    },
    "en": {
        EvidenceLevel.ESTABLISHED: "It works in several places, against groups not taking part.",
        EvidenceLevel.SUPPORTED: "It worked in one place, against a group not taking part.",
        EvidenceLevel.PROMISING: "It looks promising. A group to compare with is missing.",
        EvidenceLevel.MIXED: "The results point in different directions.",
        EvidenceLevel.NOT_WORKING: "It has been examined and found not to work.",
        EvidenceLevel.TOO_LITTLE: "There is too little evidence yet.",
    },
}


def evidence_level(findings: Iterable[Finding]) -> EvidenceLevel:
    """The level that these evaluations give by the rules of this module. O(findings)."""
    listed = list(findings)
    up = {one.place for one in listed if one.compared and one.points_up}
    nothing = any(one.finds_nothing for one in listed)
    if up and nothing:
        return EvidenceLevel.MIXED
    if nothing:
        return EvidenceLevel.NOT_WORKING
    if up:
        return EvidenceLevel.ESTABLISHED if len(up) > 1 else EvidenceLevel.SUPPORTED
    if any(one.points_up for one in listed):
        return EvidenceLevel.PROMISING
    return EvidenceLevel.TOO_LITTLE


def level_sentence(level: EvidenceLevel, language: str = "da") -> str:
    """The level in one plain sentence, `da` or `en`. Raises KeyError on another language."""
    return _SAID[language][level]
