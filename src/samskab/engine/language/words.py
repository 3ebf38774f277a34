"""Words of a text, their spelling made one, and their stems."""

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from snowballstemmer.danish_stemmer import DanishStemmer

_WORD = re.compile(r"[^\W_]+(?:[-'\u2019][^\W_]+)*")
_FOREIGN = str.maketrans({"ä": "æ", "ö": "ø", "œ": "ø", "ß": "ss", "đ": "d", "ł": "l"})


def tokens(text: str) -> tuple[str, ...]:
    """The words of `text` in lower case and in order; numbers count, punctuation does not.

    Compatible spellings are made one (NFKC, soft hyphens gone); a hyphen or an apostrophe inside
    a word belongs to it. Raises nothing. Time O(len(text)). Source: own method.
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").lower()
    return tuple(_WORD.findall(plain.replace("\u2011", "-").replace("\u2010", "-")))


def _bare(char: str) -> str:
    """The letter without its accent; å is a letter of its own."""
    return char if char == "å" else unicodedata.normalize("NFD", char)[0]


@lru_cache(maxsize=65536)
def fold(word: str) -> str:
    """One spelling for a lower-case word: 'aa' as 'å', ä and ö as æ and ø, no accents.

    Length stays or shrinks, except for 'ß'. Raises nothing. Time O(len(word)). Source: own method.
    """
    word = unicodedata.normalize("NFC", word).translate(_FOREIGN).replace("aa", "å")
    return word if word.isascii() else "".join(map(_bare, word))


@cache
def word_list(name: str) -> frozenset[str]:
    """The words of a file in `data`; lines that begin with '#' are notes. Read once."""
    from importlib.resources import files

    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.split())


def is_stopword(word: str) -> bool:
    """Whether a lower-case word carries no meaning of its own (`data/stopwords.txt`). O(1)."""
    return word in word_list("stopwords.txt")


_LOCAL = threading.local()


def _stemmer() -> "DanishStemmer":
    # A stemmer keeps the word that it works on, so each thread has its own.
    if not hasattr(_LOCAL, "stemmer"):
        from snowballstemmer.danish_stemmer import DanishStemmer

        _LOCAL.stemmer = DanishStemmer()
    stemmer: DanishStemmer = _LOCAL.stemmer
    return stemmer


@cache
def _kept_apart() -> dict[str, str]:
    """Words that must not get the stem of another word, each with its own (`data/apart.txt`)."""
    from importlib.resources import files

    text = files(__package__).joinpath("data", "apart.txt").read_text(encoding="utf-8")
    rows = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {word: own for own, *words in rows for word in words}


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of one lower-case word, after `fold`. Raises nothing. Time O(len(word)).

    Source: the Danish algorithm of the Snowball project (snowballstem.org); own exceptions where
    it makes two words one ('leder' and 'ledig').
    """
    folded = fold(word)
    return _kept_apart().get(folded) or str(_stemmer().stemWord(folded))


def stems(text: str) -> tuple[str, ...]:
    """The stems of the words of `text` that carry meaning, in order, repeated as in the text.

    Stop words are left out; compounds stay whole (see `analyse`). Raises nothing.
    Time O(len(text)). Source: Snowball's Danish algorithm; own stop words.
    """
    return tuple(stem(word) for word in tokens(text) if not is_stopword(word))
