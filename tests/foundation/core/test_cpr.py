"""A CPR number reaches neither the database nor the console."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from samskab.civic.foundation.core.console import WithoutCpr
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import Hostname
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.actions import raise_challenge
from samskab.civic.journey.challenges.models import Challenge

CPR = "010190-1234"


def test_an_action_refuses_it_and_saves_nothing(visitor: Principal) -> None:
    with pytest.raises(Invalid):
        raise_challenge(by=visitor, title="Hjælp", what=f"Min mor er {CPR}")
    assert not Challenge.objects.exists()


def test_many_rows_at_once_are_checked_too(visitor: Principal) -> None:
    with pytest.raises(Invalid):
        Hostname.objects.bulk_create([Hostname(council=visitor.council, host=f"{CPR}.dk")])
    assert not Hostname.objects.filter(host__contains="1234").exists()


def test_the_form_keeps_the_text_and_says_what_to_do(
    visitor: Principal, client_as: Callable[[Principal], Client]
) -> None:
    answer = client_as(visitor).post(
        "/udfordringer/ny/", {"at": "1", "go": "next", "title": "Hjælp", "what": f"Hun er {CPR}"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"Hun er {CPR}" in page
    assert "ligner et CPR-nummer" in page


def test_no_table_holds_it_after_every_way_in(
    visitor: Principal, client_as: Callable[[Principal], Client]
) -> None:
    client = client_as(visitor)
    whole = {"at": "3", "go": "next", "title": "Hjælp til min mor", "what": "Hun er alene"}
    for field in ("title", "what", "for_whom", "where", "name", "photo_text"):
        client.post("/udfordringer/ny/", {**whole, field: f"se {CPR} her"})
    client.get(f"/udfordringer/?q={CPR}")
    client.get(f"/{CPR}/")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - our own table names
            assert "0101901234" not in str(cursor.fetchall()).replace("-", "")


def test_the_console_shows_a_mark_instead(capsys: pytest.CaptureFixture[str]) -> None:
    handler = logging.StreamHandler()
    handler.addFilter(WithoutCpr())
    logger = logging.getLogger("samskab.test")
    logger.addHandler(handler)
    try:
        logger.warning("Not Found: /%s", CPR)
        try:
            raise ValueError(CPR)
        except ValueError:
            logger.exception("broke")
    finally:
        logger.removeHandler(handler)
    written = capsys.readouterr().err
    assert "Not Found" in written
    assert "1234" not in written
