"""What every kind of row does alike when a table is read and taken in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from samskab.civic.foundation.core.errors import Text
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports.kinds import Draft, Line, differences
from samskab.civic.foundation.imports.writing import Write, inserts, updates


class Once:
    """Two rows of one file must not speak of the same thing."""

    def __init__(self) -> None:
        self._rows: dict[Any, int] = {}

    def refuse_twice(self, line: Line, column: str, *identities: Any) -> None:
        for identity in identities:
            first = self._rows.setdefault(identity, line.row)
            if first != line.row:
                line.wrong(column, _("Row %(row)s is about the same.") % {"row": first})


class BookOf:
    """Rows of one model. `FIELDS` are those that a file can change."""

    model: Any
    FIELDS: tuple[str, ...]
    # said when a file gives another key to a row that has one
    HAS_KEY: Text

    def __init__(self, by: Principal) -> None:
        self.council = by.council
        self.once = Once()

    def refuse_key(self, line: Line, row: Any, key: str) -> None:
        """A row keeps its key, and a key stands once in a file."""
        if row.external_key and key != row.external_key:
            line.wrong("key", str(self.HAS_KEY) % {"key": row.external_key})
        if key:
            self.once.refuse_twice(line, "key", ("key", key))

    def prepare(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """New rows first, then those that change."""
        return in_order(*self.writes(drafts))

    def writes(self, drafts: Sequence[Draft]) -> tuple[Write, Write]:
        new = [draft.thing for draft in drafts if draft.is_new]
        changed = [draft.thing for draft in drafts if not draft.is_new]
        return inserts(self.model, new), updates(self.model, changed, self.FIELDS)


def in_order(*writes: Write) -> Callable[[], None]:
    def run() -> None:
        for write in writes:
            write.run()

    return run


def overlaid(line: Line, present: dict[str, Any], **given: Any) -> dict[str, Any]:
    """What the file says; what it has no column for stays as it is."""
    return {name: value if line.has(name) else present[name] for name, value in given.items()}


def draft_of(
    line: Line,
    thing: Any,
    before: dict[str, Any],
    after: dict[str, Any],
    title: str,
    more: Any = None,
) -> Draft:
    is_new = thing.pk is None
    changes = [] if is_new else differences(line.kind, before, after)
    return Draft(line.row, title, is_new, thing, changes, more)
