from __future__ import annotations

import re

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import gist
from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.bilingual import chosen, is_foreign
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned


class Kind(models.TextChoices):
    METHOD = "method", _("Method")
    CASE = "case", _("Case")
    DILEMMA = "dilemma", _("Dilemma")
    MODEL = "model", _("Model")
    TEMPLATE = "template", _("Template")


class Article(Versioned, Authored, CouncilRow):
    """What somebody learned about creating together, for others to use."""

    slug = models.SlugField(max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title_da = models.CharField(_("title in Danish"), max_length=140)
    title_en = models.CharField(_("title in English"), max_length=140, blank=True)
    text_da = models.TextField(_("text in Danish"))
    text_en = models.TextField(_("text in English"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("address of the source"), blank=True)
    n_useful = models.PositiveIntegerField(default=0)
    n_useless = models.PositiveIntegerField(default=0)
    is_example = models.BooleanField(default=False)

    class Meta:
        ordering = ["title_da"]
        constraints = [
            models.UniqueConstraint(fields=["council", "slug"], name="article_slug_once")
        ]
        indexes = [
            models.Index(fields=["council", "kind", "title_da"], name="article_kind"),
            models.Index(fields=["council", "title_da", "id"], name="article_by_title"),
            models.Index(fields=["council", "-created", "-id"], name="article_newest"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return chosen(self.title_da, self.title_en)

    @property
    def text(self) -> str:
        return chosen(self.text_da, self.text_en)

    @property
    def gist(self) -> str:
        return gist(re.sub(r"[#*_>`\[\]]|\([^)]*\)", "", self.text), 160)

    @property
    def lang(self) -> str:
        """`da` when an English reader gets the Danish text, else empty."""
        return "da" if is_foreign(self.text_en) else ""


class Edition(CouncilRow):
    """An article as it was until somebody changed it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField()
    title_da = models.CharField(max_length=140)
    text_da = models.TextField()
    title_en = models.CharField(max_length=140, blank=True)
    text_en = models.TextField(blank=True)
    until = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["article", "number"], name="edition_once")]

    def __str__(self) -> str:
        return f"{self.number}"


class Verdict(CouncilRow):
    """Whether one reader found an article useful. Nobody can tell who: only a digest is kept."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="verdicts")
    reader = DigestField(max_length=64)
    useful = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "reader"], name="verdict_once")]

    def __str__(self) -> str:
        return f"{self.article_id}"


class Suggestion(CouncilRow):
    """What a reader thinks should be added or put right, in one article or as a new one."""

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting to be read")
        HELD = "held", _("Put aside as spam")
        ACCEPTED = "accepted", _("Taken up")
        REFUSED = "refused", _("Not taken up")

    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, blank=True, related_name="suggestions"
    )
    name = models.CharField(_("name"), max_length=80)
    email = models.EmailField(_("e-mail"))
    text = models.TextField(_("suggestion"), max_length=3000)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    signs = models.CharField(max_length=200, blank=True)
    reason = models.TextField(_("reason"), max_length=600, blank=True)
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["created", "pk"]
        indexes = [models.Index(fields=["council", "status", "created"], name="suggestion_queue")]

    def __str__(self) -> str:
        return f"{self.pk}"
