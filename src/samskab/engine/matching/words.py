"""A proposal in plain sentences: who gives what, what is missing and who comes nearest, why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from samskab.engine.matching.fit import folded, obstacles
from samskab.engine.matching.model import Amount, Need, Offer, Proposal, Uncovered

Language = Literal["da", "en"]

_DANISH_MARKS = str.maketrans(",.", ".,")

_TEXT = {
    "da": {
        "gives": "{actor} giver {parts}.",
        "part": "{amount} {kind} til {need}",
        "and": "og",
        "present": "{actor} er med, fordi en anden part vil have det.",
        "missing_must": "{need} mangler {amount} {kind}, og det skal dækkes.",
        "missing_should": "{need} mangler {amount} {kind}.",
        "nobody": "Ingen tilbyder det.",
        "used_up": "Alle, der har det og passer, giver allerede alt, hvad de har.",
        "free": "Nærmest er {actor}, som har {amount} {kind}, men ikke er med her.",
        "left": "Nærmest er {actor}, som har {amount} {kind} tilbage.",
        "period": "Nærmest er {actor}, som har {amount} {kind}, men i en anden periode.",
        "area": "Nærmest er {actor}, som har {amount} {kind}, men et andet sted.",
        "both": "Nærmest er {actor}, som har {amount} {kind}, men hverken tid eller sted passer.",
        "all": "Alt er dækket.",
        "musts": "Alt, der skal dækkes, er dækket.",
        "one": "Forslaget samler 1 part.",
        "many": "Forslaget samler {count} parter.",
        "none": "Ingen parter kan hjælpe lige nu.",
        "optimal": "Det kan ikke gøres med færre parter. Det er regnet efter.",
        "optimal_different": "Af de forslag, der ser anderledes ud, er der ingen med færre parter.",
        "gap": "Der kan findes et forslag med færre parter. Det kan højst spare {percent} %.",
        "quick": "Det er et hurtigt forslag. Der kan findes et bedre.",
        "more": "Her er flere parter med, så mere bliver dækket.",
        "closest": "Her er de parter med, der er nærmest og kender hinanden bedst.",
        "even": "Ingen giver mere end {percent} % af det, de har tilbudt.",
    },
    "en": {
        "gives": "{actor} gives {parts}.",
        "part": "{amount} {kind} to {need}",
        "and": "and",
        "present": "{actor} takes part because another party asks for it.",
        "missing_must": "{need} lacks {amount} {kind}, and it has to be covered.",
        "missing_should": "{need} lacks {amount} {kind}.",
        "nobody": "Nobody offers it.",
        "used_up": "Everyone who has it and fits already gives all they have.",
        "free": "{actor} comes nearest, with {amount} {kind}, but is not part of this.",
        "left": "{actor} comes nearest, with {amount} {kind} left.",
        "period": "{actor} comes nearest, with {amount} {kind}, but at another time.",
        "area": "{actor} comes nearest, with {amount} {kind}, but in another place.",
        "both": "{actor} comes nearest, with {amount} {kind}, but at another time and place.",
        "all": "Everything is covered.",
        "musts": "Everything that has to be covered is covered.",
        "one": "The proposal brings together 1 party.",
        "many": "The proposal brings together {count} parties.",
        "none": "No party can help right now.",
        "optimal": "It cannot be done with fewer parties. That is proven.",
        "optimal_different": "Among the proposals that differ, none has fewer parties.",
        "gap": "There may be a proposal with fewer parties. It could save at most {percent} %.",
        "quick": "This is a quick proposal. There may be a better one.",
        "more": "More parties take part here, so that more is covered.",
        "closest": "Here are the parties that are nearest and know each other best.",
        "even": "Nobody gives more than {percent} % of what they have offered.",
    },
}


def explain(
    proposal: Proposal,
    needs: Iterable[Need],
    offers: Iterable[Offer],
    language: Language = "da",
) -> tuple[str, ...]:
    """The proposal in plain sentences, Danish (`da`) or English (`en`).

    First who gives what, then what is uncovered and who comes nearest, then why this proposal.
    Needs, actors and kinds are named by their `id`, `actor` and `kind`. O(supplies + uncovered ×
    offers). Raises ValueError on another language and KeyError on a supply of an unknown need.
    """
    if language not in _TEXT:
        raise ValueError(f"no sentences in the language {language}")
    wanted = {need.id: need for need in needs}
    lacking = {folded(wanted[one.need].kind) for one in proposal.uncovered}
    offered: dict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        if folded(offer.kind) in lacking:
            offered[folded(offer.kind)].append(offer)
    sentences = _who_gives(proposal, wanted, language)
    for one in proposal.uncovered:
        need = wanted[one.need]
        sentences += _what_is_missing(one, need, offered[folded(need.kind)], proposal, language)
    return tuple(sentences + _why(proposal, language))


def amount_in_words(amount: Amount, language: Language) -> str:
    """The number as it is written: 14.000,5 in Danish, 14,000.5 in English."""
    text = format(Decimal(amount).normalize(), ",f")
    return text.translate(_DANISH_MARKS) if language == "da" else text


def _who_gives(proposal: Proposal, needs: dict[str, Need], language: Language) -> list[str]:
    text = _TEXT[language]
    parts: dict[str, dict[str, Decimal]] = {actor: {} for actor in proposal.parties}
    for one in proposal.supplies:
        mine = parts.setdefault(one.actor, {})
        mine[one.need] = mine.get(one.need, Decimal(0)) + one.amount
    return [
        text["gives"].format(actor=actor, parts=_list(_parts(mine, needs, language), text["and"]))
        if mine
        else text["present"].format(actor=actor)
        for actor, mine in parts.items()
    ]


def _parts(given: dict[str, Decimal], needs: dict[str, Need], language: Language) -> list[str]:
    return [
        _TEXT[language]["part"].format(
            amount=amount_in_words(amount, language), kind=needs[need].kind, need=need
        )
        for need, amount in given.items()
    ]


def _list(parts: Sequence[str], last: str) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _what_is_missing(
    one: Uncovered,
    need: Need,
    offers: Sequence[Offer],
    proposal: Proposal,
    language: Language,
) -> list[str]:
    text = _TEXT[language]
    amount = amount_in_words(one.missing, language)
    key = "missing_must" if one.must else "missing_should"
    first = text[key].format(need=one.need, amount=amount, kind=need.kind)
    code, offer, left = _nearest(need, offers, proposal)
    second = text[code].format(
        kind=need.kind,
        actor=offer.actor if offer else "",
        amount=amount_in_words(left, language),
    )
    return [first, second]


def _nearest(
    need: Need, offers: Sequence[Offer], proposal: Proposal
) -> tuple[str, Offer | None, Amount]:
    """Who of its kind comes nearest: fits and has some left, else fewest obstacles, most left."""
    used: dict[str, Decimal] = defaultdict(Decimal)
    for one in proposal.supplies:
        used[one.offer] += one.amount
    if not offers:
        return "nobody", None, 0
    able = [offer for offer in offers if offer.capacity > used[offer.id]]
    if not able:
        return "used_up", None, 0
    best = min(able, key=lambda o: (len(obstacles(need, o)), used[o.id] - o.capacity, o.id))
    found = obstacles(need, best)
    fitting = "left" if best.actor in proposal.parties else "free"
    code = "both" if len(found) > 1 else found[0] if found else fitting
    return code, best, best.capacity - used[best.id]


def _why(proposal: Proposal, language: Language) -> list[str]:
    text = _TEXT[language]
    if not proposal.parties:
        return [text["none"]]
    count = "one" if proposal.actors == 1 else "many"
    said = [text[count].format(count=proposal.actors)]
    if not proposal.uncovered:
        said.insert(0, text["all"])
    elif proposal.covers_all_musts:
        said.insert(0, text["musts"])
    said.append(_how_sure(proposal, language))
    highest = max(load.share for load in proposal.loads)
    if proposal.actors > 1 and highest < 1:
        said.append(text["even"].format(percent=-int(-highest * 100 // 1)))
    return said


def _how_sure(proposal: Proposal, language: Language) -> str:
    text = _TEXT[language]
    if proposal.aim in ("more", "closest"):
        return text[proposal.aim]
    if proposal.optimal:
        return text["optimal_different" if proposal.aim == "different" else "optimal"]
    if not proposal.gap:
        return text["quick"]
    return text["gap"].format(percent=-int(-proposal.gap * 100 // 1))
