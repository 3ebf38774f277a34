"""Hand-edited proposals are checked, and proposals are told in sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from samskab.engine.matching import (
    Need,
    Offer,
    Supply,
    check,
    explain,
    from_supplies,
    greedy,
    propose,
)

NEEDS = [
    Need("Lektiecafé", "frivillige", 4, True, date(2026, 1, 1), date(2026, 6, 30), "Nord"),
    Need("Fest", "borde", Decimal("2.5"), must=False),
]
OFFERS = [
    Offer("o1", "Idræt", "frivillige", 3),
    Offer("o2", "Kirken", "frivillige", 2),
    Offer("o3", "Skolen", "frivillige", 9, date(2027, 1, 1)),
    Offer("o4", "Byen", "frivillige", 8, area="Syd"),
]


def _codes(*supplies: Supply) -> list[str]:
    proposal = from_supplies(supplies, NEEDS, OFFERS)
    return [problem.code for problem in check(proposal, NEEDS, OFFERS)]


def test_a_good_proposal_has_no_problems() -> None:
    assert _codes(Supply("Lektiecafé", "o1", "Idræt", 2)) == []


@pytest.mark.parametrize(
    ("supply", "code"),
    [
        (Supply("Lektiecafé", "o1", "Idræt", 4), "over_capacity"),
        (Supply("Lektiecafé", "o4", "Byen", 2), "outside_area"),
        (Supply("Lektiecafé", "o3", "Skolen", 2), "outside_period"),
        (Supply("Fest", "o1", "Idræt", 2), "wrong_kind"),
        (Supply("Lektiecafé", "o1", "Kirken", 2), "wrong_actor"),
        (Supply("Lektiecafé", "o1", "Idræt", -1), "not_above_zero"),
        (Supply("Lektiecafé", "o1", "Idræt", 0), "not_above_zero"),
        (Supply("Ukendt", "o1", "Idræt", 1), "unknown_need"),
        (Supply("Lektiecafé", "o9", "Idræt", 1), "unknown_offer"),
    ],
)
def test_each_thing_that_cannot_be_is_found(supply: Supply, code: str) -> None:
    assert _codes(supply) == [code]


def test_sums_over_needs_and_offers_are_checked_with_their_limits() -> None:
    supplies = [
        Supply("Lektiecafé", "o1", "Idræt", 3),
        Supply("Lektiecafé", "o2", "Kirken", 2),
    ]
    (problem,) = check(from_supplies(supplies, NEEDS, OFFERS), NEEDS, OFFERS)
    assert (problem.code, problem.need, problem.amount, problem.limit) == (
        "over_need",
        "Lektiecafé",
        5,
        4,
    )
    assert _codes(supplies[1], replace(supplies[1], amount=1)) == ["twice", "over_capacity"]


def test_a_negative_supply_does_not_hide_that_another_is_too_large() -> None:
    codes = _codes(
        Supply("Lektiecafé", "o1", "Idræt", 4), Supply("Fest", "o1", "Idræt", Decimal(-3))
    )
    assert "over_capacity" in codes


def test_a_proposal_is_told_in_danish() -> None:
    said = explain(propose(NEEDS, OFFERS).best, NEEDS, OFFERS)
    assert said == (
        "Idræt giver 3 frivillige til Lektiecafé.",
        "Kirken giver 1 frivillige til Lektiecafé.",
        "Fest mangler 2,5 borde.",
        "Ingen tilbyder det.",
        "Alt, der skal dækkes, er dækket.",
        "Forslaget samler 2 parter.",
        "Det kan ikke gøres med færre parter. Det er regnet efter.",
    )


@pytest.mark.parametrize(
    ("offers", "sentence"),
    [
        (OFFERS[:1], "Idræt comes nearest"),
        (OFFERS[2:3], "Skolen comes nearest, with 9 frivillige, but at another time."),
        (OFFERS[3:], "Byen comes nearest, with 8 frivillige, but in another place."),
        ([], "Nobody offers it."),
    ],
)
def test_who_comes_nearest_to_an_uncovered_need_is_named(
    offers: list[Offer], sentence: str
) -> None:
    nothing = from_supplies([], NEEDS, offers)
    said = explain(nothing, NEEDS, offers, "en")
    assert said[0] == "Lektiecafé lacks 4 frivillige, and it has to be covered."
    assert said[1].startswith(sentence)


def test_when_everything_fitting_is_used_up_it_says_so() -> None:
    proposal = propose(NEEDS[:1], OFFERS[:1]).best
    said = explain(proposal, NEEDS[:1], OFFERS[:1], "en")
    assert said[:3] == (
        "Idræt gives 3 frivillige to Lektiecafé.",
        "Lektiecafé lacks 1 frivillige, and it has to be covered.",
        "Everyone who has it and fits already gives all they have.",
    )


def test_a_quick_proposal_says_that_there_may_be_a_better_one() -> None:
    said = explain(greedy(NEEDS, OFFERS), NEEDS, OFFERS, "en")
    assert "This is a quick proposal. There may be a better one." in said
    open_gap = replace(propose(NEEDS, OFFERS).best, optimal=False, gap=0.123)
    assert "There may be a proposal with fewer parties. It could save at most 13 %." in explain(
        open_gap, NEEDS, OFFERS, "en"
    )


def test_large_amounts_have_their_thousands_parted() -> None:
    need = replace(NEEDS[0], id="Leje", kind="kr.", amount=Decimal("14000.50"))
    nothing = from_supplies([], [need], [])
    assert explain(nothing, [need], [])[0] == "Leje mangler 14.000,5 kr., og det skal dækkes."
    said = explain(nothing, [need], [], "en")
    assert said[0] == "Leje lacks 14,000.5 kr., and it has to be covered."


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        explain(greedy(NEEDS, OFFERS), NEEDS, OFFERS, "xx")  # type: ignore[arg-type]
