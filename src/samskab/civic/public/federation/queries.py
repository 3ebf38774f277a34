from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from django.db.models import F, Q, QuerySet

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.federation import keys
from samskab.civic.public.federation.models import ActorKey, Delivery, Follower
from samskab.civic.public.news.models import NewsItem
from samskab.civic.public.news.queries import news


def key_of(council: Council) -> tuple[rsa.RSAPrivateKey, str] | None:
    """Both halves of a council's key, when it has one."""
    row = ActorKey.objects.filter(council=council).first()
    return (keys.unseal(row.sealed, str(council.pk)), row.public) if row else None


def posts(council: Council, number: int = 20) -> list[NewsItem]:
    """The newest news, as the outbox shows it; examples are nobody's news."""
    rows = news(council).filter(is_example=False).select_related("council")
    return list(rows.order_by("-published_at", "-pk")[:number])


def to_tell() -> QuerySet[NewsItem]:
    """News that other servers have not been told of as it is now."""
    said = Q(announced_at__isnull=False, is_example=False)
    fresh = Q(told__isnull=True, withdrawn_at__isnull=True)
    changed = Q(told__is_gone=False) & (
        Q(edited_at__gt=F("told__at")) | Q(withdrawn_at__gt=F("told__at"))
    )
    rows = NewsItem.objects.filter(said & (fresh | changed))
    return rows.select_related("council", "told").order_by("published_at", "pk")


def inboxes(council: Council) -> list[str]:
    """Where a message to all goes: one for each server that shares one."""
    rows = Follower.objects.filter(council=council).values_list("inbox", "shared_inbox")
    return sorted({shared or own for own, shared in rows.iterator()})


def due(now: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(next_at__lte=now).order_by("next_at", "pk")


def waiting(council: Council, number: int = 20) -> list[Delivery]:
    """What has failed so far, for the secretariat."""
    rows = Delivery.objects.filter(council=council).exclude(fault="")
    return list(rows.order_by("next_at", "pk")[:number])
