"""What the pattern page draws: invented, and said to be so on the page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import pgettext, pgettext_lazy

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.paging import Page
from samskab.engine.language.differing import difference

AREAS = [
    ("north", pgettext_lazy("sample", "North")),
    ("south", pgettext_lazy("sample", "South")),
    ("town", pgettext_lazy("sample", "The town centre")),
]


class SampleForm(CivicForm):
    title = forms.CharField(
        label=pgettext_lazy("sample", "What is it about?"),
        help_text=pgettext_lazy("sample", "One short sentence."),
    )
    story = forms.CharField(
        label=pgettext_lazy("sample", "Tell more"), widget=forms.Textarea, required=False
    )
    area = forms.ChoiceField(label=pgettext_lazy("sample", "Where?"), choices=AREAS)
    since = forms.DateField(label=pgettext_lazy("sample", "Since when?"), required=False)
    who = forms.ChoiceField(
        label=pgettext_lazy("sample", "Who are you?"),
        choices=[
            ("self", pgettext_lazy("sample", "I write for myself")),
            ("other", pgettext_lazy("sample", "I help somebody else")),
        ],
        widget=forms.RadioSelect,
    )
    needs = forms.MultipleChoiceField(
        label=pgettext_lazy("sample", "What is needed?"),
        choices=[
            ("place", pgettext_lazy("sample", "A place to meet")),
            ("people", pgettext_lazy("sample", "More hands")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agree = forms.BooleanField(label=pgettext_lazy("sample", "It may be shown to everybody"))


class SampleFilter(forms.Form):
    q = forms.CharField(label=pgettext_lazy("sample", "Words"), required=False)
    area = forms.ChoiceField(
        label=pgettext_lazy("sample", "Area"),
        choices=[("", pgettext_lazy("sample", "All areas")), *AREAS],
        required=False,
    )


def _steps(now: int) -> list[SimpleNamespace]:
    labels = [
        pgettext_lazy("sample", "Raised"),
        pgettext_lazy("sample", "Screened"),
        pgettext_lazy("sample", "Open"),
        pgettext_lazy("sample", "Exploring"),
        pgettext_lazy("sample", "Framed"),
        pgettext_lazy("sample", "Gathering"),
        pgettext_lazy("sample", "Agreed"),
        pgettext_lazy("sample", "Piloting"),
        pgettext_lazy("sample", "Evaluated"),
        pgettext_lazy("sample", "Concept"),
    ]
    return [
        SimpleNamespace(label=label, state="done" if n < now else "now" if n == now else "todo")
        for n, label in enumerate(labels, 1)
    ]


def _entries() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            at=datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
            title=pgettext_lazy("sample", "Opened to everybody"),
            who=pgettext_lazy("sample", "The secretariat"),
            text=pgettext_lazy("sample", "Several parties can help here."),
            href="",
        ),
        SimpleNamespace(
            at=datetime(2026, 3, 1, 8, 30, tzinfo=UTC),
            title=pgettext_lazy("sample", "Raised"),
            who=pgettext_lazy("sample", "A citizen"),
            text="",
            href="#timeline",
        ),
    ]


def context() -> dict[str, Any]:
    return {
        "sample_form": SampleForm(prefix="new"),
        "failed_form": SampleForm({"failed-title": "", "failed-area": "north"}, prefix="failed"),
        "sample_filter": SampleFilter({"q": ""}),
        "sample_pieces": difference(
            pgettext("sample", "We meet on Monday."),
            pgettext("sample", "We meet on Tuesday at six."),
        ),
        "steps": _steps(4),
        "entries": _entries(),
        "items": [
            (pgettext_lazy("sample", "Area"), pgettext_lazy("sample", "North")),
            (pgettext_lazy("sample", "Reached"), 120),
            (pgettext_lazy("sample", "Since"), date(2024, 5, 1)),
        ],
        "trail": [
            (pgettext_lazy("sample", "Challenges"), "#breadcrumbs"),
            (pgettext_lazy("sample", "A warm meal"), ""),
        ],
        "labels": [
            pgettext_lazy("sample", "What"),
            pgettext_lazy("sample", "For whom"),
            pgettext_lazy("sample", "Where"),
        ],
        "sample_page": Page([], "after=x", False, ""),
        "head": [
            pgettext_lazy("sample", "Need"),
            pgettext_lazy("sample", "Amount"),
            pgettext_lazy("sample", "Who"),
        ],
        "rows": [
            [pgettext_lazy("sample", "A place to meet"), 1, pgettext_lazy("sample", "The church")],
            [pgettext_lazy("sample", "More hands"), 6, "–"],
        ],
        "day": datetime(2026, 3, 4, 10, 0, tzinfo=UTC),
        "long_word": "Samskabelsesudviklingskoordineringsmedarbejderuddannelsen",
        "source": "## Sub\n\n- *one*\n- **two** [link](https://example.org)",
    }
