from __future__ import annotations

from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.forms import CategoryChoice, DateInput, text_area
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.commons.actors.queries import categories
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import queries
from samskab.civic.journey.coalitions.matching import Table
from samskab.civic.journey.coalitions.models import Agreement, Need, Part, Signature, measure

WORDS = (Category.Kind.COMPETENCE, Category.Kind.RESOURCE)


class NeedFilter(FilterForm):
    """Narrows the list of needs by what the address says."""

    category = CategoryChoice(
        Category.objects.none(), label=_("What"), required=False, empty_label=_("All")
    )
    place = forms.ModelChoiceField(
        Category.objects.none(), label=_("Where"), required=False, empty_label=_("All")
    )
    gap = forms.BooleanField(label=_("Only what nobody offers"), required=False)
    challenge = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        _choose_words(self, council)
        self.fields["place"].queryset = _places(council)  # type: ignore[attr-defined]


def _choose_words(form: forms.Form, council: Council) -> None:
    rows = categories(council).filter(kind__in=WORDS).order_by("kind", "name_da")
    field = cast(CategoryChoice, form.fields["category"])
    field.queryset = rows
    field.grouped(rows)


def _places(council: Council) -> Any:
    return categories(council, Category.Kind.PLACE)


class NeedForm(CivicForm):
    title = forms.CharField(
        label=_("What do you need, in a few words?"),
        max_length=120,
        help_text=_("For example: Somebody who drives in the evening."),
    )
    category = CategoryChoice(
        Category.objects.none(),
        label=_("What is it?"),
        empty_label=_("Choose a word"),
        help_text=_("Offers of the same word are found."),
    )
    amount = forms.DecimalField(
        label=_("How much?"), max_digits=12, decimal_places=2, localize=True
    )
    unit = forms.CharField(
        label=_("Counted in"),
        max_length=40,
        required=False,
        help_text=_("Write it as in the offers. For example hours a week."),
    )
    must = forms.BooleanField(
        label=_("It has to be covered"),
        required=False,
        initial=True,
        help_text=_("Without a tick it is nice to have."),
    )
    period_from = forms.DateField(label=_("From"), required=False, widget=DateInput)
    period_to = forms.DateField(label=_("Until"), required=False, widget=DateInput)
    area = forms.ModelChoiceField(
        Category.objects.none(), label=_("Where?"), required=False, empty_label=_("Everywhere")
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_words(self, council)
        self.fields["area"].queryset = _places(council)  # type: ignore[attr-defined]


def need_values(need: Need) -> dict[str, Any]:
    """The need as the form shows it."""
    names = ("title", "category", "amount", "unit", "must", "period_from", "period_to", "area")
    return {name: getattr(need, name) for name in names} | {"seen": need.version}


class OfferChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """An offer with its party and what is left of it."""

    table: Table

    def label_from_instance(self, obj: Any) -> str:
        left = self.table.left(obj)
        rest = "" if left is None else f" – {measure(left, obj.unit)}"
        return f"{obj.actor.name}: {obj.title}{rest}"


class PartForm(CivicForm):
    need = forms.ModelChoiceField(Need.objects.none(), label=_("To which need?"))
    offer = OfferChoice(
        Offer.objects.none(),
        label=_("From which offer?"),
        help_text=_("The number says how much is left."),
    )
    amount = forms.DecimalField(
        label=_("How much?"), max_digits=12, decimal_places=2, localize=True
    )
    gain = forms.CharField(
        label=_("What does the party get out of it?"),
        max_length=600,
        required=False,
        widget=text_area(3),
    )

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        need, offer = self.fields["need"], cast(OfferChoice, self.fields["offer"])
        keys = [row.pk for row in table.needs]
        need.queryset = Need.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
        need.label_from_instance = _need_label  # type: ignore[attr-defined]
        offer.table = table
        offer.queryset = Offer.objects.filter(
            pk__in=[row.pk for row in table.offers]
        ).select_related("actor")


def _need_label(need: Need) -> str:
    return f"{need.title} ({need.measured})"


class WishForm(CivicForm):
    actor = forms.ModelChoiceField(Actor.objects.none(), label=_("Who has the wish?"))
    together = forms.ChoiceField(
        label=_("What do they want?"),
        choices=[("1", _("Only with this party")), ("0", _("Not with this party"))],
        widget=forms.RadioSelect,
    )
    other = forms.ModelChoiceField(Actor.objects.none(), label=_("Which party?"))

    def __init__(
        self, *args: Any, table: Table, own: QuerySet[Actor] | None = None, **kwargs: Any
    ) -> None:
        """`own` are the actors that may be spoken for; all unless given."""
        super().__init__(*args, **kwargs)
        keys = {offer.actor_id for offer in table.offers}
        known = Actor.objects.filter(pk__in=keys)
        self.fields["other"].queryset = known  # type: ignore[attr-defined]
        self.fields["actor"].queryset = known if own is None else own  # type: ignore[attr-defined]

    def clean_together(self) -> bool:
        return bool(self.cleaned_data["together"] == "1")


class PartEditForm(CivicForm):
    amount = forms.DecimalField(
        label=_("How much?"), max_digits=12, decimal_places=2, localize=True
    )
    gain = forms.CharField(
        label=_("What does the party get out of it?"),
        max_length=600,
        required=False,
        widget=text_area(3),
    )


def part_values(part: Part) -> dict[str, Any]:
    return {"amount": part.amount, "gain": part.gain, "seen": part.version}


class AnswerForm(CivicForm):
    answer = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, we can do that")), ("no", _("No, we cannot do that"))],
        widget=forms.RadioSelect,
    )
    gain = forms.CharField(
        label=_("What do you get out of it?"),
        max_length=600,
        required=False,
        widget=text_area(3),
        help_text=_("Everybody should gain something. We ask again when the pilot is over."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=600,
        required=False,
        widget=text_area(3),
        help_text=_("Needed when you say no. Everybody can read it."),
    )


class ReasonForm(CivicForm):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=600,
        widget=text_area(3),
        help_text=_("Everybody can read it."),
    )


class PartiesForm(CivicForm):
    """Who writes an agreement together."""

    parties = forms.ModelMultipleChoiceField(
        queryset=Actor.objects.none(),
        label=_("Who are in it?"),
        help_text=_("At least two. Each of them signs."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parties"].queryset = queries.parties_to_choose(challenge)  # type: ignore[attr-defined]


class AgreementForm(CivicForm):
    purpose = forms.CharField(
        label=_("What do you want to reach together?"), max_length=2000, widget=text_area(4)
    )
    for_whom = forms.CharField(
        label=_("For whom?"), max_length=600, required=False, widget=text_area(2)
    )
    degree = forms.ChoiceField(
        label=_("How closely do you work together?"),
        choices=Agreement.Degree.choices,
        widget=forms.RadioSelect,
    )
    rights = forms.CharField(
        label=_("Rights"),
        max_length=2000,
        required=False,
        widget=text_area(4),
        help_text=_("One on each line."),
    )
    duties = forms.CharField(
        label=_("Duties"),
        max_length=2000,
        required=False,
        widget=text_area(4),
        help_text=_("One on each line."),
    )
    notice = forms.CharField(label=_("How can one leave?"), max_length=300)

    def __init__(self, *args: Any, signatures: list[Signature], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.signatures = signatures
        for row in signatures:
            self.fields[f"role_{row.actor_id}"] = forms.CharField(
                label=_("%(actor)s: role") % {"actor": row.actor.name},
                max_length=200,
                required=False,
            )
            self.fields[f"tasks_{row.actor_id}"] = forms.CharField(
                label=_("%(actor)s: tasks") % {"actor": row.actor.name},
                max_length=2000,
                required=False,
                widget=text_area(3),
                help_text=_("One on each line."),
            )

    def values(self) -> dict[str, Any]:
        given = super().values()
        roles = {
            row.actor_id: (
                given.pop(f"role_{row.actor_id}"),
                given.pop(f"tasks_{row.actor_id}").splitlines(),
            )
            for row in self.signatures
        }
        given["rights"] = given["rights"].splitlines()
        given["duties"] = given["duties"].splitlines()
        return {**given, "roles": roles}


def agreement_values(agreement: Agreement, signatures: list[Signature]) -> dict[str, Any]:
    """The agreement as the form shows it."""
    values = {
        "purpose": agreement.purpose,
        "for_whom": agreement.for_whom,
        "degree": agreement.degree,
        "rights": "\n".join(agreement.rights),
        "duties": "\n".join(agreement.duties),
        "notice": agreement.notice,
        "seen": agreement.version,
    }
    for row in signatures:
        values[f"role_{row.actor_id}"] = row.role
        values[f"tasks_{row.actor_id}"] = "\n".join(row.tasks)
    return values


class SignForm(CivicForm):
    name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=12,
        help_text=_("Six digits."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]*"}
        ),
    )
