"""The frame around every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.ui import navigation

As = Callable[[Principal], Client]


def page(client: Client, path: str = "/moenstre/") -> str:
    return client.get(path).content.decode()


def test_the_page_is_danish_and_offers_english_on_the_same_page(
    visitor: Principal, client_as: As
) -> None:
    html = page(client_as(visitor))
    assert '<html lang="da"' in html
    assert '<a href="/en/moenstre/" lang="en" hreflang="en">English</a>' in html
    assert 'hreflang="en" href="http://silkeborg.localhost/en/moenstre/"' in html


def test_the_english_page_leads_back_and_keeps_the_filters(
    visitor: Principal, client_as: As
) -> None:
    html = page(client_as(visitor), "/en/moenstre/?q=a")
    assert '<html lang="en"' in html
    assert '<a href="/moenstre/?q=a" lang="da" hreflang="da">Dansk</a>' in html
    assert '<link rel="canonical" href="http://silkeborg.localhost/en/moenstre/">' in html


def test_a_visitor_gets_no_cookie_and_no_form_to_sign_out(
    visitor: Principal, client_as: As
) -> None:
    answer = client_as(visitor).get("/log-findes-ikke/")
    assert answer.status_code == 404
    assert not answer.cookies
    assert "Log ud" not in answer.content.decode()


def test_staff_see_their_own_row_and_others_do_not(
    participant: Principal, secretariat: Principal, facilitator: Principal, client_as: As
) -> None:
    row = 'aria-label="For medarbejdere"'
    assert row in page(client_as(secretariat))
    assert row in page(client_as(facilitator))
    assert row not in page(client_as(participant))


def test_the_present_page_is_marked(secretariat: Principal, client_as: As) -> None:
    html = page(client_as(secretariat), reverse("core:log"))
    assert f'<a href="{reverse("core:log")}" aria-current="page">' in html


def test_an_example_council_says_so(visitor: Principal, council: Council, client_as: As) -> None:
    assert "s-example" not in page(client_as(visitor), "/findes-ikke/")
    Council.objects.filter(pk=council.pk).update(is_example=True)
    assert 'class="s-example">eksempel' in page(client_as(visitor), "/findes-ikke/")


def test_an_unknown_address_is_answered_in_the_councils_design(
    visitor: Principal, client_as: As
) -> None:
    answer = client_as(visitor).get("/findes-ikke/")
    html = answer.content.decode()
    assert answer.status_code == 404
    assert "<h1>Vi kan ikke finde siden</h1>" in html
    assert "Silkeborg" in html
    assert 'lang="en" hreflang="en"' in html


def test_nothing_on_the_page_runs_inline(secretariat: Principal, client_as: As) -> None:
    html = page(client_as(secretariat))
    assert not re.search(r"\sstyle=|\son\w+=|<style|javascript:", html)
    assert not re.search(r"<script(?! type=.application/ld\+json.>)(?![^>]*\bsrc=)", html)


def test_nothing_is_fetched_from_elsewhere(visitor: Principal, client_as: As) -> None:
    html = page(client_as(visitor))
    fetched = re.findall(r'<(?:script|img|link rel="(?:stylesheet|icon|preload)")[^>]*', html)
    fetched = [tag for tag in fetched if "ld+json" not in tag]
    assert len(fetched) == 6
    assert not [tag for tag in fetched if "//" in tag]


def test_labels_and_ids_agree_and_are_used_once(visitor: Principal, client_as: As) -> None:
    html = page(client_as(visitor))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\sfor="([^"]+)"', html)) <= set(ids)


def test_a_name_that_leads_nowhere_is_left_out() -> None:
    assert navigation.address("no:such") == ""
    assert navigation.address("no:such", "core:log") == "/log/"


@pytest.mark.parametrize("path", ["/sundhed/"])
def test_an_address_outside_the_frame_needs_no_menu(
    path: str, visitor: Principal, client_as: As
) -> None:
    assert client_as(visitor).get(path).json() == {"status": "ok"}


def test_addresses_follow_the_language() -> None:
    with override("en"):
        assert navigation.address("core:log") == "/en/log/"
    with override("da"):
        assert navigation.address("core:log") == "/log/"
