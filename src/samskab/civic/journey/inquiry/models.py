from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category, Sector
from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.bilingual import chosen
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.challenges.models import Challenge, Party

LONGEST = 280
"""Characters in a statement: as much as one can agree or disagree with at once."""
LONGEST_IMPORTED = 1000
"""Conversations from elsewhere hold longer ones."""
MOST_IMPORTED, LARGEST_FILE = 1_000_000, 100
"""Votes, and megabytes of a file, that one person reads in through a page while others wait."""


class Inquiry(Versioned, Authored, CouncilRow):
    """How the parties of a challenge find out what it really is about."""

    class Status(models.TextChoices):
        PREPARING = "preparing", _("Being prepared")
        OPEN = "open", _("Going on")
        CLOSED = "closed", _("Concluded")

    class Reading(models.TextChoices):
        BEFORE = "before", _("Before all can see it")
        AFTER = "after", _("Afterwards; it is shown at once")

    challenge = models.OneToOneField(Challenge, on_delete=models.CASCADE, related_name="inquiry")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    votes_open = models.BooleanField(default=True)
    reading = models.CharField(
        _("when new statements are read"),
        max_length=8,
        choices=Reading.choices,
        default=Reading.BEFORE,
    )
    question = models.CharField(_("the question"), max_length=200, blank=True)
    statement_language = models.CharField(
        _("language of the statements"), max_length=8, default="da"
    )
    source_note = models.TextField(_("where the votes come from"), max_length=1000, blank=True)
    source_note_en = models.TextField(
        _("where the votes come from, in English"), max_length=1000, blank=True
    )
    source_url = models.URLField(_("link to the source"), blank=True)
    licence = models.CharField(_("licence"), max_length=80, blank=True)
    n_people = models.PositiveIntegerField(default=0)
    n_votes = models.PositiveIntegerField(default=0)
    unmapped = models.PositiveIntegerField(default=0)
    is_example = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "inquiries"

    def __str__(self) -> str:
        return str(self.challenge)

    @property
    def source(self) -> str:
        """Where the votes come from, in the reader's language."""
        return chosen(self.source_note, self.source_note_en)

    @property
    def takes_votes(self) -> bool:
        return self.status == self.Status.OPEN and self.votes_open


class Shown(models.Model):
    """Something written by anybody, which the facilitator reads before all can see it."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SHOWN = "shown", _("Shown")
        HIDDEN = "hidden", _("Hidden")

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    hide_reason = models.CharField(_("why it is hidden"), max_length=300, blank=True)

    class Meta:
        abstract = True


class Statement(Shown, Authored, CouncilRow):
    """One sentence that one can agree or disagree with.

    The three numbers are kept with every vote, so that no page has to count votes. One that
    says the same as another is hidden and leads to it; `is_read` is false while a statement
    that was shown at once waits for the facilitator's eyes.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="statements")
    text = models.CharField(_("statement"), max_length=LONGEST_IMPORTED)
    is_seed = models.BooleanField(default=False)
    is_read = models.BooleanField(default=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged"
    )
    polis_id = models.PositiveIntegerField(null=True, blank=True)
    n_agree = models.PositiveIntegerField(default=0)
    n_disagree = models.PositiveIntegerField(default=0)
    n_pass = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["inquiry", "status", "id"], name="statement_shown")]
        constraints = [
            models.UniqueConstraint(
                fields=["inquiry", "text"],
                condition=models.Q(polis_id__isnull=True),
                name="statement_once",
            ),
            models.UniqueConstraint(fields=["inquiry", "polis_id"], name="imported_once"),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def n_votes(self) -> int:
        return self.n_agree + self.n_disagree + self.n_pass


class Invitation(Authored, CouncilRow):
    """An open door for those who are missing: an address to share, as a link or a code to scan.

    It is no secret and stands for no person. Whoever comes through it is counted as a voice of
    the sector, place or target group that it is meant for.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="invitations")
    label = models.CharField(_("whom it is for"), max_length=80)
    sector = models.CharField(
        _("sector"), max_length=8, choices=Sector.choices, blank=True, default=""
    )
    place = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target_group = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    code = DigestField(max_length=12)
    n_people = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["council", "code"], name="invitation_code_once"),
            models.UniqueConstraint(fields=["inquiry", "label"], name="invitation_once"),
        ]

    def __str__(self) -> str:
        return self.label


class Participant(CouncilRow):
    """One person in one inquiry: by account, by private link, or by the browser's session."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    link_digest = DigestField(max_length=64, blank=True)
    session_digest = DigestField(max_length=64, blank=True)
    polis_id = models.PositiveIntegerField(null=True, blank=True)
    label = models.CharField(_("what the link is for"), max_length=80, blank=True)
    invitation = models.ForeignKey(
        Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="participants"
    )
    n_votes = models.PositiveIntegerField(default=0)
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "user"], name="participant_once_by_user"),
            models.UniqueConstraint(
                fields=["inquiry", "link_digest"],
                condition=~models.Q(link_digest=""),
                name="participant_once_by_link",
            ),
            models.UniqueConstraint(
                fields=["inquiry", "session_digest"],
                condition=~models.Q(session_digest=""),
                name="participant_once_by_session",
            ),
            models.UniqueConstraint(
                fields=["inquiry", "polis_id"], name="participant_once_by_polis"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Sheet(CouncilRow):
    """A sheet of paper to tick: one person's, with its own code and the statements in order.

    The code leads to the same answers on a telephone, so that somebody who does both is one
    person still.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="sheets")
    participant = models.OneToOneField(Participant, on_delete=models.CASCADE, related_name="sheet")
    code = DigestField(max_length=12)
    statements = models.JSONField(default=list)
    created = models.DateTimeField(default=clock.now, editable=False)
    entered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["council", "code"], name="sheet_code_once")]

    def __str__(self) -> str:
        return self.code


class Vote(CouncilRow):
    """One person's answer to one statement; changed in place when the person changes it.

    `carried_from` is the statement of the same meaning that the person answered, when this
    answer followed from merging the two.
    """

    class Value(models.IntegerChoices):
        AGREE = 1, _("Agree")
        DISAGREE = -1, _("Disagree")
        PASS = 0, _("I do not know")

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="votes")
    value = models.SmallIntegerField(choices=Value.choices)
    at = models.DateTimeField(default=clock.now)
    carried_from = models.ForeignKey(
        Statement, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["participant", "statement"], name="vote_once"),
            models.CheckConstraint(condition=models.Q(value__in=[-1, 0, 1]), name="vote_value"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}: {self.value}"


class StoredMap(CouncilRow):
    """A computed opinion map: `data` is what the page shows, `places` where each person stands.

    `places` maps the key of a participant to [x, y, group or null]; it is private. `seconds`
    is what it took, so that a busy inquiry does not keep a worker for itself.
    """

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="maps")
    computed_at = models.DateTimeField(default=clock.now)
    n_votes = models.PositiveIntegerField(default=0)
    n_people = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    data = models.JSONField(default=dict)
    places = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.inquiry_id}: {self.n_votes}"


class Cause(Shown, Authored, CouncilRow):
    """A node of the tree: the problem, what lies behind it, or what it leads to."""

    class Kind(models.TextChoices):
        PROBLEM = "problem", _("The problem")
        CAUSE = "cause", _("Cause")
        EFFECT = "effect", _("Effect")

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="causes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(_("in one sentence"), max_length=200)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    weight = models.PositiveIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged"
    )

    class Meta:
        ordering = ["-weight", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "parent", "text"], name="cause_once"),
            models.UniqueConstraint(
                fields=["inquiry", "text"],
                condition=models.Q(parent__isnull=True),
                name="root_cause_once",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class CauseWeight(CouncilRow):
    """One person says: this one weighs."""

    cause = models.ForeignKey(Cause, on_delete=models.CASCADE, related_name="weights")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="weights")
    carried_from = models.ForeignKey(
        Cause, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cause", "participant"], name="weight_once")]

    def __str__(self) -> str:
        return f"{self.cause_id}"


class Framing(Authored, CouncilRow):
    """A version of the shared description of the problem. The newest one is the current one."""

    inquiry = models.ForeignKey(Inquiry, on_delete=models.CASCADE, related_name="framings")
    number = models.PositiveIntegerField()
    text = models.TextField(_("the shared description"), max_length=2000)
    concluded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["inquiry", "number"], name="framing_number_once")
        ]

    def __str__(self) -> str:
        return self.text


class Endorsement(Authored, CouncilRow):
    """What a party answers to a version of the description."""

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        RESERVATION = "yes_with_reservation", _("Yes, with a reservation")
        NO = "no", _("No")

    framing = models.ForeignKey(Framing, on_delete=models.CASCADE, related_name="endorsements")
    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="endorsements")
    answer = models.CharField(max_length=20, choices=Answer.choices)
    reason = models.TextField(_("why"), max_length=600, blank=True)
    on_behalf = models.BooleanField(default=False)

    class Meta:
        ordering = ["party__actor__name"]
        constraints = [
            models.UniqueConstraint(fields=["framing", "party"], name="endorsement_once"),
            models.CheckConstraint(
                condition=models.Q(answer="yes") | ~models.Q(reason=""), name="no_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id}: {self.answer}"
