from __future__ import annotations

from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

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
        if any("\r" in value for value in self.data.values() if isinstance(value, str)):
            self.data = _plain_lines(self.data)

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


def _plain_lines(data: Any) -> Any:
    """What was sent, with lines ending as they were typed. A browser sends two signs for each
    line end and counts one: a text that it lets pass would be too long here, and a text that was
    only saved again would be another one."""
    plain = data.copy()
    for name in data:
        if isinstance(plain, MultiValueDict):
            plain.setlist(name, [_plain(value) for value in plain.getlist(name)])
        else:
            plain[name] = _plain(plain[name])
    return plain


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class FilterForm(forms.Form):
    """The choices above a list; they travel in the address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)


class ConfirmForm(CivicForm):
    """A form of nothing but a button."""
