"""What others may read of us, as signed data: who we are, and what is new since a number.

The number is that of the council's log at which something changed. Entries are written under the
log's lock, so none can turn up later behind a number that was told already.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.text import Truncator

from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.concepts import package, signing
from samskab.civic.journey.concepts.models import Adoption, Concept
from samskab.civic.journey.concepts.queries import stopped

FORMAT, INTRODUCTION, FORMAT_VERSION = "samskab-catalogue", "samskab-installation", 1
ENTRIES, STOPPED = 500, 100

Data = dict[str, Any]


def introduction(council: Council) -> Data:
    """Who answers at this address, with which key, and how that key came about. Signed, so that
    nobody shows a key that they do not have."""
    key = signing.own()
    return signing.sealed(
        {
            "format": INTRODUCTION,
            "format_version": FORMAT_VERSION,
            "council": {"slug": council.slug, "name": council.name},
            "key": key.public,
            "changes": list(key.changes),
        }
    )


def feed(council: Council, since: int) -> Data:
    """At most ENTRIES changes after `since`, unsigned. A handful of statements, whatever the
    size of the catalogue."""
    concepts = _changed(Concept.objects.filter(origin_slug="", is_public=True), council, since)
    adoptions = _changed(Adoption.objects.all(), council, since)
    concepts = concepts.select_related("current")
    adoptions = adoptions.select_related("concept__publisher", "used", "council")
    rows = sorted(
        [*concepts[: ENTRIES + 1], *adoptions[: ENTRIES + 1]], key=lambda row: row.sequence
    )
    shown, more = list(islice(rows, ENTRIES)), len(rows) > ENTRIES
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "council": {"slug": council.slug, "name": council.name},
        "since": since,
        "sequence": shown[-1].sequence if shown else _last(council),
        "more": more,
        "concepts": [_concept(row) for row in shown if isinstance(row, Concept)],
        "adoptions": [
            {"sequence": row.sequence, "told": package.told(row)}
            for row in shown
            if isinstance(row, Adoption)
        ],
        "stopped": [] if more else [_stopped(row) for row in stopped(council, STOPPED)],
    }


def etag(data: Data) -> str:
    """The same for the same content under the same key."""
    text = signing.canonical([data, signing.own().public])
    return f'"{hashlib.sha256(text).hexdigest()[:40]}"'


def _changed(rows: Any, council: Council, since: int) -> Any:
    return rows.filter(council=council, sequence__gt=since).order_by("sequence", "pk")


def _last(council: Council) -> int:
    public = Concept.objects.filter(council=council, origin_slug="", is_public=True)
    adopted = Adoption.objects.filter(council=council)
    lasts = [rows.aggregate(last=Max("sequence"))["last"] for rows in (public, adopted)]
    return max(one or 0 for one in lasts)


def _concept(row: Concept) -> Data:
    version = row.current
    return {
        "sequence": row.sequence,
        "slug": row.slug,
        "version": version.number if version else 1,
        "title": row.title,
        "for_whom": row.for_whom,
        "gist": row.gist,
        "level": row.level,
        "target_groups": version.target_slugs[:30] if version else [],
        "published_on": timezone.localdate(row.published_at).isoformat(),
        "example": row.is_example,
    }


def _stopped(row: Any) -> Data:
    """A verdict that others can learn from: without names, as the challenge's page shows it."""
    short = [Truncator(" ".join(str(text).split())).chars(300) for text in row.lessons]
    return {
        "slug": f"pilot-{row.pilot_id}",
        "title": row.pilot.title,
        "reason": Truncator(" ".join(row.verdict_reason.split())).chars(300),
        "lessons": short[:10],
        "decided_on": timezone.localdate(row.decided_at or timezone.now()).isoformat(),
        "example": row.pilot.is_example,
    }
