"""When a new map is worth its while; loads nothing, since every vote asks."""

from __future__ import annotations

REST = 9
"""How many times as long as the newest map took nobody draws another one."""


def rest(seconds: float) -> float:
    """Seconds to wait after a map that took so many, so that the maps of one conversation take
    a tenth of one worker's time at most. O(1)."""
    return REST * seconds
