from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Findable
from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.concepts.models import Level, Publisher
from samskab.civic.journey.concepts.signing import fingerprint


class Source(Versioned, Authored, CouncilRow):
    """A council on another installation whose catalogue we read.

    `address` is where its host is reached, without a path. `offered_key` is the key that was seen
    there; only when a person has compared it does it become the `publisher`'s. `sequence` is the
    last change that was read: what says less is older than what we know, and is refused.
    """

    class Status(models.TextChoices):
        NEW = "new", _("Waits for you to compare the key")
        ACTIVE = "active", _("We read it")
        CHANGED = "changed", _("Has another key: compare it")
        PAUSED = "paused", _("Paused")

    address = models.CharField(max_length=300)
    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.NEW)
    offered_key = DigestField(max_length=44)
    publisher = models.OneToOneField(
        Publisher, on_delete=models.PROTECT, null=True, blank=True, related_name="source"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    etag = DigestField(max_length=80, blank=True)
    pulled_at = models.DateTimeField(null=True, blank=True)
    next_pull = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["status", "next_pull"], name="source_due")]
        constraints = [
            models.UniqueConstraint(fields=["council", "address"], name="source_once"),
            models.CheckConstraint(
                condition=models.Q(status="new") ^ models.Q(publisher__isnull=False),
                name="source_known_when_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def offered_fingerprint(self) -> str:
        return fingerprint(self.offered_key)


class Listing(Findable, CouncilRow):
    """One line of another council's catalogue: a concept, or something that was stopped.

    `groups` holds the slugs of its target groups, each between spaces.
    """

    class Kind(models.TextChoices):
        CONCEPT = "concept", _("Concept")
        STOPPED = "stopped", _("Was tried and stopped")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="listings")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slug = models.CharField(max_length=60)
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=120)
    for_whom = models.CharField(max_length=300, blank=True)
    gist = models.CharField(max_length=300, blank=True)
    lessons = models.JSONField(default=list, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    groups = DigestField(max_length=2000, blank=True)
    day = models.DateField()
    sequence = models.PositiveBigIntegerField(default=0)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["council", "-day", "-id"], name="listing_by_day"),
            models.Index(fields=["council", "level", "-day", "-id"], name="listing_by_level"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "slug"], name="listing_once")
        ]

    def __str__(self) -> str:
        return self.title

    def finds(self) -> list[str]:
        return [self.title, self.for_whom, self.gist, *map(str, self.lessons), self.source.name]


class Follow(CouncilRow):
    """Somebody who wants to hear when a concept elsewhere has something new."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="follows")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "user"], name="listing_followed")]

    def __str__(self) -> str:
        return f"{self.listing_id}"
