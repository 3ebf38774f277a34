from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.public.following.models import Rhythm, Topic


class ChangeForm(CivicForm):
    topics = forms.MultipleChoiceField(
        label=_("What do you want to follow?"),
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one thing to follow.")},
    )
    rhythm = forms.ChoiceField(
        label=_("How often?"), choices=Rhythm.choices, widget=forms.RadioSelect
    )


class SubscribeForm(ChangeForm):
    email = forms.EmailField(
        label=_("Your e-mail"), help_text=_("We use it for this, and for nothing else.")
    )
    field_order = ["email", "topics", "rhythm"]
