from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from samskab.civic.commons.actors.actions import (
    add_category,
    add_representative,
    publish_offer,
    register_actor,
)
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role, system
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.journey import PATH, Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions
from samskab.civic.journey.coalitions.models import (
    Agreement,
    CoalitionProposal,
    Need,
    Part,
    Signature,
)
from tests import cast

Make = Callable[..., Any]


def a_challenge(council: Council, title: str, step: Step) -> Challenge:
    by = system(council)
    challenge, _token = challenges.raise_challenge(by=by, title=title, what="Der mangler noget.")
    challenges.screen(
        by=by, challenge=challenge, accepted=True, is_complex=True, in_focus=False, answer="Ja"
    )
    challenge.refresh_from_db()
    challenge = challenges.open_challenge(by=by, challenge=challenge)
    for target in PATH[PATH.index(Step.OPEN) + 1 : PATH.index(step) + 1]:
        challenges.advance(by=by, challenge=challenge, to=target)
    return challenge


def party(council: Council, name: str) -> SimpleNamespace:
    """An organisation and the one person who acts for it."""
    actor = register_actor(by=system(council), sector="civil", name=name, about="")
    person = cast.a_person(council, name.casefold(), [Role.REPRESENTATIVE])
    add_representative(by=system(council), actor=actor, email=person.email)
    return SimpleNamespace(actor=actor, by=person)


@pytest.fixture
def framed(council: Council) -> Challenge:
    return a_challenge(council, "Morgenen på herberget", Step.FRAMED)


@pytest.fixture
def gathering(framed: Challenge, facilitator: Principal) -> Challenge:
    return actions.open_gathering(by=facilitator, challenge=framed)


@pytest.fixture
def coffee(council: Council) -> Category:
    return add_category(
        by=system(council), kind="resource", slug="kaffe", name_da="kaffe", name_en="coffee"
    )


@pytest.fixture
def listening(council: Council) -> Category:
    return add_category(
        by=system(council), kind="competence", slug="lytte", name_da="at lytte", name_en="listening"
    )


@pytest.fixture
def baker(council: Council) -> SimpleNamespace:
    return party(council, "Bageren")


@pytest.fixture
def shelter(council: Council) -> SimpleNamespace:
    return party(council, "Herberget")


@pytest.fixture
def offer_of(council: Council) -> Make:
    def make(actor: Actor, category: Category, quantity: Any, **more: Any) -> Offer:
        values = {
            "title": f"{category.name_da} fra {actor.name}",
            "text": "",
            "unit": "timer om ugen",
            "period_from": None,
            "period_to": None,
            "area": None,
            "conditions": "",
            "wants": "",
            **more,
        }
        amount = None if quantity is None else Decimal(quantity)
        return publish_offer(
            by=system(council), actor=actor, kind=category.kind, category=category,
            quantity=amount, **values,
        )  # fmt: skip

    return make


@pytest.fixture
def need_of(council: Council) -> Make:
    def make(challenge: Challenge, category: Category, amount: Any, **more: Any) -> Need:
        values = {"title": f"Behov for {category.name_da}", "unit": "timer om ugen", **more}
        return actions.add_need(
            by=system(council), challenge=challenge, category=category,
            amount=Decimal(amount), **values,
        )  # fmt: skip

    return make


@pytest.fixture
def scene(
    gathering: Challenge,
    coffee: Category,
    listening: Category,
    baker: SimpleNamespace,
    shelter: SimpleNamespace,
    offer_of: Make,
    need_of: Make,
) -> SimpleNamespace:
    """Two needs, and two parties of whom each has what one need asks for."""
    return SimpleNamespace(
        challenge=gathering,
        bread=offer_of(baker.actor, coffee, 10),
        ears=offer_of(shelter.actor, listening, 8),
        drink=need_of(gathering, coffee, 6),
        talk=need_of(gathering, listening, 4),
        baker=baker,
        shelter=shelter,
    )


@pytest.fixture
def asked(scene: SimpleNamespace, facilitator: Principal) -> CoalitionProposal:
    """Both parties have been asked."""
    proposal = actions.start_proposal(by=facilitator, challenge=scene.challenge)
    for need, offer, amount in ((scene.drink, scene.bread, 6), (scene.talk, scene.ears, 4)):
        actions.add_part(
            by=facilitator, proposal=proposal, need=need, offer=offer, amount=Decimal(amount)
        )
    return actions.ask_parties(by=facilitator, proposal=proposal)


def part_of(proposal: CoalitionProposal, actor: Actor) -> Part:
    return Part.objects.get(proposal=proposal, actor=actor)


@pytest.fixture
def accepted(asked: CoalitionProposal, scene: SimpleNamespace) -> CoalitionProposal:
    for one in (scene.baker, scene.shelter):
        actions.accept_part(by=one.by, part=part_of(asked, one.actor), gain="Liv i huset")
    asked.refresh_from_db()
    return asked


@pytest.fixture
def agreement(accepted: CoalitionProposal, facilitator: Principal) -> Agreement:
    return actions.draft_agreement(by=facilitator, proposal=accepted)


def signature_of(agreement: Agreement, actor: Actor) -> Signature:
    return Signature.objects.get(agreement=agreement, actor=actor)


@pytest.fixture
def signed(agreement: Agreement) -> Agreement:
    for row in agreement.signatures.all():
        actions.sign(by=system(agreement.council), signature=row, name="Navn")
    agreement.refresh_from_db()
    return agreement
