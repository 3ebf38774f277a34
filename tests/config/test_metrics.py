"""Figures for a monitoring system: to whoever has the token, and about nobody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import DjangoAssertNumQueries, Settings

from samskab.civic.foundation.core.actions import record
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.public.news.models import Feed

TOKEN = "en lang hemmelighed"
BEARER = f"Bearer {TOKEN}"
Figures = Callable[[], dict[tuple[str, str], float]]


@pytest.fixture
def figures(settings: Settings, council: Council) -> Figures:
    """What a scrape reads: the name and its label, with the value."""
    settings.METRICS_TOKEN = TOKEN

    def read() -> dict[tuple[str, str], float]:
        answer = Client().get("/metrics", headers={"authorization": BEARER})
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith("text/plain; version=")
        return {
            (sample.name, "".join(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(answer.content.decode())
            for sample in family.samples
        }

    return read


def test_without_a_token_in_the_settings_there_is_no_such_page(
    settings: Settings, council: Council
) -> None:
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", TOKEN, "Bearer", "Bearer en anden", f"{BEARER}x"])
def test_whoever_lacks_the_token_reads_nothing(figures: Figures, given: str) -> None:
    figures()
    answer = Client().get("/metrics", headers={"authorization": given} if given else {})
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert b"samskab_" not in answer.content


def test_it_is_not_kept_for_visitors(settings: Settings, figures: Figures) -> None:
    settings.KEEP_VISITOR_PAGES = True
    figures()
    assert Client().get("/metrics").status_code == 401


def test_the_figures_are_those_of_the_moment(
    figures: Figures, council: Council, other_council: Council
) -> None:
    before = figures()
    assert before["samskab_councils", ""] == 2
    record(system(council), "test.one", council)
    notify(council=council, to="a@eksempel.dk", subject="Hej", text="Hej", kind="test")
    Feed.objects.create(council=council, name="Nabo", address="https://nabo.dk/", fault="404")
    after = figures()
    key = ("samskab_log_entries", council.slug)
    assert after[key] > before[key]
    assert after["samskab_mail", "waiting"] == 1
    assert 0 <= after["samskab_mail_oldest_waiting_seconds", ""] < 600
    assert (before["samskab_feeds_failing", ""], after["samskab_feeds_failing", ""]) == (0, 1)


def test_the_age_of_the_newest_backup_is_told(
    settings: Settings, figures: Figures, tmp_path: Path
) -> None:
    settings.DATA = tmp_path
    assert ("samskab_backup_age_seconds", "") not in figures()
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "samskab-2026.zip").write_bytes(b"")
    assert 0 <= figures()["samskab_backup_age_seconds", ""] < 600


def test_it_costs_the_same_however_much_there_is(
    figures: Figures, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(9):
        figures()
