from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.foundation.imports.models import Keyed

FRESH_FOR = timedelta(days=365)
MAX_DEPTH = 6  # layers of words, one below the other
LINK_HOLDS = timedelta(days=120)  # the private link in a yearly mail
INDENT = "\u2013\u00a0"


def today() -> date:
    return timezone.localdate()


def gist(text: str, length: int = 180) -> str:
    """The beginning of a text on one line, cut between words."""
    return Truncator(" ".join(text.split())).chars(length)


class Findable(models.Model):
    """Keeps its own words in lower case, since SQLite folds no Danish letters."""

    find_text = DigestField(max_length=8000, editable=False, default="", blank=True)

    class Meta:
        abstract = True

    def finds(self) -> list[str]:
        raise NotImplementedError

    def check_row(self) -> None:
        """Also run by bulk_create, which is why the words are set here and not in `save`."""
        self.find_text = " ".join(filter(None, self.finds())).casefold()
        super().check_row()  # type: ignore[misc]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "find_text"}
        super().save(*args, **kwargs)


class Confirmed(models.Model):
    """Knows when its people last said that it still holds."""

    confirmed_on = models.DateField(_("last confirmed"), default=today)

    class Meta:
        abstract = True

    @property
    def is_stale(self) -> bool:
        return self.confirmed_on < today() - FRESH_FOR


def said_old(text: str, is_stale: bool) -> str:
    parts = [text, gettext("not confirmed for a year") if is_stale else ""]
    return ", ".join(filter(None, parts))


class Category(Versioned, CouncilRow):
    """A word that we sort by, below a wider one or not.

    One that was merged leads to the one it became. `parent` and `merged_into` change only while
    the council's row is held, so that two changes at once make no circle.
    """

    class Kind(models.TextChoices):
        COMPETENCE = "competence", _("Competence")
        RESOURCE = "resource", _("Resource")
        TARGET_GROUP = "target_group", _("Target group")
        ACTIVITY = "activity", _("Activity")
        LIFE_AREA = "life_area", _("Area of life")
        PLACE = "place", _("Place")

    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    slug = models.SlugField(max_length=60)
    name_da = models.CharField(_("name in Danish"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["kind", "name_da"]
        constraints = [
            models.UniqueConstraint(fields=["council", "kind", "slug"], name="category_once"),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="category_not_below_itself"
            ),
            models.CheckConstraint(
                condition=models.Q(merged_into=None) | models.Q(parent=None),
                name="merged_category_has_no_place",
            ),
        ]

    depth = 0  # set by queries.tree

    def __str__(self) -> str:
        return self.name

    @property
    def indented(self) -> str:
        """The name as a line of a choice, moved in below the wider word."""
        return f"{INDENT * self.depth}{self.name}"

    @property
    def name(self) -> str:
        english = (get_language() or "da").startswith("en")
        return (self.name_en or self.name_da) if english else self.name_da


class NameField(models.CharField[str, str]):
    """A name that was erased reads as that, wherever it is shown."""

    def from_db_value(self, value: str | None, *args: Any) -> str | None:
        return gettext("A former participant") if value == "" else value


class Sector(models.TextChoices):
    CIVIL = "civil", _("Association")
    BUSINESS = "business", _("Company")
    PUBLIC = "public", _("Public sector")
    CITIZEN = "citizen", _("Citizen")


class Actor(Keyed, Findable, Confirmed, Versioned, CouncilRow):
    """Somebody who takes part: a group, an association, a company, a public unit, a person."""

    Sector = Sector

    sector = models.CharField(_("sector"), max_length=8, choices=Sector.choices)
    name = NameField(_("name"), max_length=120)
    about = models.TextField(_("about"), max_length=2000, blank=True)
    website = models.URLField(_("website"), blank=True)
    cvr = models.CharField(_("CVR number"), max_length=8, blank=True)
    area = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    contact_name = models.CharField(_("contact person"), max_length=80, blank=True)
    contact_email = models.EmailField(_("e-mail of the contact person"), blank=True)
    created = models.DateTimeField(auto_now_add=True)
    reminded_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(fields=["council", "name", "id"], name="actor_by_name"),
            models.Index(fields=["council", "sector", "name", "id"], name="actor_by_sector"),
        ]
        constraints = [
            # Two people may share a name; two organisations of one name are one, twice.
            models.UniqueConstraint(
                fields=["council", "name"],
                condition=~models.Q(sector="citizen"),
                name="organisation_once",
            ),
            models.UniqueConstraint(
                fields=["council", "external_key"],
                condition=~models.Q(external_key=""),
                name="actor_key_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def finds(self) -> list[str]:
        return [self.name, self.about, self.cvr]

    @property
    def gist(self) -> str:
        return gist(self.about)

    @property
    def beside(self) -> str:
        """What a list says beside the name: where, and whether it has grown old."""
        return said_old(self.area.name if self.area else "", self.is_stale)


class FreshLink(CouncilRow):
    """A private link in the yearly mail: whoever opens it may say that all still holds."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="+")
    digest = DigestField(max_length=64, unique=True)
    created = models.DateTimeField(default=clock.now, editable=False)

    def __str__(self) -> str:
        return str(self.actor)


class Representative(CouncilRow):
    """A person who acts for an actor, each with their own sign-in."""

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="representatives")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="represents")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["actor", "user"], name="representative_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.actor}"


class Offer(Keyed, Findable, Confirmed, Versioned, CouncilRow):
    """What an actor can bring: something it can do, or something it has."""

    class Kind(models.TextChoices):
        COMPETENCE = "competence", _("Competence")
        RESOURCE = "resource", _("Resource")

    actor = models.ForeignKey(Actor, on_delete=models.CASCADE, related_name="offers")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("description"), max_length=2000, blank=True)
    quantity = models.DecimalField(
        _("how much"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    period_from = models.DateField(_("from"), null=True, blank=True)
    period_to = models.DateField(_("to"), null=True, blank=True)
    area = models.ForeignKey(
        Category, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    conditions = models.TextField(_("conditions"), max_length=1000, blank=True)
    wants = models.TextField(_("what we want to get out of it"), max_length=1000, blank=True)
    active = models.BooleanField(default=True)
    on_behalf = models.BooleanField(_("written by the secretariat"), default=False)
    created = models.DateTimeField(auto_now_add=True)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["council", "active", "-id"], name="offer_newest"),
            models.Index(fields=["council", "active", "kind", "-id"], name="offer_by_kind"),
            models.Index(fields=["category", "active", "-id"], name="offer_by_category"),
            models.Index(fields=["actor", "active", "-id"], name="offer_by_actor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "kind", "title"],
                condition=models.Q(active=True),
                name="offer_once",
            ),
            models.UniqueConstraint(
                fields=["council", "external_key"],
                condition=~models.Q(external_key=""),
                name="offer_key_once",
            ),
            models.CheckConstraint(
                condition=models.Q(period_from__isnull=True)
                | models.Q(period_to__isnull=True)
                | models.Q(period_to__gte=models.F("period_from")),
                name="offer_period_forward",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | models.Q(quantity__gt=0),
                name="offer_quantity_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def finds(self) -> list[str]:
        return [self.title, self.text]

    @property
    def gist(self) -> str:
        return gist(self.text)

    @property
    def beside(self) -> str:
        """What a list says beside the title: from whom, and whether it has grown old."""
        return said_old(self.actor.name, self.is_stale)

    @property
    def amount(self) -> str:
        """The quantity without zeros that say nothing, with the reader's decimal mark."""
        if self.quantity is None:
            return ""
        whole = self.quantity == self.quantity.to_integral_value()
        return str(number_format(self.quantity, 0 if whole else None, force_grouping=True))
