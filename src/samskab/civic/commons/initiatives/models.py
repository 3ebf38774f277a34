from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import (
    Actor,
    Category,
    Confirmed,
    Findable,
    gist,
    today,
)
from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core.models import CouncilRow, Versioned
from samskab.civic.foundation.imports.models import Keyed
from samskab.engine.overlap import Reason, reason_sentence
from samskab.engine.overlap.sentences import Language


def said(reasons: list[dict[str, Any]]) -> list[str]:
    """Stored reasons as sentences."""
    language: Language = "en" if (get_language() or "da").startswith("en") else "da"
    return [
        reason_sentence(Reason(**{**reason, "words": tuple(reason["words"])}), language)
        for reason in reasons
    ]


class Initiative(Keyed, Findable, Confirmed, Versioned, CouncilRow):
    """Something that an actor does already, for somebody, somewhere."""

    slug = models.SlugField(max_length=80)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="initiatives")
    name = models.CharField(_("name"), max_length=120)
    text = models.TextField(_("description"), max_length=3000, blank=True)
    target_groups = models.ManyToManyField(Category, blank=True, related_name="+")
    activities = models.ManyToManyField(Category, blank=True, related_name="+")
    areas = models.ManyToManyField(Category, blank=True, related_name="+")
    area_text = models.CharField(_("where, in words"), max_length=200, blank=True)
    since = models.PositiveSmallIntegerField(_("year it began"), null=True, blank=True)
    until = models.PositiveSmallIntegerField(_("year it ended"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_url = models.URLField(_("address of the source"), blank=True)
    funding_dkk = models.PositiveBigIntegerField(_("funding in kroner"), null=True, blank=True)
    reached = models.PositiveIntegerField(_("people reached a year"), null=True, blank=True)
    hours_a_year = models.PositiveIntegerField(_("hours used a year"), null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["council", "name", "id"], name="initiative_by_name"),
            models.Index(fields=["actor", "name", "id"], name="initiative_by_actor"),
            models.Index(fields=["council", "-created", "-id"], name="initiative_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["council", "slug"], name="initiative_slug_once"),
            models.UniqueConstraint(fields=["actor", "name"], name="initiative_once"),
            models.UniqueConstraint(
                fields=["council", "external_key"],
                condition=~models.Q(external_key=""),
                name="initiative_key_once",
            ),
            models.CheckConstraint(
                condition=models.Q(since__isnull=True)
                | models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("since")),
                name="initiative_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def finds(self) -> list[str]:
        return [self.name, self.text, self.area_text]

    @property
    def gist(self) -> str:
        return gist(self.text)

    @property
    def has_ended(self) -> bool:
        return self.until is not None and self.until < today().year

    @property
    def for_whom(self) -> str:
        """The target groups in one line; give the rows with their target groups read."""
        return ", ".join(group.name for group in self.target_groups.all())


class InitiativeWord(CouncilRow):
    """The different words of an initiative's name and text, so that similar ones are found fast."""

    initiative = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="words")
    word = models.CharField(max_length=60)

    class Meta:
        indexes = [
            models.Index(fields=["council", "word", "initiative"], name="word_to_initiative")
        ]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "word"], name="initiative_word_once")
        ]

    def __str__(self) -> str:
        return self.word


class SynonymSet(CouncilRow):
    """Words that mean the same here, beside those that come with the package."""

    class Kind(models.TextChoices):
        WHO = "who", _("For whom")
        WHAT = "what", _("What is done")
        OTHER = "other", _("Something else")

    kind = models.CharField(_("what the words are about"), max_length=5, choices=Kind.choices)
    words = models.CharField(_("words that mean the same"), max_length=300)

    class Meta:
        ordering = ["words", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["council", "words"], name="synonym_set_once")
        ]

    def __str__(self) -> str:
        return self.words


class Overlap(CouncilRow):
    """Two initiatives that look as if they do the same for the same people."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not looked at yet")
        NOT_SAME = "not_same", _("Not the same")
        COORDINATING = "coordinating", _("Being coordinated")

    a = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="overlaps_as_a")
    b = models.ForeignKey(Initiative, on_delete=models.CASCADE, related_name="overlaps_as_b")
    strength = models.FloatField()
    certainty = models.FloatField()
    reasons = models.JSONField(default=list)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.OPEN)
    not_same_reason = models.TextField(_("why they are not the same"), max_length=600, blank=True)
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-strength", "-pk"]
        indexes = [
            models.Index(fields=["council", "-strength", "-id"], name="overlap_strongest"),
            models.Index(fields=["council", "status", "-strength", "-id"], name="overlap_status"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="overlap_once"),
            models.CheckConstraint(condition=models.Q(a__lt=models.F("b")), name="overlap_a_first"),
            models.CheckConstraint(
                condition=models.Q(status="not_same") ^ models.Q(not_same_reason=""),
                name="not_same_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.a_id} ~ {self.b_id}"

    @property
    def sentences(self) -> list[str]:
        """Why they overlap, in the language of the reader."""
        return said(self.reasons)

    @property
    def percent(self) -> int:
        return round(100 * self.strength)

    @property
    def sure(self) -> int:
        return round(100 * self.certainty)


class Coordination(Versioned, Authored, CouncilRow):
    """What the owners of two overlapping initiatives agree to do about it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Being talked about")
        DECIDED = "decided", _("Decided")

    class Choice(models.TextChoices):
        MERGE = "merge", _("Merge into one")
        DIVIDE = "divide", _("Divide the work")
        SHARE = "share", _("Share what we have")
        KEEP_APART = "keep_apart", _("Keep apart")

    overlap = models.OneToOneField(Overlap, on_delete=models.PROTECT, related_name="coordination")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    choice = models.CharField(_("choice"), max_length=10, choices=Choice.choices, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    hours_freed = models.PositiveIntegerField(_("hours freed a year"), null=True, blank=True)
    follow_up = models.DateField(_("look at it again on"), null=True, blank=True)
    decided = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["council", "status", "-id"], name="coordination_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open", choice="", decided__isnull=True)
                | (
                    models.Q(status="decided", decided__isnull=False, follow_up__isnull=False)
                    & ~models.Q(choice="")
                    & ~models.Q(reason="")
                ),
                name="decided_with_choice_and_reason",
            )
        ]

    def __str__(self) -> str:
        return str(self.overlap)
