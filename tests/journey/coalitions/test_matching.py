from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.coalitions import actions, matching, queries
from samskab.civic.journey.coalitions.drawing import ROW, TOP, picture
from samskab.civic.journey.coalitions.models import CoalitionProposal, Need, Part, measure, number
from samskab.engine.matching import check, from_supplies
from tests.journey.coalitions.conftest import part_of

COFFEE = Category(pk=1, kind="resource", name_da="kaffe", name_en="coffee")


def a_need(key: int, amount: str, unit: str = "kander") -> Need:
    return Need(pk=key, category=COFFEE, title=f"Nr. {key}", amount=Decimal(amount), unit=unit)


def an_offer(key: int, quantity: str | None, unit: str = "kander", name: str = "Bente") -> Offer:
    actor = Actor(pk=key, name=name, sector="citizen")
    amount = None if quantity is None else Decimal(quantity)
    return Offer(
        pk=key, actor=actor, category=COFFEE, title=f"Tilbud {key}", quantity=amount, unit=unit
    )


def a_part(need: Need, offer: Offer, amount: str) -> Part:
    return Part(need=need, offer=offer, actor=offer.actor, amount=Decimal(amount))


def test_numbers_lose_zeros_that_say_nothing() -> None:
    with translation.override("da"):
        found = [number(Decimal(n)) for n in ("2.50", "10.00", "14000", "0.05")]
        assert found == ["2,5", "10", "14.000", "0,05"]
        assert measure(Decimal("3.00"), "") == "3"


def test_an_offer_without_an_amount_fits_every_unit_asked_for() -> None:
    table = matching.Table(
        [a_need(1, "3", "kander"), a_need(2, "5", "timer")], [an_offer(9, None, "")], {}
    )
    found = [(o.id, o.kind, o.capacity) for o in table.engine_offers()]
    with translation.override("da"):
        assert found == [("9|kander", "kander kaffe", 8), ("9|timer", "timer kaffe", 8)]
    assert matching.offer_key("9|timer") == 9


def test_what_is_promised_elsewhere_is_not_offered() -> None:
    offer = an_offer(9, "6")
    table = matching.Table([a_need(1, "3")], [offer], {9: Decimal(4)})
    assert table.left(offer) == 2
    over = matching.Table([a_need(1, "3")], [offer], {9: Decimal(8)})
    assert over.left(offer) == 0


def test_people_of_one_name_are_told_apart() -> None:
    table = matching.Table([], [an_offer(1, "1"), an_offer(2, "1")], {})
    assert table.names() == {1: "Bente", 2: "Bente (2)"}


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (a_part(a_need(1, "3"), an_offer(9, "2"), "3"), "amount"),
        (a_part(a_need(1, "3"), an_offer(9, "9"), "4"), "amount"),
        (a_part(a_need(1, "3", "timer"), an_offer(9, "9"), "1"), "offer"),
        (a_part(a_need(1, "3"), an_offer(9, "9"), "0"), "amount"),
    ],
)
def test_each_mistake_points_at_its_field(part: Part, field: str) -> None:
    table = matching.Table([part.need], [part.offer], {})
    assert field in [where for where, _said in matching.problems(table, [part])]


def test_sentences_speak_the_language_of_the_reader(
    scene: SimpleNamespace, facilitator: Principal
) -> None:
    proposal = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    parts = queries.parts_of(proposal)
    with translation.override("da"):
        danish = queries.shown(proposal, parts, queries.table(scene.challenge, parts)).reasons
    with translation.override("en"):
        english = queries.shown(proposal, parts, queries.table(scene.challenge, parts)).reasons
    assert "Bageren giver 6 timer om ugen kaffe til “Behov for kaffe”." in danish
    assert "It cannot be done with fewer parties. That is proven." in english
    assert len(danish) == len(english)


def test_what_people_put_together_is_not_said_to_be_proven_or_quick(
    scene: SimpleNamespace, asked: CoalitionProposal
) -> None:
    parts = queries.parts_of(asked)
    with translation.override("da"):
        said = queries.shown(asked, parts, queries.table(scene.challenge, parts)).reasons
    assert "Alt er dækket." in said
    assert not any("regnet efter" in one or "hurtigt forslag" in one for one in said)


def test_a_party_carries_a_share_of_what_it_has_offered(
    scene: SimpleNamespace, asked: CoalitionProposal
) -> None:
    parts = queries.parts_of(asked)
    shown = queries.shown(asked, parts, queries.table(scene.challenge, parts))
    assert {s.actor.name: s.percent for s in shown.shares} == {"Bageren": 60, "Herberget": 50}
    assert [actor.name for actor in shown.waiting] == ["Bageren", "Herberget"]
    actions.accept_part(by=scene.baker.by, part=part_of(asked, scene.baker.actor))
    parts = queries.parts_of(asked)
    shown = queries.shown(asked, parts, queries.table(scene.challenge, parts))
    assert [actor.name for actor in shown.waiting] == ["Herberget"]


AMOUNTS = st.decimals(min_value="0.01", max_value="500", places=2)


@given(needs=st.lists(AMOUNTS, min_size=1, max_size=5), offers=st.lists(AMOUNTS, max_size=6),
       taken=st.lists(AMOUNTS, max_size=6))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_what_is_worked_out_never_fails_its_own_check(
    needs: list[Decimal], offers: list[Decimal], taken: list[Decimal]
) -> None:
    from samskab.engine.matching import propose

    rows = [an_offer(n, str(q), name=f"P{n}") for n, q in enumerate(offers)]
    promised = {n: t for n, t in enumerate(taken) if n < len(offers)}
    table = matching.Table([a_need(n, str(a)) for n, a in enumerate(needs)], rows, promised)
    by_key = {offer.pk: offer for offer in rows}
    for one in propose(table.engine_needs(), table.engine_offers(), time_limit=1).proposals:
        parts = [
            a_part(table.needs[int(s.need)], by_key[matching.offer_key(s.offer)], str(s.amount))
            for s in one.supplies
        ]
        assert matching.problems(table, parts) == []
        again = from_supplies(table.supplies(parts), table.engine_needs(), table.engine_offers())
        assert check(again, table.engine_needs(), table.engine_offers()) == ()
        assert again.uncovered == one.uncovered


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=20))
@settings(deadline=None)
def test_every_line_of_the_drawing_joins_two_boxes(pairs: list[Any]) -> None:
    parts = [a_part(a_need(n, "1"), an_offer(o, "1", name=f"P{o}"), "1") for n, o in pairs]
    drawn = picture(parts, [(a_need(99, "1"), "1")])
    lefts, rights = {box.y for box in drawn.parties}, {box.y for box in drawn.needs}
    assert len(lefts) == len(drawn.parties) and len(rights) == len(drawn.needs)
    assert all(line.y1 in lefts and line.y2 in rights for line in drawn.lines)
    assert all(TOP // 2 < y < drawn.height for y in lefts | rights)
    assert drawn.height == max(len(lefts), len(rights)) * ROW + TOP
    assert sum(box.open for box in drawn.needs) == 1
