"""What changed from one version of a text to the next."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Piece:
    """A stretch of text that is the same, added or removed."""

    kind: str
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """What changed from one version of a text to the next, word by word.

    The pieces that are the same or added give `after`; the same or removed give `before`.
    Texts of n and m words, spaces kept; no errors; O(n·m) at worst, by Python's `difflib`
    (Ratcliff and Obershelp).
    """
    old, new = _words(before), _words(after)
    pieces: list[Piece] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for kind, i, j, m, n in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[i:j])))
            continue
        pieces += [Piece("removed", "".join(old[i:j]))] if j > i else []
        pieces += [Piece("added", "".join(new[m:n]))] if n > m else []
    return pieces


def _words(text: str) -> list[str]:
    """Words, and the spaces between them."""
    return re.findall(r"\S+|\s+", text)
