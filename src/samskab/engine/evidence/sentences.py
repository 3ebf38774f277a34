"""An evaluation in plain sentences: what can be said, and what cannot.

The word is change. What brought it about is not claimed, and no p-value is given.
"""

from __future__ import annotations

import math
from typing import Literal

from samskab.engine.evidence.change import LEVEL, Change
from samskab.engine.evidence.evaluation import PUBLISHABLE, Evaluation
from samskab.engine.evidence.pooling import Pooled
from samskab.engine.evidence.strength import ENOUGH

Language = Literal["da", "en"]
FEW_PLACES = 5

_TEXT = {
    "da": {
        "nobody": "Ingen har svaret både før og efter. Derfor kan vi ikke sige noget om ændringer.",
        "paired_one": "1 person svarede både før og efter.",
        "paired": "{n} personer svarede både før og efter.",
        "change": "Den typiske ændring er {estimate} point på {name}. Skalaen går fra {low} til"
        " {high}.",
        "no_interval": "Med kun 1 person kan vi ikke sige, hvor sikkert tallet er.",
        "interval": "Tallet er usikkert: Det kan ligge fra {low} til {high}. Det siger vi med"
        " {about} {level} % sikkerhed.",
        "exactly": "mindst",
        "roughly": "omkring",
        "few": "Så få svar kan ikke give 95 % sikkerhed. Her er den kun {level} %. Tallene"
        " fortæller om disse personer, ikke om andre.",
        "small": "Det er få personer. Tallene fortæller mest om dem, og kun lidt om andre.",
        "alike_all": "Alle ændrede sig lige meget. Derfor ser tallet sikrere ud, end det er.",
        "reliable": "{better} af {total} gik så meget frem, at tilfældige udsving i svarene ikke"
        " forklarer det. {worse} gik lige så meget tilbage. Grænsen er {threshold} point.",
        "reliable_none": "Ingen ændrede sig mere, end tilfældige udsving i svarene kan forklare."
        " Grænsen er {threshold} point.",
        "nobody_worse": "Ingen",
        "better": "Det tyder på en ændring til det bedre.",
        "worse": "Det tyder på en ændring til det værre.",
        "unclear": "Vi kan ikke sige, om det er gået frem eller tilbage.",
        "improved": "{count} af {total} gik frem med mindst {threshold} point. Blandt mange som dem"
        " kan det være fra {low} til {high} %.",
        "improved_any": "{count} af {total} gik frem. Blandt mange som dem kan det være fra {low}"
        " til {high} %.",
        "missing_one": "1 svarede før, men ikke efter.",
        "missing": "{n} svarede før, men ikke efter.",
        "bounds": "Vi ved ikke, hvordan det gik dem. Med deres svar kunne den typiske ændring være"
        " fra {low} til {high} point.",
        "incomplete_one": "1 svar mangler et eller flere spørgsmål. Det er ikke talt med.",
        "incomplete": "{n} svar mangler et eller flere spørgsmål. De er ikke talt med.",
        "alone": "Der er ingen gruppe at sammenligne med. Derfor ved vi ikke, hvad der har skabt"
        " ændringen. Den kunne være kommet af sig selv.",
        "compared": "Der er en gruppe at sammenligne med: {n} personer, som ikke var med.",
        "difference": "Forskellen i ændring er {estimate} point. Den kan ligge fra {low} til"
        " {high}.",
        "more": "Det tyder på, at de, der var med, ændrede sig mere til det bedre.",
        "less": "Det tyder på, at de, der ikke var med, ændrede sig mere til det bedre.",
        "alike": "Vi kan ikke sige, om de to grupper ændrede sig forskelligt.",
        "start": "De to grupper kan have været forskellige fra starten. Det kan tallene ikke vise.",
        "uncompared": "Ingen i den anden gruppe har svaret både før og efter. Derfor kan vi ikke"
        " sammenligne.",
        "pool": "Resultater fra {n} steder er lagt sammen. I gennemsnit er ændringen {estimate}."
        " Den kan ligge fra {low} til {high}.",
        "spread": "Stederne er forskellige. Omkring {share} % af forskellen er mere end tilfældig.",
        "no_spread": "Forskellene mellem stederne er ikke større, end tilfældet kan forklare.",
        "next": "Prøver et nyt sted det samme, kan ændringen der ligge fra {low} til {high}.",
        "no_next": "Med kun {n} steder kan vi ikke sige, hvad et nyt sted kan vente.",
        "few_places": "Det er få steder. Derfor er tallene meget usikre.",
        "agree": "Stederne ligner hinanden mere, end man skulle vente. Derfor kan tallene se"
        " sikrere ud, end de er. Med forsigtighed ligger gennemsnittet fra {low} til {high}.",
        "private": "Der er under {n} personer. Vis ikke tallene til andre.",
    },
    "en": {
        "nobody": "Nobody answered both before and after, so we cannot say anything about change.",
        "paired_one": "1 person answered both before and after.",
        "paired": "{n} people answered both before and after.",
        "change": "The typical change is {estimate} points on {name}, which runs from {low} to"
        " {high}.",
        "no_interval": "With only 1 person we cannot say how certain the figure is.",
        "interval": "The figure is uncertain: it may lie from {low} to {high}, with a confidence of"
        " {about} {level} %.",
        "exactly": "at least",
        "roughly": "about",
        "few": "So few answers cannot give 95 % confidence. Here it is only {level} %. The figures"
        " tell about these people, not about others.",
        "small": "These are few people. The figures tell mostly about them, and little about"
        " others.",
        "alike_all": "All changed by the same. So the figure looks surer than it is.",
        "reliable": "{better} of {total} got so much better that chance in the answers does not"
        " explain it. {worse} got as much worse. The limit is {threshold} points.",
        "reliable_none": "Nobody changed more than chance in the answers can explain. The limit is"
        " {threshold} points.",
        "nobody_worse": "Nobody",
        "better": "This points to a change for the better.",
        "worse": "This points to a change for the worse.",
        "unclear": "We cannot say whether things went forward or back.",
        "improved": "{count} of {total} got better by at least {threshold} points. Among many like"
        " them it may be from {low} to {high} %.",
        "improved_any": "{count} of {total} got better. Among many like them it may be from {low}"
        " to {high} %.",
        "missing_one": "1 person answered before but not after.",
        "missing": "{n} people answered before but not after.",
        "bounds": "We do not know how they fared. With their answers the typical change could be"
        " from {low} to {high} points.",
        "incomplete_one": "1 answer lacks one or more questions and is not counted.",
        "incomplete": "{n} answers lack one or more questions and are not counted.",
        "alone": "There is no group to compare with. So we do not know what brought the change"
        " about. It could have come by itself.",
        "compared": "There is a group to compare with: {n} people who did not take part.",
        "difference": "The difference in change is {estimate} points. It may lie from {low} to"
        " {high}.",
        "more": "This suggests that those who took part changed more for the better.",
        "less": "This suggests that those who did not take part changed more for the better.",
        "alike": "We cannot say whether the two groups changed differently.",
        "start": "The two groups may have differed from the start. The figures cannot show that.",
        "uncompared": "Nobody in the other group answered both before and after, so we cannot"
        " compare.",
        "pool": "Results of {n} places are put together. On average the change is {estimate}. It"
        " may lie from {low} to {high}.",
        "spread": "The places differ. Some {share} % of the difference is more than chance.",
        "no_spread": "The places do not differ more than chance can explain.",
        "next": "Where a new place tries the same, the change may lie from {low} to {high}.",
        "no_next": "With only {n} places we cannot say what a new place can expect.",
        "few_places": "These are few places. So the figures are very uncertain.",
        "agree": "The places are more alike than one would expect. So the figures may look surer"
        " than they are. With caution the average lies from {low} to {high}.",
        "private": "There are fewer than {n} people. Do not show the figures to others.",
    },
}


def evaluation_sentences(evaluation: Evaluation, language: Language = "da") -> tuple[str, ...]:
    """The evaluation in plain sentences, Danish (`da`) or English (`en`).

    Who answered, how much they changed, how sure that is, how many got better, what missing
    answers could hide, and what cannot be known without a comparison group. O(1). Raises
    ValueError on another language.
    """
    if language not in _TEXT:
        raise ValueError(f"no sentences in the language {language}")
    said = _Teller(evaluation, language)
    return (
        *said.who(),
        *said.change(),
        *said.improved(),
        *said.missing(),
        *said.comparison(),
        *said.privacy(),
    )


def pooled_sentences(pooled: Pooled, language: Language = "da") -> tuple[str, ...]:
    """A pooled result in plain sentences, Danish (`da`) or English (`en`).

    The average and its interval, whether places differ, what a new place can expect, and what
    makes it doubtful. O(1). Raises ValueError on another language.
    """
    if language not in _TEXT:
        raise ValueError(f"no sentences in the language {language}")
    text = _TEXT[language]

    def told(key: str, low: float, high: float) -> str:
        ends = {"low": _signed(low, language), "high": _signed(high, language)}
        return text[key].format(n=pooled.sites, estimate=_signed(pooled.estimate, language), **ends)

    said = [told("pool", pooled.low, pooled.high)]
    share = round(pooled.i2 * 100)
    said.append(text["spread"].format(share=share) if share else text["no_spread"])
    if pooled.prediction is None:
        said.append(text["no_next"].format(n=pooled.sites))
    else:
        said.append(told("next", *pooled.prediction))
    if pooled.sites < FEW_PLACES:
        said.append(text["few_places"])
    if pooled.too_alike:
        said.append(told("agree", *pooled.cautious))
    return tuple(said)


def _plain(value: float, language: Language) -> str:
    tenths = math.floor(abs(value) * 10 + 0.5 + 1e-9)
    if 0 < abs(value) < 1 and tenths < 10:
        text = f"{abs(value):.2f}".rstrip("0").rstrip(".") or "0"
    else:
        text = f"{tenths // 10}.{tenths % 10}".removesuffix(".0")
    text = text.replace(".", ",") if language == "da" else text
    return f"−{text}" if value < 0 and text != "0" else text


def _signed(value: float, language: Language) -> str:
    text = _plain(value, language)
    return f"+{text}" if value > 0 and text != "0" else text


class _Teller:
    def __init__(self, evaluation: Evaluation, language: Language) -> None:
        self.of = evaluation
        self.language = language
        self.text = _TEXT[language]

    def who(self) -> list[str]:
        if not self.of.n_paired:
            return [self.text["nobody"]]
        return [self._counted("paired", self.of.n_paired)]

    def change(self) -> list[str]:
        found = self.of.change
        if found.estimate is None:
            return []
        low, high = self.of.instrument.scale
        name = self.of.instrument.name
        said = [
            self.text["change"].format(
                estimate=self._signed(found.estimate),
                name=name,
                low=self._plain(low),
                high=self._plain(high),
            )
        ]
        if found.low is None or found.high is None or found.level is None:
            return [*said, self.text["no_interval"]]
        said.append(self._interval("interval", found))
        if self.of.all_alike:
            said.append(self.text["alike_all"])
        if found.level < LEVEL - 1e-9:
            return [*said, self.text["few"].format(level=math.floor(found.level * 100))]
        if self.of.n_paired < ENOUGH:
            said.append(self.text["small"])
        return [*said, self._direction(found, "better", "worse", "unclear")]

    def improved(self) -> list[str]:
        share = self.of.improved
        if share.low is None or share.high is None:
            return []
        key = "improved_any" if self.of.threshold is None else "improved"
        return [
            self.text[key].format(
                count=share.count,
                total=share.total,
                threshold=self._plain(self.of.threshold or 0),
                low=round(share.low * 100),
                high=round(share.high * 100),
            ),
            *self._reliable(),
        ]

    def _reliable(self) -> list[str]:
        found = self.of.reliable
        if found is None or self.of.n_paired < PUBLISHABLE:
            return []
        key = "reliable" if found.better or found.worse else "reliable_none"
        return [
            self.text[key].format(
                better=found.better,
                total=self.of.n_paired,
                worse=found.worse or self.text["nobody_worse"],
                threshold=self._plain(found.threshold),
            )
        ]

    def missing(self) -> list[str]:
        said = []
        bounds = self.of.bounds
        if bounds.missing:
            said.append(self._counted("missing", bounds.missing))
        if bounds.missing and bounds.change_low is not None and bounds.change_high is not None:
            said.append(
                self.text["bounds"].format(
                    low=self._signed(bounds.change_low), high=self._signed(bounds.change_high)
                )
            )
        if self.of.incomplete:
            said.append(self._counted("incomplete", self.of.incomplete))
        return said

    def comparison(self) -> list[str]:
        group = self.of.comparison
        if not self.of.n_paired:
            return []
        if group is None:
            return [self.text["alone"]]
        found = group.difference
        if found.estimate is None or found.level is None:
            return [self.text["uncompared"]]
        said = [
            self.text["compared"].format(n=group.n_paired),
            self._interval("difference", found),
        ]
        if found.level < LEVEL - 1e-9:
            said.append(self.text["few"].format(level=math.floor(found.level * 100)))
        else:
            said.append(self._direction(found, "more", "less", "alike"))
        return [*said, self.text["start"]]

    def privacy(self) -> list[str]:
        if self.of.may_publish or not self.of.n_paired:
            return []
        return [self.text["private"].format(n=PUBLISHABLE)]

    def _counted(self, key: str, n: int) -> str:
        return self.text[f"{key}_one" if n == 1 else key].format(n=n)

    def _interval(self, key: str, found: Change) -> str:
        return self.text[key].format(
            estimate=self._signed(found.estimate or 0.0),
            low=self._signed(found.low or 0.0),
            high=self._signed(found.high or 0.0),
            about=self.text["exactly" if "exact" in found.method else "roughly"],
            level=math.floor((found.level or 0.0) * 100 + 1e-9),
        )

    def _direction(self, found: Change, better: str, worse: str, unclear: str) -> str:
        low, high = found.low or 0.0, found.high or 0.0
        up, down = (better, worse) if self.of.instrument.higher_is_better else (worse, better)
        return self.text[up if low > 0 else down if high < 0 else unclear]

    def _plain(self, value: float) -> str:
        return _plain(value, self.language)

    def _signed(self, value: float) -> str:
        return _signed(value, self.language)
