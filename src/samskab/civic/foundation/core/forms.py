from __future__ import annotations

from typing import Any

from django import forms

from samskab.civic.foundation.core.links import new_token
from samskab.civic.foundation.core.models import CPR_MESSAGE
from samskab.engine.language.identifiers import contains_cpr


class CivicForm(forms.Form):
    """Catches CPR numbers before anything else, and can be carried out only once.

    `once` tells a form that is sent again from a new one; `seen` is the version of the
    object that the page showed (give it with `initial` where the action takes it). A form that
    may be sent again and again, because it then changes nothing, sets both to None.
    """

    required_css_class = "required"
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        if "once" in self.fields:
            self.fields["once"].initial = new_token

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]
        for name, value in list(self.cleaned_data.items()):
            if isinstance(value, str) and name != "once" and contains_cpr(value):
                self.add_error(name, str(CPR_MESSAGE))

    def values(self) -> dict[str, Any]:
        """What the action takes: the cleaned values without the form's own book-keeping."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in {"once", "seen"}
        }


class FilterForm(forms.Form):
    """The choices above a list; they travel in the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ConfirmForm(CivicForm):
    """A form of nothing but a button."""
