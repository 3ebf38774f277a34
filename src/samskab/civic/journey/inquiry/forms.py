from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.actors.models import Category, Sector
from samskab.civic.commons.actors.queries import categories
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.forms import WithoutContacts, area
from samskab.civic.journey.inquiry.models import (
    LARGEST_FILE,
    LONGEST,
    Cause,
    Endorsement,
    Inquiry,
    Invitation,
    Statement,
    Vote,
)

LANGUAGES = [("da", _("Danish")), ("en", _("English"))]


class StartForm(CivicForm):
    question = forms.CharField(
        label=_("The question"),
        max_length=200,
        required=False,
        help_text=_("What do you want to hear about? Leave it empty to use the title."),
    )
    statement_language = forms.ChoiceField(label=_("Language of the statements"), choices=LANGUAGES)
    reading = forms.ChoiceField(
        label=_("When do you read what people write?"),
        choices=Inquiry.Reading.choices,
        widget=forms.RadioSelect,
        initial=Inquiry.Reading.BEFORE,
        required=False,
    )

    def clean_reading(self) -> str:
        return self.cleaned_data["reading"] or Inquiry.Reading.BEFORE.value


class VoteForm(CivicForm):
    """One of three buttons. Sent again it changes nothing, so it needs no key of its own."""

    once = seen = None  # type: ignore[assignment]
    statement = forms.IntegerField(widget=forms.HiddenInput)
    value = forms.TypedChoiceField(coerce=int, choices=Vote.Value.choices)


class StatementForm(WithoutContacts):
    guarded = ("text",)
    field_order = ["text", "contacts_ok", "name"]

    text = forms.CharField(
        label=_("Your statement"),
        max_length=LONGEST,
        widget=area(4),
        help_text=_(
            "One thought that others can agree or disagree with. At most 280 characters. "
            "No names and no CPR numbers."
        ),
    )
    name = forms.CharField(
        label=_("What may we call you?"),
        max_length=80,
        required=False,
        help_text=_("Only the facilitator sees it. Leave it empty if you like."),
    )


class SeedForm(CivicForm):
    texts = forms.CharField(
        label=_("Statements to begin with"),
        max_length=20000,
        widget=area(8),
        help_text=_("One on each line. At most 280 characters each."),
    )

    def values(self) -> dict[str, Any]:
        return {"texts": super().values()["texts"].splitlines()}


class ManyForm(CivicForm):
    """Statements that are ticked on the desk, and a reason when they are to be hidden."""

    keys = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reason = forms.CharField(
        label=_("Why are they hidden?"),
        max_length=300,
        required=False,
        help_text=_("Needed when you hide. For example: names a person."),
    )

    def __init__(self, *args: Any, rows: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keys"].choices = [  # type: ignore[attr-defined]
            (row.pk, str(row)) for row in rows
        ]


class MergeForm(CivicForm):
    """Which one says the same: the most alike first."""

    into = forms.TypedChoiceField(
        label=_("Which one says the same?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, rows: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [  # type: ignore[attr-defined]
            (row.pk, str(row)) for row in rows
        ]


class InvitationForm(CivicForm):
    label = forms.CharField(
        label=_("Whom is it for?"),
        max_length=80,
        min_length=3,
        help_text=_("For example: the café on Thursday. No names."),
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    place = forms.ModelChoiceField(
        Category.objects.none(), label=_("Place"), required=False, empty_label=_("Not one place")
    )
    target_group = forms.ModelChoiceField(
        Category.objects.none(),
        label=_("Target group"),
        required=False,
        empty_label=_("Not one target group"),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sector"].choices = [  # type: ignore[attr-defined]
            ("", _("Not one sector")),
            *Sector.choices,
        ]
        for name in ("place", "target_group"):
            rows = categories(council, name)
            self.fields[name].queryset = rows  # type: ignore[attr-defined]


class SheetsForm(CivicForm):
    number = forms.IntegerField(
        label=_("How many sheets?"),
        min_value=1,
        max_value=50,
        help_text=_("One for each person. At most 50 at a time."),
    )
    invitation = forms.ModelChoiceField(
        Invitation.objects.none(),
        label=_("Whom are they for?"),
        required=False,
        empty_label=_("Anybody"),
    )

    def __init__(self, *args: Any, inquiry: Inquiry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Invitation.objects.filter(inquiry=inquiry)
        self.fields["invitation"].queryset = rows  # type: ignore[attr-defined]


class CodeForm(CivicForm):
    code = forms.CharField(
        label=_("The code on the sheet"), max_length=20, help_text=_("Eight letters.")
    )


class SheetForm(CivicForm):
    """The ticks of one sheet, a row of choices for each statement, in the order of the paper."""

    def __init__(self, *args: Any, rows: Iterable[Statement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, row in enumerate(rows, start=1):
            self.fields[f"s{row.pk}"] = forms.ChoiceField(
                label=f"{number}. {row.text}",
                choices=[
                    ("1", _("Agree")),
                    ("-1", _("Disagree")),
                    ("0", _("I do not know")),
                    ("", _("No tick")),
                ],
                widget=forms.RadioSelect,
                required=False,
            )

    def values(self) -> dict[str, Any]:
        ticks = {
            int(name[1:]): int(value) if value else None for name, value in super().values().items()
        }
        return {"answers": ticks}


class HideForm(CivicForm):
    reason = forms.CharField(
        label=_("Why is it hidden?"),
        max_length=300,
        help_text=_("For example: names a person, or says the same as another."),
    )


class LinksForm(CivicForm):
    number = forms.IntegerField(
        label=_("How many links?"), min_value=1, max_value=100, help_text=_("One for each person.")
    )
    label = forms.CharField(
        label=_("Whom are they for?"),
        max_length=80,
        required=False,
        help_text=_("For example: the café on Thursday. No names."),
    )


class CauseForm(WithoutContacts):
    guarded = ("text",)
    field_order = ["kind", "parent", "text", "contacts_ok"]

    kind = forms.ChoiceField(label=_("What is it?"), widget=forms.RadioSelect)
    parent = forms.ModelChoiceField(
        Cause.objects.none(),
        label=_("Where does it belong?"),
        required=False,
        empty_label=_("Right at the problem"),
    )
    text = forms.CharField(
        label=_("Say it in one sentence"), max_length=200, help_text=_("At most 200 characters.")
    )

    def __init__(self, *args: Any, inquiry: Inquiry, trusted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds: list[tuple[str, Any]] = [
            ("cause", _("A cause: something that lies behind")),
            ("effect", _("An effect: something it leads to")),
        ]
        has_problem = inquiry.causes.filter(kind=Cause.Kind.PROBLEM).exists()
        if trusted and not has_problem:
            kinds.append(("problem", _("The problem itself, in the middle")))
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]
        rows = inquiry.causes.filter(status=Cause.Status.SHOWN).exclude(kind=Cause.Kind.PROBLEM)
        self.fields["parent"].queryset = rows.order_by("kind", "pk")  # type: ignore[attr-defined]
        self.fields["parent"].label_from_instance = (  # type: ignore[attr-defined]
            lambda cause: f"{cause.get_kind_display()}: {cause.text}"
        )


class FramingForm(WithoutContacts):
    guarded = ("text",)
    field_order = ["text", "contacts_ok", "seen_number"]

    text = forms.CharField(
        label=_("The shared description"),
        max_length=2000,
        widget=area(8),
        help_text=_(
            "What is the core? For whom? Why does it happen? Say it so that all recognise it."
        ),
    )
    seen_number = forms.IntegerField(widget=forms.HiddenInput, required=False)


class EndorseForm(CivicForm):
    answer = forms.ChoiceField(
        label=_("Is this the core of the problem?"),
        choices=Endorsement.Answer.choices,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why?"),
        max_length=600,
        required=False,
        widget=area(4),
        help_text=_("Needed with a reservation or a no. Everybody can read it."),
    )


class ConcludeForm(CivicForm):
    reason = forms.CharField(
        label=_("A few words on the way"), max_length=600, required=False, widget=area(3)
    )


class ImportForm(CivicForm):
    comments = forms.FileField(label=_("The file of statements (comments.csv)"))
    votes = forms.FileField(
        label=_("The file of votes (votes.csv or participants-votes.csv)"),
        help_text=_("At most a million votes and 100 MB. It is read in whole, or not at all."),
    )
    source_note = forms.CharField(
        label=_("Where do the votes come from?"),
        max_length=1000,
        widget=area(3),
        help_text=_("Shown on the page. Name those who held the conversation."),
    )
    source_note_en = forms.CharField(
        label=_("Where do the votes come from? In English"),
        max_length=1000,
        required=False,
        widget=area(3),
        help_text=_("Leave it empty to show the Danish text there too."),
    )
    source_url = forms.URLField(
        label=_("Link to the source"), required=False, assume_scheme="https"
    )
    licence = forms.CharField(label=_("Licence"), max_length=80, required=False)

    def clean_comments(self) -> IO[bytes]:
        return _opened(self.cleaned_data["comments"])

    def clean_votes(self) -> IO[bytes]:
        return _opened(self.cleaned_data["votes"])


def _opened(file: UploadedFile[Any]) -> IO[bytes]:
    """What was uploaded, to be read in pieces from where it lies."""
    if (file.size or 0) > LARGEST_FILE * 1_000_000:
        raise forms.ValidationError(
            _("The file is too large. It may be at most %(number)s MB."),
            params={"number": LARGEST_FILE},
        )
    return cast(IO[bytes], file.file)
