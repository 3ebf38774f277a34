"""The rooms in their order: a room may use those listed before it, never those after."""

from __future__ import annotations

FLOORS: dict[str, tuple[str, ...]] = {
    "foundation": ("core", "ui", "accounts", "privacy", "notifications", "comments", "imports"),
    "commons": ("council", "culture", "actors", "initiatives", "knowledge"),
    "journey": (
        "challenges",
        "inquiry",
        "coalitions",
        "pilots",
        "evaluation",
        "concepts",
        "catalogue",
    ),
    "public": ("news", "federation", "following", "search", "api", "web", "demo"),
}

ROOMS: tuple[str, ...] = tuple(room for rooms in FLOORS.values() for room in rooms)

PACKAGES: tuple[str, ...] = tuple(
    f"samskab.civic.{floor}.{room}" for floor, rooms in FLOORS.items() for room in rooms
)
