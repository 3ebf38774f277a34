"""What several actions of this room need."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    queries,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Meeting,
)
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound
from samskab.civic.foundation.core.principal import Principal


def check_own(by: Principal, *rows: Any) -> None:
    """What is given besides the object of an action has to be of the same council."""
    for row in rows:
        if row is not None and row.council_id != by.council.pk:
            raise NotFound


def check_choice(choices: type[models.TextChoices], value: str, field: str) -> None:
    if value not in choices.values:
        raise Invalid(_("Choose one of those in the list."), field=field)


def filled(value: str, field: str) -> str:
    clean = value.strip()
    if not clean:
        raise Invalid(_("Write something here."), field=field)
    return clean


def check_open(meeting: Meeting) -> None:
    if not meeting.is_open:
        raise Conflict(_("The meeting has been held or cancelled, so this cannot be changed."))


def check_undecided(item: AgendaItem) -> None:
    if item.state != AgendaItem.State.OPEN:
        raise Conflict(_("The item has been dealt with, so this cannot be changed."))


def check_writable(meeting: Meeting | None) -> None:
    if meeting is not None and meeting.minutes_published:
        raise Conflict(_("The minutes are published. Take them back first to correct them."))


def check_begun(meeting: Meeting) -> None:
    """Nothing is decided on a meeting that lies ahead: those who may come are not there yet."""
    if meeting.day > clock.today():
        raise Invalid(
            _("The meeting lies ahead. Decide on the day, or take the item off the meeting first.")
        )


def check_quorum(meeting: Meeting) -> None:
    now = queries.quorum(meeting)
    if not now.noted:
        raise Invalid(_("Note who is there first."))
    if not now.reached:
        raise Invalid(_("Too few are there to decide. More than half of the members must be."))
