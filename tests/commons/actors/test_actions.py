from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from samskab.civic.commons.actors import actions, queries
from samskab.civic.commons.actors.models import Actor, Category, Offer, Representative, today
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from tests import cast

Word = Callable[..., Category]


def verbs(council: Council) -> list[str]:
    return list(LogEntry.objects.filter(council=council).values_list("verb", flat=True))


# --- words to sort by --------------------------------------------------------------------------
def test_a_new_word_gets_an_address_from_its_danish_name(secretariat: Principal) -> None:
    row = actions.add_category(by=secretariat, kind="target_group", name_da="Hjemløse på Ærø")
    assert row.slug == "hjemloese-paa-aeroe"
    assert verbs(secretariat.council)[0] == "actors.add_category"


def test_the_same_word_twice_is_refused_but_not_in_another_kind(secretariat: Principal) -> None:
    actions.add_category(by=secretariat, kind="activity", name_da="Sport")
    with pytest.raises(Invalid) as error:
        actions.add_category(by=secretariat, kind="activity", name_da="sport")
    assert error.value.field == "name_da"
    assert actions.add_category(by=secretariat, kind="competence", name_da="Sport").slug == "sport"


@pytest.mark.parametrize(
    "given", [{"kind": "nonsense", "name_da": "A"}, {"kind": "place", "name_da": "!"}]
)
def test_a_word_without_kind_or_letters_is_refused(
    secretariat: Principal, given: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        actions.add_category(by=secretariat, **given)
    assert Category.objects.count() == 0


@pytest.mark.parametrize("field", ["name_da", "name_en"])
def test_html_in_the_name_of_a_word_is_refused(
    secretariat: Principal, cooking: Category, field: str
) -> None:
    given = {"name_da": "Sang", "name_en": "Singing", field: "<b>Sang</b>"}
    for attempt in (
        lambda: actions.add_category(by=secretariat, kind="activity", **given),
        lambda: actions.rename_category(by=secretariat, category=cooking, **given),
    ):
        with pytest.raises(Invalid) as error:
            attempt()
        assert error.value.field == field
    assert [row.name_da for row in Category.objects.all()] == [cooking.name_da]


def test_only_the_secretariat_keeps_the_words(
    cooking: Category, representative: Principal, facilitator: Principal, visitor: Principal
) -> None:
    for by in (representative, facilitator, visitor):
        with pytest.raises(NotAllowed):
            actions.add_category(by=by, kind="place", name_da="Gjern")
        with pytest.raises(NotAllowed):
            actions.rename_category(by=by, category=cooking, name_da="Mad")
        with pytest.raises(NotAllowed):
            actions.merge_categories(by=by, category=cooking, into=cooking)


def test_another_councils_words_do_not_exist(
    cooking: Category, outsider: Principal, word: Word, secretariat: Principal
) -> None:
    theirs = word("competence", "Madlavning", council=outsider.council)
    with pytest.raises(NotFound):
        actions.rename_category(by=outsider, category=cooking, name_da="Mad")
    with pytest.raises(NotFound):
        actions.merge_categories(by=secretariat, category=cooking, into=theirs)


def test_a_renamed_word_keeps_its_address(secretariat: Principal, cooking: Category) -> None:
    row = actions.rename_category(by=secretariat, category=cooking, name_da="Mad", name_en="Food")
    assert (row.name_da, row.name_en, row.slug) == ("Mad", "Food", "madlavning")
    with pytest.raises(Invalid):
        actions.rename_category(by=secretariat, category=cooking, name_da="  ")


def test_merging_moves_all_that_pointed_to_the_old_word(
    secretariat: Principal, offer: Offer, cooking: Category, word: Word
) -> None:
    new = word("competence", "Mad")
    older = word("competence", "Kogekunst")
    actions.merge_categories(by=secretariat, category=older, into=cooking)
    actions.merge_categories(by=secretariat, category=cooking, into=new)
    offer.refresh_from_db()
    assert offer.category == new
    assert queries.uses(cooking) == 0
    council = secretariat.council
    assert queries.resolve(council, "competence", "madlavning") == new
    assert queries.resolve(council, "competence", "kogekunst") == new
    assert list(queries.categories(council, "competence")) == [new]


def test_merging_keeps_one_of_two_words_on_a_row_with_many(
    secretariat: Principal, word: Word, organisation: Actor
) -> None:
    from samskab.civic.commons.initiatives.actions import register_initiative

    old, new = word("target_group", "Unge mennesker"), word("target_group", "Unge")
    both = register_initiative(
        by=secretariat, actor=organisation, name="Begge", target_groups=[old, new]
    )
    one = register_initiative(by=secretariat, actor=organisation, name="En", target_groups=[old])
    actions.merge_categories(by=secretariat, category=old, into=new)
    assert list(both.target_groups.all()) == [new]
    assert list(one.target_groups.all()) == [new]
    assert queries.uses(new) == 3  # two initiatives, and the old word that leads here


def test_every_way_to_point_to_a_word_is_known_to_merging() -> None:
    found = {(model._meta.label, column) for model, column in queries.pointers()}
    assert {
        ("actors.Offer", "category"),
        ("actors.Offer", "area"),
        ("actors.Actor", "area"),
        ("actors.Category", "merged_into"),
        ("initiatives.Initiative_target_groups", "category"),
        ("initiatives.Initiative_activities", "category"),
        ("initiatives.Initiative_areas", "category"),
    } <= found


def test_a_word_is_merged_once_into_another_of_its_kind(
    secretariat: Principal, cooking: Category, word: Word
) -> None:
    place, other = word("place", "Gjern"), word("competence", "Mad")
    for into in (place, cooking):
        with pytest.raises(Invalid):
            actions.merge_categories(by=secretariat, category=cooking, into=into)
    actions.merge_categories(by=secretariat, category=cooking, into=other)
    with pytest.raises(Conflict):
        actions.merge_categories(by=secretariat, category=cooking, into=other)
    with pytest.raises(Conflict):
        actions.merge_categories(by=secretariat, category=other, into=cooking)


# --- actors ------------------------------------------------------------------------------------
def test_whoever_registers_an_actor_acts_for_it(participant: Principal) -> None:
    actor = actions.register_actor(by=participant, sector="civil", name=" Naboerne ")
    assert actor.name == "Naboerne"
    assert list(queries.actors_of(participant)) == [actor]


def test_the_secretariat_registers_for_others(secretariat: Principal) -> None:
    actor = actions.register_actor(by=secretariat, sector="business", name="Bageren")
    assert actor.representatives.count() == 0


def test_a_visitor_cannot_register_an_actor(visitor: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.register_actor(by=visitor, sector="civil", name="Naboerne")
    assert queries.actors_of(visitor).count() == 0


def test_an_organisation_is_registered_once_but_people_may_share_a_name(
    participant: Principal,
) -> None:
    actions.register_actor(by=participant, sector="civil", name="Naboerne")
    with pytest.raises(Invalid) as error:
        actions.register_actor(by=participant, sector="business", name="Naboerne")
    assert error.value.field == "name"
    for _ in range(2):
        actions.register_actor(by=participant, sector="citizen", name="Anne Jensen")
    assert Actor.objects.filter(name="Anne Jensen").count() == 2


@pytest.mark.parametrize(
    ("given", "kept"), [("", ""), ("13585628", "13585628"), ("DK 13 58 56 28", "13585628")]
)
def test_a_cvr_number_is_kept_as_eight_digits(
    participant: Principal, given: str, kept: str
) -> None:
    actor = actions.register_actor(by=participant, sector="business", name="B", cvr=given)
    assert actor.cvr == kept


@pytest.mark.parametrize("given", ["13585629", "1358562", "abcdefgh"])
def test_a_wrong_cvr_number_is_refused_with_a_plain_sentence(
    participant: Principal, given: str
) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_actor(by=participant, sector="business", name="B", cvr=given)
    assert error.value.field == "cvr"
    assert str(error.value.message) == (
        "Det er ikke et CVR-nummer. Det har otte cifre. Se efter igen, eller lad feltet stå tomt."
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [({"sector": "x", "name": "A"}, "sector"), ({"sector": "civil", "name": " "}, "name")],
)
def test_an_actor_needs_sector_and_name(
    participant: Principal, given: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_actor(by=participant, **given)
    assert error.value.field == field


def test_an_actors_place_is_a_place(participant: Principal, cooking: Category) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_actor(by=participant, sector="civil", name="A", area=cooking)
    assert error.value.field == "area"


def test_a_place_of_another_council_is_never_stored(
    participant: Principal, word: Word, other_council: Council
) -> None:
    theirs = word("place", "Nabobyen", council=other_council)
    with pytest.raises(ImproperlyConfigured):
        actions.register_actor(by=participant, sector="civil", name="A", area=theirs)


def test_a_cpr_number_in_the_description_is_refused(participant: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_actor(by=participant, sector="citizen", name="A", about="010190-1234")
    assert error.value.field == "about"
    assert Actor.objects.count() == 0


def test_its_people_and_the_secretariat_edit_an_actor(
    organisation: Actor, representative: Principal, secretariat: Principal
) -> None:
    for by, name in ((representative, "Ny"), (secretariat, "Nyere")):
        actions.edit_actor(by=by, actor=organisation, sector="public", name=name)
    organisation.refresh_from_db()
    assert (organisation.name, organisation.sector) == ("Nyere", "public")
    assert organisation.find_text == "nyere"


def test_others_do_not_edit_an_actor(
    organisation: Actor, participant: Principal, facilitator: Principal, outsider: Principal
) -> None:
    for by in (participant, facilitator):
        with pytest.raises(NotAllowed):
            actions.edit_actor(by=by, actor=organisation, sector="civil", name="Kapret")
    with pytest.raises(NotFound):
        actions.edit_actor(by=outsider, actor=organisation, sector="civil", name="Kapret")
    organisation.refresh_from_db()
    assert organisation.name == "Foreningen Åben Dør"


def test_editing_from_a_stale_page_changes_nothing(
    organisation: Actor, representative: Principal
) -> None:
    seen = organisation.version
    actions.edit_actor(
        by=representative, actor=organisation, sector="civil", name="Først", seen=seen
    )
    with pytest.raises(Conflict):
        actions.edit_actor(
            by=representative, actor=organisation, sector="civil", name="Sidst", seen=seen
        )
    organisation.refresh_from_db()
    assert organisation.name == "Først"


# --- people ------------------------------------------------------------------------------------
def test_a_person_is_added_by_e_mail_and_told(
    organisation: Actor, representative: Principal, council: Council
) -> None:
    before = Message.objects.count()
    row = actions.add_representative(by=representative, actor=organisation, email="Ny@Post.dk ")
    again = actions.add_representative(by=representative, actor=organisation, email="ny@post.dk")
    assert again == row
    assert row.user.email == "ny@post.dk"
    assert Message.objects.count() == before + 1
    message = Message.objects.latest("pk")
    assert message.to == "ny@post.dk"
    assert message.subject == "Du kan nu handle for Foreningen Åben Dør"
    assert f"/aktoerer/{organisation.pk}/" in message.text


def test_only_its_people_and_the_secretariat_add_people(
    organisation: Actor, participant: Principal, outsider: Principal
) -> None:
    with pytest.raises(NotAllowed):
        actions.add_representative(by=participant, actor=organisation, email=participant.email)
    with pytest.raises(NotFound):
        actions.add_representative(by=outsider, actor=organisation, email=outsider.email)
    with pytest.raises(Invalid):
        actions.add_representative(by=system(organisation.council), actor=organisation, email=" ")
    assert organisation.representatives.count() == 0


def test_the_last_person_stays_unless_the_secretariat_removes_them(
    organisation: Actor, representative: Principal, secretariat: Principal
) -> None:
    mine = organisation.representatives.get()
    with pytest.raises(Conflict):
        actions.remove_representative(by=representative, representative=mine)
    second = actions.add_representative(by=representative, actor=organisation, email="b@post.dk")
    actions.remove_representative(by=representative, representative=mine)
    assert list(organisation.representatives.all()) == [second]
    with pytest.raises(NotAllowed):
        actions.remove_representative(by=representative, representative=second)
    actions.remove_representative(by=secretariat, representative=second)
    assert not organisation.representatives.exists()
    with pytest.raises(NotFound):
        actions.remove_representative(by=secretariat, representative=second)


def test_no_stranger_removes_a_person(
    organisation: Actor, representative: Principal, participant: Principal, outsider: Principal
) -> None:
    row = organisation.representatives.get()
    with pytest.raises(NotAllowed):
        actions.remove_representative(by=participant, representative=row)
    with pytest.raises(NotFound):
        actions.remove_representative(by=outsider, representative=row)


def test_mail_goes_to_its_people_or_else_to_the_contact_person(
    organisation: Actor, secretariat: Principal
) -> None:
    assert queries.addresses(organisation) == []
    organisation.contact_email = "kontakt@forening.dk"
    assert queries.addresses(organisation) == ["kontakt@forening.dk"]
    actions.add_representative(by=secretariat, actor=organisation, email="b@post.dk")
    assert queries.addresses(organisation) == ["b@post.dk"]


# --- offers ------------------------------------------------------------------------------------
def test_its_people_publish_an_offer(offer: Offer, council: Council) -> None:
    assert offer.active
    assert offer.confirmed_on == today()
    assert list(queries.offers(council)) == [offer]
    assert verbs(council)[0] == "actors.publish_offer"


def test_others_neither_publish_nor_change_offers(
    offer: Offer,
    organisation: Actor,
    cooking: Category,
    participant: Principal,
    facilitator: Principal,
    outsider: Principal,
) -> None:
    given: dict[str, Any] = {"kind": "competence", "category": cooking, "title": "T"}
    tries: list[Callable[[Principal], Any]] = [
        lambda by: actions.publish_offer(by=by, actor=organisation, **given),
        lambda by: actions.edit_offer(by=by, offer=offer, **given),
        lambda by: actions.withdraw_offer(by=by, offer=offer),
        lambda by: actions.renew_offer(by=by, offer=offer),
        lambda by: actions.confirm_offer(by=by, offer=offer),
    ]
    for attempt in tries:
        for by in (participant, facilitator):
            with pytest.raises(NotAllowed):
                attempt(by)
        with pytest.raises(NotFound):
            attempt(outsider)
    assert list(Offer.objects.values_list("title", "active")) == [("Vi laver mad til 40", True)]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "x"}, "kind"),
        ({"kind": "resource"}, "category"),
        ({"title": " "}, "title"),
        ({"quantity": Decimal(0), "unit": "timer"}, "quantity"),
        ({"quantity": Decimal(4)}, "unit"),
        ({"period_from": date(2026, 5, 2), "period_to": date(2026, 5, 1)}, "period_to"),
    ],
)
def test_an_offer_that_makes_no_sense_is_refused(
    representative: Principal,
    organisation: Actor,
    cooking: Category,
    given: dict[str, Any],
    field: str,
) -> None:
    good = {"kind": "competence", "category": cooking, "title": "T"}
    with pytest.raises(Invalid) as error:
        actions.publish_offer(by=representative, actor=organisation, **{**good, **given})
    assert error.value.field == field
    assert Offer.objects.count() == 0


def test_the_same_offer_twice_is_refused(
    offer: Offer, representative: Principal, organisation: Actor, cooking: Category
) -> None:
    with pytest.raises(Invalid) as error:
        actions.publish_offer(
            by=representative,
            actor=organisation,
            kind="competence",
            category=cooking,
            title=offer.title,
        )
    assert error.value.field == "title"
    assert Offer.objects.count() == 1


def test_a_word_that_was_merged_meanwhile_is_replaced(
    representative: Principal,
    organisation: Actor,
    cooking: Category,
    word: Word,
    secretariat: Principal,
) -> None:
    new = word("competence", "Mad")
    actions.merge_categories(by=secretariat, category=cooking, into=new)
    cooking.refresh_from_db()
    offer = actions.publish_offer(
        by=representative, actor=organisation, kind="competence", category=cooking, title="T"
    )
    assert offer.category == new


def test_an_edited_offer_is_confirmed_and_a_stale_page_is_told(
    offer: Offer, representative: Principal, cooking: Category
) -> None:
    Offer.objects.update(confirmed_on=date(2020, 1, 1))
    given: dict[str, Any] = {"kind": "competence", "category": cooking, "seen": offer.version}
    changed = actions.edit_offer(
        by=representative, offer=offer, title="Mad til 60", quantity=Decimal(60), unit="p", **given
    )
    assert (changed.title, changed.confirmed_on, changed.amount) == ("Mad til 60", today(), "60")
    with pytest.raises(Conflict):
        actions.edit_offer(by=representative, offer=offer, title="Mad til 80", **given)
    assert Offer.objects.get().title == "Mad til 60"


def test_a_withdrawn_offer_is_gone_until_it_is_opened_again(
    offer: Offer, representative: Principal, council: Council
) -> None:
    actions.withdraw_offer(by=representative, offer=offer)
    assert list(queries.offers(council)) == []
    with pytest.raises(Conflict):
        actions.withdraw_offer(by=representative, offer=offer)
    actions.renew_offer(by=representative, offer=offer)
    assert list(queries.offers(council)) == [offer]
    with pytest.raises(Conflict):
        actions.renew_offer(by=representative, offer=offer)


def test_a_second_offer_of_the_title_keeps_the_withdrawn_one_from_coming_back(
    offer: Offer, representative: Principal, organisation: Actor, cooking: Category
) -> None:
    actions.withdraw_offer(by=representative, offer=offer)
    actions.publish_offer(
        by=representative,
        actor=organisation,
        kind="competence",
        category=cooking,
        title=offer.title,
    )
    with pytest.raises(Invalid):
        actions.renew_offer(by=representative, offer=offer)
    assert Offer.objects.filter(active=True).count() == 1


def test_an_offer_is_stale_after_a_year_and_fresh_after_one_click(
    offer: Offer, representative: Principal, council: Council
) -> None:
    offer.confirmed_on = today() - timedelta(days=365)
    assert not offer.is_stale
    offer.confirmed_on = today() - timedelta(days=366)
    assert offer.is_stale
    offer.save()
    assert not actions.confirm_offer(by=representative, offer=offer).is_stale
    logged = len(verbs(council))
    actions.confirm_offer(by=representative, offer=offer)
    assert len(verbs(council)) == logged


# --- many at once ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_eight_people_registering_one_association_get_one() -> None:
    council = cast.a_council("silkeborg", is_default=True)
    by = cast.a_person(council, "participant")

    def attempt(_number: int) -> str:
        try:
            actions.register_actor(by=by, sector="civil", name="Naboerne")
        except CivicError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(attempt, range(8)))
    assert sorted(results) == ["Invalid"] * 7 + ["done"]
    assert Actor.objects.count() == 1
    assert Representative.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_remove_each_other_leave_one_behind() -> None:
    council = cast.a_council("silkeborg", is_default=True)
    people = [cast.a_person(council, name) for name in ("anne", "bo")]
    actor = actions.register_actor(by=people[0], sector="civil", name="Naboerne")
    actions.add_representative(by=people[0], actor=actor, email=people[1].email)
    rows = {row.user_id: row for row in actor.representatives.select_related("actor")}

    def attempt(at: int) -> str:
        try:
            other = rows[people[1 - at].user_id]
            actions.remove_representative(by=people[at], representative=other)
        except CivicError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(attempt, range(2)))
    assert "done" in results
    assert actor.representatives.count() == 1
    assert User.objects.count() == 2
