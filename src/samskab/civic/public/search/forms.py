from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.engine.language.identifiers import contains_cpr


class SearchForm(forms.Form):
    q = forms.CharField(label=_("What are you looking for?"), required=False, max_length=200)
    kind = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def clean_q(self) -> str:
        q = str(self.cleaned_data["q"]).strip()
        if contains_cpr(q):
            raise forms.ValidationError(
                _("This looks like a CPR number. Take it out: we never search for them.")
            )
        return q
