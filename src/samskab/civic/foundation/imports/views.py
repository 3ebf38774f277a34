from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from samskab.civic.foundation.core.actions import may, require
from samskab.civic.foundation.core.exports import csv_response
from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, press, show
from samskab.civic.foundation.imports import actions, files, queries
from samskab.civic.foundation.imports.forms import ColumnsForm, UploadForm
from samskab.civic.foundation.imports.kinds import Kind, kind_of, kinds
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.tables import read_table

ERROR_COLUMNS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "row": lambda error: error["row"],
    "column": lambda error: error["column"],
    "cell": lambda error: error["cell"],
    "message": lambda error: error["message"],
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN_UPLOADS = 5


@require_safe
def front(request: CivicRequest) -> HttpResponse:
    require(request.by, "imports.use")
    mine = [kind for kind in kinds() if may(request.by, kind.permission)]
    return show(request, "imports/front.html", {"kinds": mine})


def _kind(request: CivicRequest, name: str) -> Kind:
    kind = kind_of(name)
    require(request.by, "imports.use")
    if kind is None:
        raise Http404
    require(request.by, kind.permission)
    return kind


def start(request: CivicRequest, kind: str) -> HttpResponse:
    """Choose a file; get an empty one to fill in; go on with one that waits."""
    target = _kind(request, kind)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*given)
    response = request.method == "POST" and perform(
        request,
        form,
        lambda table: actions.upload_table(by=request.by, table=table),
        done=lambda row: reverse("imports:columns", args=[row.pk]),
        ready=lambda: read_table(target, **form.values()),
    )
    context = {
        "kind": target,
        "form": form,
        "uploads": queries.uploads(request.council, kind)[:SHOWN_UPLOADS],
    }
    return response or show(request, "imports/start.html", context)


@require_safe
def template(request: CivicRequest, kind: str, ending: str) -> HttpResponse:
    target = _kind(request, kind)
    if ending not in {"csv", "xlsx"}:
        raise Http404
    body = files.csv_file(target) if ending == "csv" else files.xlsx_file(target)
    kind_of_file = "text/csv; charset=utf-8" if ending == "csv" else XLSX
    response = HttpResponse(body, content_type=kind_of_file)
    response["Content-Disposition"] = f'attachment; filename="{kind}-skabelon.{ending}"'
    return response


def _upload(request: CivicRequest, pk: int) -> tuple[Upload, Kind]:
    require(request.by, "imports.use")
    row: Upload = one(Upload.objects.select_related("user"), request.by, pk=pk)
    return row, _kind(request, row.kind)


def columns(request: CivicRequest, pk: int) -> HttpResponse:
    """Which heading of the file is which of our columns."""
    upload, kind = _upload(request, pk)
    if upload.state in {Upload.State.DONE, Upload.State.BUSY}:
        return redirect("imports:look", pk=pk)
    form = ColumnsForm(
        request.POST or None, kind=kind, upload=upload, initial={"seen": upload.version}
    )

    def ready() -> queries.Plan | None:
        actions.check_columns(kind, upload, form.chosen())
        return _plan(request, upload, form.chosen())

    def act(plan: queries.Plan | None) -> Upload:
        row = actions.match_columns(
            by=request.by,
            upload=upload,
            columns=form.chosen(),
            seen=form.cleaned_data["seen"],
        )
        return _look(request, row, plan)

    response = request.method == "POST" and perform(
        request,
        form,
        act,
        done=lambda row: reverse("imports:look", args=[row.pk]),
        ready=ready,
    )
    unused = [
        heading
        for index, heading in enumerate(upload.headings)
        if index not in upload.columns.values()
    ]
    context = {"upload": upload, "kind": kind, "form": form, "unused": unused}
    return response or show(request, "imports/columns.html", context)


def _plan(
    request: CivicRequest, upload: Upload, columns: dict[str, int] | None = None
) -> queries.Plan | None:
    """What the file will do; None when a worker is to find out."""
    return None if actions.is_large(upload) else queries.plan_of(request.by, upload, columns)


def _look(request: CivicRequest, upload: Upload, plan: queries.Plan | None) -> Upload:
    if plan is None:
        return actions.start(by=request.by, upload=upload, job="look")
    return actions.keep_report(by=request.by, upload=upload, plan=plan)


@require_safe
def look(request: CivicRequest, pk: int) -> HttpResponse:
    """What the file will do, what is wrong in it; or that it is done."""
    upload, kind = _upload(request, pk)
    if upload.state == Upload.State.MATCHING:
        return redirect("imports:columns", pk=pk)
    if request.GET.get("format") == "csv":
        return csv_response("fejl", upload.report.get("errors", []), ERROR_COLUMNS)
    context = {
        "upload": upload,
        "kind": kind,
        "report": upload.report,
        "errors": upload.report.get("errors", [])[:200],
        "ask": ConfirmForm(initial={"seen": upload.version}),
    }
    return show(request, "imports/look.html", context)


@require_POST
def take(request: CivicRequest, pk: int) -> HttpResponse:
    upload, kind = _upload(request, pk)
    form = ConfirmForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else None

    def ready() -> queries.Plan | None:
        plan = _plan(request, upload)
        return plan and plan.made_ready()

    def act(plan: queries.Plan | None) -> Upload:
        if plan is None:
            return actions.start(by=request.by, upload=upload, job="take", seen=seen)
        return actions.write_rows(by=request.by, upload=upload, plan=plan, seen=seen)

    def done(row: Upload) -> str:
        if row.state == Upload.State.DONE:
            messages.success(request, _taken(row))
            return reverse(kind.list_name)
        if row.state == Upload.State.CHECKED:
            text = _("Something has changed since you looked. Look once more, then take it in.")
            messages.warning(request, text)
        return reverse("imports:look", args=[pk])

    back = reverse("imports:look", args=[pk])
    return press(request, act, back=back, done=done, form=form, ready=ready)


def _taken(upload: Upload) -> str:
    new, changed = upload.report["new"], upload.report["changed"]
    added = ngettext("%(n)s row is added", "%(n)s rows are added", new) % {"n": new}
    mended = ngettext("%(n)s is changed.", "%(n)s are changed.", changed) % {"n": changed}
    return f"{added}, {mended}"


@require_POST
def again(request: CivicRequest, pk: int) -> HttpResponse:
    """Looks the file through once more, against what is there now."""
    upload, _kind_of_it = _upload(request, pk)

    return press(
        request,
        lambda plan: _look(request, upload, plan),
        back=reverse("imports:look", args=[pk]),
        ready=lambda: _plan(request, upload),
    )


@require_POST
def throw(request: CivicRequest, pk: int) -> HttpResponse:
    upload, kind = _upload(request, pk)
    return press(
        request,
        lambda: actions.throw_away(by=request.by, upload=upload),
        back=reverse("imports:look", args=[pk]),
        done=lambda _none: reverse("imports:start", args=[kind.name]),
        message=_("The file is thrown away. Nothing has been taken in."),
    )
