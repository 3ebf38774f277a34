"""The directory as Open Referral's Human Services Data Specification, version 3.0.

Organisations are actors but single people; services are initiatives and what the actors offer;
locations are the places that we sort by. Contact persons are private and are left out.
Source of the rules: the specification's repository `openreferral/specification`, branch 3.0,
folder `schema`; `hsds.schema.json` beside this file holds those that we use, in our own words.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from samskab.civic.commons.actors.models import Actor, Category, Offer, Sector
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.commons.initiatives.queries import complete
from samskab.civic.foundation.core.models import Council

VERSION = "3.0"
PROFILE = "https://docs.openreferral.org/en/3.0/hsds/schema_reference.html"
CHUNK = 500
_LOW = (1 << 56) - 1
Json = dict[str, Any]


# --- identifiers -------------------------------------------------------------------------------
def identifier(council: Council, kind: str, key: int) -> str:
    """A UUID (RFC 9562, version 8) that stays the same and from which the key can be read."""
    head = hashlib.sha256(f"samskab:{council.slug}:{kind}".encode()).digest()[:8]
    raw = bytearray(head + (key & _LOW).to_bytes(8, "big"))
    raw[6] = (raw[6] & 0x0F) | 0x80
    raw[8] = 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def key_of(council: Council, kind: str, text: str) -> int | None:
    """The key in an identifier of ours; None for any other."""
    try:
        key = int.from_bytes(uuid.UUID(text).bytes[8:], "big") & _LOW
    except ValueError:
        return None
    return key if identifier(council, kind, key) == str(uuid.UUID(text)) else None


# --- what is given -----------------------------------------------------------------------------
def organisations(council: Council) -> QuerySet[Actor]:
    rows = Actor.objects.filter(council=council).exclude(sector=Sector.CITIZEN)
    return rows.select_related("area").order_by("pk")


def initiatives(council: Council) -> QuerySet[Initiative]:
    rows = complete().filter(council=council).exclude(actor__sector=Sector.CITIZEN)
    return rows.select_related("actor__area").order_by("pk")


def offers(council: Council) -> QuerySet[Offer]:
    rows = Offer.objects.filter(council=council, active=True)
    rows = rows.exclude(actor__sector=Sector.CITIZEN)
    return rows.select_related("actor__area", "category", "area").order_by("pk")


def places(council: Council) -> QuerySet[Category]:
    kind = Category.Kind.PLACE
    return Category.objects.filter(council=council, kind=kind, merged_into=None).order_by("pk")


def terms(council: Council) -> QuerySet[Category]:
    rows = Category.objects.filter(council=council, merged_into=None)
    return rows.exclude(kind=Category.Kind.PLACE).order_by("pk")


@dataclass
class Writer:
    """Rows as HSDS objects; `absolute` makes an address whole."""

    council: Council
    absolute: Callable[[str], str]
    _written: dict[Any, Json] = field(default_factory=dict)

    def id(self, kind: str, key: int) -> str:
        return identifier(self.council, kind, key)

    def organisation(self, actor: Actor) -> Json:
        own = self.id("organization", actor.pk)
        found: Json = {
            "id": own,
            "name": actor.name,
            "description": actor.about or actor.name,
            "website": actor.website,
            "uri": self.absolute(reverse("actors:detail", args=[actor.pk])),
            "legal_status": str(Sector(actor.sector).value),
        }
        if actor.cvr:
            found["organization_identifiers"] = [
                {
                    "id": self.id("organization_identifier", actor.pk),
                    "organization_id": own,
                    "identifier_scheme": "DK-CVR",
                    "identifier_type": "CVR",
                    "identifier": actor.cvr,
                }
            ]
        if actor.area:
            found["locations"] = [self.location(actor.area)]
        return _filled(found)

    def initiative(self, row: Initiative) -> Json:
        own = self.id("initiative", row.pk)
        words = [*row.target_groups.all(), *row.activities.all()]
        return _filled(
            {
                **self._service(own, row.actor, row.name, row.text, list(row.areas.all()), words),
                "url": self.absolute(reverse("initiatives:detail", args=[row.pk])),
                "status": "defunct" if row.has_ended else "active",
                "eligibility_description": row.for_whom,
                "assured_date": row.confirmed_on.isoformat(),
            }
        )

    def offer(self, row: Offer) -> Json:
        own = self.id("offer", row.pk)
        areas = [row.area] if row.area else []
        text = f"{row.amount} {row.unit}".strip()
        about = "\n\n".join(part for part in (row.text, text) if part)
        return _filled(
            {
                **self._service(own, row.actor, row.title, about, areas, [row.category]),
                "url": self.absolute(reverse("actors:offer", args=[row.pk])),
                "status": "active",
                "application_process": row.conditions,
                "assured_date": row.confirmed_on.isoformat(),
            }
        )

    def _service(
        self,
        own: str,
        actor: Actor,
        name: str,
        about: str,
        areas: list[Category],
        words: list[Category],
    ) -> Json:
        return {
            "id": own,
            "organization_id": self.id("organization", actor.pk),
            "name": name,
            "description": about,
            "organization": self.organisation(actor),
            "service_areas": [
                {"id": _tie(own, "area", area.pk), "service_id": own, "name": area.name_da}
                for area in areas
            ],
            "service_at_locations": [
                {
                    "id": _tie(own, "location", area.pk),
                    "service_id": own,
                    "location_id": self.id("location", area.pk),
                    "location": self.location(area),
                }
                for area in areas
            ],
            "attributes": [
                {
                    "id": _tie(own, "term", word.pk),
                    "link_id": own,
                    "link_entity": "service",
                    "link_type": word.kind,
                    "taxonomy_term_id": self.id("taxonomy_term", word.pk),
                    "taxonomy_term": self.term(word),
                }
                for word in words
            ],
        }

    def location(self, place: Category) -> Json:
        return _filled(
            {
                "id": self.id("location", place.pk),
                "location_type": "physical",
                "name": place.name_da,
                "alternate_name": place.name_en if place.name_en != place.name_da else "",
                "external_identifier": place.slug,
                "external_identifier_type": "samskab",
            }
        )

    def term(self, word: Category) -> Json:
        return _filled(
            {
                "id": self.id("taxonomy_term", word.pk),
                "code": f"{word.kind}:{word.slug}",
                "name": word.name_da,
                "description": word.name_en or word.name_da,
                "parent_id": self.id("taxonomy_term", word.parent_id) if word.parent_id else "",
                "taxonomy_id": self.taxonomy(word.kind)["id"],
                "taxonomy": self.taxonomy(word.kind)["name"],
                "language": "dan",
            }
        )

    def taxonomy(self, kind: str) -> Json:
        label = str(Category.Kind(kind).label)
        number = list(Category.Kind).index(Category.Kind(kind)) + 1
        return {
            "id": self.id("taxonomy", number),
            "name": label,
            "description": label,
            "version": VERSION,
        }

    def taxonomies(self) -> list[Json]:
        return [self.taxonomy(kind) for kind in Category.Kind if kind != Category.Kind.PLACE]

    def whole(self) -> Iterator[str]:
        """Everything as one JSON document, written as it is read: constant memory."""
        council = self.council
        parts: list[tuple[str, Iterator[Json]]] = [
            ("organizations", map(self.organisation, _read(organisations(council)))),
            ("services", self.services()),
            ("locations", map(self.location, _read(places(council)))),
            ("taxonomies", iter(self.taxonomies())),
            ("taxonomy_terms", map(self.term, _read(terms(council)))),
        ]
        yield "{" + f'"version": "{VERSION}", "profile": "{PROFILE}"'
        for name, rows in parts:
            yield f',\n"{name}": ['
            for number, row in enumerate(rows):
                yield (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
            yield "]"
        yield "}\n"

    def services(self) -> Iterator[Json]:
        yield from map(self.initiative, _read(initiatives(self.council)))
        yield from map(self.offer, _read(offers(self.council)))


def _read(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=CHUNK)


def _tie(own: str, what: str, key: int) -> str:
    return str(uuid.uuid5(uuid.UUID(own), f"{what}:{key}"))


def _filled(values: Json) -> Json:
    """HSDS leaves out what is not known."""
    return {name: value for name, value in values.items() if value not in ("", None, [])}
