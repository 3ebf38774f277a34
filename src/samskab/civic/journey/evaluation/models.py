from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.council.models import AgendaItem, Decision
from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, DigestField, DigestsField, Versioned
from samskab.civic.journey.pilots.models import Pilot
from samskab.engine.evidence import INSTRUMENTS, Instrument, own_scale

OWN = "own"
COUNT = "count"


class When(models.TextChoices):
    """The rounds in which people answer."""

    BEFORE = "before", _("Before")
    DURING = "during", _("Along the way")
    AFTER = "after", _("After")
    FOLLOWUP = "followup", _("Some time after")


class Group(models.TextChoices):
    PILOT = "pilot", _("Takes part in the pilot")
    COMPARISON = "comparison", _("Does not take part (comparison)")


class Measure(Versioned, CouncilRow):
    """What is measured in a pilot: a known questionnaire, or the pilot's own questions."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="measures")
    instrument_key = models.CharField(_("questionnaire"), max_length=20)
    title = models.CharField(_("title"), max_length=120)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    lowest = models.SmallIntegerField(_("lowest answer"), default=0)
    highest = models.SmallIntegerField(_("highest answer"), default=10)
    lowest_text = models.CharField(_("the lowest answer means"), max_length=60, blank=True)
    highest_text = models.CharField(_("the highest answer means"), max_length=60, blank=True)
    higher_is_better = models.BooleanField(_("a higher number is better"), default=True)
    relevant_change = models.FloatField(_("smallest change that matters"), null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "title"], name="measure_once"),
            models.CheckConstraint(
                condition=models.Q(lowest__lt=models.F("highest")), name="measure_has_a_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_own(self) -> bool:
        return self.instrument_key in (OWN, COUNT)

    @property
    def is_count(self) -> bool:
        """Whether people answer with a number that they write themselves."""
        return self.instrument_key == COUNT

    @property
    def instrument(self) -> Instrument:
        """How answers become a score."""
        if not self.is_own:
            return INSTRUMENTS[self.instrument_key]
        return own_scale(
            f"own-{self.pk}",
            self.title,
            len(self.questions),
            self.lowest,
            self.highest,
            higher_is_better=self.higher_is_better,
            relevant_change=self.relevant_change,
            texts={"da": self.questions, "en": self.questions},
        )

    def choices(self) -> list[tuple[int, str]]:
        """The answers to each question; words where there are words, else numbers."""
        scale = self.instrument
        numbers = range(scale.lowest, scale.highest + 1)
        words = scale.choices.get(_language()) or scale.choices.get("da")
        if words:
            return list(zip(numbers, words, strict=True))
        ends = {scale.lowest: self.lowest_text, scale.highest: self.highest_text}
        if not self.is_own:
            ends = {}
        return [(n, f"{n} – {ends[n]}" if ends.get(n) else str(n)) for n in numbers]

    def texts(self) -> tuple[str, ...]:
        """The questions, empty for a questionnaire whose texts may not be shown."""
        found = self.instrument.texts
        return tuple(found.get(_language()) or found.get("da") or ())

    def lead(self) -> str:
        found = self.instrument.lead
        return found.get(_language()) or found.get("da") or ""


def _language() -> str:
    return (get_language() or "da")[:2]


class Round(Versioned, CouncilRow):
    """When people may answer; one round of each kind."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="rounds")
    when = models.CharField(max_length=8, choices=When.choices)
    opened = models.DateTimeField(default=clock.now)
    closed = models.DateTimeField(null=True, blank=True)
    reminded = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pilot", "when"], name="round_once"),
            models.UniqueConstraint(
                fields=["pilot"],
                condition=models.Q(closed__isnull=True),
                name="one_open_round",
            ),
        ]

    def __str__(self) -> str:
        return self.get_when_display()

    @property
    def is_open(self) -> bool:
        return self.closed is None


class Code(CouncilRow):
    """A person's way in. Only the digest is here: whose code it is, is kept outside."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="codes")
    digest = DigestField(max_length=64)
    group = models.CharField(max_length=10, choices=Group.choices, default=Group.PILOT)
    withdrawn = models.BooleanField(default=False)
    agreed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["council", "digest"], name="code_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Answer(CouncilRow):
    """One person's answers in one round, sealed; see `sealed`. No time and no name.

    `mark` is random and anew whenever they answer anew: it tells two answers apart (`standing`)
    without being made of them, and stays when they are sealed with a new key.
    """

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="answers")
    code = models.ForeignKey(Code, on_delete=models.CASCADE, related_name="answers")
    when = models.CharField(max_length=8, choices=When.choices)
    sealed = models.BinaryField()
    mark = DigestField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["measure", "code", "when"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Reminder(CouncilRow):
    """Where somebody wants to be told that a round is open. Nothing ties it to a code, and
    nobody is told apart: everybody gets the same mail, whether they have answered or not."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="reminders")
    email = models.EmailField(_("e-mail"))
    stop = DigestField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pilot", "email"], name="reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Shown(CouncilRow):
    """Who stood behind figures that were shown: marks without a name; see `standing`."""

    measure = models.ForeignKey(Measure, on_delete=models.CASCADE, related_name="shown")
    when = models.CharField(max_length=8, choices=When.choices)
    behind = DigestsField(default=dict)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.pk}"


class Verdict(models.TextChoices):
    SPREAD = "spread", _("Pass it on")
    ADAPT = "adapt", _("Change it and try again")
    STOP = "stop", _("Stop")


class Evaluation(Versioned, Authored, CouncilRow):
    """What came of a pilot. `results` holds aggregates only, one for each measure: from before
    to after. `later` holds the same for the other rounds, with `when`."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PROPOSED = "proposed", _("Waiting for the council")
        DECIDED = "decided", _("Decided")

    pilot = models.OneToOneField(Pilot, on_delete=models.PROTECT, related_name="evaluation")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.DRAFT)
    results = models.JSONField(default=list, blank=True)
    summary = models.TextField(_("in short"), max_length=2000, blank=True)
    lessons = models.JSONField(_("what we learned"), default=list, blank=True)
    later = models.JSONField(default=list, blank=True)
    participants = models.PositiveIntegerField(_("how many took part"), null=True, blank=True)
    cost_dkk = models.PositiveIntegerField(_("what it cost, DKK"), null=True, blank=True)
    hours = models.JSONField(_("hours by sector"), default=dict, blank=True)
    evaluated_at = models.DateTimeField(default=clock.now)
    item = models.ForeignKey(
        AgendaItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True)
    verdict_reason = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["council", "status", "-id"], name="evaluation_by_status")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="decided") ^ models.Q(verdict=""),
                name="decided_with_a_verdict",
            )
        ]

    def __str__(self) -> str:
        return str(self.pilot)

    @property
    def is_public(self) -> bool:
        return self.status != self.Status.DRAFT


class AddedValue(Versioned, Authored, CouncilRow):
    """What a party wanted to gain, and what it says that it got."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="values")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    expected = models.TextField(_("expected"), max_length=600, blank=True)
    got = models.TextField(_("got"), max_length=600, blank=True)
    rating = models.PositiveSmallIntegerField(_("how much came true"), null=True, blank=True)

    class Meta:
        ordering = ["actor__name"]
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "actor"], name="value_once"),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)),
                name="rating_from_1_to_5",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation_id}"

    @property
    def is_answered(self) -> bool:
        return bool(self.got)
