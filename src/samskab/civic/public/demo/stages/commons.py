"""Words to sort by, organisations, their people, what they offer, what exists already."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from samskab.civic.commons.actors import actions as actors
from samskab.civic.commons.actors.queries import categories
from samskab.civic.commons.initiatives import actions as initiatives
from samskab.civic.foundation.accounts.actions import add_account, grant_role
from samskab.civic.public.demo.book import Book, read


def words(book: Book) -> None:
    actors.seed_words(by=book.by())
    for made in categories(book.council):
        book.put(made.kind, made.slug, made)
        book.put(f"{made.kind}:da", made.name_da, made)


def organisations(book: Book) -> None:
    for row in read("actors"):
        made = actors.register_actor(
            by=book.by(),
            sector=row["sector"],
            name=row["name"],
            about=row["text_da"],
            area=book.get("place", row.get("area")),
            is_example=row["example"],
        )
        book.put("actor", row["id"], made)


def people(book: Book) -> None:
    for row in read("people"):
        if row["council"] != book.council.slug:
            continue
        account = {"by": book.by(), "email": row["email"], "name": row["name_da"]}
        if row["role"] == "participant":
            add_account(**account)
        else:
            grant_role(role=row["role"], **account)
        if row["actor"]:
            actor = book.get("actor", row["actor"])
            actors.add_representative(by=book.by(), actor=actor, email=row["email"])


def offers(book: Book) -> None:
    for row in read("offers")["offers"]:
        amount = row.get("amount") or {}
        kind = row["kind_type"]
        made = actors.publish_offer(
            by=book.by(),
            actor=book.get("actor", row["actor"]),
            kind=kind,
            category=book.get(kind, row["kind"]),
            title=row["title_da"],
            quantity=_number(amount.get("quantity")),
            unit=_unit(amount),
            area=book.get("place", row.get("area")),
            conditions=row.get("conditions_da", ""),
            is_example=bool(row.get("example") or amount.get("example")),
        )
        book.put("offer", row["id"], made)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _unit(amount: dict[str, Any]) -> str:
    """“timer pr. uge”: the words of unit and period."""
    if not amount:
        return ""
    words = {row["slug"]: row["name_da"] for row in read("taxonomies")["units"]}
    periods = {row["slug"]: row["name_da"] for row in read("taxonomies")["periods"]}
    unit = words.get(amount["unit"], amount["unit"])
    period = amount.get("period")
    return f"{unit} {periods.get(period, period)}" if period else unit


def existing(book: Book) -> None:
    """The initiatives, as their public sources describe them."""
    by_name = {row["name"]: row["id"] for row in read("actors")}
    for row in read("initiatives"):
        made = initiatives.register_initiative(
            by=book.by(),
            slug=row["id"],
            actor=book.get("actor", by_name[row["organisation"]]),
            name=row["name"],
            text=row.get("text", ""),
            target_groups=_words(book, "target_group", row.get("target_groups", [])),
            activities=_words(book, "activity", row.get("activities", [])),
            areas=_words(book, "place", row.get("areas", [])),
            since=row.get("since"),
            funding_dkk=row.get("funding_dkk"),
            source=row["source"],
        )
        book.put("initiative", row["id"], made)
    initiatives.find_overlaps(by=book.by())


def _words(book: Book, kind: str, names: list[str]) -> list[Any]:
    return [book.get(f"{kind}:da", name) for name in names]
