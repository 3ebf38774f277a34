"""`samskab evaluate` and `samskab pool`: files in, JSON out, one sentence when refused."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from samskab.engine.evidence import pool
from samskab.engine.evidence.command import main_evaluate, main_pool

HEAD = "code,round,item1,item2,item3,item4,item5\n"
ANSWERS = HEAD + "".join(
    f"k{at},before,1,1,1,1,1\nk{at},after,{1 + at % 3},2,2,1,1\n" for at in range(7)
)
SITES = "site,estimate,se\nAarhus,3.0,1.0\nVejle,5.0,1.5\nRibe,-1.0,2.0\n"


def _evaluate(tmp_path: Path, text: str, *extra: str) -> int:
    (tmp_path / "answers.csv").write_text(text, encoding="utf-8")
    out = str(tmp_path / "out.json")
    return main_evaluate(
        [str(tmp_path / "answers.csv"), "--instrument", "who5", "--json", out, *extra]
    )


def _pool(tmp_path: Path, text: str, *extra: str) -> int:
    (tmp_path / "sites.csv").write_text(text, encoding="utf-8")
    return main_pool([str(tmp_path / "sites.csv"), "--json", str(tmp_path / "out.json"), *extra])


def _result(tmp_path: Path) -> Any:
    return json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))


def test_the_documented_json_of_an_evaluation_comes_out(tmp_path: Path) -> None:
    assert _evaluate(tmp_path, ANSWERS + "k9,before,0,0,0,0,0\nk8,after,5,5,,5,5\n") == 0
    found = _result(tmp_path)
    assert (found["n_before"], found["n_after"], found["n_paired"]) == (8, 7, 7)
    assert found["incomplete"] == 1
    # Changes are 8 (three times), 12 and 16 (twice each).
    assert found["change"]["estimate"] == 12
    assert (found["change"]["low"], found["change"]["high"]) == (8, 16)
    assert found["change"]["method"] == (
        "Hodges–Lehmann, exact signed-rank interval (ties and zeros kept: at least this level)"
    )
    assert found["changes"] == [8, 8, 8, 12, 12, 16, 16]
    assert found["mean_change"]["estimate"] == pytest.approx(80 / 7)
    assert found["improved"]["count"] == 4
    assert found["improved"]["share"] == pytest.approx(4 / 7)
    assert found["bounds"]["missing"] == 1
    assert found["bounds"]["improved"] == {"low": 0.5, "high": 0.625}
    assert found["comparison"] is None
    assert found["sentences"][0] == "7 personer svarede både før og efter."
    assert found["sentences"] == found["sentences_by_language"]["da"]
    assert found["sentences_by_language"]["en"][0] == "7 people answered both before and after."
    _fits("evaluation.schema.json", found)


def _fits(schema: str, found: Any) -> None:
    text = files("samskab.engine.evidence").joinpath(schema).read_text(encoding="utf-8")
    validate(found, json.loads(text))


ONE = "code,round,item1\n"
EDGES = {
    "one person": HEAD + "a,before,1,1,1,1,1\na,after,2,2,2,2,2\n",
    "none paired": HEAD + "a,before,1,1,1,1,1\nb,after,2,2,2,2,2\n",
    "all incomplete": HEAD + "a,before,1,1,,1,1\na,after,,2,2,2,2\n",
    "all the same": HEAD
    + "".join(f"k{at},before,1,1,1,1,1\nk{at},after,2,2,2,2,2\n" for at in range(8)),
    "no change": HEAD
    + "".join(f"k{at},before,1,1,1,1,1\nk{at},after,1,1,1,1,1\n" for at in range(8)),
    "only a comparison group": HEAD.strip()
    + ",group\na,before,1,1,1,1,1,control\na,after,1,1,1,1,2,control\n",
    "semicolons and a mark": "\ufeff"
    + HEAD.replace(",", ";")
    + "a;BEFORE;1;1;1;1;1\na;After;2;2;2;2;2\n",
}


@pytest.mark.parametrize("edge", EDGES)
def test_thin_answers_give_whole_json_and_sentences(tmp_path: Path, edge: str) -> None:
    assert _evaluate(tmp_path, EDGES[edge]) == 0
    found = _result(tmp_path)
    _fits("evaluation.schema.json", found)
    said = " ".join(found["sentences"])
    assert ("Alle ændrede sig lige meget" in said) == (edge in ("all the same", "no change"))
    assert ("Ingen har svaret både" in said) == (found["n_paired"] == 0)


def test_own_questions_and_counts_are_read_on_their_own_scale(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        ONE + "".join(f"k{at},before,{at}\nk{at},after,{at // 2}\n" for at in range(20, 30)),
        encoding="utf-8",
    )
    given = [str(tmp_path / "a.csv"), "--instrument", "own", "--scale", "0:31"]
    asked = ["--lower-is-better", "--relevant-change", "12", "--name", "Dage alene"]
    assert main_evaluate([*given, *asked, "--json", str(tmp_path / "out.json")]) == 0
    found = _result(tmp_path)
    assert found["change"]["estimate"] == -12.5
    assert found["improved"]["count"] == 7
    assert "på Dage alene. Skalaen går fra 0 til 31." in " ".join(found["sentences"])
    _fits("evaluation.schema.json", found)


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (["--instrument", "own"], "--instrument own needs --scale LOW:HIGH"),
        (["--instrument", "own", "--scale", "5:1"], "items, range or factor make no scale"),
        (["--instrument", "own", "--scale", "0:9", "--relevant-change", "0"], "above zero"),
        (["--instrument", "who5", "--scale", "0:9"], "need --instrument own"),
        (["--instrument", "own", "--scale", "0:9"], "'10' is not a whole number from 0 to 9"),
    ],
)
def test_an_own_scale_that_does_not_fit_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], extra: list[str], sentence: str
) -> None:
    (tmp_path / "a.csv").write_text(ONE + "a,before,10\na,after,1\n", encoding="utf-8")
    assert main_evaluate([str(tmp_path / "a.csv"), *extra]) == 2
    assert sentence in capsys.readouterr().err


def test_the_schemas_can_be_printed_and_a_missing_file_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main_evaluate(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "What samskab evaluate writes"
    assert main_pool(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "What samskab pool writes"
    assert main_pool([]) == 2
    assert "missing: sites" in capsys.readouterr().err
    assert main_evaluate(["/no/such/file.csv", "--instrument", "who5"]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_sentences_come_in_english_and_groups_are_compared(tmp_path: Path) -> None:
    rows = [line.split(",") for line in ANSWERS.strip().split("\n")[1:]]
    grouped = HEAD.strip() + ",group\n"
    for at, row in enumerate(rows):
        grouped += ",".join([*row, "comparison" if at < 6 else "pilot"]) + "\n"
    assert _evaluate(tmp_path, grouped, "--language", "en") == 0
    found = _result(tmp_path)
    assert found["n_paired"] == 4
    assert found["comparison"]["n_paired"] == 3
    assert found["comparison"]["difference"]["estimate"] is not None
    assert "There is a group to compare with: 3 people who did not take part." in found["sentences"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD, "answers.csv has a header but no rows."),
        ("code,round,item1\na,before,1\n", "row 1: the column item2 is missing."),
        (
            HEAD.strip() + ",item6\na,before,1,1,1,1,1,1\n",
            "row 1: WHO-5 has 5 items, so there is no item6.",
        ),
        (HEAD + "a,before,1,1,6,1,1\n", "row 2, column item3: '6' is not a whole number from 0"),
        (HEAD + "a,before,1,1,1.5,1,1\n", "row 2, column item3: '1.5' is not a whole number"),
        (HEAD + "a,before,1,1,x,1,1\n", "row 2, column item3: 'x' is not a number."),
        (HEAD + "a,during,1,1,1,1,1\n", "row 2, column round: 'during' is not before or after."),
        (HEAD + ",before,1,1,1,1,1\n", "row 2, column code: the cell is empty."),
        (
            HEAD + "a,before,1,1,1,1,1\n" * 2,
            "row 3, column code: 'a before' is already in row 2.",
        ),
        (
            HEAD.strip() + ",group\na,before,1,1,1,1,1,pilot\na,after,1,1,1,1,1,control\n",
            "row 3, column group: the code 'a' is in the other group further up.",
        ),
        (
            HEAD.strip() + ",group\na,before,1,1,1,1,1,maybe\n",
            "row 2, column group: 'maybe' is not pilot or comparison.",
        ),
    ],
)
def test_bad_answers_are_refused_in_one_sentence_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    assert _evaluate(tmp_path, text) == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.startswith("samskab evaluate: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "sites.csv").write_text(SITES * 1, encoding="utf-8")
    command = f"{sys.executable} -m samskab.cli pool {tmp_path / 'sites.csv'} | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602
    assert (done.stdout, done.stderr) == ("{", "")


def test_an_unknown_instrument_ends_with_two(tmp_path: Path) -> None:
    assert main_evaluate([str(tmp_path / "a.csv"), "--instrument", "star"]) == 2


def test_the_documented_json_of_pooling_comes_out(tmp_path: Path) -> None:
    assert _pool(tmp_path, SITES) == 0
    found = _result(tmp_path)
    known = pool([3.0, 5.0, -1.0], [1.0, 1.5, 2.0])
    assert {key: found[key] for key in ("estimate", "low", "high", "tau2", "i2")} == {
        "estimate": known.estimate,
        "low": known.low,
        "high": known.high,
        "tau2": known.tau2,
        "i2": known.i2,
    }
    assert known.prediction is not None
    assert found["prediction"] == list(known.prediction)
    assert list(found["weights"]) == ["Aarhus", "Vejle", "Ribe"]
    assert _pool(tmp_path, SITES, "--method", "reml") == 0
    assert "reml" in _result(tmp_path)["method"]
    _fits("pooling.schema.json", found)
    assert found["sentences"][0].startswith("Resultater fra 3 steder er lagt sammen.")
    assert "Det er få steder. Derfor er tallene meget usikre." in found["sentences"]
    assert _pool(tmp_path, "site,estimate,se\nA,1,1\nB,1,1\n", "--language", "en") == 0
    two = _result(tmp_path)
    _fits("pooling.schema.json", two)
    assert two["prediction"] is None
    assert two["sentences"][-1].startswith("The places are more alike than one would expect.")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("site,estimate,se\nA,1,1\n", "sites.csv has only one site; pooling needs at least two."),
        (SITES + "B,1,0\n", "row 5, column se: a standard error must be above zero, not 0."),
        (SITES + "B,inf,1\n", "row 5, column estimate: 'inf' is not a number."),
        (SITES + "Ribe,1,1\n", "row 5, column site: 'Ribe' is already in row 4."),
    ],
)
def test_bad_sites_are_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    assert _pool(tmp_path, text) == 2
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()
