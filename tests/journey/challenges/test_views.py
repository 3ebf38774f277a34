from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges import actions, queries
from samskab.civic.journey.challenges.models import Challenge, Support

ClientAs = Callable[[Principal], Client]
WRITTEN = {"title": "Ingen at spise med", "what": "Jeg spiser alene hver aften."}


def once_in(page: str) -> str:
    match = re.search(r'name="once" value="([^"]+)"', page)
    assert match
    return match[1]


def raised_through(client: Client, **extra: str) -> Any:
    return client.post("/udfordringer/ny/", {"at": "3", "go": "next", **WRITTEN, **extra})


# --- raising in three steps --------------------------------------------------------------------
def test_three_steps_lead_to_a_private_link(visitor: Principal, client_as: ClientAs) -> None:
    client = client_as(visitor)
    first = client.post("/udfordringer/ny/", {"at": "1", "go": "next", **WRITTEN})
    assert "Trin 2 af 3" in first.content.decode()
    second = client.post("/udfordringer/ny/", {"at": "2", "go": "next", **WRITTEN})
    page = second.content.decode()
    assert "Trin 3 af 3" in page
    assert "Jeg spiser alene hver aften." in page
    answer = raised_through(client, once=once_in(page), where="Kjellerup")
    assert answer.status_code == 302
    challenge = Challenge.objects.get()
    assert (challenge.title, challenge.where) == (WRITTEN["title"], "Kjellerup")
    receipt = client.get(answer["Location"])
    assert "Tak" in receipt.content.decode()
    assert receipt["Cache-Control"] == "no-store"


def test_going_back_keeps_what_was_typed(visitor: Principal, client_as: ClientAs) -> None:
    page = client_as(visitor).post(
        "/udfordringer/ny/", {"at": "2", "go": "back", "for_whom": "Enlige mænd", **WRITTEN}
    )
    text = page.content.decode()
    assert page.status_code == 200
    assert WRITTEN["what"] in text
    assert "Enlige mænd" in text


def test_an_error_keeps_what_was_typed(visitor: Principal, client_as: ClientAs) -> None:
    page = raised_through(client_as(visitor), title="", where="Kjellerup")
    text = page.content.decode()
    assert page.status_code == 422
    assert WRITTEN["what"] in text
    assert "Kjellerup" in text


def test_the_same_form_sent_twice_makes_one_challenge(
    visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    first, second = (raised_through(client, once="abc") for _ in range(2))
    assert Challenge.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_phone_number_is_asked_about_once(visitor: Principal, client_as: ClientAs) -> None:
    client = client_as(visitor)
    typed = {"what": "Ring til hende på 86 12 34 56"}
    asked = raised_through(client, **typed)
    assert asked.status_code == 422
    assert 'name="contacts_ok"' in asked.content.decode()
    assert raised_through(client, **typed, contacts_ok="on").status_code == 302


def test_similar_ones_appear_while_raising(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    page = client_as(visitor).post(
        "/udfordringer/ny/",
        {"at": "1", "go": "next", "title": "Varmt sted", "what": "Alt er lukket om søndagen her"},
    )
    assert opened.title in page.content.decode()


# --- the private link --------------------------------------------------------------------------
@pytest.fixture
def link(visitor: Principal) -> tuple[Challenge, str]:
    challenge, token = actions.raise_challenge(by=visitor, **WRITTEN, contact_email="b@eksempel.dk")
    return challenge, reverse("challenges:mine", args=[token])


def test_the_link_corrects_withdraws_exports_and_erases(
    link: tuple[Challenge, str], visitor: Principal, client_as: ClientAs
) -> None:
    challenge, url = link
    client = client_as(visitor)
    client.post(url, {"which": "correct", "title": "Rettet", "what": "Tekst"})
    challenge.refresh_from_db()
    assert challenge.title == "Rettet"
    assert client.get(f"{url}data/").json()["contact_email"] == "b@eksempel.dk"
    client.post(url, {"which": "withdraw", "reason": ""})
    client.post(url, {"which": "erase"})
    challenge.refresh_from_db()
    assert (challenge.closing, challenge.contact_email) == ("withdrawn", "")
    assert client.get(url).status_code == 404


def test_a_stale_correction_is_told_and_keeps_both(
    link: tuple[Challenge, str], visitor: Principal, client_as: ClientAs
) -> None:
    challenge, url = link
    client = client_as(visitor)
    typed = {"which": "correct", "title": "Min rettelse", "what": "x", "seen": "1"}
    assert client.post(url, {**typed, "title": "Først"}).status_code == 302
    answer = client.post(url, typed)
    assert answer.status_code == 409
    assert "Min rettelse" in answer.content.decode()
    challenge.refresh_from_db()
    assert challenge.title == "Først"


@pytest.mark.parametrize("token", ["forkert", "a" * 24])
def test_a_wrong_link_tells_nothing(token: str, visitor: Principal, client_as: ClientAs) -> None:
    assert client_as(visitor).get(f"/udfordringer/min/{token}/").status_code == 404


def test_a_link_of_one_council_opens_nothing_in_another(
    link: tuple[Challenge, str], outsider: Principal, client_as: ClientAs
) -> None:
    assert client_as(outsider).get(link[1]).status_code == 404


# --- buttons and access ------------------------------------------------------------------------
def test_a_double_click_supports_once(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    for _ in range(2):
        client.post(reverse("challenges:support", args=[opened.pk]), {"once": "same"})
    assert Support.objects.count() == 1


def test_looking_sets_no_cookie_and_supporting_takes_one_more_page(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    page = client.get(reverse("challenges:detail", args=[opened.pk]))
    assert not page.cookies
    url = reverse("challenges:support", args=[opened.pk])
    assert url in page.content.decode()
    asked = client.get(url)
    assert asked.status_code == 200
    assert list(asked.cookies) == ["samskab"]
    client.post(url, {"once": once_in(asked.content.decode())})
    assert Support.objects.count() == 1


@pytest.mark.parametrize("name", ["support", "follow", "open", "screen", "move", "invite"])
def test_looking_at_a_button_changes_nothing(
    name: str, opened: Challenge, secretariat: Principal, client_as: ClientAs
) -> None:
    client_as(secretariat).get(reverse(f"challenges:{name}", args=[opened.pk]))
    stored = Challenge.objects.get()
    assert (stored.version, stored.n_supporters) == (opened.version, 0)


def test_an_unread_challenge_is_not_found_by_the_public(
    raised: Challenge, visitor: Principal, member: Principal, client_as: ClientAs
) -> None:
    url = reverse("challenges:detail", args=[raised.pk])
    assert client_as(visitor).get(url).status_code == 404
    assert client_as(member).get(url).status_code == 200


def test_the_queue_is_for_staff(
    raised: Challenge, participant: Principal, secretariat: Principal, client_as: ClientAs
) -> None:
    assert client_as(participant).get("/udfordringer/opgaver/").status_code == 403
    page = client_as(secretariat).get("/udfordringer/opgaver/").content.decode()
    assert raised.title in page


def test_the_list_filters_by_step_and_downloads(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    assert opened.title in client.get("/udfordringer/?step=open").content.decode()
    assert opened.title not in client.get("/udfordringer/?step=concept").content.decode()
    file = b"".join(client.get("/udfordringer/?format=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert opened.title in file
    feed = client.get("/udfordringer/atom/").content.decode()
    assert opened.title in feed


def test_the_timeline_reads_in_the_language_of_the_reader(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    url = reverse("challenges:detail", args=[opened.pk])
    assert "Åbnet for alle" in client_as(visitor).get(url).content.decode()
    assert "Opened for everybody" in client_as(visitor).get(f"/en{url}").content.decode()


# --- cost --------------------------------------------------------------------------------------
def cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        client.get(url)
    return len(captured)


def test_three_rows_cost_what_one_costs(
    opened: Challenge, visitor: Principal, client_as: ClientAs
) -> None:
    client, by = client_as(visitor), system(visitor.council)
    detail = reverse("challenges:detail", args=[opened.pk])
    one = (cost(client, "/udfordringer/"), cost(client, detail))
    for number in range(2):
        other, _ = actions.raise_challenge(by=visitor, title=f"Nr {number}", what="W")
        Challenge.objects.filter(pk=other.pk).update(is_public=True)
        actions.note(by=by, challenge=opened, message="Raised")
    assert (cost(client, "/udfordringer/"), cost(client, detail)) == one
    assert queries.public(visitor.council).count() == 3
