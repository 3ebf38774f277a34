"""From answers to an evaluation and its sentences; levels of evidence."""

from __future__ import annotations

import re

import numpy as np
import pytest

from samskab.engine.evidence import (
    SWEMWBS,
    WHO5,
    Answer,
    Evaluation,
    EvidenceLevel,
    Finding,
    Instrument,
    evaluate,
    evaluation_sentences,
    evidence_level,
    instrument,
    level_sentence,
    newcombe,
    own_scale,
)

ONE = own_scale("one", "Ro i hverdagen", 1, 0, 10, relevant_change=2)


def _answers(
    pairs: list[tuple[int | None, int | None]], group: str = "pilot", prefix: str = "p"
) -> list[Answer]:
    found = []
    for at, (before, after) in enumerate(pairs):
        code = f"{prefix}{at}"
        if before is not None:
            found.append(Answer(code, "before", (before,), group))  # type: ignore[arg-type]
        if after is not None:
            found.append(Answer(code, "after", (after,), group))  # type: ignore[arg-type]
    return found


def lix(text: str) -> float:
    words = re.findall(r"[^\W\d_]+", text)
    sentences = len(re.findall(r"[.:!?]", text))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def test_who5_is_four_times_the_sum_and_needs_all_five_items() -> None:
    assert WHO5.score([5, 5, 5, 5, 5]) == 100
    assert WHO5.score([0, 1, 2, 3, 4]) == 40
    assert WHO5.score([0, 1, None, 3, 4]) is None
    assert WHO5.scale == (0, 100)
    with pytest.raises(ValueError, match="5 items, not 4"):
        WHO5.score([1, 2, 3, 4])
    with pytest.raises(ValueError, match="item 2: 6 is not from 0 to 5"):
        WHO5.score([0, 6, 0, 0, 0])


def test_only_texts_that_are_free_are_shown() -> None:
    assert WHO5.may_show_items
    assert {len(texts) for texts in WHO5.texts.values()} == {5}
    assert {len(choices) for choices in WHO5.choices.values()} == {6}
    assert not SWEMWBS.may_show_items
    assert SWEMWBS.scale == (7, 35)
    assert instrument("WHO5") is WHO5
    with pytest.raises(KeyError, match="no instrument 'star'"):
        instrument("star")


def test_own_scales_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="no scale"):
        own_scale("x", "X", 0, 0, 10)
    with pytest.raises(ValueError, match="one text"):
        own_scale("x", "X", 2, 0, 10, texts={"da": ["Kun en"]})
    with pytest.raises(ValueError, match="above zero"):
        own_scale("x", "X", 2, 0, 10, relevant_change=0)


def test_an_evaluation_counts_pairs_missing_and_improved() -> None:
    found = evaluate(_answers([(2, 5), (3, 4), (4, 6), (5, 4), (1, None), (None, 9)]), ONE)
    assert (found.n_before, found.n_after, found.n_paired) == (5, 5, 4)
    assert found.change.estimate == 1.25
    assert found.change.level == 0.875
    assert (found.improved.count, found.improved.total) == (2, 4)
    assert (found.bounds.missing, found.bounds.improved_low, found.bounds.improved_high) == (
        1,
        0.4,
        0.6,
    )
    assert not found.may_publish
    assert found.comparison is None


def test_incomplete_answers_are_counted_and_left_out() -> None:
    answers = [
        Answer("a", "before", (1, 1, 1, 1, 1)),
        Answer("a", "after", (2, 2, None, 2, 2)),
    ]
    found = evaluate(answers, WHO5)
    assert (found.n_before, found.n_after, found.n_paired, found.incomplete) == (1, 0, 0, 1)
    assert found.change.estimate is None


def test_a_comparison_group_gives_the_difference_in_change_and_in_shares() -> None:
    pilot = _answers([(2, 5), (3, 6), (2, 4), (4, 7), (3, 3)])
    others = _answers([(2, 2), (3, 4), (4, 4), (3, 2)], "comparison", "c")
    found = evaluate(pilot + others, ONE).comparison
    assert found is not None
    gaps = np.subtract.outer([3, 3, 2, 3, 0], [0, 1, 0, -1])
    assert found.difference.estimate == np.median(gaps)
    assert found.n_paired == 4
    assert found.change.estimate == 0
    assert found.improved_difference == newcombe(4, 5, 0, 4)


def test_a_lower_score_can_be_the_better_one() -> None:
    lonely = own_scale("l", "Ensomhed", 1, 0, 10, higher_is_better=False)
    found = evaluate(_answers([(9, at % 3) for at in range(8)]), lonely)
    assert found.improved.count == 8
    assert found.change.estimate is not None and found.change.estimate < 0
    assert "This points to a change for the better." in evaluation_sentences(found, "en")


def test_a_code_that_answers_twice_or_in_both_groups_is_refused() -> None:
    twice = _answers([(1, 2)]) + _answers([(1, None)])
    with pytest.raises(ValueError, match="p0 answers twice in the round before"):
        evaluate(twice, ONE)
    both = [Answer("a", "before", (1,)), Answer("a", "after", (1,), "comparison")]
    with pytest.raises(ValueError, match="both groups"):
        evaluate(both, ONE)
    with pytest.raises(ValueError, match="before or after"):
        evaluate([Answer("a", "during", (1,))], ONE)  # type: ignore[arg-type]


def test_a_small_pilot_is_told_in_danish_with_what_cannot_be_said() -> None:
    found = evaluate(_answers([(2, 5), (3, 4), (4, 6), (5, 4), (1, None)]), ONE)
    assert evaluation_sentences(found) == (
        "4 personer svarede både før og efter.",
        "Den typiske ændring er +1,3 point på Ro i hverdagen. Skalaen går fra 0 til 10.",
        "Tallet er usikkert: Det kan ligge fra −1 til +3. Det siger vi med mindst 87 % sikkerhed.",
        "Så få svar kan ikke give 95 % sikkerhed. Her er den kun 87 %. Tallene fortæller om disse"
        " personer, ikke om andre.",
        "2 af 4 gik frem med mindst 2 point. Blandt mange som dem kan det være fra 15 til 85 %.",
        "1 svarede før, men ikke efter.",
        "Vi ved ikke, hvordan det gik dem. Med deres svar kunne den typiske ændring være fra +1"
        " til +2 point.",
        "Der er ingen gruppe at sammenligne med. Derfor ved vi ikke, hvad der har skabt ændringen."
        " Den kunne være kommet af sig selv.",
        "Der er under 5 personer. Vis ikke tallene til andre.",
    )


SHAPES = {
    "nobody": _answers([(1, None), (None, 2)]),
    "one": _answers([(1, 5)]),
    "few": _answers([(1, 5), (2, 4), (3, 3)]),
    "up": _answers([(1, 5), (2, 4), (3, 5), (2, 6), (1, 4), (2, 5), (3, 7)]),
    "down": _answers([(5, 1), (4, 2), (5, 3), (6, 2), (4, 1), (5, 2), (7, 3)]),
    "unclear": _answers([(5, 1), (2, 4), (5, 6), (6, 2), (1, 4), (5, 5), (3, 7)]),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("compared", [False, True])
def test_no_sentence_claims_a_cause_or_shows_a_p(shape: str, language, compared: bool) -> None:  # type: ignore[no-untyped-def]
    others = _answers([(3, 3), (2, 4), (5, 4), (4, 4), (2, 2), (3, 4)], "comparison", "c")
    found = evaluate(SHAPES[shape] + (others if compared else []), ONE)
    text = " ".join(evaluation_sentences(found, language))
    assert not re.search(r"ef+e[ck]t|virk|works|caused|signifi|p\s*[=<]", text, re.IGNORECASE)
    assert "{" not in text
    assert ("ændring" if language == "da" else "change") in text
    if language == "da":
        assert lix(text) <= 35


@pytest.mark.parametrize(
    ("shape", "sentence"),
    [
        ("up", "Det tyder på en ændring til det bedre."),
        ("down", "Det tyder på en ændring til det værre."),
        ("unclear", "Vi kan ikke sige, om det er gået frem eller tilbage."),
        ("one", "Med kun 1 person kan vi ikke sige, hvor sikkert tallet er."),
        (
            "nobody",
            "Ingen har svaret både før og efter. Derfor kan vi ikke sige noget om ændringer.",
        ),
    ],
)
def test_the_direction_is_said_only_as_far_as_the_interval_allows(
    shape: str, sentence: str
) -> None:
    assert sentence in evaluation_sentences(evaluate(SHAPES[shape], ONE))


def test_a_comparison_is_told_with_its_own_doubt() -> None:
    others = _answers([(3, 3), (2, 2), (5, 4), (4, 4), (2, 2), (3, 3)], "comparison", "c")
    said = evaluation_sentences(evaluate(SHAPES["up"] + others, ONE), "en")
    assert "There is a group to compare with: 6 people who did not take part." in said
    assert "This suggests that those who took part changed more for the better." in said
    assert said[-1].startswith("The two groups may have differed from the start.")
    lone = evaluation_sentences(
        evaluate(SHAPES["up"] + _answers([(3, None)], "comparison", "c"), ONE), "en"
    )
    assert any(one.endswith("so we cannot compare.") for one in lone)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language"):
        evaluation_sentences(_evaluation(), "xx")  # type: ignore[arg-type]


def _evaluation() -> Evaluation:
    return evaluate(SHAPES["up"], ONE)


def test_reliable_change_is_given_where_the_error_of_the_instrument_is_known() -> None:
    answers = [
        Answer("a", "before", (2,) * 7),
        Answer("a", "after", (3,) * 7),
        Answer("b", "before", (2,) * 7),
        Answer("b", "after", (2, 2, 2, 2, 2, 2, 3)),
    ]
    found = evaluate(answers, SWEMWBS).reliable
    assert found is not None
    assert (found.better, found.unchanged, found.worse) == (1, 1, 0)
    assert _evaluation().reliable is None


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ((5,) * 6, "6 af 6 gik så meget frem, at tilfældige udsving i svarene ikke forklarer det."
         " Ingen gik lige så meget tilbage. Grænsen er 23,6 point."),
        ((2,) * 6, "Ingen ændrede sig mere, end tilfældige udsving i svarene kan forklare."
         " Grænsen er 23,6 point."),
        ((5, 5, 2, 2, 0, 2), "2 af 6 gik så meget frem, at tilfældige udsving i svarene ikke"
         " forklarer det. 1 gik lige så meget tilbage. Grænsen er 23,6 point."),
    ],
)  # fmt: skip
def test_reliable_change_is_told_in_words(after: tuple[int, ...], sentence: str) -> None:
    answers = [Answer(f"p{at}", "before", (2,) * 5) for at in range(6)]
    answers += [Answer(f"p{at}", "after", (item,) * 5) for at, item in enumerate(after)]
    assert sentence in evaluation_sentences(evaluate(answers, WHO5))


def test_an_interval_that_is_not_exact_is_not_said_to_be() -> None:
    few, many = (evaluate(_answers([(at % 4, 2 + at % 5) for at in range(n)]), ONE)
                 for n in (300, 301))  # fmt: skip
    assert "med mindst 95 % sikkerhed" in evaluation_sentences(few)[2]
    assert "med omkring 95 % sikkerhed" in evaluation_sentences(many)[2]
    assert "with a confidence of about 95 %" in evaluation_sentences(many, "en")[2]


UP = Finding("A", 25, 2.0, 9.0, compared=True, relevant=3.0)
UP_ELSEWHERE = Finding("B", 30, 1.0, 5.0, compared=True, relevant=3.0)
NOTHING = Finding("C", 40, -3.0, 2.0, compared=True, relevant=3.0)
BEFORE_AFTER = Finding("D", 20, 1.0, 8.0)


@pytest.mark.parametrize(
    ("findings", "level"),
    [
        ([], "too_little"),
        ([Finding("A", 19, 2.0, 9.0)], "too_little"),
        ([Finding("A", 20, None, None)], "too_little"),
        ([Finding("A", 20, -1.0, 9.0)], "too_little"),
        ([BEFORE_AFTER], "promising"),
        ([UP, BEFORE_AFTER], "supported"),
        ([UP, UP], "supported"),
        ([UP, UP_ELSEWHERE], "established"),
        ([NOTHING], "not_working"),
        ([NOTHING, BEFORE_AFTER], "not_working"),
        ([UP, NOTHING], "mixed"),
        ([Finding("A", 40, -3.0, 4.0, compared=True, relevant=3.0)], "too_little"),
        ([Finding("A", 40, -3.0, 0.0, compared=True)], "not_working"),
        ([Finding("A", 40, -3.0, -1.0)], "too_little"),
    ],
)
def test_the_level_follows_the_stated_rules(findings: list[Finding], level: str) -> None:
    assert evidence_level(findings) == level


def test_every_level_has_its_sentence_in_both_languages() -> None:
    said = {level_sentence(level, language) for level in EvidenceLevel for language in ("da", "en")}
    assert len(said) == 12
    assert level_sentence(EvidenceLevel.TOO_LITTLE) == "Vi ved for lidt endnu."


def test_an_instrument_that_adds_up_otherwise_is_scored_by_its_line() -> None:
    line = Instrument("x", "X", items=2, lowest=1, highest=3, factor=2.5, offset=-5)
    assert line.scale == (0, 10)
    assert line.score([2, 3]) == 7.5
