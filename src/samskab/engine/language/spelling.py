"""Words that are spelled nearly alike: keys that they share, and how far they are apart."""

HEAD = 7
# Letters that are often taken for each other: they sound alike or lie under one finger.
_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        *("æe", "æa", "øo", "øe", "øu", "åo", "åa", "yø", "yi", "ij", "ei", "uo"),
        *("dt", "gk", "bp", "cs", "ck", "ks", "sz", "vf", "vw", "qk", "gj", "vg", "rn", "mn"),
    )
)
# Letters that are written and hardly heard.
_SILENT = frozenset("dghe")
_LESS = 0.5
_SWAPPED = 0.75


def _one_less(part: str) -> set[str]:
    return {part, *(part[:at] + part[at + 1 :] for at in range(len(part)))}


def spelling_keys(word: str) -> frozenset[str]:
    """Keys of a word, at most 17; two words that differ by one edit share at least one.

    Each is the first or the last seven letters, whole or with one letter left out. Words of more
    than seven letters also share one when there is one edit in each half, or any number in one
    half only. Raises nothing. Time O(1) for words longer than seven letters. Source: Garbe's
    symmetric deletes, 2012, on both ends of the word.
    """
    keys = {f"^{part}" for part in _one_less(word[:HEAD])}
    if len(word) > HEAD:
        keys |= {f"${part}" for part in _one_less(word[-HEAD:])}
    return frozenset(keys)


def tolerated(word: str) -> float:
    """How far from a word another may be and still be meant: 0.0 below four letters, then more
    for longer words. Unit: edits, see `spelling_distance`. Raises nothing. O(1)."""
    length = len(word)
    return 0.0 if length < 4 else 1.0 if length < 6 else 1.5 if length < 8 else 2.25


def spelling_distance(one: str, other: str, limit: float) -> float:
    """Edits from one lower-case word to the other; anything above `limit` (≤ 3) comes as infinity.

    A letter put in, left out or replaced is 1, two neighbours swapped 0.75; letters taken for
    each other, a doubled letter and a silent letter are 0.5. The first letter is seldom wrong: an
    edit there costs 0.25 more. Raises nothing. Time O(len), for only a band around the diagonal
    is looked at. Source: Damerau's edits (1964) in optimal alignment, own weights.
    """
    far = float("inf")
    band = int(limit / _LESS)
    if abs(len(one) - len(other)) > band:
        return far
    before: list[float] = []
    last = [0.0, *[far] * len(other)]
    for to in range(1, min(len(other), band) + 1):
        last[to] = last[to - 1] + _gap(other, to - 1)
    for at, letter in enumerate(one, 1):
        row = [far] * (len(other) + 1)
        if at <= band:
            row[0] = last[0] + _gap(one, at - 1)
        for to in range(max(1, at - band), min(len(other), at + band) + 1):
            match = other[to - 1]
            best = last[to - 1] + _exchange(letter, match, at == to == 1)
            best = min(best, last[to] + _gap(one, at - 1), row[to - 1] + _gap(other, to - 1))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == match:
                best = min(best, before[to - 2] + _SWAPPED)
            row[to] = best
        if min(row) > limit:
            return far
        before, last = last, row
    return last[-1] if last[-1] <= limit else far


def _exchange(letter: str, match: str, first: bool) -> float:
    if letter == match:
        return 0.0
    return (_LESS if frozenset((letter, match)) in _ALIKE else 1.0) + (0.25 if first else 0.0)


def _gap(word: str, at: int) -> float:
    """The cost of a letter that the other word does not have."""
    if at and (word[at] in _SILENT or word[at - 1] == word[at]):
        return _LESS
    return 1.0 if at else 1.25
