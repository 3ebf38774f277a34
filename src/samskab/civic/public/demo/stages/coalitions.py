"""Needs, proposals with their answers, and agreements of the challenges that came so far."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Part
from samskab.civic.public.demo.book import Book, read
from samskab.civic.public.demo.stages.challenges import day_of

DEGREES = {
    "koordinering": Agreement.Degree.COORDINATION,
    "samarbejde": Agreement.Degree.COOPERATION,
    "samskabelse": Agreement.Degree.COCREATION,
}


def load(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    """From framed to a signed agreement, or as far as the files say."""
    challenge.refresh_from_db()
    day = day_of(row, "gathering", row["day"])
    if challenge.step == Step.FRAMED:
        reason = next(step["reason_da"] for step in row["steps"] if step["state"] == "gathering")
        with book.on(day):
            actions.open_gathering(by=book.by("Facilitator"), challenge=challenge, reason=reason)
        challenge.refresh_from_db()
    for given in row.get("needs") or []:
        with book.on(day, 11):
            _need(book, row, challenge, given)
    if row.get("coalition"):
        _coalition(book, row["coalition"], challenge)
    if row.get("agreement"):
        _agreement(book, row["coalition"]["id"], row["agreement"])
    challenge.refresh_from_db()


def _need(book: Book, row: dict[str, Any], challenge: Challenge, given: dict[str, Any]) -> None:
    made = actions.add_need(
        by=book.by("Facilitator"),
        challenge=challenge,
        category=book.get(given["kind_type"], given["kind"]),
        title=given["title"],
        amount=Decimal(str(given["amount"])),
        unit=_unit(given),
        must=given["must"],
        area=book.get("place", given.get("area")),
        is_example=row["example"],
    )
    book.put("need", given["id"], made)


def _unit(given: dict[str, Any]) -> str:
    """“timer om ugen”, written as in the offers."""
    words = read("taxonomies")
    units = {word["slug"]: word["name_da"] for word in words["units"]}
    periods = {word["slug"]: word["name_da"] for word in words["periods"]}
    return f"{units[given['unit']]} {periods[given['period']]}"


def _coalition(book: Book, given: dict[str, Any], challenge: Challenge) -> None:
    """Put together by hand, asked, and answered by those who have answered."""
    gains = {gain["actor"]: gain["text"] for gain in given.get("gains", [])}
    by = book.by("Facilitator")
    with book.on(given["day"]):
        proposal = actions.start_proposal(by=by, challenge=challenge)
        for supply in given["supplies"]:
            actions.add_part(
                by=by,
                proposal=proposal,
                need=book.get("need", supply["need"]),
                offer=book.get("offer", supply["offer"]),
                amount=Decimal(str(supply["amount"])),
                gain=gains.get(supply["actor"], ""),
            )
        proposal = actions.ask_parties(by=by, proposal=proposal)
    book.put("proposal", given["id"], proposal)
    for answer in given["answers"]:
        _answer(book, proposal, answer)
    proposal.refresh_from_db()


def _answer(book: Book, proposal: CoalitionProposal, given: dict[str, Any]) -> None:
    if given["answer"] == "pending":
        return
    actor, reason = book.get("actor", given["actor"]), given.get("reason") or ""
    with book.on(given["day"]):
        for part in Part.objects.filter(proposal=proposal, actor=actor):
            if given["answer"] == "accepted":
                actions.accept_part(by=book.by(actor.name), part=part, reason=reason)
            else:
                actions.decline_part(by=book.by(actor.name), part=part, reason=reason)


def _agreement(book: Book, coalition: str, given: dict[str, Any]) -> None:
    by = book.by("Facilitator")
    with book.on(given["day"]):
        agreement = actions.draft_agreement(by=by, proposal=book.get("proposal", coalition))
        agreement = actions.edit_agreement(
            by=by,
            agreement=agreement,
            purpose=given["purpose"],
            for_whom=agreement.for_whom,
            degree=DEGREES[given["degree"]],
            rights=given["rights"],
            duties=given["duties"],
            notice=given["notice"],
            roles={
                book.get("actor", role["actor"]).pk: (role["role"], role["tasks"])
                for role in given["roles"]
            },
        )
    for signed in given["signed"]:
        actor = book.get("actor", signed["actor"])
        signature = agreement.signatures.get(actor=actor)
        with book.on(signed["day"]):
            actions.sign(by=book.by(actor.name), signature=signature, name=actor.name)
    agreement.refresh_from_db()
    book.put("agreement", given["id"], agreement)
