from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category, Findable
from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.concepts.signing import fingerprint

LICENCE = "CC BY 4.0"
FEWEST = 5  # figures about fewer people are not passed on


class Level(models.TextChoices):
    """How well a concept has been examined; the rules are in engine.evidence.strength."""

    ESTABLISHED = "established", _("Works in several places")
    SUPPORTED = "supported", _("Has worked in one place")
    PROMISING = "promising", _("Looks promising")
    MIXED = "mixed", _("Points both ways")
    NOT_WORKING = "not_working", _("Found not to work")
    TOO_LITTLE = "too_little", _("We know too little yet")


class Publisher(Authored, CouncilRow):
    """A council on another installation, known by the key that it signs with.

    Names are claims; the key is what is known. `key` follows when a known key vouches for a new
    one. Councils of this installation have no row: they need no signature.
    """

    slug = models.CharField(max_length=50)
    name = models.CharField(max_length=120)
    key = DigestField(max_length=44)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["council", "key", "slug"], name="publisher_once")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


class Concept(Findable, Versioned, Authored, CouncilRow):
    """A recipe: this council's own, or one brought home from another council.

    What comes from elsewhere names its origin as text, and by `publisher` when it comes from
    another installation. No key leads into another council. `sequence` is the number in the
    council's log at which what others may read of it last changed.
    """

    challenge = models.OneToOneField(
        Challenge, on_delete=models.PROTECT, null=True, blank=True, related_name="concept"
    )
    slug = models.SlugField(max_length=60)
    title = models.CharField(_("title"), max_length=120)
    problem = models.TextField(_("the problem"), max_length=2000, blank=True)
    for_whom = models.CharField(_("for whom"), max_length=300, blank=True)
    target_groups = models.ManyToManyField(Category, blank=True, related_name="+")
    origin_slug = models.CharField(max_length=50, blank=True)
    origin_name = models.CharField(max_length=120, blank=True)
    publisher = models.ForeignKey(
        Publisher, on_delete=models.PROTECT, null=True, blank=True, related_name="concepts"
    )
    sequence = models.PositiveBigIntegerField(default=0)
    current = models.ForeignKey(
        "ConceptVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    level = models.CharField(max_length=12, choices=Level.choices, default=Level.TOO_LITTLE)
    is_public = models.BooleanField(default=False)
    published_at = models.DateTimeField(default=clock.now)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-published_at", "-pk"]
        indexes = [
            models.Index(
                fields=["council", "is_public", "-published_at", "-id"], name="concept_public"
            ),
            models.Index(
                fields=["council", "level", "-published_at", "-id"], name="concept_by_level"
            ),
            models.Index(fields=["origin_slug", "is_public"], name="concept_own_public"),
            models.Index(fields=["council", "sequence"], name="concept_by_sequence"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["council", "origin_slug", "slug"],
                condition=models.Q(publisher__isnull=True),
                name="concept_once",
            ),
            models.UniqueConstraint(fields=["publisher", "slug"], name="concept_once_elsewhere"),
            models.CheckConstraint(
                condition=models.Q(publisher__isnull=True) | ~models.Q(origin_slug=""),
                name="publisher_of_what_comes_from_elsewhere",
            ),
            models.CheckConstraint(
                condition=models.Q(origin_slug="") | models.Q(challenge__isnull=True),
                name="concept_from_elsewhere_has_no_challenge",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def finds(self) -> list[str]:
        return [self.title, self.for_whom, self.problem]

    @property
    def is_own(self) -> bool:
        return not self.origin_slug

    @property
    def gist(self) -> str:
        """The beginning of the text, for lists."""
        return Truncator(" ".join(self.problem.split())).chars(160)


class ConceptVersion(Versioned, Authored, CouncilRow):
    """One wording of the recipe. Once published it never changes; a change is a new version.

    `needs` are mappings with title, kind, category (slug), category_name, amount, unit, must.
    `evidence` is what was measured where the recipe was written; see `figures.snapshot`. `plan`
    is how the pilot was planned: stages and assumptions of its theory of change, weeks, people.
    """

    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    title = models.CharField(_("title"), max_length=120)
    problem = models.TextField(_("the problem"), max_length=2000, blank=True)
    for_whom = models.CharField(_("for whom"), max_length=300, blank=True)
    core = models.JSONField(_("the core"), default=list, blank=True)
    adaptable = models.JSONField(_("what can be done in another way"), default=list, blank=True)
    steps = models.JSONField(_("steps"), default=list, blank=True)
    roles = models.JSONField(_("roles"), default=list, blank=True)
    needs = models.JSONField(_("what it takes"), default=list, blank=True)
    pitfalls = models.JSONField(_("pitfalls"), default=list, blank=True)
    plan = models.JSONField(_("the pilot plan"), default=dict, blank=True)
    cost_dkk = models.PositiveIntegerField(_("what it cost, DKK"), null=True, blank=True)
    cost_note = models.CharField(_("about the cost"), max_length=300, blank=True)
    must_change = models.TextField(_("what has to be changed"), max_length=2000, blank=True)
    evidence = models.JSONField(_("what was measured"), default=dict, blank=True)
    evidence_note = models.TextField(_("about the evidence"), max_length=2000, blank=True)
    licence = models.CharField(_("licence"), max_length=40, default=LICENCE)
    changes = models.TextField(_("what is new"), max_length=2000, blank=True)
    target_slugs = models.JSONField(default=list, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    content = DigestField(max_length=64, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["concept", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["concept"],
                condition=models.Q(published_at__isnull=True),
                name="one_draft_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.published_at is None

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            rows = ConceptVersion.objects.filter(pk=self.pk, published_at__isnull=False)
            if rows.exists():
                raise ImproperlyConfigured("A published version never changes")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        if not self.is_draft:
            raise ImproperlyConfigured("A published version is never removed")
        return super().delete(*args, **kwargs)


class Material(CouncilRow):
    """A file that belongs to a version. `name` is what it is called in the package."""

    version = models.ForeignKey(ConceptVersion, on_delete=models.PROTECT, related_name="materials")
    name = models.CharField(max_length=64)
    title = models.CharField(_("what it is"), max_length=120)
    size = models.PositiveIntegerField()
    sha256 = DigestField(max_length=64)
    file = models.FileField(upload_to="concepts/")

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="material_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Status(models.TextChoices):
    PLANNED = "planned", _("Planned")
    RUNNING = "running", _("Running")
    REPORTED = "reported", _("Has told how it went")


class Told(models.Model):
    """How it went in another place: what was changed, and the figures when there are any."""

    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PLANNED)
    changed = models.TextField(_("what is done in another way"), max_length=2000, blank=True)
    core_kept = models.BooleanField(_("the whole core was kept"), null=True, blank=True)
    note = models.TextField(_("how it went"), max_length=2000, blank=True)
    instrument = models.CharField(_("measured with"), max_length=40, blank=True)
    compared = models.BooleanField(_("measured against a group not taking part"), default=False)
    n = models.PositiveIntegerField(
        _("people who answered before and after"), null=True, blank=True
    )
    estimate = models.FloatField(_("typical change"), null=True, blank=True)
    se = models.FloatField(_("standard error"), null=True, blank=True)
    low = models.FloatField(_("from"), null=True, blank=True)
    high = models.FloatField(_("to"), null=True, blank=True)
    reported_on = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(n__isnull=True, estimate__isnull=True)
                | models.Q(n__gte=FEWEST, estimate__isnull=False),
                name="%(class)s_of_enough_people",
            ),
            models.CheckConstraint(
                condition=models.Q(se__isnull=True) | models.Q(se__gt=0),
                name="%(class)s_error_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(low__isnull=True, high__isnull=True)
                | models.Q(low__lte=models.F("high")),
                name="%(class)s_from_below_to",
            ),
            models.CheckConstraint(
                condition=models.Q(status="reported") ^ models.Q(reported_on__isnull=True),
                name="%(class)s_reported_on_a_day",
            ),
        ]


class Adoption(Told, Versioned, Authored, CouncilRow):
    """This council takes up a recipe from elsewhere."""

    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="adoptions")
    used = models.ForeignKey(ConceptVersion, on_delete=models.PROTECT, related_name="+")
    challenge = models.OneToOneField(Challenge, on_delete=models.PROTECT, related_name="adoption")
    plan = models.TextField(_("how we want to try it"), max_length=2000, blank=True)
    needs_left = models.JSONField(default=list, blank=True)
    plan_taken = models.BooleanField(default=False)
    sequence = models.PositiveBigIntegerField(default=0)
    is_example = models.BooleanField(default=False)

    class Meta(Told.Meta):
        abstract = False
        ordering = ["-created", "-pk"]
        indexes = [models.Index(fields=["council", "sequence"], name="adoption_by_sequence")]
        constraints = [
            *Told.Meta.constraints,
            models.UniqueConstraint(
                fields=["concept"],
                condition=~models.Q(status="reported"),
                name="one_adoption_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.concept}"

    @property
    def place_key(self) -> str:
        """How the council that wrote the recipe tells this adoption from others."""
        return f"{self.council.slug}:{self.pk}"


class AdoptionReport(Told, CouncilRow):
    """Another council uses this council's recipe, and what it has told. Its place is text;
    `publisher` says whose signature it bore when the place is on another installation. With
    `aside`, a reason, its figures are shown but do not count."""

    concept = models.ForeignKey(Concept, on_delete=models.PROTECT, related_name="reports")
    publisher = models.ForeignKey(
        Publisher, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    used_number = models.PositiveIntegerField()
    place_slug = models.CharField(max_length=50)
    place_name = models.CharField(max_length=120)
    place_key = models.CharField(max_length=80)
    adopted_on = models.DateField()
    aside = models.CharField(_("why the figures do not count"), max_length=400, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta(Told.Meta):
        abstract = False
        ordering = ["adopted_on", "pk"]
        constraints = [
            *Told.Meta.constraints,
            models.UniqueConstraint(
                fields=["concept", "place_key"],
                condition=models.Q(publisher__isnull=True),
                name="report_once",
            ),
            models.UniqueConstraint(
                fields=["concept", "publisher", "place_key"], name="report_once_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place_name}: {self.concept_id}"
