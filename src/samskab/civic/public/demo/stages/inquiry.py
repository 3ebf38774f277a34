"""Finding the core: statements, votes, causes, framings and the answers of the parties."""

from __future__ import annotations

import hashlib
from random import Random
from typing import Any

from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.queries import joined
from samskab.civic.journey.inquiry import actions
from samskab.civic.journey.inquiry.models import Framing, Inquiry, Statement
from samskab.civic.journey.inquiry.queries import Voter
from samskab.civic.public.demo.book import DATA, Book
from samskab.civic.public.demo.stages.challenges import day_of

PEOPLE, VOTES_EACH, DAYS = 20, 8, 9
ANSWERS = {"reservation": "yes_with_reservation"}


def load(book: Book, row: dict[str, Any], challenge: Challenge, *, votes: bool) -> Challenge:
    """Through exploring, and to framed when the files say that the description stands."""
    given = row.get("import")
    day = day_of(row, "exploring", row["screening"]["day"] + 7)
    with book.on(day):
        facts = {"statement_language": given["language"], "votes_open": False} if given else {}
        inquiry = actions.open_inquiry(
            by=book.by("Facilitator"), challenge=challenge, is_example=not given, **facts
        )
    if given:
        _real(book, inquiry, given, day)
    else:
        _statements(book, inquiry, row, day)
    _causes(book, inquiry, row, day)
    if votes and not given:
        _votes(book, inquiry, row["id"], day)
    standing = [_framing(book, inquiry, challenge, framing) for framing in row.get("framings", [])]
    if any(standing):
        with book.on(day_of(row, "framed", day + 30)):
            inquiry.refresh_from_db()
            actions.conclude_framing(by=book.by("Facilitator"), inquiry=inquiry)
    challenge.refresh_from_db()
    return challenge


def _real(book: Book, inquiry: Inquiry, given: dict[str, Any], day: int) -> None:
    folder = DATA / given["folder"]
    with book.on(day):
        actions.import_polis(
            by=book.by("Facilitator"),
            inquiry=inquiry,
            comments=folder / "comments.csv",
            votes=folder / "votes.csv",
            source_note=f"{given['label_da']}. {given['attribution_da']}",
            source_note_en=f"{given['label_en']}. {given['attribution_en']}",
            source_url=given["source_url"],
            licence=given["licence"],
        )


def _statements(book: Book, inquiry: Inquiry, row: dict[str, Any], day: int) -> None:
    with book.on(day):
        for given in row["statements"]:
            if given["seed"]:
                actions.seed_statements(
                    by=book.by(given["by"]), inquiry=inquiry, texts=[given["text"]],
                    name=given["by"],
                )  # fmt: skip
                continue
            statement = actions.propose_statement(
                by=book.by(given["by"]), inquiry=inquiry, text=given["text"], name=given["by"]
            )
            if statement.status == Statement.Status.WAITING:
                actions.moderate_statement(
                    by=book.by("Facilitator"), statement=statement, show=True
                )


def _causes(book: Book, inquiry: Inquiry, row: dict[str, Any], day: int) -> None:
    """The root of the drawn tree is the problem itself: its branches hang on the inquiry."""
    made: dict[str, Any] = {}
    with book.on(day + 3):
        for given in row.get("causes", []):
            if given["kind"] == "problem":
                continue
            made[given["id"]] = actions.propose_cause(
                by=book.by("Facilitator"),
                inquiry=inquiry,
                text=given["text"],
                kind=given["kind"],
                parent=made.get(given["parent"]),
            )


def _votes(book: Book, inquiry: Inquiry, name: str, day: int) -> None:
    """Made-up votes of two leanings, the same at every loading."""
    shown = list(inquiry.statements.filter(status=Statement.Status.SHOWN).order_by("pk"))
    chance = Random(name)  # noqa: S311 - example data, not secrets
    leaning = {statement.pk: chance.choice([-1, 1, 1]) for statement in shown}
    divides = {statement.pk: chance.random() < 0.4 for statement in shown}
    # Day by day, with a map now and then, so that there is something to look back on.
    for number in sorted(range(PEOPLE), key=lambda number: (number % DAYS, number)):
        session = hashlib.sha256(f"example:{name}:{number}".encode()).hexdigest()
        with book.on(day + 1 + number % DAYS):
            voter = Voter(session_digest=session)
            person = actions.enter(by=book.by("Borger"), inquiry=inquiry, voter=voter)
            for statement in chance.sample(shown, min(VOTES_EACH, len(shown))):
                turned = divides[statement.pk] and number % 2 == 1
                usual = leaning[statement.pk] * (-1 if turned else 1)
                value = chance.choices([usual, -usual, 0], [75, 10, 15])[0]
                actions.vote(
                    by=book.by("Borger"), statement=statement, participant=person, value=value
                )
            if number in {11, 14, 17}:  # the last to answer on the third, sixth and ninth day
                actions.draw_map(inquiry)


def _framing(
    book: Book, inquiry: Inquiry, challenge: Challenge, given: dict[str, Any]
) -> Framing | None:
    """One version with its answers; returned when it is the one that stands."""
    with book.on(given["day"]):
        framing = actions.propose_framing(
            by=book.by("Facilitator"), inquiry=inquiry, text=given["text"]
        )
    parties: dict[int, Party] = {party.actor_id: party for party in joined(challenge)}
    for answer in given.get("endorsements", []):
        actor = book.get("actor", answer["actor"])
        if actor.pk not in parties:
            continue
        with book.on(answer["day"]):
            actions.endorse(
                by=book.by(actor.name),
                party=parties[actor.pk],
                framing=framing,
                answer=ANSWERS.get(answer["answer"], answer["answer"]),
                reason=answer["reason"] or "",
            )
    return framing if given["status"] == "endorsed" else None
