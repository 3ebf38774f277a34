"""Files that travel along, and the plan that a pilot elsewhere begins with."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal
from samskab.civic.journey.concepts import actions, kinds, queries
from samskab.civic.journey.concepts.models import Adoption, Concept, ConceptVersion, Material
from samskab.civic.journey.pilots.models import Pilot

PDF = b"%PDF-1.7 en plakat"


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def add(by: Principal, concept: Concept, name: str, body: bytes = PDF, title: str = "x") -> Any:
    version = concept.versions.get(published_at__isnull=True)
    file = SimpleUploadedFile(name, body)
    return actions.add_material(by=by, version=version, file=file, title=title)


def names(version: ConceptVersion) -> list[str]:
    return [row.name for row in version.materials.all()]


def files() -> int:
    return len(default_storage.listdir("concepts")[1]) if default_storage.exists("concepts") else 0


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Plakat på dør (2).PDF", "plakat-paa-doer-2.pdf"), ("skema.docx", "skema.docx"),
        ("../../etc/passwd.txt", "etcpasswd.txt"), ("foto.JPEG", "foto.jpg"), (".pdf", "fil.pdf"),
        ("æøå.csv", "aeoeaa.csv"), ("side.html", ""), ("billede.svg", ""), ("x.exe", ""), ("x", ""),
        ("makro.docm", ""), ("", ""), ("x.pdf.html", ""), ("CON.pdf", "con.pdf"),
        ("l" * 200 + ".pdf", "l" * 58 + ".pdf"),
    ],
)  # fmt: skip
def test_a_name_is_made_tidy_or_its_kind_is_refused(given: str, kept: str) -> None:
    assert kinds.tidy_name(given) == kept
    assert bool(kept) == (kinds.kind_of(kept) is not None)


def test_files_come_on_the_draft_and_go_again(drafted: Concept, facilitator: Principal) -> None:
    version = add(facilitator, drafted, "Plakat.pdf", title="Plakaten")
    add(facilitator, drafted, "liste.txt", "Æbler".encode())
    assert names(version) == ["liste.txt", "plakat.pdf"]
    assert files() == 2
    actions.drop_material(by=facilitator, version=version, name="liste.txt")
    with pytest.raises(Conflict):
        actions.drop_material(by=facilitator, version=version, name="liste.txt")
    assert names(version) == ["plakat.pdf"]


def test_a_picture_loses_what_the_camera_wrote(drafted: Concept, facilitator: Principal) -> None:
    picture, target = Image.new("RGB", (40, 30), "red"), BytesIO()
    exif = picture.getexif()
    exif[0x010E] = "Hemmeligt sted"
    picture.save(target, "PNG", exif=exif)
    version = add(facilitator, drafted, "Foto.png", target.getvalue())
    row = version.materials.get()
    with row.file.open() as file:
        kept = file.read()
    assert row.name == "foto.jpg"
    assert kept.startswith(b"\xff\xd8\xff")
    assert b"Hemmeligt" not in kept


def test_what_cannot_travel_is_refused_and_leaves_no_file(
    drafted: Concept, facilitator: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(facilitator, drafted, "a.pdf")
    for name, body in (("a.pdf", PDF), ("b.html", b"<p>"), ("b.pdf", b"<html>"), ("b.txt", b"\0"),
                       ("b.jpg", b"\xff\xd8\xffx"), ("b.pdf", b"")):  # fmt: skip
        with pytest.raises(Invalid) as error:
            add(facilitator, drafted, name, body)
        assert error.value.field == "file"
    monkeypatch.setattr(kinds, "BYTES_AT_MOST", len(PDF) + 3)
    with pytest.raises(Invalid, match="50 MB"):
        add(facilitator, drafted, "c.pdf")
    monkeypatch.setattr(kinds, "MATERIALS_AT_MOST", 1)
    with pytest.raises(Invalid):
        add(facilitator, drafted, "d.pdf")
    assert (Material.objects.count(), files()) == (1, 1)


def test_the_wrong_people_add_nothing(
    drafted: Concept, member: Principal, visitor: Principal, outsider: Principal
) -> None:
    version = drafted.versions.get()
    for by, error in ((member, NotAllowed), (visitor, NotAllowed), (outsider, NotFound)):
        with pytest.raises(error):
            add(by, drafted, "a.pdf")
        with pytest.raises(error):
            actions.drop_material(by=by, version=version, name="a.pdf")
    assert files() == 0


def test_the_next_version_has_the_same_files_until_it_drops_them(
    drafted: Concept, facilitator: Principal, visitor: Principal, client_as: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    first = add(facilitator, drafted, "plakat.pdf", title="Plakaten")
    actions.publish_version(by=facilitator, version=first)
    with pytest.raises(Conflict):
        actions.drop_material(by=facilitator, version=first, name="plakat.pdf")
    concept = Concept.objects.get()
    draft = actions.begin_version(by=facilitator, concept=concept)
    assert (names(draft), files()) == (["plakat.pdf"], 1)
    with django_capture_on_commit_callbacks(execute=True):
        actions.drop_material(by=facilitator, version=draft, name="plakat.pdf")
    assert (names(draft), names(first), files()) == ([], ["plakat.pdf"], 1)
    client = client_as(visitor)
    page = client.get(reverse("concepts:detail", args=[concept.pk])).content.decode()
    address = reverse("concepts:material", args=[concept.pk, 1, "plakat.pdf"])
    assert address in page
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="plakat.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    for number, name in ((1, "andet.pdf"), (2, "plakat.pdf"), (1, "x.html")):
        assert client.get(reverse("concepts:material", args=[concept.pk, number, name])
                          ).status_code in {403, 404}  # fmt: skip


def test_a_file_is_added_on_its_page(
    drafted: Concept, facilitator: Principal, client_as: Any
) -> None:
    client, address = client_as(facilitator), reverse("concepts:add_material", args=[drafted.pk])
    given = {"title": "Plakaten", "file": SimpleUploadedFile("plakat.pdf", PDF), "once": "a"}
    assert client.post(address, given).status_code == 302
    bad = client.post(address, {"title": "Siden", "file": SimpleUploadedFile("x.html", b"<p>")})
    assert bad.status_code == 422
    assert "Siden" in bad.content.decode()
    draft = client.get(reverse("concepts:draft", args=[drafted.pk])).content.decode()
    assert "plakat.pdf" in draft
    drop = reverse("concepts:drop_material", args=[drafted.pk])
    client.post(drop, {"name": "plakat.pdf", "once": "b"})
    assert not Material.objects.exists()


# --- the plan ----------------------------------------------------------------------------------
def started(council: Council, challenge: Challenge) -> Pilot:
    common = {"council": council, "challenge": challenge}
    proposal = CoalitionProposal.objects.create(**common, number=1, origin="hand")
    agreement = Agreement.objects.create(**common, proposal=proposal, purpose="P", notice="30 dage")
    pilot: Pilot = Pilot.objects.create(
        **common, agreement=agreement, title="Vores prøve", starts=date(2026, 5, 1)
    )
    return pilot


def test_a_recipe_carries_the_plan_of_its_pilot(
    challenge: Challenge, facilitator: Principal
) -> None:
    Pilot.objects.update(
        problem=["Ingen har timen"], outcomes=["Ro"], assumptions={"outcomes": ["Kaffe hjælper"]},
        ends=date(2026, 4, 27), people=12,
    )  # fmt: skip
    from tests.journey.concepts.conftest import RECIPE

    concept = actions.write_concept(by=facilitator, challenge=challenge, **RECIPE)
    assert concept.versions.get().plan == {
        "stages": {"problem": ["Ingen har timen"], "activities": ["Kaffe kl. 7.30"],
                   "outcomes": ["Ro"]},
        "assumptions": {"outcomes": ["Kaffe hjælper"]}, "weeks": 16, "people": 12,
    }  # fmt: skip
    assert actions.publish_version(by=facilitator, version=concept.versions.get()).is_public


def test_the_plan_becomes_the_theory_of_the_pilot_once(
    adopted: Adoption, neighbour: Principal, client_as: Any
) -> None:
    concept = adopted.concept
    with pytest.raises(Conflict):
        actions.take_over_plan(by=neighbour, concept=concept, adoption=adopted)
    pilot = started(neighbour.council, adopted.challenge)
    client = client_as(neighbour)
    page = client.get(reverse("concepts:adoption", args=[adopted.pk])).content.decode()
    address = reverse("concepts:take_plan", args=[adopted.pk])
    assert address in page
    assert "Kaffe kl. 7.30" in page
    answer = client.post(address, {"once": "a"})
    assert answer["Location"] == reverse("pilots:detail", args=[pilot.pk])
    pilot.refresh_from_db()
    assert pilot.activities == ["Kaffe kl. 7.30"]
    with pytest.raises(CivicError):
        actions.take_over_plan(by=neighbour, concept=concept, adoption=adopted)


def test_a_recipe_without_a_plan_makes_one_of_its_steps(concept: Concept) -> None:
    ConceptVersion.objects.update(plan={})
    plan = queries.plan_to_use(concept.versions.get())
    assert plan["stages"]["activities"] == ["Spørg dem, der sover der.", "Find et bord."]
    assert plan["stages"]["resources"][0] == "Kaffe og brød: 48 måltider om ugen"


def test_the_plan_is_taken_over_by_the_right_people(
    adopted: Adoption, facilitator: Principal, other_council: Council
) -> None:
    started(adopted.council, adopted.challenge)
    with pytest.raises(NotFound):
        actions.take_over_plan(by=facilitator, concept=adopted.concept, adoption=adopted)
    with pytest.raises(NotAllowed):
        visitor = Principal(other_council)
        actions.take_over_plan(by=visitor, concept=adopted.concept, adoption=adopted)


def test_the_report_begins_with_the_figures_of_our_own_evaluation(
    adopted: Adoption, neighbour: Principal, client_as: Any
) -> None:
    from tests.journey.concepts.conftest import evaluated

    tried = evaluated(neighbour.council, "adapt", "Vores bord")
    Adoption.objects.update(challenge=tried)
    client = client_as(neighbour)
    page = client.get(reverse("concepts:report", args=[adopted.pk])).content.decode()
    assert "Tallene kommer fra jeres evaluering" in page
    assert 'name="n" value="8"' in page
    assert 'name="estimate" value="20' in page
