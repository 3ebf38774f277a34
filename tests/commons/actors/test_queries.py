from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from samskab.civic.commons.actors import actions, queries, sections
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system

Word = Callable[..., Category]


def make_actor(council: Council, name: str, **values: Any) -> Actor:
    return actions.register_actor(by=system(council), **{"sector": "civil", "name": name, **values})


def make_offer(actor: Actor, category: Category, title: str, **values: Any) -> Offer:
    return actions.publish_offer(
        by=system(actor.council),
        actor=actor,
        kind=category.kind,
        category=category,
        title=title,
        **values,
    )


def names(rows: Any) -> list[str]:
    return [str(row) for row in rows]


def test_a_word_reads_in_the_language_of_the_reader(cooking: Category, word: Word) -> None:
    alone = word("place", "Gjern")
    assert (cooking.name, alone.name) == ("Madlavning", "Gjern")
    with translation.override("en"):
        assert (cooking.name, alone.name) == ("Cooking", "Gjern")


def test_the_directory_is_narrowed_by_sector_place_words_and_offers(
    council: Council, cooking: Category, word: Word
) -> None:
    gjern, room = word("place", "Gjern"), word("resource", "Lokale")
    a = make_actor(council, "Åens Venner", area=gjern, about="Vi går ture.")
    b = make_actor(council, "Bageren", sector="business")
    make_offer(a, cooking, "Mad")
    withdrawn = make_offer(b, cooking, "Brød")
    make_offer(b, room, "Sal")
    actions.withdraw_offer(by=system(council), offer=withdrawn)
    assert names(queries.directory(council, sector="business")) == ["Bageren"]
    assert names(queries.directory(council, place=gjern)) == ["Åens Venner"]
    assert names(queries.directory(council, competence=cooking)) == ["Åens Venner"]
    assert names(queries.directory(council, resource=room)) == ["Bageren"]
    assert names(queries.directory(council, q="ÅENS ture")) == ["Åens Venner"]
    assert names(queries.directory(council, q="åens brød")) == []
    assert names(queries.directory(council, competence=cooking, resource=room)) == []


def test_the_directory_is_narrowed_by_whom_an_actor_does_something_for(
    council: Council, word: Word
) -> None:
    from samskab.civic.commons.initiatives.actions import register_initiative

    young, old = word("target_group", "Unge"), word("target_group", "Ældre")
    actor = make_actor(council, "Klubben")
    make_actor(council, "Andre")
    register_initiative(by=system(council), actor=actor, name="Klub", target_groups=[young])
    assert names(queries.directory(council, target_group=young)) == ["Klubben"]
    assert names(queries.directory(council, target_group=old)) == []


def test_another_councils_actors_and_offers_are_not_listed(
    council: Council, other_council: Council, offer: Offer
) -> None:
    assert names(queries.directory(other_council)) == []
    assert names(queries.offers(other_council)) == []
    assert queries.coverage(Principal(other_council)).rows == []


def test_offers_are_narrowed_by_kind_word_place_day_and_sector(
    council: Council, cooking: Category, word: Word
) -> None:
    gjern, room = word("place", "Gjern"), word("resource", "Lokale")
    a, b = make_actor(council, "A"), make_actor(council, "B", sector="public")
    make_offer(a, cooking, "Mad", area=gjern, period_to=date(2026, 6, 30))
    make_offer(b, room, "Sal", period_from=date(2026, 6, 1), text="Plads til hundrede")
    assert names(queries.offers(council)) == ["Sal", "Mad"]
    assert names(queries.offers(council, kind="resource")) == ["Sal"]
    assert names(queries.offers(council, competence=cooking)) == ["Mad"]
    assert names(queries.offers(council, competence=cooking, resource=room)) == ["Sal", "Mad"]
    assert names(queries.offers(council, place=gjern)) == ["Mad"]
    assert names(queries.offers(council, sector="public")) == ["Sal"]
    assert names(queries.offers(council, q="hundrede")) == ["Sal"]
    assert names(queries.offers(council, on=date(2026, 5, 31))) == ["Mad"]
    assert names(queries.offers(council, on=date(2026, 6, 15))) == ["Sal", "Mad"]
    assert names(queries.offers(council, on=date(2026, 7, 1))) == ["Sal"]


def table(by: Principal, **chosen: Any) -> dict[str, list[tuple[int, int, str]]]:
    """Offers, needs and state by word: in all, then column by column."""
    found = queries.coverage(by, **chosen)
    return {
        row.category.name_da: [
            (cell.offers, cell.needs, cell.state) for cell in (row.whole, *row.cells)
        ]
        for row in found.rows
    }


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int | None, int]]:
    """What is needed, as a later room would count it."""
    rows: list[tuple[int, int | None, int]] = []
    monkeypatch.setattr(sections, "_NEEDS", [lambda _by: rows])
    return rows


def test_coverage_counts_offers_and_needs_with_narrower_words_and_places(
    council: Council,
    visitor: Principal,
    cooking: Category,
    word: Word,
    needed: list[tuple[int, int | None, int]],
) -> None:
    wide = word("place", "Kommunen")
    gjern, them = word("place", "Gjern", parent=wide), word("place", "Them", parent=wide)
    word("place", "Naboen")
    baking = word("competence", "Bagning", parent=cooking)
    room, bus = word("resource", "Lokale"), word("resource", "Bus")
    a = make_actor(council, "A")
    make_offer(a, cooking, "1", area=gjern)
    make_offer(a, baking, "2", area=wide)
    make_offer(a, cooking, "3")
    gone = make_offer(a, room, "4", area=them)
    actions.withdraw_offer(by=system(council), offer=gone)
    needed += [(room.pk, them.pk, 2), (cooking.pk, gjern.pk, 4), (baking.pk, them.pk, 1)]
    found = queries.coverage(visitor)
    assert (found.place, found.columns) == (wide, [gjern, them])
    assert [place.name for place in found.others] == ["Naboen"]
    assert found.gaps == 1
    assert table(visitor) == {
        "Madlavning": [
            (3, 5, "thin"), (2, 5, "thin"), (1, 4, "thin"), (0, 1, "even"), (1, 0, "plenty"),
        ],
        "Bagning": [(1, 1, "even"), (1, 1, "even"), (0, 0, "none"), (0, 1, "even"), (0, 0, "none")],
        "Lokale": [(0, 2, "gap"), (0, 2, "gap"), (0, 0, "none"), (0, 2, "gap"), (0, 0, "none")],
    }  # fmt: skip
    assert list(table(visitor, show="gap")) == ["Lokale"]
    assert list(table(visitor, show="all")) == ["Madlavning", "Bagning", "Bus", "Lokale"]
    assert list(table(visitor, place=gjern)["Lokale"]) == [(0, 2, "gap"), *[(0, 0, "none")] * 2]
    assert bus.name not in table(visitor)


@pytest.mark.parametrize("number", [1, 3])
def test_coverage_takes_two_statements_and_one_for_needs(
    council: Council, visitor: Principal, word: Word, number: int, django_assert_num_queries: Any
) -> None:
    a = make_actor(council, "A")
    for at in range(number):
        make_offer(a, word("competence", f"K{at}"), f"T{at}", area=word("place", f"S{at}"))
    with django_assert_num_queries(3):
        assert len(queries.coverage(visitor).rows) == number


def test_actors_are_narrowed_by_what_they_offer_and_when(
    council: Council, cooking: Category, word: Word
) -> None:
    room = word("resource", "Lokale")
    summer = {"period_from": date(2026, 6, 1), "period_to": date(2026, 8, 31)}
    make_offer(make_actor(council, "A"), cooking, "Mad", **summer)
    make_offer(make_actor(council, "B"), room, "Sal")
    make_actor(council, "C")
    assert names(queries.directory(council, kind="resource")) == ["B"]
    july, september = date(2026, 7, 1), date(2026, 9, 1)
    assert names(queries.directory(council, on=july)) == ["A", "B"]
    assert names(queries.directory(council, on=july, until=september)) == ["B"]
    assert names(queries.directory(council, competence=cooking, on=july)) == ["A"]
    assert names(queries.directory(council, competence=cooking, until=september)) == []
    assert names(queries.offers(council, on=july, until=september)) == ["Sal"]


def test_offers_are_narrowed_by_whom_their_actor_works_for_and_by_age(
    council: Council, cooking: Category, word: Word
) -> None:
    from samskab.civic.commons.initiatives.actions import register_initiative

    young = word("target_group", "Unge")
    a = make_actor(council, "A")
    make_offer(a, cooking, "Mad")
    old = make_offer(make_actor(council, "B"), cooking, "Kage")
    register_initiative(by=system(council), actor=a, name="Klub", target_groups=[young])
    assert names(queries.offers(council, target_group=young)) == ["Mad"]
    Offer.objects.filter(pk=old.pk).update(confirmed_on=date(2020, 1, 1))
    assert names(queries.offers(council, fresh=True)) == ["Mad"]


def test_an_erased_person_reads_as_a_former_participant(participant: Principal) -> None:
    from samskab.civic.foundation.privacy.actions import erase_own

    me = actions.register_actor(
        by=participant, sector="citizen", name="Anne", about="Mig", contact_email=participant.email
    )
    club = actions.register_actor(
        by=participant, sector="civil", name="Klubben", contact_email=participant.email
    )
    erase_own(by=participant)
    me, club = Actor.objects.get(pk=me.pk), Actor.objects.get(pk=club.pk)
    assert (me.name, me.about, me.find_text) == ("En tidligere deltager", "", "")
    assert (club.name, club.contact_email) == ("Klubben", "")
    assert not club.representatives.exists()
