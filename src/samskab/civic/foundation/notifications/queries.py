from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.notifications.models import TRIES, Message

# A worker that claimed a message and died is taken over from after this long.
LEASE = timedelta(minutes=15)


def outbox(council: Council) -> QuerySet[Message]:
    return Message.objects.filter(council=council)


def free(now: datetime) -> Q:
    """Waiting, and in nobody's hands."""
    unclaimed = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - LEASE)
    return Q(state=Message.State.WAITING, tries__lt=TRIES) & unclaimed


def due(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(free(now), next_try__lte=now).order_by("next_try")


def abandoned(now: datetime) -> QuerySet[Message]:
    """Those whose last try ended with the worker."""
    waiting = Message.objects.filter(state=Message.State.WAITING, tries__gte=TRIES)
    return waiting.filter(claimed_at__lt=now - LEASE)
