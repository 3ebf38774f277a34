from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category, Offer, Sector
from samskab.civic.commons.actors.queries import arranged, categories
from samskab.civic.commons.actors.sections import Kept, filters
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.models import Council

Kind = Category.Kind
OFFERED: Mapping[str, str] = MappingProxyType(
    {"competence": Kind.COMPETENCE, "resource": Kind.RESOURCE, "place": Kind.PLACE}
)
DateInput = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def text_area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


# --- filters in the address of a list ----------------------------------------------------------
class CategoryFilter(forms.Form):
    """Narrows a list by words, each given by its slug in the address.

    `kinds` says which field takes which kind. The words of all fields are read at once, merged
    ones among them, so that an old link can be led to the new word.
    """

    kinds: Mapping[str, str] = MappingProxyType({})

    def __init__(self, data: QueryDict, council: Council) -> None:
        super().__init__(data, label_suffix="")
        rows = Category.objects.filter(council=council, kind__in=set(self.kinds.values()))
        self._words = list(rows.select_related("merged_into"))
        for name, kind in self.kinds.items():
            alive = arranged(word for word in self._of(kind) if not word.merged_into)
            choices = [(word.slug, word.indented) for word in alive]
            field = forms.ChoiceField(
                choices=[("", _("All")), *choices],
                required=False,
                label=Kind(kind).label,
            )
            self.fields[name] = field

    def _of(self, kind: str) -> Iterable[Category]:
        return (word for word in self._words if word.kind == kind)

    def moved_to(self) -> str:
        """The query string with the words that merged ones became, or nothing."""
        query = self.data.copy()  # type: ignore[attr-defined]
        changed = False
        for name, kind in self.kinds.items():
            for word in self._of(kind):
                if word.merged_into and query.get(name) == word.slug:
                    query[name] = word.merged_into.slug
                    changed = True
        return str(query.urlencode()) if changed else ""

    def chosen(self) -> dict[str, Any]:
        """What the query takes; a field with a value that does not exist narrows nothing."""
        self.is_valid()
        found: dict[str, Any] = {
            name: value for name, value in self.cleaned_data.items() if value not in ("", None)
        }
        for name, kind in self.kinds.items():
            if slug := found.get(name):
                found[name] = next(word for word in self._of(kind) if word.slug == slug)
        return found


def _lent() -> dict[str, str]:
    """The words of the lists, and those that later rooms lend."""
    return {**OFFERED, **{kind: kind for kind in filters()}}


class DirectoryFilter(CategoryFilter):
    kinds = OFFERED
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    sector = forms.ChoiceField(
        label=_("Sector"), required=False, choices=[("", _("All")), *Sector.choices]
    )
    kind = forms.ChoiceField(
        label=_("Offers a"), required=False, choices=[("", _("All")), *Offer.Kind.choices]
    )
    on = forms.DateField(label=_("There on this day"), required=False, widget=DateInput)
    until = forms.DateField(label=_("And until this day"), required=False, widget=DateInput)

    def __init__(self, data: QueryDict, council: Council) -> None:
        self.kinds = _lent()
        super().__init__(data, council)


class OfferFilter(CategoryFilter):
    kinds = OFFERED
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    kind = forms.ChoiceField(
        label=_("Kind"), required=False, choices=[("", _("All")), *Offer.Kind.choices]
    )
    sector = forms.ChoiceField(
        label=_("Sector of the actor"), required=False, choices=[("", _("All")), *Sector.choices]
    )
    on = forms.DateField(label=_("There on this day"), required=False, widget=DateInput)
    until = forms.DateField(label=_("And until this day"), required=False, widget=DateInput)
    fresh = forms.BooleanField(label=_("Only what was confirmed within a year"), required=False)

    def __init__(self, data: QueryDict, council: Council) -> None:
        self.kinds = _lent()
        super().__init__(data, council)


class CoverageFilter(CategoryFilter):
    kinds: Mapping[str, str] = MappingProxyType({"place": Kind.PLACE})
    show = forms.ChoiceField(
        label=pgettext_lazy("which words", "Show"),
        required=False,
        choices=[
            ("", _("What is offered or needed")),
            ("gap", _("What is needed and nobody offers")),
            ("thin", _("What is needed more than offered")),
            ("plenty", _("What is offered and not needed now")),
            ("all", _("All words")),
        ],
    )


# --- categories --------------------------------------------------------------------------------
class WordChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """One word of a kind, narrower words moved in below the wider."""

    def offer(self, words: QuerySet[Category]) -> None:
        rows = arranged(words)
        self.queryset = words
        self.choices = [("", self.empty_label), *((row.pk, row.indented) for row in rows)]


def places(field: Any, council: Council) -> None:
    cast(WordChoice, field).offer(categories(council, Kind.PLACE))


class CategoryForm(CivicForm):
    """`kind` is in the address, so that the wider words of that kind can be offered."""

    name_da = forms.CharField(label=_("Name in Danish"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)
    parent = WordChoice(
        Category.objects.none(),
        label=_("Below"),
        required=False,
        empty_label=_("At the top"),
        help_text=_("Who looks for the wider word finds the narrower ones too."),
    )

    def __init__(self, *args: Any, council: Council, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(WordChoice, self.fields["parent"]).offer(categories(council, kind))


class MoveForm(CivicForm):
    parent = WordChoice(
        Category.objects.none(), label=_("Below"), required=False, empty_label=_("At the top")
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = categories(category.council, category.kind).exclude(pk=category.pk)
        cast(WordChoice, self.fields["parent"]).offer(rows)


class RenameForm(CivicForm):
    name_da = forms.CharField(label=_("Name in Danish"), max_length=80)
    name_en = forms.CharField(label=_("Name in English"), max_length=80, required=False)


class MergeForm(CivicForm):
    into = WordChoice(
        Category.objects.none(), label=_("Merge into"), empty_label=_("Choose a word")
    )

    def __init__(self, *args: Any, category: Category, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = categories(category.council, category.kind).exclude(pk=category.pk)
        cast(WordChoice, self.fields["into"]).offer(rows)


# --- actors ------------------------------------------------------------------------------------
class ActorForm(CivicForm):
    sector = forms.ChoiceField(label=_("What are you?"), choices=Sector.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.CharField(
        label=_("Tell what you do"), required=False, max_length=2000, widget=text_area()
    )
    area = WordChoice(
        Category.objects.none(), label=_("Where?"), required=False, empty_label=_("Everywhere")
    )
    website = forms.URLField(label=_("Website"), required=False, assume_scheme="https")
    cvr = forms.CharField(
        label=_("CVR number"),
        required=False,
        max_length=14,
        help_text=_("Leave it empty when you have none."),
    )
    contact_name = forms.CharField(
        label=_("Contact person"),
        required=False,
        max_length=80,
        help_text=_("Seen by your own people and the secretariat only."),
    )
    contact_email = forms.EmailField(
        label=_("E-mail of the contact person"),
        required=False,
        help_text=_("Seen by your own people and the secretariat only."),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places(self.fields["area"], council)


class RepresentativeForm(CivicForm):
    email = forms.EmailField(label=_("E-mail of the person"))


class FreshForm(CivicForm):
    """What an actor has, all ticked: one press says that it still holds."""

    holds = forms.MultipleChoiceField(
        label=_("This still holds"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one thing that still holds.")},
    )

    def __init__(self, *args: Any, kept: Iterable[tuple[str, Kept]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(f"{name}:{item.key}", _when(item)) for name, item in kept]
        self.fields["holds"].choices = choices  # type: ignore[attr-defined]
        self.fields["holds"].initial = [key for key, _label in choices]

    def keys(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for name, _mark, key in (text.partition(":") for text in self.cleaned_data["holds"]):
            found.setdefault(name, []).append(int(key))
        return found


def _when(item: Kept) -> str:
    day = date_format(item.confirmed_on, "DATE_FORMAT")
    return gettext("%(title)s (last confirmed %(day)s)") % {"title": item.title, "day": day}


# --- offers ------------------------------------------------------------------------------------
class CategoryChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # no generic at run time
    """Categories of several kinds, under a heading for each."""

    def grouped(self, rows: Iterable[Category]) -> None:
        groups: dict[str, list[tuple[int, str]]] = {}
        for row in arranged(rows):
            groups.setdefault(str(Kind(row.kind).label), []).append((row.pk, row.indented))
        self.choices = [("", self.empty_label), *groups.items()]


class OfferForm(CivicForm):
    title = forms.CharField(label=_("What do you offer, in a few words?"), max_length=120)
    category = CategoryChoice(
        Category.objects.none(),
        label=_("What is it?"),
        empty_label=_("Choose a word"),
        help_text=_("Competences are what you can do. Resources are what you have."),
    )
    text = forms.CharField(
        label=_("Tell more"), required=False, max_length=2000, widget=text_area()
    )
    quantity = forms.DecimalField(
        label=_("How much?"), required=False, max_digits=12, decimal_places=2, localize=True
    )
    unit = forms.CharField(
        label=_("Counted in"),
        required=False,
        max_length=40,
        help_text=_("For example hours a month, places or kroner."),
    )
    period_from = forms.DateField(label=_("From"), required=False, widget=DateInput)
    period_to = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    area = WordChoice(
        Category.objects.none(), label=_("Where?"), required=False, empty_label=_("Everywhere")
    )
    conditions = forms.CharField(
        label=_("Conditions"), required=False, max_length=1000, widget=text_area(3)
    )
    wants = forms.CharField(
        label=_("What do you want to get out of it?"),
        required=False,
        max_length=1000,
        widget=text_area(3),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = categories(council).filter(kind__in=[Kind.COMPETENCE, Kind.RESOURCE])
        field = cast(CategoryChoice, self.fields["category"])
        field.queryset = rows
        field.grouped(rows)
        places(self.fields["area"], council)

    def values(self) -> dict[str, Any]:
        """The kind of the offer is the kind of its word."""
        found = super().values()
        return {**found, "kind": found["category"].kind}
