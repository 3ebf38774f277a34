"""Words in layers: below each other, moved, merged; never in a circle, nothing left behind."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samskab.civic.commons.actors import actions, queries
from samskab.civic.commons.actors.models import MAX_DEPTH, Actor, Category, Offer
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal

Word = Callable[..., Category]
As = Callable[[Principal], Client]


def layers(council: Any, kind: str) -> list[tuple[str, int]]:
    return [(word.name, word.depth) for word in queries.tree(council, kind)]


@pytest.fixture
def places(word: Word) -> dict[str, Category]:
    wide = word("place", "Kommunen")
    town = word("place", "Byen", parent=wide)
    return {"wide": wide, "town": town, "quarter": word("place", "Kvarteret", parent=town)}


# --- a council's first words ---------------------------------------------------------------------
def test_the_words_of_the_field_come_in_layers_and_twice_changes_nothing(
    secretariat: Principal,
) -> None:
    mine = actions.add_category(by=secretariat, kind="place", name_da="Vores by", slug="silkeborg")
    added = actions.seed_words(by=secretariat)
    assert added > 150
    assert actions.seed_words(by=secretariat) == 0
    mine.refresh_from_db()
    assert (mine.name_da, mine.parent) == ("Vores by", None), "what was there stays as it was"
    council = secretariat.council
    assert {kind for kind, words in queries.first_words().items() if words} == set(Category.Kind)
    for kind in Category.Kind:
        assert any(depth for _name, depth in layers(council, kind)), f"{kind} has no layers"
    town = queries.resolve(council, "place", "silkeborg")
    assert town is not None
    quarter = queries.resolve(council, "place", "alderslyst")
    whole = queries.resolve(council, "place", "silkeborg-kommune")
    assert quarter is not None
    assert whole is not None
    assert quarter.pk in queries.with_narrower(town)
    assert queries.resolve(council, "place", "viborg-kommune") is not None
    assert LogEntry.objects.filter(council=council, verb="actors.seed_words").count() == 2


def test_every_first_word_has_both_names_and_stands_below_one_of_its_kind() -> None:
    for kind, rows in queries.first_words().items():
        slugs = [row["slug"] for row in rows]
        assert len(set(slugs)) == len(slugs), kind
        for row in rows:
            assert row["name_da"], row
            assert row["name_en"], row
            assert row.get("parent", row["slug"]) in slugs, row


# --- moving --------------------------------------------------------------------------------------
def test_a_word_moves_with_all_below_it(
    secretariat: Principal, places: dict[str, Category], word: Word
) -> None:
    other = word("place", "Naboen")
    actions.move_category(by=secretariat, category=places["town"], parent=other)
    assert layers(secretariat.council, "place") == [
        ("Kommunen", 0),
        ("Naboen", 0),
        ("Byen", 1),
        ("Kvarteret", 2),
    ]
    row = actions.move_category(by=secretariat, category=places["town"], parent=None)
    assert row.parent is None


def test_a_circle_is_refused_with_a_clear_sentence(
    secretariat: Principal, places: dict[str, Category]
) -> None:
    with pytest.raises(Invalid) as error:
        actions.move_category(by=secretariat, category=places["wide"], parent=places["quarter"])
    assert str(error.value.message).startswith("“Kvarteret” står allerede under “Kommunen”")
    assert error.value.field == "parent"
    with pytest.raises(Invalid):
        actions.move_category(by=secretariat, category=places["wide"], parent=places["wide"])
    places["wide"].refresh_from_db()
    assert places["wide"].parent is None


def test_wrong_moves_are_refused(
    secretariat: Principal,
    facilitator: Principal,
    outsider: Principal,
    places: dict[str, Category],
    word: Word,
) -> None:
    town, wide = places["town"], places["wide"]
    with pytest.raises(NotAllowed):
        actions.move_category(by=facilitator, category=town, parent=None)
    with pytest.raises(NotFound):
        actions.move_category(by=outsider, category=town, parent=None)
    theirs = word("place", "Deres", council=outsider.council)
    with pytest.raises(NotFound):
        actions.move_category(by=secretariat, category=town, parent=theirs)
    with pytest.raises(Invalid):
        actions.move_category(by=secretariat, category=town, parent=word("activity", "Sport"))
    actions.move_category(by=secretariat, category=town, parent=None, seen=town.version)
    with pytest.raises(Conflict):
        actions.move_category(by=secretariat, category=town, parent=wide, seen=town.version)


def test_words_stand_in_at_most_six_layers(secretariat: Principal, word: Word) -> None:
    row = word("activity", "Lag 0")
    for number in range(1, MAX_DEPTH):
        row = word("activity", f"Lag {number}", parent=row)
    with pytest.raises(Invalid) as error:
        word("activity", "For dybt", parent=row)
    assert "6 lag" in str(error.value.message)
    pair = word("activity", "Et under", parent=word("activity", "To under"))
    fourth = Category.objects.get(name_da="Lag 4")
    with pytest.raises(Invalid):
        actions.move_category(by=secretariat, category=pair.parent, parent=fourth)


@pytest.mark.django_db(transaction=True)
def test_two_moves_at_once_make_no_circle(secretariat: Principal, word: Word) -> None:
    a, b = word("place", "A"), word("place", "B")

    def move(pair: tuple[Category, Category]) -> str:
        try:
            actions.move_category(by=secretariat, category=pair[0], parent=pair[1])
        except Invalid:
            return "refused"
        finally:
            connection.close()
        return "moved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(move, [(a, b), (b, a)])) == ["moved", "refused"]


# --- merging -------------------------------------------------------------------------------------
def test_merging_takes_the_narrower_words_along(
    secretariat: Principal, places: dict[str, Category], word: Word
) -> None:
    other = word("place", "Naboen")
    actions.merge_categories(by=secretariat, category=places["town"], into=other)
    assert layers(secretariat.council, "place") == [
        ("Kommunen", 0),
        ("Naboen", 0),
        ("Kvarteret", 1),
    ]


def test_merging_into_a_narrower_word_lets_it_take_the_place(
    secretariat: Principal, places: dict[str, Category]
) -> None:
    actions.merge_categories(by=secretariat, category=places["wide"], into=places["quarter"])
    assert layers(secretariat.council, "place") == [("Kvarteret", 0), ("Byen", 1)]


@given(steps=st.lists(st.tuples(st.sampled_from("mj"), *[st.integers(0, 5)] * 2), max_size=12))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.django_db
def test_whatever_is_moved_and_merged_nothing_is_orphaned_and_nothing_goes_in_a_circle(
    secretariat: Principal, organisation: Actor, steps: list[tuple[str, int, int]]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        words = [
            actions.add_category(by=secretariat, kind="resource", name_da=f"Ord {number}")
            for number in range(6)
        ]
        for number, row in enumerate(words):
            actions.publish_offer(
                by=secretariat,
                actor=organisation,
                kind="resource",
                category=row,
                title=f"Tilbud {number}",
            )
        for how, a, b in steps:
            row = Category.objects.get(pk=words[a].pk)
            try:
                if how == "m":
                    actions.move_category(by=secretariat, category=row, parent=words[b])
                else:
                    actions.merge_categories(by=secretariat, category=row, into=words[b])
            except (Invalid, Conflict):
                continue
        alive = queries.tree(secretariat.council, "resource")
        assert {row.pk for row in alive} == {
            row.pk for row in Category.objects.filter(kind="resource", merged_into=None)
        }, "a word in a circle stands nowhere in the tree"
        dead = Category.objects.filter(kind="resource").exclude(merged_into=None)
        assert all(row.merged_into.merged_into is None for row in dead.select_related())
        assert not Offer.objects.filter(category__in=dead).exists()
        assert not Category.objects.filter(parent__in=dead).exists()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_a_word_is_merged_uses_the_new_one(
    secretariat: Principal, organisation: Actor, word: Word
) -> None:
    old, new = word("resource", "Stue"), word("resource", "Lokale")

    def work(job: int) -> None:
        try:
            if job == 0:
                actions.merge_categories(by=secretariat, category=old, into=new)
            else:
                actions.publish_offer(
                    by=secretariat,
                    actor=organisation,
                    kind="resource",
                    category=old,
                    title=f"Tilbud {job}",
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, [1, 0, 2, 3]))
    assert set(Offer.objects.values_list("category", flat=True)) == {new.pk}


# --- lists and pages -----------------------------------------------------------------------------
def test_who_looks_for_the_wider_word_finds_the_narrower_ones(
    secretariat: Principal,
    organisation: Actor,
    places: dict[str, Category],
    cooking: Category,
    word: Word,
) -> None:
    baking = word("competence", "Bagning", parent=cooking)
    offer = actions.publish_offer(
        by=secretariat,
        actor=organisation,
        kind="competence",
        category=baking,
        title="Vi bager",
        area=places["quarter"],
    )
    council = secretariat.council
    wide = queries.offers(council, competence=cooking, place=places["wide"])
    assert list(wide) == [offer]
    assert list(queries.directory(council, competence=cooking)) == [organisation]
    narrow = queries.offers(council, competence=baking, place=places["town"])
    assert list(narrow) == [offer]
    assert not queries.offers(council, place=word("place", "Naboen"))


def test_the_secretariat_keeps_the_words_on_pages(
    client_as: As, secretariat: Principal, places: dict[str, Category]
) -> None:
    client = client_as(secretariat)
    page = client.get(reverse("actors:categories"), {"kind": "place"}).content.decode()
    assert re.findall(r'class="s-tree__(\d)"', page) == ["0", "1", "2"]
    assert "Hent feltets ord" not in page
    there = f"{reverse('actors:categories')}?kind=place"
    answer = client.post(there, {"name_da": "Gaden", "parent": places["quarter"].pk})
    made = Category.objects.get(name_da="Gaden")
    assert answer["Location"] == f"{there}#ord-{made.pk}"
    own = reverse("actors:category", args=[places["wide"].pk])
    refused = client.post(own, {"go": "move", "parent": made.pk})
    assert refused.status_code == 422
    assert "ville gå i ring" in refused.content.decode()
    client.post(own, {"name_da": "Hele kommunen", "name_en": "All of it"})
    places["wide"].refresh_from_db()
    assert (places["wide"].name_da, places["wide"].name_en) == ("Hele kommunen", "All of it")


def test_merging_asks_first_and_says_what_follows(
    client_as: As, secretariat: Principal, places: dict[str, Category], offer: Offer
) -> None:
    client = client_as(secretariat)
    url = reverse("actors:category_merge", args=[places["quarter"].pk])
    page = client.get(url, {"into": places["town"].pk}).content.decode()
    assert "Det kan ikke fortrydes." in page
    places["quarter"].refresh_from_db()
    assert places["quarter"].merged_into is None, "looking changes nothing"
    assert client.get(url).status_code == 302
    assert "Vælg" in client.get(url, {"into": 10**9}).content.decode()
    answer = client.post(url, {"into": places["town"].pk})
    assert answer["Location"] == reverse("actors:category", args=[places["town"].pk])
    assert client.post(url, {"into": places["town"].pk}).status_code == 302


def test_an_empty_council_is_offered_the_words_of_the_field(
    client_as: As, secretariat: Principal, participant: Principal
) -> None:
    client, url = client_as(secretariat), reverse("actors:categories")
    assert "Hent feltets ord" in client.get(url).content.decode()
    assert client_as(participant).post(reverse("actors:categories_seed")).status_code == 403
    client.post(reverse("actors:categories_seed"))
    page = client.get(url).content.decode()
    assert "Hent feltets ord" not in page
    assert "madlavning" in page
