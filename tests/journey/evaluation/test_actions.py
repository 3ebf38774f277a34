from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone, translation

from samskab.civic.commons.council import actions as council_actions
from samskab.civic.commons.council.models import AgendaItem, Decision
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.privacy.registry import DECLARATIONS
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.queries import timeline
from samskab.civic.journey.evaluation import actions, queries, stored
from samskab.civic.journey.evaluation.models import (
    AddedValue,
    Answer,
    Code,
    Evaluation,
    Measure,
    Round,
    Shown,
)
from samskab.civic.journey.pilots.actions import end_pilot
from samskab.civic.journey.pilots.models import Pilot
from samskab.engine import evidence

STRANGERS = ["visitor", "participant", "member", "administrator", "representative"]
OWN = {"instrument_key": "own", "title": "Nogen at tale med", "questions": ["Har du en ven?"]}
Run = Callable[..., list[str]]


def the(request: Any, role: str) -> Principal:
    return request.getfixturevalue(role)


def holding(code: Code) -> Principal:
    """Somebody about whom nothing is known but that they hold the code."""
    return Principal(code.council).holding("evaluation.code", code.pk)


@pytest.fixture
def code(measure: Measure) -> Code:
    typed = actions.make_codes(by=system(measure.council), pilot=measure.pilot, number=1)[0]
    found = queries.by_code(measure.council, typed)
    assert found is not None
    return found


@pytest.fixture
def before(measure: Measure) -> Round:
    return actions.open_round(by=system(measure.council), pilot=measure.pilot, when="before")


# --- every action of those who run the pilot asks the same -------------------------------------
def work(measure: Measure, opened: Round) -> dict[str, Any]:
    pilot = measure.pilot
    return {
        "close_round": {"round": opened},
        "add_measure": {"pilot": pilot, **OWN},
        "make_codes": {"pilot": pilot, "number": 2},
        "evaluate": {"pilot": pilot},
        "open_round": {"pilot": pilot, "when": "after"},
        "remove_measure": {"measure": measure},
    }


@pytest.mark.parametrize("role", STRANGERS)
def test_others_measure_nothing(request: Any, measure: Measure, before: Round, role: str) -> None:
    by = the(request, role)
    for name, given in {**work(measure, before), "remind": {"round": before}}.items():
        with pytest.raises(NotAllowed):
            getattr(actions, name)(by=by, **given)


def test_an_outsider_finds_nothing_to_measure(
    measure: Measure, before: Round, outsider: Principal
) -> None:
    for name, given in {**work(measure, before), "remind": {"round": before}}.items():
        with pytest.raises(NotFound):
            getattr(actions, name)(by=outsider, **given)


@pytest.mark.parametrize("role", ["facilitator", "secretariat", "party"])
def test_those_who_run_the_pilot_may(
    request: Any, measure: Measure, before: Round, baker: SimpleNamespace, role: str
) -> None:
    by = baker.by if role == "party" else the(request, role)
    for name, given in work(measure, before).items():
        assert getattr(actions, name)(by=by, **given)


# --- measures ----------------------------------------------------------------------------------
def test_an_own_scale_keeps_its_questions_and_range(pilot: Pilot, baker: Any) -> None:
    made = actions.add_measure(
        by=baker.by, pilot=pilot, **OWN, lowest=1, highest=5, highest_text="altid",
        relevant_change=1.0,
    )  # fmt: skip
    assert made.instrument.scale == (1.0, 5.0)
    assert made.texts() == ("Har du en ven?",)
    assert made.choices()[-1] == (5, "5 – altid")
    assert made.instrument.relevant_change == 1.0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"questions": []}, "questions"),
        ({"questions": ["x" * 301]}, "questions"),
        ({"lowest": 5, "highest": 5}, "highest"),
        ({"highest": 11}, "highest"),
        ({"relevant_change": 0}, "relevant_change"),
        ({"instrument_key": "stjerner"}, "instrument_key"),
    ],
)
def test_a_measure_that_makes_no_scale_is_refused(
    pilot: Pilot, baker: Any, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_measure(by=baker.by, pilot=pilot, **{**OWN, **change})
    assert error.value.field == field


def test_the_same_measure_is_added_once(measure: Measure, baker: Any) -> None:
    with pytest.raises(Conflict):
        actions.add_measure(by=baker.by, pilot=measure.pilot, instrument_key="who5")


def test_a_questionnaire_whose_texts_are_not_free_shows_numbers_only(
    pilot: Pilot, baker: Any
) -> None:
    made = actions.add_measure(by=baker.by, pilot=pilot, instrument_key="swemwbs")
    assert made.texts() == ()
    assert made.choices() == [(n, str(n)) for n in range(1, 6)]


def test_what_is_measured_stands_once_somebody_has_answered(
    measure: Measure, code: Code, before: Round, baker: Any
) -> None:
    actions.answer(by=holding(code), code=code, measure=measure, items=[1, 1, 1, 1, 1])
    with pytest.raises(Conflict):
        actions.add_measure(by=baker.by, pilot=measure.pilot, **OWN)
    with pytest.raises(Conflict):
        actions.remove_measure(by=baker.by, measure=measure)


# --- codes -------------------------------------------------------------------------------------
def test_a_code_is_given_back_once_and_only_its_digest_is_kept(
    measure: Measure, baker: Any
) -> None:
    typed = actions.make_codes(by=baker.by, pilot=measure.pilot, number=3)
    assert len(set(typed)) == 3
    rows = str(list(Code.objects.values())) + str(list(LogEntry.objects.values()))
    assert not any(one in rows or one.replace("-", "") in rows for one in typed)
    assert queries.by_code(measure.council, typed[0].lower()) is not None


def test_a_code_of_one_council_opens_nothing_in_another(
    measure: Measure, baker: Any, outsider: Principal
) -> None:
    typed = actions.make_codes(by=baker.by, pilot=measure.pilot, number=1)[0]
    assert queries.by_code(outsider.council, typed) is None


@pytest.mark.parametrize("number", [0, 101, -1])
def test_codes_come_from_1_to_100(measure: Measure, baker: Any, number: int) -> None:
    with pytest.raises(Invalid):
        actions.make_codes(by=baker.by, pilot=measure.pilot, number=number)


# --- rounds ------------------------------------------------------------------------------------
def test_rounds_come_in_their_order(measure: Measure, baker: Any) -> None:
    pilot, by = measure.pilot, baker.by
    with pytest.raises(Conflict):
        actions.open_round(by=by, pilot=pilot, when="after")
    first = actions.open_round(by=by, pilot=pilot, when="before")
    with pytest.raises(Conflict):
        actions.open_round(by=by, pilot=pilot, when="after")
    actions.close_round(by=by, round=first)
    with pytest.raises(Conflict):
        actions.close_round(by=by, round=first)
    second = actions.open_round(by=by, pilot=pilot, when="after")
    actions.close_round(by=by, round=second)
    with pytest.raises(Conflict):
        actions.open_round(by=by, pilot=pilot, when="before")
    assert actions.open_round(by=by, pilot=pilot, when="after").is_open
    assert Round.objects.count() == 2


def test_a_round_needs_something_to_ask(pilot: Pilot, baker: Any) -> None:
    with pytest.raises(Conflict):
        actions.open_round(by=baker.by, pilot=pilot, when="before")
    with pytest.raises(Invalid):
        actions.open_round(by=baker.by, pilot=pilot, when="imens")


# --- answering ---------------------------------------------------------------------------------
def test_the_database_holds_no_answer_that_can_be_read(
    measure: Measure, code: Code, before: Round
) -> None:
    items = [0, 5, 0, 5, 0]
    actions.answer(by=holding(code), code=code, measure=measure, items=items)
    with connection.cursor() as cursor:
        cursor.execute("select * from evaluation_answer")
        row = cursor.fetchone()
        names = [column[0] for column in cursor.description]
    kept = dict(zip(names, row, strict=True))
    assert sorted(kept) == [
            "code_id", "council_id", "id", "mark", "measure_id", "sealed", "when",
        ]  # fmt: skip
    raw = bytes(kept["sealed"])
    assert json.dumps(items).encode() not in raw
    assert b"".join(n.to_bytes(2, "big") for n in items) not in raw
    assert bytes(items) not in raw
    log = str(list(LogEntry.objects.filter(verb="evaluation.answer").values("data", "who")))
    assert "items" not in log
    assert "visitor" in log
    assert queries.opened(measure)[0].items == tuple(items)


def test_answering_again_replaces_until_the_round_closes(
    measure: Measure, code: Code, before: Round, baker: Any
) -> None:
    by = holding(code)
    for items in ([1, 1, 1, 1, 1], [2, 2, None, 2, 2]):
        actions.answer(by=by, code=code, measure=measure, items=items)
    assert [one.items for one in queries.opened(measure)] == [(2, 2, None, 2, 2)]
    actions.close_round(by=baker.by, round=before)
    with pytest.raises(Conflict):
        actions.answer(by=by, code=code, measure=measure, items=[3, 3, 3, 3, 3])


@pytest.mark.parametrize("items", [[None] * 5, [6, 1, 1, 1, 1], [-1, 1, 1, 1, 1], [1, 1],
                                   [None, 9, 1, 1, 1]])  # fmt: skip
def test_an_answer_that_does_not_fit_is_refused(
    measure: Measure, code: Code, before: Round, items: list[Any]
) -> None:
    with pytest.raises(Invalid):
        actions.answer(by=holding(code), code=code, measure=measure, items=items)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("role", [*STRANGERS, "facilitator", "secretariat"])
def test_nobody_answers_or_withdraws_without_the_code(
    request: Any, measure: Measure, code: Code, before: Round, role: str
) -> None:
    by = the(request, role)
    for name, given in own(measure).items():
        with pytest.raises(NotAllowed):
            getattr(actions, name)(by=by, code=code, **given)


def own(measure: Measure) -> dict[str, dict[str, Any]]:
    """What only the person who holds the code may do."""
    return {
        "answer": {"measure": measure, "items": [1, 1, 1, 1, 1]},
        "agree": {},
        "answer_one": {"measure": measure, "at": 0, "item": 1},
        "ask_for_reminder": {"email": "en@eksempel.dk"},
        "withdraw_answers": {},
    }


def test_a_code_answers_for_its_own_council_only(
    measure: Measure, code: Code, before: Round, outsider: Principal
) -> None:
    for name, given in own(measure).items():
        with pytest.raises(NotFound):
            getattr(actions, name)(by=outsider, code=code, **given)


def test_one_question_takes_a_yes_an_open_round_and_a_code_that_has_not_withdrawn(
    measure: Measure, code: Code, before: Round
) -> None:
    by = holding(code)
    one: dict[str, Any] = {"by": by, "code": code, "measure": measure}
    with pytest.raises(Conflict):
        actions.answer_one(**one, at=0, item=1)
    actions.agree(by=by, code=code)
    for at, item in ((5, 1), (-1, 1), (0, 6), (0, -1)):
        with pytest.raises(Invalid):
            actions.answer_one(**one, at=at, item=item)
    assert actions.answer_one(**one, at=0, item=None) is None
    assert not Answer.objects.exists()
    actions.answer_one(**one, at=4, item=5)
    actions.answer_one(**one, at=4, item=None)
    assert [given.items for given in queries.opened(measure)] == [(None, None, None, None, 5)]
    actions.close_round(by=system(measure.council), round=before)
    with pytest.raises(Conflict):
        actions.answer_one(**one, at=1, item=1)
    actions.withdraw_answers(by=by, code=code)
    with pytest.raises(Conflict):
        actions.agree(by=by, code=code)
    code.refresh_from_db()
    assert not code.agreed


def test_withdrawing_deletes_the_answers_of_that_code_alone(
    measure: Measure, answered: Run
) -> None:
    typed = answered()
    mine: Any = queries.by_code(measure.council, typed[0])
    assert actions.withdraw_answers(by=holding(mine), code=mine) == 2
    assert Answer.objects.count() == 10
    with pytest.raises(Conflict):
        actions.withdraw_answers(by=holding(mine), code=mine)
    actions.open_round(by=system(measure.council), pilot=measure.pilot, when="after")
    with pytest.raises(Conflict):
        actions.answer(by=holding(mine), code=mine, measure=measure, items=[1, 1, 1, 1, 1])


# --- evaluating --------------------------------------------------------------------------------
def test_the_figures_are_those_of_the_engine(drafted: Evaluation) -> None:
    kept = drafted.results[0]
    assert (kept["n_paired"], kept["change"]["estimate"]) == (6, 40.0)
    assert kept["improved"] == {**kept["improved"], "count": 6, "total": 6, "share": 1.0}
    assert kept["marks"] == [[3, 40.0], [3, 40.0]]
    assert "changes" not in kept
    shown = queries.shown(drafted)[0]
    assert "6 personer" in shown.sentences[0]
    assert any("Alle ændrede sig lige meget" in said for said in shown.sentences)
    assert shown.picture is not None
    assert [mark.people for mark in shown.picture.marks] == [3, 3]
    assert shown.changes == ("3 personer: +40", "3 personer: +40")


def test_sentences_are_in_the_language_of_the_reader(drafted: Evaluation) -> None:
    with translation.override("en"):
        assert "6 people answered" in queries.shown(drafted)[0].sentences[0]


@pytest.mark.parametrize("n", [0, 1, 4])
def test_fewer_than_five_pairs_leave_no_figure_at_all(
    answered: Run, pilot: Pilot, baker: Any, n: int
) -> None:
    full = ([1, 1, 1, 1, 1], [2, 2, 2, 2, 2])
    answered([full] * n + [([1, 1, 1, 1, 1], None)] * 3)
    evaluation = actions.evaluate(by=baker.by, pilot=pilot)
    measure = Measure.objects.get()
    assert evaluation.results == [{"measure": measure.pk, "when": "after", "hidden": True}]
    assert queries.shown(evaluation)[0].hidden


def test_a_comparison_group_that_is_too_small_is_left_out(
    measure: Measure, answered: Run, pilot: Pilot, baker: Any
) -> None:
    by = system(pilot.council)
    for typed in actions.make_codes(by=by, pilot=pilot, number=4, group="comparison"):
        for when in ("before", "after"):
            code: Any = queries.by_code(pilot.council, typed)
            place = queries.place_of(measure, code.pk, when)
            Answer.objects.create(
                council=pilot.council, measure=measure, code=code, when=when,
                sealed=actions.seal([1, 1, 1, 1, 1], place),
            )  # fmt: skip
    answered()
    kept = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    assert (kept["comparison"], kept["n_paired"]) == (None, 6)


def test_a_large_comparison_group_is_compared(answered: Run, pilot: Pilot, baker: Any) -> None:
    measure, by = Measure.objects.get(), system(pilot.council)
    for typed in actions.make_codes(by=by, pilot=pilot, number=5, group="comparison"):
        for when in ("before", "after"):
            code: Any = queries.by_code(pilot.council, typed)
            place = queries.place_of(measure, code.pk, when)
            Answer.objects.create(
                council=pilot.council, measure=measure, code=code, when=when,
                sealed=actions.seal([1, 1, 1, 1, 1], place),
            )  # fmt: skip
    answered()
    evaluation = actions.evaluate(by=baker.by, pilot=pilot)
    assert evaluation.results[0]["comparison"]["difference"]["estimate"] == 40.0
    names = [name for name, _value in queries.shown(evaluation)[0].rows]
    assert "Forskel i ændring" in names


# --- figures that stand beside each other ------------------------------------------------------
def again(pilot: Pilot, measure: Measure, people: Sequence[tuple[str, list[int]]]) -> None:
    """The round after is opened once more, and these answer in it."""
    by = system(pilot.council)
    opened = actions.open_round(by=by, pilot=pilot, when="after")
    for typed, items in people:
        code: Any = queries.by_code(pilot.council, typed)
        actions.answer(by=holding(code), code=code, measure=measure, items=items)
    actions.close_round(by=by, round=opened)


def waiting(pilot: Pilot, answered: Run, n: int) -> list[str]:
    """Some who answer both times, and n who have answered before only."""
    silent = [([1, 1, 1, 1, 1], None)] * n
    return answered([([1, 1, 1, 1, 1], [3, 3, 3, 3, 3])] * 6 + silent)[6:]


def test_figures_do_not_move_when_one_person_withdraws(
    answered: Run, pilot: Pilot, baker: Any, measure: Measure
) -> None:
    people = [([1, 1, 1, 1, 1], [at, 3, 3, 3, 3]) for at in (0, 1, 2, 3, 4, 5, 5)]
    codes = answered(people)
    first = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    code: Any = queries.by_code(pilot.council, codes[2])
    actions.withdraw_answers(by=holding(code), code=code)
    second = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    assert all(mark.isalpha() for mark in Shown.objects.get().behind["pilot"])
    assert second == {**first, "stands": "few"}
    assert second["n_paired"] == 7


@pytest.mark.parametrize(("n", "moved"), [(1, False), (4, False), (5, True)])
def test_figures_move_when_five_or_more_have_answered_since(
    answered: Run, pilot: Pilot, baker: Any, measure: Measure, n: int, moved: bool
) -> None:
    late = waiting(pilot, answered, n)
    before = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    again(pilot, measure, [(typed, [5, 5, 5, 5, 5]) for typed in late])
    after = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    assert (before["n_paired"], after["n_paired"]) == (6, 6 + n if moved else 6)
    assert (after.get("stands", ""), after["marks"] == before["marks"]) == (
        "" if moved else "few",
        not moved,
    )


def test_figures_do_not_move_when_one_person_answers_anew(
    answered: Run, pilot: Pilot, baker: Any, measure: Measure
) -> None:
    codes = answered()
    first = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    again(pilot, measure, [(codes[0], [0, 0, 0, 0, 0])])
    assert actions.evaluate(by=baker.by, pilot=pilot).results[0]["marks"] == first["marks"]
    unchanged = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    assert unchanged["marks"] == first["marks"]


def test_after_a_change_of_key_answers_are_sealed_anew_and_figures_stand_as_before(
    answered: Run, pilot: Pilot, baker: Any, measure: Measure, settings: Any
) -> None:
    codes = answered()
    first = actions.evaluate(by=baker.by, pilot=pilot).results[0]
    earlier = settings.SECRET_KEY
    settings.SECRET_KEY = "a new secret of the installation, long enough"
    settings.SECRET_KEY_FALLBACKS = [earlier]
    before = queries.opened(measure)
    assert actions.seal_anew(council=pilot.council) == 12
    assert actions.seal_anew(council=pilot.council) == 0
    code: Any = queries.by_code(pilot.council, codes[0])
    settings.SECRET_KEY_FALLBACKS = []
    assert queries.opened(measure) == before
    actions.withdraw_answers(by=holding(code), code=code)
    assert actions.evaluate(by=baker.by, pilot=pilot).results[0] == {**first, "stands": "few"}


def test_what_the_few_missing_answered_before_moves_no_figure(
    answered: Run, pilot: Pilot, baker: Any
) -> None:
    full = [([1, 1, 1, 1, 1], [3, 3, 3, 3, 3])] * 6
    answered([*full, ([0, 0, 0, 0, 0], None)])
    kept = actions.evaluate(by=baker.by, pilot=pilot).results[0]["bounds"]
    other = stored.figures(
        [
            evidence.Answer(f"{at}", when, items)  # type: ignore[arg-type]
            for at, pair in enumerate([*full, ([5, 5, 5, 5, 5], None)])
            for when, items in zip(("before", "after"), pair, strict=True)
            if items is not None
        ],
        evidence.WHO5,
    )["bounds"]
    assert kept == other
    assert kept["missing"] == 1


def test_the_rounds_along_the_way_and_some_time_after_have_figures_of_their_own(
    answered: Run, pilot: Pilot, baker: Any, measure: Measure, facilitator: Principal
) -> None:
    codes = answered()
    evaluation = actions.evaluate(by=baker.by, pilot=pilot)
    with pytest.raises(Conflict):
        actions.open_round(by=baker.by, pilot=pilot, when="during")
    with pytest.raises(Conflict):
        actions.evaluate_later(by=baker.by, evaluation=evaluation)
    end_pilot(by=facilitator, pilot=pilot)
    actions.propose_verdict(by=facilitator, evaluation=evaluation)
    opened = actions.open_round(by=baker.by, pilot=pilot, when="followup")
    for typed in codes:
        code: Any = queries.by_code(pilot.council, typed)
        actions.answer(by=holding(code), code=code, measure=measure, items=[2, 2, 2, 2, 2])
    actions.close_round(by=baker.by, round=opened)
    later = actions.evaluate_later(by=baker.by, evaluation=evaluation)
    assert [(one["when"], one["change"]["estimate"]) for one in later.later] == [("followup", 20)]
    assert later.results[0]["change"]["estimate"] == 40
    with translation.override("da"):
        assert [one.label for one in queries.shown(later)] == ["", "Nogen tid efter"]


def test_nothing_is_evaluated_while_people_answer(before: Round, baker: Any) -> None:
    with pytest.raises(Conflict):
        actions.evaluate(by=baker.by, pilot=before.pilot)


def test_evaluating_again_keeps_what_was_told(drafted: Evaluation, baker: SimpleNamespace) -> None:
    value = AddedValue.objects.get(actor=baker.actor)
    assert value.expected == "Bageren håber"
    actions.tell_value(by=baker.by, value=value, got="Glade folk", rating=5)
    actions.evaluate(by=baker.by, pilot=drafted.pilot)
    value.refresh_from_db()
    assert (value.got, value.rating, AddedValue.objects.count()) == ("Glade folk", 5, 2)


def test_the_words_of_an_evaluation_are_kept_and_stale_ones_told(
    drafted: Evaluation, baker: SimpleNamespace
) -> None:
    seen = drafted.version
    actions.write_evaluation(
        by=baker.by, evaluation=drafted, summary="Godt", lessons=["Kaffe først", " "],
        cost_dkk=100, hours={"civil": 10, "public": None, "moon": 4}, seen=seen,
    )  # fmt: skip
    drafted.refresh_from_db()
    assert (drafted.lessons, drafted.hours) == (["Kaffe først"], {"civil": 10})
    with pytest.raises(Conflict):
        actions.write_evaluation(by=baker.by, evaluation=drafted, summary="x", seen=seen)


@pytest.mark.parametrize("role", STRANGERS)
def test_others_write_no_evaluation(request: Any, drafted: Evaluation, role: str) -> None:
    with pytest.raises(NotAllowed):
        actions.write_evaluation(by=the(request, role), evaluation=drafted, summary="x")


def test_others_work_no_later_figures_out(
    request: Any, drafted: Evaluation, outsider: Principal
) -> None:
    for role in STRANGERS:
        with pytest.raises(NotAllowed):
            actions.evaluate_later(by=the(request, role), evaluation=drafted)
    with pytest.raises(NotFound):
        actions.evaluate_later(by=outsider, evaluation=drafted)


# --- added value -------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [*STRANGERS, "facilitator", "secretariat"])
def test_only_a_party_itself_tells_what_it_got(
    request: Any, drafted: Evaluation, baker: Any, shelter: Any, role: str
) -> None:
    value = AddedValue.objects.get(actor=baker.actor)
    for by in (the(request, role), shelter.by):
        with pytest.raises(NotAllowed):
            actions.tell_value(by=by, value=value, got="Alt")


def test_a_value_needs_words_and_a_rating_from_1_to_5(
    drafted: Evaluation, baker: Any, outsider: Principal
) -> None:
    value = AddedValue.objects.get(actor=baker.actor)
    with pytest.raises(Invalid):
        actions.tell_value(by=baker.by, value=value, got=" ")
    with pytest.raises(Invalid):
        actions.tell_value(by=baker.by, value=value, got="Alt", rating=6)
    with pytest.raises(NotFound):
        actions.tell_value(by=outsider, value=value, got="Alt")


# --- the verdict -------------------------------------------------------------------------------
def test_asking_the_council_moves_the_challenge_and_puts_it_on_the_agenda(
    proposed: Evaluation,
) -> None:
    challenge = proposed.pilot.challenge
    challenge.refresh_from_db()
    assert (challenge.step, proposed.status) == (Step.EVALUATED, "proposed")
    item = AgendaItem.objects.get()
    assert (item.kind, item.subject_id, item.pk) == ("verdict", proposed.pk, proposed.item_id)
    assert item.title == "Hvad nu med “Morgenbordet”?"
    assert item.title_en == "What next with “Morgenbordet”?"
    assert "6 personer" in item.text


def test_the_council_is_asked_once_and_not_before_the_end(
    drafted: Evaluation, proposed: Evaluation, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.propose_verdict(by=facilitator, evaluation=proposed)
    with pytest.raises(Conflict):
        actions.evaluate(by=facilitator, pilot=proposed.pilot)
    assert AgendaItem.objects.count() == 1


def test_a_pilot_that_goes_on_has_no_verdict(drafted: Evaluation, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        actions.propose_verdict(by=facilitator, evaluation=drafted)


def test_an_item_that_was_withdrawn_can_be_proposed_again(
    proposed: Evaluation, facilitator: Principal
) -> None:
    AgendaItem.objects.update(state="withdrawn")
    item = actions.propose_verdict(by=facilitator, evaluation=proposed)
    assert item.state == "open"


@pytest.mark.parametrize("role", STRANGERS)
def test_others_ask_and_adopt_nothing(
    request: Any, drafted: Evaluation, pilot: Pilot, role: str, facilitator: Principal
) -> None:
    end_pilot(by=facilitator, pilot=pilot)
    for act in (actions.propose_verdict, actions.adopt_verdict):
        with pytest.raises(NotAllowed):
            act(by=the(request, role), evaluation=drafted)


def test_an_outsider_finds_no_evaluation(drafted: Evaluation, outsider: Principal) -> None:
    for act in (actions.propose_verdict, actions.adopt_verdict, actions.write_evaluation):
        with pytest.raises(NotFound):
            act(by=outsider, evaluation=drafted)


def decided(evaluation: Evaluation, outcome: str, *, is_public: bool = True) -> Decision:
    decision = council_actions.decide(
        by=system(evaluation.council), item=AgendaItem.objects.get(), text="Fordi", outcome=outcome
    )
    Decision.objects.update(is_public=is_public)
    return decision


@pytest.mark.parametrize("outcome", ["spread", "adapt", "stop"])
def test_the_verdict_is_taken_over_as_the_council_said_it(
    proposed: Evaluation, facilitator: Principal, outcome: str
) -> None:
    decided(proposed, outcome)
    adopted = actions.adopt_verdict(by=facilitator, evaluation=proposed)
    assert (adopted.verdict, adopted.verdict_reason, adopted.status) == (
        outcome, "Fordi", "decided",
    )  # fmt: skip
    entry = timeline(adopted.pilot.challenge)[0]
    assert (
        entry.title
        == {
            "spread": "Rådet: Giv det videre",
            "adapt": "Rådet: Lav det om, og prøv igen",
            "stop": "Rådet: Stop",
        }[outcome]
    )
    with pytest.raises(Conflict):
        actions.adopt_verdict(by=facilitator, evaluation=adopted)


def test_no_verdict_before_the_council_has_decided_and_told(
    proposed: Evaluation, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.adopt_verdict(by=facilitator, evaluation=proposed)
    decided(proposed, "stop", is_public=False)
    with pytest.raises(Conflict):
        actions.adopt_verdict(by=facilitator, evaluation=proposed)
    assert queries.published_decision(proposed) is None


def test_what_a_party_got_stands_once_the_council_has_decided(
    proposed: Evaluation, facilitator: Principal, baker: Any
) -> None:
    decided(proposed, "spread")
    actions.adopt_verdict(by=facilitator, evaluation=proposed)
    with pytest.raises(Conflict):
        actions.tell_value(by=baker.by, value=AddedValue.objects.get(actor=baker.actor), got="Mere")


# --- what is kept ------------------------------------------------------------------------------
def test_answers_and_codes_are_declared_and_fall_due(drafted: Evaluation) -> None:
    rules = {one.model: one for one in DECLARATIONS if one.model in {Answer, Code}}
    assert set(rules) == {Answer, Code}
    soon, later = timezone.now() - timedelta(days=365), timezone.now() + timedelta(days=1)
    for rule in rules.values():
        assert rule.due is not None
        assert rule.due(soon).count() == 0
        assert rule.due(later).count() > 0
