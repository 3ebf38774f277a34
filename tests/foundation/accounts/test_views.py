from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from samskab.civic.foundation.accounts import sections
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.principal import Principal

As = Callable[[Principal], Client]


def test_a_name_is_saved_on_my_page(client_as: As, participant: Principal) -> None:
    answer = client_as(participant).post("/min-side/", {"name": "Ada"})
    assert (answer.status_code, answer["Location"]) == (302, "/min-side/")
    assert User.objects.get(pk=participant.user_id).name == "Ada"


def test_a_name_with_a_cpr_number_is_refused_and_kept_in_the_form(
    client_as: As, participant: Principal
) -> None:
    answer = client_as(participant).post("/min-side/", {"name": "Ada 010190-1234"})
    assert answer.status_code == 422
    assert "Ada 010190-1234" in answer.content.decode()


def test_my_page_shows_the_roles_of_this_council_only(
    client_as: As, secretariat: Principal, outsider: Principal
) -> None:
    user = User.objects.get(pk=secretariat.user_id)
    RoleGrant.objects.create(council=outsider.council, user=user, role="facilitator")
    page = client_as(secretariat).get("/min-side/").content.decode()
    assert "Sekretariat" in page
    assert "Facilitator" not in page


def test_a_room_adds_a_section_to_my_page(
    client_as: As, participant: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sections, "_SECTIONS", list(sections._SECTIONS))
    sections.add_section("accounts/other_ways.html", lambda by: None, order=1)
    sections.add_section("privacy/section.html", lambda by: {"who": by.name}, order=2)
    found = sections.sections_for(participant)
    assert found[0] == {
        "template": "privacy/section.html",
        "data": {"who": "participant"},
        "late": False,
    }


def test_an_administrator_sees_and_gives_roles(client_as: As, administrator: Principal) -> None:
    browser = client_as(administrator)
    form = {"email": "ny@eksempel.dk", "role": "member", "once": "en-gang"}
    assert browser.post("/roller/", form)["Location"] == "/roller/"
    page = browser.get("/roller/").content.decode()
    assert "ny@eksempel.dk" in page and "ådsmedlem" in page


def test_a_role_form_sent_twice_gives_one_role(client_as: As, administrator: Principal) -> None:
    browser = client_as(administrator)
    form = {"email": "ny@eksempel.dk", "role": "member", "once": "en-gang"}
    for _n in range(2):
        assert browser.post("/roller/", form).status_code == 302
    assert RoleGrant.objects.filter(user__email="ny@eksempel.dk").count() == 1


def test_a_wrong_address_keeps_what_was_typed(client_as: As, administrator: Principal) -> None:
    answer = client_as(administrator).post("/roller/", {"email": "ny", "role": "member"})
    assert answer.status_code == 422
    assert 'value="ny"' in answer.content.decode()


@pytest.mark.parametrize("cast", ["visitor", "participant", "member", "facilitator", "secretariat"])
def test_the_roles_page_is_for_administrators(
    cast: str, client_as: As, request: pytest.FixtureRequest
) -> None:
    assert client_as(request.getfixturevalue(cast)).get("/roller/").status_code == 403


def test_a_role_is_withdrawn_by_a_button_only(
    client_as: As, administrator: Principal, member: Principal
) -> None:
    grant = RoleGrant.objects.get(user=member.user_id)
    browser = client_as(administrator)
    assert browser.get(f"/roller/{grant.pk}/fratag/").status_code == 405
    assert browser.post(f"/roller/{grant.pk}/fratag/").status_code == 302
    assert browser.post(f"/roller/{grant.pk}/fratag/").status_code == 404


def test_the_last_administrator_is_told_why_it_cannot_be(
    client_as: As, administrator: Principal
) -> None:
    grant = RoleGrant.objects.get(user=administrator.user_id)
    browser = client_as(administrator)
    answer = browser.post(f"/roller/{grant.pk}/fratag/", follow=True)
    assert "den sidste administrator" in answer.content.decode()


def test_another_council_cannot_reach_a_role(
    client_as: As, outsider: Principal, member: Principal
) -> None:
    grant = RoleGrant.objects.get(user=member.user_id)
    assert client_as(outsider).post(f"/roller/{grant.pk}/fratag/").status_code == 404
    assert "member@" not in client_as(outsider).get("/roller/").content.decode()


def test_the_roles_page_asks_as_often_for_three_as_for_one(
    client_as: As, administrator: Principal
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = client_as(administrator)
    browser.get("/roller/")
    counts = []
    for email in ("a@eksempel.dk", "b@eksempel.dk"):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get("/roller/")
        counts.append(len(seen))
        browser.post("/roller/", {"email": email, "role": "member"})
        browser.get("/roller/")
    assert counts[0] == counts[1]
