from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import (
    Cause,
    Endorsement,
    Framing,
    Inquiry,
    Participant,
    Statement,
    Vote,
)
from samskab.civic.journey.inquiry.queries import Voter
from tests.journey.inquiry.conftest import Enter, numbers
from tests.journey.inquiry.test_polis import COMMENTS, VOTES
from tests.journey.inquiry.test_votes import a_crowd

pytestmark = pytest.mark.django_db
As = Callable[[Principal], Client]

PAGES = [
    "", "stem/", "mine-svar/", "skriv/", "kort/", "kort/tal/", "kort/historie/", "rapport/",
    "rapport/pdf/", "hvem-mangler/", "aarsager/", "aarsager/ny/", "beskrivelse/",
]  # fmt: skip
STAFF_PAGES = [
    "beskrivelse/ny/", "beskrivelse/afslut/", "bord/", "bord/udsagn/", "bord/links/",
    "bord/import/", "bord/eksport/votes/", "bord/ark/", "bord/ark/find/", "hvem-mangler/ny/",
]  # fmt: skip


def at(inquiry: Inquiry, page: str = "") -> str:
    return f"/udfordringer/{inquiry.challenge_id}/kernen/{page}"


def body(response: Any) -> str:
    return response.content.decode()


# --- who sees what -----------------------------------------------------------------------------
@pytest.mark.parametrize("page", PAGES)
def test_everybody_sees_the_pages_of_an_open_challenge(
    page: str, inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).get(at(inquiry, page))
    assert response.status_code == 200
    assert page.endswith("pdf/") or body(response).count("<h1") == 1


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_the_desk_is_for_those_who_facilitate(
    page: str, inquiry: Inquiry, client_as: As, visitor: Principal, participant: Principal,
    member: Principal, facilitator: Principal, secretariat: Principal,
) -> None:  # fmt: skip
    found = [
        client_as(by).get(at(inquiry, page)).status_code
        for by in (visitor, participant, member, facilitator, secretariat)
    ]
    assert found == [403, 403, 403, 200, 200]


@pytest.mark.parametrize("page", [*PAGES, *STAFF_PAGES])
def test_another_council_finds_nothing(
    page: str, inquiry: Inquiry, outsider: Principal, client_as: As
) -> None:
    assert client_as(outsider).get(at(inquiry, page)).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, *STAFF_PAGES])
def test_what_is_being_prepared_is_seen_by_those_who_facilitate(
    page: str, open_challenge: Challenge, facilitator: Principal, participant: Principal,
    client_as: As,
) -> None:  # fmt: skip
    inquiry = actions.prepare_inquiry(by=facilitator, challenge=open_challenge)
    assert client_as(participant).get(at(inquiry, page)).status_code == 404
    answering = {"stem/", "skriv/", "aarsager/ny/"}
    expected = 403 if page in answering else 200
    assert client_as(facilitator).get(at(inquiry, page)).status_code == expected


def test_english_pages_are_english(inquiry: Inquiry, visitor: Principal, client_as: As) -> None:
    page = body(client_as(visitor).get("/en" + at(inquiry)))
    assert "Find the core" in page and "Find kernen" not in page


# --- the section on the challenge page ---------------------------------------------------------
def test_the_challenge_page_shows_how_far_we_are(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    a_crowd(inquiry, statements, visitor, 2)
    page = body(client_as(visitor).get(f"/udfordringer/{inquiry.challenge_id}/"))
    assert "2 personer har svaret, 6 gange i alt." in page
    assert at(inquiry, "stem/") in page


def test_the_facilitator_can_begin_from_the_challenge_page(
    open_challenge: Challenge, facilitator: Principal, participant: Principal, client_as: As
) -> None:
    url = f"/udfordringer/{open_challenge.pk}/"
    start = f"{url}kernen/start/"
    assert start in body(client_as(facilitator).get(url))
    assert start not in body(client_as(participant).get(url))
    response = client_as(facilitator).post(start, {"question": "Hvad?", "statement_language": "da"})
    assert response.url == f"{url}kernen/bord/"
    assert Inquiry.objects.get().status == "open"


def test_statements_can_be_written_before_it_opens(
    open_challenge: Challenge, facilitator: Principal, client_as: As
) -> None:
    start = f"/udfordringer/{open_challenge.pk}/kernen/start/"
    client_as(facilitator).post(start, {"statement_language": "da", "prepare": "1"})
    assert Inquiry.objects.get().status == "preparing"
    page = body(client_as(facilitator).get(f"/udfordringer/{open_challenge.pk}/"))
    assert f"/udfordringer/{open_challenge.pk}/kernen/bord/" in page


# --- answering ---------------------------------------------------------------------------------
def test_a_visitor_answers_all_without_account_and_without_script(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    client, url = client_as(visitor), at(inquiry, "stem/")
    for done in range(3):
        page = body(client.get(url))
        assert f"Du har svaret på {done} af 3." in page
        [key] = re.findall(r'name="statement" value="(\d+)"', page)
        assert client.post(url, {"statement": key, "value": "1"}).status_code == 302
    assert "Du har svaret på dem alle" in body(client.get(url))
    assert numbers(statements) == [(1, 0, 0)] * 3
    assert Participant.objects.count() == 1
    assert Participant.objects.get().user_id is None


def test_a_double_click_and_a_changed_mind_leave_one_vote(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, client_as: As
) -> None:
    client, url = client_as(participant), at(inquiry, "stem/")
    for value in (1, 1, -1):
        response = client.post(url, {"statement": statements[0].pk, "value": value})
        assert response.url == f"{url}?efter={statements[0].pk}#udsagn"
    assert numbers(statements)[0] == (0, 1, 0)
    page = body(client.get(f"{url}?udsagn={statements[0].pk}"))
    assert statements[0].text in page and 'aria-pressed="true"' in page


def test_looking_does_not_make_a_participant(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    client_as(visitor).get(at(inquiry, "stem/"))
    assert not Participant.objects.exists()


def test_signing_in_afterwards_does_not_give_a_second_vote(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, participant: Principal,
    client_as: As,
) -> None:  # fmt: skip
    from samskab.civic.foundation.accounts.models import User

    client, url = client_as(visitor), at(inquiry, "stem/")
    client.get(url)
    client.post(url, {"statement": statements[0].pk, "value": 1})
    client.force_login(
        User.objects.get(pk=participant.user_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert "Du har svaret på 1 af 3." in body(client.get(url))
    client.post(url, {"statement": statements[0].pk, "value": -1})
    assert numbers(statements)[0] == (0, 1, 0)
    assert Participant.objects.get().user_id == participant.user_id


@pytest.mark.parametrize("value", ["", "2", "ja"])
def test_a_strange_answer_shows_the_statement_again(
    value: str, inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).post(
        at(inquiry, "stem/"), {"statement": statements[1].pk, "value": value}
    )
    assert response.status_code == 422
    assert statements[1].text in body(response)
    assert not Vote.objects.exists()


def test_a_statement_of_another_inquiry_is_not_found(
    inquiry: Inquiry, visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).post(at(inquiry, "stem/"), {"statement": 10**9, "value": 1})
    assert response.status_code == 404


def test_when_the_voting_is_over_one_is_told_and_shown_the_map(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    client_as: As,
) -> None:  # fmt: skip
    actions.set_voting(by=facilitator, inquiry=inquiry, votes_open=False)
    client, url = client_as(visitor), at(inquiry, "stem/")
    page = body(client.get(url))
    assert "Der er lukket for svar" in page and 'name="value"' not in page
    assert client.post(url, {"statement": statements[0].pk, "value": 1}).status_code == 409
    assert at(inquiry, "kort/") in page
    assert not Participant.objects.exists()


def test_an_answer_costs_the_session_the_council_two_reads_and_four_changes(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    client, url = client_as(visitor), at(inquiry, "stem/")
    client.post(url, {"statement": statements[0].pk, "value": 1})
    with CaptureQueriesContext(connection) as queries_made:
        client.post(url, {"statement": statements[1].pk, "value": -1})
    kinds = [one["sql"].split()[0] for one in queries_made]
    assert kinds == [
        *["SELECT"] * 4, "SAVEPOINT", "UPDATE", "INSERT", "UPDATE", "UPDATE", "RELEASE",
    ]  # fmt: skip
    assert numbers(statements) == [(1, 0, 0), (0, 1, 0), (0, 0, 0)]


def test_the_digits_are_told_and_can_be_switched_off_and_on(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    client, url = client_as(visitor), at(inquiry, "stem/")
    assert re.findall(r'value="(-?\d)" aria-keyshortcuts="(\d)"', body(client.get(url))) == [
        ("1", "1"), ("-1", "2"), ("0", "3"),
    ]  # fmt: skip
    chosen = {"udsagn": statements[2].pk}
    response = client.post(f"{url}taster/", {"keys": "off", **chosen})
    assert response.url == f"{url}?udsagn={statements[2].pk}#udsagn"
    page = body(client.get(response.url))
    assert "Tasterne 1, 2 og 3 er slået fra." in page and statements[2].text in page
    assert "aria-keyshortcuts" not in page and "vote.js" not in page
    client.get(f"{url}taster/")  # looking changes nothing
    assert "aria-keyshortcuts" not in body(client.get(url))
    client.post(f"{url}taster/", {"keys": "on", "udsagn": "x"})
    assert "aria-keyshortcuts" in body(client.get(url))
    assert not Participant.objects.exists()


def test_an_answer_of_somebody_erased_meanwhile_is_refused_whole(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, enter: Enter
) -> None:
    person = enter(visitor, "a" * 64)
    Participant.objects.filter(pk=person.pk).delete()
    with pytest.raises(Conflict):
        actions.vote(by=visitor, statement=statements[0], participant=person, value=1)
    assert numbers(statements)[0] == (0, 0, 0)
    assert not Vote.objects.exists()


def test_statements_carry_their_own_language(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    Inquiry.objects.update(statement_language="en")
    assert re.search(r'<h2[^>]* lang="en"', body(client_as(visitor).get(at(inquiry, "stem/"))))


def test_a_private_link_is_one_person_in_any_browser(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal,
    client_as: As,
) -> None:  # fmt: skip
    [token] = actions.make_links(by=facilitator, inquiry=inquiry, number=1)
    link = f"/kernen/link/{inquiry.challenge_id}/{token}/"
    for value in (1, -1):
        client = client_as(visitor)
        response = client.get(link)
        assert (response.url, response["Referrer-Policy"]) == (at(inquiry, "stem/"), "no-referrer")
        client.post(response.url, {"statement": statements[0].pk, "value": value})
    assert numbers(statements)[0] == (0, 1, 0)
    assert Participant.objects.count() == 1
    assert client_as(visitor).get(f"{link[:-1]}x/").status_code == 404


def test_a_signed_in_person_answers_as_themself_whatever_link(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, participant: Principal,
    client_as: As,
) -> None:  # fmt: skip
    [token] = actions.make_links(by=facilitator, inquiry=inquiry, number=1)
    client = client_as(participant)
    client.get(f"/kernen/link/{inquiry.challenge_id}/{token}/")
    client.post(at(inquiry, "stem/"), {"statement": statements[0].pk, "value": 1})
    assert Vote.objects.get().participant.user_id == participant.user_id


def test_my_answers_are_mine_alone(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, member: Principal,
    enter: Enter, client_as: As,
) -> None:  # fmt: skip
    actions.vote(by=participant, statement=statements[0], participant=enter(participant), value=-1)
    response = client_as(participant).get(at(inquiry, "mine-svar/"))
    assert statements[0].text in body(response) and "Du er uenig." in body(response)
    assert "no-store" in response["Cache-Control"]
    assert statements[0].text not in body(client_as(member).get(at(inquiry, "mine-svar/")))


# --- writing -----------------------------------------------------------------------------------
def test_a_replayed_statement_is_kept_once(
    inquiry: Inquiry, visitor: Principal, client_as: As
) -> None:
    client, form = client_as(visitor), {"text": "Der er for få stole", "once": "k" * 24}
    for _time in range(2):
        assert client.post(at(inquiry, "skriv/"), form).url == at(inquiry, "stem/")
    assert [row.status for row in Statement.objects.all()] == ["waiting"]


@pytest.mark.parametrize("text", ["Ring til mig på 22 33 44 55", "Mit nummer er 010190-1234"])
def test_an_error_keeps_what_was_typed(
    text: str, inquiry: Inquiry, visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).post(at(inquiry, "skriv/"), {"text": text})
    assert response.status_code == 422
    assert text in body(response)
    assert not Statement.objects.exists()


# --- the desk ----------------------------------------------------------------------------------
def test_the_desk_shows_what_waits_and_a_press_shows_it_to_all(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal, client_as: As
) -> None:
    row = actions.propose_statement(by=visitor, inquiry=inquiry, text="Der er for få stole")
    client, show = client_as(facilitator), f"/kernen/udsagn/{row.pk}/vis/"
    assert f'name="only" value="{row.pk}"' in body(client.get(at(inquiry, "bord/")))
    assert client.get(show).status_code == 302
    row.refresh_from_db()
    assert row.status == "waiting"  # a look changes nothing
    client.post(show)
    row.refresh_from_db()
    assert row.status == "shown"
    assert client.post(f"/kernen/udsagn/{row.pk}/skjul/", {"reason": ""}).status_code == 422
    client.post(f"/kernen/udsagn/{row.pk}/skjul/", {"reason": "Nævner en person"})
    row.refresh_from_db()
    assert (row.status, row.hide_reason) == ("hidden", "Nævner en person")
    assert "Nævner en person" in body(client.get(at(inquiry, "bord/")))


@pytest.mark.parametrize("what", ["vis", "skjul"])
def test_moderating_is_closed_to_others(
    what: str, statements: list[Statement], participant: Principal, outsider: Principal,
    client_as: As,
) -> None:  # fmt: skip
    url = f"/kernen/udsagn/{statements[0].pk}/{what}/"
    assert client_as(participant).post(url, {"reason": "x"}).status_code == 403
    assert client_as(outsider).post(url, {"reason": "x"}).status_code == 404


def test_seeds_and_links_are_made_at_the_desk(
    inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    client = client_as(facilitator)
    client.post(at(inquiry, "bord/udsagn/"), {"texts": "Et udsagn\r\n\r\nEt til"})
    assert [row.text for row in queries.shown(inquiry)] == ["Et udsagn", "Et til"]
    client.post(at(inquiry, "bord/links/"), {"number": "3", "label": "Caféen"})
    first, second = (body(client.get(at(inquiry, "bord/"))) for _ in range(2))
    assert len(set(re.findall(r"/kernen/link/\d+/[\w-]+/", first))) == 3
    assert "/kernen/link/" not in second  # shown once
    bad = client.post(at(inquiry, "bord/links/"), {"number": "0"})
    assert bad.status_code == 422


def test_a_stale_desk_does_not_close_the_voting(
    inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    client, url = client_as(facilitator), at(inquiry, "bord/afstemning/")
    client.post(url, {"votes": "closed", "seen": inquiry.version - 1})
    inquiry.refresh_from_db()
    assert inquiry.votes_open
    client.post(url, {"votes": "closed", "seen": inquiry.version})
    inquiry.refresh_from_db()
    assert not inquiry.votes_open


def test_a_conversation_can_be_brought_in_and_taken_out(
    inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    client = client_as(facilitator)
    files = {
        "comments": SimpleUploadedFile("comments.csv", COMMENTS.encode()),
        "votes": SimpleUploadedFile("votes.csv", VOTES.encode()),
    }
    response = client.post(
        at(inquiry, "bord/import/"),
        files | {"source_note": "Et andet sted", "source_note_en": "Elsewhere"},
    )
    assert response.url == at(inquiry, "bord/")
    votes = body(client.get(at(inquiry, "bord/eksport/votes/"))).splitlines()
    assert len(votes) == 5 and votes[0] == "timestamp,datetime,comment-id,voter-id,vote"
    people = body(client.get(at(inquiry, "bord/eksport/participants-votes/"))).splitlines()
    assert len(people) == 3
    assert client.get(at(inquiry, "bord/eksport/andet/")).status_code == 404
    assert "Et andet sted" in body(client.get(at(inquiry)))
    english = body(client.get(f"/en{at(inquiry)}"))
    assert "Elsewhere" in english and "Et andet sted" not in english


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a,b\n1,2\n", b""])
def test_a_bad_file_gives_an_error_and_nothing_else(
    content: bytes, inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    files = {
        "comments": SimpleUploadedFile("comments.csv", COMMENTS.encode()),
        "votes": SimpleUploadedFile("votes.csv", content),
    }
    response = client_as(facilitator).post(
        at(inquiry, "bord/import/"), files | {"source_note": "Et andet sted"}
    )
    assert response.status_code == 422
    assert not Statement.objects.exists()


def test_a_statement_that_is_a_formula_is_harmless_in_the_file_and_comes_back_as_it_was(
    inquiry: Inquiry, facilitator: Principal, client_as: As
) -> None:
    text = "=1+2; -3 er et regnestykke"
    actions.seed_statements(by=facilitator, inquiry=inquiry, texts=[text], name="")
    client = client_as(facilitator)
    files = {
        name: client.get(at(inquiry, f"bord/eksport/{name}/")).content
        for name in ("comments", "votes")
    }
    assert "'=1+2; '-3 er" in files["comments"].decode()
    Statement.objects.all().delete()
    uploads = {name: SimpleUploadedFile(f"{name}.csv", data) for name, data in files.items()}
    response = client.post(at(inquiry, "bord/import/"), uploads | {"source_note": "Et andet sted"})
    assert response.status_code == 302
    assert Statement.objects.get().text == text


# --- the map -----------------------------------------------------------------------------------
def test_a_map_of_few_says_so(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    url = at(inquiry, "kort/")
    assert "For få svar til et kort" in body(client_as(visitor).get(url))
    a_crowd(inquiry, statements, visitor, 2)
    actions.draw_map(inquiry)
    page = body(client_as(visitor).get(url))
    assert "For få svar til et kort" in page and "<table" not in page


def test_the_map_says_what_is_shared_first_and_draws_nobody_alone(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    a_crowd(inquiry, statements, visitor, 12)
    actions.draw_map(inquiry)
    page = body(client_as(visitor).get(at(inquiry, "kort/")))
    drawing = page[page.index('class="i-map"') : page.index("</svg>", page.index('class="i-map"'))]
    marks = [int(number) for number in re.findall(r"<text[^>]*>(\d+)</text>", drawing)]
    assert sum(marks) == 12 and min(marks) >= 5
    assert len(re.findall(r"<(?:circle|polygon)", drawing)) == len(marks)
    main = page[page.index("i-jump") :].split("</nav>", 1)[1]
    order = ["Det er vi fælles om", "Det skiller os", "Det ved ingen", "Grupperne", "Se nærmere"]
    places = [main.index(heading) for heading in order]
    assert places == sorted(places)
    assert statements[0].text in main[places[0] : places[1]]
    assert "style=" not in main


def test_all_numbers_stand_in_a_table_in_the_order_that_one_asks_for(
    inquiry: Inquiry, facilitator: Principal, visitor: Principal, client_as: As
) -> None:
    texts = [f"Udsagn nummer {number:02d}" for number in range(30)]
    rows = actions.seed_statements(by=facilitator, inquiry=inquiry, texts=texts)
    a_crowd(inquiry, rows, visitor, 8)
    actions.draw_map(inquiry)
    client, url = client_as(visitor), at(inquiry, "kort/tal/")
    first, second = body(client.get(url)), body(client.get(url + "?side=2"))
    assert (first.count('scope="row">'), second.count('scope="row">')) == (25, 5)
    assert texts[0] in first and texts[0] not in second
    divided = body(client.get(url + "?orden=skiller"))
    assert divided.index(texts[1]) < divided.index(texts[2])
    assert texts[0] not in divided  # everybody agrees on it: it divides the least
    for odd in ("?orden=noget", "?side=0", "?side=99", "?side=x"):
        assert client.get(url + odd).status_code == 200


def test_the_numbers_of_few_are_not_shown(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    a_crowd(inquiry, statements, visitor, 3)
    actions.draw_map(inquiry)
    assert "<table" not in body(client_as(visitor).get(at(inquiry, "kort/tal/")))


def test_the_map_over_time_tells_what_became_shared(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    client, url = client_as(visitor), at(inquiry, "kort/historie/")
    assert "Der er ikke noget kort endnu" in body(client.get(url))
    start = timezone.now()
    for day, people in ((3, 2), (2, 12)):
        with clock.at(start - timedelta(days=day)):
            a_crowd(inquiry, statements, visitor, people)
            stored = actions.draw_map(inquiry)
    page = body(client.get(url))
    assert page.count('scope="row">') == 2
    changes = page[page.index("Hvad der ændrede sig") :]
    assert "Nu fælles:</p>" not in changes and statements[0].text in changes
    earlier = inquiry.maps.order_by("pk")[0]
    assert "Dette er et tidligere kort" not in body(client.get(at(inquiry, "kort/")))
    assert "For få svar til et kort" in body(client.get(at(inquiry, f"kort/?dag={earlier.pk}")))
    assert "Dette er et tidligere kort" in body(client.get(at(inquiry, f"kort/?dag={stored.pk}")))
    assert client.get(at(inquiry, "kort/?dag=999999")).status_code == 404


def test_what_all_say_no_to_is_not_told_as_something_they_share(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    for number in range(12):
        person = actions.enter(
            by=visitor, inquiry=inquiry, voter=Voter(session_digest=f"{number:064d}")
        )
        for row, value in zip(statements, (1, -1, -1 if number % 2 else 1), strict=True):
            actions.vote(by=visitor, statement=row, participant=person, value=value)
    actions.draw_map(inquiry)
    page = body(client_as(visitor).get(at(inquiry, "kort/historie/")))
    yes, no = page.index("Nu fælles:"), page.index("Nu siger alle nej til:")
    assert yes < page.index(statements[0].text) < no < page.index(statements[1].text)
    assert statements[2].text not in page


def test_the_report_names_who_is_missing_in_a_line_for_each_kind(
    inquiry: Inquiry, visitor: Principal, client_as: As
) -> None:
    page = body(client_as(visitor).get(at(inquiry, "rapport/")))
    said = re.sub(r"\s+", " ", page[page.index('id="h-missing"') :])
    assert "<dt>Sektorer</dt><dd>Forening, Virksomhed, " in said
    assert "<li>Forening</li>" not in said


@pytest.mark.parametrize("page", ["kort/", "kort/tal/", "rapport/"])
@pytest.mark.parametrize(("people", "few"), [(4, True), (6, False)])
def test_before_the_first_map_only_few_answers_are_called_too_few(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As, page: str,
    people: int, few: bool,
) -> None:  # fmt: skip
    a_crowd(inquiry, statements, visitor, people)
    said = body(client_as(visitor).get(at(inquiry, page)))
    assert ("For få svar til et kort" in said) is few
    assert ("Kortet er ikke tegnet endnu" in said) is not few


def test_only_oneself_is_shown_where_one_stands(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, participant: Principal,
    member: Principal, enter: Enter, client_as: As,
) -> None:  # fmt: skip
    a_crowd(inquiry, statements, visitor, 12)
    for row in statements:
        actions.vote(by=participant, statement=row, participant=enter(participant), value=1)
    actions.draw_map(inquiry)
    mine = client_as(participant).get(at(inquiry, "kort/"))
    assert "Ringen er dig." in body(mine) and "no-store" in mine["Cache-Control"]
    assert "Ringen er dig." not in body(client_as(member).get(at(inquiry, "kort/")))


def test_where_there_are_no_groups_nobody_is_told_that_they_are_in_one(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, participant: Principal,
    enter: Enter, client_as: As,
) -> None:  # fmt: skip
    for number in range(9):
        person = actions.enter(
            by=visitor, inquiry=inquiry, voter=Voter(session_digest=f"{number:064d}")
        )
        for at_row, row in enumerate(statements):
            value = 1 if (number >> at_row) & 1 else -1
            actions.vote(by=visitor, statement=row, participant=person, value=value)
    for row in statements:
        actions.vote(by=participant, statement=row, participant=enter(participant), value=1)
    actions.draw_map(inquiry)
    page = body(client_as(participant).get(at(inquiry, "kort/")))
    assert "deler sig ikke i grupper" in page and "Ringen er dig." in page
    assert "Du er i gruppe" not in page


def test_the_numbers_can_be_downloaded(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, client_as: As
) -> None:
    a_crowd(inquiry, statements, visitor, 12)
    actions.draw_map(inquiry)
    response = client_as(visitor).get(at(inquiry, "kort/") + "?format=csv")
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 4 and lines[0].startswith("\ufeffid,text,agree,disagree,passed")


def test_the_facilitator_has_the_map_drawn(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, facilitator: Principal,
    client_as: As, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    a_crowd(inquiry, statements, visitor, 2)
    with django_capture_on_commit_callbacks(execute=True):
        response = client_as(facilitator).post(at(inquiry, "bord/kort/"))
    assert response.url == at(inquiry, "kort/")
    assert inquiry.maps.get().n_people == 2


# --- causes ------------------------------------------------------------------------------------
def test_a_cause_is_proposed_read_and_weighed(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal, client_as: As
) -> None:
    anyone = client_as(visitor)
    form = {"kind": "cause", "text": "Ingen har nøglen"}
    assert anyone.post(at(inquiry, "aarsager/ny/"), form).url == at(inquiry, "aarsager/")
    row = Cause.objects.get()
    assert row.text not in body(anyone.get(at(inquiry, "aarsager/")))
    assert row.text in body(client_as(facilitator).get(at(inquiry, "aarsager/")))
    client_as(facilitator).post(f"/kernen/aarsager/{row.pk}/vis/")
    for more in ({}, {}, {"withdraw": "1"}, {}):
        anyone.post(f"/kernen/aarsager/{row.pk}/vaegt/", more)
    row.refresh_from_db()
    assert row.weight == 1
    assert "Tag det tilbage" in body(anyone.get(at(inquiry, "aarsager/")))
    client_as(facilitator).post(f"/kernen/aarsager/{row.pk}/skjul/", {"reason": "Dobbelt"})
    assert row.text not in body(anyone.get(at(inquiry, "aarsager/")))


def test_a_cause_with_an_error_keeps_what_was_typed(
    inquiry: Inquiry, visitor: Principal, client_as: As
) -> None:
    response = client_as(visitor).post(at(inquiry, "aarsager/ny/"), {"text": "Ingen har nøglen"})
    assert response.status_code == 422
    assert "Ingen har nøglen" in body(response)
    problem = {"kind": "problem", "text": "Det hele"}
    assert client_as(visitor).post(at(inquiry, "aarsager/ny/"), problem).status_code == 422


# --- the shared description --------------------------------------------------------------------
FIRST = "Om søndagen står varme rum tomme."
SECOND = "Om søndagen står kolde rum tomme."


def test_versions_are_shown_with_what_changed(
    inquiry: Inquiry, facilitator: Principal, visitor: Principal, client_as: As
) -> None:
    client, new = client_as(facilitator), at(inquiry, "beskrivelse/ny/")
    client.post(new, {"text": FIRST, "seen_number": "0"})
    client.post(new, {"text": SECOND, "seen_number": "1"})
    stale = client.post(new, {"text": "Noget helt tredje her", "seen_number": "1"})
    assert (stale.status_code, Framing.objects.count()) == (409, 2)
    assert "Noget helt tredje her" in body(stale)
    page = body(client_as(visitor).get(at(inquiry, "beskrivelse/")))
    plain = re.sub(r"<span[^>]*>.*?</span>", "", page)
    assert "<ins>kolde</ins>" in plain and "<del>varme</del>" in plain


def test_the_parties_answer_and_the_facilitator_concludes(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal,
    participant: Principal, client_as: As,
) -> None:  # fmt: skip
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=FIRST)
    url = at(inquiry, f"beskrivelse/svar/{party.pk}/")
    assert url in body(client_as(representative).get(at(inquiry, "beskrivelse/")))
    assert url not in body(client_as(participant).get(at(inquiry, "beskrivelse/")))
    assert client_as(participant).get(url).status_code == 403
    early = client_as(facilitator).post(at(inquiry, "beskrivelse/afslut/"))
    assert early.status_code == 409 and party.actor.name in body(early)
    form = {"answer": "yes_with_reservation", "reason": "", "version": "1"}
    assert client_as(representative).post(url, form).status_code == 422
    client_as(representative).post(url, form | {"reason": "Husk de unge"})
    assert "Husk de unge" in body(client_as(participant).get(at(inquiry, "beskrivelse/")))
    done = client_as(facilitator).post(
        at(inquiry, "beskrivelse/afslut/"), {"seen": inquiry.version}
    )
    assert done.url == f"/udfordringer/{inquiry.challenge_id}/"
    inquiry.challenge.refresh_from_db()
    assert inquiry.challenge.step == "framed"


def test_an_answer_meant_for_an_older_version_is_not_taken_for_the_new_one(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal, client_as: As
) -> None:
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=FIRST)
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=SECOND)
    url = at(inquiry, f"beskrivelse/svar/{party.pk}/")
    response = client_as(representative).post(url, {"answer": "yes", "version": "1"})
    assert (response.status_code, Endorsement.objects.count()) == (409, 0)


def test_a_concluded_inquiry_goes_on_after_moving_back(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal, client_as: As
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=FIRST)
    actions.endorse(by=representative, party=party, framing=framing, answer="yes")
    actions.conclude_framing(by=facilitator, inquiry=inquiry)
    again = at(inquiry, "bord/igen/")
    client_as(facilitator).post(again)
    inquiry.refresh_from_db()
    assert inquiry.status == "closed"
    inquiry.challenge.refresh_from_db()
    challenges.move(by=facilitator, challenge=inquiry.challenge, to="exploring", reason="Mere")
    client_as(facilitator).post(again)
    inquiry.refresh_from_db()
    assert inquiry.status == "open"


# --- the cost of a page ------------------------------------------------------------------------
def cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as found:
        assert client.get(url).status_code == 200
    return len(found)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("stem/", 8),
        ("kort/", 8),
        ("", 13),
        ("aarsager/", 8),
        ("beskrivelse/", 13),
        ("hvem-mangler/", 14),
        ("rapport/", 16),
        ("kort/tal/", 8),
        ("kort/historie/", 8),
    ],
)
def test_a_page_costs_the_same_whatever_there_is(
    page: str, most: int, inquiry: Inquiry, facilitator: Principal, visitor: Principal,
    party: Party, client_as: As,
) -> None:  # fmt: skip
    client, costs = client_as(visitor), []
    for number in (1, 3):
        rows = actions.seed_statements(
            by=facilitator, inquiry=inquiry, texts=[f"Udsagn {number} {i}" for i in range(number)]
        )
        a_crowd(inquiry, rows, visitor, 6)
        actions.draw_map(inquiry)
        for i in range(number):
            row = actions.propose_cause(
                by=facilitator, inquiry=inquiry, kind="cause", text=f"Årsag {number} {i}"
            )
            actions.propose_cause(
                by=facilitator, inquiry=inquiry, kind="cause", text=f"Bag {number} {i}", parent=row
            )
            actions.propose_framing(by=facilitator, inquiry=inquiry, text=FIRST + f" {number} {i}")
        costs.append(cost(client, at(inquiry, page)))
    assert costs[0] == costs[1] <= most


def test_the_voting_page_of_a_person_who_has_voted_costs_little(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter,
    client_as: As,
) -> None:  # fmt: skip
    actions.vote(by=participant, statement=statements[0], participant=enter(participant), value=1)
    assert cost(client_as(participant), at(inquiry, "stem/")) <= 9


def test_nobody_enters_without_voting(inquiry: Inquiry) -> None:
    assert queries.participant_of(Voter(), inquiry) is None
