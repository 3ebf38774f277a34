"""Council information as other systems read it: OParl 1.1 (https://oparl.org).

Whoever asks is a visitor: everything goes through the same cut as the pages, so that a closed
item has a number, says that it is not public, and nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import Model, QuerySet
from django.http import Http404, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from samskab.civic.commons.council import queries
from samskab.civic.commons.council.models import AgendaItem, Meeting, Paper, Term
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.http import CivicRequest, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.core.principal import Principal

SCHEMA = "https://schema.oparl.org/1.1/"
Object = dict[str, Any]
READS = {"limit": 600, "seconds": 60}
SIZE = 20
STATES = {"planned": "terminiert", "invited": "eingeladen", "held": "durchgeführt"}


def answer(data: Any, status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    return response


class Site:
    """The addresses of one answer, and who asks."""

    def __init__(self, request: CivicRequest) -> None:
        throttle(request, "oparl", **READS)
        self.request, self.council = request, request.council
        self.by = Principal(request.council)

    def url(self, name: str, *args: Any) -> str:
        with override(settings.LANGUAGE_CODE):  # one thing has one address, in every language
            path = reverse(f"council:{name}", args=args)
        return self.request.build_absolute_uri(path)

    def id(self, kind: str, key: Any) -> str:
        return self.url("oparl_object", kind, key)

    def head(self, kind: str, key: Any) -> Object:
        return {"id": self.id(kind, key), "type": SCHEMA + KINDS[kind]}


KINDS = {
    "body": "Body",
    "organization": "Organization",
    "person": "Person",
    "membership": "Membership",
    "meeting": "Meeting",
    "agendaitem": "AgendaItem",
    "paper": "Paper",
    "file": "File",
    "location": "Location",
    "legislativeterm": "LegislativeTerm",
    "consultation": "Consultation",
}


# --- objects -----------------------------------------------------------------------------------


def system(site: Site) -> Object:
    return {
        "id": site.url("oparl"),
        "type": f"{SCHEMA}System",
        "oparlVersion": SCHEMA,
        "name": site.council.name,
        "body": site.url("oparl_list", "body"),
        "contactEmail": site.council.contact_email or None,
        "website": site.url("front"),
        "web": site.url("front"),
    }


def body(site: Site) -> Object:
    council = site.council
    lists = {
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
    return {
        **site.head("body", council.pk),
        "system": site.url("oparl"),
        "name": council.name,
        "shortName": council.slug,
        "website": site.url("front"),
        "web": site.url("front"),
        "contactEmail": council.contact_email or None,
        "legislativeTerm": [],
        **{name: site.url("oparl_list", kind) for name, kind in lists.items()},
    }


def organization(site: Site) -> Object:
    terms = Term.objects.filter(council=site.council).order_by("pk")
    return {
        **site.head("organization", site.council.pk),
        "body": site.id("body", site.council.pk),
        "name": site.council.name,
        "organizationType": "Gremium",
        "classification": "Beirat",
        "membership": [site.id("membership", key) for key in terms.values_list("pk", flat=True)],
        "meeting": site.url("oparl_list", "meeting"),
        "web": site.url("members"),
    }


def person(site: Site, term: Term) -> Object:
    return {
        **site.head("person", term.pk),
        "body": site.id("body", site.council.pk),
        "name": term.holder_name,
        "status": [part for part in (term.position, term.organisation) if part],
        "membership": [membership(site, term)],
        "web": site.url("members"),
    }


def membership(site: Site, term: Term) -> Object:
    return {
        **site.head("membership", term.pk),
        "person": site.id("person", term.pk),
        "organization": site.id("organization", site.council.pk),
        "role": _("Substitute") if term.is_substitute else _("Member"),
        "votingRight": True,
        "startDate": term.since.isoformat() if term.since else None,
        "endDate": term.until.isoformat() if term.until else None,
    }


def meeting(site: Site, row: Meeting) -> Object:
    document = meeting_file(site, row) if row.has_public_agenda else None
    public = queries.may_read_minutes(site.by, row)
    present = queries.attendances(row) if public else []
    return {
        **site.head("meeting", row.pk),
        "name": row.shown_title,
        "meetingState": STATES.get(row.status, "terminiert"),
        "cancelled": row.status == Meeting.Status.CANCELLED,
        "start": _time(row.starts_at),
        "end": _time(row.ends_at),
        "location": location(site, row),
        "organization": [site.id("organization", site.council.pk)],
        "participant": [site.id("person", one.term_id) for one in present],
        "invitation": document if not public else None,
        "resultsProtocol": document if public else None,
        "agendaItem": [_item(site, row, one) for one in queries.agenda(site.by, row)],
        "modified": _time(row.changed),
        "web": site.url("meeting", row.pk),
    }


def location(site: Site, row: Meeting) -> Object | None:
    if not row.shown_place:
        return None
    return {**site.head("location", row.pk), "description": row.shown_place}


def _item(site: Site, of: Meeting, one: queries.ShownItem) -> Object:
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
        "result": str(decision.get_outcome_display()) if decision else None,
        "resolutionText": decision.shown_text if decision else None,
        "auxiliaryFile": [file(site, paper) for paper in one.papers],
        "start": _time(one.starts) if one.starts else None,
        "web": site.url("item", one.pk),
    }


def agendaitem(site: Site, row: AgendaItem) -> Object:
    of = cast(Meeting, row.meeting)
    shown = next(one for one in queries.agenda(site.by, of) if one.pk == row.pk)
    return _item(site, of, shown)


def paper(site: Site, row: Paper) -> Object:
    return {
        **site.head("paper", row.pk),
        "body": site.id("body", site.council.pk),
        "name": row.title,
        "date": timezone.localtime(row.added).date().isoformat(),
        "mainFile": file(site, row),
        "created": _time(row.added),
        "modified": _time(row.added),
        "web": site.url("item", row.item_id),
    }


def file(site: Site, row: Paper) -> Object:
    return {
        **site.head("file", row.pk),
        "name": row.title,
        "fileName": row.filename,
        "mimeType": row.kind,
        "size": row.size,
        "date": timezone.localtime(row.added).date().isoformat(),
        "accessUrl": site.url("paper", row.pk),
        "downloadUrl": site.url("paper", row.pk),
        "paper": [site.id("paper", row.pk)],
        "agendaItem": [site.id("agendaitem", row.item_id)],
        "created": _time(row.added),
        "modified": _time(row.added),
    }


def meeting_file(site: Site, row: Meeting) -> Object:
    return {
        **site.head("file", f"m{row.pk}"),
        "name": row.shown_title,
        "fileName": f"moede-{row.pk}.pdf",
        "mimeType": "application/pdf",
        "accessUrl": site.url("meeting_pdf", row.pk),
        "meeting": [site.id("meeting", row.pk)],
        "modified": _time(row.changed),
    }


def _time(moment: datetime) -> str:
    return timezone.localtime(moment).replace(microsecond=0).isoformat()


def plain(value: Any) -> Any:
    """Without what is empty: OParl leaves out what is not known."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items() if inner is not None}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


# --- which there are ---------------------------------------------------------------------------


def _terms(site: Site) -> QuerySet[Term]:
    return Term.objects.filter(council=site.council)


def _meetings(site: Site) -> QuerySet[Meeting]:
    return queries.meetings(site.council).select_related("council")


def _items(site: Site) -> QuerySet[AgendaItem]:
    """Items that stand on a public agenda: closed ones too, cut as everywhere."""
    return queries.items(site.council).filter(meeting__status__in=["invited", "held"])


def _papers(site: Site) -> QuerySet[Paper]:
    rows = Paper.objects.filter(council=site.council, item__is_closed=False)
    return rows.filter(item__meeting__status__in=["invited", "held"]).exclude(
        item__state=AgendaItem.State.WITHDRAWN
    )


def _places(site: Site) -> QuerySet[Meeting]:
    return _meetings(site).exclude(place="")


# Of each kind: the rows, how one is told, and the times that a list can be narrowed by.
ROWS: dict[str, tuple[Callable[[Site], QuerySet[Any]], Callable[[Site, Any], Any], str]] = {
    "person": (_terms, person, ""),
    "membership": (_terms, membership, ""),
    "meeting": (_meetings, meeting, "changed"),
    "agendaitem": (_items, agendaitem, "created"),
    "paper": (_papers, paper, "added"),
    "file": (_papers, file, "added"),
    "location": (_places, location, "changed"),
}
SINGLE: dict[str, Callable[[Site], Object]] = {"body": body, "organization": organization}
FILTERS = {"since": "gte", "until": "lte"}


@require_safe
def show_system(request: CivicRequest) -> JsonResponse:
    return answer(plain(system(Site(request))))


@require_safe
def show_list(request: CivicRequest, kind: str) -> JsonResponse:
    site = Site(request)
    if kind in SINGLE:
        return answer(_listed(request, [SINGLE[kind](site)], ""))
    if kind not in ROWS:
        return answer(_listed(request, [], "")) if kind in KINDS else _missing()
    rows, told, moment = ROWS[kind]
    try:
        narrowed = _narrowed(request, rows(site), moment)
    except Invalid as error:
        return answer({"error": str(error.message)}, status=400)
    found = page(request, narrowed, order="pk", size=SIZE)
    return answer(_listed(request, [told(site, row) for row in found.rows], found.next_query))


def _narrowed(request: CivicRequest, rows: QuerySet[Any], moment: str) -> QuerySet[Any]:
    for name in ("created", "modified"):
        for suffix, lookup in FILTERS.items():
            given = request.GET.get(f"{name}_{suffix}")
            if not given:
                continue
            try:  # a plus sign in an address is read as a space
                at = parse_datetime(re.sub(r" (?=\d\d:\d\d$)", "+", given))
            except ValueError:
                at = None
            if at is None or timezone.is_naive(at):
                raise Invalid(_("Give a date and time with its zone, as in RFC 3339."))
            if moment:
                rows = rows.filter(**{f"{moment}__{lookup}": at})
    return rows


def _listed(request: CivicRequest, found: list[Any], following: str) -> Object:
    links = {"self": request.build_absolute_uri()}
    if following:
        links["next"] = request.build_absolute_uri(f"{request.path}?{following}")
    return {"data": plain(found), "pagination": {"elementsPerPage": SIZE}, "links": links}


@require_safe
def show_object(request: CivicRequest, kind: str, key: str) -> JsonResponse:
    site = Site(request)
    if kind in SINGLE and key == str(site.council.pk):
        return answer(plain(SINGLE[kind](site)))
    if kind == "file" and key.startswith("m"):
        row = _row(_meetings(site).filter(status__in=["invited", "held"]), key[1:])
        return answer(plain(meeting_file(site, row))) if row else _missing()
    if kind not in ROWS:
        return _missing()
    rows, told, _moment = ROWS[kind]
    row = _row(rows(site), key)
    return answer(plain(told(site, row))) if row is not None else _missing()


def _row(rows: QuerySet[Any], key: str) -> Any:
    found: Model | None = rows.filter(pk=int(key)).first() if key.isdecimal() else None
    return found


def _missing() -> JsonResponse:
    raise Http404
