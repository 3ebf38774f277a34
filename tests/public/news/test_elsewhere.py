"""News of other places: a real server on loopback that says what a test tells it to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.foundation.core import clock, outgoing
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.outgoing import Answer, Unreachable
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.public.news import actions, feed_reading
from samskab.civic.public.news.actions import (
    add_feed,
    ask_feed,
    drop_feed,
    note_fault,
    read_feed,
    read_feeds_due,
    take_feed,
)
from samskab.civic.public.news.feed_reading import ask, parse, plain, web_link
from samskab.civic.public.news.models import Feed, FeedItem
from samskab.civic.public.news.queries import to_look_at

ClientAs = Callable[[Principal], Client]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def rss(*items: str, head: str = "", title: str = "Fjern Kommune") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0"><channel>'
        f"<title>{title}</title><link>https://fjern.dk</link>{''.join(items)}</channel></rss>"
    ).encode()


def entry(title: str, link: str = "https://fjern.dk/1", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


DATED = "<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate>"
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Fjern</title><id>x</id>
<entry><id>urn:1</id><title type="html">Ny &lt;b&gt;sti&lt;/b&gt;</title>
<link href="https://fjern.dk/sti"/><updated>2026-11-02T08:00:00Z</updated></entry></feed>"""


class Elsewhere:
    def __init__(self) -> None:
        self.body, self.status, self.drip = rss(entry("Ny sti", more=DATED)), 200, 0.0
        self.headers: dict[str, str] = {"Content-Type": "application/rss+xml"}
        self.asked: list[dict[str, str]] = []
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                heard = {name.lower(): text for name, text in self.headers.items()}
                other.asked.append(heard)
                tag = other.headers.get("ETag")
                same = tag and heard.get("if-none-match") == tag
                self.send_response(304 if same else other.status)
                for name, text in other.headers.items():
                    self.send_header(name, text)
                self.end_headers()
                if same:
                    return
                try:
                    while other.drip:
                        self.wfile.write(b" ")
                        time.sleep(other.drip)
                    self.wfile.write(other.body)
                except OSError:
                    pass

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.address = f"http://{self.host}/feed"


@pytest.fixture
def there(settings: Any) -> Iterator[Elsewhere]:
    found = Elsewhere()
    settings.LOCAL_HOSTS = [found.host]
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def feed(there: Elsewhere, secretariat: Principal) -> Feed:
    found = ask(there.address, now=NOW)
    return add_feed(by=secretariat, address=there.address, name="", found=found)


def titles() -> list[str]:
    return list(FeedItem.objects.order_by("-at", "-pk").values_list("title", flat=True))


def again(feed: Feed) -> Feed:
    """Read once more, as when its hour has passed."""
    Feed.objects.filter(pk=feed.pk).update(next_read=clock.now() - timedelta(seconds=1))
    assert read_feeds_due() == 1
    return Feed.objects.get(pk=feed.pk)


# --- by hand -----------------------------------------------------------------------------------
def test_the_secretariat_adds_a_feed_and_everybody_sees_it_with_source_and_date(
    there: Elsewhere, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    staff = client_as(secretariat)
    answer = staff.post("/nyheder/kommuner/feeds/", {"address": there.address, "name": ""})
    assert answer.status_code == 302
    assert "Fjern Kommune" in staff.get("/nyheder/kommuner/feeds/").content.decode()
    for path in ("/nyheder/", "/nyheder/kommuner/"):
        answer = client_as(visitor).get(path)
        page = answer.content.decode()
        assert '<a href="https://fjern.dk/1" rel="noopener">Ny sti</a>' in page
        assert "Fjern Kommune" in page
        assert "3. november 2026" in page
        assert not answer.cookies
    assert "Læs nyheder fra kommunerne" in client_as(visitor).get("/nyheder/").content.decode()


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://10.0.0.1/feed", "lukket net"),
        ("http://fjern.dk/feed", "https://"),
        ("https://localhost/feed", "lukket net"),
        ("file:///etc/passwd", ""),
    ],
)
def test_an_address_that_may_not_be_asked_is_refused(
    secretariat: Principal, client_as: ClientAs, address: str, told: str
) -> None:
    typed = {"address": address, "name": "X"}
    answer = client_as(secretariat).post("/nyheder/kommuner/feeds/", typed)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Feed.objects.exists()


def test_a_page_that_is_no_feed_is_told(
    there: Elsewhere, secretariat: Principal, client_as: ClientAs
) -> None:
    there.body, there.headers = b"<html><title>Hej</title></html>", {"Content-Type": "text/html"}
    typed = {"address": there.address, "name": "X"}
    answer = client_as(secretariat).post("/nyheder/kommuner/feeds/", typed)
    assert "Der er intet feed" in answer.content.decode()


def test_only_the_secretariat_chooses(
    feed: Feed, facilitator: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    found = feed_reading.Read([], title="X")
    for by in (facilitator, visitor):
        assert client_as(by).get("/nyheder/kommuner/feeds/").status_code == 403
        with pytest.raises(NotAllowed):
            add_feed(by=by, address="https://x.dk/f", name="X", found=found)
        for act in (drop_feed, ask_feed):
            with pytest.raises(NotAllowed):
                act(by=by, feed=feed)
        with pytest.raises(NotAllowed):
            take_feed(by=by, feed=feed, found=found)
        with pytest.raises(NotAllowed):
            note_fault(by=by, feed=feed, fault="X")


def test_a_feed_is_added_once_and_has_a_name(feed: Feed, secretariat: Principal) -> None:
    with pytest.raises(Conflict):
        add_feed(by=secretariat, address=feed.address, name="X", found=feed_reading.Read([]))
    with pytest.raises(Invalid) as error:
        add_feed(by=secretariat, address="https://y.dk/", name=" ", found=feed_reading.Read([]))
    assert error.value.field == "name"


def test_removing_it_takes_its_news_along(
    feed: Feed, secretariat: Principal, client_as: ClientAs
) -> None:
    client_as(secretariat).post(f"/nyheder/kommuner/feeds/{feed.pk}/fjern/")
    assert (Feed.objects.count(), FeedItem.objects.count()) == (0, 0)
    assert not read_feed(feed.pk)


# --- by the worker -----------------------------------------------------------------------------
def test_it_is_read_on_schedule_and_only_when_something_is_new(
    there: Elsewhere, feed: Feed, council: Council
) -> None:
    assert read_feeds_due() == 0
    there.headers["ETag"], there.headers["Last-Modified"] = '"1"', "Tue, 03 Nov 2026 10:00:00 GMT"
    there.body = rss(entry("Ny sti"), entry("En bro", "https://fjern.dk/2"))
    feed = again(feed)
    assert sorted(titles()) == ["En bro", "Ny sti"]
    assert feed.next_read - feed.read_at == actions.EVERY
    before = Council.objects.get(pk=council.pk).log_seq
    feed = again(feed)
    assert there.asked[-1]["if-none-match"] == '"1"'
    assert there.asked[-1]["if-modified-since"] == there.headers["Last-Modified"]
    assert (feed.fault, sorted(titles())) == ("", ["En bro", "Ny sti"])
    assert Council.objects.get(pk=council.pk).log_seq == before


def test_a_title_that_they_change_is_changed_here(there: Elsewhere, feed: Feed) -> None:
    there.body = rss(entry("Ny cykelsti"))
    again(feed)
    assert titles() == ["Ny cykelsti"]


def test_a_failure_does_no_harm_and_is_shown_to_the_secretariat(
    there: Elsewhere, feed: Feed, secretariat: Principal, visitor: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    there.status = 500
    waits = []
    for _n in range(5):
        feed = again(feed)
        waits.append(round((feed.next_read - clock.now()) / timedelta(hours=1)))
    assert waits == [1, 4, 12, 24, 24]
    assert titles() == ["Ny sti"]
    page = client_as(secretariat).get("/nyheder/kommuner/feeds/").content.decode()
    assert "De kunne ikke svare" in page
    assert "De kunne" not in client_as(visitor).get("/nyheder/").content.decode()
    there.status = 200
    assert client_as(secretariat).post(
        f"/nyheder/kommuner/feeds/{feed.pk}/hent/").status_code == 302  # fmt: skip
    feed.refresh_from_db()
    read_feed(feed.pk)
    feed.refresh_from_db()
    assert (feed.fault, feed.failures) == ("", 0)


def test_the_oldest_beyond_a_bound_are_forgotten(
    monkeypatch: pytest.MonkeyPatch, feed: Feed, council: Council
) -> None:
    monkeypatch.setattr(actions, "ITEMS_AT_MOST", 3)
    rows = [
        feed_reading.Entry(f"{n}", f"Nr {n}", "", "https://x.dk/", NOW + timedelta(hours=n))
        for n in range(5)
    ]
    take_feed(by=system(council), feed=feed, found=feed_reading.Read(rows))
    assert titles() == ["Nr 4", "Nr 3", "Nr 2"]


def test_many_pieces_cost_no_more_statements(
    feed: Feed, council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    client, costs = client_as(visitor), []
    for n in (1, 3):
        rows = [feed_reading.Entry(f"{n}{k}", "X", "", "https://x.dk/", NOW) for k in range(n)]
        take_feed(by=system(council), feed=feed, found=feed_reading.Read(rows))
        with CaptureQueriesContext(connection) as asked:
            client.get("/nyheder/kommuner/")
        costs.append(len(asked))
    assert costs[0] == costs[1]


# --- hostile -----------------------------------------------------------------------------------
def read(body: bytes, kind: str = "application/rss+xml") -> list[str]:
    answer = Answer(200, {"content-type": kind}, body)
    return [one.title for one in parse(answer, "https://fjern.dk/feed", NOW).entries or []]


LAUGHS = "<!DOCTYPE l [<!ENTITY a \"ha\">" + "".join(
    f"<!ENTITY {chr(98 + n)} \"{f'&{chr(97 + n)};' * 10}\">" for n in range(9)
) + "]>"  # fmt: skip


def test_markup_and_script_do_not_come_along() -> None:
    evil = "&lt;script&gt;alert(1)&lt;/script&gt;Hej &lt;img src=x onerror=alert(2)&gt;Bo"
    assert read(rss(entry(evil))) == ["Hej Bo"]
    assert read(ATOM, "application/atom+xml") == ["Ny sti"]


def test_only_web_pages_are_linked_to() -> None:
    for link in ("javascript:alert(1)", "data:text/html,x", "ftp://x.dk/a", "https://a@x.dk"):
        assert read(rss(entry("X", link))) == []
    assert web_link("https://x.dk/a?b=1#c") == "https://x.dk/a?b=1#c"
    assert web_link("https://x.dk/" + "a" * 500) == ""


def test_entities_do_not_grow_and_files_are_not_read() -> None:
    assert all(len(title) < 20 for title in read(rss(entry("&j;"), head=LAUGHS)))
    head = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert not any("root" in title for title in read(rss(entry("&x;"), head=head)))


def test_broken_writing_gives_what_can_be_read() -> None:
    assert read(rss(entry("Ny sti"))[:-16] + b"<item><title>Uden slutning") == ["Ny sti"]
    for body in (b"", b"\0" * 100, b"<html></html>", b"{}"):
        with pytest.raises(Unreachable):
            read(body)


def test_words_are_kept_short_and_the_right_way_round() -> None:
    assert plain("a\u202eb\u0000\tc", 20) == "ab c"
    assert plain("å" * 300, 200) == "å" * 199 + "…"


def test_a_date_to_come_and_one_that_is_none() -> None:
    later = "<pubDate>Tue, 03 Nov 2099 10:00:00 GMT</pubDate>"
    body = rss(entry("A", more=later), entry("B", "https://fjern.dk/2", "<pubDate>snart</pubDate>"))
    answer = Answer(200, {"content-type": "application/rss+xml"}, body)
    found = parse(answer, "https://fjern.dk/feed", NOW).entries or []
    assert [one.at for one in found] == [NOW, None]


def test_a_cpr_number_is_not_taken_in() -> None:
    body = rss(entry("Skriv til 010190-1234"), entry("Ny sti", "https://fjern.dk/2"))
    assert read(body) == ["Ny sti"]


def test_the_secretariat_is_told_that_a_piece_was_held_back(
    there: Elsewhere, feed: Feed, secretariat: Principal, client_as: Callable[[Principal], Client]
) -> None:
    there.body = rss(entry("Skriv til 010190-1234"), entry("Ny sti", "https://fjern.dk/2"))
    assert again(feed).held_back == 1
    page = client_as(secretariat).get("/nyheder/kommuner/feeds/").content.decode()
    assert "1 nyhed er udeladt" in page
    assert "010190" not in page
    assert list(to_look_at(feed.council)) == [feed]
    there.body = rss(entry("Ny sti", "https://fjern.dk/2"))
    assert again(feed).held_back == 0
    assert not to_look_at(feed.council).exists()


def test_a_huge_answer_and_a_slow_one_are_given_up(
    monkeypatch: pytest.MonkeyPatch, there: Elsewhere, feed: Feed
) -> None:
    there.body = rss("x" * (feed_reading.LARGEST + 1))
    assert "mere, end vi tager" in again(feed).fault
    there.drip = 0.02
    monkeypatch.setattr(feed_reading, "SECONDS", 0.15)
    before = time.monotonic()
    assert "for længe" in again(feed).fault
    assert time.monotonic() - before < 30
    there.drip = 0.0
    assert titles() == ["Ny sti"]


def test_a_feed_that_sends_on_is_not_followed(there: Elsewhere, feed: Feed) -> None:
    there.status, there.headers["Location"] = 302, "http://127.0.0.1:1/"
    assert "sender os videre" in again(feed).fault
    assert outgoing.SECONDS > feed_reading.SECONDS
