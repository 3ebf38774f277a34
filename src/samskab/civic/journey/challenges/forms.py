from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.actors.queries import actors_of, categories
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import PATH, Closing, Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import public
from samskab.engine.language import find_contacts


def area(rows: int = 5) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class WithoutContacts(CivicForm):
    """Asks once when a text seems to hold somebody's phone number or address."""

    guarded: tuple[str, ...] = ()
    contacts_ok = forms.BooleanField(
        label=_("Yes, it may stand there. It is my own or belongs to an organisation."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.is_bound and self.data.get("contacts_ok")) and not self._found():
            self.fields["contacts_ok"].widget = forms.HiddenInput()

    def _found(self) -> list[str]:
        if not self.is_bound:
            return []
        return [name for name in self.guarded if find_contacts(str(self.data.get(name, "")))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("contacts_ok"):
            for name in self._found():
                self.add_error(
                    name,
                    _(
                        "This looks like a phone number, an e-mail or an address. Is it another "
                        "person's? Then take it out. Is it fine? Then tick the box below."
                    ),
                )
        return cleaned

    def values(self) -> dict[str, Any]:
        values = super().values()
        values.pop("contacts_ok", None)
        return values


def short_name() -> forms.CharField:
    return forms.CharField(
        label=_("Give it a short name"),
        max_length=120,
        help_text=_("For example: Nowhere warm to be on Sundays"),
    )


def target_groups(label: Any) -> forms.Field:
    return forms.ModelMultipleChoiceField(
        Category.objects.none(),
        label=label,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose as many as fit."),
    )


class AboutGroups(WithoutContacts):
    """A form with the target groups of its council among its fields."""

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["target_groups"]
        groups.queryset = categories(council, "target_group")  # type: ignore[attr-defined]


class WhatForm(WithoutContacts):
    guarded = ("title", "what")
    field_order = ["title", "what", "contacts_ok"]

    title = short_name()
    what = forms.CharField(
        label=_("What is the problem?"),
        max_length=4000,
        widget=area(8),
        help_text=_("Use your own words. Short is fine. Do not write names or CPR numbers."),
    )


class WhomForm(AboutGroups):
    guarded = ("for_whom",)
    field_order = ["for_whom", "target_groups", "contacts_ok", "on_behalf", "on_behalf_consent"]

    for_whom = forms.CharField(
        label=_("For whom is it a problem?"), max_length=1000, required=False, widget=area(3)
    )
    target_groups = target_groups(_("Who is it about?"))
    on_behalf = forms.BooleanField(
        label=_("I write this on behalf of another person"), required=False
    )
    on_behalf_consent = forms.CharField(
        label=_("How did the person say yes?"),
        max_length=400,
        required=False,
        help_text=_("For example: We wrote it together on Tuesday. No names."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("on_behalf") and not cleaned.get("on_behalf_consent"):
            self.add_error("on_behalf_consent", _("Write how the person said yes to this."))
        return cleaned


class WhereAndWhoForm(WithoutContacts):
    """Where it is, and how to write back."""

    where = forms.CharField(
        label=_("Where is it?"),
        max_length=200,
        required=False,
        help_text=_("A town, a part of town or a place everybody knows."),
    )
    name = forms.CharField(
        label=_("What may we call you?"),
        max_length=80,
        required=False,
        help_text=_("A first name is enough. Leave it empty if you like."),
    )
    contact_email = forms.EmailField(
        label=_("Your e-mail"),
        required=False,
        help_text=_("Only the secretariat sees it. Without it, keep the link on the next page."),
    )


class WhereForm(WhereAndWhoForm):
    guarded = ("where",)
    field_order = ["where", "photo", "photo_text", "contacts_ok", "name", "contact_email"]

    photo = forms.FileField(
        label=_("A photo"),
        required=False,
        help_text=_(
            "JPEG or PNG, 10 MB at most. No faces. We remove place and time from the file."
        ),
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


RAISING = (WhatForm, WhomForm, WhereForm)


# --- the sheet with which a process is prepared ------------------------------------------------
class SheetWhomForm(AboutGroups):
    guarded = ("title", "for_whom")
    field_order = ["title", "for_whom", "target_groups", "contacts_ok"]

    title = short_name()
    for_whom = forms.CharField(
        label=_("Who is it about, and have you talked with any of them?"),
        max_length=1000,
        widget=area(4),
        help_text=_("Write it so they would know themselves. No names."),
    )
    target_groups = target_groups(_("Which groups is that?"))


class SheetDreamForm(WithoutContacts):
    guarded = ("dream",)
    field_order = ["dream", "contacts_ok"]

    dream = forms.CharField(
        label=_("What do you dream of?"),
        max_length=300,
        widget=area(2),
        help_text=_("One line. It may be a big one."),
    )


class SheetResultsForm(WithoutContacts):
    guarded = ("first", "second", "third")
    field_order = ["first", "second", "third", "contacts_ok"]

    first = forms.CharField(
        label=_("What is the most important that should come out of it?"), max_length=200
    )
    second = forms.CharField(label=_("And the next?"), max_length=200, required=False)
    third = forms.CharField(
        label=_("And the third?"),
        max_length=200,
        required=False,
        help_text=_("Three at most. Can you not choose? Then you do not agree yet."),
    )


class SheetPartiesForm(WithoutContacts):
    guarded = ("usual", "unthought")
    field_order = ["usual", "unthought", "contacts_ok"]

    usual = forms.CharField(
        label=_("Who should take part, and why would they want to?"),
        max_length=800,
        widget=area(4),
        help_text=_("One on each line. For example: The church café – they open anyway"),
    )
    unthought = forms.CharField(
        label=_("Who has nobody thought of, and why would they want to?"),
        max_length=800,
        required=False,
        widget=area(4),
        help_text=_("A shop, a neighbour, a club. One on each line."),
    )


class SheetPlanForm(WhereAndWhoForm):
    guarded = ("plan", "where")
    field_order = ["plan", "where", "contacts_ok", "name", "contact_email"]

    plan = forms.CharField(
        label=_("How will you do it?"),
        max_length=800,
        required=False,
        widget=area(4),
        help_text=_("When do you meet, and where? Who sees to what?"),
    )


PREPARING = (SheetWhomForm, SheetDreamForm, SheetResultsForm, SheetPartiesForm, SheetPlanForm)


class CorrectForm(CivicForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    what = forms.CharField(label=_("What is the problem?"), max_length=4000, widget=area(8))
    for_whom = forms.CharField(
        label=_("For whom is it a problem?"), max_length=1000, required=False, widget=area(3)
    )
    where = forms.CharField(label=_("Where is it?"), max_length=200, required=False)


class WithdrawForm(CivicForm):
    reason = forms.CharField(label=_("Why? (optional)"), max_length=600, required=False)


YES_NO = [("yes", _("Yes")), ("no", _("No"))]


class ScreenForm(CivicForm):
    is_complex = forms.ChoiceField(
        label=_("Is it complex enough to need several parties?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    in_focus = forms.ChoiceField(
        label=_("Does it belong to the focus of the year?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    fixed_beforehand = forms.CharField(
        label=_("What is fixed beforehand?"),
        max_length=1000,
        required=False,
        widget=area(3),
        help_text=_("Money, law, buildings. Say it openly, so that nobody hits a glass ceiling."),
    )
    fixed_by = forms.CharField(label=_("Who has fixed it?"), max_length=200, required=False)
    accepted = forms.ChoiceField(
        label=_("Is this something to solve together?"),
        choices=[("yes", _("Yes, go on")), ("no", _("No, this is not for co-creation"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("The answer to the person who raised it"),
        max_length=2000,
        widget=area(5),
        help_text=_("Give the reason in plain words. Everybody can read it."),
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        for name in ("is_complex", "in_focus", "accepted"):
            values[name] = values[name] == "yes"
        return values


class MoveForm(CivicForm):
    to = forms.ChoiceField(label=_("Move to"), widget=forms.RadioSelect)
    closing = forms.ChoiceField(
        label=_("If it closes: why?"),
        choices=[("", _("It does not close")), *Closing.choices],
        required=False,
    )
    merged_into = forms.ModelChoiceField(
        Challenge.objects.none(), label=_("If it is merged: into which?"), required=False
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=600, widget=area(3), help_text=_("Everybody can read it.")
    )

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = _targets(challenge)  # type: ignore[attr-defined]
        others = public(challenge.council).exclude(pk=challenge.pk).exclude(step=Step.CLOSED)
        recent = others.order_by("-moved_at")[:200].values("pk")
        self.fields["merged_into"].queryset = Challenge.objects.filter(  # type: ignore[attr-defined]
            pk__in=recent
        )


def _targets(challenge: Challenge) -> list[tuple[str, Any]]:
    now = Step(challenge.step)
    if now is Step.CLOSED:
        step = Step(challenge.reached)
        return [(step.value, step.label)]
    earlier = [step for step in PATH[1:] if PATH.index(step) < PATH.index(now)]
    return [(step.value, step.label) for step in (*earlier, Step.CLOSED)]


class InviteForm(CivicForm):
    actor = forms.ModelChoiceField(Actor.objects.none(), label=_("Whom do you invite?"))

    def __init__(self, *args: Any, challenge: Challenge, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = challenge.parties.values("actor")
        rows = Actor.objects.filter(council=challenge.council).exclude(pk__in=taken)
        self.fields["actor"].queryset = rows.order_by("name")  # type: ignore[attr-defined]


class JoinForm(CivicForm):
    actor = forms.ModelChoiceField(
        Actor.objects.none(), label=_("On whose behalf do you join?"), empty_label=None
    )
    offers_help_with = forms.CharField(
        label=_("What can you help with?"), max_length=600, required=False, widget=area(3)
    )
    expected_gain = forms.CharField(
        label=_("What do you want to get out of it?"),
        max_length=600,
        required=False,
        widget=area(3),
        help_text=_("Everybody should gain something. We ask again when the pilot is over."),
    )

    def __init__(self, *args: Any, by: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].queryset = actors_of(by)  # type: ignore[attr-defined]


class ListFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    step = forms.ChoiceField(label=_("Step"), required=False)
    group = forms.ModelChoiceField(
        Category.objects.none(), label=_("Who it is about"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["step"].choices = [("", _("All")), *Step.choices]  # type: ignore[attr-defined]
        groups = categories(council, "target_group")
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
