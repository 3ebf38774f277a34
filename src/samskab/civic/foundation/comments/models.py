from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import translate_url
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import Authored
from samskab.civic.foundation.core.models import CouncilRow, DigestField

# A comment that nobody confirms is erased after so many days, held spam too.
CONFIRM_DAYS = 14


class Thread(CouncilRow):
    """The comments below one public page; the page's own room keeps the key."""

    title = models.CharField(max_length=200)
    path = models.CharField(max_length=300)
    is_open = models.BooleanField(default=True)
    n_shown = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.title

    @property
    def href(self) -> str:
        """The page, in the language of the reader; kept in the installation's own language."""
        language = get_language() or settings.LANGUAGE_CODE
        with override(settings.LANGUAGE_CODE):
            return translate_url(self.path, language)


class Comment(Authored, CouncilRow):
    """What a reader wrote. The e-mail is never shown."""

    class Status(models.TextChoices):
        UNCONFIRMED = "unconfirmed", _("Not confirmed")
        HELD = "held", _("Looks like spam")
        WAITING = "waiting", _("Waiting")
        SHOWN = "shown", _("Shown")
        HIDDEN = "hidden", _("Not shown")

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    reply_to = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    email = models.EmailField(_("e-mail"), blank=True)
    text = models.TextField(_("comment"), max_length=3000)
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.WAITING)
    # What made it look like spam: keys of signs, apart by a comma.
    signs = models.CharField(max_length=200, blank=True)
    confirm_digest = DigestField(max_length=64, blank=True, db_index=True)
    hide_reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["created", "pk"]
        indexes = [
            models.Index(fields=["thread", "status", "created"], name="comment_of"),
            models.Index(fields=["council", "status", "created"], name="comment_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.text[:40]}"

    @property
    def sign_names(self) -> list[str]:
        """Why it looks like spam, in words for the one who reads it."""
        return [str(SIGNS[key]) for key in self.signs.split(",") if key in SIGNS]


SIGNS = {
    "trap": _("a field that people do not see was filled in"),
    "quick": _("sent faster than anybody writes"),
    "slow": _("the page was opened long ago"),
    "repeated": _("the same text came before"),
    "links": _("links"),
    "many links": _("many links"),
    "only a link": _("hardly anything but a link"),
    "selling": _("a word from advertising"),
    "much selling": _("several words from advertising"),
    "bait": _("asks to click, call or write elsewhere"),
    "praise": _("praise that fits any page"),
    "contact": _("an address or a number"),
    "money": _("sums in foreign money"),
    "script": _("other letters than ours"),
    "gibberish": _("words that cannot be said"),
    "noise": _("shouting"),
    "name": _("a name that advertises"),
}
