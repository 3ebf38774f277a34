"""What is compared of an initiative, prepared once."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from samskab.engine.language import annotate, concept, zipf
from samskab.engine.overlap.initiative import OLDEST_AGE, Initiative, first_day, last_day
from samskab.engine.overlap.vocabulary import (
    WHAT,
    WHO,
    Meaning,
    Vocabulary,
    vague_terms,
    vocabulary_of,
)

Day = tuple[int, int, int]
_FIRST: Day = (0, 1, 1)
_LAST: Day = (9999, 12, 31)
_RARE = 7.0
_LEAST, _MOST, _VAGUE = 0.5, 4.0, 0.5
_COMMON_ENDINGS = ("", "e", "en", "er", "et", "t", "s")
# A loose phrase is looked for in so many words that carry meaning, one after the other.
_WINDOW = 5
# Of what a text names, so much is kept; a text that names everything says nothing.
_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Profile:
    """An initiative as it is compared.

    `groups` and `activities` are what it states; `named_groups` and `named_activities` what its
    name and text speak of. `terms` are the different terms of name and text.
    """

    initiative: Initiative
    groups: tuple[Meaning, ...]
    activities: tuple[Meaning, ...]
    named_groups: tuple[Meaning, ...]
    named_activities: tuple[Meaning, ...]
    terms: tuple[str, ...]
    areas: tuple[str, ...]
    period: tuple[Day, Day] | None
    ages: tuple[int, int] | None


@lru_cache(maxsize=65536)
def term_weight(term: str) -> float:
    """How much a shared term says, 0.5 (usual in any such text) to 4 (rare).

    By frequency in general Danish, not in the collection, so that what two initiatives have in
    common does not depend on which others there are. Raises nothing. O(1) when known.
    """
    if term in vague_terms():
        return _VAGUE
    usual = max(zipf(term + ending) for ending in _COMMON_ENDINGS)
    return min(_MOST, max(_LEAST, _RARE - usual))


def _named(initiative: Initiative, words: Vocabulary) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms of name and text; and of each word one, with what known phrases mean."""
    annotated = annotate(f"{initiative.name}\n{initiative.text}", synonyms=words.asked)
    terms = dict.fromkeys(intern(term) for _, found in annotated for term in found)
    told = dict.fromkeys(found[0] for _, found in annotated)
    for start in range(len(annotated)):
        near = [term for _, found in annotated[start : start + _WINDOW] for term in found]
        told.update(dict.fromkeys(sorted(words.loose(near))))
    return tuple(terms), tuple(told)


def _period(initiative: Initiative) -> tuple[Day, Day] | None:
    first, last = first_day(initiative.start), last_day(initiative.end)
    return (first or _FIRST, last or _LAST) if first or last else None


def _ages(initiative: Initiative) -> tuple[int, int] | None:
    low, high = initiative.age_low, initiative.age_high
    if low is None and high is None:
        return None
    return (0 if low is None else low, OLDEST_AGE if high is None else high)


def _meanings(labels: Iterable[str], words: Vocabulary) -> tuple[Meaning, ...]:
    return tuple(dict.fromkeys(found for label in labels if (found := words.meaning(label))))


def _of_part(told: Iterable[str], part: str, words: Vocabulary) -> tuple[Meaning, ...]:
    found = [words.meaning_of_term(term) for term in told if words.part(term) == part]
    return tuple(found[:_MOST_NAMED])


def profile(initiative: Initiative, words: Vocabulary | None = None) -> Profile:
    """Prepare an initiative for comparing. Raises nothing. Time O(length of its texts)."""
    words = words or vocabulary_of()
    terms, told = _named(initiative, words)
    areas = (concept(area) for area in initiative.areas)
    return Profile(
        initiative=initiative,
        groups=_meanings(initiative.target_groups, words),
        activities=_meanings(initiative.activities, words),
        named_groups=_of_part(told, WHO, words),
        named_activities=_of_part(told, WHAT, words),
        terms=terms,
        areas=tuple(dict.fromkeys(area for area in areas if area)),
        period=_period(initiative),
        ages=_ages(initiative),
    )
