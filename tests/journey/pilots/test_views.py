from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.pilots import actions, forms
from samskab.civic.journey.pilots.models import JournalEntry, Milestone, Pilot
from tests.journey.pilots import scene
from tests.journey.pilots.test_actions import picture

ClientAs = Callable[[Principal], Client]


def url(name: str, row: Any) -> str:
    return reverse(f"pilots:{name}", args=[row.pk])


def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def fill(pilot: Pilot, *owners: Any, times: int = 1) -> None:
    by = system(pilot.council)
    for number in range(times):
        for owner in owners:
            actions.add_milestone(
                by=by, pilot=pilot, title=f"Mål {number} {owner}", due=clock.today(), owner=owner
            )
            risk = actions.add_risk(
                by=by, pilot=pilot, text=f"Risiko {number} {owner}", owner=owner
            )
            for actor in owners:
                actions.accept_risk(by=by, risk=risk, actor=actor)
        actions.write_journal(by=by, pilot=pilot, text=f"Dag {number}")


# --- reading -----------------------------------------------------------------------------------
def test_everybody_reads_the_pilot_without_a_cookie(
    pilot: Pilot, baker: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    fill(pilot, baker.actor)
    actions.edit_theory(
        by=baker.by, pilot=pilot, stages={"problem": ["Man er alene"]},
        assumptions={"problem": ["Kaffe hjælper"]},
    )  # fmt: skip
    client = client_as(visitor)
    text = client.get(url("detail", pilot)).content.decode()
    for part in ("Man er alene", "Kaffe hjælper", "Mål 0 Bageren", "Risiko 0", "Dag 0"):
        assert part in text
    assert "Skriv i dagbogen" not in text
    assert not client.cookies


def test_the_parties_see_what_they_can_do(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    actions.add_risk(by=baker.by, pilot=pilot, text="Det regner", owner=baker.actor)
    text = client_as(baker.by).get(url("detail", pilot)).content.decode()
    assert "Skriv i dagbogen" in text
    assert "Vi accepterer den" in text


def test_three_of_each_cost_what_one_costs(
    pilot: Pilot, council: Council, baker: Any, shelter: Any, client_as: ClientAs
) -> None:
    client, page = client_as(baker.by), url("detail", pilot)
    fill(pilot, baker.actor)
    one = cost(client, page)
    fill_more = Pilot.objects.get(pk=pilot.pk)
    Milestone.objects.all().delete()
    for number in range(3):
        actions.write_journal(by=system(council), pilot=fill_more, text=f"Mere {number}")
        risk = actions.add_risk(
            by=system(council), pilot=fill_more, text=f"R {number}", owner=shelter.actor
        )
        actions.accept_risk(by=system(council), risk=risk, actor=shelter.actor)
        actions.add_milestone(
            by=system(council), pilot=fill_more, title=f"M {number}", due=clock.today(),
            owner=shelter.actor,
        )  # fmt: skip
    assert cost(client, page) == one


def test_a_list_of_three_costs_what_one_costs(
    pilot: Pilot, council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    one = cost(client, "/pilotprojekter/")
    for name in ("To", "Tre"):
        scene.a_pilot(council, name, scene.party(council, f"Part{name}"))
    assert cost(client, "/pilotprojekter/") == one


def test_the_list_filters_and_downloads(
    pilot: Pilot, baker: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    actions.set_plan(
        by=baker.by, pilot=pilot, title="Morgenbordet", starts=clock.today(),
        budget=[("Kaffe", 100), ("Brød", 50)],
    )  # fmt: skip
    fill(pilot, baker.actor, times=3)
    client = client_as(visitor)
    assert "Morgenbordet" in client.get("/pilotprojekter/?status=running").content.decode()
    gone = client.get("/pilotprojekter/?status=ended").content.decode()
    assert "Ingen pilotprojekter her" in gone
    file = b"".join(client.get("/pilotprojekter/?format=csv")).decode("utf-8-sig")
    row = next(csv.DictReader(StringIO(file)))
    assert (row["title"], row["budget_dkk"], row["milestones"]) == ("Morgenbordet", "150", "3")


def test_a_pilot_of_another_council_is_not_found(
    pilot: Pilot, outsider: Principal, client_as: ClientAs
) -> None:
    client = client_as(outsider)
    for name in ("detail", "plan", "theory", "end", "milestone", "risk", "journal"):
        assert client.get(url(name, pilot)).status_code == 404
    assert "Morgenbordet" not in client.get("/pilotprojekter/").content.decode()


def test_a_visitor_may_open_no_form(pilot: Pilot, visitor: Principal, client_as: ClientAs) -> None:
    client = client_as(visitor)
    for name in ("plan", "theory", "end", "milestone", "risk", "journal"):
        assert client.get(url(name, pilot)).status_code == 403


# --- the page of the challenge -----------------------------------------------------------------
def test_the_challenge_leads_to_its_pilot(
    ready: Challenge, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    page = reverse("challenges:detail", args=[ready.pk])
    start = reverse("pilots:start", args=[ready.pk])
    assert start in client_as(facilitator).get(page).content.decode()
    assert start not in client_as(visitor).get(page).content.decode()
    pilot = actions.start_pilot(by=facilitator, challenge=ready, title="Bordet")
    assert url("detail", pilot) in client_as(visitor).get(page).content.decode()


# --- forms -------------------------------------------------------------------------------------
def test_a_pilot_is_started_in_the_browser_once(
    ready: Challenge, facilitator: Principal, client_as: ClientAs
) -> None:
    client, page = client_as(facilitator), reverse("pilots:start", args=[ready.pk])
    given = {"title": "Bordet", "starts": "2026-01-01", "ends": "2026-02-01", "once": "a"}
    first, second = client.post(page, given), client.post(page, given)
    pilot = Pilot.objects.get()
    assert first["Location"] == second["Location"] == url("detail", pilot)


def test_an_error_keeps_what_was_typed(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    page = client_as(baker.by).post(
        url("plan", pilot),
        {"title": "Bordet", "starts": "2026-01-01", "ends": "2025-01-01", "budget": "Kaffe 12"},
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "Kaffe 12" in text
    assert "Det kan ikke slutte, før det starter." in text


def test_a_stale_plan_is_told(pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs) -> None:
    client, given = client_as(baker.by), {"title": "A", "starts": "2026-01-01"}
    seen = pilot.version
    assert client.post(url("plan", pilot), given | {"seen": seen}).status_code == 302
    late = client.post(url("plan", pilot), given | {"title": "B", "seen": seen})
    pilot.refresh_from_db()
    assert (late.status_code, pilot.title) == (409, "A")


def test_the_theory_is_written_one_per_line(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client = client_as(baker.by)
    client.post(
        url("theory", pilot),
        {"activities": "Kaffe\nBrød\n", "activities_assumptions": "Folk kommer"},
    )
    pilot.refresh_from_db()
    assert pilot.activities == ["Kaffe", "Brød"]
    text = client.get(url("theory", pilot)).content.decode()
    assert "Kaffe\nBrød" in text
    assert "Folk kommer" in text


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("Kaffe 4800", ("Kaffe", 4800)),
        ("Kaffe og brød: 4.800 kr.", ("Kaffe og brød", 4800)),
        ("16 telefoner; 1 200", ("16 telefoner", 1200)),
    ],
)
def test_a_line_of_the_budget_is_read(line: str, read: tuple[str, int]) -> None:
    assert forms._budget_line(line) == read


@pytest.mark.parametrize("line", ["Kaffe", "4800", "Kaffe 99999999999"])
def test_a_line_of_the_budget_that_is_none_is_asked_about(line: str) -> None:
    with pytest.raises(forms.forms.ValidationError):
        forms._budget_line(line)


def test_the_journal_asks_about_contacts_and_takes_a_photo(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client, page = client_as(baker.by), url("journal", pilot)
    given = {"day": clock.today().isoformat(), "text": "Ring på 86 12 34 56"}
    assert client.post(page, given).status_code == 422
    fine = {**given, "text": "Fire ved bordet", "photo": picture(), "photo_text": "Et bord"}
    assert client.post(page, fine).status_code == 302
    entry = JournalEntry.objects.get()
    shown = client.get(url("detail", pilot)).content.decode()
    assert 'alt="Et bord"' in shown
    image = client.get(url("photo", entry))
    assert image["Content-Type"] == "image/jpeg"
    assert b"".join(image).startswith(b"\xff\xd8")
    image.close()


def test_buttons_press_and_get_changes_nothing(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    milestone = actions.add_milestone(
        by=baker.by, pilot=pilot, title="M", due=clock.today() + timedelta(days=1)
    )
    client = client_as(baker.by)
    client.get(url("reach_milestone", milestone))
    client.get(url("remove_milestone", milestone))
    milestone.refresh_from_db()
    assert milestone.reached is None
    client.post(url("reach_milestone", milestone))
    milestone.refresh_from_db()
    assert milestone.reached == clock.today()


def test_a_risk_is_accepted_by_its_party_in_the_browser(
    pilot: Pilot, shelter: SimpleNamespace, client_as: ClientAs
) -> None:
    risk = actions.add_risk(
        by=system(pilot.council), pilot=pilot, text="Det regner", owner=shelter.actor
    )
    client = client_as(shelter.by)
    assert "Det regner" in client.get(url("accept_risk", risk)).content.decode()
    client.post(url("accept_risk", risk), {"actor": shelter.actor.pk})
    assert risk.acceptances.get().actor == shelter.actor


def test_the_end_is_pressed_once(pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs) -> None:
    client = client_as(baker.by)
    assert client.post(url("end", pilot), {"text": "Tak"}).status_code == 302
    assert client.post(url("end", pilot), {"text": "Igen"}).status_code == 409
    pilot.refresh_from_db()
    assert pilot.end_note == "Tak"
