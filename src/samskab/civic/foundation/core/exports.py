"""Lists as files that a spreadsheet can open safely."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

Columns = Mapping[str, Callable[[Any], Any]]


class _Echo:
    def write(self, value: str) -> str:
        return value


def csv_response(name: str, rows: Iterable[Any], columns: Columns) -> HttpResponse:
    """Streams a UTF-8 CSV with a heading line; constant memory."""
    writer = csv.writer(_Echo())

    def lines() -> Iterable[str]:
        yield "\ufeff" + writer.writerow(columns)
        for row in rows:
            yield writer.writerow([safe_cell(read(row)) for read in columns.values()])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return cast(HttpResponse, response)  # Django gives the two no common type of use


def csv_href(request: HttpRequest) -> str:
    """The address of the same list, as it is filtered, as a file."""
    query = request.GET.copy()
    query.pop("after", None)
    query["format"] = "csv"
    return f"?{query.urlencode()}"


# A Danish spreadsheet parts lines at semicolons, also where we put a comma.
_LATER = re.compile(r"([;\t]\s*)([=+\-@])")


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet would run as a formula is made plain text."""
    text = "" if value is None else str(value)
    if _number(text):
        return text
    text = _LATER.sub(r"\1'\2", text)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
