"""The recipe that came of a challenge, and the council that took it up and told how it went."""

from __future__ import annotations

from typing import Any

from samskab.civic.commons.actors.queries import resolve
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts import actions, queries
from samskab.civic.journey.concepts.models import Adoption, Concept
from samskab.civic.public.demo.book import Book, read


def load(book: Book, row: dict[str, Any], challenge: Challenge) -> None:
    """Written and published on the day of the file."""
    given = row["concept"]
    with book.on(given["day"]):
        concept = actions.write_concept(
            by=book.by("Sekretariatet"),
            challenge=challenge,
            title=given["name_da"],
            slug=given["id"],
            problem=given["problem_da"],
            for_whom=given["target_group_da"],
            core=given["core_da"],
            adaptable=given["adaptable_da"],
            steps=given["steps_da"],
            roles=given["roles_da"],
            pitfalls=given["pitfalls_da"],
            cost_dkk=given["cost_dkk"],
            cost_note=given["cost_note_da"],
            evidence_note=given["evidence_note_da"],
            target_groups=book.categories("target_group", given["target_groups"]),
            needs=[_need(book, one) for one in given["requirements"]],
        )
        version = concept.versions.get()
        concept = actions.publish_version(by=book.by("Sekretariatet"), version=version)
    book.put("concept", given["id"], concept)


def _need(book: Book, given: dict[str, Any]) -> dict[str, Any]:
    category = resolve(book.council, given["kind_type"], given["kind"])
    if category is None:
        raise KeyError(given["kind"])
    words = {one["slug"]: one["name_da"] for one in read("taxonomies")["units"]}
    periods = {one["slug"]: one["name_da"] for one in read("taxonomies")["periods"]}
    unit = f"{words.get(given['unit'], given['unit'])} {periods.get(given['period'], '')}".strip()
    return queries.need_values(
        category.name_da, category, float(given["amount"]), unit, given["must"]
    )


def adopted(nabo_book: Book, origin_book: Book, row: dict[str, Any]) -> None:
    """Another council brings it home, uses it and tells how it went."""
    given = row["adoption"]
    origin: Concept = origin_book.get("concept", given["concept"])
    by, changed = nabo_book.by("Sekretariatet"), "\n".join(given["changed_da"])
    with nabo_book.on(given["day"]):
        concept, _new = actions.fetch_elsewhere(
            by=by, council=origin.council.slug, slug=origin.slug
        )
        adoption = actions.adopt(
            by=by, concept=concept, changed=changed, core_kept=given["core_kept"]
        )
        actions.begin_use(by=by, adoption=adoption)
    nabo_book.put("concept", given["concept"], concept)
    nabo_book.put("adoption", given["id"], _told(nabo_book, adoption, given))


def _told(book: Book, adoption: Adoption, given: dict[str, Any]) -> Adoption:
    result = given["result"]
    with book.on(result["day"]):
        return actions.report_back(
            by=book.by("Sekretariatet"),
            adoption=adoption,
            note=result["note_da"],
            changed=adoption.changed,
            core_kept=given["core_kept"],
            instrument=result["instrument"],
            n=result["n"],
            estimate=result["estimate"],
            se=result["se"],
        )
