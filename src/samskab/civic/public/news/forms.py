from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.public.news import feed_reading
from samskab.civic.public.news.models import NewsItem


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class NewsForm(CivicForm):
    title_da = forms.CharField(label=_("Title in Danish"), max_length=140)
    lead_da = forms.CharField(
        label=_("Lead in Danish"), max_length=300, help_text=_("One or two sentences for lists.")
    )
    text_da = forms.CharField(
        label=_("Text in Danish"),
        max_length=20000,
        widget=area(12),
        help_text=_("Markdown: **bold**, lists with -, headings with ##. Short sentences."),
    )
    source_name = forms.CharField(
        label=_("Source"),
        max_length=120,
        required=False,
        help_text=_("When the news comes from elsewhere."),
    )
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, assume_scheme="https"
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=140, required=False)
    lead_en = forms.CharField(label=_("Lead in English"), max_length=300, required=False)
    text_en = forms.CharField(
        label=_("Text in English"), max_length=20000, required=False, widget=area(8)
    )

    photo = forms.FileField(
        label=_("A photo"),
        required=False,
        help_text=_("JPEG or PNG, 10 MB at most. No faces without a yes from the person."),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    photo_text = forms.CharField(
        label=_("What does the photo show?"),
        max_length=200,
        required=False,
        help_text=_("For people who cannot see it."),
    )
    publish_at = forms.DateTimeField(
        label=_("When is it published?"),
        required=False,
        widget=forms.DateTimeInput,
        help_text=_("Leave it empty to publish at once. Until then nobody else sees it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("photo") and not cleaned.get("photo_text"):
            self.add_error("photo_text", _("Write what the photo shows. Choose the photo again."))
        return cleaned


class EditForm(NewsForm):
    """The same, for what is there. Once it is out, it has its time, and a change has a reason."""

    drop_photo = forms.BooleanField(label=_("Take the photo away"), required=False)
    why = forms.CharField(
        label=_("What did you change, and why?"),
        max_length=300,
        required=False,
        help_text=_("Needed when you change words. It is shown below the news."),
    )

    def __init__(self, *args: Any, item: NewsItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not item.photo:
            del self.fields["drop_photo"]
        del self.fields["publish_at" if item.is_out else "why"]


class WithdrawForm(CivicForm):
    why = forms.CharField(
        label=_("Why is it taken back?"),
        max_length=300,
        help_text=_("Stands at its address, where readers look for it."),
    )


class FeedForm(CivicForm):
    """The address is asked before anything is kept, so that a wrong one is told at once."""

    address = forms.URLField(
        label=_("Address of the feed"),
        max_length=500,
        assume_scheme="https",
        help_text=_("RSS or Atom. It begins with https://"),
    )
    name = forms.CharField(
        label=_("Whose news is it?"),
        max_length=120,
        required=False,
        help_text=_("Leave it empty to use the name in the feed."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if address := cleaned.get("address"):
            try:
                cleaned["found"] = feed_reading.ask(address, now=clock.now())
            except CivicError as error:
                self.add_error("address", str(error.message))
        return cleaned


class ListFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
