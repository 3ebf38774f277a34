"""Says why two initiatives overlap: what they have in common, in their own words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from samskab.engine.language import annotate, concept, stem
from samskab.engine.overlap.initiative import Initiative
from samskab.engine.overlap.profile import Day, Profile, term_weight
from samskab.engine.overlap.vocabulary import Meaning, Vocabulary

Kind = Literal["target_group", "activity", "area", "text", "period", "age"]
Match = Literal["same", "some", "alike"]

TELLING = 1.5
WORTH_NAMING = 0.3
MOST_WORDS = 6
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that two initiatives have in common.

    `match` is "same" when it is all the same, "some" when `words` are what both have of more, and
    "alike" when `words` are different but near in meaning.
    `words` are the shared words as they were written (for a period its first and last day, for
    ages the lowest and highest); `value`, 0 to 1, is how much is shared: 1 is all of it.
    """

    kind: Kind
    match: Match
    words: tuple[str, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two initiatives that may do the same; `a` is the smaller id.

    `strength` is how much they do the same, as far as it is known; `certainty` how much of what
    would tell is known of both. Both 0 to 1.
    """

    a: str
    b: str
    strength: float
    certainty: float
    reasons: tuple[Reason, ...]
    same_organisation: bool = field(default=False)


Told = tuple[tuple[str, Meaning], ...]
Words = dict[str, str]


@lru_cache(maxsize=4096)
def _words(name: str, text: str, words: Vocabulary) -> Words:
    """For each term of name and text, the first word that it came from."""
    found: Words = {}
    for word, terms in annotate(f"{name}\n{text}", synonyms=words.asked):
        for term in terms:
            found.setdefault(term, word)
    return found


def _told(labels: Sequence[str], named: Iterable[Meaning], said: Words, words: Vocabulary) -> Told:
    """What is stated, in its own words; without such, what the text speaks of."""
    if labels:
        return tuple((label, found) for label in labels if (found := words.meaning(label)))
    return tuple((said[one.concept], one) for one in named if one.concept in said)


def _labels(kind: Kind, mine: Told, theirs: Told, words: Vocabulary) -> Reason | None:
    """What is the same on both sides; without such, what is near."""
    near = sorted(
        (-value, *_in_order(label, other))
        for label, one in mine
        for other, its in theirs
        if (value := words.nearness(one, its)) >= WORTH_NAMING
    )
    if not near:
        return None
    same = {words_of(first): first for value, first, _ in reversed(near) if value == -1}
    if same:
        match: Match = "same" if len(mine) == len(theirs) == len(same) else "some"
        shown = tuple(sorted(same.values()))[:MOST_WORDS]
        return Reason(kind, match, shown, _share(len(same), len(mine), len(theirs)))
    shown = tuple(dict.fromkeys(word for _, first, second in near for word in (first, second)))
    return Reason(kind, "alike", shown[:MOST_WORDS], round(-near[0][0], DIGITS))


def words_of(label: str) -> str:
    """What tells two labels of one meaning apart from two meanings; the label when it has none."""
    return concept(label) or label


def _share(shared: int, mine: int, theirs: int) -> float:
    return round(min(1.0, 2 * shared / (mine + theirs)), DIGITS)


def _in_order(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _text(one: Profile, other: Profile, mine: Words, theirs: Words) -> Reason | None:
    shared = set(one.terms).intersection(other.terms)
    telling = [term for term in shared if term_weight(term) >= TELLING]
    telling.sort(key=lambda term: (-term_weight(term), term))
    shown = _shown(telling, mine, theirs)
    if not shown:
        return None
    common = sum(map(term_weight, sorted(shared)))
    fewest = min(sum(map(term_weight, side.terms)) for side in (one, other))
    return Reason("text", "some", shown, round(min(1.0, common / fewest), DIGITS))


def _shown(terms: Sequence[str], mine: Words, theirs: Words) -> tuple[str, ...]:
    """The words behind shared terms, each once; two words of one meaning as 'word/other'."""
    shown: list[str] = []
    used: set[str] = set()
    for term in terms:
        first, second = _in_order(mine[term], theirs[term])
        if first in used or second in used:
            continue
        used |= {first, second}
        inflected = stem(first) == stem(second) or first in second
        shown.append(first if inflected else f"{first}/{second}")
    return tuple(shown)[:MOST_WORDS]


def _areas(one: Initiative, other: Initiative) -> Reason | None:
    mine = {concept(area): area for area in one.areas if concept(area)}
    theirs = {concept(area): area for area in other.areas if concept(area)}
    shared = sorted(min(mine[key], theirs[key]) for key in mine.keys() & theirs.keys())
    if not shared:
        return None
    value = len(shared) / min(len(mine), len(theirs))
    return Reason("area", "same" if value == 1 else "some", tuple(shared), round(value, DIGITS))


def _day(day: Day) -> str:
    year, month, number = day
    return f"{year:04d}-{month:02d}-{number:02d}" if 0 < year < 9999 else ""


def _period(one: Profile, other: Profile) -> Reason | None:
    if not (one.period and other.period):
        return None
    first, last = max(one.period[0], other.period[0]), min(one.period[1], other.period[1])
    return Reason("period", "some", (_day(first), _day(last)), 1.0) if first <= last else None


def _ages(one: Profile, other: Profile) -> Reason | None:
    if not (one.ages and other.ages):
        return None
    low, high = max(one.ages[0], other.ages[0]), min(one.ages[1], other.ages[1])
    return Reason("age", "some", (str(low), str(high)), 1.0) if low <= high else None


def explain(one: Profile, other: Profile, words: Vocabulary) -> tuple[Reason, ...]:
    """What two initiatives have in common; the same whichever comes first.

    A target group or activity that one side does not state is taken from its text. Raises
    nothing. Time O(labels of one x labels of the other + length of the texts).
    Source: own method.
    """
    if other.initiative.id < one.initiative.id:
        one, other = other, one
    mine, theirs = one.initiative, other.initiative
    said, heard = (_words(side.name, side.text, words) for side in (mine, theirs))
    reasons = (
        _labels(
            "target_group",
            _told(mine.target_groups, one.named_groups, said, words),
            _told(theirs.target_groups, other.named_groups, heard, words),
            words,
        ),
        _labels(
            "activity",
            _told(mine.activities, one.named_activities, said, words),
            _told(theirs.activities, other.named_activities, heard, words),
            words,
        ),
        _areas(mine, theirs),
        _text(one, other, said, heard),
        _period(one, other),
        _ages(one, other),
    )
    return tuple(reason for reason in reasons if reason)


def overlap_of(
    one: Profile, other: Profile, strength: float, certainty: float, words: Vocabulary
) -> Overlap:
    """A compared pair with its reasons. Time as `explain`."""
    a, b = sorted((one, other), key=lambda side: side.initiative.id)
    mine, theirs = a.initiative.organisation, b.initiative.organisation
    return Overlap(
        a=a.initiative.id,
        b=b.initiative.id,
        strength=round(float(strength), DIGITS),
        certainty=round(float(certainty), DIGITS),
        reasons=explain(a, b, words),
        same_organisation=bool(mine) and concept(mine) == concept(theirs),
    )
