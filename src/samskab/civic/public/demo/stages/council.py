"""What the council is, its seats, its four meetings; and what was decided at those held."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.models import AgendaItem, CouncilText, Meeting
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.demo.book import Book

SITE = "https://samskabelse.silkeborg.dk/"
KINDS = {"principles": "principle", "values": "value", "tasks": "task"}


def founded(book: Book, row: dict[str, Any]) -> None:
    _definition(book, row["definition"])
    for group, key in KINDS.items():
        given = row.get(group) or {"items": []}
        for order, item in enumerate(given["items"], start=1):
            actions.write_text(
                by=book.by(),
                key=key,
                order=order,
                heading=item["name_da"],
                heading_en=item["name_en"],
                text=item.get("text_da", ""),
                text_en=item.get("text_en", ""),
                source=given.get("source", ""),
                source_url=SITE if given.get("source") else "",
            )
    _seats(book, row["seats"]["items"])
    for theme in row["focus_themes"]:
        actions.set_theme(
            by=book.by(),
            title=theme["name_da"],
            title_en=theme["name_en"],
            text=theme["text_da"],
            text_en=theme["text_en"],
            source=theme.get("source", ""),
            is_example=theme["example"],
        )


def _definition(book: Book, given: dict[str, Any]) -> None:
    key = CouncilText.Key.DEFINITION
    actions.write_text(
        by=book.by(), key=key, order=1, text=given["summary_da"], text_en=given["summary_en"]
    )
    if quotation := given.get("quotation"):
        actions.write_text(
            by=book.by(),
            key=key,
            order=2,
            text=quotation["text"],
            text_en=quotation["translation_en"],
            source=quotation["attribution"],
            source_url=SITE,
            is_quotation=True,
        )


def _seats(book: Book, items: list[dict[str, Any]]) -> None:
    for item in items:
        seat = actions.add_seat(
            by=book.by(),
            sector=item["sector"],
            title=item["title_da"],
            title_en=item["title_en"],
            sector_assumed=item.get("sector_assumed", False),
            source=item.get("as_listed") or "",
            is_example=item.get("example", False),
        )
        if item["holder"]:
            position = ", ".join(part for part in (item["position"], item.get("also")) if part)
            actions.seat_person(
                by=book.by(),
                seat=seat,
                holder_name=item["holder"],
                organisation=item["organisation"],
                position=position,
            )


def planned(book: Book, row: dict[str, Any]) -> None:
    """The meetings of the year with the items that are not about a verdict."""
    for given in row["meetings"]:
        start, end = _times(book, given)
        with book.on(given["day"] - 40):
            meeting = actions.plan_meeting(
                by=book.by(),
                title=given["title_da"],
                title_en=given["title_en"],
                starts_at=start,
                ends_at=end,
                place=given["place_da"],
                place_en=given["place_en"],
                is_example=given["example"],
            )
        book.put("meeting", given["id"], meeting)


def _times(book: Book, given: dict[str, Any]) -> tuple[datetime, datetime]:
    hours = [tuple(map(int, given[name].split(":"))) for name in ("start", "end")]
    start, end = (book.moment(given["day"], hour, minute) for hour, minute in hours)
    return start, max(end, start + timedelta(minutes=30))


def agendas(book: Book, row: dict[str, Any]) -> None:
    """Puts the items on the meetings; verdicts have been put up by the evaluations."""
    for given in row["meetings"]:
        meeting: Meeting = book.get("meeting", given["id"])
        with book.on(given["day"] - 21):
            for item in given["agenda"]:
                _item(book, meeting, item)
            if given["state"] in {"called", "held"}:
                actions.publish_agenda(by=book.by(), meeting=meeting)


def _item(book: Book, meeting: Meeting, item: dict[str, Any]) -> None:
    by = book.by("Sekretariatet")
    challenge = item.get("challenge")
    if challenge and book.has("verdict item", challenge) and item["kind"] == "verdict":
        waiting = book.get("verdict item", challenge)
        made = actions.place_item(by=by, item=waiting, meeting=meeting)
    else:
        made = actions.put_on_agenda(
            by=by,
            title=item["title_da"],
            title_en=item["title_en"],
            text="",
            kind=item["kind"],
            subject=book.get("challenge", challenge) if challenge else None,
            url=book.path("challenge", challenge) if challenge else "",
            meeting=meeting,
            duration=item["minutes"],
            is_closed=item.get("closed", False),
            closed_reason=item.get("closed_reason_da", ""),
            is_example=True,
        )
    book.put("item", item["id"], made)


def held(book: Book, row: dict[str, Any]) -> None:
    """Runs the meetings that lie behind us: attendance, minutes, decisions, tasks."""
    for given in row["meetings"]:
        if given["state"] == "held":
            _hold(book, given)


def _hold(book: Book, given: dict[str, Any]) -> None:
    by, meeting = book.by("Sekretariatet"), book.get("meeting", given["id"])
    with book.on(given["day"], hour=16):
        actions.note_attendance(
            by=by, meeting=meeting, present=(), unnamed=given["attendance"]["present"]
        )
        for item in given["agenda"]:
            _deal_with(book, item)
        actions.close_meeting(by=by, meeting=meeting)
        for task in given.get("tasks", []):
            _task(book, meeting, task)
    with book.on(given["minutes_published_day"]):
        actions.publish_minutes(by=by, meeting=meeting)


def _deal_with(book: Book, item: dict[str, Any]) -> None:
    by, row = book.by("Sekretariatet"), book.get("item", item["id"])
    if "minutes_da" in item:
        actions.write_minutes(
            by=by, item=row, minutes=item["minutes_da"], minutes_en=item.get("minutes_en", "")
        )
    if given := item.get("on_paper"):
        _vote_on_paper(by, row, given)
    if decision := item.get("decision"):
        ballot = decision.get("ballot") or {}
        made = actions.decide(
            by=by,
            item=row,
            text=decision["text_da"],
            text_en=decision.get("text_en", ""),
            outcome=decision.get("verdict", "adopted"),
            in_favour=ballot.get("yes"),
            against=ballot.get("no"),
            abstained=ballot.get("abstain"),
        )
        book.put("decision", item["id"], made)


def _vote_on_paper(by: Principal, row: AgendaItem, given: dict[str, Any]) -> None:
    """A ballot on slips: nobody real is made to have voted."""
    actions.open_ballot(
        by=by,
        item=row,
        method=given["method"],
        is_secret=given.get("secret", False),
        options=[(one["title"], one.get("cost")) for one in given["options"]],
        budget=given.get("budget"),
    )
    slips = [slip for slip in given["slips"] for _copy in range(slip["times"])]
    actions.count_slips(by=by, item=row, slips=[slip["says"] for slip in slips])


OWNERS = {"secretariat": "Sekretariatet", "member": "Et medlem", "facilitator": "Facilitatoren"}


def _task(book: Book, meeting: Meeting, given: dict[str, Any]) -> None:
    task = actions.give_task(
        by=book.by("Sekretariatet"),
        title=given["title_da"],
        title_en=given["title_en"],
        owner_name=OWNERS[given["owner_role"]],
        due=book.moment(given["due_day"]).date(),
        meeting=meeting,
        is_example=True,
    )
    if given["done"]:
        actions.finish_task(by=book.by("Sekretariatet"), task=task)
