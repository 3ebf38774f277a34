from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from samskab.civic.commons.actors import actions
from samskab.civic.commons.actors.models import Actor, Category, Offer, today
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system

As = Callable[[Principal], Client]
Word = Callable[..., Category]


def statements(client: Client, url: str, capture: Any) -> int:
    client.get(url)
    with capture() as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def page_of(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"actors:{name}", args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def csv_of(client: Client, name: str, **query: str) -> list[str]:
    response = client.get(reverse(f"actors:{name}"), {**query, "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return text.splitlines()


# --- lists -------------------------------------------------------------------------------------
def test_an_empty_directory_says_what_to_do(client_as: As, visitor: Principal) -> None:
    text = page_of(client_as(visitor), "list")
    assert "Ingen aktører her" in text
    assert reverse("actors:register") in text


def test_the_directory_is_narrowed_by_its_address(
    client_as: As, visitor: Principal, offer: Offer, council: Council
) -> None:
    actions.register_actor(by=system(council), sector="business", name="Bageren")
    text = page_of(client_as(visitor), "list", competence="madlavning", sector="civil", q="åben")
    assert "Foreningen Åben Dør" in text
    assert "Bageren" not in text
    assert "Bageren" in page_of(client_as(visitor), "list", sector="business")
    assert "Bageren" in page_of(client_as(visitor), "list", competence="findes-ikke")


def test_an_old_link_leads_to_the_word_it_was_merged_into(
    client_as: As, visitor: Principal, secretariat: Principal, offer: Offer, word: Word
) -> None:
    new = word("competence", "Mad")
    actions.merge_categories(by=secretariat, category=offer.category, into=new)
    for name in ("list", "offers"):
        url = reverse(f"actors:{name}")
        response = client_as(visitor).get(url, {"competence": "madlavning", "q": "dør"})
        assert response.status_code == 301
        assert response["Location"] == f"{url}?competence=mad&q=d%C3%B8r"


def test_the_lists_are_downloaded_as_they_are_narrowed(
    client_as: As, visitor: Principal, offer: Offer, council: Council
) -> None:
    actions.register_actor(by=system(council), sector="business", name="=Bageren")
    lines = csv_of(client_as(visitor), "list")
    assert lines[0] == "name,sector,place,cvr,website,about,example"
    assert [line.partition(",")[0] for line in lines[1:]] == ["'=Bageren", "Foreningen Åben Dør"]
    assert len(csv_of(client_as(visitor), "list", sector="civil")) == 2
    rows = csv_of(client_as(visitor), "offers")
    assert rows[1].startswith("Vi laver mad til 40,Foreningen Åben Dør,competence,Madlavning,")
    assert len(csv_of(client_as(visitor), "offers", kind="resource")) == 1


def test_no_list_asks_the_database_once_per_row(
    client_as: As,
    visitor: Principal,
    council: Council,
    cooking: Category,
    word: Word,
    django_capture_on_commit_callbacks: Any,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, place, by = client_as(visitor), word("place", "Gjern"), system(council)

    def one_more(at: int) -> None:
        actor = actions.register_actor(by=by, sector="civil", name=f"A{at}", area=place)
        actions.publish_offer(
            by=by, actor=actor, kind="competence", category=cooking, title=f"T{at}", area=place
        )

    def counts() -> list[int]:
        urls = [reverse("actors:list"), reverse("actors:offers"), reverse("actors:coverage")]
        return [statements(client, url, lambda: CaptureQueriesContext(connection)) for url in urls]

    one_more(1)
    with_one = counts()
    one_more(2)
    one_more(3)
    assert counts() == with_one


def test_an_actors_page_asks_no_more_for_three_offers_than_for_one(
    client_as: As, representative: Principal, organisation: Actor, offer: Offer
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, url = client_as(representative), reverse("actors:detail", args=[organisation.pk])
    with_one = statements(client, url, lambda: CaptureQueriesContext(connection))
    for title in ("B", "C"):
        actions.publish_offer(
            by=representative,
            actor=organisation,
            kind="competence",
            category=offer.category,
            title=title,
        )
    assert statements(client, url, lambda: CaptureQueriesContext(connection)) == with_one


# --- pages -------------------------------------------------------------------------------------
def test_the_contact_person_is_seen_by_its_people_and_the_secretariat_only(
    client_as: As,
    organisation: Actor,
    representative: Principal,
    secretariat: Principal,
    participant: Principal,
    facilitator: Principal,
    visitor: Principal,
) -> None:
    organisation.contact_name, organisation.contact_email = "Karen Kontakt", "karen@post.dk"
    organisation.save()
    for by in (representative, secretariat):
        text = page_of(client_as(by), "detail", organisation.pk)
        assert "Karen Kontakt" in text
        assert "karen@post.dk" in text
    for by in (participant, facilitator, visitor):
        text = page_of(client_as(by), "detail", organisation.pk)
        assert "Karen" not in text
        assert "karen" not in text
        assert "representative" not in text
    assert "karen" not in " ".join(csv_of(client_as(secretariat), "list"))


def test_pages_of_one_council_are_not_found_in_another(
    client_as: As, outsider: Principal, offer: Offer, organisation: Actor, cooking: Category
) -> None:
    client, row = client_as(outsider), organisation.representatives.get()
    for name, args in (
        ("detail", [organisation.pk]),
        ("edit", [organisation.pk]),
        ("people", [organisation.pk]),
        ("offer_new", [organisation.pk]),
        ("offer", [offer.pk]),
        ("offer_edit", [offer.pk]),
        ("category", [cooking.pk]),
    ):
        assert client.get(reverse(f"actors:{name}", args=args)).status_code == 404, name
    for name, args in (
        ("remove_person", [organisation.pk, row.pk]),
        ("offer_withdraw", [offer.pk]),
        ("offer_renew", [offer.pk]),
        ("offer_confirm", [offer.pk]),
    ):
        assert client.post(reverse(f"actors:{name}", args=args)).status_code == 404, name


def test_pages_for_its_people_are_closed_to_others(
    client_as: As, participant: Principal, offer: Offer, organisation: Actor, cooking: Category
) -> None:
    client = client_as(participant)
    for name, args in (
        ("edit", [organisation.pk]),
        ("people", [organisation.pk]),
        ("offer_new", [organisation.pk]),
        ("offer_edit", [offer.pk]),
        ("categories", []),
        ("category", [cooking.pk]),
    ):
        assert client.get(reverse(f"actors:{name}", args=args)).status_code == 403, name
    response = client.post(reverse("actors:offer_withdraw", args=[offer.pk]))
    assert response.status_code == 403
    assert Offer.objects.get().active


@pytest.mark.parametrize("name", ["offer_withdraw", "offer_renew", "offer_confirm"])
def test_a_button_is_not_pressed_by_following_a_link(
    client_as: As, representative: Principal, offer: Offer, name: str
) -> None:
    url = reverse(f"actors:{name}", args=[offer.pk])
    assert client_as(representative).get(url).status_code == 405


@pytest.mark.parametrize("name", ["register", "offer_start"])
def test_a_visitor_is_asked_to_sign_in_first(client_as: As, visitor: Principal, name: str) -> None:
    url = reverse(f"actors:{name}")
    response = client_as(visitor).get(url)
    assert response.status_code == 302
    assert response["Location"].endswith(f"?next={url}")


def test_a_person_registers_an_association_once_even_when_the_form_comes_twice(
    client_as: As, participant: Principal
) -> None:
    client, url = client_as(participant), reverse("actors:register")
    sent = {"sector": "civil", "name": "Naboerne", "once": "a-key"}
    first = client.post(url, sent)
    again = client.post(url, sent)
    actor = Actor.objects.get()
    assert first["Location"] == again["Location"] == reverse("actors:detail", args=[actor.pk])
    assert actor.representatives.get().user_id == participant.user_id


def test_an_error_keeps_what_was_typed(client_as: As, participant: Principal) -> None:
    sent = {"sector": "business", "name": "Bageren", "about": "Vi bager.", "cvr": "12345678"}
    response = client_as(participant).post(reverse("actors:register"), sent)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Det er ikke et CVR-nummer." in text
    assert "Vi bager." in text
    assert 'value="12345678"' in text


def test_a_stale_edit_is_told_and_keeps_what_was_typed(
    client_as: As, representative: Principal, organisation: Actor
) -> None:
    client, url = client_as(representative), reverse("actors:edit", args=[organisation.pk])
    seen = re.search(r'name="seen" value="(\d+)"', client.get(url).content.decode())
    assert seen
    actions.edit_actor(by=representative, actor=organisation, sector="civil", name="Først")
    response = client.post(url, {"sector": "civil", "name": "Sidst", "seen": seen.group(1)})
    assert response.status_code == 409
    assert 'value="Sidst"' in response.content.decode()
    assert Actor.objects.get(pk=organisation.pk).name == "Først"


def test_a_person_is_added_and_removed_on_the_page_of_people(
    client_as: As, representative: Principal, organisation: Actor
) -> None:
    client, url = client_as(representative), reverse("actors:people", args=[organisation.pk])
    assert client.post(url, {"email": "b@post.dk"})["Location"] == url
    row = organisation.representatives.get(user__email="b@post.dk")
    assert "b@post.dk" in client.get(url).content.decode()
    client.post(reverse("actors:remove_person", args=[organisation.pk, row.pk]))
    assert organisation.representatives.count() == 1
    mine = organisation.representatives.get()
    response = client.post(
        reverse("actors:remove_person", args=[organisation.pk, mine.pk]), follow=True
    )
    assert "Det er den sidste, der handler for aktøren." in response.content.decode()
    assert organisation.representatives.count() == 1


def test_whoever_acts_for_one_goes_straight_to_its_form(
    client_as: As, representative: Principal, participant: Principal, organisation: Actor
) -> None:
    url = reverse("actors:offer_start")
    new = reverse("actors:offer_new", args=[organisation.pk])
    assert client_as(representative).get(url)["Location"] == new
    assert client_as(participant).get(url)["Location"] == reverse("actors:register")
    other = actions.register_actor(by=representative, sector="civil", name="Klubben")
    text = client_as(representative).get(url).content.decode()
    assert new in text
    assert reverse("actors:offer_new", args=[other.pk]) in text


def test_an_offer_is_published_with_a_danish_number_and_read_again(
    client_as: As, representative: Principal, organisation: Actor, cooking: Category
) -> None:
    sent = {
        "title": "Mad til mange",
        "category": str(cooking.pk),
        "quantity": "2,5",
        "unit": "timer",
        "period_from": "2026-05-01",
        "period_to": "",
        "once": "k",
    }
    client, url = client_as(representative), reverse("actors:offer_new", args=[organisation.pk])
    response = client.post(url, sent)
    offer = Offer.objects.get()
    assert response["Location"] == reverse("actors:offer", args=[offer.pk])
    assert (float(offer.quantity or 0), offer.kind) == (2.5, "competence")
    text = page_of(client, "offer", offer.pk)
    assert "2,50 timer" in text
    assert "1. maj 2026" in text
    assert 'value="2,50"' in page_of(client, "offer_edit", offer.pk)


def test_a_period_that_runs_backwards_is_shown_on_its_field(
    client_as: As, representative: Principal, organisation: Actor, cooking: Category
) -> None:
    sent = {
        "title": "T",
        "category": str(cooking.pk),
        "period_from": "2026-05-02",
        "period_to": "2026-05-01",
    }
    url = reverse("actors:offer_new", args=[organisation.pk])
    response = client_as(representative).post(url, sent)
    assert response.status_code == 422
    assert "Den sidste dag ligger før den første." in response.content.decode()
    assert Offer.objects.count() == 0


def test_a_stale_offer_says_so_until_its_people_confirm_it(
    client_as: As, visitor: Principal, representative: Principal, offer: Offer
) -> None:
    warning = "Ingen har bekræftet tilbuddet i over et år."
    assert warning not in page_of(client_as(visitor), "offer", offer.pk)
    Offer.objects.update(confirmed_on=date(2020, 1, 1))
    assert warning in page_of(client_as(visitor), "offer", offer.pk)
    assert "Det passer stadig" not in page_of(client_as(visitor), "offer", offer.pk)
    url = reverse("actors:offer_confirm", args=[offer.pk])
    response = client_as(representative).post(url, follow=True)
    assert "Nu ved alle, at det stadig passer." in response.content.decode()
    assert Offer.objects.get().confirmed_on == today()


def test_withdrawing_from_a_stale_page_is_told(
    client_as: As, representative: Principal, offer: Offer
) -> None:
    client, url = client_as(representative), reverse("actors:offer_withdraw", args=[offer.pk])
    response = client.post(url, {"seen": str(offer.version - 1)}, follow=True)
    assert "alert-warning" in response.content.decode()
    assert Offer.objects.get().active
    client.post(url, {"seen": str(offer.version)})
    assert not Offer.objects.get().active
    assert "trukket tilbage" in page_of(client, "offer", offer.pk)


def test_coverage_leads_to_the_offers_behind_a_number(
    client_as: As, visitor: Principal, offer: Offer, word: Word
) -> None:
    offer.area = word("place", "Gjern")
    offer.save()
    text = page_of(client_as(visitor), "coverage")
    link = f"{reverse('actors:offers')}?competence=madlavning&amp;place=gjern"
    assert link in text
    assert "Vi laver mad til 40" in page_of(
        client_as(visitor), "offers", competence="madlavning", place="gjern"
    )


def test_the_lists_are_followed_as_they_are_narrowed(
    client_as: As, visitor: Principal, offer: Offer, council: Council
) -> None:
    actions.register_actor(by=system(council), sector="business", name="Bageren & Co <3")
    client = client_as(visitor)
    assert f"{reverse('actors:atom')}?sector=civil" in page_of(client, "list", sector="civil")
    feed = client.get(reverse("actors:atom"), {"sector": "business"})
    assert feed["Content-Type"].startswith("application/atom+xml")
    text = feed.content.decode()
    assert "Bageren &amp; Co &lt;3" in text
    assert "Foreningen" not in text
    offers = client.get(reverse("actors:offers_atom")).content.decode()
    assert "Vi laver mad til 40 (Foreningen Åben Dør)" in offers
    assert (
        "<entry>"
        not in client.get(reverse("actors:offers_atom"), {"kind": "resource"}).content.decode()
    )


def test_coverage_is_downloaded_and_an_old_place_leads_on(
    client_as: As, visitor: Principal, secretariat: Principal, offer: Offer, word: Word
) -> None:
    old, new = word("place", "Gl. By"), word("place", "Byen")
    lines = csv_of(client_as(visitor), "coverage")
    assert lines[0] == "word,kind,place,offers,offers_in_wider_places,needs,state"
    assert "Madlavning,competence,,1,0,0,plenty" in lines
    actions.merge_categories(by=secretariat, category=old, into=new)
    moved = client_as(visitor).get(reverse("actors:coverage"), {"place": old.slug})
    assert moved["Location"].endswith(f"?place={new.slug}")


# --- words -------------------------------------------------------------------------------------
def test_the_secretariat_adds_renames_and_merges_words(
    client_as: As, secretariat: Principal, offer: Offer
) -> None:
    client, url = client_as(secretariat), reverse("actors:categories")
    client.post(url, {"kind": "competence", "name_da": "Mad", "name_en": "Food", "once": "1"})
    new = Category.objects.get(slug="mad")
    twice = client.post(url, {"kind": "competence", "name_da": "Mad", "once": "2"})
    assert twice.status_code == 422
    assert "Der er allerede et ord med det navn." in twice.content.decode()
    old = reverse("actors:category", args=[offer.category.pk])
    assert "Det bruges 1 sted." in client.get(old).content.decode()
    client.post(old, {"name_da": "Kogekunst", "name_en": ""})
    assert Category.objects.get(pk=offer.category.pk).name_da == "Kogekunst"
    merged = client.post(
        reverse("actors:category_merge", args=[offer.category.pk]), {"into": str(new.pk)}
    )
    assert merged["Location"] == reverse("actors:category", args=[new.pk])
    assert client.get(old)["Location"] == reverse("actors:category", args=[new.pk])
    assert Offer.objects.get().category == new


def test_merging_into_nothing_is_an_error_on_the_page(
    client_as: As, secretariat: Principal, cooking: Category
) -> None:
    url = reverse("actors:category", args=[cooking.pk])
    response = client_as(secretariat).post(url, {"into": ""})
    assert response.status_code == 422
    assert Category.objects.get().merged_into is None


def test_my_page_shows_for_whom_i_act(
    client_as: As, representative: Principal, organisation: Actor
) -> None:
    response = client_as(representative).get(reverse("accounts:me"))
    assert reverse("actors:detail", args=[organisation.pk]) in response.content.decode()
