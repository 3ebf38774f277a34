"""Spreadsheets as people hand them in."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from samskab.engine import sheets
from samskab.engine.sheets import NO_VALUE, SheetError, read_sheets

TABLE = "Navn;Sted\nÅben Dør;Kjellerup\nÆldre Sagen;Ørsted\n"
ROWS = [(1, ["Navn", "Sted"]), (2, ["Åben Dør", "Kjellerup"]), (3, ["Ældre Sagen", "Ørsted"])]


def book_of(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def with_part(data: bytes, name: str, change: Any) -> bytes:
    """The same file with one part of it changed."""
    body = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(body, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            new.writestr(part.filename, change(content) if part.filename == name else content)
    return body.getvalue()


def refused(data: bytes, **limits: int) -> tuple[str, dict[str, Any]]:
    with pytest.raises(SheetError) as error:
        read_sheets(data, **limits)
    return error.value.code, error.value.facts


@pytest.mark.parametrize(
    ("encoding", "reading"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("cp1252", "windows-1252"),
        ("utf-16", "utf-16"),
    ],
)
def test_danish_letters_come_through_in_every_common_encoding(encoding: str, reading: str) -> None:
    (sheet,) = read_sheets(TABLE.encode(encoding))
    assert (sheet.reading, sheet.rows) == (reading, ROWS)


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_every_common_separator_is_told_by_how_evenly_it_cuts(mark: str) -> None:
    text = f"Navn{mark}Om\nA{mark}Et, to; tre\nB{mark}\n"
    if mark in ",;":
        text = f'Navn{mark}Om\nA{mark}"Et, to; tre"\nB{mark}\n'
    (sheet,) = read_sheets(text.encode())
    assert sheet.rows[1] == (2, ["A", "Et, to; tre"])
    assert sheet.rows[2] == (3, ["B"])


def test_quotes_lines_in_cells_empty_rows_and_excels_own_first_line() -> None:
    text = 'sep=;\r\nNavn;Om\r\n\r\n"A ""B""";"Linje et\r\nlinje to"\r\n;;\r\n C\u00a0; d \r\n'
    (sheet,) = read_sheets(text.encode())
    assert sheet.rows == [
        (2, ["Navn", "Om"]),
        (4, ['A "B"', "Linje et\nlinje to"]),
        (6, ["C", "d"]),
    ]


@pytest.mark.parametrize(
    ("data", "code", "facts"),
    [
        (b"", "empty", {}),
        (b"\n ;;\n", "empty", {}),
        (b'Navn\n"aldrig lukket\nB\n', "quotes", {"row": 2}),
        (b'Navn\nA\n"B"C\n', "quotes", {"row": 3}),
        (b"Navn\nA\0B\n", "null", {"row": 2}),
        (b"Navn\n\x81\xf8\n", "encoding", {"row": 2}),
        ("Navn\nKÃ¸kken\n".encode(), "broken_letters", {"row": 2, "text": "KÃ¸kken"}),
        ("Navn\næble\n".encode() + b"\xe5r\n", "broken_letters", {"row": 2, "text": "Ã¦ble"}),
        ("Navn\nK\ufffdkken\n".encode(), "broken_letters", {"row": 2, "text": "K\ufffdkken"}),
        (b"\xd0\xcf\x11\xe0 old", "old_excel", {}),
        (b"%PDF-1.7", "not_a_table", {}),
        (b"PK\x03\x04 no more", "broken", {}),
        (b"a;b\n" + b"c;" * 200 + b"d\n", "too_wide", {"row": 2, "limit": 100}),
        (b"a\n" + b"x" * 20_001, "cell_too_long", {"row": 2, "limit": 20_000}),
    ],
)
def test_what_cannot_be_used_is_told_by_kind_and_row(
    data: bytes, code: str, facts: dict[str, Any]
) -> None:
    assert refused(data) == (code, facts)


def test_large_files_are_refused_before_they_are_read() -> None:
    assert refused(b"a\n" * 20, max_bytes=30)[0] == "too_large"
    assert refused(b"a\n" + b"b\n" * 11, max_rows=10) == ("too_many_rows", {"limit": 10})
    assert len(read_sheets(b"a\n" + b"b\n" * 10, max_rows=10)[0].rows) == 11


def test_a_workbook_reads_like_the_csv_of_it() -> None:
    data = book_of(
        ["Navn", "Dag", "Antal", "Pris", "Ja?", "Klokken", "CVR"],
        [
            " Åben Dør ",
            date(2026, 8, 31),
            12.0,
            1250.5,
            True,
            datetime(2026, 1, 2, 9, 30),  # noqa: DTZ001 - workbooks know no zones
            13585628,
        ],
        [None, None, None],
        ["B", None, 3, 0.125],
    )
    (sheet,) = read_sheets(data)
    assert sheet.rows[1:] == [
        (2, ["Åben Dør", "2026-08-31", "12", "1250,5", "ja", "2026-01-02 09:30", "13585628"]),
        (4, ["B", "", "3", "0,125"]),
    ]
    assert (sheet.name, sheet.reading) == ("Sheet", "xlsx")


def test_every_visible_sheet_that_holds_something_is_read() -> None:
    book = Workbook()
    book.worksheets[0].append(["A"])
    book.create_sheet("Tomt")
    book.create_sheet("Skjult").append(["B"])
    book["Skjult"].sheet_state = "hidden"
    book.create_sheet("Liste").append(["C"])
    body = io.BytesIO()
    book.save(body)
    assert [sheet.name for sheet in read_sheets(body.getvalue())] == ["Sheet", "Liste"]


def test_a_formula_gives_its_last_value_and_never_an_empty_cell() -> None:
    data = book_of(["Navn", "Sum"], ["A", "=1+1"])
    assert read_sheets(data)[0].rows[1] == (2, ["A", NO_VALUE])
    worked_out = with_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
        ),
    )
    assert read_sheets(worked_out)[0].rows[1] == (2, ["A", "2"])


def test_bombs_and_entities_are_refused() -> None:
    data = book_of(["A"])
    nulls = with_part(data, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 30_000_000)
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(nulls)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, old.read(part))
    assert len(packed.getvalue()) < 100_000
    assert refused(packed.getvalue())[0] == "unpacks_too_large"
    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as new:
        for number in range(sheets.MAX_PARTS + 1):
            new.writestr(f"{number}", b"")
    assert refused(many.getvalue())[0] == "unpacks_too_large"
    laughs = with_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: (
            b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]>'
            + xml.partition(b"?>")[2]
            if xml.startswith(b"<?xml")
            else b'<!DOCTYPE x [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]>' + xml
        ),
    )
    assert refused(laughs)[0] == "broken"


def test_cells_far_to_the_right_do_not_blow_up_the_rows() -> None:
    book = Workbook()
    book.worksheets[0].cell(row=1, column=16_000, value="langt ude")
    body = io.BytesIO()
    book.save(body)
    assert refused(body.getvalue())[0] == "empty"  # what stands beyond column 101 is not read


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_is_handed_in_is_read_or_refused(data: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xff\xfe"):
        try:
            read_sheets(start + data)
        except SheetError as error:
            assert error.code in sheets.Code.__args__
