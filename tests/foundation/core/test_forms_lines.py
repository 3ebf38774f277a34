"""A text is kept as it was typed, whatever a browser makes of its line ends."""

from __future__ import annotations

from django import forms
from django.http import QueryDict

from samskab.civic.foundation.core.forms import CivicForm


class Lines(CivicForm):
    text = forms.CharField(max_length=7, widget=forms.Textarea)
    several = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)


def test_a_text_of_just_the_allowed_length_passes_as_the_browser_lets_it_pass() -> None:
    form = Lines(QueryDict("text=one%0D%0Atwo&several=a&several=b"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["text"] == "one\ntwo"
    assert form.cleaned_data["several"] == ["a", "b"]


def test_a_text_that_is_one_sign_too_long_is_still_refused() -> None:
    form = Lines(QueryDict("text=one%0D%0Atwo3"))
    assert list(form.errors) == ["text"]


def test_what_a_program_gives_as_a_plain_mapping_is_read_in_the_same_way() -> None:
    form = Lines({"text": "a\r\nb", "several": ["a"]})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["text"] == "a\nb"
