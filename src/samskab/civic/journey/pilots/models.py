from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, Versioned
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Agreement

STAGES: tuple[str, ...] = (
    "problem",
    "resources",
    "activities",
    "outputs",
    "outcomes",
    "impact",
)

STAGE_NAMES: dict[str, Promise] = {
    "problem": _("Problem"),
    "resources": _("Resources"),
    "activities": _("Activities"),
    "outputs": _("What comes of it at once"),
    "outcomes": _("What changes for people"),
    "impact": _("What it leads to in the long run"),
}


@dataclass(frozen=True)
class Stage:
    """One box of the theory of change; `assumptions` stand on the arrow that leaves it."""

    key: str
    name: Promise
    items: list[str]
    assumptions: list[str]


class Pilot(Versioned, Authored, CouncilRow):
    """A solution that the parties of a signed agreement try out.

    The six fields of the theory of change are lists of short texts; `assumptions` maps a stage
    to the texts on the arrow that leaves it.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RUNNING = "running", _("Running")
        ENDED = "ended", _("Over")

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="pilots")
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="pilots")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what is tried"), max_length=2000, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.RUNNING)

    problem = models.JSONField(default=list, blank=True)
    resources = models.JSONField(default=list, blank=True)
    activities = models.JSONField(default=list, blank=True)
    outputs = models.JSONField(default=list, blank=True)
    outcomes = models.JSONField(default=list, blank=True)
    impact = models.JSONField(default=list, blank=True)
    assumptions = models.JSONField(default=dict, blank=True)

    starts = models.DateField(_("starts"))
    ends = models.DateField(_("ends"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people it is for"), null=True, blank=True)
    volunteers = models.PositiveIntegerField(_("volunteers"), null=True, blank=True)
    articles = models.ManyToManyField(Article, blank=True, related_name="pilots")
    end_note = models.TextField(_("how it ended"), max_length=2000, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-starts", "-pk"]
        indexes = [models.Index(fields=["council", "-starts", "-id"], name="pilot_by_start")]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge"],
                condition=~models.Q(status="ended"),
                name="one_pilot_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__gte=models.F("starts")),
                name="pilot_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def stages(self) -> list[Stage]:
        """The theory of change in order; the last stage has no arrow leaving it."""
        on_arrows: dict[str, list[str]] = self.assumptions
        return [
            Stage(key, STAGE_NAMES[key], getattr(self, key), on_arrows.get(key, []))
            for key in STAGES
        ]

    @property
    def has_theory(self) -> bool:
        return any(getattr(self, key) for key in STAGES)

    @property
    def is_over(self) -> bool:
        return self.status == self.Status.ENDED


class BudgetLine(CouncilRow):
    """What one thing costs."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="budget")
    text = models.CharField(max_length=200)
    amount_dkk = models.PositiveIntegerField()
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text


class Crew(CouncilRow):
    """A part that people play in the pilot: which, how many and how long. Never who."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="crew")
    role = models.CharField(_("part"), max_length=120)
    actor = models.ForeignKey(
        Actor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    people = models.PositiveSmallIntegerField(_("how many people"), default=1)
    hours = models.PositiveIntegerField(_("hours a week in all"), null=True, blank=True)

    class Meta:
        verbose_name_plural = "crew"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "role"], name="crew_once"),
            models.CheckConstraint(condition=models.Q(people__gte=1), name="crew_has_people"),
        ]

    def __str__(self) -> str:
        return self.role


class Milestone(Versioned, CouncilRow):
    """Something that is to be reached by a day, and by whom."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="milestones")
    title = models.CharField(_("title"), max_length=200)
    due = models.DateField(_("due"))
    owner = models.ForeignKey(
        Actor, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reached = models.DateField(_("reached"), null=True, blank=True)
    reminded = models.DateField(null=True, blank=True)
    reminded_late = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "title", "due"], name="milestone_once")
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_late(self) -> bool:
        return self.reached is None and self.due < clock.today()


class Risk(Authored, CouncilRow):
    """Something that may go wrong, said aloud: we accept that …"""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="risks")
    text = models.CharField(_("we accept that"), max_length=400)
    owner = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["pilot", "text"], name="risk_once")]

    def __str__(self) -> str:
        return self.text


class RiskAcceptance(Authored, CouncilRow):
    """A party's yes to a risk, given by its own representative."""

    risk = models.ForeignKey(Risk, on_delete=models.CASCADE, related_name="acceptances")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["risk", "actor"], name="risk_accepted_once")]

    def __str__(self) -> str:
        return f"{self.risk_id}"


class JournalEntry(Authored, CouncilRow):
    """What happened in the pilot, told by those who were there. Never with names."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="journal")
    day = models.DateField(_("day"))
    text = models.TextField(_("what happened"), max_length=2000)
    photo = models.ImageField(_("photo"), upload_to="pilots/", blank=True)
    photo_text = models.CharField(_("what the photo shows"), max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "journal entries"
        ordering = ["-day", "-pk"]
        indexes = [models.Index(fields=["pilot", "-day", "-id"], name="journal_by_day")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(photo="") | ~models.Q(photo_text=""),
                name="photo_has_a_text",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"
