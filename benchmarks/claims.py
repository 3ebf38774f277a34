"""What a claim hands back: one figure beside the limit that it must keep."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class LeftOut(Exception):
    """A claim cannot be measured here; the text says what is missing and how to get it."""


@dataclass(frozen=True)
class Figure:
    """One measured figure. `beside` says what it was compared with in the same run."""

    what: str
    value: float
    limit: float
    unit: str = ""
    beside: str = ""

    @property
    def holds(self) -> bool:
        return self.value <= self.limit

    @property
    def verdict(self) -> str:
        return "holds" if self.holds else "DOES NOT HOLD"

    @property
    def measured(self) -> str:
        return f"{number(self.value)} {self.unit}".strip()

    @property
    def allowed(self) -> str:
        return f"≤ {number(self.limit)} {self.unit}".strip()

    def line(self) -> str:
        beside = f"  ({self.beside})" if self.beside else ""
        return f"  {self.what}: {self.measured}, limit {self.allowed}: {self.verdict}{beside}"


def number(value: float) -> str:
    """Four digits that count, and no exponent."""
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value):,}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.4g}"


def table(rows: Iterable[tuple[str, ...]]) -> str:
    """Columns as wide as their widest cell."""
    listed = list(rows)
    widths = [max(len(cell) for cell in column) for column in zip(*listed, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in listed
    )
