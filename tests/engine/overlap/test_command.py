"""Reading files and the command, with right and with broken input."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from samskab.engine.overlap import InputError, read_initiatives, reading
from samskab.engine.overlap.command import main, schema

DATA = Path(__file__).parent / "data"
CSV = """id,name,text,organisation,target_groups,activities,areas,start,age_low
a,Varmestuen,"Et åbent sted,
med kaffe",Kirken,hjemløse; socialt udsatte,værested,Gjern,2012,18
b,Friheden,,Foreningen,husvilde,varmestue,,,
"""
# Ten names that stand for ten of the one before: ten thousand million words, were they written out.
LAUGHS = "".join(
    [
        "- id: a\n  x0: &x0 [l, l, l, l, l, l, l, l, l, l]\n",
        *(f"  x{at}: &x{at} [{', '.join([f'*x{at - 1}'] * 10)}]\n" for at in range(1, 10)),
        "  activities: *x9\n",
    ]
)


def _file(folder: Path, content: str | bytes, name: str = "input.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_csv_is_read_with_its_lists_and_quoted_lines(tmp_path: Path) -> None:
    one, other = read_initiatives(_file(tmp_path, CSV))
    assert one.target_groups == ("hjemløse", "socialt udsatte")
    assert one.text == "Et åbent sted,\nmed kaffe"
    assert (one.start, one.age_low) == ("2012", 18)
    assert (other.areas, other.start, other.age_low) == ((), None, None)


@pytest.mark.parametrize("mark", [";", "\t"])
def test_other_separators_and_a_byte_order_mark_are_understood(tmp_path: Path, mark: str) -> None:
    text = f'\ufeffID{mark}Name{mark}activities\r\na{mark}A{mark}"café;mentor"\r\n\r\n'
    (one,) = read_initiatives(_file(tmp_path, text))
    assert (one.id, one.name, one.activities) == ("a", "A", ("café", "mentor"))


def test_the_initiatives_of_silkeborg_are_read_whole() -> None:
    found = {one.id: one for one in read_initiatives(DATA / "initiatives.yaml")}
    assert len(found) == 26
    assert found["helhedsplan"].areas == ("Arendalsvej", "Lupinvej", "Resedavej")
    assert found["krisecenter"].start == "1981"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the first line must name the columns, 'id' among them"),
        ("name\nA\n", "'id' among them"),
        ("id,name,name\na,A,B\n", "the column 'name' is there twice"),
        ("id,since,start\na,1,2\n", "the column 'start' is there twice"),
        ("id,name\n,A\n", "line 2: the id is missing"),
        ("id,name\na,A\na,B\n", "line 3: the id 'a' is there twice"),
        ("id,name\na,A,B\n", "line 2: there are 3 cells, but there are 2 columns; give each row"),
        ("id,name,text\na,A,\nb,B\n", "line 3: there are 2 cells, but there are 3 columns"),
        ('id,name\n"a\n1","A\nA"\nb\n', "line 5: there is 1 cell, but there are 2 columns"),
        ('id,name\na,A\n"b","B\nB",C\n', "line 3: there are 3 cells, but there are 2 columns"),
        ('id,name\na,"A\n', "line 2: the quotes are wrong"),
        ("id,start\na,2018-02-30\n", "line 2: the date '2018-02-30' does not exist"),
        ("id,age_low\na,ung\n", "line 2: 'age_low' must be a whole number, not 'ung'"),
        ("id,age_low\na,200\n", "line 2: the age 200 is not between"),
        ("id;name;x,y\na;A;x\na;B;x\n", "line 3: the id 'a' is there twice"),
        (f"id,text\na,{'x' * 200_000}\n", "line 2: a cell holds more than 131,072 characters"),
        (f"id\n{'q' * 999}\n{'q' * 999}\n", f"line 3: the id '{'q' * 60}' is there twice"),
        ("id,start,end\na,2020,2019\n", "line 2: it ends (2019) before it starts (2020)"),
        ("id,name\na,A\nb,\0\n", "line 3: there is a null character"),
        (b"id,name\na,caf\xe9\n", "line 2: the file is not in UTF-8"),
    ],
)
def test_a_broken_csv_is_refused_with_the_line(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_initiatives(_file(tmp_path, content))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: 1", "a list of initiatives is expected"),
        ("- a", "entry 1, line 1: fields and values are expected"),
        ("- id: a\n- name: b", "entry 2, line 2: the id is missing"),
        ("- id: [a]", "entry 1, line 1: 'id' must be a single value"),
        ("- id: a\n  activities: [[x]]", "entry 1, line 1: 'activities' must be a single value"),
        ('- id: a\n- id: b\n  name: "\\ud800"', "entry 2, line 2: 'name' holds half a character"),
        ("- id: a\n  since: 1\n  start: 2", "entry 1, line 1: 'since' and 'start' are one field"),
        ("- id: a\n  name: A\n  name: B", "line 3: the field 'name' is there twice; keep one"),
        ("- id: a\n- {id: b, id: c}", "line 2: the field 'id' is there twice; keep one"),
        ("- &a [*a]", "line 1: this is not valid YAML"),
        (LAUGHS, "entry 1, line 1: 'activities' must be a single value"),
        ("[" * 100_000, "this is not valid YAML"),
        ("- id: 'a", "this is not valid YAML"),
    ],
)
def test_a_broken_yaml_is_refused_with_the_entry(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        read_initiatives(_file(tmp_path, content, "input.yaml"))


def test_old_line_ends_are_lines_and_a_null_or_a_foreign_letter_is_found_far_down(
    tmp_path: Path,
) -> None:
    found = read_initiatives(_file(tmp_path, "id,name\ra,A\rb,B\r"))
    assert [one.id for one in found] == ["a", "b"]
    many = b"id,name\n" + b"".join(b"i%d,x\n" % at for at in range(50_000))
    with pytest.raises(InputError, match="line 50002: the file is not in UTF-8"):
        read_initiatives(_file(tmp_path, many + b"z,\xe9\n"))
    with pytest.raises(InputError, match="line 50002: there is a null character"):
        read_initiatives(_file(tmp_path, many + b"z,\0\n"))


@pytest.mark.parametrize(
    ("suffix", "limit", "message"),
    [
        ("csv", "MOST", "line 4: there are more than 2 initiatives; part the file"),
        ("yaml", "MOST", "entry 3, line 3: there are more than 2 initiatives; part the file"),
        ("csv", "MAX_BYTES", "is larger than 0 MB; part it"),
        ("yaml", "MAX_YAML", "is larger than 0 MB; save it as CSV"),
    ],
)
def test_more_than_can_be_compared_is_refused_before_anything_is_analysed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str, limit: str, message: str
) -> None:
    monkeypatch.setattr(reading, limit, 2)
    text = "id\na\nb\nc\nd\n" if suffix == "csv" else "- id: a\n- id: b\n- id: c\n- id: d\n"
    with pytest.raises(InputError, match=message):
        read_initiatives(_file(tmp_path, text, f"input.{suffix}"))


def test_every_pair_of_very_many_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("samskab.engine.overlap.command.MOST_WITH_EVERY_PAIR", 2)
    source, out = _file(tmp_path, "id\na\nb\nc\n"), tmp_path / "o.json"
    assert main([str(source), "--threshold", "0", "--json", str(out)]) == 2
    assert "here are 3: give a threshold above 0." in capsys.readouterr().err
    assert not out.exists()
    assert main([str(source), "--threshold", "0.1", "--json", str(out)]) == 0


def test_an_empty_yaml_holds_no_initiatives(tmp_path: Path) -> None:
    assert read_initiatives(_file(tmp_path, "# nothing\n", "input.yml")) == ()


def test_the_command_writes_the_pairs_with_their_reasons(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert main([str(_file(tmp_path, CSV)), "--json", str(out)]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    jsonschema.validate(written, json.loads(schema()))
    (pair,) = written["pairs"]
    assert sorted(pair) == ["a", "b", "certainty", "reasons", "strength"]
    assert (pair["a"], pair["b"]) == ("a", "b")
    assert pair["strength"] > 0.7
    assert pair["reasons"][0]["kind"] == "target_group"
    assert pair["reasons"][0]["da"] == "Fælles målgruppe: hjemløse."
    assert pair["reasons"][0]["en"] == "Target group in common: hjemløse."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["input.csv", "out.json"]


def test_the_threshold_zero_gives_every_pair_strongest_first(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    source = str(DATA / "initiatives.yaml")
    assert main([source, "--threshold", "0", "--json", str(out)]) == 0
    pairs = json.loads(out.read_text(encoding="utf-8"))["pairs"]
    strengths = [pair["strength"] for pair in pairs]
    assert len(pairs) == 26 * 25 // 2
    assert strengths == sorted(strengths, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the following arguments are required: INITIATIVES, --json."),
        (["no-such.csv", "--json", "out.json"], "no-such.csv cannot be opened"),
        (["x.csv", "--threshold", "2", "--json", "o"], "'2' is not a number from 0 to 1."),
        (["x.csv", "--most", "0", "--json", "o"], "'0' is not a whole number above 0."),
        (["x.csv", "--threshold", "nan", "--json", "o"], "'nan' is not a number from 0 to 1."),
    ],
)
def test_wrong_arguments_are_answered_with_one_sentence(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "out.json"
    assert main([str(_file(tmp_path, CSV)), "--json", str(out)]) == 2
    assert "cannot be written" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["input.csv"]


def test_wrong_input_leaves_an_earlier_result_alone(tmp_path: Path) -> None:
    out = _file(tmp_path, "earlier", "out.json")
    assert main([str(_file(tmp_path, "id\na\na\n")), "--json", str(out)]) == 2
    assert out.read_text(encoding="utf-8") == "earlier"


def test_further_synonyms_come_from_a_file_and_only_the_strongest_are_kept(tmp_path: Path) -> None:
    source = _file(tmp_path, "id,activities\na,bouldering\nb,klatrevæg\nc,kor\n")
    more = _file(tmp_path, "[what]\nklatring, bouldering, klatrevæg\n", "more.txt")
    out = tmp_path / "out.json"
    given = [str(source), "--synonyms", str(more), "--most", "1", "--json", str(out)]
    assert main(given) == 0
    (pair,) = json.loads(out.read_text(encoding="utf-8"))["pairs"]
    assert (pair["a"], pair["b"], pair["reasons"][0]["kind"]) == ("a", "b", "activity")


def test_names_with_tags_and_formulas_are_only_text(tmp_path: Path) -> None:
    source = _file(tmp_path, 'id,name,activities\n<b>1,"<script>x</script>",kor\n=1+1,A,kor\n')
    out = tmp_path / "out.json"
    assert main([str(source), "--json", str(out)]) == 0
    (pair,) = json.loads(out.read_text(encoding="utf-8"))["pairs"]
    assert (pair["a"], pair["b"]) == ("<b>1", "=1+1")


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "samskab overlap"


def test_vectors_without_the_extra_are_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("samskab.engine.overlap.command.has_vectors", lambda: False)
    assert main(["x.csv", "--semantic", "--json", str(tmp_path / "o")]) == 2
    assert "pip install 'samskab[semantic]'" in capsys.readouterr().err
