from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.culture.questions import ANSWERS, NO_ANSWER, QUESTIONS
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.forms import CivicForm

USUAL = timedelta(days=21)


class OpenForm(CivicForm):
    until = forms.DateField(
        label=_("Last day to answer"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Three weeks are usual. All who are asked get a mail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = clock.today() + USUAL


class AnswerForm(CivicForm):
    """One choice for each question; what is left open counts as “I cannot say”."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*((str(n), text) for n, text in ANSWERS.items()), ("", NO_ANSWER)]
        for n, question in enumerate(QUESTIONS):
            self.fields[f"q{n}"] = forms.TypedChoiceField(
                label=str(question.text),
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )

    def answers(self) -> list[int | None]:
        return [self.cleaned_data[f"q{n}"] for n in range(len(QUESTIONS))]
