"""Danish text: words and what they mean, how heavy they are to read, and what must be kept out."""

from typing import TYPE_CHECKING

from samskab.engine.lazy import loader

if TYPE_CHECKING:
    from samskab.engine.language.analysis import analyse, annotate, concept, search_terms
    from samskab.engine.language.compounds import respell, split_compound, zipf
    from samskab.engine.language.contacts import Contact, find_contacts
    from samskab.engine.language.identifiers import Span, contains_cpr, find_cpr, redact_cpr
    from samskab.engine.language.readability import Lix, lix
    from samskab.engine.language.semantic import has_vectors, sentence_vectors
    from samskab.engine.language.spelling import spelling_distance, spelling_keys, tolerated
    from samskab.engine.language.synonyms import Synonyms, default_synonyms, parse_synonyms, traces
    from samskab.engine.language.words import fold, is_stopword, stem, stems, tokens

__all__ = [
    "Contact",
    "Lix",
    "Span",
    "Synonyms",
    "analyse",
    "annotate",
    "concept",
    "contains_cpr",
    "default_synonyms",
    "find_contacts",
    "find_cpr",
    "fold",
    "has_vectors",
    "is_stopword",
    "lix",
    "parse_synonyms",
    "redact_cpr",
    "respell",
    "search_terms",
    "sentence_vectors",
    "spelling_distance",
    "spelling_keys",
    "split_compound",
    "stem",
    "stems",
    "tokens",
    "tolerated",
    "traces",
    "zipf",
]

_HOMES = {
    "analysis": (
        "analyse",
        "annotate",
        "concept",
        "search_terms",
    ),
    "compounds": (
        "respell",
        "split_compound",
        "zipf",
    ),
    "contacts": (
        "Contact",
        "find_contacts",
    ),
    "identifiers": (
        "Span",
        "contains_cpr",
        "find_cpr",
        "redact_cpr",
    ),
    "readability": (
        "Lix",
        "lix",
    ),
    "semantic": (
        "has_vectors",
        "sentence_vectors",
    ),
    "spelling": (
        "spelling_distance",
        "spelling_keys",
        "tolerated",
    ),
    "synonyms": (
        "Synonyms",
        "default_synonyms",
        "parse_synonyms",
        "traces",
    ),
    "words": (
        "fold",
        "is_stopword",
        "stem",
        "stems",
        "tokens",
    ),
}
__getattr__ = loader(__name__, _HOMES)
