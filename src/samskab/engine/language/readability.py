"""LIX: how heavy a Danish text is to read."""

import re
from dataclasses import dataclass
from typing import Literal

Band = Literal["very easy", "easy", "medium", "hard", "very hard"]
LONG_WORD = 7


@dataclass(frozen=True, slots=True)
class Lix:
    """The reading index of a text and the counts that it comes from."""

    score: float
    words: int
    sentences: int
    long_words: int
    band: Band


# What the abbreviation is read aloud as; the second group may also end a sentence.
_WITHIN_SENTENCE = {
    "bl.a.": "blandt andet",
    "f.eks.": "for eksempel",
    "fx": "for eksempel",
    "dvs.": "det vil sige",
    "d.v.s.": "det vil sige",
    "ca.": "cirka",
    "kl.": "klokken",
    "nr.": "nummer",
    "pga.": "på grund af",
    "p.g.a.": "på grund af",
    "ift.": "i forhold til",
    "i.f.t.": "i forhold til",
    "mht.": "med hensyn til",
    "m.h.t.": "med hensyn til",
    "evt.": "eventuelt",
    "inkl.": "inklusive",
    "ekskl.": "eksklusive",
    "jf.": "jævnfør",
    "jvf.": "jævnfør",
    "vedr.": "vedrørende",
    "iht.": "i henhold til",
    "ifm.": "i forbindelse med",
    "ifb.": "i forbindelse",
    "bl.": "blandt",
    "hhv.": "henholdsvis",
    "resp.": "respektive",
    "maks.": "maksimum",
    "min.": "minimum",
    "pr.": "per",
    "stk.": "styk",
    "tlf.": "telefon",
    "ml.": "mellem",
    "mdr.": "måneder",
    "alm.": "almindelig",
    "sml.": "sammenlign",
    "eks.": "eksempel",
    "pkt.": "punkt",
    "s.": "side",
    "d.": "den",
    "dr.": "doktor",
    "hr.": "herr",
    "fr.": "fru",
    "skt.": "sankt",
    "gl.": "gammel",
    "afd.": "afdeling",
    "hft.": "hæfte",
    "p.t.": "for tiden",
    "pt.": "for tiden",
    "ang.": "angående",
    "o.a.": "og andet",
    "st.": "stuen",
}
_MAY_END = {
    "osv.": "og så videre",
    "o.s.v.": "og så videre",
    "m.m.": "med mere",
    "mm.": "med mere",
    "m.v.": "med videre",
    "mv.": "med videre",
    "m.fl.": "med flere",
    "mfl.": "med flere",
    "etc.": "et cetera",
    "o.l.": "og lignende",
    "el.lign.": "eller lignende",
    "el.": "eller",
    "o.lign.": "og lignende",
    "o.m.a.": "og mange andre",
    "kr.": "kroner",
    "mio.": "millioner",
    "mia.": "milliarder",
    "pct.": "procent",
    "f.kr.": "før Kristus",
    "e.kr.": "efter Kristus",
}
_ABBREVIATIONS = {**_WITHIN_SENTENCE, **_MAY_END}


def _spelling(abbreviation: str) -> str:
    """A pattern that also takes a space after the inner dots ('bl. a.')."""
    return re.escape(abbreviation).replace(r"\.", r"\. ?").removesuffix(" ?")


_ABBREVIATION = re.compile(
    r"(?<![\w.])(?i:"
    + "|".join(_spelling(short) for short in sorted(_ABBREVIATIONS, key=len, reverse=True))
    + r")(?!\w)(?P<ends>(?=\s*$|\s*\n\s*\n|\s+[A-ZÆØÅ]))?"
)

_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[^\n]*$|\Z)", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^ {0,3}#{1,6}(?:[ \t].*)?$", re.MULTILINE)
_UNDERLINED = re.compile(r"^[^\n]+\n {0,3}(?:=+|-{2,})[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^[ \t]*(?:[-*_][ \t]*){3,}$|^[ \t|:-]+$", re.MULTILINE)
_BULLET = re.compile(r"^[ \t>]*(?:[-*+\u2022\u2013]|\d{1,3}[.)])[ \t]+", re.MULTILINE)
_QUOTE = re.compile(r"^[ \t]*>+[ \t]?", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|<[^<>\n]{1,200}>", re.IGNORECASE)
_ORDINAL = re.compile(r"(?<=\d)\.(?=\s+[a-zæøå])")
_INITIAL = re.compile(r"\b([A-ZÆØÅ])\.(?=\s?[A-ZÆØÅ])")
_STOP = re.compile(r"[.!?\u2026]+(?=[\s\"'»«\u201d\u2019)\]*_]|$)|\n\s*\n|\x1e")
_WORD = re.compile(r"[^\W_]+(?:(?:[-'\u2019]|(?<=\d)[.,:](?=\d))[^\W_]+)*")
_BANDS: tuple[tuple[int, Band], ...] = (
    (24, "very easy"),
    (34, "easy"),
    (44, "medium"),
    (54, "hard"),
)


def _prose(text: str) -> str:
    """Markdown without its headings, code, addresses and marks; each bullet ends a sentence."""
    text = _FENCE.sub("\n\n", text.replace("\r\n", "\n"))
    text = _UNDERLINED.sub("\n", _HEADING.sub("\n", text))
    text = _BULLET.sub("\x1e", _RULE.sub("\n", text))
    return _ADDRESS.sub(" ", _LINK.sub(r"\1", _QUOTE.sub("", text)))


def _expand(match: re.Match[str]) -> str:
    short = match[0].lower().replace(" ", "")
    ends = match["ends"] is not None and short in _MAY_END
    return _ABBREVIATIONS[short] + ("." if ends else "")


def _sentences(text: str) -> list[list[str]]:
    """The words of every sentence that has any."""
    text = _ABBREVIATION.sub(_expand, _prose(text))
    text = _INITIAL.sub(r"\1", _ORDINAL.sub("", text))
    return [words for part in _STOP.split(text) if (words := _WORD.findall(part))]


def _is_long(word: str) -> bool:
    return sum(map(str.isalpha, word)) >= LONG_WORD


def _band(score: float) -> Band:
    rounded = int(score + 0.5)
    return next((name for limit, name in _BANDS if rounded <= limit), "very hard")


def lix(text: str) -> Lix:
    """The reading index of `text`: words a sentence, plus the percentage of long words.

    LIX = O/P + 100 L/O with O words, P sentences, L words of seven letters or more. Markdown
    headings, code and addresses are left out; abbreviations are read as what they stand for;
    "5.678" and "3,5" are one word each and end no sentence; a bullet or a paragraph ends one.
    The band goes by the score rounded to a whole number: very easy to 24, easy to 34, medium to
    44, hard to 54, very hard above. A text without words has the score 0.

    Raises nothing. Time O(len(text)).
    Source: C. H. Björnsson, Läsbarhet (1968); bands as at dansksproghistorie.dk.
    """
    sentences = _sentences(text)
    words = sum(map(len, sentences))
    long_words = sum(_is_long(word) for sentence in sentences for word in sentence)
    score = words / len(sentences) + 100 * long_words / words if words else 0.0
    return Lix(score, words, len(sentences), long_words, _band(score))
