"""Words of the field that mean the same, read from an editable list."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from samskab.engine.language.words import stem, tokens

Stems = tuple[str, ...]


def phrase_stems(text: str) -> Stems:
    """The stems of all words of `text`, stop words too ('uden bolig' is not 'bolig')."""
    return tuple(stem(piece) for word in tokens(text) for piece in word.split("-"))


def joined(phrase: Stems) -> str:
    """One term for several stems, without a mark that a search index would split at."""
    return "".join(phrase)


@dataclass(frozen=True)
class Synonyms:
    """Sets of words that mean the same: from a phrase's stems to the term that stands for it.

    `parts` says in which part of the list ('who', 'what', 'other') the set of a term stands.
    """

    terms: dict[Stems, str] = field(repr=False)
    longest: int
    parts: Mapping[str, str] = field(default_factory=dict, repr=False)

    def canonical(self, phrase: Stems) -> str | None:
        """The term that stands for `phrase`; None when it is in no set. Time O(len(phrase))."""
        return self.terms.get(phrase)


def parse_synonyms(lines: Iterable[str]) -> Synonyms:
    """Read sets of synonyms: one a line, parted by commas; the first entry stands for the set.

    Empty lines and lines that begin with '#' are skipped; a line like '[who]' begins a part. A
    phrase that is in two sets belongs to the first; a first entry that an earlier set holds joins
    its line to that set. Raises nothing. Time and memory O(length of all lines).
    Source: own method.
    """
    terms: dict[Stems, str] = {}
    parts: dict[str, str] = {}
    part = ""
    for line in map(str.strip, lines):
        if line.startswith("#"):
            continue
        if line.startswith("[") and line.endswith("]"):
            part = line[1:-1].strip()
            continue
        phrases = [stems for entry in line.split(",") if (stems := phrase_stems(entry))]
        for phrase in phrases:
            head = phrases[0]
            term = terms.setdefault(phrase, terms.get(head, joined(head)))
            parts.setdefault(term, part)
    return Synonyms(terms, max(map(len, terms), default=0), parts)


@lru_cache(maxsize=1)
def _stems_of_terms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for phrase, term in default_synonyms().terms.items():
        found.setdefault(term, set()).update(phrase)
    return {term: frozenset(stems) for term, stems in found.items()}


def traces(term: str) -> frozenset[str]:
    """Pieces of at most three letters, of which a single word that gives the term holds one.

    Far quicker than `analyse` to tell that a word does not. Raises nothing. O(words of its set).
    """
    return frozenset(stem[:3] for stem in {term, *_stems_of_terms().get(term, ())})


def list_of_the_field() -> str:
    """The text of the list that comes with the package (`data/synonyms.txt`)."""
    from importlib.resources import files

    return files(__package__).joinpath("data", "synonyms.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def default_synonyms() -> Synonyms:
    """The sets of `data/synonyms.txt`, read once. Raises nothing. O(1) after the first call."""
    return parse_synonyms(list_of_the_field().splitlines())
