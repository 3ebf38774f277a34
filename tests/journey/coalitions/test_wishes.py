"""Whom a party wants to be with, where it comes from, and the check while somebody chooses."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from samskab.civic.commons.actors.actions import add_category
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions, queries
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Wish
from tests.journey.coalitions.conftest import Make, part_of, party
from tests.journey.coalitions.test_views import PRESSED, text, to


def _parties(made: list[CoalitionProposal]) -> list[set[int]]:
    return [{part.actor_id for part in queries.parts_of(row)} for row in made]


def test_proposals_keep_to_the_wishes_of_the_parties(
    scene: SimpleNamespace, council: Any, facilitator: Principal, offer_of: Make
) -> None:
    choir = party(council, "Koret")
    offer_of(choir.actor, scene.drink.category, 6)
    baker, shelter = scene.baker.actor, scene.shelter.actor
    actions.add_wish(
        by=facilitator, challenge=scene.challenge, actor=baker, other=shelter, together=False
    )
    made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    assert _parties(made)[0] == {choir.actor.pk, shelter.pk}
    assert {baker.pk, shelter.pk} not in _parties(made)
    Wish.objects.all().delete()
    actions.add_wish(
        by=facilitator, challenge=scene.challenge, actor=shelter, other=baker, together=True
    )
    made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    assert _parties(made)[0] == {baker.pk, shelter.pk}


def test_a_wish_is_noted_once_and_about_another_party(
    scene: SimpleNamespace, facilitator: Principal, participant: Principal, outsider: Principal
) -> None:
    baker, shelter = scene.baker.actor, scene.shelter.actor
    asked = {"challenge": scene.challenge, "actor": baker, "other": shelter, "together": True}
    wish = actions.add_wish(by=facilitator, **asked)
    with pytest.raises(Invalid):
        actions.add_wish(by=facilitator, **asked)
    with pytest.raises(Invalid):
        actions.add_wish(by=facilitator, **{**asked, "actor": shelter, "other": baker})
    with pytest.raises(Invalid):
        actions.add_wish(by=facilitator, **{**asked, "other": baker})
    strangers = ((participant, NotAllowed), (scene.shelter.by, NotAllowed), (outsider, NotFound))
    for by, error in strangers:
        with pytest.raises(error):
            actions.add_wish(by=by, **asked)
        with pytest.raises(error):
            actions.remove_wish(by=by, wish=wish)
    actions.remove_wish(by=facilitator, wish=wish)
    assert not Wish.objects.exists()


def test_a_party_says_itself_whom_it_wants_to_be_with_and_sees_no_wish_of_others(
    scene: SimpleNamespace, facilitator: Principal, client_as: Any
) -> None:
    baker, shelter = scene.baker.actor, scene.shelter.actor
    own = client_as(scene.baker.by)
    form = own.get(to("wish_new", scene.challenge.pk)).context["form"]
    assert list(form.fields["actor"].queryset) == [baker]
    given = {"actor": baker.pk, "other": shelter.pk, "together": "0", **PRESSED}
    assert own.post(to("wish_new", scene.challenge.pk), given).status_code == 302
    url = to("overview", scene.challenge.pk)
    assert f"{baker.name} er ikke med sammen med" in text(own.get(url))
    other = text(client_as(scene.shelter.by).get(url))
    assert f"{baker.name} er ikke med" not in other
    assert "Du kan sige" in other
    given |= {"actor": shelter.pk, "other": baker.pk}
    assert own.post(to("wish_new", scene.challenge.pk), given).status_code == 422
    actions.remove_wish(by=scene.baker.by, wish=Wish.objects.get())


def test_only_those_who_gather_see_the_wishes(
    scene: SimpleNamespace, facilitator: Principal, client_as: Any, visitor: Principal
) -> None:
    staff, url = client_as(facilitator), to("overview", scene.challenge.pk)
    given = {
        "actor": scene.baker.actor.pk, "other": scene.shelter.actor.pk, "together": "0", **PRESSED,
    }  # fmt: skip
    new = to("wish_new", scene.challenge.pk)
    assert staff.get(new).status_code == 200
    assert staff.post(new, {**given, "other": given["actor"]}).status_code == 422
    assert staff.post(new, given)["Location"] == url
    said = "Bageren er ikke med sammen med Herberget."
    assert said in text(staff.get(url))
    assert said not in text(client_as(visitor).get(url))
    wish = Wish.objects.get()
    assert client_as(visitor).post(to("wish_remove", wish.pk), PRESSED).status_code in (302, 403)
    assert staff.get(to("wish_remove", wish.pk)).status_code == 302
    assert Wish.objects.count() == 1
    staff.post(to("wish_remove", wish.pk), {"once": "again"})
    assert not Wish.objects.exists()


def test_an_offer_for_the_municipality_serves_a_part_of_it_and_a_narrower_word_a_wider_one(
    gathering: Challenge, council: Any, coffee: Any, baker: SimpleNamespace,
    shelter: SimpleNamespace, need_of: Make, offer_of: Make, facilitator: Principal,
) -> None:  # fmt: skip
    by = system(council)
    town, village = (
        add_category(by=by, kind="place", slug=name, name_da=name) for name in ("byen", "vest")
    )
    village.parent = town
    village.save()
    filtered = add_category(by=by, kind="resource", slug="filter", name_da="filterkaffe")
    filtered.parent = coffee
    filtered.save()
    need_of(gathering, coffee, 6, area=village)
    other = add_category(by=by, kind="place", slug="nord", name_da="nord")
    offer_of(shelter.actor, coffee, 6, area=other)
    with pytest.raises(Conflict):
        actions.propose_coalitions(by=facilitator, challenge=gathering)
    offer_of(baker.actor, filtered, 6, area=town)
    made = actions.propose_coalitions(by=facilitator, challenge=gathering)
    assert _parties(made) == [{baker.actor.pk}]


def test_sentences_say_who_has_worked_together_and_who_has_not_said_what_it_gains(
    signed: Agreement, scene: SimpleNamespace, facilitator: Principal
) -> None:
    parts = queries.parts_of(signed.proposal)
    known = queries.table(scene.challenge, parts)
    said = queries.shown(signed.proposal, parts, known).reasons
    assert "Bageren og Herberget har haft en aftale før." in said
    assert known.burden()[str(scene.baker.actor.pk)] == 0.5
    for part in parts:
        part.gain = ""
    said = queries.shown(signed.proposal, parts, known).reasons
    assert "Har ikke skrevet, hvad de vil have ud af det: Bageren, Herberget." in said


def test_the_check_says_what_fits_and_what_is_lacking_then(
    scene: SimpleNamespace, facilitator: Principal, visitor: Principal, client_as: Any
) -> None:
    proposal = actions.start_proposal(by=facilitator, challenge=scene.challenge)
    staff, url = client_as(facilitator), to("part_check", proposal.pk)
    given = {"need": scene.drink.pk, "offer": scene.bread.pk, "amount": "5"}
    assert "htmx" in staff.get(to("part_new", proposal.pk)).content.decode().split("</head>")[0]
    page = text(staff.post(url, given))
    assert "Det passer." in page
    assert "Behov for kaffe: 1 timer om ugen" in page
    assert "har 10 timer om ugen tilbage" in text(staff.post(url, {**given, "amount": "11"}))
    assert "Skriv et tal." in text(staff.post(url, {**given, "amount": "mange"}))
    assert text(staff.post(url, {**given, "amount": ""})).strip() == ""
    assert not proposal.parts.exists()
    assert client_as(visitor).post(url, given).status_code in (302, 403, 404)
    assert staff.get(url).status_code == 405
    part = actions.add_part(
        by=facilitator, proposal=proposal, need=scene.drink, offer=scene.bread, amount=Decimal(6)
    )
    edit = to("part_edit_check", part.pk)
    assert "Behov for kaffe: 4 timer om ugen" in text(staff.post(edit, {"amount": "2"}))
    assert "Skriv et tal." in text(staff.post(edit, {"amount": "mange"}))
    assert part_of(proposal, scene.baker.actor).amount == 6


def test_a_longer_search_replaces_only_what_nobody_has_touched(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    first = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[-1]
    assert actions.search_longer.func(scene.challenge.pk, first.number) == 1
    again = CoalitionProposal.objects.get()
    assert (again.number, again.optimal) == (1, True)
    assert again.pk != first.pk
    known = queries.table(scene.challenge)
    actions.edit_need(
        by=facilitator, need=scene.drink, category=scene.drink.category, title="Kaffe",
        amount=Decimal(3), unit=scene.drink.unit,
    )  # fmt: skip
    kept = actions.keep_longer_search(
        by=facilitator, challenge=scene.challenge, found=(), last=again.number, known=known
    )
    assert kept == 0
    actions.start_proposal(by=facilitator, challenge=scene.challenge)
    assert actions.search_longer.func(scene.challenge.pk, again.number) == 0
    assert CoalitionProposal.objects.filter(pk=again.pk).exists()


def test_what_is_not_proven_at_once_is_searched_for_longer(
    scene: SimpleNamespace, facilitator: Principal, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any, client_as: Any,
) -> None:  # fmt: skip
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(
        type(actions.search_longer), "enqueue", lambda task, *given: asked.append(given)
    )
    from samskab.engine.matching import Proposals, greedy

    monkeypatch.setattr(
        actions, "propose", lambda needs, offers, **_: Proposals((greedy(needs, offers),))
    )
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)
    assert asked == [(scene.challenge.pk, made[-1].number)]
    assert made[0].gap is None
    staff, url = client_as(facilitator), to("overview", scene.challenge.pk)
    page = staff.get(url)
    assert "Vi regner stadig" in text(page) and "Kig igen" in text(page)
    assert b'hx-trigger="every 10s"' in page.content
    CoalitionProposal.objects.update(created=clock.now() - timedelta(minutes=3))
    page = staff.get(url)
    assert "Vi regner stadig" not in text(page)
    assert b"hx-trigger" not in page.content
