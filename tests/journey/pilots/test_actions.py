from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import timeline
from samskab.civic.journey.pilots import actions, queries
from samskab.civic.journey.pilots.models import (
    BudgetLine,
    JournalEntry,
    Milestone,
    Pilot,
    Risk,
    RiskAcceptance,
)
from tests import cast
from tests.journey.pilots import scene

STRANGERS = ["visitor", "participant", "member", "administrator", "representative"]


def the(request: Any, role: str) -> Principal:
    return request.getfixturevalue(role)


def picture(**extra: Any) -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (40, 30), "red").save(file, "JPEG", **extra)
    return SimpleUploadedFile("navn.jpg", file.getvalue())


# --- starting ----------------------------------------------------------------------------------
def test_a_signed_agreement_starts_a_pilot_and_moves_the_challenge(
    ready: Challenge, facilitator: Principal
) -> None:
    pilot = actions.start_pilot(by=facilitator, challenge=ready, title=" Bordet ", people=15)
    ready.refresh_from_db()
    assert ready.step == Step.PILOTING
    assert (pilot.title, pilot.people, pilot.status) == ("Bordet", 15, "running")
    assert pilot.starts == clock.today()
    assert timeline(ready)[0].message == "A pilot started"
    assert LogEntry.objects.filter(verb="pilots.start_pilot").count() == 1


@pytest.mark.parametrize("signed", [False, None])
def test_without_a_signature_of_all_no_pilot_starts(
    gathering: Challenge, facilitator: Principal, baker: Any, signed: bool | None
) -> None:
    if signed is not None:
        scene.agreed(gathering, baker, signed=signed)
    with pytest.raises(Conflict):
        actions.start_pilot(by=facilitator, challenge=gathering, title="Bordet")
    gathering.refresh_from_db()
    assert (gathering.step, Pilot.objects.count()) == (Step.GATHERING, 0)


def test_those_who_signed_may_start_it(ready: Challenge, baker: SimpleNamespace) -> None:
    assert actions.start_pilot(by=baker.by, challenge=ready, title="Bordet").pk


@pytest.mark.parametrize("role", STRANGERS)
def test_others_may_not_start_a_pilot(request: Any, ready: Challenge, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.start_pilot(by=the(request, role), challenge=ready, title="Bordet")


def test_an_outsider_finds_no_challenge_to_start_from(
    ready: Challenge, outsider: Principal
) -> None:
    with pytest.raises(NotFound):
        actions.start_pilot(by=outsider, challenge=ready, title="Bordet")


def test_a_pilot_starts_once(ready: Challenge, facilitator: Principal) -> None:
    actions.start_pilot(by=facilitator, challenge=ready, title="Bordet")
    with pytest.raises(Conflict):
        actions.start_pilot(by=facilitator, challenge=ready, title="Bordet")
    assert Pilot.objects.count() == 1


def test_a_pilot_needs_a_title_and_an_end_after_its_start(
    ready: Challenge, facilitator: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        actions.start_pilot(by=facilitator, challenge=ready, title=" ")
    assert error.value.field == "title"
    with pytest.raises(Invalid) as error:
        actions.start_pilot(
            by=facilitator, challenge=ready, title="x",
            starts=clock.today(), ends=clock.today() - timedelta(days=1),
        )  # fmt: skip
    assert error.value.field == "ends"


def test_a_pilot_of_the_future_is_planned_until_it_begins(
    council: Council, baker: SimpleNamespace
) -> None:
    later = clock.today() + timedelta(days=9)
    pilot = scene.a_pilot(council, "Senere", baker, starts=later)
    assert pilot.status == Pilot.Status.PLANNED
    assert actions.begin_pilot(by=baker.by, pilot=pilot).status == Pilot.Status.RUNNING
    with pytest.raises(Conflict):
        actions.begin_pilot(by=baker.by, pilot=pilot)


# --- every action on a pilot asks the same -----------------------------------------------------
def one_of_each(pilot: Pilot, owner: Any) -> dict[str, Any]:
    by = system(pilot.council)
    milestone = actions.add_milestone(by=by, pilot=pilot, title="Halvvejs", due=clock.today())
    entry = actions.write_journal(by=by, pilot=pilot, text="Fire ved bordet")
    today = clock.today()
    return {
        "edit_theory": {"pilot": pilot, "stages": {}, "assumptions": {}},
        "set_plan": {"pilot": pilot, "title": "Nyt navn", "starts": today},
        "add_milestone": {"pilot": pilot, "title": "Slut", "due": today},
        "reach_milestone": {"milestone": milestone},
        "remove_milestone": {"milestone": milestone},
        "add_risk": {"pilot": pilot, "text": "Det regner", "owner": owner},
        "write_journal": {"pilot": pilot, "text": "Fem ved bordet"},
        "remove_journal_entry": {"entry": entry},
        "end_pilot": {"pilot": pilot},
    }


@pytest.mark.parametrize("role", STRANGERS)
def test_others_may_change_nothing(
    request: Any, pilot: Pilot, baker: SimpleNamespace, role: str
) -> None:
    by = the(request, role)
    for name, given in one_of_each(pilot, baker.actor).items():
        with pytest.raises(NotAllowed):
            getattr(actions, name)(by=by, **given)


def test_an_outsider_finds_nothing_to_change(
    pilot: Pilot, baker: SimpleNamespace, outsider: Principal
) -> None:
    for name, given in one_of_each(pilot, baker.actor).items():
        with pytest.raises(NotFound):
            getattr(actions, name)(by=outsider, **given)


@pytest.mark.parametrize("role", ["facilitator", "secretariat"])
def test_staff_may_change_all(
    request: Any, pilot: Pilot, baker: SimpleNamespace, role: str
) -> None:
    given = one_of_each(pilot, baker.actor)
    given.pop("reach_milestone")
    for name, values in given.items():
        assert getattr(actions, name)(by=the(request, role), **values)


def test_those_who_signed_may_change_all(pilot: Pilot, shelter: SimpleNamespace) -> None:
    given = one_of_each(pilot, shelter.actor)
    given.pop("remove_milestone")
    for name, values in given.items():
        assert getattr(actions, name)(by=shelter.by, **values)


def test_a_pilot_that_is_over_stays_as_it_is(
    pilot: Pilot, baker: SimpleNamespace, facilitator: Principal
) -> None:
    given = one_of_each(pilot, baker.actor)
    given.pop("remove_journal_entry")
    actions.end_pilot(by=facilitator, pilot=pilot)
    for name, values in given.items():
        for row in values.values():
            if hasattr(row, "refresh_from_db"):
                row.refresh_from_db()
        with pytest.raises(Conflict):
            getattr(actions, name)(by=facilitator, **values)


# --- theory and plan ---------------------------------------------------------------------------
def test_the_theory_keeps_lines_and_what_is_assumed(pilot: Pilot, baker: SimpleNamespace) -> None:
    actions.edit_theory(
        by=baker.by,
        pilot=pilot,
        stages={"problem": ["Man er  alene", " "], "outcomes": ["Man har det bedre"]},
        assumptions={"activities": ["Folk bliver siddende"], "impact": ["tæller ikke"]},
    )
    pilot.refresh_from_db()
    stages = {stage.key: stage for stage in pilot.stages}
    assert stages["problem"].items == ["Man er alene"]
    assert stages["activities"].assumptions == ["Folk bliver siddende"]
    assert pilot.assumptions == {"activities": ["Folk bliver siddende"]}
    assert pilot.has_theory


def test_a_theory_on_an_old_page_is_told(pilot: Pilot, baker: SimpleNamespace) -> None:
    seen = pilot.version
    stages = {"problem": ["Den første"]}
    actions.edit_theory(by=baker.by, pilot=pilot, stages=stages, assumptions={}, seen=seen)
    with pytest.raises(Conflict):
        actions.edit_theory(by=baker.by, pilot=pilot, stages={}, assumptions={}, seen=seen)
    pilot.refresh_from_db()
    assert pilot.problem == ["Den første"]


@pytest.mark.parametrize("lines", [["x"] * 21, ["x" * 301]])
def test_a_theory_that_is_too_long_is_refused(
    pilot: Pilot, baker: SimpleNamespace, lines: list[str]
) -> None:
    with pytest.raises(Invalid) as error:
        actions.edit_theory(by=baker.by, pilot=pilot, stages={"outputs": lines}, assumptions={})
    assert error.value.field == "outputs"


def test_a_cpr_number_never_reaches_the_theory(pilot: Pilot, baker: SimpleNamespace) -> None:
    with pytest.raises(Invalid):
        actions.edit_theory(
            by=baker.by, pilot=pilot, stages={"problem": ["Ring til 010190-1234"]}, assumptions={}
        )
    pilot.refresh_from_db()
    assert pilot.problem == []


def test_a_plan_replaces_the_budget_and_cites_articles(
    pilot: Pilot, baker: SimpleNamespace, secretariat: Principal
) -> None:
    article = write_article(
        by=secretariat, slug="metode", kind="method", title_da="Metode", text_da="Sådan"
    )
    for budget in ([("Kaffe", 4800), ("Kørsel", 3200)], [("Brød", 100)]):
        actions.set_plan(
            by=baker.by, pilot=pilot, title="Bordet", starts=clock.today(), budget=budget,
            articles=[article], volunteers=12,
        )  # fmt: skip
        assert queries.cost(pilot) == sum(amount for _text, amount in budget)
    pilot.refresh_from_db()
    assert (pilot.title, pilot.volunteers) == ("Bordet", 12)
    assert list(pilot.articles.all()) == [article]
    assert BudgetLine.objects.count() == 1


def test_an_article_of_another_council_is_not_cited(
    pilot: Pilot, baker: SimpleNamespace, outsider: Principal
) -> None:
    foreign = Article.objects.create(
        council=outsider.council, slug="x", kind="case", title_da="X", text_da="X"
    )
    with pytest.raises(NotFound):
        actions.set_plan(
            by=baker.by, pilot=pilot, title="x", starts=clock.today(), articles=[foreign]
        )


# --- milestones --------------------------------------------------------------------------------
def test_a_milestone_is_reached_once_and_told_on_the_timeline(
    pilot: Pilot, baker: SimpleNamespace
) -> None:
    milestone = actions.add_milestone(
        by=baker.by, pilot=pilot, title="Halvvejs", due=clock.today() - timedelta(days=1),
        owner=baker.actor,
    )  # fmt: skip
    assert milestone.is_late
    actions.reach_milestone(by=baker.by, milestone=milestone)
    milestone.refresh_from_db()
    assert (milestone.reached, milestone.is_late) == (clock.today(), False)
    assert timeline(pilot.challenge)[0].values == {"title": "Halvvejs"}
    with pytest.raises(Conflict):
        actions.reach_milestone(by=baker.by, milestone=milestone)
    with pytest.raises(Conflict):
        actions.remove_milestone(by=baker.by, milestone=milestone)


def test_the_same_milestone_is_added_once(pilot: Pilot, baker: SimpleNamespace) -> None:
    given = {"by": baker.by, "pilot": pilot, "title": "Halvvejs", "due": clock.today()}
    actions.add_milestone(**given)
    with pytest.raises(Conflict):
        actions.add_milestone(**given)
    assert Milestone.objects.count() == 1


def test_only_those_who_take_part_own_a_milestone(
    pilot: Pilot, baker: SimpleNamespace, organisation: Any
) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_milestone(
            by=baker.by, pilot=pilot, title="x", due=clock.today(), owner=organisation
        )
    assert error.value.field == "owner"


# --- risks -------------------------------------------------------------------------------------
@pytest.fixture
def risk(pilot: Pilot, baker: SimpleNamespace) -> Risk:
    return actions.add_risk(by=baker.by, pilot=pilot, text="Det regner", owner=baker.actor)


def test_each_party_accepts_for_itself_once(
    risk: Risk, baker: SimpleNamespace, shelter: SimpleNamespace
) -> None:
    for one in (baker, shelter):
        actions.accept_risk(by=one.by, risk=risk, actor=one.actor)
    with pytest.raises(Conflict):
        actions.accept_risk(by=baker.by, risk=risk, actor=baker.actor)
    shown = queries.risks(risk.pilot)[0]
    assert [one.actor.name for one in shown.acceptances.all()] == ["Bageren", "Herberget"]


def test_nobody_accepts_a_risk_for_another_party(
    risk: Risk, baker: SimpleNamespace, shelter: SimpleNamespace
) -> None:
    with pytest.raises(NotAllowed):
        actions.accept_risk(by=baker.by, risk=risk, actor=shelter.actor)
    assert not RiskAcceptance.objects.exists()


@pytest.mark.parametrize("role", [*STRANGERS, "facilitator", "secretariat"])
def test_staff_and_strangers_accept_no_risk(
    request: Any, risk: Risk, baker: SimpleNamespace, role: str
) -> None:
    with pytest.raises(NotAllowed):
        actions.accept_risk(by=the(request, role), risk=risk, actor=baker.actor)


def test_the_example_data_accepts_for_the_parties_but_not_for_others(
    risk: Risk, baker: SimpleNamespace, organisation: Any
) -> None:
    by = system(risk.council)
    assert actions.accept_risk(by=by, risk=risk, actor=baker.actor).actor == baker.actor
    with pytest.raises(Invalid):
        actions.accept_risk(by=by, risk=risk, actor=organisation)


def test_an_outsider_finds_no_risk(risk: Risk, outsider: Principal, baker: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        actions.accept_risk(by=outsider, risk=risk, actor=baker.actor)


def test_the_same_risk_is_named_once(risk: Risk, baker: SimpleNamespace) -> None:
    with pytest.raises(Conflict):
        actions.add_risk(by=baker.by, pilot=risk.pilot, text="Det regner", owner=baker.actor)
    assert Risk.objects.count() == 1


# --- journal -----------------------------------------------------------------------------------
def test_a_photo_loses_what_the_camera_wrote_and_goes_with_its_entry(
    pilot: Pilot, baker: SimpleNamespace, django_capture_on_commit_callbacks: Any
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SecretCam"
    entry = actions.write_journal(
        by=baker.by, pilot=pilot, text="Se", photo=picture(exif=exif), photo_text="Et bord"
    )
    with Image.open(entry.photo.path) as kept:
        assert (kept.size, bool(kept.getexif())) == ((40, 30), False)
    storage, name = entry.photo.storage, entry.photo.name
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_journal_entry(by=baker.by, entry=entry)
    assert not storage.exists(name)


def test_a_photo_takes_a_text_for_those_who_cannot_see_it(
    pilot: Pilot, baker: SimpleNamespace
) -> None:
    with pytest.raises(Invalid) as error:
        actions.write_journal(by=baker.by, pilot=pilot, text="Se", photo=picture())
    assert error.value.field == "photo_text"
    assert not JournalEntry.objects.exists()


def test_the_journal_does_not_tell_of_tomorrow(pilot: Pilot, baker: SimpleNamespace) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Invalid) as error:
        actions.write_journal(by=baker.by, pilot=pilot, text="Se", day=tomorrow)
    assert error.value.field == "day"


def test_an_entry_can_be_taken_away_after_the_pilot(pilot: Pilot, baker: SimpleNamespace) -> None:
    entry = actions.write_journal(by=baker.by, pilot=pilot, text="Et navn for meget")
    actions.end_pilot(by=baker.by, pilot=pilot)
    entry.refresh_from_db()
    actions.remove_journal_entry(by=baker.by, entry=entry)
    assert not JournalEntry.objects.exists()


# --- the end -----------------------------------------------------------------------------------
def test_the_end_is_today_and_on_the_timeline(pilot: Pilot, baker: SimpleNamespace) -> None:
    actions.end_pilot(by=baker.by, pilot=pilot, text="Det gik godt nok")
    pilot.refresh_from_db()
    assert (pilot.status, pilot.ends) == ("ended", clock.today())
    assert timeline(pilot.challenge)[0].reason == "Det gik godt nok"


def test_someone_new_may_not_speak_for_the_baker(pilot: Pilot, council: Council) -> None:
    stranger = cast.a_person(council, "fremmed")
    with pytest.raises(NotAllowed):
        actions.end_pilot(by=stranger, pilot=pilot)
