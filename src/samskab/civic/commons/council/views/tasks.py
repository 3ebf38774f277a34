"""Who promised what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.commons.council import (
    actions,
    forms,
    queries,
)
from samskab.civic.commons.council.models import (
    Decision,
    Task,
)
from samskab.civic.commons.council.views.common import csv_address, fill_in, item_url
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.exports import csv_response
from samskab.civic.foundation.core.http import CivicRequest, one, press, show
from samskab.civic.foundation.core.paging import page


@require_safe
def tasks(request: CivicRequest) -> HttpResponseBase:
    form = forms.TaskFilter(request.GET)
    rows = queries.tasks(request.by).filter(**form.chosen())
    if request.GET.get("format") == "csv":
        return csv_response("opgaver", rows.iterator(), _task_columns())
    context = {
        "filter": form,
        "page": page(request, rows, order="due"),
        "csv_href": csv_address(request),
        "today": timezone.localdate(),
    }
    return show(request, "council/tasks.html", context)


def _task_columns() -> dict[str, Callable[[Task], Any]]:
    return {
        _("Task"): lambda row: row.shown_title,
        _("Who"): lambda row: row.owner_name,
        _("Deadline"): lambda row: row.due.isoformat(),
        _("Done"): lambda row: (
            timezone.localtime(row.done_at).date().isoformat() if row.done_at else ""
        ),
    }


def give_task(request: CivicRequest, decision_pk: int | None = None) -> HttpResponse:
    require(request.by, "council.give_tasks")
    rows = Decision.objects.select_related("item", "item__meeting")
    decision = one(rows, request.by, pk=decision_pk) if decision_pk else None
    form = forms.TaskForm(request.POST or None, council=request.council)
    return fill_in(
        request,
        form,
        lambda: actions.give_task(by=request.by, decision=decision, **form.values()),
        heading=_("A new task"),
        button=_("Save the task"),
        back=item_url(decision.item) if decision else reverse("council:tasks"),
        message=_("The task is on the council's list."),
        lead=decision.shown_text if decision else "",
    )


def edit_task(request: CivicRequest, pk: int) -> HttpResponse:
    require(request.by, "council.give_tasks")
    task = one(Task.objects.select_related("owner"), request.by, pk=pk)
    form = forms.TaskForm(
        request.POST or None, council=request.council, initial=forms.task_as_typed(task)
    )
    return fill_in(
        request,
        form,
        lambda: actions.edit_task(by=request.by, task=task, **form.values()),
        heading=_("Change the task"),
        button=_("Save the task"),
        back=reverse("council:tasks"),
        message=_("The task is changed."),
    )


def _press_task(
    request: CivicRequest, pk: int, act: Callable[..., Task], message: str
) -> HttpResponse:
    row = one(queries.tasks(request.by), request.by, pk=pk)
    require(request.by, "council.finish_task", row)
    return press(
        request,
        lambda: act(by=request.by, task=row),
        back=reverse("council:tasks"),
        message=message,
    )


@require_POST
def finish_task(request: CivicRequest, pk: int) -> HttpResponse:
    return _press_task(request, pk, actions.finish_task, _("Well done. The task is finished."))


@require_POST
def reopen_task(request: CivicRequest, pk: int) -> HttpResponse:
    return _press_task(request, pk, actions.reopen_task, _("The task is open again."))
