"""The objects of OParl 1.1, built from what a visitor may read.

Everything goes through the same cut as the pages, so that a closed item has a number, says that
it is not public, and nothing more. Inside an object, `_of` is its kind and key, `_born` its own
time of birth where it has one, and `_also` what it stands for and does not say; `bare` takes
them out again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from samskab.civic.commons.council import queries
from samskab.civic.commons.council.models import Attendance, Meeting, Paper, Term
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

SCHEMA = "https://schema.oparl.org/1.1/"
KINDS = {
    "body": "Body",
    "organization": "Organization",
    "person": "Person",
    "membership": "Membership",
    "meeting": "Meeting",
    "agendaitem": "AgendaItem",
    "paper": "Paper",
    "consultation": "Consultation",
    "file": "File",
    "location": "Location",
    "legislativeterm": "LegislativeTerm",
}
LISTS = {
    "organization": "organization",
    "person": "person",
    "meeting": "meeting",
    "paper": "paper",
    "agendaItem": "agendaitem",
    "consultation": "consultation",
    "file": "file",
    "membership": "membership",
    "locationList": "location",
    "legislativeTermList": "legislativeterm",
}
STATES = {"planned": "terminiert", "invited": "eingeladen", "held": "durchgeführt"}

Object = dict[str, Any]
Key = tuple[str, str]


class Site:
    """The addresses of one council; without `root` they are the same for every host name."""

    def __init__(self, council: Council, root: str = "") -> None:
        self.council, self.root = council, root

    def url(self, name: str, *args: Any) -> str:
        with override(settings.LANGUAGE_CODE):  # one thing has one address, in every language
            return self.root + reverse(f"council:{name}", args=args)

    def id(self, kind: str, key: Any) -> str:
        return self.url("oparl_object", kind, key)

    def head(self, kind: str, key: Any, born: datetime | None = None) -> Object:
        return {
            "id": self.id(kind, key),
            "type": SCHEMA + KINDS[kind],
            "_of": (kind, str(key)),
            "_born": born,
        }


# --- what is told about ------------------------------------------------------------------------


@dataclass(frozen=True)
class Books:
    """Rows to tell of, with all they need; `last_days` holds the last whole day of each term
    that has ended."""

    terms: Sequence[Term]
    last_days: dict[int, date]
    meetings: Sequence[Meeting]
    agendas: dict[int, list[queries.ShownItem]]
    # Who was there, by the first term of each person.
    present: dict[int, list[int]]


def books(council: Council, meetings: Q | None = None) -> Books:
    """All that is told, or all people and some meetings. Six statements."""
    by = Principal(council)
    terms = list(Term.objects.filter(council=council).order_by("pk"))
    rows = queries.meetings(council).filter(meetings or Q()).select_related("council")
    found = list(rows.order_by("pk"))
    present = defaultdict[int, list[int]](list)
    noted = Attendance.objects.filter(meeting__in=[one for one in found if one.minutes_published])
    people = {term.pk: term.person_key for term in terms}
    for meeting, term in noted.order_by("pk").values_list("meeting", "term"):
        present[meeting].append(people[term])
    return Books(terms, _last_days(terms), found, queries.agendas(by, found), present)


def _last_days(terms: Sequence[Term]) -> dict[int, date]:
    """A term ends on the day on which the next may begin. Told like that, the two would overlap:
    so the first ends the day before, where it had begun by then."""
    begun = defaultdict[object, set[date]](set)
    for term in terms:
        for place in _places(term):
            begun[place].add(term.since or date.min)
    found = {}
    for term in terms:
        if term.until is not None:
            taken = any(term.until in begun[place] for place in _places(term))
            before = term.until - timedelta(days=1)
            too_short = term.since is not None and term.since > before
            found[term.pk] = before if taken and not too_short else term.until
    return found


def _places(term: Term) -> tuple[object, object]:
    """What a term may share with the one after it: the place at the table, or the person."""
    return ("seat", term.seat_id, term.is_substitute), ("person", term.person_key)


def meetings_of(kind: str, keys: Collection[str]) -> Q | None:
    """The meetings that these objects belong to."""
    plain = [int(key) for key in keys if key.isdecimal()]
    if kind in {"meeting", "location"}:
        return Q(pk__in=plain)
    if kind in {"agendaitem", "paper", "consultation"}:
        return Q(pk__in=queries.meetings_with(items=plain))
    if kind == "file":
        whole = [int(key[1:]) for key in keys if key[:1] == "m" and key[1:].isdecimal()]
        return Q(pk__in=queries.meetings_with(papers=plain)) | Q(pk__in=whole)
    return Q(pk__in=[])


def told(site: Site, of: Books) -> dict[Key, Object]:
    """Every object that these books hold."""
    return {one["_of"]: plain(one) for one in _told(site, of)}


def _told(site: Site, of: Books) -> Iterator[Object]:
    yield body(site)
    yield organization(site, of)
    for term in of.terms:
        yield membership(site, of, term)
        if term.person_id is None:
            yield person(site, of, term)
    for row in of.meetings:
        yield meeting(site, of, row)
        if row.place:
            yield location(site, row)
        if row.has_public_agenda:
            yield meeting_file(site, of, row)
        for one in of.agendas[row.pk]:
            yield agendaitem(site, row, one)
            if has_paper(one):
                yield paper(site, row, one)
                yield consultation(site, row, one)
                yield from (file(site, one, each) for each in one.papers)


# --- objects -----------------------------------------------------------------------------------


def system(site: Site) -> Object:
    return {
        "id": site.url("oparl"),
        "type": f"{SCHEMA}System",
        "oparlVersion": SCHEMA,
        "name": site.council.name,
        "body": site.url("oparl_list", "body"),
        "contactEmail": site.council.contact_email,
        "website": site.url("front"),
        "web": site.url("front"),
    }


def body(site: Site) -> Object:
    council = site.council
    return {
        **site.head("body", council.pk),
        "system": site.url("oparl"),
        "name": council.name,
        "shortName": council.slug,
        "website": site.url("front"),
        "web": site.url("front"),
        "contactEmail": council.contact_email,
        "legislativeTerm": [],
        **{name: site.url("oparl_list", kind) for name, kind in LISTS.items()},
    }


def organization(site: Site, of: Books) -> Object:
    return {
        **site.head("organization", site.council.pk),
        "body": site.id("body", site.council.pk),
        "name": site.council.name,
        "organizationType": "Gremium",
        "classification": "Beirat",
        "membership": [site.id("membership", term.pk) for term in of.terms],
        "meeting": site.url("oparl_list", "meeting"),
        "consultation": site.url("oparl_list", "consultation"),
        "web": site.url("members"),
    }


def person(site: Site, of: Books, first: Term) -> Object:
    terms = [term for term in of.terms if term.person_key == first.pk]
    last = terms[-1]
    return {
        **site.head("person", first.pk),
        "body": site.id("body", site.council.pk),
        "name": last.holder_name,
        "status": [part for part in (last.position, last.organisation) if part],
        "membership": [membership(site, of, term) for term in terms],
        "web": site.url("members"),
    }


def membership(site: Site, of: Books, term: Term) -> Object:
    return {
        **site.head("membership", term.pk),
        "person": site.id("person", term.person_key),
        "organization": site.id("organization", site.council.pk),
        "role": _("Substitute") if term.is_substitute else _("Member"),
        "votingRight": True,
        "startDate": term.since.isoformat() if term.since else None,
        "endDate": of.last_days[term.pk].isoformat() if term.until else None,
    }


def meeting(site: Site, of: Books, row: Meeting) -> Object:
    document = meeting_file(site, of, row) if row.has_public_agenda else None
    there = dict.fromkeys(of.present.get(row.pk, []))
    return {
        **site.head("meeting", row.pk),
        "name": row.shown_title,
        "meetingState": STATES.get(row.status, "terminiert"),
        "cancelled": row.status == Meeting.Status.CANCELLED,
        "start": time(row.starts_at),
        "end": time(row.ends_at),
        "location": location(site, row) if row.place else None,
        "organization": [site.id("organization", site.council.pk)],
        "participant": [site.id("person", one) for one in there],
        "invitation": None if row.minutes_published else document,
        "resultsProtocol": document if row.minutes_published else None,
        "agendaItem": [agendaitem(site, row, one) for one in of.agendas[row.pk]],
        "web": site.url("meeting", row.pk),
    }


def location(site: Site, row: Meeting) -> Object:
    return {
        **site.head("location", row.pk),
        "description": row.shown_place,
        "meetings": [site.id("meeting", row.pk)],
    }


def has_paper(one: queries.ShownItem) -> bool:
    return one.may_read and bool(one.papers)


def agendaitem(site: Site, of: Meeting, one: queries.ShownItem) -> Object:
    found = {
        **site.head("agendaitem", one.pk),
        "meeting": site.id("meeting", of.pk),
        "number": str(one.number),
        "order": one.number,
        "public": not one.is_closed,
    }
    if not one.may_read:
        return found | {"name": _("Closed item")}
    decision = one.decision
    return found | {
        "name": one.title,
        "consultation": site.id("consultation", one.pk) if has_paper(one) else None,
        "result": str(decision.get_outcome_display()) if decision else None,
        "resolutionText": decision.shown_text if decision else None,
        "auxiliaryFile": [file(site, one, paper) for paper in one.papers],
        "start": time(one.starts) if one.starts else None,
        "web": site.url("item", one.pk),
    }


def paper(site: Site, of: Meeting, one: queries.ShownItem) -> Object:
    """What was laid before the council on an item: its files together."""
    first, *others = one.papers
    return {
        **site.head("paper", one.pk, first.added),
        "body": site.id("body", site.council.pk),
        "name": one.title,
        "date": timezone.localtime(first.added).date().isoformat(),
        "paperType": one.kind,
        "mainFile": file(site, one, first),
        "auxiliaryFile": [file(site, one, other) for other in others],
        "consultation": [consultation(site, of, one)],
        "originatorOrganization": [site.id("organization", site.council.pk)],
        "web": site.url("item", one.pk),
    }


def consultation(site: Site, of: Meeting, one: queries.ShownItem) -> Object:
    """That the papers of an item are dealt with at a meeting."""
    return {
        **site.head("consultation", one.pk),
        "paper": site.id("paper", one.pk),
        "agendaItem": site.id("agendaitem", one.pk),
        "meeting": site.id("meeting", of.pk),
        "organization": [site.id("organization", site.council.pk)],
        "authoritative": one.for_decision,
        "role": one.kind,
    }


def file(site: Site, one: queries.ShownItem, row: Paper) -> Object:
    return {
        **site.head("file", row.pk, row.added),
        "name": row.title,
        "fileName": row.filename,
        "mimeType": row.kind,
        "size": row.size,
        "date": timezone.localtime(row.added).date().isoformat(),
        "accessUrl": site.url("oparl_data", row.pk),
        "downloadUrl": site.url("paper", row.pk),
        "paper": [site.id("paper", one.pk)],
        "agendaItem": [site.id("agendaitem", one.pk)],
    }


def meeting_file(site: Site, of: Books, row: Meeting) -> Object:
    """Agenda and papers, later the minutes, as one file; other words make it another file."""
    said = [[one.title, one.text, one.minutes] for one in of.agendas[row.pk]]
    return {
        **site.head("file", f"m{row.pk}"),
        "_also": [said, row.minutes if row.minutes_published else ""],
        "name": row.shown_title,
        "fileName": f"moede-{row.pk}.pdf",
        "mimeType": "application/pdf",
        "accessUrl": site.url("meeting_pdf", row.pk),
        "meeting": [site.id("meeting", row.pk)],
    }


def time(moment: datetime) -> str:
    return timezone.localtime(moment).replace(microsecond=0).isoformat()


MUST_BE_THERE = {"legislativeTerm"}


def plain(one: Object) -> Object:
    """Without what is empty: OParl leaves out what is not known."""
    return {
        key: _plain(inner)
        for key, inner in one.items()
        if key in MUST_BE_THERE or (inner is not None and inner != "" and inner != [])
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return plain(value)
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def inside(value: Any) -> Iterator[Object]:
    """An object and those in it."""
    if isinstance(value, dict):
        if "_of" in value:
            yield value
        for inner in value.values():
            yield from inside(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from inside(inner)


def bare(value: Any) -> Any:
    """As it is sent."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if not key.startswith("_")}
    return [bare(inner) for inner in value] if isinstance(value, list) else value
