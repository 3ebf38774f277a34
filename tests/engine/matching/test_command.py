"""`samskab match`: files in, JSON out, and one sentence when a file cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from samskab.engine.matching.command import main

NEEDS = "need,kind,amount,must\nn1,hours,5,1\nn2,hours,4,0\n"
OFFERS = "offer,actor,kind,capacity\no1,A,hours,6\no2,B,hours,3\n"


def _run(tmp_path: Path, needs: str | bytes, offers: str | bytes, *extra: str) -> int:
    for name, text in (("needs.csv", needs), ("offers.csv", offers)):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / name).write_bytes(data)
    out = str(tmp_path / "out.json")
    return main([str(tmp_path / "needs.csv"), str(tmp_path / "offers.csv"), "--json", out, *extra])


def _result(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))


def test_the_documented_json_comes_out(tmp_path: Path) -> None:
    assert _run(tmp_path, NEEDS, OFFERS, "--time-limit", "5") == 0
    first, *others = _result(tmp_path)["proposals"]
    assert first["actors"] == 1
    assert first["optimal"] is True
    assert first["gap"] == 0
    assert first["supplies"] == [
        {"need": "n1", "offer": "o1", "actor": "A", "amount": 5},
        {"need": "n2", "offer": "o1", "actor": "A", "amount": 1},
    ]
    assert first["uncovered"] == [{"need": "n2", "missing": 3, "must": False}]
    assert [one["aim"] for one in others] == ["more"]


def test_the_result_fits_the_schema_that_can_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    _run(tmp_path, NEEDS + "n3,boats,1,1\n", OFFERS)
    validate(_result(tmp_path), schema)
    assert main([str(tmp_path / "needs.csv")]) == 2
    assert "missing" in capsys.readouterr().err


def test_places_lie_within_each_other_and_never_in_a_circle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs = "need,kind,amount,must,area\nn,hours,3,1,Vest\n"
    offers = "offer,actor,kind,capacity,area\no,A,hours,3,Byen\n"
    places = tmp_path / "places.csv"
    places.write_text("area,part_of\nVest,midt\nMidt,Byen\n")
    _run(tmp_path, needs, offers)
    assert _result(tmp_path)["proposals"][0]["actors"] == 0
    _run(tmp_path, needs, offers, "--places", str(places))
    assert _result(tmp_path)["proposals"][0]["actors"] == 1
    for rows, said in (("Vest,Midt\nmidt,vest\n", "within itself"), ("a,b\nA,c\n", "twice")):
        places.write_text(f"area,part_of\n{rows}")
        assert _run(tmp_path, needs, offers, "--places", str(places)) == 2
        assert f"places.csv, row 3, column {'part_of' if 'within' in said else 'area'}" in (
            error := capsys.readouterr().err
        )
        assert said in error


def test_semicolons_marks_and_decimal_commas_are_understood(tmp_path: Path) -> None:
    needs = "\ufeffNeed;Kind;Amount;Must;area\r\nn1;hours;1,5;1;Nord\r\n\r\n"
    assert _run(tmp_path, needs, OFFERS) == 0
    assert _result(tmp_path)["proposals"][0]["supplies"][0]["amount"] == 1.5


def test_without_json_the_answer_goes_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(tmp_path, NEEDS, OFFERS)
    assert main([str(tmp_path / "needs.csv"), str(tmp_path / "offers.csv")]) == 0
    assert json.loads(capsys.readouterr().out) == _result(tmp_path)


@pytest.mark.parametrize(
    ("needs", "offers", "sentence"),
    [
        ("", OFFERS, "needs.csv is empty."),
        ("need,kind,amount,must\n", OFFERS, "needs.csv has a header but no rows."),
        ("need,kind,amount\nn,k,1\n", OFFERS, "needs.csv, row 1: the column must is missing."),
        (NEEDS + "n3,hours,0,1\n", OFFERS, "row 4, column amount: the number must be above zero"),
        (NEEDS + "n3,hours,many,1\n", OFFERS, "row 4, column amount: 'many' is not a number."),
        (NEEDS + "n3,hours,nan,1\n", OFFERS, "row 4, column amount: 'nan' is not a number."),
        (NEEDS + "n3,hours,1e30,1\n", OFFERS, "is larger than"),
        (NEEDS + "n3,hours,0.0000001,1\n", OFFERS, "more than 6 decimals"),
        (NEEDS + "n3,hours,1e-400000000,1\n", OFFERS, "more than 6 decimals"),
        (NEEDS + f"n3,{'x' * 200_000},1,1\n", OFFERS, "row 4: a cell holds more than 131,072"),
        (NEEDS + "n3,hours,1,yes\n", OFFERS, "row 4, column must: 'yes' is neither 1"),
        (NEEDS + "n1,hours,1,1\n", OFFERS, "row 4, column need: 'n1' is already in row 2."),
        (NEEDS + "n3,,1,1\n", OFFERS, "row 4, column kind: the cell is empty."),
        (NEEDS + "n3,hours,1\n", OFFERS, "needs.csv, row 4: 3 cells where the header has 4."),
        (NEEDS + '"n3,hours,1,1\n', OFFERS, "needs.csv, row 4: the quotes are wrong"),
        (NEEDS.encode() + b"n\xe6,hours,1,1\n", OFFERS, "needs.csv, row 4: the text is not UTF-8"),
        (NEEDS + "n\0,hours,1,1\n", OFFERS, "needs.csv, row 4: there is a null character"),
        (NEEDS, OFFERS + "o3,C,hours,-2\n", "offers.csv, row 4, column capacity: the number must"),
        (
            "need,kind,amount,must,start,end\nn,k,1,1,2026-02-01,2026-01-01\n",
            OFFERS,
            "row 2, column end: the period ends (2026-01-01) before it starts (2026-02-01).",
        ),
        (
            "need,kind,amount,must,start\nn,k,1,1,1/2 2026\n",
            OFFERS,
            "row 2, column start: '1/2 2026' is not a date like 2026-08-31.",
        ),
    ],
)
def test_bad_input_is_refused_in_one_sentence_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    needs: str | bytes,
    offers: str,
    sentence: str,
) -> None:
    assert _run(tmp_path, needs, offers) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_a_missing_file_and_a_wrong_option_end_with_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "no.csv"), str(tmp_path / "no.csv")]) == 2
    assert "no.csv cannot be read: No such file or directory." in capsys.readouterr().err
    for option, said in (
        (("--time-limit", "0"), "must be above 0 and at most 86400 seconds"),
        (("--time-limit", "soon"), "must be above 0 and at most 86400 seconds"),
        (("--alternatives", "two"), "must be a whole number from 1 to 20"),
    ):
        assert main(["a", "b", *option]) == 2
        assert said in capsys.readouterr().err
    assert main(["--help"]) == 0


def test_a_place_that_cannot_be_written_to_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = _run(tmp_path, NEEDS, OFFERS, "--json", str(tmp_path / "nowhere" / "out.json"))
    assert code == 2
    assert "cannot be written" in capsys.readouterr().err
