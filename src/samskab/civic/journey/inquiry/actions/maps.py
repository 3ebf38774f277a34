"""The map, drawn in the background."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.inquiry import queries
from samskab.civic.journey.inquiry.models import (
    Inquiry,
    StoredMap,
)
from samskab.civic.journey.inquiry.reading import drawn
from samskab.engine import opinion

if TYPE_CHECKING:
    from samskab.engine.opinion import Id

LOST = 100
"""After so many votes without a map a new one is asked for, in case a worker lost the first."""


def ask_for_map(inquiry: Inquiry) -> None:
    """Has the map drawn after this vote: at once when all is quiet, and less often when it is
    busy, so that the maps of one inquiry take a tenth of a worker's time at most."""
    newest = inquiry.maps.order_by("-pk").values_list("computed_at", "seconds").first()
    earliest = newest and newest[0] + timedelta(seconds=opinion.rest(newest[1]))
    job: Any = recompute_map
    if earliest and earliest > timezone.now() and job.get_backend().supports_defer:
        job = job.using(run_after=earliest)
    transaction.on_commit(partial(job.enqueue, inquiry.pk, True))


def enqueue_map(inquiry: Inquiry) -> None:
    transaction.on_commit(partial(recompute_map.enqueue, inquiry.pk))


@action("inquiry.facilitate", on="inquiry")
def request_map(*, by: Principal, inquiry: Inquiry) -> Inquiry:
    """Has the map computed now, in the background."""
    record(by, "inquiry.request_map", inquiry)
    enqueue_map(inquiry)
    return inquiry


@task()
def recompute_map(inquiry_id: int, only_new: bool = False) -> int | None:
    """Draws the map from the votes as they are now; the key of the stored map.

    With `only_new`, nothing is done when no vote came since the newest one was begun: several
    may have been asked for while the first one waited.
    """
    inquiry = Inquiry.objects.filter(pk=inquiry_id).select_related("council").first()
    if inquiry is None:
        return None
    # Before the votes are read: one that comes later asks for the next map.
    new = Inquiry.objects.filter(pk=inquiry_id, unmapped__gt=0).update(unmapped=0)
    if only_new and not new:
        newest = inquiry.maps.order_by("-pk").first()
        return newest and int(newest.pk)
    return draw_map(inquiry).pk


def draw_map(inquiry: Inquiry) -> StoredMap:
    """Computes and stores the map. Of each day the last one is kept, as history."""
    begun = monotonic()
    votes, fingerprint = queries.votes_with_digest(inquiry)
    before = inquiry.maps.order_by("-pk").first()
    previous: dict[Id, int | None] = {
        int(key): place[2] for key, place in (before.places.items() if before else ())
    }
    # Computed outside the transaction: nobody's vote waits for it.
    data, places = drawn(opinion.map_opinions(votes, previous=previous))
    data["digest"] = fingerprint
    with transaction.atomic():
        now = clock.now()
        stored: StoredMap = StoredMap.objects.create(
            council=inquiry.council,
            inquiry=inquiry,
            computed_at=now,
            n_votes=votes.n_votes,
            n_people=votes.shape[0],
            seconds=monotonic() - begun,
            data=data,
            places=places,
        )
        older = inquiry.maps.filter(pk__lt=stored.pk, computed_at__date=timezone.localdate(now))
        older.delete()
        by = system(inquiry.council)
        record(by, "inquiry.recompute_map", inquiry, votes=votes.n_votes, digest=fingerprint)
    return stored
