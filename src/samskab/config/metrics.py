"""What a monitoring system reads at `/metrics`, in Prometheus' text format.

Everything is counted in the database at the moment that it is asked for, so that it is the same
whichever of several server processes answers. No figure is about a person. Off, as if there were
no such page, until a token is set; a bearer of the token reads, nobody else.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min, Model
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from samskab.civic.foundation.core.clock import now
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.catalogue.models import Source
from samskab.civic.public.news.models import Feed
from samskab.civic.public.search.models import IndexState


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        answer = HttpResponse("Send the header “Authorization: Bearer TOKEN”.\n", status=401)
        answer["WWW-Authenticate"] = "Bearer"
        answer["Content-Type"] = "text/plain; charset=utf-8"
        return answer
    registry = CollectorRegistry()
    registry.register(Installation())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Installation(Collector):
    """The figures of all councils together; eight statements."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield from _councils()
        yield from _queue("tasks", "Jobs of the worker", DBTaskResult, "status", "enqueued_at",
                          waiting="READY")  # fmt: skip
        yield from _queue("mail", "Mails in the outbox", Message, "state", "created",
                          waiting=Message.State.WAITING)  # fmt: skip
        for name, model in (("feeds", Feed), ("catalogues", Source)):
            number = model._default_manager.exclude(fault="").count()
            yield _one(f"{name}_failing", f"{name.capitalize()} that could not be read", number)
        if (age := _age_of_backup()) is not None:
            yield _one("backup_age_seconds", "Since the newest file in backups/", age)


def _councils() -> Iterator[GaugeMetricFamily]:
    ends = dict(Council.objects.order_by("slug").values_list("slug", "log_seq"))
    yield _one("councils", "Councils of this installation", len(ends))
    yield _by("log_entries", "Entries of the log", "council", ends)
    lags = IndexState.objects.annotate(lag=F("council__log_seq") - F("log_seq"))
    yield _by("search_lag_entries", "Entries of the log that search has not read yet", "council",
              dict(lags.order_by("pk").values_list("council__slug", "lag")))  # fmt: skip


def _queue(
    name: str, about: str, model: type[Model], state: str, since: str, *, waiting: str
) -> Iterator[GaugeMetricFamily]:
    rows = model._default_manager.order_by().values_list(state)
    counted: dict[str, float] = dict(rows.annotate(n=Count("pk")))
    yield _by(name, about, "state", {key.lower(): n for key, n in sorted(counted.items())})
    oldest: datetime | None = model._default_manager.filter(**{state: waiting}).aggregate(
        oldest=Min(since)
    )["oldest"]
    age = (now() - oldest).total_seconds() if oldest else 0
    yield _one(f"{name}_oldest_waiting_seconds", f"{about}: age of the oldest that waits", age)


def _age_of_backup() -> float | None:
    made = [file.stat().st_mtime for file in (Path(settings.DATA) / "backups").glob("*.zip")]
    return max(0.0, now().timestamp() - max(made)) if made else None


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"samskab_{name}", about, value=value)


def _by(name: str, about: str, label: str, values: dict[str, Any]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"samskab_{name}", about, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
