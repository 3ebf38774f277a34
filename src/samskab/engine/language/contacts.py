"""Finds phone numbers, e-mail addresses and street addresses, so that a person can be warned."""

import re
from typing import Literal, NamedTuple

from samskab.engine.language.identifiers import Span, find_cpr

ContactKind = Literal["phone", "email", "address"]


class Contact(NamedTuple):
    """One way to reach somebody: what kind it is and where it stands (the text is not kept)."""

    kind: ContactKind
    span: Span


_SPACE = "[ \u00a0\u202f]"
_JOIN = f"(?:{_SPACE}|[-.\u2013])"
_PHONE = re.compile(
    rf"(?<![\d.,/-])(?P<country>(?:\+|00)45{_JOIN}?|\(\+?45\){_SPACE}?)?"
    rf"(?P<number>[2-9]\d(?P<join>{_JOIN}?)\d\d(?:(?P=join)\d\d){{2}}|[2-9]\d{{3}}{_SPACE}\d{{4}}"
    rf"|[2-9]\d{{2}}{_SPACE}\d{{3}}{_SPACE}\d\d|[2-9]\d{_SPACE}\d{{3}}{_SPACE}\d{{3}})"
    rf"(?!\d|[.,/-]\d|{_SPACE}?(?:kr\b|kroner|dkk|mio|pct|%|,-))",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile(r"(?:19|20)\d\d.(?:19|20)\d\d")
# Company numbers have eight digits too; the word before tells them apart.
_COMPANY_NUMBER = re.compile(
    r"(?:cvr|p-nummer|se-nummer)\W{0,3}(?:n(?:umme)?r\W{0,3})?$", re.IGNORECASE
)

_EMAIL = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,6}\.[^\W\d_]{2,24}(?![\w-])"
)

_WORD = r"[\w.'\u2019-]{1,40}"
_SUFFIX = (
    "vej|vejen|gade|gaden|all[eé]|all[eé]en|stræde|strædet|plads|pladsen|torv|torvet|park|parken"
    "|vænge|vænget|bakke|bakken|toft|toften|vang|vangen|sti|stien|have|haven|eng|engen|kaj|kajen"
    "|brygge|bryggen|høj|højen|skrænten|kær|kæret|lund|lunden|boulevard|boulevarden|ager|ageren"
)
# Written small, a word counts as a street only with an ending that hardly any other word has.
_SURE_SUFFIX = "gade|stræde|strædet|vænge|vænget|vej|allé"
_NO_STREET = "(?:motor|cykel|om|gen|halv|under|land|lande|hoved|skole|rund|ud|jern|bi|hul|stor)vej"
_HOUSE = (
    r"\d{1,3}(?!\d)(?: ?[A-Za-zÆØÅæøå](?![\wæøåÆØÅ]))?"
    r"(?:, ?(?:\d{1,2}\. ?(?:sal|etage|tv|th|mf|dør)?|st(?:uen)?\.?|kl\.?)"
    r"(?:,? ?(?:tv|th|mf|\d{1,3})\b\.?)?)?"
)
_MEASURE = r"(?! ?(?:km|kilometer|m|meter|kr|gange?|år|dage?|timer?|personer|deltagere)\b)"
_FIRST_WORDS = (
    r"(?:Søndre|Sønder|Nørre|Nordre|Øster|Østre|Vester|Vestre|Gammel|Gl\.|Ny|Store|Lille|Sankt|Sct\."
    r"|Skt\.|Øvre|Nedre|Indre|Ydre)"
)
_CAPITAL = "[A-ZÆØÅÉ]"
_ADDRESS = re.compile(
    rf"(?<![\w.])(?:"
    rf"{_CAPITAL}{_WORD}(?: {_CAPITAL}{_WORD}){{0,2}} (?:(?i:{_SUFFIX}))"
    rf"|(?:{_FIRST_WORDS} )?{_CAPITAL}[\w'\u2019-]{{0,40}}(?:{_SUFFIX})"
    rf"|(?!{_NO_STREET})[\w'\u2019-]{{2,40}}(?:{_SURE_SUFFIX})"
    rf") {_HOUSE}{_MEASURE}(?![\d%])"
)


def _phones(text: str) -> list[Contact]:
    found: list[Contact] = []
    for match in _PHONE.finditer(text):
        before = text[max(0, match.start() - 16) : match.start()]
        years = not match["country"] and _TWO_YEARS.fullmatch(match["number"])
        if not years and not _COMPANY_NUMBER.search(before):
            found.append(Contact("phone", Span(*match.span())))
    return found


def _simple(kind: ContactKind, pattern: re.Pattern[str], text: str) -> list[Contact]:
    return [Contact(kind, Span(*match.span())) for match in pattern.finditer(text)]


def _clash(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def find_contacts(text: str) -> tuple[Contact, ...]:
    """Phone numbers, e-mail addresses and street addresses in `text`, in order.

    A phone number is eight digits that begin with 2-9, whole or in the usual groups, with or
    without +45; company numbers, amounts and pairs of years are left out. A street address is a
    street's name and a house number, with floor and door when they follow. What is part of a
    civil registration number belongs to `find_cpr` and is left out. It is meant for a warning that
    a person can wave away: a public address is found like a private one.

    Offsets are in characters of `text`; no two results overlap. Raises nothing. Time O(len(text)).
    Source: own patterns.
    """
    taken = list(find_cpr(text))
    found = _simple("email", _EMAIL, text) if "@" in text else []
    found += _phones(text)
    found += _simple("address", _ADDRESS, text)
    kept: list[Contact] = []
    for contact in found:
        if not any(_clash(contact.span, span) for span in taken):
            kept.append(contact)
            taken.append(contact.span)
    return tuple(sorted(kept, key=lambda contact: contact.span))
