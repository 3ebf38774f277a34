"""The challenges themselves: raised, answered, opened, supported, joined, closed."""

from __future__ import annotations

import hashlib
from typing import Any

from samskab.civic.journey.challenges import actions
from samskab.civic.journey.challenges.journey import Closing
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.demo.book import Book


def raised(book: Book, row: dict[str, Any]) -> Challenge:
    behalf = row.get("on_behalf")
    with book.on(row["day"]):
        challenge, _token = actions.raise_challenge(
            by=book.by(row["raised_by"]),
            title=row["title"],
            what=row["what"].strip(),
            for_whom=row.get("for_whom", ""),
            where=row.get("where", ""),
            name=row["raised_by"],
            on_behalf=bool(behalf),
            on_behalf_consent=behalf["consent"] if behalf else "",
            target_groups=book.categories("target_group", row.get("target_groups", [])),
            life_areas=book.categories("life_area", row.get("life_areas", [])),
            is_example=row["example"],
        )
    book.put("challenge", row["id"], challenge)
    return challenge


def screened(book: Book, row: dict[str, Any], challenge: Challenge) -> Challenge:
    answer = row["screening"]
    fixed = answer.get("fixed") or []
    with book.on(answer["day"]):
        return actions.screen(
            by=book.by(answer["by"]),
            challenge=challenge,
            accepted=answer["answer"] == "accept",
            is_complex=bool(answer["complex"]),
            in_focus=bool(answer["within_focus"]),
            answer=answer["reason_da"],
            fixed_beforehand="\n".join(item["what_da"] for item in fixed),
            fixed_by=", ".join(dict.fromkeys(item["by_da"] for item in fixed)),
        )


def opened(book: Book, row: dict[str, Any], challenge: Challenge) -> Challenge:
    with book.on(day_of(row, "open", row["screening"]["day"] + 1)):
        challenge = actions.open_challenge(by=book.by("Sekretariatet"), challenge=challenge)
    _supported(book, row, challenge)
    for party in sorted(row.get("parties", []), key=lambda party: party["day"]):
        actor = book.get("actor", party["actor"])
        with book.on(party["day"]):
            if party["status"] == "joined":
                gain = _gain(row, party["actor"])
                actions.join(
                    by=book.by(actor.name), challenge=challenge, actor=actor, expected_gain=gain
                )
            else:
                actions.invite_party(by=book.by("Facilitator"), challenge=challenge, actor=actor)
    return challenge


def _gain(row: dict[str, Any], actor: str) -> str:
    gains = (row.get("coalition") or {}).get("gains", [])
    return next((gain["text"] for gain in gains if gain["actor"] == actor), "")


def _supported(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    visitor = book.by("Borger")
    for number in range(row.get("supporters", 0)):
        session = hashlib.sha256(f"example:{row['id']}:{number}".encode()).hexdigest()
        actions.support(by=visitor, challenge=challenge, session_digest=session)


def closed(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    """Closed by hand; one that was turned down at the screening is closed already."""
    challenge.refresh_from_db()
    if challenge.step == "closed":
        return
    given = row["closed"]
    merged = given.get("merged_into")
    with book.on(given["day"]):
        actions.move(
            by=book.by("Facilitator"),
            challenge=challenge,
            to="closed",
            reason=given["reason_da"],
            closing=Closing.MERGED if merged else Closing.SOLVED,
            merged_into=book.get("challenge", merged),
        )


def day_of(row: dict[str, Any], state: str, default: int) -> int:
    """The day on which a challenge reached a step."""
    return next((step["day"] for step in row["steps"] if step["state"] == state), default)
