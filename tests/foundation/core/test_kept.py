from __future__ import annotations

import gzip

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from samskab.civic.foundation.core.actions import describe_council
from samskab.civic.foundation.core.kept import GRACE, SECONDS, Kept, Shelf, is_for_everybody, kept
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import system
from tests.cast import HOSTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(settings: Settings, council: Council) -> Client:
    settings.KEEP_VISITOR_PAGES = True
    return Client(HTTP_HOST=HOSTS[council.slug])


def describe(council: Council, purpose: str) -> None:
    describe_council(
        by=system(council), council=council, purpose=purpose, purpose_en="", contact_email="",
        was_url="",
    )  # fmt: skip


def test_a_page_is_drawn_once_until_something_happens_in_the_council(
    visitor: Client, council: Council, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = visitor.get("/")
    with django_assert_num_queries(1):  # the council's row, which tells that nothing happened
        assert visitor.get("/").content == first.content
    describe(council, "Noget helt nyt")
    assert "Noget helt nyt" in visitor.get("/").content.decode()


def test_the_other_council_never_gets_the_same_page(
    visitor: Client, council: Council, other_council: Council
) -> None:
    describe(council, "Kun hos os")
    assert "Kun hos os" in visitor.get("/").content.decode()
    theirs = Client(HTTP_HOST=HOSTS[other_council.slug]).get("/")
    assert "Kun hos os" not in theirs.content.decode()


def test_who_brings_a_cookie_gets_a_page_of_their_own(
    visitor: Client, council: Council, settings: Settings
) -> None:
    visitor.get("/")
    Council.objects.update(purpose="Bag om ryggen")
    assert "Bag om ryggen" not in visitor.get("/").content.decode()
    visitor.cookies["samskab"] = "en-session"
    assert "Bag om ryggen" in visitor.get("/").content.decode()


def test_packed_and_plain_say_the_same(visitor: Client) -> None:
    plain = visitor.get("/").content
    packed = visitor.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain
    assert "Accept-Encoding" in packed["Vary"]
    assert packed["Content-Security-Policy"]


def test_pages_that_set_a_cookie_or_hold_a_secret_are_not_kept(visitor: Client) -> None:
    form = visitor.get("/udfordringer/ny/")
    assert form.cookies
    visitor.cookies.clear()
    again = visitor.get("/udfordringer/ny/")
    assert again.cookies
    assert again.content != form.content  # each form has a key of its own
    assert visitor.get("/udfordringer/min/findes-ikke/").status_code == 404


def test_only_a_plain_look_is_for_everybody() -> None:
    request = HttpRequest()
    request.method = "GET"
    assert is_for_everybody(request)
    request.method = "POST"
    assert not is_for_everybody(request)


def test_the_shelf_never_holds_more_than_its_bytes() -> None:
    page: Kept = kept(HttpResponse(b"x" * 100))
    shelf = Shelf(limit=450)
    for name in "abcde":
        shelf.put(name, page)
        shelf.get("a")
    assert shelf.bytes <= 450
    assert shelf.get("a") is not None  # asked for again and again
    assert shelf.get("b") is None
    shelf.put("a", page)
    assert shelf.bytes <= 450


def test_a_page_whose_time_is_up_is_drawn_by_one_while_the_others_get_the_old_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr("samskab.civic.foundation.core.kept.time.monotonic", lambda: now)
    shelf, old = Shelf(), kept(HttpResponse("gammel"))
    shelf.put("/", old)
    now += SECONDS + 1
    assert [shelf.get("/") for _ in range(50)] == [None, *[old] * 49]
    now += GRACE  # whoever drew it never came back: nobody waits for them
    assert shelf.get("/") is None
    new = kept(HttpResponse("ny"))
    shelf.put("/", new)
    assert shelf.get("/") is new
