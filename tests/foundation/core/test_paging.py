from __future__ import annotations

from django.http import QueryDict
from django.test import RequestFactory

from samskab.civic.foundation.core.actions import record
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.core.principal import system


def walk(rows: object, order: str, size: int) -> list[list[int]]:
    pages, query = [], ""
    while True:
        found = page(RequestFactory().get(f"/?{query}"), rows, order=order, size=size)  # type: ignore[arg-type]
        pages.append([row.pk for row in found.rows])
        if not found.next_query:
            return pages
        query = found.next_query


def test_pages_cover_all_rows_once_in_order(council: Council) -> None:
    for number in range(7):
        record(system(council), f"test.{number % 2}", council)
    rows = LogEntry.objects.filter(council=council)
    for order in ("-seq", "seq", "-pk", "pk", "verb", "-at"):
        pages = walk(rows, order, 3)
        keys = [key for one in pages for key in one]
        column = order.lstrip("-")
        tie = "-pk" if order.startswith("-") else "pk"
        straight = rows.order_by(order) if column == "pk" else rows.order_by(order, tie)
        assert keys == list(straight.values_list("pk", flat=True)), order
        assert all(len(one) == 3 for one in pages[:-1])


def test_the_other_filters_stay_in_the_address(council: Council) -> None:
    for _ in range(3):
        record(system(council), "test", council)
    request = RequestFactory().get("/?verb=test&kind=a&kind=b")
    found = page(request, LogEntry.objects.filter(council=council), order="-seq", size=2)
    query = QueryDict(found.next_query)
    assert query.getlist("kind") == ["a", "b"]
    assert query["verb"] == "test"


def test_a_forged_cursor_leads_to_the_first_page(council: Council) -> None:
    record(system(council), "test", council)
    request = RequestFactory().get("/?after=1%27%20OR%201=1")
    assert page(request, LogEntry.objects.all()).is_first
