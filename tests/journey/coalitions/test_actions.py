from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone

from samskab.civic.commons.actors.actions import add_category, register_actor, withdraw_offer
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.core.queries import verify_log
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import timeline
from samskab.civic.journey.coalitions import actions, queries
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Need, Part
from tests.journey.coalitions.conftest import Make, a_challenge, part_of, signature_of

Status = CoalitionProposal.Status


def told(challenge: Challenge) -> list[str]:
    return [entry.message for entry in reversed(timeline(challenge))]


# --- beginning ---------------------------------------------------------------------------------
def test_joining_forces_begins_when_the_problem_is_framed(
    framed: Challenge, facilitator: Principal
) -> None:
    assert actions.open_gathering(by=facilitator, challenge=framed).step == Step.GATHERING
    with pytest.raises(Conflict):
        actions.open_gathering(by=facilitator, challenge=framed)


def test_it_does_not_begin_before(council: Any, facilitator: Principal) -> None:
    exploring = a_challenge(council, "T", Step.EXPLORING)
    with pytest.raises(Conflict):
        actions.open_gathering(by=facilitator, challenge=exploring)


def test_only_those_who_facilitate_begin(
    framed: Challenge, representative: Principal, member: Principal, outsider: Principal
) -> None:
    for by in (representative, member):
        with pytest.raises(NotAllowed):
            actions.open_gathering(by=by, challenge=framed)
    with pytest.raises(NotFound):
        actions.open_gathering(by=outsider, challenge=framed)


# --- needs -------------------------------------------------------------------------------------
def test_a_party_says_what_is_lacking_and_everybody_can_read_it(
    gathering: Challenge, coffee: Category, baker: SimpleNamespace, need_of: Make
) -> None:
    given = {"category": coffee, "title": " Kaffe ", "amount": Decimal(3), "unit": "kander  i  alt"}
    with pytest.raises(NotAllowed):
        actions.add_need(by=baker.by, challenge=gathering, **given)
    challenges.join(by=baker.by, challenge=gathering, actor=baker.actor)
    need = actions.add_need(by=baker.by, challenge=gathering, **given)
    assert (need.title, need.measured) == ("Kaffe", "3 kander i alt")
    assert told(gathering)[-1] == "A need was added: %(need)s"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": "  "}),
        ("amount", {"amount": Decimal(0)}),
        ("amount", {"amount": Decimal(-1)}),
        ("amount", {"amount": None}),
        ("period_to", {"period_from": date(2027, 2, 1), "period_to": date(2027, 1, 1)}),
    ],
)
def test_a_need_that_cannot_be_is_refused(
    gathering: Challenge,
    coffee: Category,
    facilitator: Principal,
    field: str,
    values: dict[str, Any],
) -> None:
    given = {"category": coffee, "title": "Kaffe", "amount": Decimal(3), **values}
    with pytest.raises(Invalid) as error:
        actions.add_need(by=facilitator, challenge=gathering, **given)
    assert error.value.field == field
    assert not Need.objects.exists()


def test_a_need_is_a_competence_or_a_resource(gathering: Challenge, facilitator: Principal) -> None:
    place = add_category(by=facilitator_system(gathering), kind="place", name_da="Them")
    with pytest.raises(Invalid) as error:
        actions.add_need(
            by=facilitator, challenge=gathering, category=place, title="T", amount=Decimal(1)
        )
    assert error.value.field == "category"


def facilitator_system(challenge: Challenge) -> Principal:
    return system(challenge.council)


def test_a_word_of_another_council_is_not_there(
    gathering: Challenge, facilitator: Principal, outsider: Principal
) -> None:
    word = add_category(by=outsider, kind="resource", name_da="kaffe")
    with pytest.raises(NotFound):
        actions.add_need(
            by=facilitator, challenge=gathering, category=word, title="T", amount=Decimal(1)
        )


def test_two_needs_of_one_name_are_one(
    gathering: Challenge, coffee: Category, need_of: Make
) -> None:
    need_of(gathering, coffee, 3, title="Kaffe")
    with pytest.raises(Invalid) as error:
        need_of(gathering, coffee, 5, title="Kaffe ")
    assert error.value.field == "title"
    assert Need.objects.count() == 1


def test_a_closed_challenge_takes_no_needs(
    gathering: Challenge, coffee: Category, need_of: Make, facilitator: Principal
) -> None:
    challenges.move(
        by=facilitator, challenge=gathering, to="closed", closing="solved", reason="Løst"
    )
    with pytest.raises(Conflict):
        need_of(gathering, coffee, 3)


def edited(by: Principal, need: Need, **values: Any) -> Need:
    names = ("category", "title", "amount", "unit", "must", "period_from", "period_to", "area")
    return actions.edit_need(
        by=by, need=need, **{**{name: getattr(need, name) for name in names}, **values}
    )


def test_a_need_is_edited_and_a_stale_page_is_told(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    seen = scene.drink.version
    assert edited(facilitator, scene.drink, amount=Decimal(7), seen=seen).amount == 7
    with pytest.raises(Conflict):
        edited(facilitator, scene.drink, amount=Decimal(9), seen=seen)
    scene.drink.refresh_from_db()
    assert scene.drink.amount == 7


def test_others_edit_and_remove_no_needs(
    scene: SimpleNamespace, participant: Principal, outsider: Principal
) -> None:
    for by, error in (
        (participant, NotAllowed),
        (scene.baker.by, NotAllowed),
        (outsider, NotFound),
    ):
        with pytest.raises(error):
            edited(by, scene.drink)
        with pytest.raises(error):
            actions.remove_need(by=by, need=scene.drink)
    assert Need.objects.count() == 2


def test_what_is_promised_cannot_be_removed_or_become_something_else(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal, listening: Category
) -> None:
    actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))
    with pytest.raises(Conflict):
        actions.remove_need(by=facilitator, need=scene.drink)
    with pytest.raises(Conflict):
        edited(facilitator, scene.drink, category=listening)
    with pytest.raises(Invalid):
        edited(facilitator, scene.drink, amount=Decimal(5))
    assert edited(facilitator, scene.drink, amount=Decimal(9)).amount == 9
    actions.remove_need(by=facilitator, need=scene.talk)
    assert list(Need.objects.all()) == [scene.drink]


def test_a_need_that_nobody_offers_is_a_gap(
    scene: SimpleNamespace, council: Any, need_of: Make, facilitator: Principal
) -> None:
    bath = add_category(by=system(council), kind="resource", name_da="bad")
    need = need_of(scene.challenge, bath, 1)
    gaps = [n.pk for n in queries.needs_of(scene.challenge) if not n.has_offer]
    assert gaps == [need.pk]
    assert [n.pk for n in queries.needs(facilitator, gap=True)] == [need.pk]
    withdraw_offer(by=system(council), offer=scene.bread)
    assert {n.pk for n in queries.needs(facilitator, gap=True)} == {need.pk, scene.drink.pk}
    shower = add_category(by=system(council), kind="resource", name_da="bruser", parent=bath)
    Offer.objects.filter(pk=scene.bread.pk).update(category=shower, active=True)
    assert [n.pk for n in queries.needs(facilitator, gap=True)] == [scene.drink.pk]


# --- proposals ---------------------------------------------------------------------------------
def test_proposals_are_worked_out_and_cover_the_needs(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    assert [(p.status, p.origin, p.optimal) for p in made] == [("draft", "engine", True)]
    parts = {(p.need_id, p.offer_id, p.amount) for p in queries.parts_of(made[0])}
    assert parts == {
        (scene.drink.pk, scene.bread.pk, Decimal(6)),
        (scene.talk.pk, scene.ears.pk, Decimal(4)),
    }


def test_different_proposals_come_with_different_parties(
    scene: SimpleNamespace, facilitator: Principal, offer_of: Make, organisation: Any
) -> None:
    offer_of(organisation, scene.drink.category, 6)
    offer_of(organisation, scene.talk.category, 4)
    made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    parties = [{part.actor_id for part in queries.parts_of(p)} for p in made]
    assert parties == [{organisation.pk}, {scene.baker.actor.pk, scene.shelter.actor.pk}]


def test_working_out_again_replaces_what_nobody_was_asked_about(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    first = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    by_hand = actions.start_proposal(by=facilitator, challenge=scene.challenge)
    again = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    assert {p.pk for p in CoalitionProposal.objects.all()} == {by_hand.pk, again.pk}
    assert first.pk != again.pk


def test_without_needs_or_offers_there_is_nothing_to_propose(
    gathering: Challenge, facilitator: Principal, coffee: Category, need_of: Make
) -> None:
    with pytest.raises(Conflict):
        actions.propose_coalitions(by=facilitator, challenge=gathering)
    need_of(gathering, coffee, 3)
    with pytest.raises(Conflict):
        actions.propose_coalitions(by=facilitator, challenge=gathering)
    assert not CoalitionProposal.objects.exists()


def test_offers_in_another_unit_or_period_are_left_alone(
    gathering: Challenge, facilitator: Principal, coffee: Category, need_of: Make, offer_of: Make,
    baker: SimpleNamespace,
) -> None:  # fmt: skip
    need_of(gathering, coffee, 3, period_from=date(2027, 1, 1), period_to=date(2027, 3, 1))
    offer_of(baker.actor, coffee, 9, unit="kander i alt", title="A")
    offer_of(baker.actor, coffee, 9, period_to=date(2027, 2, 1), title="B")
    with pytest.raises(Conflict):
        actions.propose_coalitions(by=facilitator, challenge=gathering)
    offer_of(baker.actor, coffee, None, unit="", title="C")
    made = actions.propose_coalitions(by=facilitator, challenge=gathering)
    assert [part.offer.title for part in queries.parts_of(made[0])] == ["C"]


def test_only_those_who_facilitate_propose(
    scene: SimpleNamespace, participant: Principal, outsider: Principal
) -> None:
    for by, error in (
        (participant, NotAllowed),
        (scene.baker.by, NotAllowed),
        (outsider, NotFound),
    ):
        with pytest.raises(error):
            actions.propose_coalitions(by=by, challenge=scene.challenge)
        with pytest.raises(error):
            actions.start_proposal(by=by, challenge=scene.challenge)


def by_hand(by: Principal, scene: SimpleNamespace) -> CoalitionProposal:
    return actions.start_proposal(by=by, challenge=scene.challenge)


def test_more_than_an_offer_holds_is_refused_with_a_sentence(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    proposal = by_hand(facilitator, scene)
    edited(facilitator, scene.drink, amount=Decimal(20))
    scene.drink.refresh_from_db()
    with pytest.raises(Invalid) as error:
        actions.add_part(
            by=facilitator, proposal=proposal, need=scene.drink, offer=scene.bread,
            amount=Decimal(12),
        )  # fmt: skip
    assert error.value.field == "amount"
    assert "Bageren" in str(error.value) and "10 timer om ugen" in str(error.value)
    assert not Part.objects.exists()


@pytest.mark.parametrize("amount", ["0", "-1", "7"])
def test_nothing_and_more_than_needed_are_refused(
    scene: SimpleNamespace, facilitator: Principal, amount: str
) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_part(
            by=facilitator, proposal=by_hand(facilitator, scene), need=scene.drink,
            offer=scene.bread, amount=Decimal(amount),
        )  # fmt: skip
    assert error.value.field == "amount"


def test_an_offer_of_something_else_does_not_fit(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_part(
            by=facilitator, proposal=by_hand(facilitator, scene), need=scene.drink,
            offer=scene.ears, amount=Decimal(1),
        )  # fmt: skip
    assert error.value.field == "offer"


def test_an_offer_is_added_once(scene: SimpleNamespace, facilitator: Principal) -> None:
    proposal = by_hand(facilitator, scene)
    given = {"need": scene.drink, "offer": scene.bread, "amount": Decimal(2)}
    actions.add_part(by=facilitator, proposal=proposal, **given)
    with pytest.raises(Conflict):
        actions.add_part(by=facilitator, proposal=proposal, **given)
    assert Part.objects.count() == 1


def test_an_edited_suggestion_is_no_longer_called_proven(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    proposal = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    part = part_of(proposal, scene.baker.actor)
    actions.edit_part(by=facilitator, part=part, amount=Decimal(5))
    proposal.refresh_from_db()
    assert (proposal.origin, proposal.optimal, proposal.gap) == ("hand", False, None)
    parts = queries.parts_of(proposal)
    shown = queries.shown(proposal, parts, queries.table(scene.challenge, parts))
    assert [(need.pk, amount) for need, amount in shown.missing] == [
        (scene.drink.pk, "1 timer om ugen")
    ]


def test_another_amount_has_to_be_answered_anew(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal
) -> None:
    part = actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))
    actions.edit_part(by=facilitator, part=part, amount=part.amount, gain="Glæde")
    assert part_of(asked, scene.baker.actor).status == Part.Status.ACCEPTED
    seen = part_of(asked, scene.baker.actor).version
    actions.edit_part(by=facilitator, part=part, amount=Decimal(5), seen=seen)
    part.refresh_from_db()
    assert (part.status, part.answered_at, part.answered_by) == (Part.Status.OPEN, None, None)
    with pytest.raises(Conflict):
        actions.edit_part(by=facilitator, part=part, amount=Decimal(4), seen=seen)


def test_taking_out_the_one_who_said_no_completes_the_rest(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal
) -> None:
    actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))
    no = part_of(asked, scene.shelter.actor)
    actions.decline_part(by=scene.shelter.by, part=no, reason="Vi har ikke folk nok.")
    proposal = actions.remove_part(by=facilitator, part=no)
    assert proposal.status == Status.ACCEPTED


# --- asking and answering ----------------------------------------------------------------------
def test_the_parties_are_asked_by_mail_once(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal
) -> None:
    sent = {m.to: m.text for m in Message.objects.filter(kind="coalitions.question")}
    assert set(sent) == {scene.baker.by.email, scene.shelter.by.email}
    assert f"/forslag/{asked.pk}/" in sent[scene.baker.by.email]
    with pytest.raises(Conflict):
        actions.ask_parties(by=facilitator, proposal=asked)
    assert Message.objects.filter(kind="coalitions.question").count() == 2


def test_an_empty_proposal_asks_nobody(scene: SimpleNamespace, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        actions.ask_parties(by=facilitator, proposal=by_hand(facilitator, scene))


def test_nobody_answers_before_they_are_asked(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    proposal = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    with pytest.raises(Conflict):
        actions.accept_part(by=scene.baker.by, part=part_of(proposal, scene.baker.actor))


def test_each_party_answers_for_its_own_part_only(
    scene: SimpleNamespace, asked: CoalitionProposal, participant: Principal, outsider: Principal
) -> None:
    theirs = part_of(asked, scene.shelter.actor)
    for by, error in (
        (scene.baker.by, NotAllowed),
        (participant, NotAllowed),
        (outsider, NotFound),
    ):
        with pytest.raises(error):
            actions.accept_part(by=by, part=theirs)
        with pytest.raises(error):
            actions.decline_part(by=by, part=theirs, reason="Nej")
    assert part_of(asked, scene.shelter.actor).status == Part.Status.OPEN


def test_a_facilitator_notes_an_answer_openly(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal
) -> None:
    noted = actions.accept_part(by=facilitator, part=part_of(asked, scene.baker.actor))
    own = actions.accept_part(by=scene.shelter.by, part=part_of(asked, scene.shelter.actor))
    assert (noted.on_behalf, own.on_behalf) == (True, False)
    assert own.answered_by_id == scene.shelter.by.user_id


def test_a_no_needs_a_reason_and_can_become_a_yes(
    scene: SimpleNamespace, asked: CoalitionProposal
) -> None:
    part = part_of(asked, scene.baker.actor)
    with pytest.raises(Invalid) as error:
        actions.decline_part(by=scene.baker.by, part=part, reason=" ")
    assert error.value.field == "reason"
    assert actions.decline_part(by=scene.baker.by, part=part, reason="Ovnen").status == "declined"
    with pytest.raises(Conflict):
        actions.decline_part(by=scene.baker.by, part=part, reason="Ovnen")
    yes = actions.accept_part(by=scene.baker.by, part=part, gain="Liv i butikken")
    assert (yes.status, yes.answer_reason, yes.gain) == ("accepted", "", "Liv i butikken")


def test_a_double_click_says_yes_once(scene: SimpleNamespace, asked: CoalitionProposal) -> None:
    part = part_of(asked, scene.baker.actor)
    actions.accept_part(by=scene.baker.by, part=part)
    with pytest.raises(Conflict):
        actions.accept_part(by=scene.baker.by, part=part)
    assert told(scene.challenge).count("%(actor)s said yes to its part") == 1


def test_accepted_when_all_have_said_yes_and_the_others_are_set_aside(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal
) -> None:
    other = actions.start_proposal(by=facilitator, challenge=scene.challenge, like=asked)
    actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))
    asked.refresh_from_db()
    assert asked.status == Status.ASKED
    actions.accept_part(by=scene.shelter.by, part=part_of(asked, scene.shelter.actor))
    asked.refresh_from_db()
    other.refresh_from_db()
    assert (asked.status, other.status) == (Status.ACCEPTED, Status.SET_ASIDE)
    with pytest.raises(Conflict):
        actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    with pytest.raises(Conflict):
        actions.decline_part(
            by=scene.baker.by, part=part_of(asked, scene.baker.actor), reason="Fortrudt"
        )


def test_gains_are_stated_for_every_party(accepted: CoalitionProposal) -> None:
    found = {actor.name: gain for actor, gain in queries.gains(accepted).items()}
    assert found == {"Bageren": "Liv i huset", "Herberget": "Liv i huset"}


def test_a_withdrawn_offer_cannot_be_promised(
    scene: SimpleNamespace, asked: CoalitionProposal, council: Any
) -> None:
    withdraw_offer(by=system(council), offer=scene.bread)
    with pytest.raises(Conflict):
        actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))


def test_setting_aside_needs_a_reason_and_frees_what_was_promised(
    scene: SimpleNamespace, accepted: CoalitionProposal, facilitator: Principal
) -> None:
    assert queries.promised([scene.bread.pk]) == {scene.bread.pk: Decimal(6)}
    with pytest.raises(Invalid):
        actions.set_aside(by=facilitator, proposal=accepted, reason="")
    with pytest.raises(NotAllowed):
        actions.set_aside(by=scene.baker.by, proposal=accepted, reason="Nej")
    actions.set_aside(by=facilitator, proposal=accepted, reason="Bageren er flyttet.")
    assert queries.promised([scene.bread.pk]) == {}
    with pytest.raises(Conflict):
        actions.set_aside(by=facilitator, proposal=accepted, reason="Igen")


# --- the agreement -----------------------------------------------------------------------------
def test_the_draft_says_who_does_what(agreement: Agreement, scene: SimpleNamespace) -> None:
    assert agreement.status == "draft"
    assert agreement.purpose == "Morgenen på herberget"
    tasks = {row.actor.name: row.tasks for row in queries.signatures(agreement)}
    assert tasks == {
        "Bageren": ["Behov for kaffe: 6 timer om ugen"],
        "Herberget": ["Behov for at lytte: 4 timer om ugen"],
    }


def test_one_agreement_at_a_time(
    agreement: Agreement, accepted: CoalitionProposal, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.draft_agreement(by=facilitator, proposal=accepted)
    assert Agreement.objects.count() == 1


def test_no_agreement_before_all_have_said_yes(
    asked: CoalitionProposal, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.draft_agreement(by=facilitator, proposal=asked)


def test_only_those_who_facilitate_write_the_agreement(
    accepted: CoalitionProposal, scene: SimpleNamespace, outsider: Principal
) -> None:
    with pytest.raises(NotAllowed):
        actions.draft_agreement(by=scene.baker.by, proposal=accepted)
    with pytest.raises(NotFound):
        actions.draft_agreement(by=outsider, proposal=accepted)


# --- an agreement without a proposal ------------------------------------------------------------
@pytest.fixture
def taking_part(gathering: Challenge, scene: SimpleNamespace) -> list[Actor]:
    """Two who have said that they take part in the challenge."""
    for party in (scene.baker, scene.shelter):
        challenges.join(by=party.by, challenge=gathering, actor=party.actor)
    return [scene.baker.actor, scene.shelter.actor]


def test_an_agreement_is_written_without_needs_and_offers(
    gathering: Challenge, taking_part: list[Actor], facilitator: Principal, scene: SimpleNamespace
) -> None:
    made = actions.write_agreement(by=facilitator, challenge=gathering, parties=taking_part)
    assert (made.proposal, made.status) == (None, Agreement.Status.DRAFT)
    assert made.for_whom == gathering.for_whom
    assert [row.actor for row in queries.signatures(made)] == sorted(
        taking_part, key=lambda actor: actor.name
    )
    rewritten(facilitator, made, roles={scene.baker.actor.pk: ("Bager", ["Brød kl. 7"])})
    for party in (scene.baker, scene.shelter):
        actions.sign(by=system(made.council), signature=signature_of(made, party.actor), name="A")
    made.refresh_from_db()
    assert made.status == Agreement.Status.SIGNED
    ended = actions.end_agreement(by=facilitator, agreement=made, reason="Vi er færdige.")
    assert ended.status == Agreement.Status.ENDED


def test_there_is_one_agreement_at_a_time_and_a_draft_can_be_thrown_away(
    gathering: Challenge, taking_part: list[Actor], facilitator: Principal
) -> None:
    made = actions.write_agreement(by=facilitator, challenge=gathering, parties=taking_part)
    with pytest.raises(Conflict):
        actions.write_agreement(by=facilitator, challenge=gathering, parties=taking_part)
    actions.discard_agreement(by=facilitator, agreement=made)
    assert not Agreement.objects.exists()
    actions.write_agreement(by=facilitator, challenge=gathering, parties=taking_part)
    assert Agreement.objects.count() == 1


def test_a_draft_that_grew_from_a_proposal_is_not_thrown_away_alone(
    agreement: Agreement, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.discard_agreement(by=facilitator, agreement=agreement)


def test_a_signed_agreement_is_not_thrown_away(signed: Agreement, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        actions.discard_agreement(by=facilitator, agreement=signed)


def test_whoever_does_not_take_part_is_not_put_into_an_agreement(
    gathering: Challenge, taking_part: list[Actor], facilitator: Principal, council: Council
) -> None:
    stranger = register_actor(by=system(council), sector="civil", name="En anden", about="")
    for parties in (
        [],
        taking_part[:1],
        [taking_part[0], taking_part[0]],
        [*taking_part, stranger],
    ):
        with pytest.raises(Invalid) as error:
            actions.write_agreement(by=facilitator, challenge=gathering, parties=parties)
        assert error.value.field == "parties"


def test_only_those_who_facilitate_write_an_agreement_freely(
    gathering: Challenge, taking_part: list[Actor], scene: SimpleNamespace, outsider: Principal
) -> None:
    with pytest.raises(NotAllowed):
        actions.write_agreement(by=scene.baker.by, challenge=gathering, parties=taking_part)
    with pytest.raises(NotFound):
        actions.write_agreement(by=outsider, challenge=gathering, parties=taking_part)


def test_before_forces_are_joined_no_agreement_is_written(
    council: Council, scene: SimpleNamespace, facilitator: Principal
) -> None:
    early = a_challenge(council, "Aftenen på herberget", Step.FRAMED)
    parties = [scene.baker.actor, scene.shelter.actor]
    with pytest.raises(Conflict):
        actions.write_agreement(by=facilitator, challenge=early, parties=parties)


def rewritten(by: Principal, agreement: Agreement, **values: Any) -> Agreement:
    given = {
        "purpose": "En god morgen",
        "for_whom": "Dem, der sover her",
        "degree": "cocreation",
        "rights": ["Spørge", " "],
        "duties": ["Komme"],
        "notice": "30 dage",
        "roles": {},
        **values,
    }
    return actions.edit_agreement(by=by, agreement=agreement, **given)


def test_the_draft_is_edited(
    agreement: Agreement, facilitator: Principal, scene: SimpleNamespace
) -> None:
    roles = {scene.baker.actor.pk: ("Giver brød", ["Kommer kl. 7", ""])}
    changed = rewritten(facilitator, agreement, roles=roles, seen=agreement.version)
    assert (changed.purpose, changed.rights, changed.degree) == (
        "En god morgen", ["Spørge"], "cocreation"
    )  # fmt: skip
    assert changed.for_whom == "Dem, der sover her"
    row = signature_of(agreement, scene.baker.actor)
    assert (row.role, row.tasks) == ("Giver brød", ["Kommer kl. 7"])
    assert signature_of(agreement, scene.shelter.actor).tasks == [
        "Behov for at lytte: 4 timer om ugen"
    ]
    with pytest.raises(Conflict):
        rewritten(facilitator, agreement, seen=agreement.version)


@pytest.mark.parametrize("field", ["purpose", "notice", "degree"])
def test_an_agreement_without_what_it_needs_is_refused(
    agreement: Agreement, facilitator: Principal, field: str
) -> None:
    with pytest.raises(Invalid) as error:
        rewritten(facilitator, agreement, **{field: " "})
    assert error.value.field == field


def test_other_words_have_to_be_signed_again(
    agreement: Agreement, facilitator: Principal, scene: SimpleNamespace, council: Any
) -> None:
    row = signature_of(agreement, scene.baker.actor)
    actions.sign(by=system(council), signature=row, name="Bente")
    rewritten(facilitator, agreement)
    row.refresh_from_db()
    assert (row.at, row.name, row.user) == (None, "", None)


def test_a_party_edits_no_agreement(
    agreement: Agreement, scene: SimpleNamespace, outsider: Principal
) -> None:
    with pytest.raises(NotAllowed):
        rewritten(scene.baker.by, agreement)
    with pytest.raises(NotFound):
        rewritten(outsider, agreement)


def code_for(agreement: Agreement, one: SimpleNamespace) -> tuple[Any, str]:
    """Asks for the code, and reads it in the mail."""
    row = signature_of(agreement, one.actor)
    assert actions.send_code(by=one.by, signature=row) == 1
    text = Message.objects.filter(kind="coalitions.code", to=one.by.email).latest("pk").text
    found = re.search(r"\b\d{6}\b", text)
    assert found
    return row, found.group()


def test_a_party_signs_with_the_code_from_the_mail(
    agreement: Agreement, scene: SimpleNamespace
) -> None:
    row, code = code_for(agreement, scene.baker)
    assert code not in str(signature_of(agreement, scene.baker.actor).__dict__.values())
    signed = actions.sign(by=scene.baker.by, signature=row, name=" Bente Bager ", code=f" {code} ")
    assert (signed.name, signed.user_id) == ("Bente Bager", scene.baker.by.user_id)
    assert (signed.code_digest, signed.link_digest) == ("", "")
    agreement.refresh_from_db()
    assert agreement.status == "draft"
    with pytest.raises(Conflict):
        actions.sign(by=scene.baker.by, signature=row, name="Bente", code=code)


def test_signed_when_all_have_signed(agreement: Agreement, scene: SimpleNamespace) -> None:
    for one in (scene.baker, scene.shelter):
        row, code = code_for(agreement, one)
        actions.sign(by=one.by, signature=row, name="Navn", code=code)
    agreement.refresh_from_db()
    assert agreement.status == "signed" and agreement.signed_at is not None
    assert queries.agreement_of(scene.challenge) == agreement
    assert told(scene.challenge)[-1] == "The agreement is signed by all parties"
    assert list(verify_log(agreement.council)) == []


def test_nobody_signs_for_another(
    agreement: Agreement,
    scene: SimpleNamespace,
    facilitator: Principal,
    visitor: Principal,
    outsider: Principal,
) -> None:
    row, code = code_for(agreement, scene.baker)
    for by in (facilitator, scene.shelter.by, visitor):
        with pytest.raises(NotAllowed):
            actions.sign(by=by, signature=row, name="Navn", code=code)
        with pytest.raises(NotAllowed):
            actions.try_code(by=by, signature=row, code=code)
    with pytest.raises(NotFound):
        actions.sign(by=outsider, signature=row, name="Navn", code=code)
    holder = visitor.holding("coalitions.signature", row.pk)
    assert actions.sign(by=holder, signature=row, name="Bente", code=code).user_id is None


@pytest.mark.parametrize("role", ["participant", "visitor", "shelter"])
def test_a_code_is_sent_for_the_party_or_those_who_facilitate_only(
    agreement: Agreement, scene: SimpleNamespace, role: str, request: pytest.FixtureRequest
) -> None:
    by = scene.shelter.by if role == "shelter" else request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        actions.send_code(by=by, signature=signature_of(agreement, scene.baker.actor))
    assert not Message.objects.filter(kind="coalitions.code").exists()


def test_wrong_codes_are_counted_and_the_sixth_try_is_refused(
    agreement: Agreement, scene: SimpleNamespace
) -> None:
    row, code = code_for(agreement, scene.baker)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    with pytest.raises(Invalid) as error:
        actions.sign(by=scene.baker.by, signature=row, name="B", code=wrong)
    assert error.value.field == "code"
    assert [actions.try_code(by=scene.baker.by, signature=row, code=wrong) for _ in range(5)] == [
        False
    ] * 5
    assert not actions.try_code(by=scene.baker.by, signature=row, code=code)
    with pytest.raises(Conflict):
        actions.sign(by=scene.baker.by, signature=row, name="B", code=code)
    row, code = code_for(agreement, scene.baker)
    assert actions.try_code(by=scene.baker.by, signature=row, code=code)


def test_a_code_expires_and_a_newer_one_replaces_it(
    agreement: Agreement, scene: SimpleNamespace
) -> None:
    row, old = code_for(agreement, scene.baker)
    with clock.at(timezone.now() + timedelta(days=8)), pytest.raises(Conflict):
        actions.sign(by=scene.baker.by, signature=row, name="B", code=old)
    row, new = code_for(agreement, scene.baker)
    assert old == new or not actions.try_code(by=scene.baker.by, signature=row, code=old)
    assert actions.sign(by=scene.baker.by, signature=row, name="B", code=new).at


def test_one_party_cannot_use_the_code_of_another(
    agreement: Agreement, scene: SimpleNamespace
) -> None:
    _row, code = code_for(agreement, scene.baker)
    theirs, own = code_for(agreement, scene.shelter)
    assert code == own or not actions.try_code(by=scene.shelter.by, signature=theirs, code=code)


def test_the_mail_with_the_code_is_really_sent(
    agreement: Agreement, scene: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        actions.send_code(by=scene.baker.by, signature=signature_of(agreement, scene.baker.actor))
    assert [message.to for message in mail.outbox][-1] == [scene.baker.by.email]
    assert "/underskriv/" in mail.outbox[-1].body


def test_without_an_address_no_code_is_sent(
    agreement: Agreement, scene: SimpleNamespace, facilitator: Principal
) -> None:
    scene.baker.actor.representatives.all().delete()
    with pytest.raises(Conflict):
        actions.send_code(by=facilitator, signature=signature_of(agreement, scene.baker.actor))


def test_a_signed_agreement_is_not_changed_but_ended_with_a_reason(
    signed: Agreement, facilitator: Principal, scene: SimpleNamespace
) -> None:
    with pytest.raises(Conflict):
        rewritten(facilitator, signed)
    with pytest.raises(Conflict):
        actions.set_aside(by=facilitator, proposal=signed.proposal, reason="R")
    with pytest.raises(Invalid):
        actions.end_agreement(by=facilitator, agreement=signed, reason="")
    with pytest.raises(NotAllowed):
        actions.end_agreement(by=scene.baker.by, agreement=signed, reason="R")
    assert queries.promised([scene.bread.pk])[scene.bread.pk] == 6
    ended = actions.end_agreement(by=facilitator, agreement=signed, reason="Bageren lukker.")
    assert (ended.status, ended.end_reason) == ("ended", "Bageren lukker.")
    assert queries.promised([scene.bread.pk]) == {}
    with pytest.raises(Conflict):
        actions.end_agreement(by=facilitator, agreement=ended, reason="Igen")


def test_a_draft_goes_with_the_proposal_that_is_set_aside(
    agreement: Agreement, accepted: CoalitionProposal, facilitator: Principal
) -> None:
    actions.set_aside(by=facilitator, proposal=accepted, reason="R")
    assert not Agreement.objects.exists()


def test_the_example_data_signs_without_a_code_and_nobody_else_does(
    agreement: Agreement, scene: SimpleNamespace, council: Any
) -> None:
    row = signature_of(agreement, scene.baker.actor)
    with pytest.raises(Conflict):
        actions.sign(by=scene.baker.by, signature=row, name="Bente")
    assert actions.sign(by=system(council), signature=row, name="Bageren").at
    with pytest.raises(Invalid):
        actions.sign(
            by=system(council), signature=signature_of(agreement, scene.shelter.actor), name=" "
        )


def test_the_log_holds_no_names_and_no_words(signed: Agreement) -> None:
    written = str(list(LogEntry.objects.values_list("data", "subject")))
    assert "Navn" not in written and "Bageren" not in written and "Liv" not in written
