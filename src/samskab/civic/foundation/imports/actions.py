"""Handing in a table, matching its columns, looking it through, taking it in.

The whole file or nothing: what is wrong in any row stops it. Before rows are written, the plan
is compared with the one that the person saw; when something has changed in between, the new plan
is shown instead of being carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_tasks import task

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.actions import action, locked, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports import columns as matching
from samskab.civic.foundation.imports.kinds import Kind, kind_of
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.queries import Plan, plan_of, remembered
from samskab.engine.language.identifiers import contains_cpr
from samskab.engine.sheets import Sheet, SheetError, read_sheets

# More rows than this are looked through and taken in by a worker, not while somebody waits.
AT_ONCE = 3000
MOST_NAMED = 8
State = Upload.State


# --- handing in ----------------------------------------------------------------------------------
@action("imports.use")
def upload_table(*, by: Principal, kind: str, file_name: str, data: bytes) -> Upload:
    """Reads a CSV or XLSX file and keeps it for the next steps. CPR numbers are never kept."""
    target = _kind(by, kind)
    try:
        sheets = read_sheets(data)
    except SheetError as error:
        raise Invalid(said(error), field="file") from error
    sheet = max(sheets, key=lambda one: _fits(target, one))
    _refuse_cpr(sheet.rows)
    at = matching.heading_row(target, sheet.rows)
    body = sheet.rows[at + 1 :]
    if not body:
        raise Invalid(
            gettext_lazy("There are headings in the file, but no rows below them."), field="file"
        )
    width = max(len(cells) for _number, cells in sheet.rows)
    names = matching.headings(sheet.rows[at][1], width)
    row = Upload(council=by.council, kind=kind, user_id=by.user_id, file_name=file_name[-200:])
    row.sheet_name, row.reading, row.headings = sheet.name[:80], sheet.reading, names
    row.rows = body
    row.columns = remembered(by.council, kind, names) or matching.guess(target, names)
    row.save()
    record(by, "imports.upload_table", row, kind=kind, rows=row.row_count)
    return row


def _kind(by: Principal, name: str) -> Kind:
    kind = kind_of(name)
    if kind is None:
        raise NotFound
    require(by, kind.permission)
    return kind


def _fits(kind: Kind, sheet: Sheet) -> tuple[int, int]:
    """How many of our columns the sheet names; then how many rows it has."""
    at = matching.heading_row(kind, sheet.rows)
    known = {name for column in kind.columns for name in matching.names_of(column)}
    return len({matching.plain(cell) for cell in sheet.rows[at][1]} & known), len(sheet.rows)


def _refuse_cpr(rows: Sequence[tuple[int, list[str]]]) -> None:
    """Looked for before anything is kept; the sentence names the cells, never what is in them."""
    found: list[str] = []
    for number, cells in rows:
        if contains_cpr("\n".join(cells)):
            here = [f"{matching.letter(i)}{number}" for i, c in enumerate(cells) if contains_cpr(c)]
            found += here or [str(number)]
    if not found:
        return
    named = ", ".join(found[:MOST_NAMED])
    more = len(found) - MOST_NAMED
    if more > 0:
        named += ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more}
    text = _(
        "There is something that looks like a CPR number in the file, in these cells: %(cells)s. "
        "Take it out: we never keep CPR numbers. Nothing has been saved."
    )
    raise Invalid(text % {"cells": named}, field="file")


def said(error: SheetError) -> str:
    """What is wrong with a file, in words."""
    texts = {
        "broken": _("The file is damaged, or it is not an XLSX file. Save it anew in Excel."),
        "broken_letters": _(
            "The Danish letters are broken in row %(row)s: “%(text)s”. "
            "Save the file anew as “CSV UTF-8”."
        ),
        "cell_too_long": _("A cell in row %(row)s holds more than %(limit)s characters."),
        "empty": _("The file is empty."),
        "encoding": _(
            "We cannot read the letters in row %(row)s. Save the file anew as “CSV UTF-8”."
        ),
        "encrypted": _("The file is locked with a password. Take it off, and try again."),
        "not_a_table": _("This is not a table. Choose a CSV or XLSX file."),
        "null": _("Row %(row)s holds a character that no table has. Is it a CSV file?"),
        "old_excel": _(
            "This is an old Excel file (.xls), or it has a password. Save it as .xlsx or CSV."
        ),
        "quotes": _(
            "The quotes are wrong in row %(row)s: one is opened and not closed again, or there "
            "is text after the closing one."
        ),
        "too_large": _("The file is larger than %(limit)s MB. Part it into several files."),
        "too_many_rows": _("There are more than %(limit)s rows. Part the file into several."),
        "too_wide": _("Row %(row)s has more than %(limit)s columns."),
        "unpacks_too_large": _("The file holds far more than it should. We do not open it."),
    }
    return str(texts[error.code] % error.facts)


# --- matching ------------------------------------------------------------------------------------
@action("imports.use", on="upload")
def match_columns(
    *, by: Principal, upload: Upload, columns: Mapping[str, int], seen: int | None = None
) -> Upload:
    """Says which heading fills which column; then every row is looked through."""
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
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
    upload.columns = dict(columns)
    upload.state, upload.report = State.MATCHING, {}
    upload.save()
    record(by, "imports.match_columns", upload, columns=len(columns))
    return upload


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
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
    upload.report, upload.state = plan.report(kind), State.CHECKED
    upload.save()
    record(by, "imports.keep_report", upload, **_numbers(upload))
    return upload


def _numbers(upload: Upload) -> dict[str, int]:
    return {name: upload.report[name] for name in ("new", "changed", "same", "wrong")}


def take_in(*, by: Principal, upload: Upload, seen: int | None = None) -> Upload:
    """Carries out what the page showed. The rows are read before the transaction begins and
    again in it only when something has changed since. Comes back not DONE, with a new report,
    when the file would now do something else than the person saw."""
    require(by, "imports.use")
    _kind(by, upload.kind)
    plan = plan_of(by, upload) if upload.state != State.DONE else Plan(0)
    return write_rows(by=by, upload=upload, plan=plan, seen=seen)


@action("imports.use", on="upload")
def write_rows(*, by: Principal, upload: Upload, plan: Plan, seen: int | None = None) -> Upload:
    kind = _kind(by, upload.kind)
    _refuse_done(upload)
    if not upload.report:
        raise Conflict(gettext_lazy("Look the file through first."))
    if locked(by.council).log_seq != plan.at:
        plan = plan_of(by, upload)
    if plan.errors or plan.digest() != upload.report["digest"]:
        upload.report, upload.state = plan.report(kind), State.CHECKED
        upload.save()
        return upload
    kind.open(by).save(by, plan.news)
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
    if row is None or person is None:
        return
    by = principal_for(person, row.council)
    with translation.override(language):
        if job == "take":
            take_in(by=by, upload=row)
        else:
            look_through(by=by, upload=row)
