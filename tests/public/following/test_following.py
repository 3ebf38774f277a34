"""Following by mail: confirmed first, one digest, never an empty one, off means off."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client

from samskab.civic.foundation.core.errors import Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.privacy.actions import run_retention_everywhere
from samskab.civic.public.following.actions import (
    change_subscription,
    send_digests,
    subscribe,
    unsubscribe,
)
from samskab.civic.public.following.models import Subscription
from samskab.civic.public.following.queries import CONFIRM_DAYS, token_of
from samskab.civic.public.news.actions import publish_news
from samskab.civic.public.news.models import NewsItem
from tests.cast import HOSTS

ClientAs = Callable[[Principal], Client]
WANTED: dict[str, Any] = {"email": "Bo@eksempel.dk", "topics": ["news"], "rhythm": "day"}
NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Copenhagen"))
pytestmark = pytest.mark.django_db


@pytest.fixture
def row(visitor: Principal) -> Subscription:
    return subscribe(by=visitor, **WANTED)


def holding(by: Principal, row: Subscription) -> Principal:
    return by.holding("following.subscription", row.pk)


@pytest.fixture
def confirmed(row: Subscription, visitor: Principal) -> Subscription:
    change_subscription(by=holding(visitor, row), subscription=row, topics=["news"], rhythm="day")
    Subscription.objects.update(told_until=NOON - timedelta(days=1))
    row.refresh_from_db()
    return row


def news(secretariat: Principal, at: datetime = NOON - timedelta(hours=3)) -> NewsItem:
    item = publish_news(by=secretariat, title_da="Nyt om bussen", lead_da="Kort.", text_da="Langt.")
    NewsItem.objects.update(published_at=at)
    return item


def digests(commit: Any, now: datetime = NOON) -> list[Any]:
    mail.outbox.clear()
    with commit(execute=True):
        send_digests(now)
    return mail.outbox


# --- asking ------------------------------------------------------------------------------------
def test_nothing_is_sent_before_the_address_is_confirmed(
    row: Subscription, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    Subscription.objects.update(told_until=NOON - timedelta(days=9))
    news(secretariat)
    assert digests(django_capture_on_commit_callbacks) == []


def test_a_visitor_follows_confirms_and_stops_in_a_browser(
    visitor: Principal, client_as: ClientAs, django_capture_on_commit_callbacks: Any
) -> None:
    client = client_as(visitor)
    assert client.get("/foelg/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/foelg/", WANTED).status_code == 302
    (letter,) = mail.outbox
    path = re.search(r"(/foelg/\S+/)", letter.body)
    assert path
    assert Subscription.objects.get().confirmed_at is None
    assert "Ja, send mig mail" in client.get(path[1]).content.decode()
    assert Subscription.objects.get().confirmed_at is None  # looking is not confirming
    assert client.post(path[1], {"topics": ["news"], "rhythm": "week"}).status_code == 302
    assert Subscription.objects.get().confirmed_at
    token = path[1].split("/")[-2]
    assert client.get(f"/foelg/afmeld/{token}/").status_code == 200
    assert Subscription.objects.exists()
    client.post(f"/foelg/afmeld/{token}/")
    assert not Subscription.objects.exists()
    assert client.get(path[1]).status_code == 404
    assert "ingen mail" in client.get(f"/foelg/afmeld/{token}/").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [({"topics": []}, "topics"), ({"rhythm": "hour"}, "rhythm"), ({"email": ""}, "email")],
)
def test_what_is_missing_is_said(visitor: Principal, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as error:
        subscribe(by=visitor, **{**WANTED, **change})
    assert error.value.field == field
    assert not Subscription.objects.exists()


def test_asking_twice_makes_one_and_nobody_learns_who_follows(
    confirmed: Subscription, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    stranger = client.post("/foelg/", {**WANTED, "email": "ny@eksempel.dk"})
    known = client.post("/foelg/", {**WANTED, "topics": ["concepts"]})
    assert (known.status_code, known["Location"]) == (stranger.status_code, stranger["Location"])
    confirmed.refresh_from_db()
    assert confirmed.topics == ["news"]  # a stranger changes nothing
    assert Subscription.objects.count() == 2


def test_only_the_link_changes_and_stops(
    row: Subscription, visitor: Principal, secretariat: Principal, outsider: Principal
) -> None:
    for by in (visitor, secretariat, visitor.holding("following.subscription", row.pk + 1)):
        with pytest.raises(NotAllowed):
            unsubscribe(by=by, subscription=row)
    with pytest.raises(NotFound):
        change_subscription(
            by=holding(outsider, row), subscription=row, topics=["news"], rhythm="day"
        )


def test_another_council_does_not_know_the_link(row: Subscription, other_council: Any) -> None:
    client = Client(HTTP_HOST=HOSTS["nabo"])
    assert client.get(f"/foelg/{token_of(row)}/").status_code == 404
    client.post(f"/foelg/afmeld/{token_of(row)}/")
    assert Subscription.objects.exists()


# --- digests -----------------------------------------------------------------------------------
def test_the_digest_tells_once_what_happened(
    confirmed: Subscription, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    news(secretariat)
    (letter,) = digests(django_capture_on_commit_callbacks)
    assert "Nyt om bussen" in letter.body
    assert "/nyheder/nyt-om-bussen/" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert digests(django_capture_on_commit_callbacks) == []
    later = NOON + timedelta(days=1)
    assert digests(django_capture_on_commit_callbacks, later) == []  # nothing new: no mail


def test_a_mail_program_unsubscribes_with_one_press(
    confirmed: Subscription, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    news(secretariat)
    (letter,) = digests(django_capture_on_commit_callbacks)
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    path = "/" + address.split("/", 3)[3]
    client = Client(HTTP_HOST=HOSTS["silkeborg"], enforce_csrf_checks=True)
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not Subscription.objects.exists()


def test_the_week_ends_on_sunday(
    confirmed: Subscription, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    Subscription.objects.update(rhythm="week")
    news(secretariat)
    assert len(digests(django_capture_on_commit_callbacks)) == 0  # Wednesday, told on Tuesday
    monday = NOON + timedelta(days=5)
    assert len(digests(django_capture_on_commit_callbacks, monday)) == 1


def test_other_topics_are_not_told(
    confirmed: Subscription, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    Subscription.objects.update(topics=["concepts"])
    news(secretariat)
    assert digests(django_capture_on_commit_callbacks) == []


def test_three_news_cost_what_one_costs(
    confirmed: Subscription, secretariat: Principal, django_assert_max_num_queries: Any
) -> None:
    for title in ("A", "B", "C"):
        publish_news(by=secretariat, title_da=title, lead_da="k", text_da="t")
    NewsItem.objects.update(published_at=NOON - timedelta(hours=1))
    with django_assert_max_num_queries(9):
        assert send_digests(NOON) == 1


# --- ending ------------------------------------------------------------------------------------
def test_who_never_confirms_is_forgotten(row: Subscription) -> None:
    run_retention_everywhere()
    assert Subscription.objects.exists()
    Subscription.objects.update(created=NOON - timedelta(days=CONFIRM_DAYS + 30))
    run_retention_everywhere()
    assert not Subscription.objects.exists()


def test_the_log_holds_no_address(confirmed: Subscription) -> None:
    for entry in LogEntry.objects.filter(verb__startswith="following."):
        assert "eksempel" not in f"{entry.data} {entry.who} {entry.subject}"
