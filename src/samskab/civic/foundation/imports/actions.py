"""Handing in a table, matching its columns, looking it through, taking it in.

The whole file or nothing: what is wrong in any row stops it. What takes long, reading a file and
comparing its rows with what is there, is done before an action begins (`tables.read_table`,
`queries.plan_of`), since everybody else who writes has to wait for an action. The action makes
sure that nothing has changed in between; when something has, the new plan is shown instead of
being carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy
from django_tasks import task

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.actions import action, locked, record, require
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.imports.kinds import Kind, kind_of
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.queries import Plan, plan_of, remembered
from samskab.civic.foundation.imports.tables import Table
from samskab.civic.foundation.imports.writing import Overtaken

# More rows than this are looked through and taken in by a worker, not while somebody waits.
AT_ONCE = 3000
# How often a file is read anew when others were quicker, before the others are made to wait.
TRIES = 3
State = Upload.State


# --- handing in ----------------------------------------------------------------------------------
@action("imports.use")
def upload_table(*, by: Principal, table: Table) -> Upload:
    """Keeps a table for the next steps."""
    kind = _kind(by, table.kind.name)
    row = Upload(council=by.council, kind=kind.name, user_id=by.user_id, file_name=table.file_name)
    row.sheet_name, row.reading, row.headings = table.sheet_name, table.reading, table.headings
    row.table, row.row_count = table.packed, table.row_count
    row.columns = remembered(by.council, kind.name, table.headings) or table.guessed
    row.save()
    record(by, "imports.upload_table", row, kind=kind.name, rows=row.row_count)
    return row


def _kind(by: Principal, name: str) -> Kind:
    kind = kind_of(name)
    if kind is None:
        raise NotFound
    require(by, kind.permission)
    return kind


# --- matching ------------------------------------------------------------------------------------
@action("imports.use", on="upload")
def match_columns(
    *, by: Principal, upload: Upload, columns: Mapping[str, int], seen: int | None = None
) -> Upload:
    """Says which heading fills which column; then every row is looked through."""
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
    check_columns(kind, upload, columns)
    upload.columns = dict(columns)
    upload.state, upload.report = State.MATCHING, {}
    upload.save()
    record(by, "imports.match_columns", upload, columns=len(columns))
    return upload


def check_columns(kind: Kind, upload: Upload, columns: Mapping[str, int]) -> None:
    for column in kind.columns:
        if column.required and column.name not in columns:
            raise Invalid(gettext_lazy("Choose a column: this one is needed."), field=column.name)
    if len(set(columns.values())) < len(columns):
        twice = next(n for n, i in columns.items() if list(columns.values()).count(i) > 1)
        raise Invalid(
            gettext_lazy("One column of the file is chosen twice. Choose it once."), field=twice
        )
    if any(not 0 <= index < len(upload.headings) for index in columns.values()):
        raise Invalid(gettext_lazy("Choose one from the list."))


def _refuse_done(upload: Upload) -> None:
    if upload.state == State.DONE:
        raise Conflict(gettext_lazy("This file has been taken in already."))


# --- looking through and taking in ---------------------------------------------------------------
def look_through(*, by: Principal, upload: Upload) -> Upload:
    """Works out what every row will do, and keeps it for the page. Not one transaction:
    reading takes long and must not hold up others who write."""
    require(by, "imports.use")
    return keep_report(by=by, upload=upload, plan=plan_of(by, upload))


@action("imports.use", on="upload")
def keep_report(*, by: Principal, upload: Upload, plan: Plan) -> Upload:
    """What came of looking at the rows by these columns, for the page."""
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
    if plan.columns != upload.columns:
        raise Conflict
    upload.report, upload.state = plan.report(kind), State.CHECKED
    upload.save()
    record(by, "imports.keep_report", upload, **_numbers(upload))
    return upload


def _numbers(upload: Upload) -> dict[str, int]:
    return {name: upload.report[name] for name in ("new", "changed", "same", "wrong")}


def take_in(*, by: Principal, upload: Upload, seen: int | None = None) -> Upload:
    """Carries out what the page showed. Comes back not DONE, with a new report, when the file
    would now do something else than the person saw.

    Not one transaction: the rows are read before it. When somebody was quicker they are read
    anew, and the last time others wait, so that it comes to an end also where much happens.
    """
    require(by, "imports.use")
    _kind(by, upload.kind)
    for _try in range(TRIES - 1):
        plan = plan_of(by, upload).made_ready()
        with suppress(Overtaken):
            return write_rows(by=by, upload=upload, plan=plan, seen=seen, insist=False)
    return write_rows(by=by, upload=upload, plan=plan_of(by, upload).made_ready(), seen=seen)


@action("imports.use", on="upload")
def write_rows(
    *, by: Principal, upload: Upload, plan: Plan, seen: int | None = None, insist: bool = True
) -> Upload:
    """Writes what the plan says, as long as it is what the person saw. When the council's log has
    moved on since the rows were read, they are read anew (`insist`), or Overtaken is raised."""
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
    if not upload.report:
        raise Conflict(gettext_lazy("Look the file through first."))
    if locked(by.council).log_seq != plan.at:
        if not insist:
            raise Overtaken
        plan = plan_of(by, upload).made_ready()
    if plan.errors or plan.digest != upload.report["digest"]:
        upload.report, upload.state = plan.report(kind), State.CHECKED
        upload.save()
        return upload
    plan.write()
    upload.state, upload.table = State.DONE, b""
    upload.save()
    record(by, "imports.write_rows", upload, kind=kind.name, **_numbers(upload))
    return upload


@action("imports.use", on="upload")
def throw_away(*, by: Principal, upload: Upload) -> None:
    _refuse_done(upload)
    record(by, "imports.throw_away", upload)
    upload.delete()


# --- large files ---------------------------------------------------------------------------------
def is_large(upload: Upload) -> bool:
    return upload.row_count > AT_ONCE


@action("imports.use", on="upload")
def start(*, by: Principal, upload: Upload, job: str, seen: int | None = None) -> Upload:
    """Lets a worker look the file through (“look”) or take it in (“take”)."""
    _kind(by, upload.kind)
    _refuse_done(upload)
    if upload.state == State.BUSY:
        return upload
    upload.state = State.BUSY
    upload.save()
    record(by, "imports.start", upload, job=job)
    language = translation.get_language() or "da"
    transaction.on_commit(partial(work.enqueue, upload.pk, by.user_id, language, job))
    return upload


@task
def work(upload: int, user: int | None, language: str, job: str) -> None:
    """What `start` asked for, as the person who asked and in their language."""
    row = Upload.objects.select_related("council").filter(pk=upload, state=State.BUSY).first()
    person = User.objects.filter(pk=user or 0, is_active=True).first()
    if row is None:
        return
    with translation.override(language):
        try:
            if person is None:
                raise NotAllowed
            by = principal_for(person, row.council)
            if job == "take":
                take_in(by=by, upload=row)
            else:
                look_through(by=by, upload=row)
        except CivicError:
            # not as the person, who may have lost the right to it meanwhile
            give_back(by=system(row.council), upload=row)


@action("imports.use", on="upload")
def give_back(*, by: Principal, upload: Upload) -> Upload:
    """The worker could not do it; the person can look the file through again."""
    upload.state = State.CHECKED if upload.report else State.MATCHING
    upload.save()
    record(by, "imports.give_back", upload)
    return upload
