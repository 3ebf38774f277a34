from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from samskab.civic.foundation.core.actions import found_council, record
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.core.queries import verify_log


def breaks(council: Council) -> list[tuple[int, str]]:
    return [(found.seq, found.why) for found in verify_log(Council.objects.get(pk=council.pk))]


def test_each_entry_is_locked_to_the_one_before(council: Council) -> None:
    record(system(council), "test.one", council, state="a")
    record(system(council), "test.two", council, state="b")
    last, before = LogEntry.objects.filter(council=council).order_by("-seq")[:2]
    assert last.previous == before.digest
    assert breaks(council) == []


def test_a_changed_entry_is_found(council: Council) -> None:
    entry = record(system(council), "test.one", council, state="a")
    record(system(council), "test.two", council)
    LogEntry.objects.filter(pk=entry.pk).update(data={"state": "forged"})
    assert breaks(council) == [(entry.seq, "its content was changed")]


def test_an_entry_taken_from_the_middle_is_found(council: Council) -> None:
    entry = record(system(council), "test.one", council)
    record(system(council), "test.two", council)
    LogEntry.objects.filter(pk=entry.pk)._raw_delete(using="default")
    assert (entry.seq, f"entry {entry.seq} is missing") in breaks(council)


def test_an_entry_cut_from_the_end_is_found(council: Council) -> None:
    record(system(council), "test.one", council)
    entry = record(system(council), "test.two", council)
    LogEntry.objects.filter(pk=entry.pk)._raw_delete(using="default")
    assert breaks(council) == [(entry.seq, "entries at the end are missing")]


def test_an_entry_can_neither_be_saved_again_nor_deleted(council: Council) -> None:
    entry = record(system(council), "test.one", council)
    with pytest.raises(ImproperlyConfigured):
        entry.save()
    with pytest.raises(ImproperlyConfigured):
        entry.delete()


def test_chains_of_two_councils_do_not_touch(council: Council, other_council: Council) -> None:
    record(system(council), "test.one", council)
    record(system(other_council), "test.other", other_council)
    record(system(council), "test.two", council)
    assert breaks(council) == breaks(other_council) == []


def test_the_log_names_a_person_by_key_only(participant: Principal) -> None:
    entry = record(participant, "test.one")
    assert entry.who == f"user:{participant.user_id}"
    assert participant.name not in str(entry.__dict__)


@pytest.mark.django_db(transaction=True)
def test_fifty_writers_at_once_leave_one_unbroken_chain() -> None:
    council = found_council(slug="trængsel", name="Trængsel", hosts=["t.localhost"])

    def write(number: int) -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                record(system(council), "test.write", council, number=number)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(write, range(50)))
    entries = LogEntry.objects.filter(council=council, verb="test.write")
    assert sorted(entry.data["number"] for entry in entries) == list(range(50))
    assert breaks(council) == []


def test_a_council_saved_whole_does_not_put_the_log_back(council: Council) -> None:
    read_before = Council.objects.get(pk=council.pk)
    record(system(council), "test.one", council)
    read_before.purpose = "Nyt formål"
    read_before.save()
    record(system(council), "test.two", council)
    assert breaks(Council.objects.get(pk=council.pk)) == []
    assert Council.objects.get(pk=council.pk).purpose == "Nyt formål"
