from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import Authored, User
from samskab.civic.foundation.comments.models import Thread
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.bilingual import chosen, is_foreign
from samskab.civic.foundation.core.models import CouncilRow, DigestField, Versioned
from samskab.civic.journey.challenges.models import Challenge


class NewsItem(Versioned, Authored, CouncilRow):
    """A piece of news, with its source when it comes from elsewhere.

    It is out from `published_at` on; before, only those who write news see it. `announced_at` is
    when the worker told others of it. What was taken back leaves its address and the reason.
    """

    slug = models.SlugField(max_length=80)
    title_da = models.CharField(_("title in Danish"), max_length=140)
    title_en = models.CharField(_("title in English"), max_length=140, blank=True)
    lead_da = models.CharField(_("lead in Danish"), max_length=300)
    lead_en = models.CharField(_("lead in English"), max_length=300, blank=True)
    text_da = models.TextField(_("text in Danish"))
    text_en = models.TextField(_("text in English"), blank=True)
    source_name = models.CharField(_("source"), max_length=120, blank=True)
    source_url = models.URLField(_("address of the source"), blank=True)
    challenge = models.ForeignKey(
        Challenge, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    thread = models.OneToOneField(Thread, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=clock.now)
    dated = models.BooleanField(_("its date is known"), default=True)
    is_example = models.BooleanField(default=False)
    photo = models.ImageField(_("photo"), upload_to="news/", blank=True)
    photo_text = models.CharField(_("what the photo shows"), max_length=200, blank=True)
    editor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    editor_name = models.CharField(_("edited by"), max_length=80, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["council", "slug"], name="news_slug_once"),
            models.CheckConstraint(
                condition=models.Q(photo="") | ~models.Q(photo_text=""),
                name="news_photo_has_a_text",
            ),
        ]
        indexes = [
            models.Index(fields=["council", "-published_at", "-id"], name="news_latest"),
            models.Index(
                fields=["published_at"],
                condition=models.Q(announced_at__isnull=True),
                name="news_to_announce",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return chosen(self.title_da, self.title_en)

    @property
    def lead(self) -> str:
        return chosen(self.lead_da, self.lead_en)

    @property
    def text(self) -> str:
        return chosen(self.text_da, self.text_en)

    @property
    def lang(self) -> str:
        return "da" if is_foreign(self.text_en) else ""

    @property
    def date(self) -> datetime | None:
        """None where the source gives no date: we do not invent one."""
        return self.published_at if self.dated else None

    @property
    def is_out(self) -> bool:
        return self.published_at <= clock.now() and self.withdrawn_at is None

    @property
    def is_planned(self) -> bool:
        return self.published_at > clock.now() and self.withdrawn_at is None


class Correction(Authored, CouncilRow):
    """What was changed in a piece of news after it was out, and why. Shown below it.

    `before` holds the words as they stood, by field; only those that were changed.
    """

    item = models.ForeignKey(NewsItem, on_delete=models.CASCADE, related_name="corrections")
    why = models.CharField(_("why"), max_length=300)
    before = models.JSONField(default=dict)

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.why


class Feed(Versioned, Authored, CouncilRow):
    """Another place's feed of news, read beside our own."""

    address = models.URLField(_("address of the feed"), max_length=500)
    name = models.CharField(_("name"), max_length=120)
    etag = DigestField(max_length=200, blank=True)
    modified = DigestField(max_length=200, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    next_read = models.DateTimeField(default=clock.now)
    failures = models.PositiveSmallIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True)
    held_back = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["next_read"], name="news_feed_due")]
        constraints = [
            models.UniqueConstraint(fields=["council", "address"], name="news_feed_once")
        ]

    def __str__(self) -> str:
        return self.name


class FeedItem(CouncilRow):
    """One piece of news elsewhere: its words without markup, and where it stands.

    `at` orders them: when they published it, or when we first saw it where they say nothing.
    """

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="items")
    digest = DigestField(max_length=64)
    title = models.CharField(max_length=200)
    gist = models.CharField(max_length=300, blank=True)
    link = models.URLField(max_length=500)
    at = models.DateTimeField()
    dated = models.BooleanField(default=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["council", "-at", "-id"], name="news_elsewhere"),
            models.Index(fields=["feed", "-at", "-id"], name="news_of_feed"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["feed", "digest"], name="news_elsewhere_once")
        ]

    def __str__(self) -> str:
        return self.title
