from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts import actions, package, parcel
from samskab.civic.journey.concepts.models import Adoption, AdoptionReport, Concept
from tests.journey.concepts import parcels
from tests.journey.concepts.conftest import RECIPE, evaluated

ClientAs = Callable[[Principal], Client]

WRITTEN = {
    "title": "Morgenbordet",
    "problem": "Ingen har ansvar for morgenen.",
    "for_whom": "Voksne, der sover på herberg.",
    "core": "Kaffe først.\r\n\r\n  Den samme person igen. ",
    "steps": "Find et bord.",
}


def url(name: str, *args: Any) -> str:
    return reverse(f"concepts:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def downloaded(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


# --- figures that do not count ------------------------------------------------------------------
def test_the_keeper_of_a_recipe_sets_the_figures_of_a_place_aside(
    concept: Concept, adopted: Adoption, facilitator: Principal, neighbour: Principal,
    member: Principal, visitor: Principal, client_as: ClientAs,
) -> None:  # fmt: skip
    actions.report_back(
        by=neighbour, adoption=adopted, note="Godt.", instrument="who5", n=30, estimate=12.0,
        se=2.0,
    )  # fmt: skip
    report, keeper = AdoptionReport.objects.get(), client_as(facilitator)
    home = url("detail", concept.pk)
    page = url("set_aside", report.pk)
    assert page in text(keeper.get(home))
    assert page not in text(client_as(member).get(home))
    assert client_as(member).get(page).status_code == 403
    assert client_as(neighbour).get(page).status_code == 404
    assert keeper.post(page, {"reason": ""}).status_code == 422
    answer = keeper.post(page, {"reason": "Tallene er talt <i>to</i> gange."})
    assert answer["Location"] == f"{home}#h-evidence"
    shown = text(client_as(visitor).get(home))
    assert "Tallene er talt &lt;i&gt;to&lt;/i&gt; gange." in shown
    assert "(tæller ikke med)" in shown
    assert "Lagt sammen er den typiske" not in shown
    assert keeper.post(page, {"reason": "Igen."}).status_code == 409
    keeper.post(url("count_again", report.pk))
    assert "Lagt sammen er den typiske" in text(client_as(visitor).get(home))


# --- from the challenge to the catalogue -------------------------------------------------------
def test_a_person_walks_from_the_challenge_to_a_published_concept(
    challenge: Challenge, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    home = reverse("challenges:detail", args=[challenge.pk])
    assert url("write", challenge.pk) in text(client.get(home))
    page = text(client.get(url("write", challenge.pk)))
    assert "Prøven En seng i nat" in page
    assert "Kaffe kl. 7.30" in page
    answer = client.post(url("write", challenge.pk), WRITTEN)
    concept = Concept.objects.get()
    assert answer["Location"] == url("draft", concept.pk)
    draft = text(client.get(url("draft", concept.pk)))
    assert "Kaffe og brød" in draft
    assert url("publish", concept.pk) in draft
    client.post(url("publish", concept.pk), {"seen": concept.versions.get().version})
    public = text(client_as(visitor).get(url("detail", concept.pk)))
    assert "<li>Den samme person igen.</li>" in public
    assert "8 personer svarede både før og efter." in public
    assert "CC BY 4.0" in public
    assert url("detail", concept.pk) in text(client_as(visitor).get(home))


def test_a_refusal_keeps_what_was_typed(
    tried: Any, facilitator: Principal, client_as: ClientAs
) -> None:
    page = client_as(facilitator).post(url("write", tried("stop").pk), WRITTEN)
    assert page.status_code == 409
    assert "Rådet sagde stop" in text(page)
    assert "Den samme person igen." in text(page)
    page = client_as(facilitator).post(url("write", Challenge.objects.get().pk), {"core": "Kaffe"})
    assert page.status_code == 422
    assert "Kaffe" in text(page)


def test_the_same_form_twice_makes_one_concept(
    challenge: Challenge, facilitator: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    first, second = (
        client.post(url("write", challenge.pk), {**WRITTEN, "once": "a"}) for _ in range(2)
    )
    assert Concept.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_an_unfinished_draft_says_what_is_missing(
    challenge: Challenge, facilitator: Principal, client_as: ClientAs
) -> None:
    concept = actions.write_concept(
        by=facilitator, challenge=challenge, **{**RECIPE, "core": [], "steps": []}
    )
    client = client_as(facilitator)
    page = text(client.get(url("draft", concept.pk)))
    assert "Skriv kernen" in page
    assert "Skriv trinene" in page
    answer = client.post(url("publish", concept.pk), {"once": "p"}, follow=True)
    assert "Skriv kernen" in text(answer)
    concept.refresh_from_db()
    assert not concept.is_public


def test_a_draft_is_edited_and_a_stale_page_is_told(
    drafted: Concept, facilitator: Principal, client_as: ClientAs
) -> None:
    client, seen = client_as(facilitator), drafted.versions.get().version
    page = text(client.get(url("edit", drafted.pk)))
    assert f'name="seen" value="{seen}"' in page
    assert "Den samme person kommer igen." in page
    given = {**WRITTEN, "seen": seen}
    assert client.post(url("edit", drafted.pk), given).status_code == 302
    stale = client.post(url("edit", drafted.pk), {**given, "title": "Sidst"})
    assert stale.status_code == 409
    assert "Sidst" in text(stale)
    assert drafted.versions.get().title == "Morgenbordet"


def test_needs_are_added_and_taken_off_by_form(
    drafted: Concept, facilitator: Principal, categories: dict[str, Category],
    client_as: ClientAs,
) -> None:  # fmt: skip
    client = client_as(facilitator)
    given = {"category": categories["kaffe"].pk, "title": "Te", "amount": "2,5", "unit": "liter"}
    assert client.post(url("add_requirement", drafted.pk), given).status_code == 302
    assert drafted.versions.get().needs[-1]["amount"] == 2.5
    again = client.post(url("add_requirement", drafted.pk), given)
    assert again.status_code == 422
    client.post(url("drop_requirement", drafted.pk), {"title": "Te", "once": "d"})
    assert [need["title"] for need in drafted.versions.get().needs] == [
        "Kaffe og brød", "En der spørger",
    ]  # fmt: skip


# --- who sees what -----------------------------------------------------------------------------
def test_a_draft_is_not_found_by_the_public(
    drafted: Concept, visitor: Principal, participant: Principal, member: Principal,
    outsider: Principal, client_as: ClientAs,
) -> None:  # fmt: skip
    for by in (visitor, participant, outsider):
        assert client_as(by).get(url("detail", drafted.pk)).status_code == 404
        assert client_as(by).get(url("draft", drafted.pk)).status_code == 404
        assert "Morgenbordet" not in text(client_as(by).get(url("list")))
        challenge = reverse("challenges:detail", args=[drafted.challenge_id])
        assert "Morgenbordet" not in text(client_as(by).get(challenge))
    assert client_as(member).get(url("draft", drafted.pk)).status_code == 403


def test_another_council_finds_none_of_the_pages(
    concept: Concept, adopted: Adoption, secretariat: Principal, neighbour: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    pages = {
        neighbour: [
            url("detail", concept.pk), url("version", concept.pk, 1), url("package", concept.pk, 1),
            url("changes", concept.pk, 1), url("draft", concept.pk), url("adopt", concept.pk),
            url("write", concept.challenge_id),
        ],
        secretariat: [
            url("detail", adopted.concept_id), url("adoption", adopted.pk),
            url("report", adopted.pk), url("report_file", adopted.pk),
            url("adopt", adopted.concept_id),
        ],
    }  # fmt: skip
    for by, addresses in pages.items():
        for address in addresses:
            assert client_as(by).get(address).status_code == 404, address


@pytest.mark.parametrize(
    "name", ["publish", "begin_version", "drop_requirement", "fetch", "begin_use", "take_needs"]
)
def test_looking_at_a_button_changes_nothing(
    name: str, concept: Concept, adopted: Adoption, facilitator: Principal, neighbour: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    draft = actions.begin_version(by=facilitator, concept=concept)
    ours = name in {"publish", "begin_version", "drop_requirement"}
    before = (Concept.objects.count(), draft.version, adopted.version)
    args = [] if name == "fetch" else [concept.pk if ours else adopted.pk]
    client_as(facilitator if ours else neighbour).get(url(name, *args))
    draft.refresh_from_db()
    adopted.refresh_from_db()
    assert (Concept.objects.count(), draft.version, adopted.version) == before
    assert draft.is_draft


def test_the_work_pages_are_for_staff(
    concept: Concept, member: Principal, visitor: Principal, secretariat: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    for name in ("elsewhere", "import", "take_report"):
        assert client_as(visitor).get(url(name)).status_code == 403
        assert client_as(member).get(url(name)).status_code == 403
        assert client_as(secretariat).get(url(name)).status_code == 200


def test_reading_sets_no_cookie(concept: Concept, visitor: Principal, client_as: ClientAs) -> None:
    client = client_as(visitor)
    for address in (url("list"), url("detail", concept.pk)):
        assert not client.get(address).cookies


# --- the catalogue -----------------------------------------------------------------------------
def test_the_catalogue_filters_and_downloads(
    concept: Concept, categories: dict[str, Category], visitor: Principal, client_as: ClientAs
) -> None:
    client, found = client_as(visitor), url("detail", concept.pk)
    group = categories["hjemloese"].pk
    for query in ("", "?q=MORGENBORDET", f"?group={group}", "?level=too_little", "?source=own"):
        assert found in text(client.get(url("list") + query)), query
    for query in ("?q=svømning", "?level=established", "?source=elsewhere"):
        assert found not in text(client.get(url("list") + query)), query
    file = downloaded(client.get(url("list") + "?format=csv")).splitlines()
    assert file[1].startswith("Morgenbordet,")
    assert "too_little" in file[1]


def test_what_did_not_work_stands_in_the_catalogue(
    tried: Any, visitor: Principal, client_as: ClientAs
) -> None:
    challenge = tried("stop")
    page = text(client_as(visitor).get(url("list") + "?level=not_working"))
    assert "Virkede ikke her" in page
    assert "Kaffen kommer først." in page
    assert reverse("challenges:detail", args=[challenge.pk]) in page
    home = text(client_as(visitor).get(reverse("challenges:detail", args=[challenge.pk])))
    assert "Rådet sagde stop" in home
    assert "Virkede ikke her" not in text(client_as(visitor).get(url("list") + "?q=kaffe"))


def test_versions_stand_side_by_side(
    concept: Concept, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    draft = actions.begin_version(by=facilitator, concept=concept)
    core = ["Kaffe og brød kommer først.", "Den samme person kommer i morgen."]
    actions.edit_version(
        by=facilitator, version=draft, **{**RECIPE, "core": core, "changes": "Ny linje"}
    )
    actions.publish_version(by=facilitator, version=draft)
    client = client_as(visitor)
    page = text(client.get(url("changes", concept.pk, 2)))
    assert re.search(r"<ins>.*i morgen\..*</ins>", page)
    assert re.search(r"<del>.*igen\..*</del>", page)
    old = text(client.get(url("version", concept.pk, 1)))
    assert "Den samme person kommer igen." in old
    assert "Der er en nyere udgave" in old
    assert client.get(url("changes", concept.pk, 1)).status_code == 404
    assert client.get(url("version", concept.pk, 3)).status_code == 404


def test_a_draft_of_a_new_version_has_no_page_of_its_own_for_the_public(
    concept: Concept, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    actions.begin_version(by=facilitator, concept=concept)
    for name in ("version", "package", "changes"):
        assert client_as(visitor).get(url(name, concept.pk, 2)).status_code == 404


# --- files -------------------------------------------------------------------------------------
def test_anybody_downloads_the_concept_and_the_schema(
    concept: Concept, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    file = client.get(url("package", concept.pk, 1))
    assert file["Content-Disposition"] == 'attachment; filename="morgenbordet-1.zip"'
    data = b"".join(file.streaming_content)
    assert parcel.opened(BytesIO(data)).document["version"]["title"] == "Morgenbordet"
    printed = client.get(url("pdf", concept.pk, 1))
    assert (printed["Content-Type"], printed.content[:5]) == ("application/pdf", b"%PDF-")
    addresses = {
        "/koncepter/schema.json": package.FORMAT,
        "/koncepter/svar.schema.json": package.REPORT_FORMAT,
    }
    for address, name in addresses.items():
        assert client.get(address).json() == json.loads(package.schema(name))
    assert client.get("/koncepter/pakke.schema.json").json() == json.loads(parcel.schema())


def upload(client: Client, data: bytes, name: str = "import", **more: str) -> Any:
    file = SimpleUploadedFile("x.zip", data)
    return client.post(url(name), {"file": file, **more})


def hostile(concept: Concept) -> bytes:
    version = concept.versions.get()
    document = package.document(version)
    evil = "<script>alert(1)</script>"
    document["council"] = {"slug": "fjern", "name": evil}
    document["version"] |= {"title": evil, "problem": evil, "core": [evil, "{{ 7|add:7 }}"]}
    document["version"]["needs"][0] |= {"title": evil, "unit": evil, "category_name": evil}
    document["evidence"]["sentences"]["da"] = [evil, "[klik](javascript:alert(1))"]
    return parcels.signed(document)


def test_html_in_an_imported_text_is_only_text_on_every_page(
    concept: Concept, neighbour: Principal, client_as: ClientAs, tmp_path: Path
) -> None:
    client = client_as(neighbour)
    with parcels.another_installation(tmp_path / "there"):
        data = hostile(concept)
    page = upload(client, data)
    assert page.status_code == 422
    assert "Bed dem om deres nøgle" in text(page)
    assert "<script>alert" not in text(page)
    answer = upload(client, data, trust="on")
    fetched = Concept.objects.get(origin_slug="fjern")
    assert answer["Location"] == url("detail", fetched.pk)
    adoption = actions.adopt(by=neighbour, concept=fetched)
    pages = [url("list"), url("detail", fetched.pk), url("adoption", adoption.pk),
             url("report", adoption.pk),
             reverse("challenges:detail", args=[adoption.challenge_id])]  # fmt: skip
    for address in pages:
        page = text(client.get(address))
        assert "<script>alert" not in page, address
        assert "&lt;script&gt;alert" in page, address
        assert 'href="javascript:' not in page
    assert "{{ 7|add:7 }}" in text(client.get(url("detail", fetched.pk)))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"x" * 100_000])
def test_a_bad_file_is_told_on_the_form(
    data: bytes, secretariat: Principal, client_as: ClientAs
) -> None:
    page = upload(client_as(secretariat), data)
    assert page.status_code == 422
    assert "fil" in text(page)
    assert not Concept.objects.exists()


def test_another_text_of_the_same_version_is_told_as_a_conflict(
    concept: Concept, fetched: Concept, neighbour: Principal, client_as: ClientAs
) -> None:
    document = package.document(concept.versions.get())
    document["version"]["title"] = "Et andet bord"
    page = upload(client_as(neighbour), parcels.signed(document))
    assert page.status_code == 409
    assert "Spørg rådet" in text(page)
    assert fetched.versions.count() == 1


def test_the_same_upload_twice_leads_to_the_same_place(
    concept: Concept, neighbour: Principal, client_as: ClientAs
) -> None:
    client, data = client_as(neighbour), parcel.packed(concept.versions.get())
    first, second = (upload(client, data, once="u") for _ in range(2))
    third = upload(client, data, once="v")
    assert first["Location"] == second["Location"] == third["Location"]
    assert Concept.objects.filter(council=neighbour.council).count() == 1


# --- use and report ----------------------------------------------------------------------------
def test_a_neighbour_finds_uses_and_reports_and_the_page_shows_it(
    concept: Concept, neighbour: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(neighbour)
    assert "Morgenbordet" in text(client.get(url("elsewhere")))
    answer = client.post(
        url("fetch"), {"council": "silkeborg", "slug": "morgenbordet", "once": "f"}
    )
    fetched = Concept.objects.get(council=neighbour.council)
    assert answer["Location"] == url("detail", fetched.pk)
    assert url("adopt", fetched.pk) in text(client.get(url("detail", fetched.pk)))
    client.post(url("adopt", fetched.pk), {"plan": "På biblioteket.", "changed": "To morgener."})
    adoption = Adoption.objects.get()
    page = text(client.get(url("adoption", adoption.pk)))
    assert "På biblioteket." in page
    client.post(url("begin_use", adoption.pk), {"once": "b"})
    bad = client.post(url("report", adoption.pk), {"note": "Godt.", "n": "3", "estimate": "7,2"})
    assert bad.status_code == 422
    assert "7,2" in text(bad)
    seen = Adoption.objects.get().version
    given = {"note": "Vi er glade.", "changed": "To morgener.", "core_kept": "yes", "n": "9",
             "estimate": "7,2", "se": "3,9", "scale": "who5", "seen": seen}  # fmt: skip
    assert client.post(url("report", adoption.pk), given).status_code == 302
    page = text(client_as(visitor).get(url("detail", concept.pk)))
    for words in ("Nabo", "Vi er glade.", "To morgener.", "Hele kernen er holdt.", "<polygon",
                  "2 steder har målt.", "7,2"):  # fmt: skip
        assert words in page, words
    assert "Morgenbordet" in text(client_as(Principal(neighbour.council)).get(url("list")))


def test_an_answer_travels_as_a_file_too(
    concept: Concept, adopted: Adoption, neighbour: Principal, secretariat: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    AdoptionReport.objects.all().delete()
    data = client_as(neighbour).get(url("report_file", adopted.pk)).content
    answer = upload(client_as(secretariat), data, "take_report")
    assert answer["Location"] == url("detail", concept.pk)
    assert AdoptionReport.objects.get().place_name == "Nabo"
    page = upload(client_as(secretariat), b"{}", "take_report")
    assert page.status_code == 422


def test_needs_that_wait_are_taken_over_with_one_click(
    concept: Concept, neighbour: Principal, client_as: ClientAs
) -> None:
    fetched, _new = actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=concept.slug)
    adoption = actions.adopt(by=neighbour, concept=fetched)
    client = client_as(neighbour)
    page = text(client.get(url("adoption", adoption.pk)))
    assert "Behov, der venter" in page
    told = client.post(url("take_needs", adoption.pk), {"once": "t"}, follow=True)
    assert "Ordene til disse behov" in text(told)
    from tests.journey.concepts.conftest import words

    words(neighbour.council)
    client.post(url("take_needs", adoption.pk), {"once": "u"})
    assert adoption.challenge.needs.count() == 2
    assert "Behov, der venter" not in text(client.get(url("adoption", adoption.pk)))


def test_the_pages_read_in_english_too(
    concept: Concept, adopted: Adoption, visitor: Principal, client_as: ClientAs
) -> None:
    page = text(client_as(visitor).get("/en" + url("detail", concept.pk)))
    assert "The core: keep this" in page
    assert "8 people answered both before and after." in page
    assert "Planned" in page


# --- cost --------------------------------------------------------------------------------------
def cost(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def report(concept: Concept, number: int) -> None:
    AdoptionReport.objects.create(
        council=concept.council, concept=concept, used_number=1, place_slug=f"by-{number}",
        place_name=f"By {number}", place_key=f"by-{number}:1", adopted_on=date(2026, 3, 1),
        reported_on=date(2026, 9, 1), status="reported", note="Godt.", instrument="who5", n=9,
        estimate=7.0, se=3.0, low=1.0, high=13.0,
    )  # fmt: skip


def test_three_rows_cost_what_one_costs(
    concept: Concept, council: Council, facilitator: Principal, visitor: Principal,
    neighbour: Principal, client_as: ClientAs,
) -> None:  # fmt: skip
    client, there = client_as(visitor), client_as(neighbour)
    detail = url("detail", concept.pk)
    report(concept, 0)
    evaluated(council, "stop", "Stoppet 0")

    def costs() -> tuple[int, int, int]:
        return cost(client, url("list")), cost(client, detail), cost(there, url("elsewhere"))

    one = costs()
    for number in (1, 2):
        report(concept, number)
        evaluated(council, "stop", f"Stoppet {number}")
        made = actions.write_concept(
            by=facilitator, challenge=evaluated(council, "spread", f"Nr {number}"), **RECIPE
        )
        actions.publish_version(by=facilitator, version=made.versions.get())
    assert costs() == one
    assert max(one) <= 20
    page = text(client.get(url("list")))
    assert page.count("Morgenbordet") >= 3
