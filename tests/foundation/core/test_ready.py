"""Rows from a statement that stands ready."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Model

from samskab.civic.foundation.core.actions import record
from samskab.civic.foundation.core.models import Council, Hostname, LogEntry
from samskab.civic.foundation.core.principal import system
from samskab.civic.foundation.core.queries import council_for_host
from samskab.civic.foundation.core.ready import Ready, Row

pytestmark = pytest.mark.django_db


def values(row: Model) -> dict[str, object]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def read(ready: Ready[Row], table: str, key: int) -> Row:
    with connection.cursor() as cursor:
        columns = ready.columns(table)
        cursor.execute(f"SELECT {columns} FROM {table} WHERE id = %s", [key])  # noqa: S608
        return ready.row(cursor.fetchone())


def test_a_whole_row_is_the_same_as_django_reads_it(council: Council) -> None:
    entry = record(system(council), "test.one", council, state="a", number=3)
    found = read(Ready(LogEntry), "core_logentry", entry.pk)
    assert found == entry
    assert values(found) == values(LogEntry.objects.get(pk=entry.pk))
    assert found.compute_digest() == entry.digest


def test_what_was_not_read_is_read_when_asked_for(council: Council) -> None:
    ready = Ready(Council, "id", "is_default")
    found = read(ready, "core_council", council.pk)
    assert len(ready) == 2
    assert found.is_default is council.is_default
    assert found.get_deferred_fields() >= {"name", "slug"}
    assert found.name == council.name


def test_a_host_name_leads_to_its_council_and_an_unknown_one_to_the_default(
    council: Council, other_council: Council
) -> None:
    Hostname.objects.create(council=other_council, host="andet.example")
    for host, wanted in (("ANDET.example", other_council), ("ukendt.example", council)):
        found = council_for_host(host)
        assert found is not None
        assert values(found) == values(Council.objects.get(pk=wanted.pk))
