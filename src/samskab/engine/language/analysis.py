"""Turns a Danish text into terms: stems, parts of compounds, one term for each set of synonyms."""

from functools import lru_cache

from samskab.engine.language.compounds import respell, split_compound
from samskab.engine.language.synonyms import Synonyms, default_synonyms, joined
from samskab.engine.language.words import fold, is_stopword, stem, tokens

Annotated = tuple[tuple[str, tuple[str, ...]], ...]


def _words(text: str) -> list[str]:
    return [respell(fold(piece)) for token in tokens(text) for piece in token.split("-")]


def _one(word: str, synonyms: Synonyms) -> tuple[str, ...]:
    """The terms of one word: the whole, then its parts when it is a compound."""
    whole = stem(word)
    split = split_compound(word)
    parts = tuple(map(stem, split)) if len(split) > 1 else ()
    term = synonyms.canonical((whole,)) or synonyms.canonical(parts) or whole
    terms = (term, *(synonyms.canonical((part,)) or part for part in parts))
    return tuple(dict.fromkeys(terms))


@lru_cache(maxsize=65536)
def _one_of_the_field(word: str) -> tuple[str, ...]:
    return _one(word, default_synonyms())


def _word_terms(word: str, synonyms: Synonyms) -> tuple[str, ...]:
    if is_stopword(word):
        return ()
    if synonyms is default_synonyms():
        return _one_of_the_field(word)
    return _one(word, synonyms)


def _phrase(stems: list[str], start: int, synonyms: Synonyms) -> tuple[int, str] | None:
    """The longest phrase of two or more words that is in a set: its length and its term."""
    for length in range(min(synonyms.longest, len(stems) - start), 1, -1):
        term = synonyms.canonical(tuple(stems[start : start + length]))
        if term:
            return length, term
    return None


def annotate(text: str, *, synonyms: Synonyms | None = None) -> Annotated:
    """The words and known phrases of `text`, each with its terms (see `analyse`), in order.

    Words without terms are left out. Raises nothing. Time O(len(text)). Source: own method.
    """
    known = default_synonyms() if synonyms is None else synonyms
    words = _words(text)
    stems = [stem(word) for word in words]
    found: list[tuple[str, tuple[str, ...]]] = []
    position = 0
    while position < len(words):
        length, term = _phrase(stems, position, known) or (1, "")
        phrase = words[position : position + length]
        terms = [term] if term else []
        terms += [single for word in phrase for single in _word_terms(word, known)]
        if terms:
            found.append((" ".join(phrase), tuple(dict.fromkeys(terms))))
        position += length
    return tuple(found)


def analyse(text: str, *, synonyms: Synonyms | None = None) -> tuple[str, ...]:
    """The terms of a Danish text, in order, repeated as in the text.

    Each word that carries meaning gives its stem and, for a compound, the stems of its parts after
    it; a word or phrase that is in a set of synonyms gives the set's term instead of its own
    stem. Indexing and searching must both use this function. Terms are lower case and hold no
    space or hyphen. `synonyms` replaces the list that comes with the package.

    Raises nothing. Time O(len(text)) with known words. Source: Snowball's stems, Koehn and
    Knight's compounds (2003), own synonyms.
    """
    return tuple(term for _, terms in annotate(text, synonyms=synonyms) for term in terms)


def search_terms(text: str, *, synonyms: Synonyms | None = None) -> tuple[str, ...]:
    """The different terms of what somebody searches for, in order of appearance.

    The same analysis as `analyse`, each term once. Raises nothing. Time O(len(text)).
    """
    return tuple(dict.fromkeys(analyse(text, synonyms=synonyms)))


def _concept(label: str, synonyms: Synonyms) -> str:
    words = _words(label)
    if len(words) == 1 and (terms := _word_terms(words[0], synonyms)):
        return terms[0]
    stems = tuple(map(stem, words))
    return synonyms.canonical(stems) or joined(stems)


@lru_cache(maxsize=65536)
def _concept_of_the_field(label: str) -> str:
    return _concept(label, default_synonyms())


def concept(label: str, *, synonyms: Synonyms | None = None) -> str:
    """One term for a whole label, such as a target group's name; '' for a label without words.

    Two labels of the same set of synonyms have the same concept, whatever their inflection.
    Raises nothing. Time O(len(label)). Source: own method.
    """
    return _concept_of_the_field(label) if synonyms is None else _concept(label, synonyms)
