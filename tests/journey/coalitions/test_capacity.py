"""No offer is ever promised beyond what it holds: at once, and in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samskab.civic.commons.actors.actions import add_category, publish_offer, register_actor
from samskab.civic.commons.actors.models import Offer
from samskab.civic.foundation.core.errors import CivicError, Conflict
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions, queries
from samskab.civic.journey.coalitions.models import CoalitionProposal, Part
from tests import cast
from tests.journey.coalitions.conftest import a_challenge

LIVE = ("asked", "accepted")


def an_offer(by: Principal, quantity: int) -> Offer:
    word = add_category(by=by, kind="resource", name_da="senge")
    actor = register_actor(by=by, sector="civil", name="Natlyset", about="")
    return publish_offer(
        by=by, actor=actor, kind="resource", category=word, title="Senge", text="",
        quantity=Decimal(quantity), unit="senge", period_from=None, period_to=None, area=None,
        conditions="", wants="",
    )  # fmt: skip


def a_question(by: Principal, challenge: Challenge, offer: Offer, amount: int) -> Part:
    """A proposal of one part that its party has been asked about."""
    need = challenge.needs.first() or actions.add_need(
        by=by, challenge=challenge, category=offer.category, title="Senge", unit="senge",
        amount=Decimal(100),
    )  # fmt: skip
    proposal = actions.start_proposal(by=by, challenge=challenge)
    part = actions.add_part(
        by=by, proposal=proposal, need=need, offer=offer, amount=Decimal(amount)
    )
    actions.ask_parties(by=by, proposal=proposal)
    return part


def test_what_is_promised_in_one_challenge_is_not_left_for_another(council: Any) -> None:
    by = system(council)
    offer = an_offer(by, 6)
    one, other = (a_challenge(council, name, Step.GATHERING) for name in ("En", "To"))
    first, second = a_question(by, one, offer, 4), a_question(by, other, offer, 4)
    actions.accept_part(by=by, part=first)
    with pytest.raises(Conflict) as error:
        actions.accept_part(by=by, part=second)
    assert "2 senge" in str(error.value)
    assert queries.table(other).left(offer) == 2
    assert queries.table(one).left(offer) == 6
    actions.set_aside(by=by, proposal=first.proposal, reason="R")
    assert actions.accept_part(by=by, part=second).status == "accepted"


def test_a_new_proposal_cannot_use_what_is_promised_elsewhere(council: Any) -> None:
    by = system(council)
    offer = an_offer(by, 6)
    one, other = (a_challenge(council, name, Step.GATHERING) for name in ("En", "To"))
    actions.accept_part(by=by, part=a_question(by, one, offer, 5))
    with pytest.raises(CivicError):
        a_question(by, other, offer, 2)
    assert a_question(by, other, offer, 1).amount == 1


def test_alternatives_of_one_challenge_do_not_compete(council: Any) -> None:
    by = system(council)
    offer = an_offer(by, 6)
    challenge = a_challenge(council, "En", Step.GATHERING)
    first, second = (a_question(by, challenge, offer, 6) for _ in range(2))
    actions.accept_part(by=by, part=first)
    with pytest.raises(Conflict):  # the first was accepted by all, so the second counts no more
        actions.accept_part(by=by, part=second)
    assert queries.promised([offer.pk]) == {offer.pk: Decimal(6)}


@pytest.mark.django_db(transaction=True)
def test_two_promises_at_once_never_exceed_the_capacity() -> None:
    council = cast.a_council(is_default=True)
    by = system(council)
    offer = an_offer(by, 6)
    with transaction.atomic():
        parts = [
            a_question(by, a_challenge(council, f"Nr. {n}", Step.GATHERING), offer, 4)
            for n in range(4)
        ]
    start = Barrier(len(parts))

    def accept(part: Part) -> str:
        start.wait()
        try:
            actions.accept_part(by=by, part=part)
        except CivicError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "accepted"

    with ThreadPoolExecutor(len(parts)) as pool:
        found = sorted(pool.map(accept, parts))
    assert found == ["Conflict", "Conflict", "Conflict", "accepted"]
    assert queries.promised([offer.pk]) == {offer.pk: Decimal(4)}
    assert CoalitionProposal.objects.filter(status="accepted").count() == 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["ask", "accept", "decline", "aside"]), st.integers(0, 5),
              st.integers(1, 7)),
    max_size=14,
)  # fmt: skip


@given(moves=STEPS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_in_any_order_of_promises_no_offer_is_exceeded(council: Any, moves: list[Any]) -> None:
    with transaction.atomic():
        world = _world(council)
        for verb, which, amount in moves:
            _try(world, verb, which, amount)
            assert _carried_out(world.offer) <= world.offer.quantity
        transaction.set_rollback(True)


def _world(council: Any) -> SimpleNamespace:
    by = system(council)
    challenges = [a_challenge(council, f"Nr. {n}", Step.GATHERING) for n in range(3)]
    return SimpleNamespace(by=by, offer=an_offer(by, 7), challenges=challenges, parts=[])


def _try(world: SimpleNamespace, verb: str, which: int, amount: int) -> None:
    by = world.by
    try:
        if verb == "ask":
            world.parts.append(a_question(by, world.challenges[which % 3], world.offer, amount))
            return
        if not world.parts:
            return
        part = world.parts[which % len(world.parts)]
        if verb == "accept":
            actions.accept_part(by=by, part=part)
        elif verb == "decline":
            actions.decline_part(by=by, part=part, reason="Nej")
        else:
            proposal = CoalitionProposal.objects.get(pk=part.proposal_id)
            actions.set_aside(by=by, proposal=proposal, reason="R")
    except CivicError:
        pass


def _carried_out(offer: Offer) -> Decimal:
    """The worst case, counted in the plainest way: the largest promise of each challenge."""
    worst: dict[int, Decimal] = {}
    for part in Part.objects.filter(offer=offer, status="accepted").select_related("proposal"):
        if part.proposal.status in LIVE:
            key = part.proposal.challenge_id
            worst[key] = max(worst.get(key, Decimal(0)), part.amount)
    return sum(worst.values(), Decimal(0))
