"""What programs read of the pages: feeds, facts, the shared picture, the sitemap."""

from __future__ import annotations

import json
import re
import time
from io import BytesIO
from typing import Any

import feedparser
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape
from PIL import Image

from samskab.civic.commons.council.models import Meeting
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.ui import pictures
from samskab.civic.journey.challenges.queries import public
from samskab.civic.journey.concepts.queries import public as concepts
from samskab.civic.public.news.queries import news

LISTS = (
    "/nyheder/", "/udfordringer/", "/raadet/moeder/", "/raadet/beslutninger/", "/koncepter/",
    "/pilotprojekter/", "/viden/", "/initiativer/", "/aktoerer/", "/tilbud/",
)  # fmt: skip
PAGES = ("/", *LISTS, "/nyheder/faellesskaber-baner-vejen/")


@pytest.fixture
def client(example: Council) -> Client:
    return Client(headers={"host": "localhost"})


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert not answer.cookies
    return str(answer.content.decode())


# --- Atom --------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", LISTS)
def test_every_list_can_be_followed_as_atom(client: Client, path: str) -> None:
    html = page(client, path)
    found = re.search(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', html)
    assert found, path
    assert f'<a href="{found[1]}" type="application/atom+xml">' in html
    answer = client.get(found[1])
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = feedparser.parse(BytesIO(answer.content))
    assert (feed.bozo, feed.version) == (False, "atom10")
    assert feed.feed.title
    assert len({entry.id for entry in feed.entries}) == len(feed.entries) > 0
    for entry in feed.entries:
        assert entry.title.strip()
        assert entry.updated_parsed <= time.gmtime(time.time() + 400 * 86400)
    assert client.get(feed.entries[0].link).status_code == 200


@pytest.mark.parametrize(
    "path", ["/viden/?q=aftale", "/initiativer/?q=cykel", "/pilotprojekter/?status=ended",
             "/koncepter/?source=elsewhere"]
)  # fmt: skip
def test_a_list_that_is_narrowed_is_followed_narrowed(client: Client, path: str) -> None:
    def read(html: str) -> list[str]:
        found = re.search(r'<a href="([^"]+)" type="application/atom', html)
        assert found
        feed = feedparser.parse(BytesIO(client.get(found[1].replace("&amp;", "&")).content))
        return [entry.title for entry in feed.entries]

    whole, some = page(client, path.partition("?")[0]), page(client, path)
    assert len(read(some)) < len(read(whole))
    for title in read(some):
        assert escape(title) in some


def test_what_a_filter_does_not_know_narrows_no_feed(client: Client) -> None:
    every = client.get("/atom/viden/").content.count(b"<entry>")
    assert client.get("/atom/viden/?kind=nonsense").content.count(b"<entry>") == every


KINDS = ("/viden/", "/initiativer/", "/pilotprojekter/", "/aktoerer/", "/tilbud/", "/nyheder/",
         "/raadet/moeder/", "/raadet/beslutninger/", "/raadet/medlemmer/", "/udfordringer/",
         "/koncepter/", "/")  # fmt: skip


def test_every_kind_of_page_says_in_its_own_words_what_it_is(client: Client) -> None:
    found = {}
    for path in KINDS:
        html = page(client, path)
        told = re.search(r'<meta property="og:description" content="([^"]*)"', html)
        assert told, path
        found[path] = told[1]
        assert f'<meta name="description" content="{told[1]}">' in html
    assert len(set(found.values())) == len(found)


def test_a_page_of_one_thing_is_described_by_that_thing(client: Client) -> None:
    for path in ("/viden/", "/initiativer/", "/pilotprojekter/", "/raadet/moeder/"):
        html = page(client, path)
        entry = feedparser.parse(BytesIO(client.get(_atom_of(html)).content)).entries[0]
        one = page(client, entry.link.replace("http://localhost", ""))
        told = re.search(r'<meta property="og:description" content="([^"]*)"', one)
        assert told and told[1].strip(), path
        assert "løser velfærdens udfordringer" not in told[1]
        assert "<" not in told[1]


def _atom_of(html: str) -> str:
    found = re.search(r'<a href="([^"]+)" type="application/atom', html)
    assert found
    return found[1]


def test_a_feed_of_nothing_is_not_there(client: Client) -> None:
    assert client.get("/atom/hemmeligt/").status_code == 404


def test_no_feed_leads_to_what_a_visitor_may_not_see(client: Client) -> None:
    for path in LISTS:
        html = page(client, path)
        href = re.search(r'atom\+xml" href="([^"]+)"', html)
        assert href
        for entry in feedparser.parse(BytesIO(client.get(href[1]).content)).entries:
            assert client.get(entry.link).status_code == 200, entry.link


# --- facts -------------------------------------------------------------------------------------
def facts(html: str) -> list[dict[str, Any]]:
    return [
        json.loads(text)
        for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    ]


def test_pages_say_in_schema_org_what_they_are(client: Client, example: Council) -> None:
    found = {
        one["@type"]: one for one in facts(page(client, "/nyheder/faellesskaber-baner-vejen/"))
    }
    article = found["NewsArticle"]
    assert article["headline"] == "Fællesskaber baner vejen til fremtidens velfærd"
    assert article["publisher"] == {"@type": "Organization", "name": example.name}
    assert "datePublished" not in article  # the source gives none
    trail = found["BreadcrumbList"]["itemListElement"]
    assert [(one["position"], one.get("item")) for one in trail] == [(1, "/nyheder/"), (2, None)]
    meeting = Meeting.objects.filter(council=example).order_by("pk").first()
    event = facts(page(client, f"/raadet/moeder/{meeting.pk}/"))
    assert event[-1]["startDate"] == meeting.starts_at.isoformat()
    assert facts(page(client, "/"))[0]["@type"] == "GovernmentOrganization"


def test_facts_cannot_end_their_own_script() -> None:
    from samskab.civic.foundation.ui.templatetags.ui import json_ld

    html = json_ld("Thing", name="</script><script>alert(1)", text="a & b")
    assert html.count("<script") == html.count("</script>") == 1
    assert facts(html)[0]["name"] == "</script><script>alert(1)"


# --- the shared picture ------------------------------------------------------------------------
@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_a_picture_of_its_own_title(client: Client, path: str) -> None:
    html = page(client, path)
    told = dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)"', html))
    assert told["url"] == f"http://localhost{path}"
    assert told["title"]
    assert told["description"]
    src = told["image"].removeprefix("http://localhost")
    answer = client.get(src)
    assert answer["Content-Type"] == "image/png"
    assert Image.open(BytesIO(answer.content)).size == (1200, 630)
    assert len(answer.content) < 60_000
    assert pictures.title_of(src.removeprefix("/billede/").removesuffix(".png")) is not None


def test_nobody_has_other_words_drawn(client: Client) -> None:
    code = pictures.code_of("Vi lukker")
    assert client.get(f"/billede/{code}.png").status_code == 200
    for other in (f"x{code}", code[:-1], "VmkgbHVra2Vy~abc", "æ"):
        assert client.get(f"/billede/{other}.png").status_code == 404


@pytest.mark.parametrize(
    "title",
    [
        "Kort",
        "Speciallægepraksisplanlægningsstabiliseringsperiode i arbejdsmarkedsuddannelsesudvalget",
        "ord " * 70,
        "å" * 140,
        "",
    ],
)
def test_long_danish_words_stay_inside_the_picture(title: str) -> None:
    lines, font, step = pictures.fitted(title)
    assert pictures.TOP + len(lines) * step <= pictures.BOTTOM + step
    assert max(font.getlength(line) for line in lines) <= pictures.WIDE - 2 * pictures.EDGE
    if len(title) < 120:
        assert "".join(lines).replace("-", "").replace(" ", "") == title.replace(" ", "")


# --- the sitemap -------------------------------------------------------------------------------
def test_the_sitemap_holds_every_kind_of_page_and_each_answers(
    client: Client, example: Council
) -> None:
    body = client.get("/sitemap.xml").content.decode()
    found = re.findall(r"<loc>http://localhost([^<]+)</loc>", body)
    for rows, pattern in (
        (public(example), "/udfordringer/{0.pk}/"),
        (concepts(example), "/koncepter/{0.pk}/"),
        (news(example), "/nyheder/{0.slug}/"),
        (Meeting.objects.filter(council=example), "/raadet/moeder/{0.pk}/"),
    ):
        assert {pattern.format(row) for row in rows} <= set(found)
    for part in ("/initiativer/", "/aktoerer/", "/tilbud/", "/pilotprojekter/", "/viden/"):
        assert sum(path.startswith(part) and path != part for path in found) > 0, part
    assert len(found) == len(set(found))
    for path in found[::7]:
        assert client.get(path).status_code == 200, path


def test_the_sitemap_costs_one_statement_a_kind(client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/sitemap.xml")
    assert len(asked) <= 12
