"""The map in plain sentences, in Danish or English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samskab.engine.opinion.maps import OpinionMap
from samskab.engine.opinion.measures import shared_stand
from samskab.engine.opinion.votes import Floats, Id

_SHOWN = 5
_SHARED, _DIVIDING, _UNKNOWN = 0.5, 0.3, 0.35
_FIRM, _FAIR = 0.8, 0.6
_ENDS = (".", "?", "!", "…", "。", "？", "！", "”", '"', ")")

_DANISH = {
    "groups": "Svarene deler sig i {n} grupper: {list}.",
    "one": "Svarene deler sig ikke i grupper. I står ret samlet, eller vi kan ikke se et mønster.",
    "none": "Der er for få svar til at se grupper endnu.",
    "size": "{name} ({n} personer)",
    "group": "gruppe {letter}",
    "unplaced": "{n} har ingen gruppe. Svarene er for få eller peger ikke klart på én.",
    "unplaced_1": "Én har ingen gruppe. Svarene er for få eller peger ikke klart på én.",
    "firm": "Grupperne står fast. De bliver næsten ens, hvis andre deltager.",
    "fair": "Grupperne er rimelig sikre. Nogle få kan høre til en anden gruppe.",
    "loose": "Grupperne er usikre. Brug dem kun som et fingerpeg.",
    "unmeasured": "Vi har ikke målt, hvor sikre grupperne er.",
    "explained": "Grupperne forklarer {share} % af det, der skiller svarene.",
    "voice_agree": "{name} siger især ja til: “{text}”",
    "voice_disagree": "{name} siger især nej til: “{text}”",
    "agree_all": "Alle grupper er med på: “{text}” "
    "I hver gruppe siger mindst {share} % ja af dem, der har en mening.",
    "disagree_all": "Alle grupper er imod: “{text}” "
    "I hver gruppe siger mindst {share} % nej af dem, der har en mening.",
    "agree_one": "De fleste er med på: “{text}” "
    "Mindst {share} % siger ja af dem, der har en mening.",
    "disagree_one": "De fleste er imod: “{text}” "
    "Mindst {share} % siger nej af dem, der har en mening.",
    "divide": "“{text}” Her siger {high} % ja i {a}, men kun {low} % i {b}.",
    "split": "“{text}” Her siger {high} % ja og {low} % nej.",
    "unknown": "Mange er i tvivl om: “{text}” {share} % sprang over.",
    "no_common": "Der er endnu ikke noget, som alle grupper klart er med på.",
    "no_common_one": "Der er endnu ikke noget, som de fleste klart er med på.",
    "no_divide": "Der er ikke noget, der klart skiller jer.",
    "no_unknown": "Der er ikke noget, som mange er i tvivl om.",
    "few": "{n} udsagn har fået for få svar til at tælle med.",
    "few_1": "Ét udsagn har fået for få svar til at tælle med.",
    "and": " og ",
}
_ENGLISH = {
    "groups": "The answers fall into {n} groups: {list}.",
    "one": "The answers do not fall into groups. You stand together, or there is no pattern.",
    "none": "There are too few answers to see groups yet.",
    "size": "{name} ({n} people)",
    "group": "group {letter}",
    "unplaced": "{n} have no group. Their answers are too few, or point to no group clearly.",
    "unplaced_1": "One person has no group. The answers are too few, or point to no group clearly.",
    "firm": "The groups are firm. They would be almost the same if others took part.",
    "fair": "The groups are fairly sure. A few people may belong in another group.",
    "loose": "The groups are unsure. Take them only as a hint.",
    "unmeasured": "How sure the groups are has not been measured.",
    "explained": "The groups explain {share}% of what sets the answers apart.",
    "voice_agree": "{name} above all says yes to: “{text}”",
    "voice_disagree": "{name} above all says no to: “{text}”",
    "agree_all": "All groups agree: “{text}” "
    "In every group at least {share}% of those with a view say yes.",
    "disagree_all": "All groups are against: “{text}” "
    "In every group at least {share}% of those with a view say no.",
    "agree_one": "Most agree: “{text}” At least {share}% of those with a view say yes.",
    "disagree_one": "Most are against: “{text}” At least {share}% of those with a view say no.",
    "divide": "“{text}” Here {high}% say yes in {a}, but only {low}% in {b}.",
    "split": "“{text}” Here {high}% say yes and {low}% say no.",
    "unknown": "Many are in doubt about: “{text}” {share}% passed.",
    "no_common": "There is nothing yet that all groups clearly agree on.",
    "no_common_one": "There is nothing yet that most clearly agree on.",
    "no_divide": "Nothing clearly divides you.",
    "no_unknown": "There is nothing that many are in doubt about.",
    "few": "{n} statements have too few answers to count.",
    "few_1": "One statement has too few answers to count.",
    "and": " and ",
}
_LANGUAGES = {"da": _DANISH, "en": _ENGLISH}


@dataclass(frozen=True)
class Description:
    """Sentences by subject; `sentences` is all of them in reading order."""

    common_ground: tuple[str, ...]
    divides: tuple[str, ...]
    unknown: tuple[str, ...]
    groups: tuple[str, ...]
    voices: tuple[tuple[str, ...], ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """Common ground, then divides, then what nobody knows, then the groups."""
        voices = tuple(line for group in self.voices for line in group)
        return (*self.common_ground, *self.divides, *self.unknown, *self.groups, *voices)


def group_name(group: int, language: str = "da") -> str:
    """The name of a group in running text: "gruppe A" for 0, "gruppe B" for 1."""
    return _LANGUAGES[language]["group"].format(letter=chr(ord("A") + group))


def describe(drawn: OpinionMap, texts: Mapping[Id, str], language: str = "da") -> Description:
    """Say in plain sentences what the map shows.

    `texts` gives the words of each statement (its identifier stands in where they are
    missing); `language` is "da" or "en", ValueError otherwise. A statement is common ground
    when the cautious estimate (lower bound) in every group is over one half, divides when two
    groups stand 30 points apart, and is in doubt when 35 % pass. O(m log m).
    """
    if language not in _LANGUAGES:
        raise ValueError(f"There are no sentences in the language {language!r}.")
    teller = _Teller(drawn, texts, _LANGUAGES[language], language)
    return Description(
        teller.common_ground(),
        teller.divides(),
        teller.unknown(),
        teller.groups(),
        tuple(teller.voices(group) for group in range(drawn.n_groups)),
    )


@dataclass(frozen=True)
class _Teller:
    drawn: OpinionMap
    texts: Mapping[Id, str]
    words: Mapping[str, str]
    language: str

    def common_ground(self) -> tuple[str, ...]:
        kind = "all" if self.drawn.has_groups else "one"
        lines = [
            self._say(f"agree_{kind}", column, share=_percent(sure))
            for column, sure in _top(self.drawn.scores.bridging, _SHARED)
        ] + [
            self._say(f"disagree_{kind}", column, share=_percent(sure))
            for column, sure in _top(self._shared_refusal(), _SHARED)
        ]
        return tuple(lines) or (self.words["no_common" + ("" if kind == "all" else "_one")],)

    def divides(self) -> tuple[str, ...]:
        top = _top(self.drawn.scores.divisiveness, _DIVIDING)
        say = self._divide if self.drawn.has_groups else self._split
        return tuple(say(column) for column, _ in top) or (self.words["no_divide"],)

    def unknown(self) -> tuple[str, ...]:
        lines = [
            self._say("unknown", column, share=_percent(self._share(column, 2)))
            for column, _ in _top(self.drawn.scores.uncertainty, _UNKNOWN)
        ] or [self.words["no_unknown"]]
        return (*lines, *self._counted("few", int((~self.drawn.scores.ranked).sum())))

    def groups(self) -> tuple[str, ...]:
        drawn, words = self.drawn, self.words
        unplaced = self._counted("unplaced", drawn.groups.count(None))
        if not drawn.has_groups:
            return (words["one" if drawn.n_groups else "none"], *unplaced)
        named = [
            words["size"].format(name=group_name(group, self.language), n=size)
            for group, size in enumerate(drawn.group_sizes)
        ]
        listed = ", ".join(named[:-1]) + words["and"] + named[-1]
        return (
            words["groups"].format(n=drawn.n_groups, list=listed),
            words[_firmness(drawn.stability)],
            words["explained"].format(share=_percent(drawn.explained)),
            *unplaced,
        )

    def voices(self, group: int) -> tuple[str, ...]:
        found = self.drawn.representative
        columns = np.flatnonzero(found.side[group])
        strongest = columns[np.argsort(found.p[group, columns], kind="stable")][:3]
        name = group_name(group, self.language).capitalize()
        name = name[:-1] + name[-1].upper()
        return tuple(
            self._say("voice_agree" if side > 0 else "voice_disagree", int(column), name=name)
            for column, side in zip(strongest, found.side[group, strongest], strict=True)
        )

    def _divide(self, column: int) -> str:
        counts = self.drawn.counts[:, column]
        stand = (counts[:, 0] - counts[:, 1]) / np.maximum(1.0, counts.sum(axis=1))
        high, low = int(stand.argmax()), int(stand.argmin())
        return self._say(
            "divide",
            column,
            high=_percent(self._group_share(high, column)),
            low=_percent(self._group_share(low, column)),
            a=group_name(high, self.language),
            b=group_name(low, self.language),
        )

    def _split(self, column: int) -> str:
        yes, no = (_percent(self._share(column, answer)) for answer in (0, 1))
        return self._say("split", column, high=yes, low=no)

    def _shared_refusal(self) -> Floats:
        low = shared_stand(self.drawn.counts, 1)
        return np.where(self.drawn.scores.ranked, low, 0.0)

    def _share(self, column: int, answer: int) -> float:
        counts = self.drawn.overall[column]
        return float(counts[answer] / max(1.0, counts.sum()))

    def _group_share(self, group: int, column: int) -> float:
        counts = self.drawn.counts[group, column]
        return float(counts[0] / max(1.0, counts.sum()))

    def _counted(self, key: str, number: int) -> tuple[str, ...]:
        if number == 0:
            return ()
        return (self.words[f"{key}_1" if number == 1 else key].format(n=number),)

    def _say(self, key: str, column: int, **values: object) -> str:
        name = self.drawn.statements[column]
        text = self.texts.get(name, "").strip() or str(name)
        if not text.endswith(_ENDS):
            text += "."
        return self.words[key].format(text=text, **values)


def _top(scores: Floats, least: float) -> list[tuple[int, float]]:
    """The best columns with their scores, best first; earlier columns first on ties."""
    order = np.argsort(-scores, kind="stable")[:_SHOWN]
    return [(int(column), float(scores[column])) for column in order if scores[column] >= least]


def _firmness(stability: float) -> str:
    if stability == 0:
        return "unmeasured"
    return "firm" if stability >= _FIRM else "fair" if stability >= _FAIR else "loose"


def _percent(share: float) -> int:
    return int(share * 100 + 0.5)
