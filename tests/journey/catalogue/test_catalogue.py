from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.catalogue import actions, feed, queries, remote
from samskab.civic.journey.catalogue.models import Follow, Listing, Source
from samskab.civic.journey.concepts import signing
from samskab.civic.journey.concepts.models import Adoption, Concept, Publisher
from samskab.civic.journey.concepts.parcel import Parcel
from tests.journey.catalogue.conftest import Other, line, page, pull


# --- our own feed ------------------------------------------------------------------------------
def test_the_feed_tells_what_is_published_and_nothing_else(
    concept: Concept, drafted: Concept, client: Any, tried: Any, settings: Any, tmp_path: Any
) -> None:
    settings.DATA = tmp_path
    answer = client.get("/koncepter/katalog.json", HTTP_HOST="silkeborg.localhost")
    sealed = answer.json()
    assert signing.holds(sealed["signed"], sealed["key"], sealed["signature"])
    data = sealed["signed"]
    assert remote._validator().is_valid(sealed)
    assert [row["slug"] for row in data["concepts"]] == ["morgenbordet"]
    assert data["sequence"] == data["concepts"][0]["sequence"] > 0
    assert not answer.cookies
    known = client.get(
        "/koncepter/katalog.json", HTTP_HOST="silkeborg.localhost",
        HTTP_IF_NONE_MATCH=answer["ETag"],
    )  # fmt: skip
    assert (known.status_code, known.content) == (304, b"")
    for wrong in ("-1", "x", "1" * 20, "²"):
        answer = client.get(f"/koncepter/katalog.json?siden={wrong}", HTTP_HOST="nabo.localhost")
        assert answer.status_code == 404


def test_what_changes_gets_a_new_number_and_what_is_known_is_not_told_again(
    concept: Concept, adopted: Adoption, council: Council, facilitator: Principal
) -> None:
    from samskab.civic.journey.concepts import actions as concepts

    concept.refresh_from_db()
    first = feed.feed(council, 0)
    number = first["sequence"]
    assert [row["slug"] for row in first["concepts"]] == ["morgenbordet"]
    assert feed.feed(council, number)["concepts"] == []
    assert feed.feed(council, number)["sequence"] == number
    there = feed.feed(adopted.council, 0)
    assert [row["told"]["status"] for row in there["adoptions"]] == ["planned"]
    assert there["concepts"] == []
    concepts.begin_version(by=facilitator, concept=concept)
    assert feed.feed(council, number)["concepts"] == []


def test_a_large_catalogue_is_told_page_by_page_and_asks_as_little(
    concept: Concept, council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    with CaptureQueriesContext(connection) as one:
        feed.feed(council, 0)
    for number in range(5):
        Concept.objects.create(council=council, slug=f"k{number}", title="K", is_public=True,
                               current=concept.current, sequence=1000 + number)  # fmt: skip
    monkeypatch.setattr(feed, "ENTRIES", 3)
    found, since, pages = [], 0, 0
    while True:
        with CaptureQueriesContext(connection) as many:
            data = feed.feed(council, since)
        found += [row["slug"] for row in data["concepts"]]
        since, pages = data["sequence"], pages + 1
        if not data["more"]:
            break
    assert (found, pages) == (["morgenbordet", "k0", "k1", "k2", "k3", "k4"], 2)
    assert len(many) == len(one)


def test_the_introduction_proves_the_key(client: Any, council: Council) -> None:
    sealed = client.get("/.well-known/samskab.json", HTTP_HOST="silkeborg.localhost").json()
    assert sealed["signed"]["key"] == sealed["key"] == signing.own().public
    assert signing.holds(sealed["signed"], sealed["key"], sealed["signature"])
    assert client.get("/koncepter/katalog.schema.json").json()["$id"].endswith("catalogue-1.json")


def test_a_package_is_handed_out_by_name(
    concept: Concept, drafted: Concept, client: Any, facilitator: Principal
) -> None:
    path = "/koncepter/pakker/morgenbordet/{}.zip"
    answer = client.get(path.format(1), HTTP_HOST="silkeborg.localhost")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    for address in (path.format(2), "/koncepter/pakker/andet/1.zip"):
        assert client.get(address, HTTP_HOST="silkeborg.localhost").status_code == 404


# --- whom we read ------------------------------------------------------------------------------
def test_nothing_is_read_before_a_person_has_compared_the_key(
    other: Other, secretariat: Principal
) -> None:
    found = remote.introduce(other.address)
    row = actions.add_source(by=secretariat, address=other.address, found=found)
    assert (row.status, row.publisher, other.asked) == ("new", None, [remote.WELL_KNOWN])
    assert actions.pull_due() == 0
    with pytest.raises(Conflict):
        actions.confirm_source(by=secretariat, source=row, key=other.key("thief").public)
    with pytest.raises(Conflict):
        actions.ask_pull(by=secretariat, source=row)
    done = actions.confirm_source(by=secretariat, source=row, key=found.key)
    assert done.publisher == Publisher.objects.get(key=found.key, slug="fjern-by")
    with pytest.raises(Conflict):
        actions.confirm_source(by=secretariat, source=row, key=found.key)
    with pytest.raises(Conflict) as twice:
        actions.add_source(by=secretariat, address=other.address, found=found)
    assert twice.value.field == "address"


def test_our_own_address_is_no_other_council(other: Other, secretariat: Principal) -> None:
    mine = remote.Introduction("silkeborg", "Silkeborg", signing.own().public, ())
    with pytest.raises(Invalid):
        actions.add_source(by=secretariat, address=other.address, found=mine)


def test_the_wrong_people_manage_nothing(
    source: Source, other: Other, member: Principal, facilitator: Principal, visitor: Principal,
    outsider: Principal,
) -> None:  # fmt: skip
    other.feed()
    listing = pull(source).listings.get()
    found = remote.introduce(other.address)
    nobody = Parcel({}, "", "", None)  # type: ignore[arg-type]
    for by, error in ((member, NotAllowed), (facilitator, NotAllowed), (visitor, NotAllowed),
                      (outsider, NotFound)):  # fmt: skip
        tries: list[Any] = [
            lambda by=by: actions.confirm_source(by=by, source=source, key=source.offered_key),
            lambda by=by: actions.pause_source(by=by, source=source),
            lambda by=by: actions.resume_source(by=by, source=source),
            lambda by=by: actions.drop_source(by=by, source=source),
            lambda by=by: actions.read_anew(by=by, source=source),
            lambda by=by: actions.doubt_key(by=by, source=source, key=""),
            lambda by=by: actions.note_failure(by=by, source=source, fault=""),
            lambda by=by: actions.take_page(by=by, source=source, page=None),
        ]
        for act in tries:
            with pytest.raises(error):
                act()
    for by in (member, facilitator, visitor):
        with pytest.raises(NotAllowed):
            actions.add_source(by=by, address="https://x.example", found=found)
    for by, error in ((member, NotAllowed), (visitor, NotAllowed), (outsider, NotFound)):
        for act in (
            lambda by=by: actions.ask_pull(by=by, source=source),
            lambda by=by: actions.bring_home(by=by, listing=listing, parcel=nobody),
        ):
            with pytest.raises(error):
                act()
    for by, error in ((visitor, NotAllowed), (outsider, NotFound)):
        for act in (
            lambda by=by: actions.follow(by=by, listing=listing),
            lambda by=by: actions.unfollow(by=by, listing=listing),
        ):
            with pytest.raises(error):
                act()
    assert Source.objects.get().status == "active"


def test_a_catalogue_is_paused_read_again_and_removed(
    source: Source, other: Other, secretariat: Principal
) -> None:
    other.feed()
    pull(source)
    actions.pause_source(by=secretariat, source=source)
    for act in (actions.pause_source, actions.ask_pull, actions.read_anew):
        with pytest.raises(Conflict):
            act(by=secretariat, source=source)
    assert actions.pull_due() == 0
    actions.resume_source(by=secretariat, source=source)
    with pytest.raises(Conflict):
        actions.resume_source(by=secretariat, source=source)
    actions.read_anew(by=secretariat, source=source)
    assert pull(source).sequence == 4
    actions.drop_source(by=secretariat, source=source)
    assert (Source.objects.count(), Listing.objects.count(), Publisher.objects.count()) == (0, 0, 1)


def test_a_key_that_a_person_compared_anew_is_known_from_then_on(
    source: Source, other: Other, secretariat: Principal
) -> None:
    other.feed(key="new")
    assert pull(source).status == Source.Status.CHANGED
    actions.confirm_source(by=secretariat, source=source, key=other.key("new").public)
    assert pull(source).status == Source.Status.ACTIVE
    assert source.publisher is not None
    assert source.publisher.key == other.key("new").public
    assert source.listings.count() == 1


# --- reading -----------------------------------------------------------------------------------
def test_ten_thousand_concepts_and_nothing_new_is_one_request(source: Source, other: Other) -> None:
    other.feed()
    pull(source)
    assert source.etag == ""

    def unchanged(handler: Any) -> None:
        given = handler.headers.get("If-None-Match")
        handler.send_response(304 if given == '"x"' else 200)
        handler.send_header("ETag", '"x"')
        handler.end_headers()
        if given != '"x"':
            handler.wfile.write(signing.canonical(other.sealed(page(since=4, concepts=[]))))

    other.pages[remote.CATALOGUE] = unchanged
    pull(source)
    other.asked.clear()
    pull(source)
    assert other.asked == [f"{remote.CATALOGUE}?siden=4"]
    assert other.headers[-1]["if-none-match"] == '"x"'
    assert source.fault == ""


def test_the_next_look_comes_later_each_time_it_fails(source: Source, other: Other) -> None:
    waits = []
    for _turn in range(5):
        pull(source)
        assert source.next_pull is not None
        waits.append(round((source.next_pull - timezone.now()) / timedelta(hours=1)))
    assert waits == [1, 4, 12, 24, 24]
    assert source.failures == 5
    other.feed()
    pull(source)
    assert (source.failures, source.fault) == (0, "")
    assert source.next_pull > timezone.now() + timedelta(hours=5)


def test_of_two_workers_one_reads(source: Source, other: Other) -> None:
    other.feed()
    Source.objects.update(next_pull=timezone.now())
    assert [actions.pull_one(source.pk), actions.pull_one(source.pk)] == [True, False]
    assert other.asked.count(f"{remote.CATALOGUE}?siden=0") == 1


def test_each_catalogue_gets_a_job_of_its_own_and_it_is_done_once(
    source: Source, other: Other, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, str]] = []
    waiting = SimpleNamespace(enqueue=lambda *job: given.append(job))
    other.feed()
    Source.objects.update(next_pull=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(actions, "pull", waiting)
        assert [actions.pull_due(), actions.pull_due()] == [1, 0]
    asked = other.asked.count(f"{remote.CATALOGUE}?siden=0")
    assert (len(given), asked) == (1, 0)
    assert [actions.pull_one(*given[0]), actions.pull_one(*given[0])] == [True, False]
    source.refresh_from_db()
    assert (source.sequence, source.fault) == (4, "")
    assert other.asked.count(f"{remote.CATALOGUE}?siden=0") == 1


def test_a_job_that_was_given_out_is_dropped_when_somebody_looks_meanwhile(
    source: Source, other: Other, secretariat: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[int, str]] = []
    other.feed()
    Source.objects.update(next_pull=timezone.now())
    with monkeypatch.context() as patch:
        patch.setattr(actions, "pull", SimpleNamespace(enqueue=lambda *job: given.append(job)))
        actions.pull_due()
    source.refresh_from_db()
    actions.ask_pull(by=secretariat, source=source)
    assert [actions.pull_one(source.pk), actions.pull_one(*given[0])] == [True, False]


def test_one_search_goes_over_all_concepts(
    source: Source, other: Other, concept: Concept, categories: Any, secretariat: Principal,
    member: Principal, visitor: Principal, client_as: Any,
) -> None:  # fmt: skip
    other.feed(concepts=[line(), line(sequence=3, slug="svoem", title="Svømning", target_groups=[],
                                      level="too_little")])  # fmt: skip
    pull(source)
    client, group = client_as(secretariat), categories["hjemloese"].pk
    expected = {
        "": ("Morgenbordet", "Aftenbordet", "Svømning"),
        "?q=BORDET": ("Morgenbordet", "Aftenbordet"),
        "?q=svømning": ("Svømning",), f"?group={group}": ("Morgenbordet", "Aftenbordet"),
        "?level=promising": ("Aftenbordet",), f"?source={source.pk}": ("Aftenbordet", "Svømning"),
        "?q=fjern": ("Aftenbordet", "Svømning"), "?q=intet": (),
    }  # fmt: skip
    for query, titles in expected.items():
        text = client.get(reverse("catalogue:list") + query).content.decode()
        shown = [title for title in ("Morgenbordet", "Aftenbordet", "Svømning")
                 if f">{title}<" in text]  # fmt: skip
        assert shown == list(titles), query
    assert client_as(member).get(reverse("catalogue:list")).status_code == 200
    assert client_as(visitor).get(reverse("catalogue:list")).status_code == 403
    assert client_as(member).get(reverse("catalogue:sources")).status_code == 403


def test_a_list_costs_the_same_whatever_is_in_it(
    source: Source, other: Other, secretariat: Principal, client_as: Any
) -> None:
    client, counts = client_as(secretariat), []
    client.get(reverse("catalogue:list"))
    for number, lines in ((4, 1), (5, 12)):
        concepts = [line(sequence=number, slug=f"k{n}") for n in range(lines)]
        other.feed(since=source.sequence, sequence=number, concepts=concepts)
        pull(source)
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("catalogue:list"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert source.listings.count() == 12


def test_who_follows_gets_one_mail_for_each_piece_of_news(
    source: Source, other: Other, member: Principal
) -> None:
    other.feed()
    listing = pull(source).listings.get()
    actions.follow(by=member, listing=listing)
    with pytest.raises(Conflict):
        actions.follow(by=member, listing=listing)
    other.feed(since=4, sequence=5, concepts=[line(sequence=5, gist="Ny tekst")])
    pull(source)
    assert Message.objects.count() == 0
    other.feed(since=5, sequence=6, concepts=[line(sequence=6, version=2)])
    pull(source)
    message = Message.objects.get()
    assert (message.to, message.subject) == (member.email, "Nyt om et koncept: Aftenbordet")
    assert "udgave 2" in message.text
    actions.unfollow(by=member, listing=listing)
    with pytest.raises(Conflict):
        actions.unfollow(by=member, listing=listing)
    assert not Follow.objects.exists()
    assert mail.outbox == []
    assert queries.followed(member, [listing]) == set()


def test_the_pages_of_a_catalogue(
    source: Source, other: Other, secretariat: Principal, facilitator: Principal, client_as: Any
) -> None:
    client = client_as(secretariat)
    other.feed()
    pull(source)
    home = reverse("catalogue:source", args=[source.pk])
    assert source.publisher is not None
    assert source.publisher.fingerprint in client.get(home).content.decode()
    shown = client.get(reverse("catalogue:sources")).content.decode()
    assert signing.fingerprint(signing.own().public) in shown
    for name, status in (("pause", "paused"), ("resume", "active"), ("anew", "active"),
                         ("ask", "active")):  # fmt: skip
        address = reverse(f"catalogue:{name}", args=[source.pk])
        assert client.get(address).status_code == 302
        assert client.post(address, {"once": name}).status_code == 302
        source.refresh_from_db()
        assert source.status == status
    listing = source.listings.get()
    for name in ("follow", "unfollow"):
        client.post(reverse(f"catalogue:{name}", args=[listing.pk]), {"once": f"l{name}"})
    assert "Fjern adressen" not in client_as(facilitator).get(home).content.decode()
    answer = client.post(reverse("catalogue:confirm", args=[source.pk]), {"key": "x", "once": "k"})
    assert answer.status_code == 422
    client.post(reverse("catalogue:drop", args=[source.pk]), {"once": "d"})
    assert not Source.objects.exists()


def test_the_command_shows_the_key_and_makes_another(
    other: Other, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from samskab.config import operate

    monkeypatch.setattr(operate, "_django", lambda: None)
    operate.key([])
    operate.key(["--new"])
    first, second = capsys.readouterr().out.split("\n")[:2]
    assert first != second
    assert second == signing.fingerprint(signing.own().public)
