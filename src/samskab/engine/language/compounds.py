"""Takes Danish compounds apart: 'lektiehjælp' is 'lektie' and 'hjælp'."""

import math
from functools import lru_cache

from samskab.engine.language.words import fold, is_stopword, word_list

# Words are weighed by Zipf values: the decimal logarithm of occurrences in a thousand million.
_SMALLEST = 3.0
_SHORT_NEEDS = 4.0
_USUAL = 4.15
_FIELD_VALUE = 4.6
_MOST_PARTS = 4
_MIN_PART = 3
_MAX_LENGTH = 40
_INFLECTION = 4
_LINK_COST = 0.15
_PART_COST = 0.75

_ENDINGS = ("ernes", "erne", "ens", "ets", "ers", "ene", "en", "et", "er", "ne", "s", "e", "n", "r")


@lru_cache(maxsize=1)
def _frequencies() -> dict[str, float]:
    from wordfreq import get_frequency_dict

    return get_frequency_dict("da")


@lru_cache(maxsize=65536)
def zipf(word: str) -> float:
    """How usual a lower-case word is: log10 of occurrences in 10^9 words; 0.0 when not known.

    Raises nothing. Time O(1) after the first call. Source: `wordfreq`'s Danish list.
    """
    frequency = _frequencies().get(word, 0.0)
    return math.log10(frequency * 1e9) if frequency else 0.0


def _value(part: str) -> float:
    """How good a part of a compound the word is; 0.0 for none."""
    if part in word_list("parts.txt"):
        return max(_FIELD_VALUE, zipf(part))
    if len(part) < _MIN_PART or part in word_list("never_parts.txt") or is_stopword(part):
        return 0.0
    known = zipf(part)
    return known if known >= (_SHORT_NEEDS if len(part) == _MIN_PART else _SMALLEST) else 0.0


def _last_value(part: str) -> float:
    """The same for the last part, which may be inflected."""
    value = _value(part)
    if value:
        return value
    for ending in _ENDINGS:
        bare = part.removesuffix(ending)
        if bare != part and len(bare) > _MIN_PART and (value := _value(bare)):
            return value - _LINK_COST
    return 0.0


def _heads(word: str) -> list[tuple[str, int, float]]:
    """First parts of `word`: the part, how much it uses with its linking letter, its value."""
    heads: list[tuple[str, int, float]] = []
    for end in range(_MIN_PART, len(word) - _MIN_PART + 1):
        value = _value(word[:end])
        if not value:
            continue
        heads.append((word[:end], end, value))
        if word[end] in "se" and end + 1 <= len(word) - _MIN_PART:
            heads.append((word[:end], end + 1, value - _LINK_COST))
    return heads


def _best(word: str, parts_left: int) -> tuple[float, tuple[str, ...]]:
    """Sum of values and parts of the best way to take `word` apart; (0.0, ()) when there is none.

    The best is the one with the highest mean after the cost of each further part.
    """
    value = _last_value(word)
    best: tuple[float, tuple[str, ...]] = (value, (word,)) if value else (0.0, ())
    if parts_left == 1:
        return best
    for head, used, head_value in _heads(word):
        total, rest = _best(word[used:], parts_left - 1)
        if rest:
            candidate = (head_value + total, (head, *rest))
            best = max(best, candidate, key=_mean)
    return best


def _mean(split: tuple[float, tuple[str, ...]]) -> float:
    total, parts = split
    return total / len(parts) - _PART_COST * len(parts) if parts else -math.inf


def _is_whole(word: str) -> bool:
    """Whether `word` is an inflection of a word that must not be taken apart."""
    return any(
        word[:length] in word_list("whole.txt")
        for length in range(max(0, len(word) - _INFLECTION), len(word) + 1)
    )


@lru_cache(maxsize=65536)
def _split(word: str) -> tuple[str, ...]:
    if not 2 * _MIN_PART <= len(word) <= _MAX_LENGTH or not word.isalpha():
        return (word,)
    if _is_whole(word) or zipf(word) >= _USUAL:
        return (word,)
    candidates = [
        (head_value + total, (head, *rest))
        for head, used, head_value in _heads(word)
        for total, rest in [_best(word[used:], _MOST_PARTS - 1)]
        if rest
    ]
    if not candidates:
        return (word,)
    return max(candidates, key=lambda split: (_mean(split), split[1]))[1]


def split_compound(word: str) -> tuple[str, ...]:
    """The parts of a Danish compound, without the letters that link them; else the word alone.

    'gældsrådgivning' gives ('gæld', 'rådgivning'). `word` is folded first (see `fold`); a hyphen
    always parts. The last part keeps its inflection. Usual words, and words whose meaning is not
    that of their parts, stay whole.

    Raises nothing. Time O(n^4) for n letters at worst, n <= 40 (longer words stay whole); results
    are kept. Source: Koehn and Knight, Empirical Methods for Compound Splitting (EACL 2003):
    the split with the highest mean frequency of its parts; word list of `wordfreq`.
    """
    pieces = [piece for piece in fold(word.lower()).split("-") if piece]
    return tuple(part for piece in pieces for part in _split(piece))


@lru_cache(maxsize=65536)
def respell(word: str) -> str:
    """`word` with 'ae' and 'oe' as 'æ' and 'ø', when only that makes it a known Danish word.

    For texts typed without Danish letters: 'vaerested' gives 'værested', 'poesi' stays. Raises
    nothing. Time as `split_compound`. Source: own method.
    """
    if "ae" not in word and "oe" not in word:
        return word
    danish = word.replace("ae", "æ").replace("oe", "ø")
    if zipf(word) or not (zipf(danish) or _last_value(danish) or len(_split(danish)) > 1):
        return word
    return danish
