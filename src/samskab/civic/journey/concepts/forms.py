from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.actors.queries import OFFERED, categories
from samskab.civic.foundation.core.errors import CivicError
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.forms import WithoutContacts
from samskab.civic.journey.concepts.kinds import KINDS
from samskab.civic.journey.concepts.models import FEWEST, Level
from samskab.civic.journey.concepts.package import MAX_REPORT
from samskab.civic.journey.concepts.parcel import Parcel, opened

LINES_AT_MOST, LINE_LENGTH = 40, 300


def area(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class LinesField(forms.CharField):
    """One thing on each line."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        kwargs.setdefault("widget", area(5))
        kwargs.setdefault("help_text", _("One on each line."))
        super().__init__(max_length=8000, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > LINES_AT_MOST:
            raise forms.ValidationError(_("Write at most %(n)s lines.") % {"n": LINES_AT_MOST})
        if any(len(line) > LINE_LENGTH for line in lines):
            raise forms.ValidationError(
                _("One of the lines is too long. Keep each below %(n)s letters.")
                % {"n": LINE_LENGTH}
            )
        return lines


class WriteForm(CivicForm):
    title = forms.CharField(label=_("What do you call it?"), max_length=120)
    problem = forms.CharField(
        label=_("Which problem is it for?"), max_length=2000, required=False, widget=area(5)
    )
    for_whom = forms.CharField(label=_("For whom?"), max_length=300, required=False)
    target_groups = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        label=_("Target groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    core = LinesField(
        label=_("The core: what has to be kept?"),
        help_text=_("What makes it work. One on each line."),
    )
    adaptable = LinesField(
        label=_("What can others do in their own way?"), help_text=_("One on each line.")
    )
    must_change = forms.CharField(
        label=_("What has to be changed?"),
        max_length=2000,
        required=False,
        widget=area(3),
        help_text=_("Needed when the council said: change it and try again."),
    )
    steps = LinesField(label=_("Steps, in order"))
    roles = LinesField(label=_("Who does what?"))
    pitfalls = LinesField(label=_("What can go wrong?"))
    cost_dkk = forms.IntegerField(
        label=_("What did it cost, in kroner?"),
        required=False,
        min_value=0,
        max_value=2_000_000_000,
    )
    cost_note = forms.CharField(
        label=_("What does the price cover?"), max_length=300, required=False
    )
    evidence_note = forms.CharField(
        label=_("What can the figures say, and what can they not?"),
        max_length=2000,
        required=False,
        widget=area(3),
        help_text=_("The figures themselves come from the evaluation."),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = categories(council, Category.Kind.TARGET_GROUP)
        self.fields["target_groups"].queryset = groups  # type: ignore[attr-defined]


class EditForm(WriteForm):
    changes = forms.CharField(
        label=_("What is new in this version?"),
        max_length=2000,
        required=False,
        widget=area(3),
        help_text=_("Needed from the second version on."),
    )


class RequirementForm(CivicForm):
    category = forms.ModelChoiceField(Category.objects.none(), label=_("What kind?"))
    title = forms.CharField(
        label=_("In your words"),
        max_length=120,
        required=False,
        help_text=_("Empty means: the name of the kind."),
    )
    amount = forms.DecimalField(
        label=_("How much?"), max_digits=11, decimal_places=2, min_value=0, localize=True
    )
    unit = forms.CharField(
        label=_("Unit"), max_length=40, required=False, help_text=_("For example: hours a week")
    )
    must = forms.BooleanField(label=_("It does not work without"), required=False, initial=True)

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = categories(council).filter(kind__in=OFFERED)
        self.fields["category"].queryset = rows  # type: ignore[attr-defined]


class DropForm(CivicForm):
    title = forms.CharField(max_length=120, widget=forms.HiddenInput)


class MaterialForm(CivicForm):
    file = forms.FileField(
        label=_("The file"),
        help_text=_("PDF, text, pictures or office files. All together 50 MB at most."),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{ending}" for ending in KINDS)}),
    )
    title = forms.CharField(label=_("What is it?"), max_length=120)


class TrustForm(CivicForm):
    """A signed file; `trust` only for those who may say whom the council knows."""

    trust = forms.BooleanField(
        label=_("I have asked those who sent it for their key, and it is the same"),
        required=False,
        help_text=_("Only needed when the file comes from somebody new."),
    )

    def __init__(self, *args: Any, may_trust: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_trust:
            del self.fields["trust"]


class FileForm(TrustForm):
    """The file is checked to the last byte before anything is changed."""

    file = forms.FileField(
        label=_("The concept file"),
        allow_empty_file=True,
        help_text=_("A zip file that another council has given you. 55 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".zip,application/zip"}),
    )
    field_order = ["file", "trust"]

    def clean_file(self) -> Parcel:
        try:
            return opened(self.cleaned_data["file"].file)
        except CivicError as error:
            raise forms.ValidationError(str(error.message)) from None

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {"parcel": values["file"], "trust": values.get("trust", False)}


class ReportFileForm(TrustForm):
    limit = MAX_REPORT

    file = forms.FileField(
        label=_("The file with their answer"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )
    field_order = ["file", "trust"]

    def clean_file(self) -> bytes:
        upload = self.cleaned_data["file"]
        if upload.size > self.limit:
            raise forms.ValidationError(_("The file is too large. Such a file is short."))
        return bytes(upload.read(self.limit + 1))

    def values(self) -> dict[str, Any]:
        values = super().values()
        return {"data": values["file"], "trust": values.get("trust", False)}


YES_NO = [("yes", _("Yes")), ("no", _("No")), ("", _("Do not know yet"))]


class AdoptForm(CivicForm):
    plan = forms.CharField(
        label=_("How do you want to try it?"),
        max_length=2000,
        required=False,
        widget=area(4),
        help_text=_("Where, when and with whom. It goes into the new challenge."),
    )
    changed = forms.CharField(
        label=_("What do you do in another way?"), max_length=2000, required=False, widget=area(4)
    )
    core_kept = forms.ChoiceField(
        label=_("Do you keep the whole core?"),
        choices=YES_NO,
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["core_kept"] = {"yes": True, "no": False}.get(values["core_kept"])
        return values


class ReportForm(AdoptForm):
    field_order = [
        "note", "changed", "core_kept", "n", "estimate", "low", "high", "se", "scale",
        "instrument", "compared",
    ]  # fmt: skip

    plan = None  # type: ignore[assignment]
    note = forms.CharField(
        label=_("How did it go?"),
        max_length=2000,
        widget=area(5),
        help_text=_("Also what did not work. No names."),
    )
    n = forms.IntegerField(
        label=_("How many answered both before and after?"),
        required=False,
        min_value=0,
        max_value=10_000_000,
        help_text=_("Leave the figures empty when fewer than %(n)s answered.") % {"n": FEWEST},
    )
    estimate = forms.FloatField(
        label=_("The typical change"),
        required=False,
        min_value=-1_000_000,
        max_value=1_000_000,
        localize=True,
        help_text=_("After minus before, in points. It stands in your evaluation."),
    )
    low = forms.FloatField(
        label=_("From"), required=False, min_value=-1_000_000, max_value=1_000_000, localize=True,
        help_text=_("The lower end of the interval of 95 %."),
    )  # fmt: skip
    high = forms.FloatField(
        label=_("To"), required=False, min_value=-1_000_000, max_value=1_000_000, localize=True,
        help_text=_("The upper end."),
    )  # fmt: skip
    se = forms.FloatField(
        label=_("Or the standard error"),
        required=False,
        min_value=0,
        max_value=1_000_000,
        localize=True,
    )
    scale = forms.ChoiceField(label=_("Measured with"), required=False, widget=forms.RadioSelect)
    instrument = forms.CharField(
        label=_("If with something else: what?"), max_length=40, required=False
    )
    compared = forms.BooleanField(
        label=_("The figures are held against a group that did not take part"), required=False
    )

    def __init__(self, *args: Any, scale: tuple[str, str] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if scale is None:
            del self.fields["scale"]
            self.fields["instrument"].label = _("Measured with")
            return
        same = _("The same as in the recipe: %(scale)s") % {"scale": scale[1]}
        choices = [(scale[0], same), ("", _("Something else"))]
        self.fields["scale"].choices = choices  # type: ignore[attr-defined]
        self.fields["scale"].initial = scale[0]

    def values(self) -> dict[str, Any]:
        values = super().values()
        values["instrument"] = values.pop("scale", "") or values["instrument"]
        return values


class AsideForm(WithoutContacts):
    guarded = ("reason",)
    field_order = ["reason", "contacts_ok"]

    reason = forms.CharField(
        label=_("Why do they not count?"),
        max_length=400,
        widget=area(3),
        help_text=_("Say it so that the place itself can see that it is right."),
    )


class ListFilter(FilterForm):
    q = forms.CharField(label=_("Words"), required=False, max_length=80)
    group = forms.ModelChoiceField(
        Category.objects.none(), label=_("For whom"), required=False, empty_label=_("All")
    )
    level = forms.ChoiceField(
        label=_("How sure"), required=False, choices=[("", _("All")), *Level.choices]
    )
    source = forms.ChoiceField(
        label=_("Where from"),
        required=False,
        choices=[("", _("All")), ("own", _("Our own")), ("elsewhere", _("From other councils"))],
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = categories(council, Category.Kind.TARGET_GROUP)
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
