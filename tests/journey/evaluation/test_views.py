from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council.actions import decide
from samskab.civic.commons.council.models import AgendaItem, Decision
from samskab.civic.commons.initiatives.models import Coordination, Initiative, Overlap
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.models import LogEntry, Receipt
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.evaluation import actions, queries
from samskab.civic.journey.evaluation.models import (
    AddedValue,
    Answer,
    Code,
    Evaluation,
    Measure,
    Reminder,
    Round,
)
from samskab.civic.journey.evaluation.sealed import new_code
from samskab.civic.journey.pilots.models import Pilot
from tests.journey.pilots import scene

ClientAs = Callable[[Principal], Client]
GIVEN = {"q0": "1", "q1": "2", "q2": "", "q3": "4", "q4": "5", "yes": "on"}


def url(name: str, *args: Any) -> str:
    return reverse(f"evaluation:{name}", args=[getattr(one, "pk", one) for one in args])


def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def typed(measure: Measure) -> str:
    """A code whose round before is open."""
    by = system(measure.council)
    code = actions.make_codes(by=by, pilot=measure.pilot, number=1)[0]
    actions.open_round(by=by, pilot=measure.pilot, when="before")
    return code


# --- answering ---------------------------------------------------------------------------------
def test_a_person_enters_a_code_answers_and_answers_anew(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    there = client.post("/svar/", {"code": typed.lower().replace("-", " ")})
    assert there["Location"] == url("mine", typed)
    page = client.get(there["Location"])
    form = url("answer", typed, measure)
    assert form in page.content.decode()
    text = client.get(form).content.decode()
    assert "har jeg været glad og i godt humør" in text
    assert text.count('type="radio"') == 30
    assert client.post(form, GIVEN)["Location"] == url("mine", typed)
    client.post(form, {**GIVEN, "q0": "5"})
    assert [one.items for one in queries.opened(measure)] == [(5, 2, None, 4, 5)]
    done = client.get(url("mine", typed)).content.decode()
    assert "4 af 5 er besvaret" in done
    client.post(form, {**GIVEN, "q2": "3"})
    done = client.get(url("mine", typed)).content.decode()
    assert "Du har svaret: WHO-5" in done
    assert "Svar forfra" in done


def test_earlier_answers_are_not_shown_to_whoever_holds_the_sheet(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    client.post(url("answer", typed, measure), GIVEN)
    again = client.get(url("answer", typed, measure)).content.decode()
    assert not re.search(r'type="radio"[^>]*checked', again)


def test_answering_takes_a_yes_and_keeps_what_was_chosen(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    page = client_as(visitor).post(url("answer", typed, measure), {**GIVEN, "yes": ""})
    text = page.content.decode()
    assert page.status_code == 422
    assert re.search(r'name="q1" value="2"[^>]*checked', text)
    assert not Answer.objects.exists()


def test_the_code_and_who_answered_are_kept_nowhere(
    measure: Measure, typed: str, participant: Principal, client_as: ClientAs
) -> None:
    client = client_as(participant)
    client.post(url("answer", typed, measure), {**GIVEN, "once": "abc"})
    assert Answer.objects.count() == 1
    kept = str(list(Receipt.objects.values())) + str(list(LogEntry.objects.values()))
    assert typed not in kept
    assert LogEntry.objects.get(verb="evaluation.answer").who == "visitor"


@pytest.mark.parametrize("name", ["mine", "answer"])
def test_pages_of_a_code_are_kept_by_nobody_on_the_way(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs, name: str
) -> None:
    args = [typed] if name == "mine" else [typed, measure]
    page = client_as(visitor).get(url(name, *args))
    assert page["Cache-Control"] == "no-store"
    assert page["Referrer-Policy"] == "same-origin"
    assert "canonical" not in page.content.decode()


def test_an_unknown_code_is_told_and_guessing_is_slowed(
    measure: Measure, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    asked = client.post("/svar/", {"code": "AAAA"})
    assert asked.status_code == 422
    assert "Vi kender ikke koden" in asked.content.decode()
    assert "AAAA" in asked.content.decode()
    found = {client.get(url("mine", new_code())).status_code for _ in range(29)}
    assert found == {404}
    assert client.get(url("mine", new_code())).status_code == 429


def test_a_code_opens_nothing_in_another_council(
    typed: str, measure: Measure, outsider: Principal, client_as: ClientAs
) -> None:
    client = client_as(outsider)
    assert client.get(url("mine", typed)).status_code == 404
    assert client.get(url("answer", typed, measure)).status_code == 404


def test_a_code_does_not_answer_for_another_pilot(
    typed: str, visitor: Principal, council: Any, client_as: ClientAs
) -> None:
    other = scene.a_pilot(council, "Andet", scene.party(council, "Andre"))
    measure = actions.add_measure(by=system(council), pilot=other, instrument_key="who5")
    assert client_as(visitor).post(url("answer", typed, measure), GIVEN).status_code == 404


def test_a_closed_round_takes_no_answers(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    actions.close_round(by=system(measure.council), round=Round.objects.get())
    client = client_as(visitor)
    assert client.post(url("answer", typed, measure), GIVEN)["Location"] == url("mine", typed)
    assert "ikke noget at svare på" in client.get(url("mine", typed)).content.decode()
    assert not Answer.objects.exists()


def test_withdrawing_with_the_code_deletes_the_answers(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    client.post(url("answer", typed, measure), GIVEN)
    assert client.post(url("mine", typed), {"sure": ""}).status_code == 422
    assert Answer.objects.count() == 1
    client.post(url("mine", typed), {"sure": "on"})
    assert not Answer.objects.exists()
    assert "Dine svar er slettet" in client.get(url("mine", typed)).content.decode()


def test_a_questionnaire_without_free_texts_asks_by_number(
    pilot: Pilot, visitor: Principal, client_as: ClientAs
) -> None:
    by = system(pilot.council)
    measure = actions.add_measure(by=by, pilot=pilot, instrument_key="swemwbs")
    code = actions.make_codes(by=by, pilot=pilot, number=1)[0]
    actions.open_round(by=by, pilot=pilot, when="before")
    text = client_as(visitor).get(url("answer", code, measure)).content.decode()
    assert "Spørgsmål 7" in text
    assert "på papir" in text


# --- one question at a time --------------------------------------------------------------------
def test_one_question_at_a_time_after_a_yes_and_each_is_sealed_at_once(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    first = url("question", typed, measure, 1)
    assert first in client.get(url("mine", typed)).content.decode()
    told = client.get(first).content.decode()
    assert "Før du svarer" in told
    assert 'type="radio"' not in told
    assert client.post(first, {"answer": "3"}).status_code == 422
    assert client.post(first, {"yes": "on"})["Location"] == first
    page = client.get(first).content.decode()
    assert "Spørgsmål 1 af 5" in page
    assert page.count('type="radio"') == 6
    assert client.post(first, {"answer": "3"})["Location"] == url("question", typed, measure, 2)
    client.post(url("question", typed, measure, 2), {"answer": ""})
    assert client.post(url("question", typed, measure, 3), {"answer": "9"}).status_code == 422
    assert [one.items for one in queries.opened(measure)] == [(3, None, None, None, None)]
    assert "1 af 5 er besvaret" in client.get(url("mine", typed)).content.decode()
    for number in range(2, 6):
        last = client.post(url("question", typed, measure, number), {"answer": "4"})
    assert last["Location"] == url("mine", typed)
    assert [one.items for one in queries.opened(measure)] == [(3, 4, 4, 4, 4)]
    done = client.get(url("mine", typed)).content.decode()
    assert "Tak. Du har svaret på det hele." in done
    assert client.get(url("question", typed, measure, 6)).status_code == 302
    again = client.get(first).content.decode()
    assert not re.search(r'type="radio"[^>]*checked', again)


def test_a_tablet_keeps_the_code_out_of_the_address_and_forgets_the_person(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    there = url("mine", "tablet")
    assert "Mange bruger denne tablet" in client.get(there).content.decode()
    assert client.post(there, {"code": "AAAA"}).status_code == 422
    assert client.post(there, {"code": typed})["Location"] == there
    page = client.get(there).content.decode()
    assert "Jeg er færdig" in page
    assert typed not in page
    question = url("question", "tablet", measure, 1)
    client.post(question, {"yes": "on"})
    client.post(question, {"answer": "2"})
    assert [one.items[0] for one in queries.opened(measure)] == [2]
    client.post(reverse("evaluation:next_person"))
    assert "Din kode" in client.get(there).content.decode()
    assert client.get(question).content.decode().count('type="radio"') == 0


def test_a_tablet_left_alone_forgets_after_a_quarter_of_an_hour(
    measure: Measure, typed: str, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    client.post(url("mine", "tablet"), {"code": typed})
    session = client.session
    session["tablet"] = (session["tablet"][0], session["tablet"][1] - 901)
    session.save()
    assert "Din kode" in client.get(url("mine", "tablet")).content.decode()


def test_a_number_is_written_and_kept_within_its_range(
    pilot: Pilot, visitor: Principal, client_as: ClientAs
) -> None:
    by = system(pilot.council)
    measure = actions.add_measure(
        by=by, pilot=pilot, instrument_key="count", title="Dage alene",
        questions=["Hvor mange dage var du alene?"], highest=31,
    )  # fmt: skip
    code = actions.make_codes(by=by, pilot=pilot, number=1)[0]
    actions.open_round(by=by, pilot=pilot, when="before")
    client, page = client_as(visitor), url("question", code, measure, 1)
    client.post(page, {"yes": "on"})
    assert 'type="number"' in client.get(page).content.decode()
    assert client.post(page, {"answer": "32"}).status_code == 422
    client.post(page, {"answer": "0"})
    assert [one.items for one in queries.opened(measure)] == [(0,)]
    with pytest.raises(Conflict):
        actions.add_measure(by=by, pilot=pilot, instrument_key="who5")


@pytest.mark.parametrize(
    "wrong", [{"questions": ["En?", "To?"]}, {"highest": 0}, {"highest": 1001}, {"questions": []}]
)
def test_a_number_is_asked_for_alone_and_up_to_a_thousand(pilot: Pilot, wrong: Any) -> None:
    given = {"title": "To", "questions": ["Hvor mange?"], "highest": 9} | wrong
    with pytest.raises(Invalid):
        actions.add_measure(by=system(pilot.council), pilot=pilot, instrument_key="count", **given)


def test_reminders_go_to_all_who_asked_and_are_tied_to_no_code(
    measure: Measure, typed: str, visitor: Principal, baker: SimpleNamespace,
    client_as: ClientAs, settings: Any,
) -> None:  # fmt: skip
    client = client_as(visitor)
    page = url("reminder", typed)
    assert client.post(page, {"email": "nej"}).status_code == 422
    for _ in range(2):
        assert client.post(page, {"email": "En@Eksempel.dk"})["Location"] == url("mine", typed)
    row = Reminder.objects.get()
    assert row.email == "en@eksempel.dk"
    assert {field.name for field in Reminder._meta.fields} == {
        "id", "council", "pilot", "email", "stop"
    }  # fmt: skip
    opened = Round.objects.get()
    with pytest.raises(Conflict):
        actions.remind(by=baker.by, round=opened)
    Round.objects.update(reminded=None)
    client_as(baker.by).post(url("remind", opened), {"once": "a"})
    message = Message.objects.get(kind="evaluation.reminder")
    assert (message.to, typed in message.text) == ("en@eksempel.dk", False)
    stop = re.search(r"/svar/stop/[^\s]+", message.text)
    assert stop is not None
    client.get(stop[0])
    assert Reminder.objects.exists()
    client.post(stop[0])
    assert not Reminder.objects.exists()
    assert "ikke længere din adresse" in client.get(stop[0]).content.decode()


def test_paper_sheets_are_tagged_pdf_with_a_code_each(
    measure: Measure, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    given = {"number": "3", "group": "pilot", "paper": "yes", "once": "abc"}
    file = client_as(baker.by).post(url("codes", measure.pilot), given)
    assert (file.status_code, file["Content-Type"]) == (200, "application/pdf")
    assert file["Cache-Control"] == "no-store"
    assert file.content.startswith(b"%PDF-")
    assert b"pdfuaid" in file.content
    assert Code.objects.count() == 3


# --- the desk ----------------------------------------------------------------------------------
def test_the_sheet_shows_the_codes_once(
    measure: Measure, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client, page = client_as(baker.by), url("codes", measure.pilot)
    given = {"number": "3", "group": "pilot", "once": "abc"}
    sheet = client.post(page, given)
    text = sheet.content.decode()
    printed = re.findall(r"e-sheet__code\">([A-Z0-9-]{14})<", text)
    assert (sheet.status_code, len(printed), text.count("<svg") >= 3) == (200, 3, True)
    assert all(queries.by_code(measure.council, one) for one in printed)
    assert sheet["Cache-Control"] == "no-store"
    again = client.post(page, given)
    assert again.status_code == 302
    assert Code.objects.count() == 3
    assert not any(one in client.get(url("desk", measure.pilot)).content.decode()
                   for one in printed)  # fmt: skip


def test_the_desk_counts_answers_and_shows_none(
    answered: Any, measure: Measure, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    answered()
    text = client_as(baker.by).get(url("desk", measure.pilot)).content.decode()
    cells = re.findall(r'<td class="number">(\d+)</td>', text)
    assert cells == ["6", "0", "6", "0"]
    assert "Regn tallene ud" in text


def test_a_measure_is_added_and_a_round_opened_and_closed_in_the_browser(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client = client_as(baker.by)
    client.post(
        url("measure", pilot),
        {"instrument_key": "own", "title": "Ven", "questions": "Har du en ven?\nTo?",
         "lowest": "0", "highest": "4", "higher_is_better": "on"},
    )  # fmt: skip
    measure = Measure.objects.get()
    assert (measure.questions, measure.highest) == (["Har du en ven?", "To?"], 4)
    client.post(url("open_round", pilot), {"when": "before"})
    client.post(url("close_round", Round.objects.get()), {"once": "x"})
    assert not Round.objects.get().is_open
    client.post(url("evaluate", pilot), {"once": "y"})
    assert Evaluation.objects.get().results[0]["hidden"]


def test_a_lost_key_is_told_in_a_sentence(
    answered: Any, measure: Measure, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    answered()
    client = client_as(baker.by)
    Answer.objects.update(sealed=b"x" * 40)
    back = client.post(url("evaluate", measure.pilot), {"once": "a"}, follow=True)
    assert "Svarene kan ikke åbnes" in back.content.decode()
    assert not Evaluation.objects.exists()


def test_buttons_do_nothing_when_a_page_is_only_opened(
    drafted: Evaluation, baker: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    for name, row in (
        ("propose", drafted), ("adopt", drafted), ("evaluate", drafted.pilot),
        ("open_round", drafted.pilot), ("close_round", Round.objects.first()),
        ("remove_measure", Measure.objects.get()),
    ):  # fmt: skip
        assert client.get(url(name, row)).status_code == 302
    assert (Measure.objects.count(), AgendaItem.objects.count()) == (1, 0)


def test_the_desk_is_closed_to_others(
    measure: Measure, visitor: Principal, outsider: Principal, client_as: ClientAs
) -> None:
    for name in ("desk", "measure", "codes"):
        assert client_as(visitor).get(url(name, measure.pilot)).status_code == 403
        assert client_as(outsider).get(url(name, measure.pilot)).status_code == 404


# --- reading -----------------------------------------------------------------------------------
def test_a_draft_is_read_by_the_parties_and_not_by_everybody(
    drafted: Evaluation, shelter: Any, visitor: Principal, client_as: ClientAs
) -> None:
    assert client_as(visitor).get(url("detail", drafted)).status_code == 404
    text = client_as(shelter.by).get(url("detail", drafted)).content.decode()
    assert "Udkast" in text
    assert "Fortæl det" in text


def test_an_evaluation_shows_sentences_picture_and_the_same_numbers(
    proposed: Evaluation, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    text = client.get(url("detail", proposed)).content.decode()
    for part in ("6 personer svarede både før og efter.", "<svg", "+40", "Bageren håber"):
        assert part in text
    assert not client.cookies
    rows = list(csv.DictReader(StringIO(
        b"".join(client.get(url("detail", proposed) + "?format=csv")).decode("utf-8-sig")
    )))  # fmt: skip
    figures = {row["figure"]: row["value"] for row in rows}
    assert figures["Svarede begge gange"] == "6"
    assert figures["Typisk ændring"] in {"+40", "'+40"}


def test_few_answers_show_no_number_anywhere(
    answered: Any, pilot: Pilot, baker: Any, visitor: Principal, client_as: ClientAs
) -> None:
    answered([([1, 1, 1, 1, 1], [5, 5, 5, 5, 5])] * 4)
    evaluation = actions.evaluate(by=baker.by, pilot=pilot)
    Evaluation.objects.update(status="proposed")
    client = client_as(visitor)
    text = client.get(url("detail", evaluation)).content.decode()
    assert "For få svar til at vise noget uden at kunne genkende nogen." in text
    assert "e-picture" not in text
    file = b"".join(client.get(url("detail", evaluation) + "?format=csv")).decode()
    assert "80" not in file


def test_the_evaluation_is_a_tagged_pdf_with_what_the_page_shows(
    proposed: Evaluation, visitor: Principal, client_as: ClientAs
) -> None:
    file = client_as(visitor).get(url("pdf", proposed))
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    Evaluation.objects.update(status="draft")
    assert client_as(visitor).get(url("pdf", proposed)).status_code == 404
    assert b"pdfuaid" in file.content


def test_hours_that_settled_double_work_frees_stand_beside_the_cost(
    proposed: Evaluation, baker: Any, shelter: Any, visitor: Principal, client_as: ClientAs
) -> None:
    council = proposed.council
    one, other = (
        Initiative.objects.create(
            council=council, actor=party.actor, name=title, slug=title.casefold()
        )
        for party, title in ((baker, "Brød"), (shelter, "Suppe"))
    )
    overlap = Overlap.objects.create(council=council, a=one, b=other, strength=1, certainty=1)
    Coordination.objects.create(
        council=council, overlap=overlap, status="decided", choice="share", reason="Vi deler",
        hours_freed=1040, follow_up=date(2027, 1, 1), decided=timezone.now(),
    )  # fmt: skip
    text = client_as(visitor).get(url("detail", proposed)).content.decode()
    assert "Timer, der er gjort fri" in text
    assert re.search(r"Timer gjort fri om året</dt><dd>1.040<", text)
    assert "Brød · Suppe" in text


@pytest.mark.parametrize(
    ("outcome", "shown"),
    [("spread", "Giv det videre"), ("adapt", "Lav det om, og prøv igen"), ("stop", "Stop")],
)
def test_each_verdict_is_shown_on_list_evaluation_and_challenge(
    proposed: Evaluation, facilitator: Principal, visitor: Principal, client_as: ClientAs,
    outcome: str, shown: str,
) -> None:  # fmt: skip
    decide(by=system(proposed.council), item=AgendaItem.objects.get(), text="Fordi det viste sig",
           outcome=outcome)  # fmt: skip
    Decision.objects.update(is_public=True)
    page = client_as(visitor).get(url("detail", proposed)).content.decode()
    assert "Fordi det viste sig" in page
    client_as(facilitator).post(url("adopt", proposed), {"once": "a"})
    challenge = reverse("challenges:detail", args=[proposed.pilot.challenge_id])
    for address in (url("detail", proposed), challenge, f"/evalueringer/?verdict={outcome}"):
        assert shown in client_as(visitor).get(address).content.decode()
    rows = b"".join(client_as(visitor).get("/evalueringer/?format=csv")).decode()
    assert shown in rows


def test_the_council_is_asked_in_the_browser_once(
    drafted: Evaluation, pilot: Pilot, facilitator: Principal, client_as: ClientAs
) -> None:
    from samskab.civic.journey.pilots.actions import end_pilot

    end_pilot(by=facilitator, pilot=pilot)
    client = client_as(facilitator)
    for _ in range(2):
        client.post(url("propose", drafted), {"once": "same"})
    assert AgendaItem.objects.count() == 1


def test_a_party_tells_what_it_got_and_an_error_keeps_its_words(
    drafted: Evaluation, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    value = AddedValue.objects.get(actor=baker.actor)
    client = client_as(baker.by)
    asked = client.post(url("tell", value), {"got": "Ring 86 12 34 56", "rating": "4"})
    assert asked.status_code == 422
    assert "Ring 86 12 34 56" in asked.content.decode()
    seen = value.version
    client.post(url("tell", value), {"got": "Glade folk", "rating": "4", "seen": seen})
    late = client.post(url("tell", value), {"got": "Andet", "seen": seen})
    value.refresh_from_db()
    assert (value.got, value.rating, late.status_code) == ("Glade folk", 4, 409)


def test_the_words_are_written_in_the_browser(
    drafted: Evaluation, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client = client_as(baker.by)
    client.post(
        url("write", drafted),
        {"summary": "Det gik", "lessons": "Kaffe\nRo", "cost_dkk": "900", "hours_civil": "12"},
    )
    text = client.get(url("detail", drafted)).content.decode()
    for part in ("Det gik", "Kaffe", "Ro", "900", "12"):
        assert part in text
    assert "Kroner for hver" not in text
    client.post(
        url("write", drafted),
        {"summary": "Det gik", "participants": "7", "cost_dkk": "9000", "hours_civil": "12"},
    )
    text = client.get(url("detail", drafted)).content.decode()
    assert re.search(r"Kroner for hver, der var med</dt><dd>1.286<", text)
    client.post(url("write", drafted), {"participants": "4", "cost_dkk": "9000"})
    text = client.get(url("detail", drafted)).content.decode()
    assert "2.250" not in text
    assert "Hvor mange var med" not in text
    client.post(url("write", drafted), {"summary": "Det gik", "lessons": "Kaffe\nRo"})
    assert "Kaffe\nRo" in client.get(url("write", drafted)).content.decode()


def test_programs_read_what_the_page_shows_and_no_more(
    proposed: Evaluation, visitor: Principal, client_as: ClientAs, client: Client
) -> None:
    Evaluation.objects.update(participants=4, cost_dkk=900)
    listed = client.get("/api/v1/evaluations").json()["items"]
    assert [one["id"] for one in listed] == [proposed.pk]
    found = client.get(f"/api/v1/evaluations/{proposed.pk}").json()
    measured = found["measured"][0]
    assert (measured["n_paired"], measured["change"]["estimate"]) == (6, 40.0)
    assert measured["sentences"][0] == "6 personer svarede både før og efter."
    assert (found["participants"], found["cost_for_each_dkk"]) == (None, None)
    assert "Bageren håber" in [one["expected"] for one in found["values"]]
    Evaluation.objects.update(
        results=[{"measure": proposed.results[0]["measure"], "when": "after", "hidden": True}]
    )
    few = client.get(f"/api/v1/evaluations/{proposed.pk}").json()["measured"][0]
    assert (few["hidden"], few["n_paired"], few["change"], few["sentences"]) == (
        True, None, None, [],
    )  # fmt: skip
    Evaluation.objects.update(status="draft")
    assert client.get(f"/api/v1/evaluations/{proposed.pk}").status_code == 404


def test_three_measures_and_parties_cost_what_one_costs(
    proposed: Evaluation, visitor: Principal, client_as: ClientAs
) -> None:
    client, page = client_as(visitor), url("detail", proposed)
    one = cost(client, page)
    kept = dict(proposed.results[0])
    for number in range(2):
        measure = Measure.objects.create(
            council=proposed.council, pilot=proposed.pilot, instrument_key="who5",
            title=f"WHO {number}",
        )  # fmt: skip
        proposed.results.append(kept | {"measure": measure.pk})
        other = scene.party(proposed.council, f"Part{number}").actor
        AddedValue.objects.create(council=proposed.council, evaluation=proposed, actor=other)
    proposed.save()
    assert cost(client, page) == one


def test_three_evaluations_cost_what_one_costs(
    proposed: Evaluation, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    one = cost(client, "/evalueringer/")
    for number in range(2):
        party = scene.party(proposed.council, f"Ny{number}")
        pilot = scene.a_pilot(proposed.council, f"Pilot {number}", party)
        Evaluation.objects.create(council=proposed.council, pilot=pilot, status="proposed")
    assert cost(client, "/evalueringer/") == one
