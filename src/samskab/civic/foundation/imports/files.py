"""Empty tables to fill in, with a guide beside them."""

from __future__ import annotations

import csv
import io

from django.utils.translation import gettext as _

from samskab.civic.foundation.imports.columns import letter
from samskab.civic.foundation.imports.kinds import Kind

WIDE = 24


def csv_file(kind: Kind) -> bytes:
    """Semicolons, as Danish spreadsheets expect them."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerow([str(column.label) for column in kind.columns])
    return text.getvalue().encode("utf-8-sig")


def xlsx_file(kind: Kind) -> bytes:
    """The table on the first sheet; what goes into each column on the second."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font

    book = Workbook()
    table, guide = book.worksheets[0], book.create_sheet(_("Guide"))
    table.title = str(kind.label)[:31]
    table.append([str(column.label) for column in kind.columns])
    table.freeze_panes = "A2"
    guide.append([_("Column"), _("Must be filled in"), _("What goes into it")])
    for column in kind.columns:
        needed = _("Yes") if column.required else _("No")
        guide.append([str(column.label), needed, str(column.help)])
    for sheet in (table, guide):
        for index, cell in enumerate(sheet[1]):
            cell.font = Font(bold=True)
            sheet.column_dimensions[letter(index)].width = WIDE
    guide.column_dimensions["C"].width = WIDE * 3
    for row in guide.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()
