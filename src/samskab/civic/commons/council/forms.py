from __future__ import annotations

import re
from datetime import date
from typing import Any, NoReturn, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import counting, holidays, papers, queries
from samskab.civic.commons.council.models import (
    OUTCOMES,
    AgendaItem,
    Ballot,
    ClosedLaw,
    CouncilText,
    Cycle,
    Meeting,
    Outcome,
    Poll,
    Sector,
    Task,
    Term,
)
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.forms import CivicForm, FilterForm
from samskab.civic.foundation.core.models import Council


def _area(rows: int = 6) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class TextForm(CivicForm):
    key = forms.ChoiceField(label=_("Kind of text"), choices=CouncilText.Key.choices)
    order = forms.IntegerField(
        label=_("Place in the order"),
        min_value=1,
        max_value=99,
        initial=1,
        help_text=_("A text that stands at the same place is written over."),
    )
    heading = forms.CharField(label=_("Heading"), max_length=120, required=False)
    text = forms.CharField(label=_("Text"), max_length=4000, widget=_area(), required=False)
    is_quotation = forms.BooleanField(label=_("Word for word from the source"), required=False)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    source_url = forms.URLField(
        label=_("Link to the source"), assume_scheme="https", required=False
    )
    heading_en = forms.CharField(label=_("Heading in English"), max_length=120, required=False)
    text_en = forms.CharField(
        label=_("Text in English"), max_length=4000, widget=_area(), required=False
    )


class ThemeForm(CivicForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(label=_("Text"), max_length=2000, widget=_area(), required=False)
    year_from = forms.DateField(label=_("From"), required=False)
    year_to = forms.DateField(label=_("To"), required=False)
    is_current = forms.BooleanField(label=_("This is the theme now"), required=False, initial=True)
    source = forms.CharField(label=_("Source"), max_length=200, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    text_en = forms.CharField(
        label=_("Text in English"), max_length=2000, widget=_area(), required=False
    )


class SeatForm(CivicForm):
    title = forms.CharField(label=_("What the seat speaks for"), max_length=120)
    title_en = forms.CharField(label=_("The same in English"), max_length=120, required=False)
    sector = forms.ChoiceField(label=_("Sector"), choices=Sector.choices, widget=forms.RadioSelect)
    sector_assumed = forms.BooleanField(label=_("The sector is our guess"), required=False)


def _named(term: Term) -> str:
    role = str(_("substitute")) if term.is_substitute else ""
    return ", ".join(part for part in (term.holder_name, term.organisation, role) if part)


class _Terms(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return _named(obj)


class _Term(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return _named(obj)


class SeatPersonForm(CivicForm):
    holder_name = forms.CharField(label=_("Name"), max_length=80)
    organisation = forms.CharField(label=_("Organisation"), max_length=120, required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    since = forms.DateField(label=_("Took the seat on"), required=False)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("With it the person can sign in and vote. It is never shown to others."),
    )
    is_substitute = forms.BooleanField(
        label=_("As a substitute, who votes when the member is away"), required=False
    )
    same_as = _Term(
        Term.objects.none(),
        label=_("Has the person sat on the council before?"),
        required=False,
        empty_label=_("No"),
    )
    namesake = forms.BooleanField(label=_("Another person of the same name"), required=False)

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = queries.people_before(council)
        self.fields["same_as"].queryset = before  # type: ignore[attr-defined]
        self.named = {_plain(term.holder_name) for term in before}
        if not self.named:
            del self.fields["same_as"]
        if _plain(self.data.get("holder_name", "")) not in self.named:
            del self.fields["namesake"]

    def clean(self) -> dict[str, Any]:
        """Two people of one name are told apart by who knows them, never by a guess."""
        values = self.cleaned_data
        if "namesake" in self.fields and not (values.get("same_as") or values.get("namesake")):
            self.add_error(
                "same_as",
                _("Somebody of this name has sat here. Choose them, or tick that this is another."),
            )
        return values

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name != "namesake"}


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


class EndTermForm(CivicForm):
    until = forms.DateField(label=_("Leaves the seat on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].initial = timezone.localdate


class CallForm(CivicForm):
    call = forms.CharField(
        label=_("Whom is the seat for?"),
        max_length=2000,
        widget=_area(),
        required=False,
        help_text=_("Everybody reads it. Leave it empty to take the call back."),
    )
    call_until = forms.DateField(label=_("Answers until"), required=False)


class CandidateForm(CivicForm):
    name = forms.CharField(label=_("Name"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail"), help_text=_("Only the secretariat sees it, to answer you.")
    )
    organisation = forms.CharField(label=_("Organisation"), max_length=120, required=False)
    text = forms.CharField(
        label=_("Who are you, and what would you bring?"), max_length=2000, widget=_area()
    )


class CycleForm(CivicForm):
    weekday = forms.TypedChoiceField(label=_("Weekday"), choices=Cycle.Day.choices, coerce=int)
    starts = forms.TimeField(label=_("Begins"))
    ends = forms.TimeField(label=_("Ends"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    school_holidays = forms.CharField(
        label=_("School holidays"),
        max_length=4000,
        widget=_area(),
        required=False,
        help_text=_("One on each line, for instance: 10.10.2026 - 18.10.2026 Autumn break"),
    )

    def clean_school_holidays(self) -> list[holidays.Period]:
        return [_period(line) for line in self.cleaned_data["school_holidays"].splitlines() if line]


_PERIOD = re.compile(
    r"^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*[-–]\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*(.*)$"
)


def _period(line: str) -> holidays.Period:
    found = _PERIOD.match(line)
    try:
        day, month, year, day2, month2, year2 = (int(n) for n in found.groups()[:6])  # type: ignore[union-attr]
        first, last = date(year, month, day), date(year2, month2, day2)
    except (AttributeError, ValueError):
        message = _("We cannot read this line: %(line)s") % {"line": line[:80]}
        raise forms.ValidationError(message) from None
    name = found.group(7).strip() if found else ""
    return holidays.Period(first, last, name or str(_("School holidays")))


class YearForm(CivicForm):
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)


class ReportForm(CivicForm):
    foreword = forms.CharField(
        label=_("Foreword"), max_length=8000, widget=_area(10), required=False
    )
    outlook = forms.CharField(
        label=_("What comes next"), max_length=8000, widget=_area(8), required=False
    )


class MeetingForm(CivicForm):
    title = forms.CharField(label=_("Title"), max_length=120)
    starts_at = forms.DateTimeField(label=_("Begins"))
    ends_at = forms.DateTimeField(label=_("Ends"))
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    title_en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    place_en = forms.CharField(label=_("Place in English"), max_length=200, required=False)


class ItemForm(CivicForm):
    title = forms.CharField(label=_("Title"), max_length=160)
    text = forms.CharField(
        label=_("What is it about?"),
        max_length=8000,
        widget=_area(),
        required=False,
        help_text=_("Write what the council needs to know, and what you ask it to decide."),
    )
    kind = forms.ChoiceField(
        label=_("What shall the council do?"),
        choices=AgendaItem.Kind.choices,
        widget=forms.RadioSelect,
    )
    duration = forms.IntegerField(
        label=_("Minutes set aside"), min_value=1, max_value=480, required=False
    )
    presenter = forms.CharField(label=_("Who presents it?"), max_length=120, required=False)
    is_closed = forms.BooleanField(label=_("Closed item"), required=False)
    closed_law = forms.ChoiceField(
        label=_("Legal reason"), required=False, choices=[("", _("Choose")), *ClosedLaw.choices]
    )
    closed_reason = forms.CharField(
        label=_("Why is it closed?"),
        max_length=300,
        required=False,
        help_text=_("Everybody can read the reason, also when they cannot read the item."),
    )


class PaperForm(CivicForm):
    title = forms.CharField(label=_("Title"), max_length=160)
    file = forms.FileField(
        label=_("File"),
        help_text=_("PDF, Word, Excel, PowerPoint, OpenDocument or text. 10 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": papers.ACCEPT}),
    )


class PlaceForm(CivicForm):
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(),
        label=_("Meeting"),
        required=False,
        empty_label=_("No meeting: let it wait"),
    )
    position = forms.IntegerField(
        label=_("Number on the agenda"),
        min_value=1,
        max_value=999,
        required=False,
        help_text=_("Leave it empty to put the item last."),
    )

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["meeting"]
        field.queryset = queries.open_meetings(council)  # type: ignore[attr-defined]


class AttendanceForm(CivicForm):
    present = _Terms(
        Term.objects.none(),
        label=_("Who is there?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["present"]
        field.queryset = queries.everybody_on(  # type: ignore[attr-defined]
            meeting.council, meeting.day
        )
        field.initial = [row.term_id for row in queries.attendances(meeting)]


class DisqualifyForm(CivicForm):
    term = _Term(Term.objects.none(), label=_("Member"))
    reason = forms.CharField(
        label=_("Why?"),
        max_length=300,
        help_text=_("For instance: leads the association that the item is about."),
    )

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if item.meeting is not None:
            field = self.fields["term"]
            field.queryset = queries.everybody_on(  # type: ignore[attr-defined]
                item.council, item.meeting.day
            )


_COST = re.compile(r"^(?P<title>.*?)\s*=\s*(?P<cost>\d[\d. ]*)\s*(?:kr\.?)?$", re.IGNORECASE)


class OpenBallotForm(CivicForm):
    """How the council votes; the ways are explained on the page."""

    method = forms.ChoiceField(
        label=_("How to vote"),
        choices=Poll.Method.choices,
        widget=forms.RadioSelect,
        initial=Poll.Method.YES_NO,
    )
    options = forms.CharField(
        label=_("What can be chosen?"),
        max_length=8000,
        widget=_area(),
        required=False,
        help_text=_(
            "One on each line. Not needed for yes and no. When you share out a budget, write "
            "what each costs: Lamps = 20000"
        ),
    )
    budget = forms.IntegerField(
        label=_("Money to share out, in kroner"), min_value=1, max_value=10**12, required=False
    )
    is_secret = forms.BooleanField(
        label=_("Secret: it is noted who has voted, and never what"), required=False
    )

    def values(self) -> dict[str, Any]:
        values = super().values()
        lines = [line.strip() for line in values["options"].splitlines() if line.strip()]
        priced = values["method"] == Poll.Method.BUDGET
        values["options"] = [_priced(line) if priced else (line, None) for line in lines]
        return values


def _priced(line: str) -> tuple[str, int | None]:
    """`Lamps = 20.000 kr.` as a title and a number."""
    found = _COST.match(line)
    if found is None:
        return line, None
    return found["title"], int(re.sub(r"\D", "", found["cost"]))


class BallotForm(CivicForm):
    """The ballot paper of one poll, in the order that was given."""

    def __init__(self, *args: Any, poll: Poll, marked: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.poll = poll
        titles = [(str(at), _option(row)) for at, row in enumerate(poll.options)]
        if poll.method == Poll.Method.YES_NO:
            self.fields["choice"] = forms.ChoiceField(
                label=_("Your vote"),
                choices=Ballot.Choice.choices,
                widget=forms.RadioSelect,
                initial=marked,
            )
        elif poll.method == Poll.Method.RANKED:
            places = [("", "–"), *((str(n), str(n)) for n in range(1, len(titles) + 1))]
            stood = {at: n for n, group in enumerate(marked or [], start=1) for at in group}
            for at, title in titles:
                self.fields[f"place_{at}"] = forms.ChoiceField(
                    label=title, choices=places, required=False, initial=stood.get(int(at), "")
                )
        else:
            self.fields["choice"] = forms.MultipleChoiceField(
                label=_("Your vote"),
                choices=titles,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[str(at) for at in marked or []],
                help_text=_("Mark all that you think are good. None at all is also an answer."),
            )

    def values(self) -> dict[str, Any]:
        values = super().values()
        if self.poll.method == Poll.Method.YES_NO:
            return values
        if self.poll.method != Poll.Method.RANKED:
            return {"choice": [int(at) for at in values["choice"]]}
        places: dict[int, list[int]] = {}
        for name, place in values.items():
            if place:
                places.setdefault(int(place), []).append(int(name.removeprefix("place_")))
        return {"choice": [places[place] for place in sorted(places)]}


class SlipsForm(CivicForm):
    """What stands on slips of paper, one a line."""

    slips = forms.CharField(label=_("The slips, one on each line"), max_length=4000, widget=_area())

    def __init__(self, *args: Any, poll: Poll, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.poll = poll
        if poll.method == Poll.Method.YES_NO:
            self.fields["slips"].help_text = _("Write yes, no or a dash on each line.")
        elif poll.method == Poll.Method.RANKED:
            self.fields["slips"].help_text = _(
                "Write the numbers, the best first: 2 > 1. Equals stand together: 2 > 1, 3. "
                "A blank slip is a dash."
            )
        else:
            self.fields["slips"].help_text = _(
                "Write the numbers that are marked: 1, 3. A blank slip is a dash."
            )

    def values(self) -> dict[str, Any]:
        lines = [line.strip() for line in super().values()["slips"].splitlines() if line.strip()]
        return {"slips": [self._read(number, line) for number, line in enumerate(lines, start=1)]}

    def _read(self, number: int, line: str) -> counting.Paper:
        """One line as a paper; Invalid names the line that cannot be read."""
        if self.poll.method == Poll.Method.YES_NO:
            found = _WORDS.get(line.casefold())
            return found if found else self._refuse(number)
        groups = [] if line in _DASHES else line.split(">")
        parts = [[part.strip() for part in group.split(",")] for group in groups]
        known = {str(at) for at in range(1, len(self.poll.options) + 1)}
        named = [part for group in parts for part in group]
        ranked = self.poll.method == Poll.Method.RANKED
        if not set(named) <= known or len(set(named)) < len(named) or (len(parts) > 1 > ranked):
            return self._refuse(number)
        chosen = [[int(part) - 1 for part in group] for group in parts]
        return chosen if ranked else [at for group in chosen for at in group]

    def _refuse(self, number: int) -> NoReturn:
        raise Invalid(
            _("Line %(number)s cannot be read. Write it as in the example.") % {"number": number},
            field="slips",
        )


def as_numbered(poll: Poll) -> list[str]:
    """What can be chosen, in the order of the numbers on the paper."""
    return [_option(row) for row in poll.options]


_DASHES = {"-", "–", "—"}
_WORDS: dict[str, str] = {
    **dict.fromkeys(("ja", "yes", "j", "y"), "yes"),
    **dict.fromkeys(("nej", "no", "n"), "no"),
    **dict.fromkeys(_DASHES, "abstain"),
}


def _option(row: dict[str, Any]) -> str:
    if "cost" not in row:
        return str(row["title"])
    return _("%(title)s, %(cost)s kr.") % {
        "title": row["title"],
        "cost": counting.money(row["cost"]),
    }


class DecisionForm(CivicForm):
    text = forms.CharField(
        label=_("What did the council decide?"), max_length=4000, widget=_area(4)
    )
    outcome = forms.ChoiceField(label=_("Outcome of the item"), widget=forms.RadioSelect)
    in_favour = forms.IntegerField(
        label=_("In favour"),
        min_value=0,
        required=False,
        help_text=_("Leave the three numbers empty when everybody agreed."),
    )
    against = forms.IntegerField(label=_("Against"), min_value=0, required=False)
    abstained = forms.IntegerField(label=_("Abstained"), min_value=0, required=False)

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(o.value, o.label) for o in OUTCOMES.get(item.kind, ())]
        self.fields["outcome"].choices = choices  # type: ignore[attr-defined]
        if queries.poll_of(item) is not None:
            for name in ("in_favour", "against", "abstained"):
                del self.fields[name]


class MinutesForm(CivicForm):
    """Keeps both texts when somebody else has written meanwhile: what was typed stays in the
    field, and `others` holds what stands there now."""

    minutes = forms.CharField(
        label=_("The minutes"), max_length=20_000, widget=_area(14), required=False
    )
    minutes_en = forms.CharField(
        label=_("Minutes in English"), max_length=20_000, widget=_area(8), required=False
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    base_en = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)
    others: str | None = None

    def __init__(self, *args: Any, row: AgendaItem | Meeting, **kwargs: Any) -> None:
        english = getattr(row, "minutes_en", "")
        initial = {
            "minutes": row.minutes,
            "minutes_en": english,
            "base": row.minutes,
            "base_en": english,
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.row = row
        if not english:
            del self.fields["minutes_en"], self.fields["base_en"]

    def refresh(self) -> None:
        """Called when both changed a line: the next sending is about what stands there now."""
        self.row.refresh_from_db()
        english = getattr(self.row, "minutes_en", "")
        self.others = "\n\n".join(text for text in (self.row.minutes, english) if text)
        data = cast(QueryDict, self.data).copy()
        data["base"], data["base_en"] = self.row.minutes, english
        self.data = data


class ApproveForm(CivicForm):
    remark = forms.CharField(
        label=_("Your remark, if you have one"),
        max_length=2000,
        widget=_area(4),
        required=False,
        help_text=_("Leave it empty to say yes. A remark is published with the minutes."),
    )


class TaskForm(CivicForm):
    title = forms.CharField(label=_("What is to be done?"), max_length=200)
    member = _Term(
        Term.objects.none(),
        label=_("Which member does it?"),
        required=False,
        help_text=_("Members who can sign in can tick the task off themselves."),
    )
    owner_name = forms.CharField(label=_("Or who else does it?"), max_length=120, required=False)
    due = forms.DateField(label=_("Deadline"))

    def __init__(self, *args: Any, council: Council, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["member"]
        field.queryset = queries.possible_owners(council)  # type: ignore[attr-defined]

    def values(self) -> dict[str, Any]:
        values = super().values()
        term = values.pop("member")
        if term is not None:
            values |= {"owner": term.user, "owner_name": term.holder_name}
        return values


def task_as_typed(task: Task) -> dict[str, Any]:
    """What the form shows of a task that is changed."""
    member = None
    if task.owner_id is not None:
        owners = queries.possible_owners(task.council).filter(user=task.owner_id)
        member = owners.order_by("pk").first()
    return {
        "title": task.title,
        "member": member,
        "owner_name": "" if member else task.owner_name,
        "due": task.due,
    }


class DecisionFilter(FilterForm):
    """The list of decisions, narrowed by address."""

    kind = forms.ChoiceField(
        label=_("Kind of decision"),
        required=False,
        choices=[
            ("", _("All")),
            ("decision", _("Decisions")),
            ("verdict", _("Verdicts on pilots")),
        ],
    )
    outcome = forms.ChoiceField(
        label=_("Outcome of the item"), required=False, choices=[("", _("All")), *Outcome.choices]
    )

    def chosen(self) -> dict[str, str]:
        """Filters for the query; what is not in the lists narrows nothing."""
        self.is_valid()
        names = {"kind": "item__kind", "outcome": "outcome"}
        given = getattr(self, "cleaned_data", {})
        return {names[name]: value for name, value in given.items() if value}


class TaskFilter(FilterForm):
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("Not done yet")), ("done", _("Done")), ("all", _("All"))],
    )

    def chosen(self) -> dict[str, bool]:
        self.is_valid()
        which = getattr(self, "cleaned_data", {}).get("show", "")
        return {} if which == "all" else {"done_at__isnull": which != "done"}
