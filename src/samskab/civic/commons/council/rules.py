"""Who may do what in the council. Items that are closed are read by members and secretariat."""

from __future__ import annotations

from typing import Any

import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import (
    anyone,
    is_facilitator,
    is_member,
    is_secretariat,
    is_system,
)


@rules.predicate
def proposed_it(by: Principal, item: Any) -> bool:
    return item is not None and by.signed_in and item.author_id == by.user_id


@rules.predicate
def owns_it(by: Principal, task: Any) -> bool:
    return task is not None and by.signed_in and task.owner_id == by.user_id


sees_closed = is_member | is_secretariat
is_inside = is_member | is_facilitator | is_secretariat


@rules.predicate
def is_open_item(by: Principal, item: Any) -> bool:
    return item is not None and not item.is_closed


@rules.predicate
def agenda_is_public(by: Principal, item: Any) -> bool:
    """The agenda is sent out with the invitation; before that it is the council's own."""
    return item is not None and item.meeting is not None and item.meeting.has_public_agenda


@rules.predicate
def decision_is_public(by: Principal, item: Any) -> bool:
    decision = getattr(item, "decision", None) if item is not None else None
    return decision is not None and decision.is_public


rules.add_perm("council.see_drafts", is_inside)
rules.add_perm("council.see_closed", sees_closed)
rules.add_perm(
    "council.read_item",
    sees_closed | (is_open_item & (is_inside | agenda_is_public | decision_is_public)),
)
rules.add_perm("council.edit_texts", is_secretariat)
rules.add_perm("council.edit_seats", is_secretariat)
rules.add_perm("council.run_meetings", is_secretariat)
rules.add_perm("council.propose_item", is_inside)
rules.add_perm("council.withdraw_item", is_secretariat | proposed_it)
rules.add_perm("council.vote", is_member)
rules.add_perm("council.decide", is_secretariat)
rules.add_perm("council.give_tasks", is_secretariat)


@rules.predicate
def report_is_public(by: Principal, report: Any) -> bool:
    return report is not None and report.is_public


rules.add_perm("council.stand", anyone)
rules.add_perm("council.remind", is_system)
rules.add_perm("council.write_report", is_secretariat)
rules.add_perm("council.read_report", is_inside | report_is_public)
rules.add_perm("council.finish_task", is_secretariat | owns_it)
