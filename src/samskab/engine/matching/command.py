"""`samskab match`: needs and offers from two CSV files to proposals as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from samskab.engine.matching.fit import folded
from samskab.engine.matching.model import Amount, Need, Offer, Proposal
from samskab.engine.matching.words import explain
from samskab.engine.tables import (
    Row,
    TableError,
    read_table,
    refuse_repeats,
    write_json,
)

PERIOD_AND_AREA = ("start", "end", "area")


def main(argv: Sequence[str]) -> int:
    """Run `samskab match` with these arguments; 0 when it went well, 2 on input it refuses."""
    parser = _parser()
    try:
        asked = parser.parse_args(argv)
        if not asked.schema and (asked.needs is None or asked.offers is None):
            parser.error("missing: the files of needs and offers")
    except SystemExit as stopped:
        return int(stopped.code or 0)
    if asked.schema:
        schema = files(__package__).joinpath("proposals.schema.json")
        print(schema.read_text(encoding="utf-8").rstrip())
        return 0
    try:
        needs = read_needs(asked.needs, read_places(asked.places) if asked.places else {})
        offers = read_offers(asked.offers)
        write_json(asked.json, _answer(needs, offers, asked))
    except TableError as error:
        print(f"samskab match: {error}", file=sys.stderr)
        return 2
    return 0


def read_places(path: Path) -> dict[str, str]:
    """Each place's larger place, from a CSV file with `area,part_of`; names are folded.

    Raises TableError on a place that is listed twice or lies within itself. O(rows × depth).
    """
    rows = read_table(path, ("area", "part_of"))
    larger: dict[str, str] = {}
    for row in rows:
        place, around = folded(row.text("area")), folded(row.text("part_of"))
        if place in larger:
            raise row.error("area", f"'{row.text('area')[:40]}' is listed twice")
        # Looked at before it is added, so that there is never a circle to walk in.
        if place in (around, *_around(around, larger)):
            raise row.error("part_of", f"'{row.text('area')[:40]}' would lie within itself")
        larger[place] = around
    return larger


def _around(place: str, larger: Mapping[str, str]) -> tuple[str, ...]:
    """The larger places that this one lies in, the nearest first."""
    found: list[str] = []
    while place in larger:
        place = larger[place]
        found.append(place)
    return tuple(found)


def read_needs(path: Path, larger: Mapping[str, str] | None = None) -> list[Need]:
    """Needs from a CSV file with `need,kind,amount,must` and perhaps `start,end,area`.

    `larger` tells each place's larger place, as `read_places` does. Raises TableError with row
    and column on anything that is not as it should be. O(rows).
    """
    rows = read_table(path, ("need", "kind", "amount", "must"), PERIOD_AND_AREA)
    refuse_repeats(rows, "need")
    return [
        Need(
            row.text("need"),
            row.text("kind"),
            row.above_zero("amount"),
            _must(row),
            *_where(row),
            within=_around(folded(row.cells.get("area")), larger or {}),
        )
        for row in rows
    ]


def read_offers(path: Path) -> list[Offer]:
    """Offers from a CSV file with `offer,actor,kind,capacity` and perhaps `start,end,area`.

    Raises TableError with row and column on anything that is not as it should be. O(rows).
    """
    rows = read_table(path, ("offer", "actor", "kind", "capacity"), PERIOD_AND_AREA)
    refuse_repeats(rows, "offer")
    return [
        Offer(
            row.text("offer"),
            row.text("actor"),
            row.text("kind"),
            row.above_zero("capacity"),
            *_where(row),
        )
        for row in rows
    ]


def as_json(proposal: Proposal, sentences: Sequence[str]) -> dict[str, Any]:
    """A proposal as the documented JSON: amounts are numbers, `gap` is a share or null."""
    return {
        "supplies": [
            {
                "need": s.need,
                "offer": s.offer,
                "actor": s.actor,
                "amount": _number(s.amount),
            }
            for s in proposal.supplies
        ],
        "uncovered": [
            {"need": u.need, "missing": _number(u.missing), "must": u.must}
            for u in proposal.uncovered
        ],
        "actors": proposal.actors,
        "loads": [{"actor": load.actor, "share": load.share} for load in proposal.loads],
        "optimal": proposal.optimal,
        "gap": proposal.gap,
        "aim": proposal.aim,
        "sentences": list(sentences),
    }


def _answer(
    needs: Sequence[Need], offers: Sequence[Offer], asked: argparse.Namespace
) -> dict[str, Any]:
    from samskab.engine.matching.proposing import propose

    found = propose(
        needs, offers, time_limit=asked.time_limit, alternatives=asked.alternatives
    ).proposals
    return {"proposals": [as_json(p, explain(p, needs, offers, asked.language)) for p in found]}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="samskab match", description="Propose who can cover which needs together."
    )
    parser.add_argument(
        "needs", type=Path, nargs="?", help="CSV: need,kind,amount,must[,start,end,area]"
    )
    parser.add_argument(
        "offers", type=Path, nargs="?", help="CSV: offer,actor,kind,capacity[,start,end,area]"
    )
    parser.add_argument(
        "--places", type=Path, help="CSV: area,part_of; an offer for a place serves its parts"
    )
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the result")
    parser.add_argument("--json", type=Path, help="where to write; standard output if left out")
    parser.add_argument("--time-limit", type=_seconds, default=10.0, metavar="S", help="seconds")
    parser.add_argument("--alternatives", type=_count, default=3, help="how many proposals at most")
    parser.add_argument("--language", choices=("da", "en"), default="da", help="of the sentences")
    return parser


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("must be above 0 and at most 86400 seconds")
    return value


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= 20:
        raise argparse.ArgumentTypeError("must be a whole number from 1 to 20")
    return value


def _must(row: Row) -> bool:
    value = row.text("must")
    if value not in ("0", "1"):
        raise row.error("must", f"'{value[:40]}' is neither 1 (must) nor 0 (should)")
    return value == "1"


def _where(row: Row) -> tuple[date | None, date | None, str | None]:
    start, end = row.day("start"), row.day("end")
    if start and end and end < start:
        raise row.error("end", f"the period ends ({end}) before it starts ({start})")
    return start, end, row.cells.get("area") or None


def _number(amount: Amount) -> int | float:
    exact = Decimal(amount)
    return int(exact) if exact == int(exact) else float(exact)
