from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from samskab.engine.opinion.command import main

SEATTLE = Path(__file__).parent / "data" / "15-per-hour-seattle"
VOTES, COMMENTS = str(SEATTLE / "votes.csv"), str(SEATTLE / "comments.csv")


def test_a_map_is_written_as_json_and_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, page = tmp_path / "map.json", tmp_path / "map.html"
    code = main([VOTES, "--statements", COMMENTS, "--json", str(out), "--html", str(page)])
    document = json.loads(out.read_text(encoding="utf-8"))
    assert code == 0
    assert len(document["groups"]) == 339
    assert len(document["statements"]) == 31
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "Svarene deler sig i" in capsys.readouterr().out


def test_the_same_command_writes_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert main([VOTES, "--seed", "3", "--json", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_other_export_format_is_read_too(capsys: pytest.CaptureFixture[str]) -> None:
    table = str(SEATTLE / "participants-votes.csv")
    assert main([table, "--language", "en"]) == 0
    assert "The answers fall into" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "lacks the column"),
        ("timestamp,datetime,comment-id,voter-id,vote\n", "holds no votes"),
        ("timestamp,datetime,comment-id,voter-id,vote\n1,,1,1,5\n", "line 2: the vote is “5”"),
        ("", "votes.csv is empty"),
    ],
)
def test_a_bad_file_gives_one_sentence_and_leaves_nothing(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes, out = tmp_path / "votes.csv", tmp_path / "map.json"
    votes.write_text(text, encoding="utf-8")
    assert main([str(votes), "--json", str(out)]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not out.exists()


HEAD = "timestamp,comment-id,voter-id,vote\n"


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 1, 1)],
        [(item, 1, -1) for item in range(20)],
        [(1, person, 0) for person in range(30)],
        [(item, person, 1) for item in range(8) for person in range(30)],
    ],
    ids=["one vote", "one person", "one statement", "everybody the same"],
)
def test_a_conversation_without_differences_is_told_and_written(
    rows: list[tuple[int, int, int]], tmp_path: Path
) -> None:
    votes, out = tmp_path / "votes.csv", tmp_path / "map.json"
    lines = [f"1,{item},{person},{vote}" for item, person, vote in rows]
    votes.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    assert main([str(votes), "--json", str(out), "--html", str(tmp_path / "map.html")]) == 0
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["n_groups"] <= 1
    assert set(document["groups"].values()) <= {0, None}


def test_when_one_file_cannot_be_written_none_is(tmp_path: Path) -> None:
    out = tmp_path / "map.json"
    assert main([VOTES, "--json", str(out), "--html", str(tmp_path / "no" / "map.html")]) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Samskab opinion map"


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nowhere.csv"]) == 2
    assert capsys.readouterr().err.startswith("samskab opinion: nowhere.csv cannot be read")


def test_a_folder_that_does_not_exist_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([VOTES, "--json", str(tmp_path / "no" / "map.json")]) == 2
    assert "No such file" in capsys.readouterr().err


def test_wrong_options_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([VOTES, "--seed", "-1"]) == 2
    assert main([]) == 2
    assert "name a file of votes" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["opinion", VOTES],
        *([name, "--schema"] for name in ("opinion", "match", "overlap", "evaluate", "pool")),
        ["help"],
    ],
    ids=" ".join,
)
def test_a_command_ends_quietly_when_nobody_reads_on(arguments: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "samskab.cli", *arguments],
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")
