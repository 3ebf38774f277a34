from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.commons.council.models import FocusTheme, Meeting
from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import describe_council
from samskab.civic.foundation.core.errors import NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import advance, raise_challenge
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.news.actions import publish_news

ClientAs = Callable[[Principal], Client]
FIXED = ("", "om/", "kontakt/", "privatliv/", "cookies/", "was/")
SETTINGS = {
    "purpose": "Vi løser det svære sammen.",
    "purpose_en": "We solve hard things.",
    "contact_email": "raad@eksempel.dk",
    "was_url": "https://was.digst.dk/eksempel",
}


def public_challenge(council: Council, title: str = "Koldt herberg") -> Challenge:
    by = system(council)
    made = raise_challenge(by=by, title=title, what="Fyret er ude.")[0]
    made.is_public = True
    for step in (Step.SCREENED, Step.OPEN):
        advance(by=by, challenge=made, to=step)
    return made


# --- the fixed pages ---------------------------------------------------------------------------
@pytest.mark.parametrize("prefix", ["/", "/en/"])
@pytest.mark.parametrize("path", FIXED)
def test_every_fixed_page_stands_in_both_languages_and_sets_no_cookie(
    council: Council, visitor: Principal, client_as: ClientAs, path: str, prefix: str
) -> None:
    answer = client_as(visitor).get(prefix + path)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert not answer.cookies
    assert page.count("<h1") == 1
    assert f'<html lang="{"en" if prefix == "/en/" else "da"}"' in page


def test_the_accessibility_statement_is_where_the_law_wants_it(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    answer = client_as(visitor).get("/was", follow=True)
    assert answer.status_code == 200
    assert 'href="/was/"' in answer.content.decode()


# --- the front page ----------------------------------------------------------------------------
def test_the_front_page_tells_what_goes_on(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    Council.objects.update(purpose=SETTINGS["purpose"])
    challenge = public_challenge(council)
    raise_challenge(by=visitor, title="Ikke læst endnu", what="…")
    publish_news(by=secretariat, title_da="Haven er åben", lead_da="Kom.", text_da="Nu.")
    FocusTheme.objects.create(council=council, title="Ensomhed", is_current=True)
    start = clock.now() + timedelta(days=3)
    Meeting.objects.create(
        council=council, title="Vintermøde", starts_at=start, ends_at=start + timedelta(hours=2),
        status="invited",
    )  # fmt: skip
    page = client_as(visitor).get("/").content.decode()
    for text in (SETTINGS["purpose"], "Koldt herberg", "Haven er åben", "Ensomhed", "Vintermøde"):
        assert text in page
    assert f"/udfordringer/{challenge.pk}/" in page
    assert "Ikke læst endnu" not in page


def test_the_front_page_counts_the_challenges_at_each_step(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    for n in range(2):
        public_challenge(council, f"Nr {n}")
    page = client_as(visitor).get("/").content.decode()
    found = page.split("?step=open", 1)[1].split("</a>", 1)[0]
    assert '<span class="s-way__number">2</span>' in found


def test_an_empty_front_page_says_what_to_do(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    page = client_as(visitor).get("/").content.decode()
    assert 'href="/udfordringer/ny/"' in page
    assert "Ingen udfordringer endnu" in page


def test_another_councils_front_page_shows_its_own(
    council: Council, other_council: Council, outsider: Principal, client_as: ClientAs
) -> None:
    public_challenge(council)
    assert "Koldt herberg" not in client_as(outsider).get("/").content.decode()


def test_the_front_page_costs_the_same_whatever_there_is(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client, costs = client_as(visitor), []
    for n in range(4):
        with CaptureQueriesContext(connection) as asked:
            client.get("/")
        costs.append(len(asked))
        public_challenge(council, f"Nr {n}")
        publish_news(by=secretariat, title_da=f"Nyt {n}", lead_da="k", text_da="t")
    assert costs == [7] * 4


# --- for machines ------------------------------------------------------------------------------
def test_the_sitemap_holds_what_is_public_and_nothing_else(
    council: Council, other_council: Council, secretariat: Principal, outsider: Principal,
    visitor: Principal, client_as: ClientAs,
) -> None:  # fmt: skip
    shown = public_challenge(council)
    hidden = raise_challenge(by=visitor, title="Ikke læst endnu", what="…")[0]
    write_article(by=secretariat, kind="case", title_da="Et forløb", text_da="t")
    write_article(by=outsider, kind="case", title_da="Fra naboen", text_da="t")
    publish_news(by=secretariat, title_da="Nyt", lead_da="k", text_da="t")
    answer = client_as(visitor).get("/sitemap.xml")
    tree = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    found = [
        str(each.text) for each in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    home = "http://silkeborg.localhost"
    assert answer["Content-Type"].startswith("application/xml")
    for path in ("/", f"/udfordringer/{shown.pk}/", "/viden/et-forloeb/", "/nyheder/nyt/", "/was/"):
        assert home + path in found
    assert f"{home}/udfordringer/{hidden.pk}/" not in found
    assert not any("naboen" in each for each in found)
    assert len(found) == len(set(found))


def test_every_fixed_address_of_the_sitemap_answers(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    tree = ElementTree.fromstring(client.get("/sitemap.xml").content)  # noqa: S314 - our own
    addresses = [str(each.text) for each in tree.iter() if each.tag.endswith("loc")]
    assert len(addresses) >= 12
    for address in addresses:
        assert client.get(address).status_code == 200, address


def test_robots_stay_out_of_private_links_and_searches(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    answer = client_as(visitor).get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    for path in ("/udfordringer/min/", "/en/udfordringer/min/", "/soeg/", "/log-ind/"):
        assert f"Disallow: {path}" in lines
    assert lines[-1] == "Sitemap: http://silkeborg.localhost/sitemap.xml"


# --- settings ----------------------------------------------------------------------------------
def test_the_secretariat_describes_the_council(
    secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(secretariat)
    assert client.get("/indstillinger/").status_code == 200
    answer = client.post("/indstillinger/", SETTINGS)
    assert (answer.status_code, answer["Location"]) == (302, "/indstillinger/")
    reader = client_as(visitor)
    assert SETTINGS["purpose"] in reader.get("/om/").content.decode()
    assert SETTINGS["purpose_en"] in reader.get("/en/om/").content.decode()
    assert "mailto:raad@eksempel.dk" in reader.get("/kontakt/").content.decode()
    assert f'href="{SETTINGS["was_url"]}"' in reader.get("/was/").content.decode()


@pytest.mark.parametrize(
    "change",
    [{"contact_email": "nej"}, {"was_url": "javascript:alert(1)"}, {"purpose": "CPR 010190-1234"}],
)
def test_what_cannot_be_used_is_refused_and_kept_in_the_form(
    secretariat: Principal, client_as: ClientAs, change: dict[str, str]
) -> None:
    answer = client_as(secretariat).post("/indstillinger/", {**SETTINGS, **change})
    assert answer.status_code == 422
    assert SETTINGS["purpose_en"] in answer.content.decode()
    assert Council.objects.get(pk=secretariat.council.pk).purpose == ""


def test_the_settings_are_for_secretariat_and_administrator(
    council: Council, member: Principal, visitor: Principal, administrator: Principal,
    outsider: Principal, client_as: ClientAs,
) -> None:  # fmt: skip
    assert client_as(administrator).get("/indstillinger/").status_code == 200
    for by in (member, visitor):
        assert client_as(by).get("/indstillinger/").status_code == 403
        assert client_as(by).post("/indstillinger/", SETTINGS).status_code == 403
        with pytest.raises(NotAllowed):
            describe_council(by=by, council=council, **SETTINGS)
    with pytest.raises(NotFound):
        describe_council(by=outsider, council=council, **SETTINGS)
