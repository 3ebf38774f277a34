"""Strength, certainty and reasons of pairs: judged pairs first, then what must always hold."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.overlap import (
    Initiative,
    Overlap,
    Reason,
    find_overlaps,
    gap_table,
    read_initiatives,
    reason_sentence,
    similar_to,
)
from samskab.engine.overlap.finding import THRESHOLD

DATA = Path(__file__).parent / "data"


def initiative(id: str, **fields: Any) -> Initiative:
    return Initiative(**{"id": id, "name": id, **fields})


def pair(one: Initiative, other: Initiative) -> Overlap:
    return find_overlaps([one, other], threshold=0)[0]


def judged() -> dict[str, list[float]]:
    overlaps = find_overlaps(read_initiatives(DATA / "initiatives.yaml"), threshold=0)
    strength = {frozenset((found.a, found.b)): found.strength for found in overlaps}
    grouped: dict[str, list[float]] = {}
    with (DATA / "overlaps.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            pair = strength[frozenset((row["a"], row["b"]))]
            grouped.setdefault(row["judgement"], []).append(pair)
    return grouped


def test_pairs_judged_the_same_are_above_the_related_and_these_above_the_different() -> None:
    strengths = judged()
    assert [len(strengths[name]) for name in ("same", "related", "different")] == [3, 3, 2]
    assert min(strengths["same"]) > max(strengths["related"])
    assert min(strengths["related"]) > max(strengths["different"])


def test_the_usual_threshold_parts_the_same_from_the_rest_of_the_judged_pairs() -> None:
    strengths = judged()
    assert min(strengths["same"]) >= THRESHOLD
    assert max(strengths["related"] + strengths["different"]) < THRESHOLD


ALIKE = initiative(
    "a",
    text="Frivillige laver mad, dækker bord og spiser sammen med gæster fra byen",
    organisation="Kirken",
    target_groups=("ensomme",),
    activities=("fællesspisning",),
    areas=("Gjern",),
    start="2015",
    age_low=18,
    age_high=60,
)


def test_two_that_say_the_same_are_as_strong_and_certain_as_can_be() -> None:
    found = pair(ALIKE, replace(ALIKE, id="b"))
    assert (found.strength, found.certainty) == (1.0, 1.0)
    assert [reason.kind for reason in found.reasons] == [
        "target_group", "activity", "area", "text", "period", "age",
    ]  # fmt: skip
    assert found.same_organisation


@pytest.mark.parametrize(
    "other",
    [{"target_groups": ("foreninger",)}, {"activities": ("retshjælp",)}, {"areas": ("Them",)},
     {"start": "1990", "end": "1999"}, {"age_low": 65, "age_high": 99}],
)  # fmt: skip
def test_a_field_that_says_something_else_weakens_the_pair(other: dict[str, Any]) -> None:
    found = pair(ALIKE, replace(ALIKE, id="b", **other))
    assert found.strength <= 0.55
    assert found.certainty == 1.0


def test_a_missing_field_lowers_certainty_and_not_strength() -> None:
    for field in ("target_groups", "activities", "areas"):
        missing: dict[str, Any] = {field: ()}
        found = pair(ALIKE, replace(ALIKE, id="b", **missing))
        assert found.strength == 1.0
        assert found.certainty < 1.0


def test_a_narrower_target_group_is_near_its_wider_one_and_a_foreign_one_is_not() -> None:
    def strength(group: str) -> float:
        visit = {"activities": ("værested",)}
        one = initiative("a", target_groups=("hjemløse",), **visit)
        return pair(one, initiative("b", target_groups=(group,), **visit)).strength

    same, wider, sibling, foreign = map(
        strength, ("husvilde", "socialt udsatte", "psykisk sårbare", "børn")
    )
    assert same > wider > sibling > foreign


def test_organisations_are_compared_by_name_and_unknown_ones_are_not_the_same() -> None:
    one, other = initiative("a", organisation="Røde Kors"), initiative("b")
    assert pair(one, replace(other, organisation="røde kors")).same_organisation
    assert not pair(one, other).same_organisation
    assert not pair(initiative("c"), other).same_organisation


def test_reasons_are_given_as_words_and_as_sentences() -> None:
    one = initiative("a", target_groups=("børn", "unge"), activities=("café",), start="2012")
    other = initiative("b", target_groups=("børn",), activities=("fællesspisning",), end="2018")
    reasons = {reason.kind: reason for reason in pair(one, other).reasons}
    assert reasons["target_group"].words == ("børn",)
    assert reasons["activity"].match == "alike"
    assert [reason_sentence(reasons[kind], "da") for kind in ("target_group", "activity")] == [
        "Fælles målgruppe: børn.",
        "Aktiviteter, der ligner hinanden: café og fællesspisning.",
    ]
    assert reason_sentence(reasons["period"], "en") == (
        "At the same time: from 2012-01-01 until 2018-12-31."
    )


@pytest.mark.parametrize(
    ("reason", "danish", "english"),
    [
        (Reason("area", "same", ("Gjern",), 1.0), "Samme sted: Gjern.", "Same place: Gjern."),
        (Reason("age", "some", ("15", "30"), 1.0), "Fælles alder: 15–30 år.",
         "Age in common: 15–30 years."),
        (Reason("text", "some", ("mad", "hjælp", "ven"), 0.4), "Fælles ord: mad, hjælp og ven.",
         "Words in common: mad, hjælp and ven."),
        (Reason("period", "some", ("", ""), 1.0), "På samme tid: uden start og slut.",
         "At the same time: without start or end."),
    ],
)  # fmt: skip
def test_every_kind_of_reason_has_its_sentence(reason: Reason, danish: str, english: str) -> None:
    assert reason_sentence(reason, "da") == danish
    assert reason_sentence(reason, "en") == english


def test_a_language_without_sentences_is_refused() -> None:
    with pytest.raises(ValueError, match="'de'"):
        reason_sentence(Reason("area", "same", ("Gjern",), 1.0), "de")  # type: ignore[arg-type]


def test_while_writing_the_nearest_are_shown_and_never_itself() -> None:
    known = read_initiatives(DATA / "initiatives.yaml")
    probe = initiative("ny", text="Et åbent værested", target_groups=("hjemløse",),
                       activities=("varmestue",))  # fmt: skip
    found = similar_to(probe, known, limit=2)
    assert [({one.a, one.b} - {"ny"}).pop() for one in found] == ["varmestuen", "friheden"]
    itself = similar_to(replace(probe, id="varmestuen"), known, limit=50, threshold=0)
    assert len(itself) == len(known) - 1


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_a_threshold_outside_its_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        find_overlaps([], threshold=threshold)
    with pytest.raises(ValueError, match="threshold"):
        similar_to(ALIKE, [], threshold=threshold)


def test_an_id_that_is_there_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'a' is there twice"):
        find_overlaps([ALIKE, ALIKE])


@pytest.mark.parametrize(
    "fields",
    [{"start": "2018-13"}, {"start": "2019-02-29"}, {"end": "i fjor"}, {"start": "0000"},
     {"start": "2019", "end": "2018"}, {"age_low": -1}, {"age_high": 121},
     {"age_low": 30, "age_high": 15}],
)  # fmt: skip
def test_dates_and_ages_that_cannot_be_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"date|ends|age"):
        initiative("a", **fields)


def test_the_gap_table_counts_everywhere_and_by_area() -> None:
    rows = gap_table(
        [
            initiative("a", target_groups=("hjemløse",), activities=("café",), areas=("Gjern",)),
            initiative("b", target_groups=("husvilde",), activities=("café", "mentor")),
            initiative("c", target_groups=("børn",), activities=("mentor",)),
            initiative("d", target_groups=("børn",)),
        ]
    )
    assert [(r.target_group, r.activity, r.area, r.count, r.ids) for r in rows] == [
        ("børn", "café", None, 0, ()),
        ("børn", "mentor", None, 1, ("c",)),
        ("hjemløse", "café", None, 2, ("a", "b")),
        ("hjemløse", "mentor", None, 1, ("b",)),
        ("hjemløse", "café", "Gjern", 1, ("a",)),
    ]


LABELS = st.lists(
    st.sampled_from(
        ["hjemløse", "socialt udsatte", "børn", "unge", "sårbare unge", "ensomme", "ældre mænd",
         "café", "værested", "fællesspisning", "lektiehjælp", "hjælp til lektier", "mentor", "-"]
    ),
    max_size=3,
    unique=True,
).map(tuple)  # fmt: skip
TEXTS = st.lists(
    st.sampled_from(
        ["hjemløse", "spiser", "sammen", "børn", "lektiecafé", "værested", "mad", "og", "Gjern"]
    ),
    max_size=8,
).map(" ".join)
YEARS = st.none() | st.integers(1990, 2000).map(str)


@st.composite
def initiatives(draw: st.DrawFn, id: str = "x") -> Initiative:
    return Initiative(
        id=id,
        name=draw(TEXTS),
        text=draw(TEXTS),
        target_groups=draw(LABELS),
        activities=draw(LABELS),
        areas=draw(st.sampled_from([(), ("Gjern",), ("Them",), ("Them", "Gjern")])),
        start=draw(YEARS),
        end=draw(st.none() | st.integers(2001, 2010).map(str)),
        age_low=draw(st.none() | st.integers(0, 50)),
        age_high=draw(st.none() | st.integers(50, 100)),
    )


def _numbered(found: list[Initiative]) -> list[Initiative]:
    return [replace(one, id=f"i{number}") for number, one in enumerate(found)]


SEVERAL = st.lists(initiatives(), max_size=7).map(_numbered)


@given(initiatives("a"), initiatives("b"))
def test_a_pair_is_the_same_both_ways_and_within_its_bounds(
    one: Initiative, other: Initiative
) -> None:
    found = pair(one, other)
    swapped = pair(replace(other, id="a"), replace(one, id="b"))
    assert (found.strength, found.certainty) == (swapped.strength, swapped.certainty)
    assert 0 <= found.strength <= 1
    assert 0 <= found.certainty <= 1
    assert all(reason.words and 0 < reason.value <= 1 for reason in found.reasons)
    assert all(reason_sentence(reason, "da") for reason in found.reasons)


@given(SEVERAL, st.randoms(use_true_random=False))
def test_the_order_of_the_input_does_not_matter(found: list[Initiative], random: Any) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    assert find_overlaps(mixed, threshold=0) == find_overlaps(found, threshold=0)


@settings(max_examples=60)
@given(SEVERAL, st.sampled_from([0.16, 0.2, 0.35, 0.6]))
def test_a_threshold_leaves_out_what_is_below_it_and_nothing_else(
    found: list[Initiative], threshold: float
) -> None:
    every = find_overlaps(found, threshold=0)
    strong = tuple(one for one in every if one.strength >= threshold)
    assert len(every) == len(found) * (len(found) - 1) // 2
    assert find_overlaps(found, threshold=threshold) == strong
    assert list(strong) == sorted(strong, key=lambda one: -one.strength)


EMPTY: dict[str, Any] = {
    "text": "", "target_groups": (), "activities": (), "areas": (), "start": None, "end": None,
    "age_low": None, "age_high": None,
}  # fmt: skip


@given(initiatives("a"), initiatives("b"), st.sampled_from(sorted(EMPTY)))
def test_removing_a_field_never_raises_certainty(
    one: Initiative, other: Initiative, field: str
) -> None:
    bare = replace(one, **{field: EMPTY[field]})
    assert pair(bare, other).certainty <= pair(one, other).certainty


def test_overlaps_can_be_written_as_json() -> None:
    reason = pair(ALIKE, replace(ALIKE, id="b")).reasons[0]
    assert json.dumps([reason.kind, reason.words]) == '["target_group", ["ensomme"]]'
