"""What labels mean: the same, one under the other, or under the same roof."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain

from samskab.engine.language import (
    Synonyms,
    analyse,
    annotate,
    concept,
    default_synonyms,
    is_stopword,
    parse_synonyms,
    stem,
)
from samskab.engine.language.synonyms import list_of_the_field

SAME = 1.0
UNDER = 0.7
UNDER_TWICE = 0.5
SAME_ROOF = 0.3
SAME_WIDE_ROOF = 0.1
BY_WORDS = 0.85
# Of two lists or labels, what the better fitting direction counts for.
BETTER, WORSE = 0.7, 0.3
# A word that says little, such as "hjælp" or "mennesker", beside one that says what it is.
VAGUE_WEIGHT = 0.15
WHO, WHAT = "who", "what"
Terms = frozenset[str]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a label or a word means: one term for all of it, and the terms of its words.

    `keys` are terms of which two meanings share at least one whenever they are near at all.
    """

    concept: str
    terms: Terms
    keys: Terms = field(compare=False)
    vague: bool = field(default=False, compare=False)


def _read_hierarchy(synonyms: Synonyms) -> dict[str, tuple[str, ...]]:
    from importlib.resources import files

    text = files(__package__).joinpath("data", "hierarchy.txt").read_text(encoding="utf-8")
    parents: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        narrow, mark, wide = line.partition("<")
        if mark and not line.startswith("#"):
            above = (concept(label, synonyms=synonyms) for label in wide.split(","))
            parents[concept(narrow, synonyms=synonyms)] = tuple(above)
    return parents


@cache
def vague_terms() -> Terms:
    """Terms that stand in many texts and labels without saying for whom or what.

    A word of the list that is in the set of another target group or activity is not vague.
    """
    parts = default_synonyms().parts
    words = chain.from_iterable(line.split() for line in _vague_words())
    found = {(word, term) for word in words for term in analyse(word)}
    return frozenset(
        term for word, term in found if term == stem(word) or parts.get(term) not in (WHO, WHAT)
    )


def _vague_words() -> Iterable[str]:
    from importlib.resources import files

    text = files(__package__).joinpath("data", "vague.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


class Vocabulary:
    """Synonyms and what belongs under what, with all that is worked out from them kept.

    One object serves many comparisons; nothing of it changes what it says. Cost of a first look
    is that of analysing the label, later O(1).
    """

    def __init__(self, synonyms: Synonyms) -> None:
        self.synonyms = synonyms
        self._parents = _read_hierarchy(synonyms)
        self._up: dict[str, dict[str, int]] = {}
        self._meanings: dict[tuple[str, bool], Meaning] = {}
        self._near: dict[tuple[Meaning, Meaning], float] = {}
        self._loose = self._loose_phrases()

    # --- what a label means -----------------------------------------------------------------
    def steps_up(self, term: str) -> dict[str, int]:
        """What `term` belongs under, with the number of steps there; itself with none."""
        if (known := self._up.get(term)) is not None:
            return known
        found = {term: 0}
        queue = [term]
        for current in queue:
            for wider in self._parents.get(current, ()):
                if wider not in found:
                    found[wider] = found[current] + 1
                    queue.append(wider)
        self._up[term] = found
        return found

    def meaning(self, label: str) -> Meaning | None:
        """What a label such as a target group's name means; None for one without words."""
        return self._kept(label, True)

    def meaning_of_term(self, term: str) -> Meaning:
        """The same for a term that came out of a text."""
        found = self._kept(term, False)
        assert found is not None  # noqa: S101 - a term is never empty
        return found

    def _kept(self, text: str, is_label: bool) -> Meaning | None:
        key = (text, is_label)
        if (known := self._meanings.get(key)) is not None:
            return known
        made = self._read_label(text) if is_label else self._made(text, {text})
        if made:
            self._meanings[key] = made
        return made

    def _read_label(self, label: str) -> Meaning | None:
        whole = concept(label, synonyms=self.asked)
        if not whole:
            return None
        words = annotate(label, synonyms=self.asked)
        if len(words) == 1 and whole in words[0][1]:
            return self._made(whole, {whole} if whole in self.synonyms.parts else {*words[0][1]})
        terms = {found[0] for _, found in words}
        telling = terms - vague_terms() or terms
        if not telling:
            return self._made(whole, {whole})
        return self._made(" ".join(sorted(telling)), telling)

    @property
    def asked(self) -> Synonyms | None:
        """None for the list that comes with the package, for which the language keeps words."""
        return None if self.synonyms is default_synonyms() else self.synonyms

    def _made(self, whole: str, terms: Iterable[str]) -> Meaning:
        own = frozenset(terms) - vague_terms() or frozenset(terms)
        keys = frozenset(up for term in own | {whole} for up in self.steps_up(term))
        return Meaning(whole, own, keys, vague=own <= vague_terms())

    # --- how near two are -------------------------------------------------------------------
    def nearness(self, one: Meaning, other: Meaning) -> float:
        """How near two meanings are, 0 to 1; the same both ways round.

        1 for the same; 0.7 and 0.5 for one under the other, a step or more away; 0.3 for two
        under the same roof, 0.1 when that is further up; else up to 0.85 by the words of both.
        """
        if one.concept == other.concept:
            return SAME
        if one.keys.isdisjoint(other.keys):
            return 0.0
        key = (one, other) if one.concept <= other.concept else (other, one)
        if (known := self._near.get(key)) is None:
            known = max(self._related(one.concept, other.concept), self._by_words(*key))
            self._near[key] = known
        return known

    def _related(self, one: str, other: str) -> float:
        """Nearness of two terms by the hierarchy alone."""
        if one == other:
            return SAME
        up_one, up_other = self.steps_up(one), self.steps_up(other)
        steps = up_one.get(other) or up_other.get(one)
        if steps:
            return UNDER if steps == 1 else UNDER_TWICE
        roofs = up_one.keys() & up_other.keys()
        if not roofs:
            return 0.0
        nearest = min(up_one[roof] + up_other[roof] for roof in roofs)
        return SAME_ROOF if nearest == 2 else SAME_WIDE_ROOF

    def _by_words(self, one: Meaning, other: Meaning) -> float:
        def share(mine: Terms, theirs: Terms) -> float:
            weighed = [(VAGUE_WEIGHT if term in vague_terms() else 1.0, term) for term in mine]
            best = sum(
                weight * max(self._related(term, their) for their in theirs)
                for weight, term in weighed
            )
            return best / sum(weight for weight, _ in weighed)

        there, back = share(one.terms, other.terms), share(other.terms, one.terms)
        return BY_WORDS * (BETTER * max(there, back) + WORSE * min(there, back))

    # --- what a text is about ---------------------------------------------------------------
    def part(self, term: str) -> str:
        """'who' for a target group, 'what' for an activity; '' for anything else."""
        return "" if term in vague_terms() else self.synonyms.parts.get(term, "")

    def _loose_phrases(self) -> dict[str, list[tuple[Terms, str]]]:
        """For a term, the phrases of the list that hold it: all their terms, and the meaning.

        So "hjælper børn med lektierne" is found where the list has "hjælp til lektier".
        """
        found: dict[str, list[tuple[Terms, str]]] = {}
        for stems, term in self.synonyms.terms.items():
            if len(stems) < 2 or self.part(term) not in (WHO, WHAT):
                continue
            telling = frozenset(
                self.synonyms.canonical((stem,)) or stem for stem in stems if not is_stopword(stem)
            )
            if len(telling) > 1 and term not in telling and not telling <= vague_terms():
                first = min(telling)
                found.setdefault(first, []).append((telling, term))
        return found

    def loose(self, terms: Iterable[str]) -> set[str]:
        """The meanings of phrases of the list whose words all stand among `terms`."""
        here = frozenset(terms)
        return {
            term
            for first in here
            for telling, term in self._loose.get(first, ())
            if telling <= here
        }


@lru_cache(maxsize=16)
def vocabulary_of(extra: tuple[str, ...] = ()) -> Vocabulary:
    """The words of the field, with further sets of synonyms, one a line as in the list.

    Built once for each `extra`. Raises nothing. Time O(length of the lists).
    """
    if not extra:
        return Vocabulary(default_synonyms())
    return Vocabulary(parse_synonyms([*list_of_the_field().splitlines(), *extra]))
