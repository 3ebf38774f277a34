from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow


class Topic(models.TextChoices):
    NEWS = "news", _("News")
    CHALLENGES = "challenges", _("Challenges")
    MEETINGS = "meetings", _("Meetings and decisions")
    CONCEPTS = "concepts", _("Concepts")


class Rhythm(models.TextChoices):
    DAY = "day", _("Every day")
    WEEK = "week", _("Every week")


class Subscription(CouncilRow):
    """An address that wants mail. It gets none but the one to confirm, before it is confirmed."""

    email = models.EmailField(_("e-mail"))
    topics = models.JSONField(_("what about"), default=list)
    rhythm = models.CharField(
        _("how often"), max_length=4, choices=Rhythm.choices, default=Rhythm.WEEK
    )
    language = models.CharField(max_length=2, default="da")
    created = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # What happened up to here has been told, or was there before.
    told_until = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "email"], name="one_subscription_each")
        ]
        indexes = [
            models.Index(
                fields=["rhythm", "told_until"],
                condition=models.Q(confirmed_at__isnull=False),
                name="subscription_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.pk}"
