from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.journey.challenges.forms import WithoutContacts, area
from samskab.civic.journey.evaluation.models import (
    COUNT,
    OWN,
    Evaluation,
    Group,
    Measure,
    Verdict,
    When,
)
from samskab.civic.journey.evaluation.queries import SECTORS
from samskab.civic.journey.pilots.forms import BIGGEST, LinesField, lines
from samskab.engine.evidence import INSTRUMENTS


class MeasureForm(CivicForm):
    instrument_key = forms.ChoiceField(label=_("What do you ask?"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=_("What do you measure?"),
        max_length=120,
        required=False,
        help_text=_("Only for your own questions. For example: Somebody to talk to"),
    )
    questions = LinesField(label=_("Your own questions"), help_text=_("One per line."))
    lowest = forms.IntegerField(label=_("Lowest answer"), min_value=0, max_value=9, initial=0)
    lowest_text = forms.CharField(label=_("The lowest answer means"), max_length=60, required=False)
    highest = forms.IntegerField(
        label=_("Highest answer"),
        min_value=1,
        max_value=1000,
        initial=10,
        help_text=_("10 at most. For a number that people write themselves: the largest there is."),
    )
    highest_text = forms.CharField(
        label=_("The highest answer means"), max_length=60, required=False
    )
    higher_is_better = forms.BooleanField(
        label=_("A higher number is better"), required=False, initial=True
    )
    relevant_change = forms.FloatField(
        label=_("The smallest change that matters to a person, in points"),
        required=False,
        min_value=0.01,
        max_value=1000,
        help_text=_("Decide it now, before anybody answers. Empty: every change counts."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, one.name) for key, one in INSTRUMENTS.items()]
        self.fields["instrument_key"].choices = [  # type: ignore[attr-defined]
            *choices,
            (OWN, _("Our own questions")),
            (COUNT, _("A number, for example how many days")),
        ]

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"questions": lines(values["questions"])}


class CodesForm(CivicForm):
    number = forms.IntegerField(label=_("How many codes?"), min_value=1, max_value=100, initial=20)
    group = forms.ChoiceField(
        label=_("Who are they for?"),
        choices=Group.choices,
        initial=Group.PILOT,
        widget=forms.RadioSelect,
    )
    paper = forms.ChoiceField(
        label=_("What do you print?"),
        choices=[
            ("", _("Slips with a code to cut out")),
            ("yes", _("A sheet with the questions and a code for each person (PDF)")),
        ],
        required=False,
        initial="",
        widget=forms.RadioSelect,
    )

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "paper"}


class RoundForm(CivicForm):
    when = forms.ChoiceField(choices=When.choices, widget=forms.HiddenInput)


class Unmarked(CivicForm):
    """A form without a receipt: a receipt would keep the address, and with it the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["once"], self.fields["seen"]


class CodeForm(Unmarked):
    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_("It stands on your paper, for example ABCD-EFGH-JKMN."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )


def question(measure: Measure, at: int, **kwargs: Any) -> forms.Field:
    """One question of a measure, which may be left out."""
    texts, scale = measure.texts(), measure.instrument
    label = texts[at] if texts else _("Question %(n)s") % {"n": at + 1}
    if measure.is_count:
        return forms.IntegerField(
            label=label, min_value=scale.lowest, max_value=scale.highest, required=False
        )
    choices = [(str(number), text) for number, text in measure.choices()]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)


class QuestionForm(Unmarked):
    """One question alone, for small screens and for reading aloud."""

    def __init__(self, *args: Any, measure: Measure, at: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"] = question(measure, at)

    def item(self) -> int | None:
        given = self.cleaned_data.get("answer")
        return None if given in ("", None) else int(given)


class AgreeForm(Unmarked):
    yes = forms.BooleanField(
        label=_("I have read how my answers are used, and I say yes."),
        error_messages={"required": _("Tick here if you say yes. Else just leave the page.")},
    )


class ReminderForm(Unmarked):
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("It is kept apart from your code. Nobody can see that they belong together."),
    )


class AnswerForm(Unmarked):
    """The questions of one measure. Each may be left out."""

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = measure.instrument.items
        for at in range(self.count):
            self.fields[f"q{at}"] = question(measure, at)
        self.fields["yes"] = forms.BooleanField(
            label=_("I have read how my answers are used, and I say yes."),
            error_messages={"required": _("Tick here if you say yes. Else just leave the page.")},
        )

    def items(self) -> list[int | None]:
        given = [self.cleaned_data.get(f"q{at}") for at in range(self.count)]
        return [None if value in ("", None) else int(value) for value in given]


class WithdrawForm(Unmarked):
    sure = forms.BooleanField(label=_("Yes, delete all my answers."))


class WriteForm(WithoutContacts):
    guarded = ("summary", "lessons")
    field_order = ["summary", "lessons", "contacts_ok"]

    summary = forms.CharField(
        label=_("In short: how did it go?"), max_length=2000, required=False, widget=area(4)
    )
    lessons = LinesField(
        label=_("What did you learn?"),
        widget=area(5),
        help_text=_("One per line. What did not work belongs here too."),
    )
    participants = forms.IntegerField(
        label=_("How many took part?"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("The price for each is worked out from it."),
    )
    cost_dkk = forms.IntegerField(
        label=_("What did it cost, in kroner?"),
        required=False,
        min_value=0,
        max_value=BIGGEST,
    )
    hours_civil = forms.IntegerField(
        label=_("Hours from associations"), required=False, min_value=0, max_value=1_000_000
    )
    hours_business = forms.IntegerField(
        label=_("Hours from companies"), required=False, min_value=0, max_value=1_000_000
    )
    hours_public = forms.IntegerField(
        label=_("Hours from the public sector"), required=False, min_value=0, max_value=1_000_000
    )
    hours_citizen = forms.IntegerField(
        label=_("Hours from citizens"), required=False, min_value=0, max_value=1_000_000
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        hours = {sector: values.pop(f"hours_{sector}") for sector in SECTORS}
        return values | {"lessons": lines(values["lessons"]), "hours": hours}


def as_written(evaluation: Evaluation) -> dict[str, Any]:
    names = ("summary", "lessons", "participants", "cost_dkk")
    hours = {f"hours_{sector}": evaluation.hours.get(sector) for sector in SECTORS}
    typed = {name: getattr(evaluation, name) for name in names}
    return typed | hours | {"seen": evaluation.version}


RATINGS = [
    ("5", _("5 – all of it")),
    ("4", _("4 – most of it")),
    ("3", _("3 – some of it")),
    ("2", _("2 – a little")),
    ("1", _("1 – nothing")),
]


class ValueForm(WithoutContacts):
    guarded = ("got",)
    field_order = ["got", "contacts_ok", "rating"]

    got = forms.CharField(
        label=_("What did you get out of it?"),
        max_length=600,
        widget=area(4),
        help_text=_("Be honest. Everybody can read it when the council is asked."),
    )
    rating = forms.ChoiceField(
        label=_("How much of what you hoped for came true?"),
        choices=RATINGS,
        widget=forms.RadioSelect,
        required=False,
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        return values | {"rating": int(values["rating"]) if values["rating"] else None}


class ListFilter(FilterForm):
    verdict = forms.ChoiceField(
        label=_("What the council said"), required=False, choices=[("", _("All")), *Verdict.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
