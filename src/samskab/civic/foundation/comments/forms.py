from __future__ import annotations

import time
from typing import Any

from django import forms
from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.comments.models import Comment
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.principal import Principal

# A field that people do not see and programs fill in.
TRAP = "homepage"


class CommentForm(CivicForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), help_text=_("Your e-mail is not published."))
    text = forms.CharField(
        label=_("Comment"), max_length=3000, widget=forms.Textarea(attrs={"rows": 6})
    )

    # Signed, so that nobody can say that they took their time.
    opened = forms.CharField(widget=forms.HiddenInput, required=False, max_length=80)

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opened"].initial = _stamp
        if by.signed_in:
            del self.fields["email"]
            self.fields["name"].initial = by.name

    def values(self) -> dict[str, Any]:
        values = {"email": "", **super().values()}
        values["seconds"] = _seconds(values.pop("opened"))
        values["trap"] = bool(self.data.get(TRAP))
        return values


def _stamp() -> str:
    return TimestampSigner(salt="comments.opened").sign("o")


def _seconds(stamp: str) -> float:
    """How long the form stood open; without a true stamp it was never shown: no time at all."""
    signer = TimestampSigner(salt="comments.opened")
    try:
        signer.unsign(stamp)
        opened = b62_decode(stamp.split(":")[1])
    except (BadSignature, IndexError):
        return 0.0
    return max(time.time() - opened, 0.0)


class ModerateForm(CivicForm):
    show = forms.ChoiceField(
        label=_("What do you do?"),
        choices=[("yes", _("Show it")), ("no", _("Do not show it"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("If it is not shown: why?"),
        max_length=300,
        required=False,
        help_text=_("The writer gets the reason by mail."),
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["show"] = values["show"] == "yes"
        return values


class QueueForm(ModerateForm):
    """One answer to the comments that are ticked."""

    chosen = forms.ModelMultipleChoiceField(
        queryset=Comment.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one comment.")},
    )

    def __init__(self, *args: Any, rows: QuerySet[Comment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chosen"].queryset = rows  # type: ignore[attr-defined]
        several = [("yes", _("Show them")), ("no", _("Do not show them"))]
        self.fields["show"].choices = several  # type: ignore[attr-defined]
        self.fields["reason"].label = _("If they are not shown: why?")

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["comments"] = list(values.pop("chosen"))
        return values
