from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor
from samskab.civic.commons.knowledge.models import Article, Kind
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.forms import WithoutContacts, area
from samskab.civic.journey.pilots.models import STAGE_NAMES, STAGES, Pilot, Risk
from samskab.civic.journey.pilots.queries import own_parties, parties

BIGGEST = 2_000_000_000


class LinesField(forms.CharField):
    """Short texts, one per line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", area(3))
        super().__init__(max_length=6000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _day(**kwargs: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput, **kwargs)


def _articles(council: Council) -> Any:
    return Article.objects.filter(council=council).order_by("title_da")


class StartForm(CivicForm):
    title = forms.CharField(label=_("What do you call the pilot?"), max_length=120)
    text = forms.CharField(
        label=_("What do you try out?"),
        max_length=2000,
        required=False,
        widget=area(4),
        help_text=_("Two or three sentences that everybody understands."),
    )
    starts = _day(label=_("When does it start?"))
    ends = _day(label=_("When is it over?"), required=False)
    people = forms.IntegerField(
        label=_("How many people is it for?"), min_value=1, max_value=100_000, required=False
    )
    volunteers = forms.IntegerField(
        label=_("How many volunteers help?"), min_value=0, max_value=100_000, required=False
    )
    model = forms.ModelChoiceField(
        Article.objects.none(),
        label=_("Which collaboration model do you use?"),
        required=False,
        empty_label=_("None, or one of our own"),
    )
    articles = forms.ModelMultipleChoiceField(
        Article.objects.none(),
        label=_("What knowledge does it rest on?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Methods, cases and dilemmas from the knowledge base."),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = _articles(council)
        rest = known.exclude(kind=Kind.MODEL)
        self.fields["model"].queryset = known.filter(  # type: ignore[attr-defined]
            kind=Kind.MODEL
        )
        self.fields["articles"].queryset = rest  # type: ignore[attr-defined]
        if not rest.exists():
            self.fields["articles"].widget = forms.MultipleHiddenInput()

    def values(self) -> dict[str, Any]:
        values = super().values()
        model = values.pop("model")
        return values | {"articles": [*([model] if model else []), *values["articles"]]}


class PlanForm(StartForm):
    field_order = [
        "title", "text", "starts", "ends", "people", "volunteers", "budget", "model", "articles",
    ]  # fmt: skip

    budget = forms.CharField(
        label=_("Budget"),
        required=False,
        max_length=6000,
        widget=area(4),
        help_text=_("One line for each thing, with the price in kroner. For example: Coffee 4800"),
    )

    def clean_budget(self) -> list[tuple[str, int]]:
        return [_budget_line(line) for line in lines(self.cleaned_data["budget"])]


_PRICED = re.compile(r"^(?P<text>.+?)[\s:;,]+(?P<amount>\d{1,3}(?:[. ]\d{3})+|\d+)(?:\s*kr\.?)?$")


def _budget_line(line: str) -> tuple[str, int]:
    found = _PRICED.match(line)
    amount = int(re.sub(r"\D", "", found["amount"])) if found else 0
    if found is None or len(found["text"]) > 200 or amount > BIGGEST:
        raise forms.ValidationError(
            _("We do not understand “%(line)s”. Write what it is, a space, and the price."),
            params={"line": line[:80]},
        )
    return found["text"], amount


def budget_text(pilot: Pilot) -> str:
    return "\n".join(f"{line.text} {line.amount_dkk}" for line in pilot.budget.all())


STAGE_LABELS = {
    "problem": _("Problem: what do we want to change?"),
    "resources": _("Resources: what do we put in?"),
    "activities": _("Activities: what do we do?"),
    "outputs": _("What comes of it at once? Things one can count."),
    "outcomes": _("What changes for people?"),
    "impact": _("What does it lead to in the long run?"),
}


@dataclass(frozen=True)
class TheoryRow:
    name: Any
    what: forms.BoundField
    assumed: forms.BoundField | None


class TheoryForm(CivicForm):
    """Each stage with its texts, and what must hold for it to lead on to the next."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key in STAGES:
            self.fields[key] = LinesField(label=STAGE_LABELS[key])
            if key != STAGES[-1]:
                self.fields[f"{key}_assumptions"] = LinesField(
                    label=_("What do we assume, for this to lead on to the next?")
                )

    @property
    def rows(self) -> list[TheoryRow]:
        """As a table: a stage, what belongs to it, what is assumed on the way to the next."""
        return [
            TheoryRow(
                STAGE_NAMES[key],
                self[key],
                self[f"{key}_assumptions"] if key != STAGES[-1] else None,
            )
            for key in STAGES
        ]

    def values(self) -> dict[str, Any]:
        given = super().values()
        return {
            "stages": {key: lines(given[key]) for key in STAGES},
            "assumptions": {key: lines(given[f"{key}_assumptions"]) for key in STAGES[:-1]},
        }


def theory_as_typed(pilot: Pilot) -> dict[str, Any]:
    found: dict[str, Any] = {key: getattr(pilot, key) for key in STAGES}
    for key in STAGES[:-1]:
        found[f"{key}_assumptions"] = pilot.assumptions.get(key, [])
    return found | {"seen": pilot.version}


class MilestoneForm(CivicForm):
    title = forms.CharField(label=_("What is to be reached?"), max_length=200)
    due = _day(label=_("By when?"))
    owner = forms.ModelChoiceField(
        Actor.objects.none(), label=_("Who sees to it?"), required=False, empty_label=_("All of us")
    )

    def __init__(self, *args: Any, pilot: Pilot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = parties(pilot)  # type: ignore[attr-defined]


class CrewForm(WithoutContacts):
    guarded = ("role",)
    field_order = ["role", "contacts_ok", "actor", "people", "hours"]

    role = forms.CharField(
        label=_("Which part?"),
        max_length=120,
        help_text=_("For example: host at the table. Never write a name."),
    )
    actor = forms.ModelChoiceField(
        Actor.objects.none(),
        label=_("From whom?"),
        required=False,
        empty_label=_("From several or none of the parties"),
    )
    people = forms.IntegerField(
        label=_("How many people?"), min_value=1, max_value=10_000, initial=1
    )
    hours = forms.IntegerField(
        label=_("How many hours a week in all?"), min_value=0, max_value=10_000, required=False
    )

    def __init__(self, *args: Any, pilot: Pilot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = parties(pilot)  # type: ignore[attr-defined]


class RiskForm(WithoutContacts):
    guarded = ("text",)
    field_order = ["text", "contacts_ok", "owner"]

    text = forms.CharField(
        label=_("We accept that …"),
        max_length=400,
        widget=area(2),
        help_text=_("For example: We accept that some do not come back the next week."),
    )
    owner = forms.ModelChoiceField(
        Actor.objects.none(), label=_("Who keeps an eye on it?"), empty_label=None
    )

    def __init__(self, *args: Any, pilot: Pilot, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = parties(pilot)  # type: ignore[attr-defined]


class AcceptForm(CivicForm):
    actor = forms.ModelChoiceField(
        Actor.objects.none(), label=_("On whose behalf?"), empty_label=None
    )

    def __init__(self, *args: Any, by: Principal, risk: Risk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accepted = risk.acceptances.values("actor")
        mine = own_parties(by, risk.pilot).exclude(pk__in=accepted)
        self.fields["actor"].queryset = mine  # type: ignore[attr-defined]


class JournalForm(WithoutContacts):
    guarded = ("text", "photo_text")
    field_order = ["day", "text", "photo", "photo_text", "contacts_ok"]

    day = _day(label=_("Which day?"), initial=clock.today)
    text = forms.CharField(
        label=_("What happened?"),
        max_length=2000,
        widget=area(6),
        help_text=_("Do not write the names of those who take part, or who they are."),
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

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("photo") and not cleaned.get("photo_text"):
            self.add_error("photo_text", _("Write what the photo shows. Choose the photo again."))
        return cleaned


class EndForm(CivicForm):
    text = forms.CharField(
        label=_("How did it end? (optional)"),
        max_length=2000,
        required=False,
        widget=area(3),
        help_text=_("Everybody can read what you write here."),
    )


class ListFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    status = forms.ChoiceField(label=_("How far"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *Pilot.Status.choices]
        self.fields["status"].choices = choices  # type: ignore[attr-defined]
