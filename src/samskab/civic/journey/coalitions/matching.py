"""Between the rows of this room and the engine: needs, offers and parts in its words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.actors.models import Offer as OfferRow
from samskab.civic.journey.coalitions.models import CoalitionProposal, Part, measure
from samskab.civic.journey.coalitions.models import Need as NeedRow
from samskab.engine import matching as engine
from samskab.engine.matching.model import Aim

Promised = Mapping[int, Decimal]


@dataclass(frozen=True)
class Table:
    """What is needed and what is on offer, with what is left of each offer."""

    needs: Sequence[NeedRow]
    offers: Sequence[OfferRow]
    promised: Promised
    wider: Mapping[int, int | None] = field(default_factory=dict)
    """The key of the wider word of each place and of each category that stands below another."""
    together: frozenset[tuple[int, int]] = frozenset()
    """Pairs of actors, lower key first, who have signed an agreement with each other."""
    apart: Sequence[tuple[int, int]] = ()
    bound: Sequence[tuple[int, int]] = ()
    """Pairs of actors who do not want to take part together, and who only want to."""

    def left(self, offer: OfferRow) -> Decimal | None:
        """What is not promised to other challenges; None where no amount was stated."""
        if offer.quantity is None:
            return None
        return max(offer.quantity - self.promised.get(offer.pk, Decimal(0)), Decimal(0))

    def kind(self, need: NeedRow) -> str:
        """Amounts can only be compared within one category and one unit."""
        return f"{need.unit} {need.category.name}".strip()

    def engine_needs(self, *, spoken: bool = False) -> list[engine.Need]:
        return [
            engine.Need(
                id=f"“{need.title}”" if spoken else str(need.pk),
                kind=self.kind(need),
                amount=need.amount,
                must=need.must,
                start=need.period_from,
                end=need.period_to,
                area=_place(need.area_id),
                within=tuple(str(key) for key in self.wider_than(need.area_id)),
            )
            for need in self.needs
        ]

    def wider_than(self, word: int | None) -> list[int]:
        """The keys of all words above this one, the nearest first."""
        found: list[int] = []
        key = self.wider.get(word) if word is not None else None
        while key is not None and key not in found:
            found.append(key)
            key = self.wider.get(key)
        return found

    def asked_as(self, offer: OfferRow) -> int:
        """The category that an offer is matched by: its own, or the nearest wider one needed."""
        needed = {need.category_id for need in self.needs}
        chain = [offer.category_id, *self.wider_than(offer.category_id)]
        return next((key for key in chain if key in needed), offer.category_id)

    def burden(self) -> dict[str, float]:
        """What speaks against asking each actor: it is far away, gains nothing, is not known.

        Far away counts one, and so do the other two together.
        """
        known = {actor for pair in self.together for actor in pair}
        gains = {offer.actor_id for offer in self.offers if offer.wants}
        actors = {offer.actor_id: offer.actor for offer in self.offers}
        return {
            str(key): float(self.is_far(actor))
            + 0.5 * (key not in gains)
            + 0.5 * (key not in known)
            for key, actor in actors.items()
        }

    def is_far(self, actor: Actor) -> bool:
        """The actor belongs to another place than all the needs that name one."""
        places = {need.area_id for need in self.needs if need.area_id is not None}
        if not places or actor.area_id is None:
            return False
        home = {actor.area_id, *self.wider_than(actor.area_id)}
        return all(
            place not in home and actor.area_id not in self.wider_than(place) for place in places
        )

    def wishes(self) -> dict[str, list[tuple[str, str]]]:
        """The wishes of the parties in the words of the engine."""
        return {
            "not_with": [(str(one), str(other)) for one, other in self.apart],
            "must_with": [(str(one), str(other)) for one, other in self.bound],
        }

    def engine_offers(self, *, spoken: bool = False) -> list[engine.Offer]:
        names = self.names() if spoken else {}
        words = {need.category_id: need.category.name for need in self.needs}
        return [
            engine.Offer(
                id=_offer_id(offer, unit),
                actor=names.get(offer.actor_id, str(offer.actor_id)),
                kind=f"{unit} {words.get(self.asked_as(offer), offer.category.name)}".strip(),
                capacity=self._capacity(offer),
                start=offer.period_from,
                end=offer.period_to,
                area=_place(offer.area_id),
            )
            for offer in self.offers
            for unit in self._units(offer)
        ]

    def _units(self, offer: OfferRow) -> list[str]:
        """An offer without an amount fits any unit that its category is asked for in."""
        if offer.quantity is not None:
            return [offer.unit]
        return sorted({n.unit for n in self.needs if n.category_id == self.asked_as(offer)})

    def _capacity(self, offer: OfferRow) -> Decimal:
        left = self.left(offer)
        if left is not None:
            return left
        asked = (n.amount for n in self.needs if n.category_id == self.asked_as(offer))
        return sum(asked, Decimal(0))

    def names(self) -> dict[int, str]:
        """Actors by name; people who share one are told apart by a number."""
        actors: dict[int, Actor] = {offer.actor_id: offer.actor for offer in self.offers}
        seen: Counter[str] = Counter()
        found = {}
        for key, actor in sorted(actors.items()):
            seen[actor.name] += 1
            again = seen[actor.name]
            found[key] = f"{actor.name} ({again})" if again > 1 else actor.name
        return found

    def supplies(self, parts: Iterable[Part], *, spoken: bool = False) -> list[engine.Supply]:
        names = self.names() if spoken else {}
        return [
            engine.Supply(
                need=f"“{part.need.title}”" if spoken else str(part.need_id),
                offer=_offer_id(part.offer, part.need.unit),
                actor=names.get(part.actor_id, str(part.actor_id)),
                amount=part.amount,
            )
            for part in parts
        ]


def _place(key: int | None) -> str | None:
    return None if key is None else str(key)


def _offer_id(offer: OfferRow, unit: str) -> str:
    return str(offer.pk) if offer.quantity is not None else f"{offer.pk}|{unit}"


def offer_key(engine_id: str) -> int:
    return int(engine_id.partition("|")[0])


def read(table: Table, proposal: CoalitionProposal, parts: Sequence[Part]) -> engine.Proposal:
    """The proposal as it stands now, named for reading aloud."""
    shown = engine.from_supplies(
        table.supplies(parts, spoken=True),
        table.engine_needs(spoken=True),
        table.engine_offers(spoken=True),
    )
    aim: Aim = proposal.aim  # type: ignore[assignment]
    return replace(shown, optimal=proposal.optimal, gap=proposal.gap, aim=aim)


def about_parties(table: Table, parts: Sequence[Part]) -> list[str]:
    """Who knows whom, who comes from elsewhere, and who has not said what it gains."""
    names, actors = table.names(), {part.actor_id: part.actor for part in parts}
    said = [
        _("%(one)s and %(other)s have had an agreement before.")
        % {"one": names.get(one, actors[one].name), "other": names.get(other, actors[other].name)}
        for one, other in combinations(sorted(actors), 2)
        if (one, other) in table.together
    ][:3]
    wanting = {p.actor_id for p in parts if p.gain or p.offer.wants}
    far = [actor.name for actor in actors.values() if table.is_far(actor)]
    quiet = [actor.name for key, actor in actors.items() if key not in wanting]
    if far:
        said.append(_("Comes from another place: %(names)s.") % {"names": ", ".join(far)})
    elif actors and any(need.area_id for need in table.needs):
        said.append(_("Nobody has to come from another place."))
    if quiet:
        said.append(
            _("Has not written what it wants to get out of it: %(names)s.")
            % {"names": ", ".join(quiet)}
        )
    return said


def sentences(table: Table, proposal: CoalitionProposal, shown: engine.Proposal) -> tuple[str, ...]:
    """Why this proposal, in the language of the reader."""
    language: Literal["da", "en"] = "en" if get_language() == "en" else "da"
    needs, offers = table.engine_needs(spoken=True), table.engine_offers(spoken=True)
    said = engine.explain(shown, needs, offers, language)
    if proposal.origin == CoalitionProposal.Origin.ENGINE:
        return said
    # How sure the engine is says nothing about what people put together: that sentence is the
    # one that differs between a proven and an unproven answer.
    proven = set(
        engine.explain(replace(shown, optimal=True, aim="fewest"), needs, offers, language)
    )
    quick = replace(shown, optimal=False, gap=None, aim="fewest")
    return tuple(s for s in engine.explain(quick, needs, offers, language) if s in proven)


# --- the live check ----------------------------------------------------------------------------
def problems(table: Table, parts: Sequence[Part]) -> list[tuple[str, str]]:
    """What cannot be, as (field, sentence) pairs; nothing when all can be carried out."""
    needs, offers = table.engine_needs(), table.engine_offers()
    proposal = engine.from_supplies(table.supplies(parts), needs, offers)
    found = engine.check(proposal, needs, offers)
    rows = {str(need.pk): need for need in table.needs}
    given = {_offer_id(o, unit): o for o in table.offers for unit in table._units(o)}
    return [_in_words(one, rows, given) for one in found]


def against_wishes(table: Table, parts: Sequence[Part]) -> list[str]:
    """Which wishes of the parties these parts do not keep."""
    names = {offer.actor_id: offer.actor.name for offer in table.offers}
    names |= {part.actor_id: part.actor.name for part in parts}
    there = {part.actor_id for part in parts}
    said = [
        _("%(one)s and %(other)s do not want to take part together. Choose one of them.")
        % {"one": names[one], "other": names[other]}
        for one, other in table.apart
        if one in there and other in there
    ]
    for one, other in table.bound:
        if len(there & {one, other}) == 1:
            inside, outside = (one, other) if one in there else (other, one)
            sentence = _("%(one)s only takes part together with %(other)s, who is not here.")
            said.append(sentence % {"one": names[inside], "other": names.get(outside, "–")})
    return said


def _in_words(
    one: engine.Problem, needs: Mapping[str, NeedRow], offers: Mapping[str, OfferRow]
) -> tuple[str, str]:
    need, offer = needs.get(one.need or ""), offers.get(one.offer or "")
    if one.code == "over_capacity" and offer:
        return "amount", _(
            "%(actor)s has %(limit)s left of “%(offer)s”, and here are %(amount)s. "
            "Take less, or ask somebody else too."
        ) % {
            "actor": offer.actor.name,
            "offer": offer.title,
            "limit": measure(Decimal(one.limit or 0), offer.unit),
            "amount": measure(Decimal(one.amount or 0), offer.unit),
        }
    if one.code == "over_need" and need:
        return "amount", _("“%(need)s” asks for %(limit)s, and here are %(amount)s. Take less.") % {
            "need": need.title,
            "limit": need.measured,
            "amount": measure(Decimal(one.amount or 0), need.unit),
        }
    if one.code == "wrong_kind" and need and offer:
        return "offer", _wrong_kind(need, offer)
    field, sentence = _PLAIN[one.code]
    return field, str(sentence)


def _wrong_kind(need: NeedRow, offer: OfferRow) -> str:
    if need.category_id == offer.category_id:
        return _(
            "“%(offer)s” is counted in %(given)s, and “%(need)s” in %(wanted)s. "
            "Choose another offer, or change the need."
        ) % {
            "offer": offer.title,
            "need": need.title,
            "given": offer.unit or "–",
            "wanted": need.unit or "–",
        }
    return _("“%(offer)s” is something else than “%(need)s” asks for. Choose another offer.") % {
        "offer": offer.title,
        "need": need.title,
    }


_PLAIN: dict[str, tuple[str, Promise]] = {
    "unknown_need": ("need", gettext_lazy("This need is not there any more.")),
    "unknown_offer": ("offer", gettext_lazy("This offer is not there any more.")),
    "wrong_actor": ("offer", gettext_lazy("This offer belongs to another party.")),
    "wrong_kind": ("offer", gettext_lazy("This offer does not fit the need.")),
    "outside_period": (
        "offer",
        gettext_lazy("The offer does not hold in the period of the need. Choose another offer."),
    ),
    "outside_area": ("offer", gettext_lazy("The offer holds in another place.")),
    "not_above_zero": ("amount", gettext_lazy("Write an amount above zero.")),
    "over_capacity": ("amount", gettext_lazy("That is more than the offer has left.")),
    "over_need": ("amount", gettext_lazy("That is more than the need asks for.")),
    "twice": (
        "offer",
        gettext_lazy("This offer is part of it already. Change the amount there."),
    ),
}


def missing(table: Table, parts: Iterable[Part]) -> list[tuple[NeedRow, str]]:
    """What stays uncovered, and how much of it; what has to be covered comes first."""
    given: dict[int, Decimal] = defaultdict(Decimal)
    for part in parts:
        given[part.need_id] += part.amount
    return [
        (need, measure(need.amount - given[need.pk], need.unit))
        for need in sorted(table.needs, key=lambda need: not need.must)
        if need.amount > given[need.pk]
    ]
