"""How long a search may still go on."""

from __future__ import annotations

import time


class Patience:
    """Seconds that several searches share. Nothing else in the engine looks at a clock."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, never quite none."""
        return max(0.01, self._end - time.monotonic())

    def part(self, share: float) -> Patience:
        """A patience of its own with a share of what is left."""
        return Patience(self.left() * share)
