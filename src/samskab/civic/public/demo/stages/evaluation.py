"""Measuring, evaluating, and what the council said."""

from __future__ import annotations

from typing import Any

from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.evaluation import actions, queries
from samskab.civic.journey.evaluation.models import Evaluation, Measure
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.public.demo.book import Book
from samskab.civic.public.demo.stages.pilots import reason_of


def load(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    """Measure and answers of the pilot; the evaluation too, when it has been made."""
    if measured := row["pilot"].get("measure"):
        _measured(book, row["pilot"], measured)
    if given := row.get("evaluation"):
        _evaluated(book, row, given)
    challenge.refresh_from_db()


def _measured(book: Book, given: dict[str, Any], measured: dict[str, Any]) -> None:
    pilot = book.get("pilot", given["id"])
    by = book.by("Facilitator")
    with book.on(given["start_day"], hour=9):
        measure = actions.add_measure(by=by, pilot=pilot, instrument_key=measured["instrument"])
        codes = actions.make_codes(by=by, pilot=pilot, number=len(measured["answers"]))
        _answered(book, pilot, measure, codes, measured, "before")
    if measured.get("after_open_day", given["end_day"]) <= 0:
        with book.on(given["end_day"], hour=18):
            _answered(book, pilot, measure, codes, measured, "after")


def _answered(
    book: Book,
    pilot: Pilot,
    measure: Measure,
    codes: list[str],
    measured: dict[str, Any],
    when: str,
) -> None:
    by = book.by("Facilitator")
    opened = actions.open_round(by=by, pilot=pilot, when=when)
    for typed, given in zip(codes, measured["answers"], strict=True):
        code = queries.by_code(book.council, typed)
        if code is not None and given[when] is not None:
            actions.answer(by=book.by(), code=code, measure=measure, items=given[when])
    actions.close_round(by=by, round=opened)


def _evaluated(book: Book, row: dict[str, Any], given: dict[str, Any]) -> None:
    pilot, by = book.get("pilot", row["pilot"]["id"]), book.by("Facilitator")
    with book.on(given["day"] - 7):
        evaluation = actions.evaluate(by=by, pilot=pilot)
        evaluation = actions.write_evaluation(
            by=by,
            evaluation=evaluation,
            summary=given["summary_da"],
            lessons=given["lessons_da"],
            participants=len(row["pilot"]["measure"]["answers"]),
            cost_dkk=given["cost_dkk"],
            hours=given["hours"],
        )
        _told(book, evaluation, given["added_value"])
    with book.on(given["day"]):
        reason = reason_of(row, "evaluated")
        item = actions.propose_verdict(by=by, evaluation=evaluation, reason=reason)
    evaluation.refresh_from_db()
    book.put("verdict item", row["id"], item)
    book.put("evaluation", row["id"], evaluation)


def _told(book: Book, evaluation: Evaluation, given: list[dict[str, Any]]) -> None:
    """Each party in its own words; only those that took part were asked."""
    asked = {value.actor_id: value for value in queries.values(evaluation)}
    for one in given:
        actor = book.get("actor", one["actor"])
        actions.tell_value(
            by=book.by(actor.name),
            value=asked[actor.pk],
            got=one["got"],
            rating=one["rating"],
        )


def verdict(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    """After the meeting: what the council decided, when it has decided and told."""
    if not row.get("verdict") or not book.has("evaluation", row["id"]):
        return
    evaluation = book.get("evaluation", row["id"])
    with book.on(row["verdict"]["day"], hour=18):
        adopted = actions.adopt_verdict(by=book.by("Facilitator"), evaluation=evaluation)
    book.put("evaluation", row["id"], adopted)
    challenge.refresh_from_db()
