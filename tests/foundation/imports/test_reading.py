"""What stands in cells, and which heading is which."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from samskab.civic.foundation.core.exports import safe_cell
from samskab.civic.foundation.imports import columns
from samskab.civic.foundation.imports.kinds import (
    Column,
    Kind,
    Line,
    danish_day,
    danish_number,
    kind_of,
    unquoted,
)


@pytest.fixture
def kind() -> Kind:
    found = kind_of("aktoerer")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("31-08-2026", date(2026, 8, 31)),
        ("31.8.26", date(2026, 8, 31)),
        ("31/8 2026", date(2026, 8, 31)),
        ("1. maj 2026", date(2026, 5, 1)),
        ("1. Okt. 2026", date(2026, 10, 1)),
        ("2026-08-31", date(2026, 8, 31)),
        ("2026-08-31 00:00:00", date(2026, 8, 31)),
        ("31-02-2026", None),
        ("8/31/2026", None),
        ("i morgen", None),
        ("31-08-0026", None),
        ("46265", None),
    ],
)
def test_dates_as_danes_write_them(cell: str, value: date | None) -> None:
    assert danish_day(cell) == value


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", "12"),
        ("2,5", "2.5"),
        ("1.250,50", "1250.50"),
        ("1.250", "1250"),
        ("1.25", "1.25"),
        ("1 250 kr.", "1250"),
        ("-3", "-3"),
        ("1,2,3", None),
        ("ca. 12", None),
        ("NaN", None),
        ("1e9", None),
        ("٣", None),
    ],
)
def test_numbers_as_danes_write_them(cell: str, value: str | None) -> None:
    assert danish_number(cell) == (None if value is None else Decimal(value))


def test_the_apostrophe_of_our_own_exports_is_taken_off_again() -> None:
    assert unquoted("'=1+1") == "=1+1"
    assert unquoted("'t Hoekje") == "'t Hoekje"


@pytest.mark.parametrize("text", ["=1+1", "hej;=1+1", "a; @b;-c", "x\t+y", "a; b", "-12", "don't"])
def test_what_is_exported_comes_back_as_it_was(text: str) -> None:
    sent = safe_cell(text)
    assert sent == text or not re.search(r"(^|[;\t])\s*[=+\-@]", sent)
    assert unquoted(sent) == text


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"name": "#REF!"}, "Feltet viser #REF! og ingen værdi."),
        ({"name": ""}, "Feltet er tomt"),
        ({"name": "A", "about": "x" * 2001}, "2001 tegn, og der er plads til 2000"),
        ({"name": "A", "website": "ikke en side"}, "ikke adressen på en hjemmeside"),
        ({"name": "A", "website": "javascript:alert(1)"}, "ikke adressen på en hjemmeside"),
        ({"name": "A", "contact_email": "nogen"}, "ikke en e-mailadresse"),
        ({"name": "A", "confirmed_on": "snart"}, "“snart” er ikke en dato"),
    ],
)
def test_what_is_wrong_is_kept_with_its_cell(kind: Kind, cells: dict[str, str], said: str) -> None:
    line = Line(kind, 7, cells)
    line.text("about", 2000)
    line.url("website")
    line.email("contact_email")
    line.day("confirmed_on")
    (error,) = line.errors
    assert said in error.message
    assert (error.row, error.column) == (7, list(cells)[-1])


def test_several_words_in_a_cell_are_parted_and_near_ones_suggested(kind: Kind) -> None:
    words = {"unge": 1, "ældre, enlige": 2, "hjemløse": 3}
    line = Line(
        kind, 2, {"name": "Unge; hjemløse;unge", "about": "Ældre, enlige", "cvr": "hjemlose"}
    )
    assert line.choices("name", words) == [1, 3]
    assert line.choices("about", words) == [2]
    assert line.choices("cvr", words) == []
    assert [error.message for error in line.errors] == [
        "“hjemlose” kender vi ikke. Mente du “hjemløse”?"
    ]


def test_a_title_above_the_table_does_not_disturb(kind: Kind) -> None:
    rows = [(1, ["Foreninger i Silkeborg, januar"]), (3, ["Nr.", "Navn *", "Lokalområde"])]
    assert columns.heading_row(kind, rows) == 1
    assert columns.heading_row(kind, [(1, ["x"]), (2, ["y", "z"]), (3, ["1", "2"])]) == 1


def test_headings_are_guessed_exactly_first_then_nearly(kind: Kind) -> None:
    names = ["Foreningens navn", "Type", "Hjemmesid", "Nummer", "Kontaktperson", "E-mail", "By"]
    assert columns.guess(kind, ["Navn", *names[1:]]) == {
        "name": 0,
        "sector": 1,
        "key": 3,
        "place": 6,
        "website": 2,
        "contact_name": 4,
        "contact_email": 5,
    }
    assert columns.guess(kind, ["Noget", "Andet"]) == {}


def test_nameless_and_double_headings_are_told_apart() -> None:
    assert columns.headings(["Navn", "", "Navn"], 4) == [
        "Navn",
        "Kolonne B",
        "Navn (C)",
        "Kolonne D",
    ]
    assert [columns.letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_no_two_columns_of_a_kind_go_by_one_name() -> None:
    for name in ("aktoerer", "tilbud", "initiativer"):
        found = kind_of(name)
        if found is None:
            continue
        seen: dict[str, Column] = {}
        for column in found.columns:
            for text in columns.names_of(column):
                assert seen.setdefault(text, column) is column, f"{name}: {text}"
