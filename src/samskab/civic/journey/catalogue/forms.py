from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.actors.queries import categories
from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.catalogue import remote
from samskab.civic.journey.catalogue.models import Source
from samskab.civic.journey.concepts.models import Level


class AddressForm(CivicForm):
    """Asks who answers there as part of the check: outside of any transaction."""

    address = forms.CharField(
        label=_("Their address"),
        max_length=300,
        help_text=_("The front page of their site, for example https://raad.kommune.dk"),
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        try:
            found["address"] = remote.normal(found["address"])
            found["found"] = remote.introduce(found["address"])
        except CivicError as error:
            self.add_error("address", str(error.message))
        return found


class KeyForm(CivicForm):
    key = forms.CharField(widget=forms.HiddenInput, max_length=44)
    same = forms.BooleanField(label=_("I have asked them for their key, and it is the same"))

    def values(self) -> dict[str, Any]:
        return {"key": self.cleaned_data["key"]}


class CatalogueFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    group = forms.ModelChoiceField(
        Category.objects.none(), label=_("For whom"), required=False, empty_label=_("All")
    )
    level = forms.ChoiceField(
        label=_("How sure"), required=False, choices=[("", _("All")), *Level.choices]
    )
    source = forms.ModelChoiceField(
        Source.objects.none(), label=_("Where from"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = categories(council, Category.Kind.TARGET_GROUP)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        sources = Source.objects.filter(council=council, publisher__isnull=False)
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]
