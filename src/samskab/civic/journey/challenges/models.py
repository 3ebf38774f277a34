from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.council.models import FocusTheme
from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.challenges.journey import PATH, Closing, Station, Step, stations

CAPACITIES = {
    "visitor": _("A citizen"),
    "participant": _("A participant"),
    "representative": _("A party"),
    "member": _("A council member"),
    "facilitator": _("The facilitator"),
    "secretariat": _("The secretariat"),
}


class Challenge(Versioned, Authored, CouncilRow):
    """A problem that somebody wants solved together."""

    title = models.CharField(_("title"), max_length=120)
    what = models.TextField(_("what is the problem"), max_length=4000)
    for_whom = models.TextField(_("for whom is it a problem"), max_length=1000, blank=True)
    where = models.CharField(_("where"), max_length=200, blank=True)
    photo = models.ImageField(_("photo"), upload_to="challenges/", blank=True)
    photo_text = models.CharField(_("what the photo shows"), max_length=200, blank=True)
    target_groups = models.ManyToManyField(Category, blank=True, related_name="+")
    life_areas = models.ManyToManyField(Category, blank=True, related_name="+")
    on_behalf = models.BooleanField(_("on behalf of another"), default=False)
    on_behalf_consent = models.TextField(_("how consent was given"), max_length=400, blank=True)
    contact_email = models.EmailField(_("e-mail of the person who raised it"), blank=True)
    link_digest = DigestField(max_length=64, blank=True, db_index=True)

    step = models.CharField(max_length=12, choices=Step.choices, default=Step.RAISED)
    reached = models.CharField(max_length=12, choices=Step.choices, default=Step.RAISED)
    moved_at = models.DateTimeField()
    is_public = models.BooleanField(default=False)
    answer_due = models.DateField(_("answer due"), null=True, blank=True)

    is_complex = models.BooleanField(_("complex enough"), null=True, blank=True)
    in_focus = models.BooleanField(_("within the focus of the year"), null=True, blank=True)
    fixed_beforehand = models.TextField(_("what is fixed beforehand"), max_length=1000, blank=True)
    fixed_by = models.CharField(_("who fixed it"), max_length=200, blank=True)
    screening_answer = models.TextField(_("the answer"), max_length=2000, blank=True)
    focus_theme = models.ForeignKey(
        FocusTheme, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    closing = models.CharField(max_length=16, choices=Closing.choices, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    n_supporters = models.PositiveIntegerField(default=0)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-moved_at", "-pk"]
        # Conditional, because SQLite does not use a yes-or-no column in the middle of an index.
        indexes = [
            models.Index(
                fields=["council", "-moved_at", "-id"],
                name="ch_public",
                condition=models.Q(is_public=True),
            ),
            models.Index(
                fields=["council", "step", "-moved_at", "-id"],
                name="ch_public_step",
                condition=models.Q(is_public=True),
            ),
            models.Index(fields=["council", "-moved_at", "-id"], name="ch_moved"),
            models.Index(fields=["council", "step", "answer_due"], name="ch_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(step="closed") ^ models.Q(closing=""),
                name="closed_with_a_reason",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def stations(self) -> tuple[Station, ...]:
        return stations(Step(self.step), Step(self.reached))

    @property
    def gist(self) -> str:
        """The beginning of the text, for lists."""
        return Truncator(" ".join(self.what.split())).chars(160)

    @property
    def step_label(self) -> str:
        return str(Step(self.step).label)

    @property
    def step_no(self) -> int:
        """How far it has come, 1–9."""
        return PATH.index(Step(self.reached)) + 1

    @property
    def closing_text(self) -> str:
        return str(Closing(self.closing).label) if self.closing else ""


class TimelineEntry(Authored, CouncilRow):
    """What happened to a challenge, for everybody to read.

    `message` is an English source string with named places, filled from `values` when the
    page is drawn, so that the timeline reads in the language of the reader.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="timeline")
    message = models.CharField(max_length=200)
    values = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    href = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [models.Index(fields=["challenge", "-created", "-id"], name="timeline_of")]

    def __str__(self) -> str:
        return self.message

    @property
    def title(self) -> str:
        """What happened, in the language of the reader."""
        return str(gettext(self.message) % self.values)

    @property
    def text(self) -> str:
        return self.reason

    @property
    def at(self) -> datetime:
        return self.created

    @property
    def who(self) -> str:
        """In which capacity somebody acted."""
        return str(CAPACITIES.get(self.author_name, self.author_name))


class Support(CouncilRow):
    """One person's support: by account, or by a digest of the browser's own session."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="supports")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")
    session_digest = DigestField(max_length=64, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "user"],
                condition=models.Q(user__isnull=False),
                name="support_once_by_user",
            ),
            models.UniqueConstraint(
                fields=["challenge", "session_digest"],
                condition=models.Q(user__isnull=True),
                name="support_once_by_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}"


class Follower(CouncilRow):
    """Somebody who wants mail when the challenge moves."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="followers")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "user"], name="follow_once")]

    def __str__(self) -> str:
        return f"{self.challenge_id}"


class Party(CouncilRow):
    """An actor, or a person for themself, who takes part in a challenge."""

    class Status(models.TextChoices):
        INVITED = "invited", _("Invited")
        JOINED = "joined", _("Taking part")
        DECLINED = "declined", _("Said no thanks")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="parties")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.INVITED)
    offers_help_with = models.TextField(_("what you can help with"), max_length=600, blank=True)
    expected_gain = models.TextField(
        _("what you want to get out of it"), max_length=600, blank=True
    )
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "parties"
        ordering = ["actor__name"]
        constraints = [models.UniqueConstraint(fields=["challenge", "actor"], name="party_once")]

    def __str__(self) -> str:
        return str(self.actor)


class StepTally(CouncilRow):
    """How many public challenges stand at a step; kept so that no page has to count rows."""

    step = models.CharField(max_length=12, choices=Step.choices)
    number = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["council", "step"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.step}: {self.number}"
