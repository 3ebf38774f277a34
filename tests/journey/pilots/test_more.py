"""Who does what, reminders of milestones, drawings of thinking and of who relies on whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import waiting
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.evaluation.models import Round
from samskab.civic.journey.pilots import actions, drawing, views
from samskab.civic.journey.pilots.models import STAGES, Crew, Milestone, Pilot
from tests.journey.pilots import scene

ClientAs = Callable[[Principal], Client]
LONG = "En meget lang tekst om alt det, vi vil gøre sammen med dem, det handler om. " * 3


def url(name: str, *args: Any) -> str:
    return reverse(f"pilots:{name}", args=[getattr(one, "pk", one) for one in args])


# --- people ------------------------------------------------------------------------------------
def test_a_part_is_added_shown_and_taken_away(
    pilot: Pilot, baker: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(baker.by)
    wrong = client.post(url("crew", pilot), {"role": "Vært", "people": "0"})
    assert (wrong.status_code, "Vært" in wrong.content.decode()) == (422, True)
    given = {"role": "Vært", "actor": baker.actor.pk, "people": "2", "hours": "4", "once": "a"}
    for _ in range(2):
        client.post(url("crew", pilot), given)
    row = Crew.objects.get()
    assert (row.role, row.people, row.hours, row.actor) == ("Vært", 2, 4, baker.actor)
    text = client_as(visitor).get(url("detail", pilot)).content.decode()
    assert re.search(r"Vært</strong><br><span class=\"s-small\">2 personer · 4 timer om ugen", text)
    client.post(url("remove_crew", row), {"once": "b"})
    assert not Crew.objects.exists()


def test_a_part_stands_once_and_comes_from_a_party(
    pilot: Pilot, baker: SimpleNamespace, council: Council
) -> None:
    actions.add_crew(by=baker.by, pilot=pilot, role="Vært")
    with pytest.raises(Conflict):
        actions.add_crew(by=baker.by, pilot=pilot, role="Vært")
    for wrong in ({"role": " "}, {"people": 0}, {"hours": -1},
                  {"actor": scene.party(council, "Andre").actor}):  # fmt: skip
        with pytest.raises(Invalid):
            actions.add_crew(by=baker.by, pilot=pilot, **{"role": "Kok", **wrong})
    assert Crew.objects.count() == 1


@pytest.mark.parametrize("role", ["visitor", "participant", "member", "representative"])
def test_others_say_nothing_about_who_does_what(
    request: Any, pilot: Pilot, baker: SimpleNamespace, outsider: Principal, role: str
) -> None:
    row = actions.add_crew(by=baker.by, pilot=pilot, role="Vært")
    by = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        actions.add_crew(by=by, pilot=pilot, role="Kok")
    with pytest.raises(NotAllowed):
        actions.remove_crew(by=by, crew=row)
    with pytest.raises(NotFound):
        actions.remove_crew(by=outsider, crew=row)


def test_when_the_pilot_is_over_its_people_stand(
    pilot: Pilot, baker: SimpleNamespace, facilitator: Principal
) -> None:
    row = actions.add_crew(by=baker.by, pilot=pilot, role="Vært")
    actions.end_pilot(by=facilitator, pilot=pilot)
    with pytest.raises(Conflict):
        actions.add_crew(by=baker.by, pilot=pilot, role="Kok")
    with pytest.raises(Conflict):
        actions.remove_crew(by=baker.by, crew=row)


# --- reminders ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "subject"),
    [
        (8, None),
        (7, "Snart: Første bord"),
        (0, "Snart: Første bord"),
        (-1, "Dagen er gået: Første bord"),
    ],
)
def test_those_who_see_to_a_milestone_are_reminded_once(
    pilot: Pilot, baker: SimpleNamespace, days: int, subject: str | None
) -> None:
    due = clock.today() + timedelta(days=days)
    actions.add_milestone(by=baker.by, pilot=pilot, title="Første bord", due=due, owner=baker.actor)
    for _ in range(2):
        actions.remind_of_milestones(council=pilot.council)
    mails = Message.objects.filter(kind="pilots.milestone")
    assert [one.subject for one in mails] == ([subject] if subject else [])
    assert all(url("detail", pilot) in one.text for one in mails)


def test_without_an_owner_all_parties_are_reminded_and_later_told_that_it_is_late(
    pilot: Pilot, baker: SimpleNamespace
) -> None:
    actions.add_milestone(by=baker.by, pilot=pilot, title="Midtvejs", due=clock.today())
    assert actions.remind_of_milestones(council=pilot.council) == 1
    assert Message.objects.filter(kind="pilots.milestone").count() == 2
    with clock.at(clock.now() + timedelta(days=2)):
        assert actions.remind_of_milestones(council=pilot.council) == 1
    assert Message.objects.filter(kind="pilots.milestone").count() == 4


def test_nobody_is_reminded_of_what_is_reached_or_over(
    pilot: Pilot, baker: SimpleNamespace, facilitator: Principal, other_council: Council
) -> None:
    today = clock.today()
    done = actions.add_milestone(by=baker.by, pilot=pilot, title="Nået", due=today)
    actions.reach_milestone(by=baker.by, milestone=done)
    actions.add_milestone(by=baker.by, pilot=pilot, title="Åben", due=today)
    assert actions.remind_of_milestones(council=other_council) == 0
    actions.end_pilot(by=facilitator, pilot=pilot)
    assert actions.remind_of_milestones(council=pilot.council) == 0
    assert not Message.objects.filter(kind="pilots.milestone").exists()
    assert Milestone.objects.get(title="Åben").reminded is None


# --- drawings ----------------------------------------------------------------------------------
def thought(pilot: Pilot, by: Principal) -> Pilot:
    return actions.edit_theory(
        by=by,
        pilot=pilot,
        stages={key: [f"{key} <b>", LONG] for key in STAGES},
        assumptions={"problem": ["Folk kommer", LONG], "outcomes": ["Det varer ved"]},
    )


def test_every_text_of_the_theory_is_in_the_drawing_inside_its_box(
    pilot: Pilot, baker: SimpleNamespace
) -> None:
    drawn = drawing.theory(thought(pilot, baker.by).stages)
    assert [box.key for box in drawn.boxes] == list(STAGES)
    for box, after in zip(drawn.boxes, [*drawn.boxes[1:], None], strict=True):
        assert " ".join(line.text for line in box.lines).split() == f"{box.key} <b> {LONG}".split()
        assert all(box.y < line.y < box.y + box.height for line in box.lines)
        assert max(len(line.text) for line in box.lines) * 7.4 <= drawn.box_width
        if after is None:
            assert (box.arrow, box.assumed) == (None, [])
        else:
            assert box.arrow == (box.y + box.height, after.y)
            assert all(box.arrow[0] < line.y < after.y for line in box.assumed)
    assert drawn.boxes[-1].y + drawn.boxes[-1].height < drawn.height
    assert "Folk kommer" in [line.text for line in drawn.boxes[0].assumed]


def test_the_drawing_is_on_the_page_and_a_file_of_its_own(
    pilot: Pilot, baker: SimpleNamespace, visitor: Principal, outsider: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    client = client_as(visitor)
    assert client.get(url("drawing", pilot)).status_code == 404
    thought(pilot, baker.by)
    file = client.get(url("drawing", pilot))
    root = ElementTree.fromstring(file.content)  # noqa: S314 - our own
    said = " ".join(root.itertext())
    assert (file["Content-Type"], root.get("role")) == ("image/svg+xml", "img")
    assert "problem <b>" in said
    assert "Det varer ved" in said
    assert root.get("aria-label", "").startswith("Sådan tror vi")
    page = client.get(url("detail", pilot)).content.decode()
    assert "teori.svg" in page
    assert "problem &lt;b&gt;" in page
    assert client_as(outsider).get(url("drawing", pilot)).status_code == 404


def test_the_theory_is_edited_as_a_table(
    pilot: Pilot, baker: SimpleNamespace, client_as: ClientAs
) -> None:
    client = client_as(baker.by)
    text = client.get(url("theory", pilot)).content.decode()
    assert text.count("<textarea") == 11
    assert text.count('<th scope="row">') == 6
    client.post(url("theory", pilot), {"problem": "Sult", "problem_assumptions": "Folk kommer"})
    pilot.refresh_from_db()
    assert (pilot.problem, pilot.assumptions) == (["Sult"], {"problem": ["Folk kommer"]})


def test_the_map_shows_each_promise_of_the_agreement(
    pilot: Pilot, baker: SimpleNamespace, shelter: SimpleNamespace, visitor: Principal,
    client_as: ClientAs, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    page = url("detail", pilot)
    assert "Hvem regner med hvem" not in client_as(visitor).get(page).content.decode()
    promises: Any = [
        SimpleNamespace(giver=party.actor, need=SimpleNamespace(title=need), what="2 stk.")
        for party, need in (
            (baker, "Brød til alle"), (shelter, "Et varmt rum"), (shelter, "Brød til alle")
        )
    ]  # fmt: skip
    monkeypatch.setattr(views, "dependences", lambda agreement: promises)
    text = client_as(visitor).get(page).content.decode()
    assert "Hvem regner med hvem" in text
    assert "Alle regner med Bageren til Brød til alle (2 stk.)." in text
    found = drawing.web(promises)
    assert found is not None
    assert (len(found.parties), len(found.needs), len(found.bonds)) == (2, 2, 3)
    assert drawing.web([]) is None


# --- what it rests on --------------------------------------------------------------------------
def test_a_pilot_names_its_model_apart_from_other_knowledge(
    pilot: Pilot, baker: SimpleNamespace, council: Council, client_as: ClientAs
) -> None:
    model, case = (
        Article.objects.create(
            council=council, kind=kind, title_da=title, slug=f"viden-{kind}", text_da="Tekst"
        )
        for kind, title in (("model", "Værtsmodel"), ("case", "Aarhus"))
    )
    client = client_as(baker.by)
    assert "Værtsmodel" in client.get(url("plan", pilot)).content.decode()
    client.post(
        url("plan", pilot),
        {"title": "Morgenbord", "starts": "2026-01-05", "model": model.pk, "articles": [case.pk]},
    )
    assert set(pilot.articles.all()) == {model, case}
    text = client.get(url("detail", pilot)).content.decode()
    assert re.search(r"Samarbejdsmodel</p>.*Værtsmodel.*Viden</p>.*Aarhus", text, re.DOTALL)
    typed = client.get(url("plan", pilot)).content.decode()
    assert re.search(rf'<option value="{model.pk}" selected', typed)


def test_an_article_shows_the_pilots_that_build_on_it(
    council: Council, pilot: Pilot, visitor: Principal, client_as: ClientAs
) -> None:
    article = write_article(by=system(council), kind="case", title_da="Kaffe", text_da="Varm.")
    assert "Brugt af" not in client_as(visitor).get("/viden/kaffe/").content.decode()
    pilot.articles.set([article])
    page = client_as(visitor).get("/viden/kaffe/").content.decode()
    assert "Brugt af" in page
    assert f'href="/pilotprojekter/{pilot.pk}/"' in page


# --- the desk ----------------------------------------------------------------------------------
def pile(by: Principal, label: str) -> tuple[int, int]:
    (found,) = [one for one in waiting(by) if str(one.label) == label]
    return found.number, found.late


def test_the_desk_counts_milestones_that_are_near_and_those_that_are_late(
    pilot: Pilot, baker: SimpleNamespace, secretariat: Principal
) -> None:
    label, today = "Pilotprojekters milepæle inden for en uge", clock.today()
    assert pile(secretariat, label) == (0, 0)
    for title, days in (("Sent", -1), ("Snart", 3), ("Senere", 30), ("Nået", -2)):
        row = actions.add_milestone(
            by=baker.by, pilot=pilot, title=title, due=today + timedelta(days=days)
        )
        if title == "Nået":
            actions.reach_milestone(by=baker.by, milestone=row)
    assert pile(secretariat, label) == (2, 1)


def test_the_desk_tells_of_pilots_that_should_have_ended(
    pilot: Pilot, secretariat: Principal
) -> None:
    label, today = "Pilotprojekter, hvis sidste dag er gået", clock.today()
    assert pile(secretariat, label) == (0, 0)
    Pilot.objects.update(starts=today - timedelta(days=9), ends=today - timedelta(days=1))
    assert pile(secretariat, label) == (1, 1)
    Pilot.objects.update(status="ended")
    assert pile(secretariat, label) == (0, 0)


def test_the_desk_tells_of_pilots_that_nobody_has_asked_about_since(
    pilot: Pilot, council: Council, secretariat: Principal
) -> None:
    label, today = "Pilotprojekter at spørge til igen, et halvt år efter", clock.today()
    ended = today - timedelta(days=200)
    Pilot.objects.update(starts=ended, ends=ended, status="ended")
    assert pile(secretariat, label) == (0, 0)  # nobody was asked at the end either
    Round.objects.create(council=council, pilot=pilot, when="after", closed=clock.now())
    assert pile(secretariat, label) == (1, 0)
    Pilot.objects.update(ends=today - timedelta(days=400), starts=today - timedelta(days=500))
    assert pile(secretariat, label) == (1, 1)
    Round.objects.create(council=council, pilot=pilot, when="followup")
    assert pile(secretariat, label) == (0, 0)
