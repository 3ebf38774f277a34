"""What cannot be understood, said in one sentence, in Danish or English."""

from __future__ import annotations

_SENTENCES = {
    "vote-parts": (
        "A vote needs a person, a statement and an answer, not {row!r}.",
        "En stemme består af en person, et udsagn og et svar, ikke {row!r}.",
    ),
    "vote-value": (
        "The vote of {person!r} on {statement!r} is {value!r}; "
        "it must be 1 (agree), -1 (disagree) or 0 (pass).",
        "Stemmen fra {person!r} på {statement!r} er {value!r}. "
        "Den skal være 1 (enig), -1 (uenig) eller 0 (ved ikke).",
    ),
    "some-value": (
        "A vote must be 1 (agree), -1 (disagree) or 0 (pass).",
        "En stemme skal være 1 (enig), -1 (uenig) eller 0 (ved ikke).",
    ),
    "times": (
        "Either every vote has a time or none has.",
        "Enten har alle stemmer en tid, eller også har ingen.",
    ),
    "weights": (
        "The weight of a vote must be a positive number.",
        "Vægten af en stemme skal være et tal over 0.",
    ),
    "twice": ("An identifier occurs twice.", "Et nummer står to gange."),
    "sizes": (
        "The numbers of groups and people must be at least 1.",
        "Antallet af grupper og personer skal være mindst 1.",
    ),
    "no-votes-needed": (
        "A person needs at least one vote to be placed.",
        "En person skal have mindst én stemme for at få en gruppe.",
    ),
    "unreadable": ("{name} cannot be read: {reason}.", "{name} kan ikke læses: {reason}."),
    "encoding": (
        "{name}, line {line}, is not text in UTF-8; save the file as “CSV UTF-8”.",
        "{name}, linje {line}, er ikke tekst i UTF-8. Gem filen som “CSV UTF-8”.",
    ),
    "semicolons": (
        "{name}, line 1: the columns are divided by semicolons; they must be divided by commas.",
        "{name}, linje 1: kolonnerne er delt med semikolon. De skal være delt med komma.",
    ),
    "csv": ("{name}, line {line}: {reason}.", "{name}, linje {line}: {reason}."),
    "empty": ("{name} is empty.", "{name} er tom."),
    "missing": (
        "{name}, line 1, lacks the column {columns}.",
        "{name}, linje 1, mangler kolonnen {columns}.",
    ),
    "same-column": (
        "{name}, line 1, has the column {column} twice.",
        "{name}, linje 1, har kolonnen {column} to gange.",
    ),
    "cells": (
        "{name}, line {line}: there are too many cells.",
        "{name}, linje {line}: der er for mange felter.",
    ),
    "empty-cell": (
        "{name}, line {line}: the {what} is empty.",
        "{name}, linje {line}: {what} er tom.",
    ),
    "number": (
        "{name}, line {line}: the {what} is “{text}”, which is not a whole number.",
        "{name}, linje {line}: {what} er “{text}”. Det er ikke et helt tal.",
    ),
    "moderation": (
        "{name}, line {line}: the moderation is “{text}”; it must be -1, 0 or 1.",
        "{name}, linje {line}: “moderated” er “{text}”. Det skal være -1, 0 eller 1.",
    ),
    "weight": (
        "{name}, line {line}: the weight is “{text}”; it must be a positive number.",
        "{name}, linje {line}: vægten er “{text}”. Den skal være et tal over 0.",
    ),
    "answer": (
        "{name}, line {line}: the vote is “{text}”; it must be -1, 0 or 1.",
        "{name}, linje {line}: stemmen er “{text}”. Den skal være -1, 0 eller 1.",
    ),
    "statement-twice": (
        "{name}, line {line}: statement {key} occurs twice, first in line {first}.",
        "{name}, linje {line}: udsagn {key} står to gange, først i linje {first}.",
    ),
    "participant-twice": (
        "{name}, line {line}: participant {key} occurs twice, first in line {first}.",
        "{name}, linje {line}: deltager {key} står to gange, først i linje {first}.",
    ),
    "neither": (
        "{name}: the votes fit the counts of agreeing and disagreeing neither with "
        "1 as agree nor with -1 as agree; are the files from the same conversation?",
        "{name}: stemmerne passer ikke til antallet af enige og uenige, hverken med 1 som enig "
        "eller med -1 som enig. Er filerne fra den samme samtale?",
    ),
    "agree": ("The number for agree must be 1 or -1.", "Tallet for enig skal være 1 eller -1."),
    "contradiction": (
        "{name}: you say that {stated} means agree, but the counts say {found}.",
        "{name}: du siger, at {stated} betyder enig, men antallene siger {found}.",
    ),
    "no-votes": ("{name} holds no votes.", "{name} har ingen stemmer."),
    "mixed-weights": (
        "The votes of {person!r} do not weigh the same, and this file has one weight a person.",
        "Stemmerne fra {person!r} vejer ikke det samme, og filen har én vægt til hver person.",
    ),
    "stray": (
        "{name}, line {line}: statement {key} is not among the statements (votes: {votes}).",
        "{name}, linje {line}: udsagn {key} er ikke blandt udsagnene (stemmer: {votes}).",
    ),
}


class OpinionError(ValueError):
    """Input that cannot be understood; the message is one sentence for a person.

    `kind` names the sentence, `values` fill it. `str` gives it in English, `said` in a language.
    """

    def __init__(self, kind: str, **values: object) -> None:
        self.kind, self.values = kind, values
        super().__init__(self.said("en"))

    def said(self, language: str) -> str:
        """The sentence in Danish ("da"), or in English for every other language."""
        return _SENTENCES[self.kind][language == "da"].format(**self.values)
