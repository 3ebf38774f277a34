"""Initiatives from a table: the mechanism is tried in tests/commons/actors/test_importing.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.initiatives.actions import file_words_of, register_initiative
from samskab.civic.commons.initiatives.models import Initiative, InitiativeWord, Overlap
from samskab.civic.commons.initiatives.queries import terms_of
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports import actions
from samskab.civic.foundation.imports.kinds import kind_of
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.queries import plan_of
from samskab.civic.foundation.imports.tables import read_table

As = Callable[[Principal], Client]
LIST = (
    "Nr;Organisation;Navn;Beskrivelse;Målgruppe;Aktivitet;Sted;Fra;Timer\n"
    "7;Foreningen Åben Dør;Læs sammen;Vi læser højt.;Unge, ældre;læsegruppe;Gjern;2019;1.200\n"
    "8;Foreningen Åben Dør;Læs med;Vi læser højt sammen.;unge;Læsegruppe;;;\n"
)


@pytest.fixture(autouse=True)
def _words(word: Callable[..., Category]) -> None:
    for kind, name in (
        ("target_group", "unge"),
        ("target_group", "ældre"),
        ("activity", "læsegruppe"),
        ("place", "Gjern"),
    ):
        if not Category.objects.filter(kind=kind, name_da__iexact=name).exists():
            word(kind, name)


def looked(by: Principal, text: str) -> Upload:
    kind = kind_of("initiativer")
    assert kind is not None
    table = read_table(kind, file_name="a.csv", data=text.encode("cp1252"))
    row = actions.upload_table(by=by, table=table)
    row = actions.match_columns(by=by, upload=row, columns=row.columns)
    return actions.look_through(by=by, upload=row)


def numbers(upload: Upload) -> list[int]:
    return [upload.report[name] for name in ("new", "changed", "same", "wrong")]


def test_initiatives_come_with_their_words_and_are_compared_at_once(
    secretariat: Principal, organisation: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    upload = looked(secretariat, LIST)
    assert numbers(upload) == [2, 0, 0, 0]
    with django_capture_on_commit_callbacks(execute=True):
        actions.take_in(by=secretariat, upload=upload)
    row = Initiative.objects.get(external_key="7")
    assert {group.name_da for group in row.target_groups.all()} == {"unge", "ældre"}
    assert [word.name_da for word in row.areas.all()] == ["Gjern"]
    assert (row.slug, row.since, row.hours_a_year) == ("laes-sammen", 2019, 1200)
    assert row.words.exists()
    assert Overlap.objects.count() == 1
    assert numbers(looked(secretariat, LIST)) == [0, 0, 2, 0]


def test_a_mended_row_changes_only_what_is_mended(
    secretariat: Principal, organisation: Actor
) -> None:
    actions.take_in(by=secretariat, upload=looked(secretariat, LIST))
    upload = looked(secretariat, LIST.replace("Unge, ældre", "ældre").replace("2019", "2020"))
    assert upload.report["rows"][0]["changes"] == [
        ("Målgrupper", "unge; ældre", "ældre"),
        ("Startår", "2019", "2020"),
    ]
    actions.take_in(by=secretariat, upload=upload)
    row = Initiative.objects.get(external_key="7")
    assert [group.name_da for group in row.target_groups.all()] == ["ældre"]
    assert (row.version, row.since) == (2, 2020)


def test_many_are_written_in_as_many_statements_as_few_and_their_words_are_filed_after(
    secretariat: Principal, organisation: Actor, django_assert_num_queries: Any
) -> None:
    head = LIST.splitlines()[0] + "\n"
    row = "{0};Foreningen Åben Dør;Sted {0};Vi {1} sammen.;{2};læsegruppe;;;\n"
    for number, text, group in ((25, "læser", "unge"), (60, "læser", "unge"), (60, "går", "ældre")):
        rows = "".join(row.format(at, text, group) for at in range(number))
        upload = looked(secretariat, head + rows)
        plan = plan_of(secretariat, upload).made_ready()
        with django_assert_num_queries(12 if group == "unge" else 11):
            actions.write_rows(by=secretariat, upload=upload, plan=plan)
    rows = Initiative.objects.filter(external_key__lt="7", target_groups__name_da="ældre")
    assert rows.count() == Initiative.objects.filter(external_key__lt="7").count() > 40
    assert not InitiativeWord.objects.exists()
    keys = list(Initiative.objects.values_list("pk", flat=True))
    file_words_of.call(secretariat.council.pk, keys)
    filed = list(InitiativeWord.objects.order_by("pk").values_list("initiative", "word"))
    first = Initiative.objects.get(pk=keys[0])
    words = {word for key, word in filed if key == keys[0]}
    assert words == set(terms_of(f"{first.name}\n{first.text}"))
    file_words_of.call(secretariat.council.pk, keys)
    assert list(InitiativeWord.objects.order_by("pk").values_list("initiative", "word")) == filed


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (("Unge, ældre", "Unge, aldre"), "Målgrupper", "Mente du “ældre”?"),
        (("2019", "19"), "Startår", "Skriv et årstal med fire cifre"),
        (("1.200", "-4"), "Timer brugt om året", "Skriv et tal over nul"),
        (("7;Foreningen Åben Dør", "7;Ukendt"), "Aktør", "Hent aktørerne ind først"),
        (("Læs sammen", "<i>Læs</i>"), "Navn", "Der er HTML i navnet"),
        (("Læs sammen", "læs med"), None, "Række 2 handler om det samme"),
    ],
)
def test_a_wrong_row_is_told_at_its_cell(
    secretariat: Principal,
    organisation: Actor,
    change: tuple[str, str],
    column: str | None,
    message: str,
) -> None:
    (error,) = looked(secretariat, LIST.replace(*change)).report["errors"]
    assert message in error["message"]
    assert column in {None, error["column"]}


def test_our_own_download_brought_back_changes_nothing(
    client_as: As, secretariat: Principal, organisation: Actor
) -> None:
    group = Category.objects.get(kind="target_group", name_da="unge")
    register_initiative(
        by=secretariat,
        actor=organisation,
        name="Varmestuen",
        text="Linje et\r\nlinje to",
        target_groups=[group],
        reached=40,
        source_url="https://eksempel.dk/",
    )
    answer = client_as(secretariat).get(reverse("initiatives:list"), {"format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    upload = looked(secretariat, text)
    assert upload.report["errors"] == []
    assert numbers(upload) == [0, 0, 1, 0]
