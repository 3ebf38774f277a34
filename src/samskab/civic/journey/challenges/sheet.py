"""The sheet with which a process is prepared, as a challenge.

Target group, dream, the three most important results, who takes part and what for, plan: the
council's own template. The first becomes the challenge's “for whom”, the rest its text.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def as_challenge(sheet: dict[str, Any]) -> dict[str, Any]:
    """What raising a challenge takes, from what was written on the sheet. An empty part leaves
    no heading."""
    results = [sheet[name] for name in ("first", "second", "third") if sheet[name]]
    parts = (
        (_("This is what we dream of"), sheet["dream"]),
        (_("This should come out of it"), "\n".join(f"– {result}" for result in results)),
        (_("They should take part"), sheet["usual"]),
        (_("Nobody has thought of these"), sheet["unthought"]),
        (_("This is how we do it"), sheet["plan"]),
    )
    said = [f"{heading}:\n{text.strip()}" for heading, text in parts if text.strip()]
    straight = ("title", "for_whom", "target_groups", "where", "name", "contact_email")
    return {"what": "\n\n".join(said)} | {name: sheet[name] for name in straight}
