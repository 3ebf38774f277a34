from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, Versioned


class Keyed(models.Model):
    """A row that also has a key in somebody's own register, so that a file can bring it again."""

    external_key = models.CharField(_("own key"), max_length=80, blank=True, default="")

    class Meta:
        abstract = True


class Upload(Versioned, CouncilRow):
    """A table that somebody has handed in, until it is taken in or thrown away.

    `table` holds its rows, packed (`tables.pack`); it is emptied when the import is done.
    `columns` says which of the headings fills which of our columns; `report` is what came of
    looking at every row.
    """

    class State(models.TextChoices):
        MATCHING = "matching", _("Columns to be matched")
        CHECKED = "checked", _("Looked through")
        BUSY = "busy", _("Being worked on")
        DONE = "done", _("Taken in")

    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=8, choices=State.choices, default=State.MATCHING)
    file_name = models.CharField(_("name of the file"), max_length=200)
    sheet_name = models.CharField(max_length=80, blank=True)
    reading = models.CharField(max_length=20)
    headings = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(default=0)
    table = models.BinaryField(default=bytes)
    report = models.JSONField(default=dict)
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["council", "kind", "-id"], name="upload_newest")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def ready(self) -> bool:
        """Every row can be taken in, and there is something to take in."""
        found = self.report
        return self.state == self.State.CHECKED and not found["wrong"] and self.has_news

    @property
    def has_news(self) -> bool:
        return bool(self.report.get("new") or self.report.get("changed"))
