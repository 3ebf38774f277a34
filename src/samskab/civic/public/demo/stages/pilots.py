"""Pilots: what is tried, how it is thought to work, milestones, risks and journal."""

from __future__ import annotations

from datetime import date
from typing import Any

from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.pilots import actions
from samskab.civic.journey.pilots.models import STAGES, Pilot
from samskab.civic.public.demo.book import Book


def load(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    given = row["pilot"]
    by = book.by("Facilitator")
    with book.on(given["start_day"], hour=8):
        pilot = actions.start_pilot(
            by=by,
            challenge=challenge,
            title=given["title"],
            text=_text(given),
            starts=_date(book, given["start_day"]),
            ends=_date(book, given["end_day"]),
            people=given["people"],
            volunteers=given["plan"]["volunteers"],
            articles=[book.get("article", key) for key in given["knowledge"]],
            reason=reason_of(row, "piloting"),
            is_example=True,
        )
        _thought_out(book, given, pilot)
        _planned(book, given, pilot)
        _risks(book, given, pilot)
    book.put("pilot", given["id"], pilot)
    _carried_out(book, given, pilot)
    challenge.refresh_from_db()


def reason_of(row: dict[str, Any], state: str) -> str:
    """Why a challenge took a step, as the files say."""
    return next((step["reason_da"] for step in row["steps"] if step["state"] == state), "")


def _date(book: Book, day: int) -> date:
    return book.moment(day).date()


def _text(given: dict[str, Any]) -> str:
    said = given["theory"]["activities"]
    return " ".join(text if text[-1] in ".?!" else f"{text}." for text in said)


def _thought_out(book: Book, given: dict[str, Any], pilot: Pilot) -> None:
    theory = given["theory"]
    on_arrows: dict[str, list[str]] = {}
    for assumption in theory.get("assumptions", []):
        on_arrows.setdefault(assumption["from"], []).append(assumption["text"])
    actions.edit_theory(
        by=book.by("Facilitator"),
        pilot=pilot,
        stages={key: _list(theory[key]) for key in STAGES},
        assumptions=on_arrows,
    )


def _list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _planned(book: Book, given: dict[str, Any], pilot: Pilot) -> None:
    plan = given["plan"]
    actions.set_plan(
        by=book.by("Facilitator"),
        pilot=pilot,
        title=pilot.title,
        text=pilot.text,
        starts=pilot.starts,
        ends=pilot.ends,
        people=pilot.people,
        volunteers=pilot.volunteers,
        budget=[(line["post"], line["amount"]) for line in plan["budget_dkk"]],
        articles=pilot.articles.all(),
    )
    for part in plan.get("crew", []):
        actions.add_crew(
            by=book.by("Facilitator"),
            pilot=pilot,
            role=part["role"],
            actor=book.get("actor", part["actor"]) if part.get("actor") else None,
            people=part["people"],
            hours=part.get("hours"),
        )
    for milestone in plan["milestones"]:
        made = actions.add_milestone(
            by=book.by("Facilitator"),
            pilot=pilot,
            title=milestone["title"],
            due=_date(book, milestone["day"]),
            owner=book.get("actor", milestone["owner"]),
        )
        book.put("milestone", f"{given['id']}:{milestone['title']}", made)


def _risks(book: Book, given: dict[str, Any], pilot: Pilot) -> None:
    for risk in given["risks"]:
        owner = book.get("actor", risk["owner"])
        made = actions.add_risk(by=book.by(owner.name), pilot=pilot, text=risk["text"], owner=owner)
        for key in risk["accepted_by"]:
            actor = book.get("actor", key)
            actions.accept_risk(by=book.by(actor.name), risk=made, actor=actor)


def _carried_out(book: Book, given: dict[str, Any], pilot: Pilot) -> None:
    """What was reached and told, day by day, and the end when it lies behind us."""
    for milestone in given["plan"]["milestones"]:
        if milestone["done"]:
            made = book.get("milestone", f"{given['id']}:{milestone['title']}")
            with book.on(milestone["day"], hour=15):
                actions.reach_milestone(by=book.by(made.owner.name), milestone=made)
    for entry in given["journal"]:
        with book.on(entry["day"], hour=16):
            actions.write_journal(by=book.by(entry["by"]), pilot=pilot, text=entry["text"])
    if given["end_day"] <= 0:
        with book.on(given["end_day"], hour=17):
            actions.end_pilot(by=book.by("Facilitator"), pilot=pilot)
