from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from samskab.civic.foundation.comments.models import Thread
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import raise_challenge
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.following.queries import happened
from samskab.civic.public.news.actions import (
    announce_due,
    announce_news,
    edit_news,
    publish_news,
    withdraw_news,
)
from samskab.civic.public.news.models import NewsItem
from samskab.civic.public.news.queries import corrections
from samskab.civic.public.search.actions import refresh_due

ClientAs = Callable[[Principal], Client]
WRITTEN = {"title_da": "Haven er åben", "lead_da": "Kom og grav.", "text_da": "Alle er **med**."}
SOURCE = {"source_name": "Lokalavisen", "source_url": "https://avis.eksempel.dk/haven"}


@pytest.fixture
def item(secretariat: Principal) -> NewsItem:
    return publish_news(by=secretariat, **WRITTEN, **SOURCE)


# --- writing -----------------------------------------------------------------------------------
def test_news_gets_an_address_and_a_place_for_comments(item: NewsItem) -> None:
    assert item.slug == "haven-er-aaben"
    assert (item.thread.title, item.thread.path) == (item.title_da, "/nyheder/haven-er-aaben/")


@pytest.mark.parametrize("role", ["visitor", "participant", "member", "administrator"])
def test_others_do_not_write(request: pytest.FixtureRequest, role: str, item: NewsItem) -> None:
    by = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        publish_news(by=by, **WRITTEN)
    with pytest.raises(NotAllowed):
        edit_news(by=by, item=item, **WRITTEN)


def test_an_outsider_does_not_find_it(item: NewsItem, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        edit_news(by=outsider, item=item, **WRITTEN)


def test_a_title_is_used_once_and_leaves_no_empty_thread(
    item: NewsItem, secretariat: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        publish_news(by=secretariat, **WRITTEN)
    assert error.value.field == "title_da"
    assert (NewsItem.objects.count(), Thread.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"source_url": "https://x.dk"}, "source_name"), ({"title_da": "…"}, "title_da")],
)
def test_what_cannot_be_used_is_refused(
    secretariat: Principal, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        publish_news(by=secretariat, **{**WRITTEN, **change})
    assert error.value.field == field


@pytest.mark.parametrize("title", ["Ny", "Atom"])
def test_a_title_does_not_hide_a_page_of_the_room(
    secretariat: Principal, visitor: Principal, client_as: ClientAs, title: str
) -> None:
    made = publish_news(by=secretariat, **{**WRITTEN, "title_da": title})
    page = client_as(visitor).get(f"/nyheder/{made.slug}/").content.decode()
    assert f"<h1>{title}</h1>" in page


def test_an_edit_reaches_the_thread_too(item: NewsItem, facilitator: Principal) -> None:
    edit_news(by=facilitator, item=item, **{**WRITTEN, "title_da": "Haven er lukket"}, why="Regn")
    item.refresh_from_db()
    assert (item.title_da, item.slug) == ("Haven er lukket", "haven-er-aaben")
    assert Thread.objects.get().title == "Haven er lukket"


def test_an_older_look_does_not_overwrite(item: NewsItem, secretariat: Principal) -> None:
    edit_news(by=secretariat, item=item, **{**WRITTEN, "text_da": "Ny"}, why="Nyt", seen=1)
    with pytest.raises(Conflict):
        edit_news(by=secretariat, item=item, **{**WRITTEN, "text_da": "Ældre"}, seen=1)


# --- reading -----------------------------------------------------------------------------------
def test_the_page_leads_to_the_source(
    item: NewsItem, visitor: Principal, client_as: ClientAs
) -> None:
    answer = client_as(visitor).get("/nyheder/haven-er-aaben/")
    page = answer.content.decode()
    assert f'<a href="{SOURCE["source_url"]}"' in page
    assert "Lokalavisen" in page
    assert "<strong>med</strong>" in page
    assert "Skriv en kommentar" in page
    assert not answer.cookies


def test_no_date_is_invented(
    secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    with clock.at(datetime(2019, 5, 4, tzinfo=UTC)):
        publish_news(by=secretariat, **WRITTEN, dated=False)
        publish_news(by=secretariat, **{**WRITTEN, "title_da": "Dateret"})
    client = client_as(visitor)
    assert "2019" not in client.get("/nyheder/haven-er-aaben/").content.decode()
    assert "4. maj 2019" in client.get("/nyheder/dateret/").content.decode()
    feed = client.get("/nyheder/atom/").content.decode()
    assert feed.count("<published>2019") == 1
    assert feed.count("<updated>2019") == 3


def test_news_leads_to_a_challenge_only_once_it_is_public(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    challenge = raise_challenge(by=system(council), title="Hemmelig endnu", what="…")[0]
    publish_news(by=secretariat, **WRITTEN, challenge=challenge)
    client, path = client_as(visitor), "/nyheder/haven-er-aaben/"
    assert "Hemmelig endnu" not in client.get(path).content.decode()
    Challenge.objects.update(is_public=True)
    assert "Hemmelig endnu" in client.get(path).content.decode()


def test_the_feed_holds_the_newest_first(
    item: NewsItem, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    publish_news(by=secretariat, **{**WRITTEN, "title_da": "Nyere"})
    answer = client_as(visitor).get("/nyheder/atom/")
    feed = answer.content.decode()
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert feed.index("Nyere") < feed.index("Haven er åben")
    assert "http://silkeborg.localhost/nyheder/nyere/" in feed


def test_news_of_another_council_is_not_found(
    item: NewsItem, outsider: Principal, client_as: ClientAs
) -> None:
    client = client_as(outsider)
    for path in ("/nyheder/haven-er-aaben/", "/nyheder/haven-er-aaben/ret/"):
        assert client.get(path).status_code == 404
    for path in ("/nyheder/", "/nyheder/atom/"):
        assert "Haven" not in client.get(path).content.decode()


def test_the_list_narrows_and_downloads(
    item: NewsItem, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    assert "Haven er åben" in client.get("/nyheder/", {"q": "grav"}).content.decode()
    assert "Haven er åben" not in client.get("/nyheder/", {"q": "zebra"}).content.decode()
    file = b"".join(client.get("/nyheder/", {"format": "csv"}).streaming_content).decode()
    assert SOURCE["source_url"] in file


def test_an_english_reader_gets_english_or_danish_marked_as_such(
    item: NewsItem, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client, path = client_as(visitor), "/en/nyheder/haven-er-aaben/"
    assert 'lang="da"' in client.get(path).content.decode()
    english = {"title_en": "The garden is open", "lead_en": "Come.", "text_en": "All."}
    edit_news(by=secretariat, item=item, **WRITTEN, **english, why="På engelsk")
    assert "<h1>The garden is open</h1>" in client.get(path).content.decode()


# --- the forms ---------------------------------------------------------------------------------
def test_the_forms_are_for_those_who_write(
    item: NewsItem, visitor: Principal, member: Principal, client_as: ClientAs
) -> None:
    for by in (visitor, member):
        for path in ("/nyheder/ny/", "/nyheder/haven-er-aaben/ret/"):
            assert client_as(by).get(path).status_code == 403
            assert client_as(by).post(path, WRITTEN).status_code == 403


def test_a_form_sent_twice_makes_one_piece_of_news(
    secretariat: Principal, client_as: ClientAs
) -> None:
    client = client_as(secretariat)
    for _ in range(2):
        answer = client.post("/nyheder/ny/", {**WRITTEN, "once": "a"})
        assert answer["Location"] == "/nyheder/haven-er-aaben/"
    assert NewsItem.objects.count() == 1


@pytest.mark.parametrize("change", [{"title_da": ""}, {"source_url": "https://x.dk"}])
def test_an_error_keeps_what_was_typed(
    secretariat: Principal, client_as: ClientAs, change: dict[str, str]
) -> None:
    answer = client_as(secretariat).post("/nyheder/ny/", {**WRITTEN, **change})
    assert answer.status_code == 422
    assert WRITTEN["text_da"] in answer.content.decode()
    assert not NewsItem.objects.exists()


def test_a_stale_page_is_told(item: NewsItem, secretariat: Principal, client_as: ClientAs) -> None:
    edit_news(by=secretariat, item=item, **{**WRITTEN, "lead_da": "Først"}, why="Først")
    typed = {**WRITTEN, "lead_da": "Sidst", "why": "Sidst", "seen": "1"}
    answer = client_as(secretariat).post("/nyheder/haven-er-aaben/ret/", typed)
    assert answer.status_code == 409
    item.refresh_from_db()
    assert item.lead_da == "Først"


def test_three_pieces_cost_what_one_costs(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client, costs = client_as(visitor), []
    for n in range(3):
        publish_news(by=secretariat, **{**WRITTEN, "title_da": f"Nr {n}"})
        with CaptureQueriesContext(connection) as asked:
            client.get("/nyheder/")
        costs.append(len(asked))
    assert costs[0] == costs[2]


# --- who wrote it, and what was corrected ------------------------------------------------------
def test_the_page_says_who_wrote_and_who_edited(
    item: NewsItem, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    path = "/nyheder/haven-er-aaben/"
    page = client_as(visitor).get(path).content.decode()
    assert "skrevet af secretariat" in page
    assert "redigeret af" not in page
    edit_news(by=facilitator, item=item, **WRITTEN, **SOURCE)
    assert "redigeret af facilitator" in client_as(visitor).get(path).content.decode()


def test_a_change_of_words_takes_a_reason_and_is_shown(
    item: NewsItem, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    with pytest.raises(Invalid) as error:
        edit_news(by=secretariat, item=item, **{**WRITTEN, "text_da": "Alle er ude."})
    assert error.value.field == "why"
    for text in ("Alle er ude.", "Alle er hjemme."):
        change = {**WRITTEN, "text_da": text}
        edit_news(by=secretariat, item=item, **change, why=f"Fordi: {text}")
    found = corrections(NewsItem.objects.get())
    assert [one.row.why for one in found] == ["Fordi: Alle er hjemme.", "Fordi: Alle er ude."]
    assert [one.row.before for one in found] == [
        {"text_da": "Alle er ude."}, {"text_da": "Alle er **med**."},
    ]  # fmt: skip
    pieces = [(piece.kind, piece.text) for piece in found[0].changes[0].pieces]
    assert pieces == [("same", "Alle er "), ("removed", "ude."), ("added", "hjemme.")]
    page = client_as(visitor).get("/nyheder/haven-er-aaben/").content.decode()
    assert "Fordi: Alle er ude." in page
    assert "<del>" in page
    assert "rettet" in page


def test_a_change_of_the_source_alone_is_no_correction(
    item: NewsItem, secretariat: Principal
) -> None:
    edit_news(by=secretariat, item=item, **WRITTEN, source_name="Avisen")
    assert corrections(item) == []


# --- a photo -----------------------------------------------------------------------------------
def a_photo() -> SimpleUploadedFile:
    exif = Image.Exif()
    exif[0x010F] = "Kameraet"
    target = BytesIO()
    Image.new("RGB", (60, 40), "red").save(target, "JPEG", exif=exif)
    return SimpleUploadedFile("hemmeligt-sted.jpg", target.getvalue(), "image/jpeg")


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_photo_has_words_and_forgets_the_camera(
    uploads: Path, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    form = {**WRITTEN, "photo": a_photo(), "photo_text": ""}
    assert client_as(secretariat).post("/nyheder/ny/", form).status_code == 422
    form = {**WRITTEN, "photo": a_photo(), "photo_text": "En rød dør"}
    assert client_as(secretariat).post("/nyheder/ny/", form).status_code == 302
    page = client_as(visitor).get("/nyheder/haven-er-aaben/").content.decode()
    assert 'src="/nyheder/haven-er-aaben/foto/" alt="En rød dør"' in page
    answer = client_as(visitor).get("/nyheder/haven-er-aaben/foto/")
    shown = b"".join(answer.streaming_content)
    assert b"Kameraet" not in shown
    assert Image.open(BytesIO(shown)).size == (60, 40)
    assert "hemmeligt" not in NewsItem.objects.get().photo.name


def test_programs_get_the_photo_and_the_corrections_too(
    uploads: Path,
    secretariat: Principal,
    visitor: Principal,
    client_as: ClientAs,
) -> None:
    form = {**WRITTEN, "photo": a_photo(), "photo_text": "En rød dør"}
    client_as(secretariat).post("/nyheder/ny/", form)
    row = NewsItem.objects.get()
    publish_news(by=secretariat, title_da="Uden", lead_da="Kort.", text_da="Tekst.")
    change = {**WRITTEN, "text_da": "Alle er ude.", "photo_text": "En rød dør"}
    edit_news(by=secretariat, item=row, **change, why="Det regner.")
    client = client_as(visitor)
    without, one = client.get("/api/v1/news").json()["items"]
    assert client.get("/api/v1/news/haven-er-aaben").json() == one
    assert one["photo"].endswith("/nyheder/haven-er-aaben/foto/")
    assert one["photo_text"] == "En rød dør"
    assert [(each["why"], each["before"]) for each in one["corrections"]] == [
        ("Det regner.", {"text_da": "Alle er **med**."})
    ]
    assert (without["photo"], without["photo_text"], without["corrections"]) == (None, "", [])
    assert "author" not in str(one)


def test_a_photo_is_changed_and_taken_away(
    uploads: Path, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    item = publish_news(by=secretariat, **WRITTEN, photo=a_photo(), photo_text="En dør")
    with pytest.raises(Invalid):
        edit_news(by=secretariat, item=item, **WRITTEN, photo_text="")
    with django_capture_on_commit_callbacks(execute=True):
        edit_news(by=secretariat, item=item, **WRITTEN, photo=a_photo(), photo_text="To døre")
    assert len(list(uploads.rglob("*.jpg"))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        edit_news(by=secretariat, item=item, **WRITTEN, drop_photo=True)
    item.refresh_from_db()
    assert (item.photo.name, item.photo_text, list(uploads.rglob("*.jpg"))) == ("", "", [])


# --- later -------------------------------------------------------------------------------------
LATER = datetime(2031, 5, 4, 8, tzinfo=UTC)
EVERYWHERE = (
    "/nyheder/", "/nyheder/haven-er-aaben/", "/nyheder/haven-er-aaben/foto/", "/nyheder/atom/",
    "/", "/soeg/?q=haven", "/api/v1/news", "/api/v1/news/haven-er-aaben", "/sitemap.xml",
)  # fmt: skip


def shown_at(client: Client) -> list[str]:
    found = []
    for path in EVERYWHERE:
        answer = client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if answer.status_code == 200 and (b"aaben" in body or b"JFIF" in body):
            found.append(path)
    return found


def test_planned_news_is_nowhere_before_its_time_and_everywhere_after(
    uploads: Path, council: Council, secretariat: Principal, visitor: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    item = publish_news(
        by=secretariat, **WRITTEN, publish_at=LATER, photo=a_photo(), photo_text="En dør"
    )
    refresh_due()
    assert announce_due() == 0
    assert shown_at(client_as(visitor)) == []
    assert (
        client_as(visitor).get(reverse("comments:write", args=[item.thread_id])).status_code == 403
    )
    staff = client_as(secretariat)
    assert "Ingen andre ser det endnu" in staff.get("/nyheder/haven-er-aaben/").content.decode()
    assert "Kommer senere" in staff.get("/nyheder/").content.decode()
    assert happened(council, ["news"], LATER - timedelta(days=1), LATER + timedelta(days=1)) == []
    with clock.at(LATER + timedelta(minutes=1)):
        assert announce_due() == 1
        assert announce_due() == 0
        refresh_due()
        assert shown_at(client_as(visitor)) == list(EVERYWHERE)
        item.thread.refresh_from_db()
        assert item.thread.is_open
        told = happened(council, ["news"], LATER - timedelta(days=1), clock.now())
        assert [line.text for line in told[0].lines] == ["Haven er åben"]


def test_what_comes_out_makes_kept_pages_old(council: Council, secretariat: Principal) -> None:
    publish_news(by=secretariat, **WRITTEN, publish_at=LATER)
    before = Council.objects.get(pk=council.pk).log_hash
    with clock.at(LATER):
        announce_due()
    assert Council.objects.get(pk=council.pk).log_hash != before


def test_only_the_installation_announces_and_not_before_the_time(
    council: Council, secretariat: Principal
) -> None:
    item = publish_news(by=secretariat, **WRITTEN, publish_at=LATER)
    with pytest.raises(NotAllowed):
        announce_news(by=secretariat, item=item)
    with pytest.raises(Conflict):
        announce_news(by=system(council), item=item)


def test_a_plan_can_be_moved_and_needs_no_reason(secretariat: Principal) -> None:
    item = publish_news(by=secretariat, **WRITTEN, publish_at=LATER)
    typed = {**WRITTEN, "text_da": "Andet"}
    edit_news(by=secretariat, item=item, **typed, publish_at=LATER + timedelta(days=1))
    item.refresh_from_db()
    assert (item.published_at, item.announced_at) == (LATER + timedelta(days=1), None)
    edit_news(by=secretariat, item=item, **typed)
    item.refresh_from_db()
    assert (item.is_out, item.thread.is_open, corrections(item)) == (True, True, [])


# --- taken back --------------------------------------------------------------------------------
def test_what_is_taken_back_leaves_only_its_address_and_the_reason(
    uploads: Path, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    item = publish_news(by=secretariat, **WRITTEN, photo=a_photo(), photo_text="En dør")
    refresh_due()
    with pytest.raises(Invalid):
        withdraw_news(by=secretariat, item=item, why=" ")
    with pytest.raises(NotAllowed):
        withdraw_news(by=visitor, item=item, why="Væk")
    path = "/nyheder/haven-er-aaben/"
    client_as(secretariat).post(f"{path}tilbage/", {"why": "Det passede ikke."})
    refresh_due()
    assert shown_at(client_as(visitor)) == []
    answer = client_as(visitor).get(path)
    page = answer.content.decode()
    assert answer.status_code == 410
    assert "Det passede ikke." in page
    assert "Haven" not in page
    item.refresh_from_db()
    for act in (lambda: withdraw_news(by=secretariat, item=item, why="Igen"),
                lambda: edit_news(by=secretariat, item=item, **WRITTEN)):  # fmt: skip
        with pytest.raises(Conflict):
            act()
