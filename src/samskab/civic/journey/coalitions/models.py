from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.challenges.models import Challenge


def number(amount: Decimal) -> str:
    """The amount without zeros that say nothing, with the reader's decimal mark."""
    whole = amount == amount.to_integral_value()
    tidy = amount if whole else amount.normalize()
    return str(number_format(tidy, 0 if whole else None, force_grouping=True))


def measure(amount: Decimal, unit: str) -> str:
    """“14 timer om ugen”."""
    return f"{number(amount)} {unit}".strip()


class Need(Versioned, CouncilRow):
    """What a challenge lacks: something somebody can do, or something somebody has."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="needs")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    amount = models.DecimalField(_("how much"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    must = models.BooleanField(_("has to be covered"), default=True)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    area = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-must", "pk"]
        indexes = [
            models.Index(fields=["council", "-id"], name="need_newest"),
            models.Index(fields=["category", "-id"], name="need_by_category"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "title"], name="need_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="need_above_zero"),
            models.CheckConstraint(
                condition=models.Q(period_from__isnull=True)
                | models.Q(period_to__isnull=True)
                | models.Q(period_to__gte=models.F("period_from")),
                name="need_period_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def measured(self) -> str:
        return measure(self.amount, self.unit)


class Wish(CouncilRow):
    """That one party only takes part together with another, or not together with it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="wishes")
    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    together = models.BooleanField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "actor", "other"], name="wish_once"),
            models.CheckConstraint(
                condition=~models.Q(actor=models.F("other")), name="wish_about_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.actor} / {self.other}"


class CoalitionProposal(Versioned, CouncilRow):
    """One way of joining forces: who could give what."""

    class Origin(models.TextChoices):
        ENGINE = "engine", _("Worked out from the offers")
        HAND = "hand", _("Put together by hand")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Suggested")
        ASKED = "asked", _("Waiting for answers")
        ACCEPTED = "accepted", _("Accepted by all")
        SET_ASIDE = "set_aside", _("Set aside")

    class Aim(models.TextChoices):
        FEWEST = "fewest", _("As few parties as possible")
        CLOSEST = "closest", _("Those nearest, who know each other and gain something")
        DIFFERENT = "different", _("Other parties")
        MORE = "more", _("Covers more")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="proposals")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=6, choices=Origin.choices)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    aim = models.CharField(max_length=9, choices=Aim.choices, default=Aim.FEWEST)
    optimal = models.BooleanField(default=False)
    gap = models.FloatField(null=True, blank=True)
    created = models.DateTimeField(default=clock.now, editable=False)
    asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "number"], name="proposal_number_once"),
            models.UniqueConstraint(
                fields=["challenge"],
                condition=models.Q(status="accepted"),
                name="one_accepted_proposal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id}/{self.number}"


class Part(Versioned, CouncilRow):
    """What one party gives to one need in a proposal. Only the party itself can promise it."""

    class Status(models.TextChoices):
        OPEN = "open", _("Not answered yet")
        ACCEPTED = "accepted", _("Yes")
        DECLINED = "declined", _("No")

    proposal = models.ForeignKey(CoalitionProposal, on_delete=models.CASCADE, related_name="parts")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="parts")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    amount = models.DecimalField(_("how much"), max_digits=12, decimal_places=2)
    gain = models.TextField(_("what the party gets out of it"), max_length=600, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.OPEN)
    answer_reason = models.TextField(_("reason"), max_length=600, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    on_behalf = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["offer", "status"], name="part_promised")]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "need", "offer"], name="part_once"),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="part_above_zero"),
        ]

    def __str__(self) -> str:
        return f"{self.actor}: {self.need}"

    @property
    def measured(self) -> str:
        return measure(self.amount, self.need.unit)


class Agreement(Versioned, CouncilRow):
    """What the parties have promised each other, in plain words. Not legally binding.

    It grows from a proposal that all have said yes to, or is written freely, without one.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SIGNED = "signed", _("Signed by all")
        ENDED = "ended", _("Ended")

    class Degree(models.TextChoices):
        COORDINATION = "coordination", _("Coordination: we tell each other what we do")
        COOPERATION = "cooperation", _("Cooperation: each does a share of the work")
        COCREATION = "cocreation", _("Co-creation: we decide and work together")

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="agreements")
    proposal = models.OneToOneField(
        CoalitionProposal, on_delete=models.PROTECT, related_name="agreement", null=True, blank=True
    )
    purpose = models.TextField(_("purpose"), max_length=2000)
    for_whom = models.TextField(_("for whom"), max_length=600, blank=True)
    degree = models.CharField(
        _("how close"), max_length=12, choices=Degree.choices, default=Degree.COOPERATION
    )
    rights = models.JSONField(_("rights"), default=list)
    duties = models.JSONField(_("duties"), default=list)
    notice = models.CharField(_("notice"), max_length=300)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.DRAFT)
    created = models.DateTimeField(default=clock.now, editable=False)
    signed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=600, blank=True)

    class Meta:
        ordering = ["-created", "-pk"]
        indexes = [
            models.Index(fields=["council", "status", "-signed_at", "-id"], name="agreement_signed")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge"],
                condition=~models.Q(status="ended"),
                name="one_agreement_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft") ^ models.Q(signed_at__isnull=False),
                name="signed_with_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.challenge)


class Signature(CouncilRow):
    """One party of an agreement: its role and tasks, and that it signed."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="signatures")
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("role"), max_length=200, blank=True)
    tasks = models.JSONField(_("tasks"), default=list)
    name = models.CharField(_("name"), max_length=80, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(null=True, blank=True)
    link_digest = DigestField(max_length=64, blank=True, db_index=True)
    code_digest = DigestField(max_length=64, blank=True)
    code_expires = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "actor"], name="signature_once")
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.actor}"
