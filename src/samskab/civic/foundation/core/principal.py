"""The acting person: who asks for something, in which council, with which roles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from samskab.civic.foundation.core.models import Council


class Role(TextChoices):
    """Roles that are given to a signed-in person in one council."""

    REPRESENTATIVE = "representative", _("Representative")
    MEMBER = "member", _("Council member")
    FACILITATOR = "facilitator", _("Facilitator")
    SECRETARIAT = "secretariat", _("Secretariat")
    ADMINISTRATOR = "administrator", _("Administrator")


@dataclass(frozen=True)
class Principal:
    """Immutable; every action takes one as `by`.

    `grants` holds what a private link opens, as (label of the model, key) pairs.
    """

    council: Council
    user_id: int | None = None
    name: str = ""
    email: str = ""
    roles: frozenset[str] = frozenset()
    grants: frozenset[tuple[str, int]] = frozenset()
    is_system: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def key(self) -> str:
        """How the log names this person: never by name or address."""
        if self.is_system:
            return "system"
        return f"user:{self.user_id}" if self.user_id else "visitor"

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def holding(self, label: str, key: int) -> Principal:
        """The same person, having opened a private link."""
        return replace(self, grants=self.grants | {(label, key)})


def system(council: Council, name: str = "") -> Principal:
    """The installation itself: schedules, imports and the example data.

    `name` is shown where a page says who did it.
    """
    return Principal(council, name=name, roles=frozenset(Role.values), is_system=True)
