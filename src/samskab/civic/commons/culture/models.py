from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, Versioned


class Survey(Versioned, CouncilRow):
    """The questions of one year.

    While people answer, `counts` holds for each question how many gave each answer: first “I
    cannot say”, then from the lowest to the highest. Nowhere is there a row of what one person
    answered. When the survey is closed, `counts` is emptied, and `results` holds what all may
    see, for good.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    opened = models.DateTimeField(default=clock.now)
    until = models.DateField(_("last day to answer"))
    reminded = models.BooleanField(default=False)
    closed = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=list, blank=True)
    results = models.JSONField(default=dict, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["council", "year"], name="one_survey_a_year"),
            models.UniqueConstraint(
                fields=["council"],
                condition=models.Q(closed__isnull=True),
                name="one_open_survey",
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    @property
    def is_open(self) -> bool:
        """Until it is counted; sheets of paper come in after the last day too."""
        return self.closed is None

    @property
    def takes_answers(self) -> bool:
        return self.is_open and self.until >= clock.today()


class Answered(CouncilRow):
    """That somebody has answered, so that nobody does twice. Without a time, and thrown away
    when the survey is closed; what they answered is not here."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answered")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "user"], name="answered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}"
