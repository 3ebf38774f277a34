"""The example data goes through the same actions, and stands where its files say."""

from __future__ import annotations

from typing import Any

import pytest

from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.actions import advance
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.coalitions import queries
from samskab.civic.journey.coalitions.models import Agreement, Need, Part
from samskab.civic.public.demo.book import Book, read
from samskab.civic.public.demo.stages import challenges, coalitions, commons

ROWS = [row for row in read("challenges") if row.get("needs")]


@pytest.fixture
def book(council: Council) -> Book:
    book = Book(council)
    commons.words(book)
    commons.organisations(book)
    commons.offers(book)
    for row in ROWS:
        _walk(book, row)
    return book


def _walk(book: Book, row: dict[str, Any]) -> None:
    challenge = challenges.raised(book, row)
    challenge = challenges.screened(book, row, challenge)
    challenge = challenges.opened(book, row, challenge)
    for step in (Step.EXPLORING, Step.FRAMED):
        advance(by=book.by("Facilitator"), challenge=challenge, to=step)
    coalitions.load(book, row, challenge)
    assert challenge.step == Step.GATHERING


def test_the_example_stands_where_its_files_say(book: Book) -> None:
    assert Need.objects.count() == sum(len(row["needs"]) for row in ROWS)
    for row in ROWS:
        proposal = book.get("proposal", row["coalition"]["id"])
        assert proposal.status == {"proposed": "asked"}.get(row["coalition"]["status"], "accepted")
        answers = {a["actor"]: a["answer"] for a in row["coalition"]["answers"]}
        for name, answer in answers.items():
            actor = book.get("actor", name)
            statuses = set(
                Part.objects.filter(proposal=proposal, actor=actor).values_list("status")
            )
            assert statuses == {("open" if answer == "pending" else answer,)}
    signed = [row["agreement"]["id"] for row in ROWS if row.get("agreement")]
    assert {book.get("agreement", key).status for key in signed} == {"signed"}
    assert Agreement.objects.count() == len(signed)


def test_no_example_promises_more_than_there_is(book: Book) -> None:
    offers = {part.offer for part in Part.objects.select_related("offer")}
    promised = queries.promised([offer.pk for offer in offers])
    assert promised
    assert all(promised.get(o.pk, 0) <= o.quantity for o in offers if o.quantity is not None)


def test_what_happened_has_its_day(book: Book) -> None:
    agreement = book.get("agreement", "sen-a1")
    assert (agreement.signed_at - book.today).days in {-341, -340}
    lacking = queries.parts_of(book.get("proposal", "fri-k1"))
    table = queries.table(book.get("challenge", "plads-paa-holdet"), lacking)
    shown = queries.shown(book.get("proposal", "fri-k1"), lacking, table)
    assert [need.title for need, _amount in shown.missing] == ["Et varmt bad hos klubben"]
    assert len(shown.waiting) == 2
    assert shown.problems == []
