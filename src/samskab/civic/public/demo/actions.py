from __future__ import annotations

from typing import Any

from django.db import transaction

from samskab.civic.foundation.core.actions import found_council
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.journey import PATH
from samskab.civic.public.demo.book import Book, read
from samskab.civic.public.demo.stages import (
    challenges,
    coalitions,
    commons,
    concepts,
    evaluation,
    inquiry,
    pilots,
    public,
)
from samskab.civic.public.demo.stages import council as meetings


def load_example() -> bool:
    """Loads both councils of the data files, whole or not at all.

    False, and nothing changed, when the database has a council already.
    """
    if Council.objects.exists():
        return False
    with transaction.atomic():
        own, neighbour = (_council(row) for row in read("council"))
        for row in read("challenges"):
            if "adoption" in row:
                concepts.adopted(neighbour, own, row)
    return True


def _council(row: dict[str, Any]) -> Book:
    council = found_council(
        slug=row["id"],
        name=row["name_da"],
        hosts=row["hosts"],
        municipality=row["municipality"],
        municipality_code=row["municipality_code"] or "",
        purpose=row["summary_da"],
        purpose_en=row["summary_en"],
        contact_email="sekretariat@eksempel.dk",
        is_default=row["default"],
        is_example=row["example"],
    )
    book = Book(council)
    commons.words(book)
    if row["default"]:
        commons.organisations(book)
    meetings.founded(book, row)
    meetings.planned(book, row)
    walks = read("challenges") if row["default"] else []
    if row["default"]:
        commons.offers(book)
        commons.existing(book)
        public.knowledge(book)
    for walk in walks:
        _walk(book, walk)
    meetings.agendas(book, row)
    meetings.held(book, row)
    for walk in walks:
        _after_the_council(book, walk)
    public.news(book)
    if row["default"]:
        public.culture(book)
    commons.people(book)  # last, so that nobody gets a mail about what lies behind us
    return book


def _walk(book: Book, row: dict[str, Any]) -> None:
    """A challenge from raised to where the files say it stands."""
    challenge = challenges.raised(book, row)
    reached = _reached(row)
    if "screening" in row and reached >= 1:
        challenge = challenges.screened(book, row, challenge)
    if reached >= 2:
        challenge = challenges.opened(book, row, challenge)
    if reached >= 3:
        challenge = inquiry.load(book, row, challenge, votes=reached in {3, 4})
    if reached >= 5:
        coalitions.load(book, row, challenge)
    if reached >= 6:
        pilots.load(book, row, challenge)
        evaluation.load(book, row, challenge)


def _reached(row: dict[str, Any]) -> int:
    """How many steps of the path it takes; a closed one goes as far as it came."""
    states = [step["state"] for step in row["steps"]]
    on_path = [PATH.index(step) for step in PATH if step.value in states]
    reached = max(on_path)
    return max(reached, 1) if "screening" in row else reached


def _after_the_council(book: Book, row: dict[str, Any]) -> None:
    """What follows from what the council decided; and those that are closed by hand."""
    challenge = book.get("challenge", row["id"])
    challenge.refresh_from_db()
    evaluation.verdict(book, row, challenge)
    if "concept" in row:
        concepts.load(book, row, challenge)
    if row["state"] == "closed":
        challenges.closed(book, row, challenge)
