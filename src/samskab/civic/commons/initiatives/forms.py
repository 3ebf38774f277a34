from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.forms import CategoryFilter, DateInput, text_area
from samskab.civic.commons.actors.models import Category, Sector
from samskab.civic.commons.actors.queries import categories
from samskab.civic.commons.initiatives.models import Coordination, Overlap, SynonymSet
from samskab.civic.commons.initiatives.queries import THRESHOLD
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.models import Council

Kind = Category.Kind


class InitiativeFilter(CategoryFilter):
    kinds: Mapping[str, str] = MappingProxyType(
        {"target_group": Kind.TARGET_GROUP, "activity": Kind.ACTIVITY, "place": Kind.PLACE}
    )
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    sector = forms.ChoiceField(
        label=_("Sector of the actor"), required=False, choices=[("", _("All")), *Sector.choices]
    )
    ended = forms.BooleanField(label=_("Also those that have ended"), required=False)


class OverlapFilter(CategoryFilter):
    kinds: Mapping[str, str] = MappingProxyType(
        {"target_group": Kind.TARGET_GROUP, "activity": Kind.ACTIVITY, "place": Kind.PLACE}
    )
    threshold = forms.TypedChoiceField(
        label=_("How alike"),
        required=False,
        coerce=float,
        choices=[
            ("", _("All")),
            (str(THRESHOLD), _("Somewhat alike")),
            ("0.5", _("Quite alike")),
            ("0.7", _("Very alike")),
        ],
    )
    status = forms.ChoiceField(
        label=_("Status"),
        required=False,
        choices=[("", _("All but those that are not the same")), *Overlap.Status.choices],
    )


class CategoriesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # no generic at run time
    widget = forms.CheckboxSelectMultiple


class InitiativeForm(CivicForm):
    name = forms.CharField(label=_("What is it called?"), max_length=120)
    text = forms.CharField(
        label=_("Tell what you do"), required=False, max_length=3000, widget=text_area()
    )
    target_groups = CategoriesField(Category.objects.none(), label=_("For whom?"), required=False)
    activities = CategoriesField(Category.objects.none(), label=_("Activities"), required=False)
    areas = CategoriesField(Category.objects.none(), label=_("Where?"), required=False)
    area_text = forms.CharField(label=_("Where, in words"), required=False, max_length=200)
    since = forms.IntegerField(label=_("Year it began"), required=False)
    until = forms.IntegerField(
        label=_("Year it ended"), required=False, help_text=_("Leave it empty when it goes on.")
    )
    reached = forms.IntegerField(label=_("People reached a year"), required=False, min_value=0)
    hours_a_year = forms.IntegerField(label=_("Hours used a year"), required=False, min_value=0)
    funding_dkk = forms.IntegerField(label=_("Funding in kroner"), required=False, min_value=0)
    source = forms.CharField(
        label=_("Where is this known from?"),
        required=False,
        max_length=200,
        help_text=_("For example a yearly report or a web page."),
    )
    source_url = forms.URLField(
        label=_("Address of the source"), required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind in (
            ("target_groups", Kind.TARGET_GROUP),
            ("activities", Kind.ACTIVITY),
            ("areas", Kind.PLACE),
        ):
            rows = categories(council, kind).order_by("name_da")
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class GapFilter(CategoryFilter):
    kinds: Mapping[str, str] = MappingProxyType({"activity": Kind.ACTIVITY, "place": Kind.PLACE})
    across = forms.ChoiceField(
        label=_("What is in the columns?"),
        required=False,
        choices=[("", Kind.ACTIVITY.label), ("place", Kind.PLACE.label)],
    )


class SynonymsForm(CivicForm):
    words = forms.CharField(
        label=_("Words that mean the same"),
        max_length=300,
        help_text=_("Two or more, with commas between. The first stands for all of them."),
    )
    kind = forms.ChoiceField(
        label=_("What are they about?"), choices=SynonymSet.Kind.choices, widget=forms.RadioSelect
    )


class NotSameForm(CivicForm):
    reason = forms.CharField(
        label=_("In what way do they differ?"), max_length=600, widget=text_area(3)
    )


class SettleForm(CivicForm):
    choice = forms.ChoiceField(
        label=_("Tell what you do"), choices=Coordination.Choice.choices, widget=forms.RadioSelect
    )
    reason = forms.CharField(label=_("Why?"), max_length=1000, widget=text_area(4))
    hours_freed = forms.IntegerField(
        label=_("How many hours a year does it free?"),
        required=False,
        min_value=0,
        help_text=_("Leave it empty when you do not know."),
    )
    follow_up = forms.DateField(label=_("When do we look at it again?"), widget=DateInput)
