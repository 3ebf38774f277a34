from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.knowledge.models import Kind
from samskab.civic.foundation.comments.forms import CommentForm
from samskab.civic.foundation.core.forms import CivicForm, FilterForm


class ArticleForm(CivicForm):
    kind = forms.ChoiceField(label=_("Kind"), choices=Kind.choices)
    title_da = forms.CharField(label=_("Title in Danish"), max_length=140)
    text_da = forms.CharField(
        label=_("Text in Danish"),
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("Markdown: **bold**, lists with -, headings with ##. Short sentences."),
    )
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, assume_scheme="https"
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=140, required=False)
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class ListFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Kind.choices]
    )


class SuggestionForm(CommentForm):
    """The same shield against spam as that of comments."""

    field_order = ("text", "name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = _("What is missing, or what should be different?")


class UsefulForm(CivicForm):
    useful = forms.ChoiceField(
        label=_("Was this useful?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )

    def values(self) -> dict[str, Any]:
        return {"useful": super().values()["useful"] == "yes"}


class AnswerForm(CivicForm):
    accept = forms.ChoiceField(
        label=_("What do you do?"),
        choices=[("yes", _("Take it up")), ("no", _("Do not take it up"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("A few words to the reader"),
        max_length=600,
        required=False,
        help_text=_("Needed when it is not taken up. The reader gets it by mail."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"accept": values["accept"] == "yes"}
