"""Invitations to those who are missing, and sheets of paper."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import Inquiry, Invitation, Participant, Sheet, Statement
from samskab.civic.journey.inquiry.queries import Voter
from tests.journey.inquiry.conftest import numbers
from tests.journey.inquiry.test_votes import _at_once

As = Callable[[Principal], Client]


def at(inquiry: Inquiry, page: str = "") -> str:
    return f"/udfordringer/{inquiry.challenge_id}/kernen/{page}"


@pytest.fixture
def place(inquiry: Inquiry) -> Category:
    return Category.objects.create(
        council=inquiry.council, kind="place", slug="virklund", name_da="Virklund"
    )


@pytest.fixture
def door(inquiry: Inquiry, facilitator: Principal, place: Category) -> Invitation:
    return actions.invite(
        by=facilitator, inquiry=inquiry, label="Caféen i Virklund", sector="citizen", place=place
    )


# --- invitations -------------------------------------------------------------------------------
@pytest.mark.django_db
def test_who_comes_by_an_invitation_is_counted_and_shown_from_five_up(
    inquiry: Inquiry, statements: list[Statement], door: Invitation, visitor: Principal,
    client_as: As,
) -> None:  # fmt: skip
    def heard() -> tuple[int, bool, bool]:
        [found] = [voice for voice in queries.voices(inquiry).places if voice.name == "Virklund"]
        return found.people, found.few, found.is_missing

    assert heard() == (0, False, True)
    for number in range(1, 6):
        client = client_as(visitor)
        assert client.get(f"/kernen/ind/{door.code.lower()}/").url == at(inquiry, "stem/")
        for statement in statements[:2]:
            client.post(at(inquiry, "stem/"), {"statement": statement.pk, "value": 1})
        assert heard() == ((5, False, False) if number == 5 else (0, True, False))
    assert set(Participant.objects.values_list("invitation", flat=True)) == {door.pk}
    page = client_as(visitor).get(at(inquiry, "hvem-mangler/")).content.decode()
    assert "5 personer på invitation" in page
    assert "<form" not in page[page.index("<main") :]


@pytest.mark.django_db
def test_an_invitation_is_made_from_what_is_missing(
    inquiry: Inquiry, place: Category, facilitator: Principal, participant: Principal,
    client_as: As,
) -> None:  # fmt: skip
    client = client_as(facilitator)
    page = client.get(at(inquiry, "hvem-mangler/")).content.decode()
    link = re.search(rf'href="([^"]*\?place={place.pk}[^"]*)"', page)
    assert link
    form = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert 'value="Virklund"' in form and f'value="{place.pk}" selected' in form
    new = at(inquiry, "hvem-mangler/ny/")
    assert client.post(new, {"label": ""}).status_code == 422
    made = client.post(new, {"label": "Skolen", "place": place.pk})
    shown = client.get(made.url).content.decode()
    door = Invitation.objects.get()
    assert f"/kernen/ind/{door.code}/" in shown and "<svg" in shown
    assert client.post(new, {"label": "Skolen"}).status_code == 422  # there is one already
    assert client_as(participant).get(made.url).status_code == 403
    with pytest.raises(NotAllowed):
        actions.invite(by=participant, inquiry=inquiry, label="Mine venner")


@pytest.mark.django_db
def test_who_is_missing_leads_to_those_who_are_there_already(
    inquiry: Inquiry, place: Category, visitor: Principal, client_as: As
) -> None:
    client = client_as(visitor)
    page = client.get(at(inquiry, "hvem-mangler/")).content.decode()
    links = re.findall(r'href="(/aktoerer/\?[^"]+)"', page)
    missing = queries.voices(inquiry).missing
    assert links == [f"/aktoerer/?{voice.kind}={voice.word}" for voice in missing]
    assert f"/aktoerer/?place={place.slug}" in links
    for voice, link in zip(missing, links, strict=True):
        form = client.get(link).context["form"]
        assert form.chosen().keys() == {voice.kind}


@pytest.mark.django_db
def test_a_door_of_another_inquiry_or_council_leads_nowhere(
    inquiry: Inquiry, door: Invitation, outsider: Principal, facilitator: Principal,
    visitor: Principal, client_as: As,
) -> None:  # fmt: skip
    assert client_as(outsider).get(f"/kernen/ind/{door.code}/").status_code == 404
    assert client_as(visitor).get("/kernen/ind/AAAAAAAA/").status_code == 404
    with pytest.raises(NotFound):
        actions.invite(by=outsider, inquiry=inquiry, label="Udefra")
    voter = Voter(session_digest="a" * 64, door=door.pk + 1)
    assert actions.enter(by=visitor, inquiry=inquiry, voter=voter).invitation is None


# --- sheets ------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_sheet_is_printed_ticked_and_entered(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, secretariat: Principal,
    door: Invitation, client_as: As,
) -> None:  # fmt: skip
    client = client_as(facilitator)
    made = client.post(at(inquiry, "bord/ark/"), {"number": 2, "invitation": door.pk})
    first, second = Sheet.objects.order_by("pk")
    assert made.url == at(inquiry, f"bord/ark/?nye={first.pk}-{second.pk}")
    pdf = client.get(at(inquiry, f"bord/ark/pdf/{first.pk}-{second.pk}/"))
    assert pdf["Content-Type"] == "application/pdf" and pdf.content.startswith(b"%PDF")
    assert b"pdfuaid" in pdf.content and pdf.content.count(b"/Type /Page\n") in {0, 2}
    desk = client_as(secretariat)
    typed = f"{first.code[:4]} {first.code[4:].lower()}"
    found = desk.post(at(inquiry, "bord/ark/find/"), {"code": typed})
    assert found.url == at(inquiry, f"bord/ark/{first.pk}/")
    ticks = {f"s{statements[0].pk}": "1", f"s{statements[1].pk}": "-1", f"s{statements[2].pk}": ""}
    for _twice in range(2):
        assert desk.post(found.url, ticks).url == at(inquiry, "bord/ark/")
    inquiry.refresh_from_db()
    assert numbers(statements) == [(1, 0, 0), (0, 1, 0), (0, 0, 0)]
    assert (inquiry.n_votes, inquiry.n_people) == (2, 1)
    door.refresh_from_db()
    assert door.n_people == 1
    # the tick was in the wrong row after all
    desk.post(found.url, ticks | {f"s{statements[0].pk}": "", f"s{statements[2].pk}": "0"})
    inquiry.refresh_from_db()
    assert numbers(statements) == [(0, 0, 0), (0, 1, 0), (0, 0, 1)]
    assert (inquiry.n_votes, inquiry.n_people) == (2, 1)
    desk.post(found.url, dict.fromkeys(ticks, ""))
    inquiry.refresh_from_db()
    assert (inquiry.n_votes, inquiry.n_people) == (0, 0)


@pytest.mark.django_db
def test_paper_and_telephone_are_one_person(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    client_as: As,
) -> None:  # fmt: skip
    [sheet] = actions.make_sheets(by=facilitator, inquiry=inquiry, number=1)
    phone = client_as(visitor)
    assert phone.get(f"/kernen/ark/{sheet.code}/").url == at(inquiry, "stem/")
    phone.post(at(inquiry, "stem/"), {"statement": statements[0].pk, "value": 1})
    ticks: dict[int, int | None] = {statements[0].pk: -1, statements[1].pk: 1}
    actions.enter_sheet(by=facilitator, sheet=sheet, answers=ticks)
    inquiry.refresh_from_db()
    assert numbers(statements[:2]) == [(0, 1, 0), (1, 0, 0)]
    assert (inquiry.n_people, Participant.objects.count()) == (1, 1)
    page = phone.get(at(inquiry, "mine-svar/")).content.decode()
    assert statements[1].text in page
    assert phone.get("/kernen/ark/XXXXXXXX/").status_code == 404


@pytest.mark.django_db
def test_sheets_hold_twenty_statements_and_together_all_of_them(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    texts = [f"Udsagn nummer {number}" for number in range(45)]
    rows = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=texts)
    made = actions.make_sheets(by=facilitator, inquiry=inquiry, number=20)
    assert all(len(set(sheet.statements)) == 20 for sheet in made)
    assert {key for sheet in made for key in sheet.statements} == {row.pk for row in rows}


@pytest.mark.django_db
def test_what_is_refused_on_paper(
    inquiry: Inquiry, facilitator: Principal, participant: Principal, outsider: Principal,
    client_as: As,
) -> None:  # fmt: skip
    with pytest.raises(Conflict):  # there is nothing to tick
        actions.make_sheets(by=facilitator, inquiry=inquiry, number=1)
    [row] = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=["Det første udsagn"])
    for number in (0, 51):
        with pytest.raises(Invalid):
            actions.make_sheets(by=facilitator, inquiry=inquiry, number=number)
    with pytest.raises(NotAllowed):
        actions.make_sheets(by=participant, inquiry=inquiry, number=1)
    [sheet] = actions.make_sheets(by=facilitator, inquiry=inquiry, number=1)
    with pytest.raises(NotFound):
        actions.enter_sheet(by=outsider, sheet=sheet, answers={row.pk: 1})
    with pytest.raises(NotAllowed):
        actions.enter_sheet(by=participant, sheet=sheet, answers={row.pk: 1})
    for answers in ({row.pk: 7}, {10**9: 1}):
        with pytest.raises(Invalid):
            actions.enter_sheet(by=facilitator, sheet=sheet, answers=answers)
    actions.set_voting(by=facilitator, inquiry=inquiry, votes_open=False)
    with pytest.raises(Conflict):
        actions.enter_sheet(by=facilitator, sheet=sheet, answers={row.pk: 1})
    sheet.refresh_from_db()
    assert (sheet.entered_at, numbers([row])) == (None, [(0, 0, 0)])
    client = client_as(facilitator)
    wrong = client.post(at(inquiry, "bord/ark/find/"), {"code": "XXXX XXXX"})
    assert wrong.status_code == 422 and "XXXX XXXX" in wrong.content.decode()
    assert client.get(at(inquiry, "bord/ark/pdf/900001-900002/")).status_code == 404
    assert client_as(participant).get(at(inquiry, f"bord/ark/{sheet.pk}/")).status_code == 403
    assert client_as(outsider).get(f"/kernen/ark/{sheet.code}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_sheets_that_two_people_enter_at_once_all_count(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal
) -> None:
    made = actions.make_sheets(by=facilitator, inquiry=inquiry, number=8)

    def enter(index: int) -> None:
        try:
            keys = [row.pk for row in statements]
            ticks = dict.fromkeys(keys if index % 2 else reversed(keys), 1)
            actions.enter_sheet(by=facilitator, sheet=made[index // 2], answers=ticks)
        finally:
            connection.close()

    _at_once(16, enter)
    inquiry.refresh_from_db()
    assert numbers(statements) == [(8, 0, 0)] * 3
    assert (inquiry.n_votes, inquiry.n_people) == (24, 8)


# --- the report --------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_report_is_a_page_and_a_tagged_file(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    client_as: As,
) -> None:  # fmt: skip
    from tests.journey.inquiry.test_votes import a_crowd

    a_crowd(inquiry, statements, visitor, 12)
    stored = actions.draw_map(inquiry)
    actions.propose_cause(by=facilitator, inquiry=inquiry, kind="cause", text="Ingen har nøglen")
    actions.propose_framing(by=facilitator, inquiry=inquiry, text="Om søndagen står rum tomme.")
    client = client_as(visitor)
    page = client.get(at(inquiry, "rapport/")).content.decode()
    for text in (
        statements[0].text,
        "Ingen har nøglen",
        "Om søndagen står rum tomme.",
        "Virksomhed",
    ):
        assert text in page
    assert stored.data["digest"] in page and "<form" not in page[page.index("<main") :]
    found = client.get(at(inquiry, "rapport/pdf/"))
    assert found.content.startswith(b"%PDF") and b"pdfuaid" in found.content
    english = client.get("/en" + at(inquiry, "rapport/pdf/"))
    assert english.content != found.content


@pytest.mark.django_db
def test_the_file_says_the_same_of_groups_as_the_page(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from samskab.civic.journey.inquiry import pdf
    from tests.journey.inquiry.test_votes import a_crowd

    set_in_type: list[str] = []
    monkeypatch.setattr(pdf, "_compile", lambda _name, data: set_in_type.append(data) or b"%PDF")
    a_crowd(inquiry, statements, visitor, 12)
    actions.draw_map(inquiry)
    client = client_as(visitor)
    page = client.get(at(inquiry, "rapport/")).content.decode()
    client.get(at(inquiry, "rapport/pdf/"))
    said = "I hver gruppe er de fleste enige i det her."
    assert said in page and said in set_in_type[0]
