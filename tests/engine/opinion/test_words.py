from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import pytest

from samskab.engine.opinion import (
    OpinionMap,
    VoteMatrix,
    as_dict,
    describe,
    map_opinions,
    report_html,
)
from samskab.engine.opinion.describing import _DANISH, _ENGLISH

SHARED, DIVIDED, REFUSED, PASSED, RARE = range(5)
TEXTS = {
    SHARED: "Vi skal spise sammen",
    DIVIDED: "Bussen skal være gratis.",
    REFUSED: "Lad os lukke huset",
    PASSED: "Er taget tæt?",
    RARE: "Ny <b>idé</b>",
}


def two_camps() -> VoteMatrix:
    rng = np.random.default_rng(6)
    rows = []
    for person in range(60):
        side = 1 if person < 35 else -1
        fixed = {SHARED: 1, DIVIDED: side, REFUSED: -1, PASSED: 0}
        rows += [(person, item, value) for item, value in fixed.items()]
        rows += [(person, item, side if rng.random() < 0.9 else -side) for item in range(10, 22)]
    return VoteMatrix.from_votes([*rows, (0, RARE, 1), (77, SHARED, 1)])


@pytest.fixture(scope="module")
def drawn() -> OpinionMap:
    return map_opinions(two_camps())


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = files("samskab.engine.opinion").joinpath("schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_document_follows_its_schema(drawn: OpinionMap, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(json.dumps(as_dict(drawn))), schema)
    jsonschema.validate(as_dict(map_opinions(VoteMatrix.from_votes([]))), schema)


def test_the_schema_refuses_a_group_that_is_not_a_number(
    drawn: OpinionMap, schema: dict[str, Any]
) -> None:
    document = as_dict(drawn)
    document["groups"]["0"] = "A"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_the_document_says_who_is_where(drawn: OpinionMap) -> None:
    document = as_dict(drawn)
    assert document["n_groups"] == 2
    assert document["group_sizes"] == [35, 25]
    assert (document["groups"]["0"], document["groups"]["59"]) == (0, 1)
    assert document["groups"]["77"] is None
    assert len(document["coordinates"]["0"]) == 2


def test_the_document_says_what_each_group_answered(drawn: OpinionMap) -> None:
    divided = next(item for item in as_dict(drawn)["statements"] if item["id"] == DIVIDED)
    assert [group["votes"]["agree"] for group in divided["agree"]] == [35, 0]
    assert [group["representative"] for group in divided["agree"]] == [1, -1]
    assert divided["agree"][0]["probability"] == pytest.approx(35.5 / 36, abs=1e-6)
    assert divided["agree"][0]["high"] == 1


def test_common_ground_comes_first_then_divides_then_doubt(drawn: OpinionMap) -> None:
    said = describe(drawn, TEXTS)
    assert said.common_ground[0].startswith("Alle grupper er med på: “Vi skal spise sammen.”")
    assert said.common_ground[1].startswith("Alle grupper er imod: “Lad os lukke huset.”")
    assert said.divides[0] == (
        "“Bussen skal være gratis.” Her siger 100 % ja i gruppe A, men kun 0 % i gruppe B."
    )
    assert said.unknown == (
        "Mange er i tvivl om: “Er taget tæt?” 100 % sprang over.",
        "Ét udsagn har fået for få svar til at tælle med.",
    )
    assert said.groups[0] == (
        "Svarene deler sig i 2 grupper: gruppe A (35 personer) og gruppe B (25 personer)."
    )
    assert said.groups[-1] == (
        "Én har ingen gruppe. Svarene er for få eller peger ikke klart på én."
    )
    assert said.sentences[0] == said.common_ground[0]
    assert any("siger især ja til" in line for line in said.voices[0])


def test_it_is_said_how_sure_the_groups_are(drawn: OpinionMap) -> None:
    assert "står fast" in describe(drawn, TEXTS).groups[1]
    assert "rimelig sikre" in describe(replace(drawn, stability=0.7), TEXTS).groups[1]
    assert "usikre" in describe(replace(drawn, stability=0.3), TEXTS).groups[1]


def test_it_is_said_when_there_are_no_groups() -> None:
    votes = VoteMatrix.from_votes([(person, item, 1) for person in range(9) for item in range(9)])
    said = describe(map_opinions(votes), {}, "en")
    assert said.groups[0].startswith("The answers do not fall into groups.")
    assert said.common_ground[0].startswith("Most agree: “0.”")
    nothing = describe(map_opinions(VoteMatrix.from_votes([])), {}, "da")
    assert nothing.groups == ("Der er for få svar til at se grupper endnu.",)


def test_both_languages_say_the_same_things(drawn: OpinionMap) -> None:
    assert _DANISH.keys() == _ENGLISH.keys()
    for key, text in _DANISH.items():
        assert re.findall(r"\{\w+\}", text) == re.findall(r"\{\w+\}", _ENGLISH[key]), key
    with pytest.raises(ValueError, match="'sv'"):
        describe(drawn, TEXTS, "sv")


def test_the_danish_sentences_are_easy_to_read() -> None:
    text = " ".join(_DANISH.values()).replace("{text}", "x").replace("“x”", "x.")
    words = re.findall(r"[a-zæøåéA-ZÆØÅÉ]+", text)
    ends = re.findall(r"[.:?!]", text)
    lix = len(words) / len(ends) + 100 * sum(len(word) > 6 for word in words) / len(words)
    assert lix <= 35


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, list[str | None]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            self.attributes.setdefault(name, []).append(value)


def test_the_report_stands_alone_and_escapes_what_people_wrote(drawn: OpinionMap) -> None:
    page = report_html(drawn, TEXTS)
    reader = _Reader()
    reader.feed(page)
    assert "script" not in reader.tags
    assert "b" not in reader.tags
    assert "Ny &lt;b&gt;idé&lt;/b&gt;" in page
    assert not {"src", "onclick", "href"} & reader.attributes.keys()
    assert reader.attributes["lang"] == ["da"]
    assert reader.tags.count("svg") == 4  # the map, and one key each for two groups and none
    assert reader.tags.count("tr") == 1 + len(drawn.statements)


def test_the_map_draws_everybody_once(drawn: OpinionMap) -> None:
    page = report_html(drawn, TEXTS)
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert drawing.count("<circle") == 35 + 1
    assert drawing.count("<polygon") == 25
