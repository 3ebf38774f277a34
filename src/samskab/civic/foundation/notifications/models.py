from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.models import CouncilRow

TRIES = 6


class Message(CouncilRow):
    """One mail to one person. Its text is kept until it is sent, and not longer."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    to = models.EmailField(_("e-mail"))
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    kind = models.CharField(_("kind"), max_length=60)
    calendar = models.TextField(_("calendar file"), blank=True)
    unsubscribe = models.CharField(_("address to unsubscribe"), max_length=400, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.WAITING
    )
    created = models.DateTimeField(_("written"), auto_now_add=True)
    next_try = models.DateTimeField(_("next try"))
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    last_error = models.CharField(_("last error"), max_length=120, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["council", "-created", "-id"], name="message_list"),
            models.Index(
                fields=["next_try"], condition=models.Q(state="waiting"), name="message_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="message_sent_has_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def masked(self) -> str:
        """The address as the list shows it."""
        name, _at, host = self.to.partition("@")
        return f"{name[:1]}…@{host}" if host else ""
