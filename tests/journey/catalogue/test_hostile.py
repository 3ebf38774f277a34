"""A third installation that wishes us ill: it achieves nothing, and nothing is half done."""

from __future__ import annotations

import json
import time
import zipfile
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from samskab.civic.foundation.core import outgoing
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.catalogue import actions, remote
from samskab.civic.journey.catalogue.models import Listing, Source
from samskab.civic.journey.concepts import package, parcel, signing
from samskab.civic.journey.concepts.models import AdoptionReport, Concept, Material, Publisher
from tests.journey.catalogue.conftest import Other, line, page, pull
from tests.journey.concepts import parcels

EVIL = "<script>alert(1)</script>"


def kept() -> tuple[Any, ...]:
    rows = [Listing, Concept, Material, Publisher, AdoptionReport]
    stored = default_storage.listdir("concepts")[1] if default_storage.exists("concepts") else []
    return (*(list(model.objects.order_by("pk").values()) for model in rows), stored)


def nothing_achieved(source: Source, fault: str) -> None:
    """The reading fails with words, a later try is planned, and not a row has changed."""
    before, number = kept(), source.sequence
    pull(source)
    assert fault in source.fault, source.fault
    assert (kept(), source.sequence) == (before, number)
    assert source.failures > 0
    assert source.next_pull is not None
    assert source.next_pull > timezone.now()


# --- the feed ----------------------------------------------------------------------------------
def test_what_another_key_signed_stops_the_reading(source: Source, other: Other) -> None:
    other.feed()
    assert pull(source).listings.count() == 1
    before = kept()
    other.feed(key="thief", since=4, sequence=9, concepts=[line(sequence=9, title=EVIL)])
    pull(source)
    assert (source.status, kept()) == (Source.Status.CHANGED, before)
    assert source.offered_key == other.key("thief").public
    assert source.publisher is not None
    assert source.publisher.key == other.key().public
    asked = len(other.asked)
    assert actions.pull_due() == 0
    assert len(other.asked) == asked


def test_a_change_of_key_that_nobody_vouched_for_is_not_followed(
    source: Source, other: Other
) -> None:
    thief = other.key("thief").public
    forged = {"from": other.key().public, "to": thief, "signature": "A" * 86 + "=="}
    other.introduce("thief", changes=[forged])
    other.feed(key="thief")
    assert pull(source).status == Source.Status.CHANGED
    assert source.listings.count() == 0


def test_a_signature_that_does_not_fit_is_refused(source: Source, other: Other) -> None:
    sealed = other.sealed(page())
    for spoiled in (
        sealed | {"signed": page(concepts=[line(title=EVIL)])},
        sealed | {"signature": "A" * 86 + "=="}, sealed | {"key": other.key("x").public},
        sealed | {"signature": None}, sealed | {"key": 7},
    ):  # fmt: skip
        other.put(remote.CATALOGUE, spoiled)
        nothing_achieved(source, "ikke underskrevet")
        Source.objects.update(failures=0)


def test_an_older_state_and_another_page_are_refused(source: Source, other: Other) -> None:
    other.feed(sequence=9, concepts=[line(sequence=9, version=2)])
    pull(source)
    assert source.sequence == 9
    for old in (page(), page(since=9, sequence=4, concepts=[]), page(since=9, sequence=9),
                page(since=9, sequence=10, concepts=[line(sequence=11)]),
                page(since=0, sequence=9)):  # fmt: skip
        other.put(remote.CATALOGUE, other.sealed(old))
        nothing_achieved(source, "ældre")
    older = [line(sequence=10, version=1, title="Ældre")]
    other.feed(since=9, sequence=10, concepts=older)
    assert pull(source).listings.get().title == "Aftenbordet"


def test_what_does_not_follow_the_format_is_refused(source: Source, other: Other) -> None:
    for spoiled in (
        page(format="x"), page(extra=1), page(concepts=[line(sequence="4")]),
        page(concepts=[line(slug="../x")]), page(concepts=[line(title="")]),
        page(concepts=[line()] * 501), page(sequence=-1), page(sequence=2**60 + 0.5),
        page(more=True, sequence=0, concepts=[]), page(concepts=[line(level="best")]),
    ):  # fmt: skip
        other.put(remote.CATALOGUE, other.sealed(spoiled))
        nothing_achieved(source, "følger ikke formatet")
    other.feed(council={"slug": "silkeborg", "name": "Silkeborg"})
    nothing_achieved(source, "Et andet råd svarer")


def test_what_is_no_json_is_refused(source: Source, other: Other) -> None:
    for text in (b"", b"[]", b"{", b"[" * 100_000, b"\xff", b'{"signed": {}, "signed": {}}',
                 b'{"signed": {"a": NaN}}', b"<html>"):  # fmt: skip
        other.pages[remote.CATALOGUE] = text
        nothing_achieved(source, "intet Samskab")


def test_a_huge_answer_is_cut_off(source: Source, other: Other) -> None:
    sent: list[int] = []

    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _turn in range(200):
            handler.wfile.write(b"x" * 1_000_000)
            sent.append(1)

    def quiet(handler: BaseHTTPRequestHandler) -> None:
        try:
            huge(handler)
        except OSError:
            return

    other.pages[remote.CATALOGUE] = quiet
    nothing_achieved(source, "mere, end vi tager imod")
    assert len(sent) < 30


def test_a_slow_drip_takes_no_longer_than_it_may(
    source: Source, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            handler.send_response(200)
            handler.end_headers()
            for _turn in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    monkeypatch.setattr(remote, "SECONDS", 0.3)
    other.pages[remote.CATALOGUE] = drip
    start = time.monotonic()
    nothing_achieved(source, "for længe")
    assert time.monotonic() - start < 2


def test_it_sends_us_nowhere_else(source: Source, other: Other) -> None:
    def away(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", f"{other.address}/hemmeligt")
        handler.end_headers()

    other.pages[remote.CATALOGUE] = away
    nothing_achieved(source, "sender os videre")
    assert "/hemmeligt" not in other.asked


def test_pages_without_end_come_to_an_end(
    source: Source, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    def more(handler: BaseHTTPRequestHandler) -> None:
        since = int(handler.path.rpartition("=")[2])
        concepts = [line(sequence=since + 1, slug=f"nr-{since}")]
        body = signing.canonical(
            other.sealed(page(since=since, sequence=since + 1, more=True, concepts=concepts))
        )
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(body)

    monkeypatch.setattr(actions, "PAGES_AT_MOST", 5)
    monkeypatch.setattr(actions, "LISTINGS_AT_MOST", 3)
    other.pages[remote.CATALOGUE] = more
    pull(source)
    assert (source.sequence, source.listings.count()) == (5, 3)


def test_lines_that_cannot_be_used_are_passed_over(source: Source, other: Other) -> None:
    lines = [
        line(slug="cpr", title="Han hed 010190-1234"),
        line(slug="dag", published_on="2026-02-31"),
        line(slug="vendt", title="abc\u202egnp"),
        line(slug="god"),
        line(slug="god", title="Igen"),
    ]
    other.feed(concepts=lines, council={"slug": "fjern-by", "name": "By 010190-1234"})
    pull(source)
    assert [row.title for row in source.listings.all()] == ["Igen"]
    assert (source.name, source.fault) == ("Fjern By", "")


def test_html_is_only_text(
    source: Source, other: Other, secretariat: Principal, client_as: Any
) -> None:
    stopped = {"slug": "pilot-1", "title": EVIL, "reason": EVIL, "lessons": [EVIL],
               "decided_on": "2026-05-01", "example": False}  # fmt: skip
    other.feed(concepts=[line(title=EVIL, gist=EVIL)], stopped=[stopped],
               council={"slug": "fjern-by", "name": EVIL})  # fmt: skip
    pull(source)
    client = client_as(secretariat)
    for address in (reverse("catalogue:list"), reverse("catalogue:sources"),
                    reverse("catalogue:source", args=[source.pk])):  # fmt: skip
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


# --- reports -----------------------------------------------------------------------------------
def told(recipe: Concept, **changes: Any) -> dict[str, Any]:
    return {
        "format": "samskab-adoption", "format_version": 2,
        "place": {"slug": "fjern-by", "name": "Fjern By"}, "key": "fjern-by:1",
        "concept": {"key": signing.own().public, "council": "silkeborg", "slug": recipe.slug,
                    "version": 1},
        "status": "reported", "adopted_on": "2026-05-01", "reported_on": "2026-06-01",
        "changed": "", "core_kept": True, "note": "Godt.", "example": False,
        "figures": {"instrument": "who5", "compared": False, "n": 20, "estimate": 5.0, "se": 2.0,
                    "low": 1.0, "high": 9.0},
    } | changes  # fmt: skip


def test_reports_about_what_is_not_ours_or_in_anothers_name_are_passed_over(
    source: Source, other: Other, concept: Concept
) -> None:
    about = told(concept)["concept"]
    rows = [
        told(concept, place={"slug": "silkeborg", "name": "Silkeborg"}),
        told(concept, concept=about | {"key": other.key().public}),
        told(concept, concept=about | {"slug": "andet"}),
        told(concept, concept=about | {"council": "nabo"}),
        told(concept, concept=about | {"version": 7}), told(concept, note=""),
        told(concept, note="Hun hed 010190-1234"), told(concept, extra=1), {},
        {"concept": 7}, told(concept, figures={"n": 20}), told(concept, reported_on="2026-02-31"),
        told(concept, figures=told(concept)["figures"] | {"n": 4}),
    ]  # fmt: skip
    entries = [{"sequence": 4, "told": row} for row in rows]
    other.feed(adoptions=entries, concepts=[])
    pull(source)
    assert not AdoptionReport.objects.exists()
    assert source.fault == ""
    other.feed(since=4, sequence=5, concepts=[], adoptions=[{"sequence": 5, "told": told(concept)}])
    pull(source)
    row = AdoptionReport.objects.get()
    assert (row.place_name, row.n, row.publisher) == ("Fjern By", 20, source.publisher)


def test_what_was_told_stands_and_nobody_floods_the_evidence(
    source: Source, other: Other, concept: Concept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from samskab.civic.journey.concepts import actions as concepts

    monkeypatch.setattr(concepts, "REPORTS_AT_MOST", 3)
    rows = [told(concept), told(concept, note="Nu noget andet."),
            *(told(concept, key=f"fjern-by:{number}") for number in range(2, 9))]  # fmt: skip
    other.feed(concepts=[], adoptions=[{"sequence": 4, "told": row} for row in rows])
    pull(source)
    assert [row.note for row in AdoptionReport.objects.all()] == ["Godt."] * 3
    concept.refresh_from_db()
    assert (
        concept.sequence
        == LogEntry.objects.get(
            verb="concepts.receive_report", data__status="reported", seq=concept.sequence
        ).seq
    )


# --- the package -------------------------------------------------------------------------------
@pytest.fixture
def foreign(concept: Concept) -> dict[str, Any]:
    document = package.document(concept.versions.get())
    document["council"] = {"slug": "fjern-by", "name": "Fjern By"}
    document["concept"] = {"slug": "aftenbordet", "example": False}
    return document


def test_only_the_promised_package_of_the_known_key_comes_home(
    source: Source, other: Other, foreign: dict[str, Any], secretariat: Principal, client_as: Any
) -> None:
    other.feed()
    listing = pull(source).listings.get()
    client, before = client_as(secretariat), kept()
    path = "/koncepter/pakker/aftenbordet/1.zip"

    def made(document: dict[str, Any], key: str = "key") -> bytes:
        with parcels.another_installation(other.folder / key):
            return parcels.signed(document)

    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(301)
        handler.send_header("Location", "http://169.254.169.254/")
        handler.end_headers()

    good = made(foreign)
    tries: list[tuple[Any, str]] = [
        (made(foreign, "thief"), "anden nøgle"),
        (good[:-40] + b"x" + good[-39:], "fil"),
        (good.replace(b"Morgenbordet", b"Tyvenbordet!"), "ændret"),
        (made(foreign | {"concept": {"slug": "andet", "example": False}}), "et andet koncept"),
        (made(foreign | {"version": foreign["version"] | {"number": 2}}), "et andet koncept"),
        (made(foreign | {"council": {"slug": "nabo", "name": "Nabo"}}), "et andet råd"),
        (b"", "fil"), (b"PK\x03\x04", "fil"), (redirect, "sender os videre"),
    ]  # fmt: skip
    for number, (answer, words) in enumerate(tries):
        other.pages[path] = answer
        shown = client.post(
            reverse("catalogue:fetch", args=[listing.pk]), {"once": str(number)}, follow=True
        )
        assert words in shown.content.decode(), number
        assert kept() == before, number
    del other.pages[path]
    shown = client.post(reverse("catalogue:fetch", args=[listing.pk]), {"once": "x"}, follow=True)
    assert "ikke den udgave" in shown.content.decode()
    other.pages[path] = good
    client.post(reverse("catalogue:fetch", args=[listing.pk]), {"once": "y"})
    home = Concept.objects.get(slug="aftenbordet")
    assert (home.publisher, home.title) == (source.publisher, "Morgenbordet")


def test_a_package_that_is_a_trap_comes_to_nothing(
    source: Source, other: Other, foreign: dict[str, Any], secretariat: Principal, client_as: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Signed by the very key that we know: packed to burst, climbing out, without end, dripping."""
    other.feed()
    listing = pull(source).listings.get()
    client, before = client_as(secretariat), kept()
    monkeypatch.setattr(parcel, "MAX_FILE", 400_000)
    monkeypatch.setattr(remote, "PACKAGE_SECONDS", 0.3)
    sent: list[int] = []

    def bomb() -> bytes:
        files = parcels.entries(foreign, {"plakat.pdf": b"%PDF" + bytes(20_000_000)})
        with parcels.another_installation(other.folder / "key"):
            files[parcel.MANIFEST] = parcels.manifest(files)
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in files.items():
                archive.writestr(name, body)
        assert len(packed.getvalue()) < parcel.MAX_FILE
        return packed.getvalue()

    def climbing(name: str) -> bytes:
        document = foreign | {"version": foreign["version"] | {
            "materials": [parcels.listed(name, b"%PDF-1.7 x")]}}  # fmt: skip
        with parcels.another_installation(other.folder / "key"):
            return parcels.signed(document, {name: b"%PDF-1.7 x"})

    def streamed(piece: bytes, pause: float) -> Any:
        def answer(handler: BaseHTTPRequestHandler) -> None:
            try:
                handler.send_response(200)
                handler.end_headers()
                for _turn in range(100):
                    handler.wfile.write(piece)
                    sent.append(len(piece))
                    time.sleep(pause)
            except OSError:
                return

        return answer

    tries: list[tuple[Any, str]] = [
        (bomb(), "som ikke hører til"),
        (climbing("../../../tyv.pdf"), "som ikke hører til"),
        (climbing("..%2ftyv.pdf"), "som ikke hører til"),
        (streamed(b"PK" * 50_000, 0), "mere, end vi tager imod"),
        (streamed(b"P", 0.02), "for længe"),
    ]
    start = time.monotonic()
    for number, (answer, words) in enumerate(tries):
        other.pages["/koncepter/pakker/aftenbordet/1.zip"] = answer
        shown = client.post(
            reverse("catalogue:fetch", args=[listing.pk]), {"once": str(number)}, follow=True
        )
        assert words in shown.content.decode(), number
        assert kept() == before, number
    assert time.monotonic() - start < 10
    assert sum(sent) < 5_000_000
    assert not list(other.folder.parent.rglob("*tyv*"))


def test_what_came_in_a_package_is_only_text_and_an_old_one_sent_again_changes_nothing(
    source: Source, other: Other, foreign: dict[str, Any], secretariat: Principal, client_as: Any
) -> None:
    def made(title: str, **version: Any) -> bytes:
        changed = foreign["version"] | {"title": title, "problem": EVIL, "core": [EVIL]} | version
        with parcels.another_installation(other.folder / "key"):
            return parcels.signed(foreign | {"version": changed})

    path, client = "/koncepter/pakker/aftenbordet/1.zip", client_as(secretariat)
    other.feed()
    listing = pull(source).listings.get()
    fetch = reverse("catalogue:fetch", args=[listing.pk])
    other.pages[path] = made(EVIL)
    client.post(fetch, {"once": "a"})
    home = Concept.objects.get(slug="aftenbordet")
    text = client.get(reverse("concepts:detail", args=[home.pk])).content.decode()
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert") >= 3
    before = kept()
    client.post(fetch, {"once": "b"})
    assert kept() == before
    other.pages[path] = made("Et andet koncept i samme udgave")
    shown = client.post(fetch, {"once": "c"}, follow=True).content.decode()
    assert "en anden tekst som samme udgave" in shown
    assert kept() == before


# --- addresses ---------------------------------------------------------------------------------
def test_no_typed_address_leads_into_our_own_network(
    secretariat: Principal, client_as: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.LOCAL_HOSTS = []

    def no(*given: Any) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(outgoing, "_connect", no)
    client = client_as(secretariat)
    for typed in ("http://127.0.0.1:8000", "https://127.0.0.1", "localhost", "https://[::1]/x",
                  "https://169.254.169.254/latest/meta-data", "https://10.0.0.1", "file:///etc",
                  "https://user:pw@example.org", "https://2130706433", "https://example.org:22",
                  "http://example.org"):  # fmt: skip
        answer = client.post(reverse("catalogue:add"), {"address": typed})
        assert answer.status_code == 422, typed
        assert typed.split("?")[0] in answer.content.decode()
    assert not Source.objects.exists()


def test_whoever_answers_has_to_prove_the_key(other: Other) -> None:
    own = other.sealed({"a": 1})
    for value in (own, {"signed": {}}, other.sealed({"format": "samskab-installation"})):
        other.put(remote.WELL_KNOWN, value)
        with pytest.raises(remote.Invalid):
            remote.introduce(other.address)
    other.introduce(key_is="shown", council={"slug": "x", "name": "a\nb"})
    with pytest.raises(remote.Invalid):
        remote.introduce(other.address)
    value = json.loads(signing.canonical(other.sealed({"format": "samskab-installation"})))
    assert signing.holds(value["signed"], value["key"], value["signature"])
