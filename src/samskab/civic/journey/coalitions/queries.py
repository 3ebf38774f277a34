from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.commons.actors.queries import actors_of, offered, with_narrower
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import in_sight, joined
from samskab.civic.journey.coalitions import matching
from samskab.civic.journey.coalitions.models import (
    Agreement,
    CoalitionProposal,
    Need,
    Part,
    Signature,
    Wish,
)

LIVE = (CoalitionProposal.Status.ASKED, CoalitionProposal.Status.ACCEPTED)


# --- needs -------------------------------------------------------------------------------------
def with_gap(rows: QuerySet[Need], council: Council) -> QuerySet[Need]:
    """Each need knows whether anybody offers something of its category or of a narrower one.
    One statement before that of the rows."""
    return rows.annotate(has_offer=Q(category__in=offered(council) or [0]))


def needs_of(challenge: Challenge) -> QuerySet[Need]:
    rows = Need.objects.filter(challenge=challenge).select_related("category", "area")
    return with_gap(rows, challenge.council).order_by("-must", "pk")


def needs(
    by: Principal,
    *,
    challenge: Challenge | None = None,
    category: Category | None = None,
    place: Category | None = None,
    gap: bool = False,
) -> QuerySet[Need]:
    """The needs of all challenges that this person may see and that are still going on."""
    rows = _going_on(by)
    rows = with_gap(rows.select_related("challenge", "category", "area"), by.council)
    if challenge:
        rows = rows.filter(challenge=challenge)
    if category:
        rows = rows.filter(category__in=with_narrower(category))
    if place:
        rows = rows.filter(area__in=with_narrower(place))
    return rows.filter(has_offer=False) if gap else rows  # type: ignore[misc]


def _going_on(by: Principal) -> QuerySet[Need]:
    rows = Need.objects.filter(in_sight(by), council=by.council)
    return rows.exclude(challenge__step=Step.CLOSED)


def needs_counted(by: Principal) -> Iterable[tuple[int, int | None, int]]:
    """How many there are of each word and place, for the map of coverage. One statement."""
    rows = _going_on(by)
    counted = rows.order_by().values_list("category_id", "area_id").annotate(n=Count("pk"))
    return [(category, area, number) for category, area, number in counted]


def is_promised(need: Need) -> bool:
    """Somebody has said yes to it in a proposal that still counts."""
    return _accepted().filter(need=need).exists()


def promised_to(need: Need) -> Decimal:
    """The most that any one proposal has been promised for it."""
    sums = _accepted().filter(need=need).order_by().values("proposal").annotate(n=Sum("amount"))
    return max((row["n"] for row in sums), default=Decimal(0))


# --- what is left of the offers ----------------------------------------------------------------
def _accepted() -> QuerySet[Part]:
    """The promises that count: accepted, in a living proposal of a challenge not closed."""
    return Part.objects.filter(status=Part.Status.ACCEPTED, proposal__status__in=LIVE).exclude(
        proposal__challenge__step=Step.CLOSED
    )


def promised(offers: Collection[int], *, besides: Challenge | None = None) -> dict[int, Decimal]:
    """How much of each offer is promised away.

    Proposals of one challenge are alternatives, of which one is carried out, so that the
    largest of them counts. One statement.
    """
    rows = _accepted().filter(offer__in=offers)
    if besides is not None:
        rows = rows.exclude(proposal__challenge=besides)
    sums = rows.order_by().values_list("offer", "proposal__challenge", "proposal")
    largest: dict[tuple[int, int], Decimal] = {}
    for offer, challenge, _proposal, amount in sums.annotate(amount=Sum("amount")):
        largest[offer, challenge] = max(largest.get((offer, challenge), Decimal(0)), amount)
    found: dict[int, Decimal] = defaultdict(Decimal)
    for (offer, _challenge), amount in largest.items():
        found[offer] += amount
    return found


def table(challenge: Challenge, parts: Sequence[Part] = ()) -> matching.Table:
    """All that fits the needs of a challenge, with what is left of it. Six statements."""
    wanted = list(needs_of(challenge))
    words = Category.objects.filter(council=challenge.council).exclude(parent=None)
    wider = dict(words.values_list("pk", "parent"))
    needed = {need.category_id for need in wanted}
    fitting = Q(active=True, category__in=needed | _below(needed, wider))
    named = Q(pk__in={part.offer_id for part in parts})
    rows = Offer.objects.filter(fitting | named, council=challenge.council)
    offers = list(rows.select_related("actor", "category", "area"))
    keys = [offer.pk for offer in offers]
    wishes = list(Wish.objects.filter(challenge=challenge).order_by("pk"))
    return matching.Table(
        wanted,
        offers,
        promised(keys, besides=challenge),
        wider,
        worked_together({offer.actor_id for offer in offers}),
        [(w.actor_id, w.other_id) for w in wishes if not w.together],
        [(w.actor_id, w.other_id) for w in wishes if w.together],
    )


def _below(words: set[int], wider: Mapping[int, int | None]) -> set[int]:
    """The keys of all that stands below these words."""
    found: set[int] = set()
    while new := {key for key, above in wider.items() if above in words | found} - found:
        found |= new
    return found


def worked_together(actors: Collection[int]) -> frozenset[tuple[int, int]]:
    """Pairs of these actors, lower key first, who have signed one agreement. One statement."""
    rows = Signature.objects.filter(actor__in=actors, agreement__signed_at__isnull=False)
    by_agreement: dict[int, set[int]] = defaultdict(set)
    for agreement, actor in rows.values_list("agreement", "actor"):
        by_agreement[agreement].add(actor)
    return frozenset(
        pair for signers in by_agreement.values() for pair in combinations(sorted(signers), 2)
    )


def wishes_of(challenge: Challenge, by: Principal, *, own: bool) -> list[Wish]:
    """Who wants to take part together, and who does not; of the reader's own parties only."""
    rows = Wish.objects.filter(challenge=challenge).select_related("actor", "other")
    if own:
        rows = rows.filter(actor__in=actors_of(by))
    return list(rows.order_by("actor__name", "pk"))


# --- proposals ---------------------------------------------------------------------------------
def _parts() -> QuerySet[Part]:
    return Part.objects.select_related(
        "actor", "need__category", "need__area", "offer__area", "offer__category", "offer__actor"
    ).order_by("actor__name", "pk")


def parts_of(proposal: CoalitionProposal | None) -> list[Part]:
    """None has none: an agreement may be written without a proposal."""
    if proposal is None:
        return []
    return list(_parts().filter(proposal=proposal))


def proposals_of(challenge: Challenge) -> QuerySet[CoalitionProposal]:
    rows = CoalitionProposal.objects.filter(challenge=challenge)
    return rows.prefetch_related(Prefetch("parts", _parts())).order_by("number")


@dataclass(frozen=True)
class PartyShare:
    """What one party of a proposal gives, gets and carries."""

    actor: Actor
    parts: list[Part]
    percent: int

    @property
    def gain(self) -> str:
        return next((part.gain for part in self.parts if part.gain), "")

    @property
    def wants(self) -> list[str]:
        return [part.offer.wants for part in self.parts if part.offer.wants]


@dataclass(frozen=True)
class Shown:
    """A proposal as a page draws it."""

    proposal: CoalitionProposal
    shares: list[PartyShare]
    missing: list[tuple[Need, str]]
    reasons: tuple[str, ...]
    problems: list[str]
    wishes: list[str]
    """Wishes of parties that it does not keep; for those who gather only."""

    @property
    def waiting(self) -> list[Actor]:
        """Those who have not answered."""
        open_ = Part.Status.OPEN
        return [s.actor for s in self.shares if any(p.status == open_ for p in s.parts)]


def shown(proposal: CoalitionProposal, parts: Sequence[Part], known: matching.Table) -> Shown:
    """Everything that is said about a proposal; asks the database nothing."""
    spoken = matching.read(known, proposal, parts)
    loads = {load.actor: load.share for load in spoken.loads}
    names = known.names()
    by_actor: dict[int, list[Part]] = defaultdict(list)
    for part in parts:
        by_actor[part.actor_id].append(part)
    shares = [
        PartyShare(mine[0].actor, mine, round(100 * loads.get(names.get(key, ""), 0)))
        for key, mine in by_actor.items()
    ]
    return Shown(
        proposal,
        shares,
        matching.missing(known, parts),
        (*matching.sentences(known, proposal, spoken), *matching.about_parties(known, parts)),
        [sentence for _field, sentence in matching.problems(known, parts)],
        matching.against_wishes(known, parts),
    )


def gains(proposal: CoalitionProposal | None) -> dict[Actor, str]:
    """What each party expects to get out of it; asked again in the evaluation."""
    found: dict[Actor, str] = {}
    for part in parts_of(proposal):
        found[part.actor] = found.get(part.actor) or part.gain
    return found


def open_parts_for(by: Principal) -> QuerySet[Part]:
    """What waits for an answer from those whom this person represents."""
    return _parts().filter(
        council=by.council,
        actor__in=actors_of(by),
        status=Part.Status.OPEN,
        proposal__status=CoalitionProposal.Status.ASKED,
    )


def waiting_for(by: Principal) -> dict[str, Any] | None:
    """What a person's own page shows: parts to answer and agreements to sign."""
    if not by.signed_in:
        return None
    parts = list(open_parts_for(by).select_related("proposal__challenge", "need", "actor")[:20])
    unsigned = Signature.objects.filter(
        council=by.council, actor__in=actors_of(by), at=None, agreement__status="draft"
    )
    rows = list(unsigned.select_related("agreement__challenge", "actor")[:20])
    return {"parts": parts, "signatures": rows} if parts or rows else None


# --- agreements --------------------------------------------------------------------------------
def agreement_of(challenge: Challenge) -> Agreement | None:
    """The agreement that holds, draft or signed; else the last one that ended."""
    rows = Agreement.objects.filter(challenge=challenge)
    return rows.exclude(status=Agreement.Status.ENDED).first() or rows.first()


def agreements(by: Principal) -> QuerySet[Agreement]:
    """Those that everybody may read."""
    rows = Agreement.objects.filter(in_sight(by), council=by.council)
    return rows.exclude(status=Agreement.Status.DRAFT).select_related("challenge")


def parties_to_choose(challenge: Challenge) -> QuerySet[Actor]:
    """Those who take part in the challenge, and may write an agreement together."""
    return Actor.objects.filter(pk__in=joined(challenge).values("actor")).order_by("name", "pk")


def signatures(agreement: Agreement) -> list[Signature]:
    rows = Signature.objects.filter(agreement=agreement).select_related("actor")
    return list(rows.order_by("actor__name", "pk"))


def signature_by_link(council: Council, link_digest: str) -> Signature | None:
    rows = Signature.objects.filter(council=council, link_digest=link_digest)
    return rows.select_related("agreement__challenge", "actor").first() if link_digest else None


@dataclass(frozen=True)
class Dependence:
    """One promise that the other parties rely on."""

    giver: Actor
    need: Need
    what: str


def dependences(agreement: Agreement) -> list[Dependence]:
    """Who depends on whom: each promise of the agreement. One statement."""
    parts = parts_of(agreement.proposal)
    return [Dependence(part.actor, part.need, part.measured) for part in parts]


# --- the page of a challenge -------------------------------------------------------------------
def section(by: Principal, challenge: Challenge) -> dict[str, Any] | None:
    """What the page of a challenge shows of joining forces; None before it begins."""
    rows = list(needs_of(challenge))
    at_hand = challenge.step in {Step.FRAMED, Step.GATHERING}
    if not rows and not at_hand:
        return None
    proposals = list(CoalitionProposal.objects.filter(challenge=challenge))
    agreement = agreement_of(challenge)
    return {
        "needs": rows,
        "gaps": [need for need in rows if not need.has_offer],  # type: ignore[attr-defined]
        "asked": [p for p in proposals if p.status == CoalitionProposal.Status.ASKED],
        "accepted": next((p for p in proposals if p.status == "accepted"), None),
        "agreement": agreement,
        "mine": list(open_parts_for(by).filter(proposal__challenge=challenge))
        if by.signed_in
        else [],
        "can_open": challenge.step == Step.FRAMED,
    }
