"""Pages of later rooms that the page of the council leads to beside its own."""

from __future__ import annotations

from django.urls import reverse
from django.utils.functional import Promise

_PAGES: dict[str, str | Promise] = {}


def add(label: str | Promise, address: str) -> None:
    """Called in a room's `apps.py`; `address` names a page without arguments, open to all."""
    _PAGES[address] = label


def beside() -> list[tuple[str | Promise, str]]:
    return [(label, reverse(address)) for address, label in _PAGES.items()]
