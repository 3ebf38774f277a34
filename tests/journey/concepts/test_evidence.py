from __future__ import annotations

from datetime import date
from statistics import stdev
from typing import Any

import pytest
from django.utils import translation

from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.concepts import actions, evidence, package, queries
from samskab.civic.journey.concepts.models import AdoptionReport, Concept, Level
from samskab.engine.evidence import pool
from tests.journey.concepts.conftest import AFTER, BEFORE


def reported(concept: Concept, place: str, estimate: float, se: float, **more: Any) -> None:
    low, high = evidence.interval_of(estimate, se)
    values = {"instrument": "who5", "n": 9, "status": "reported", **more}
    AdoptionReport.objects.create(
        council=concept.council, concept=concept, used_number=1, place_slug=place,
        place_name=place.capitalize(), place_key=f"{place}:1", adopted_on=date(2026, 3, 1),
        reported_on=date(2026, 9, 1), note="Godt.", estimate=estimate, se=se, low=low, high=high,
        **values,
    )  # fmt: skip


def seen(concept: Concept) -> evidence.Together:
    version = concept.current
    assert version is not None
    return queries.evidence(concept, version)[0]


def test_one_place_is_not_pooled(concept: Concept) -> None:
    found = seen(concept)
    assert [(site.place, site.n, site.own) for site in found.sites] == [("Silkeborg", 8, True)]
    assert (found.pooled, found.forest) == (None, None)
    with translation.override("en"):
        assert "two places" in " ".join(seen(concept).sentences)


def test_two_places_are_put_together_as_the_engine_does(concept: Concept) -> None:
    reported(concept, "nabo", 7.2, 3.9)
    version = concept.current
    assert version is not None
    expected = pool([20.0, 7.2], [version.evidence["se"], 3.9])
    found = seen(concept)
    assert found.pooled == expected
    assert [round(site.weight or 0, 6) for site in found.sites] == [
        round(weight, 6) for weight in expected.weights
    ]
    with translation.override("da"):
        said = " ".join(seen(concept).sentences)
    assert "2 steder har målt." in said
    assert "Med kun to steder" in said
    assert "vi ikke, hvad der har skabt ændringen" in said
    assert "effekt" not in said.casefold()


def test_another_scale_is_shown_but_not_pooled(concept: Concept) -> None:
    reported(concept, "nabo", 1.0, 0.5, instrument="eget skema")
    reported(concept, "tredje", 8.0, 4.0, compared=True)
    found = seen(concept)
    assert [site.comparable for site in found.sites] == [True, False, False]
    assert found.pooled is None
    with translation.override("en"):
        assert "measured in another way" in " ".join(seen(concept).sentences)


def test_a_place_that_has_not_reported_does_not_count(concept: Concept) -> None:
    reported(concept, "nabo", 7.2, 3.9, status="reported")
    AdoptionReport.objects.update(
        status="running", reported_on=None, n=None, estimate=None, se=None, low=None, high=None
    )
    assert len(seen(concept).sites) == 1


def test_three_places_say_what_to_expect_in_a_fourth(concept: Concept) -> None:
    reported(concept, "nabo", 7.2, 3.9)
    reported(concept, "tredje", 11.0, 3.0)
    found = seen(concept)
    assert found.pooled is not None
    assert found.pooled.prediction is not None
    with translation.override("en"):
        assert any("In a new place" in sentence for sentence in seen(concept).sentences)


# --- figures set aside -------------------------------------------------------------------------
def test_figures_set_aside_are_shown_with_the_reason_and_do_not_count(
    concept: Concept, facilitator: Principal
) -> None:
    reported(concept, "nabo", 12.0, 2.0, n=30)
    report = AdoptionReport.objects.get()
    report = actions.count_again(
        by=facilitator,
        report=actions.set_aside(
            by=facilitator, report=report, reason=" Tallene er  talt to gange."
        ),
    )
    concept.refresh_from_db()
    assert (seen(concept).pooled is None, concept.level) == (False, Level.PROMISING)
    told = concept.sequence
    report = actions.set_aside(by=facilitator, report=report, reason="Tallene er talt to gange.")
    concept.refresh_from_db()
    found = seen(concept)
    assert (found.pooled, found.forest, concept.level) == (None, None, Level.TOO_LITTLE)
    assert concept.sequence > told
    assert [(site.place, site.aside) for site in found.measured] == [
        ("Silkeborg", ""), ("Nabo", "Tallene er talt to gange."),
    ]  # fmt: skip
    with translation.override("da"):
        said = seen(concept).sentences
    assert said[:2] == [
        "1 sted har målt.", "Tallene fra 1 sted tæller ikke med. Grunden står ved dem.",
    ]  # fmt: skip


def test_figures_are_set_aside_once_for_a_reason_and_only_where_there_are_some(
    concept: Concept, facilitator: Principal
) -> None:
    reported(concept, "nabo", 12.0, 2.0)
    report = AdoptionReport.objects.get()
    with pytest.raises(Conflict):
        actions.count_again(by=facilitator, report=report)
    with pytest.raises(Invalid):
        actions.set_aside(by=facilitator, report=report, reason="  ")
    report = actions.set_aside(by=facilitator, report=report, reason="Talt to gange.")
    with pytest.raises(Conflict):
        actions.set_aside(by=facilitator, report=report, reason="Igen.")
    AdoptionReport.objects.update(n=None, estimate=None, aside="")
    with pytest.raises(Conflict):
        actions.set_aside(by=facilitator, report=report, reason="Igen.")


def test_only_those_who_keep_the_recipe_set_figures_aside(
    concept: Concept, member: Principal, visitor: Principal, neighbour: Principal
) -> None:
    reported(concept, "nabo", 12.0, 2.0)
    report = AdoptionReport.objects.get()
    for by in (member, visitor):
        with pytest.raises(NotAllowed):
            actions.set_aside(by=by, report=report, reason="Nej.")
    with pytest.raises(NotFound):
        actions.set_aside(by=neighbour, report=report, reason="Nej.")


def test_what_is_set_aside_stays_so_when_the_same_is_told_again(
    adopted: Any, concept: Concept, facilitator: Principal, neighbour: Principal
) -> None:
    actions.report_back(
        by=neighbour, adoption=adopted, note="Godt.", instrument="who5", n=30, estimate=12.0,
        se=2.0,
    )  # fmt: skip
    report = AdoptionReport.objects.get()
    actions.set_aside(by=facilitator, report=report, reason="Talt to gange.")
    adopted.refresh_from_db()
    actions.receive_report(council=concept.council, document=package.told(adopted))
    report.refresh_from_db()
    assert report.aside == "Talt to gange."


def test_the_standard_error_is_that_of_the_mean_change(concept: Concept) -> None:
    version = concept.current
    assert version is not None
    changes = [4.0 * 5 * (b - a) for a, b in zip(BEFORE, AFTER, strict=True)]
    assert version.evidence["se"] == pytest.approx(stdev(changes) / len(changes) ** 0.5)


# --- the level ---------------------------------------------------------------------------------
def level(concept: Concept, **changes: Any) -> Level:
    version = concept.current
    assert version is not None
    version.evidence = version.evidence | changes
    return queries.evidence(concept, version)[0].level


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Level.TOO_LITTLE),
        ({"n": 25, "low": 2.0, "high": 9.0}, Level.PROMISING),
        ({"n": 25, "low": -2.0, "high": 9.0}, Level.TOO_LITTLE),
        ({"n": 25, "low": 2.0, "high": 14.0, "compared": True}, Level.SUPPORTED),
        ({"n": 25, "low": -9.0, "high": 2.0, "compared": True}, Level.NOT_WORKING),
        ({"n": 25, "low": -9.0, "high": -2.0, "higher_is_better": False}, Level.PROMISING),
        ({"n": 25, "low": 2.0, "high": 9.0, "higher_is_better": False}, Level.TOO_LITTLE),
    ],
)  # fmt: skip
def test_the_level_follows_the_rules_of_the_engine(
    changes: dict[str, Any], expected: Level, concept: Concept
) -> None:
    assert level(concept, **changes) == expected


def test_a_second_place_against_a_comparison_group_makes_it_established(concept: Concept) -> None:
    reported(concept, "nabo", 9.0, 3.0, compared=True, n=40)
    strong = {"n": 25, "low": 2.0, "high": 14.0, "compared": True}
    assert level(concept, **strong) == Level.ESTABLISHED


def test_a_report_changes_the_level_in_the_catalogue(
    adopted: Any, concept: Concept, neighbour: Principal
) -> None:
    actions.report_back(
        by=neighbour, adoption=adopted, note="Godt.", instrument="who5", n=30, estimate=12.0,
        se=2.0,
    )  # fmt: skip
    concept.refresh_from_db()
    assert concept.level == Level.PROMISING


# --- drawing and words -------------------------------------------------------------------------
def test_the_drawing_stays_inside_its_frame_and_keeps_the_order(concept: Concept) -> None:
    reported(concept, "nabo", 7.2, 3.9)
    reported(concept, "et-sted-med-et-navn-der-er-meget-langt-og-lidt-til", -40.0, 30.0)
    forest = seen(concept).forest
    assert forest is not None
    assert [line.label for line in forest.lines][:2] == ["Silkeborg", "Nabo"]
    assert len(forest.lines[2].label) == evidence.LONGEST_NAME
    for line in forest.lines:
        assert evidence.LEFT <= float(line.low) <= float(line.x) <= float(line.high)
        assert float(line.high) <= evidence.WIDTH - evidence.RIGHT
    xs = [float(pair.split(",")[0]) for pair in forest.diamond.split()]
    assert xs[0] <= xs[1] <= xs[2]
    assert xs[1] == xs[3]
    assert [tick for _x, tick in forest.ticks].count("0") == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_coordinates_never_carry_a_comma(language: str, concept: Concept) -> None:
    reported(concept, "nabo", 7.25, 3.9)
    with translation.override(language):
        forest = seen(concept).forest
    assert forest is not None
    assert all("," not in x for line in forest.lines for x in (line.x, line.low, line.high))


@pytest.mark.parametrize(
    ("value", "danish"),
    [(7.25, "+7,2"), (-0.04, "0"), (0.0, "0"), (-3.0, "−3"), (1234.56, "+1234,6"), (5, "+5")],
)
def test_figures_are_written_for_people(value: float, danish: str) -> None:
    with translation.override("da"):
        assert evidence.signed(value) == danish


def test_all_places_alike_still_draw(concept: Concept) -> None:
    assert evidence.forest([], None) is None
    reported(concept, "nabo", 20.0, 5.0)
    assert seen(concept).forest is not None


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([("a", 9, 2, True), ("b", 8, 2, True)], Level.ESTABLISHED),
        ([("a", 9, 2, True)], Level.SUPPORTED),
        ([("a", 9, 2, False)], Level.PROMISING),
        ([("a", 9, 2, True), ("b", 1, 2, True)], Level.MIXED),
        ([("a", 1, 2, True)], Level.NOT_WORKING),
        ([("a", 5, 5, False)], Level.TOO_LITTLE),
        ([("a", 1, 2, False)], Level.TOO_LITTLE),
        ([], Level.TOO_LITTLE),
    ],
)
def test_each_rule_on_the_page_of_levels_comes_true(
    rows: list[Any], level: Level, concept: Concept
) -> None:
    for place, estimate, se, compared in rows:
        reported(concept, place, estimate, se, compared=compared, n=20)
    assert seen(concept).level == level


def test_the_rules_of_all_levels_are_stated(client: Any, council: Any) -> None:
    assert [level for level, _sentence, _rule in evidence.levels()] == list(Level)
    page = client.get("/koncepter/hvor-sikkert/", HTTP_HOST="silkeborg.localhost")
    text = page.content.decode()
    assert not page.cookies
    for level, sentence, rule in evidence.levels():
        assert str(level.label) in text
        assert sentence in text
        assert rule in text
    assert "mindst 20 personer" in text
