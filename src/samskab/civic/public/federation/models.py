from __future__ import annotations

from django.db import models

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, DigestField, DigestsField
from samskab.civic.public.news.models import NewsItem


class ActorKey(CouncilRow):
    """The key that a council signs with. The secret half is encrypted (see `keys`)."""

    sealed = models.BinaryField()
    public = DigestField(max_length=1000)
    created = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council"], name="federation_key_once")]

    def __str__(self) -> str:
        return str(self.council_id)


class Follower(CouncilRow):
    """Somebody on another server who gets the news there."""

    actor = DigestField(max_length=500)
    inbox = DigestField(max_length=500)
    shared_inbox = DigestField(max_length=500, blank=True)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "actor"], name="federation_follower_once")
        ]
        indexes = [models.Index(fields=["council", "-since", "-id"], name="federation_followers")]

    def __str__(self) -> str:
        return self.actor


class Told(CouncilRow):
    """What other servers have been told of a piece of news: its words by digest, and when."""

    item = models.OneToOneField(NewsItem, on_delete=models.CASCADE, related_name="told")
    digest = DigestField(max_length=64)
    at = models.DateTimeField(default=clock.now)
    is_gone = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.item_id)


class Delivery(CouncilRow):
    """One message to one inbox, tried again until it arrives or is given up."""

    inbox = DigestField(max_length=500)
    message = DigestsField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=clock.now)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["next_at", "pk"]
        indexes = [
            models.Index(fields=["next_at"], name="federation_due"),
            models.Index(fields=["council", "next_at"], name="federation_waiting"),
        ]

    def __str__(self) -> str:
        return self.inbox
