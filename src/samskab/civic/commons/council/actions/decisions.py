"""What the council decided, and making it public."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    queries,
)
from samskab.civic.commons.council.actions.ballots import close_ballot
from samskab.civic.commons.council.actions.common import (
    check_begun,
    check_quorum,
    filled,
)
from samskab.civic.commons.council.models import (
    OUTCOMES,
    AgendaItem,
    Decision,
    Meeting,
    Outcome,
    Poll,
)
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.decide", on="item")
def decide(
    *,
    by: Principal,
    item: AgendaItem,
    text: str,
    outcome: str,
    in_favour: int | None = None,
    against: int | None = None,
    abstained: int | None = None,
    text_en: str = "",
) -> Decision:
    """Writes what the council decided.

    With a ballot its count is kept. Without one, the counts of a show of hands can be given;
    no counts at all means that everybody agreed. An item without a meeting is
    decided between two meetings. The decision is not public before it is published.
    """
    if item.state != AgendaItem.State.OPEN:
        raise Conflict(_("The item has been decided already."))
    _check_outcome(item, outcome)
    if item.meeting is not None:
        check_begun(item.meeting)
        check_quorum(item.meeting)
    given = _given(in_favour, against, abstained)
    poll = _counted(by, item, given)
    counts = _counts(item, given, poll)
    _check_majority(outcome, counts)
    decision: Decision = Decision.objects.create(
        council=by.council,
        item=item,
        text=filled(text, "text"),
        text_en=text_en.strip(),
        outcome=outcome,
        in_favour=counts.in_favour if counts else None,
        against=counts.against if counts else None,
        abstained=counts.abstained if counts else None,
        tally=poll.result if poll else {},
        decided_at=_moment(item.meeting),
    )
    decided = AgendaItem.State.DECIDED
    AgendaItem.objects.filter(pk=item.pk).update(state=decided, ballot_open=False)
    item.state, item.ballot_open = decided, False
    record(by, "council.decide", item, outcome=outcome, by_ballot=item.ballots.exists())
    return decision


def _moment(meeting: Meeting | None) -> datetime:
    """Now; or when the meeting ended, where a decision is written down afterwards."""
    now = timezone.now()
    return min(now, meeting.ends_at) if meeting is not None else now


def _check_outcome(item: AgendaItem, outcome: str) -> None:
    if not item.can_be_decided:
        raise Invalid(_("This item is not for decision."))
    if outcome not in OUTCOMES[item.kind]:
        raise Invalid(_("Choose one of those in the list."), field="outcome")


def _given(*numbers: int | None) -> list[int]:
    some = [number for number in numbers if number is not None]
    if some and (len(some) < 3 or min(some) < 0):
        raise Invalid(_("Write all three numbers, or none."), field="in_favour")
    return some


def _counted(by: Principal, item: AgendaItem, given: list[int]) -> Poll | None:
    """The item's ballot, counted now if it is still open."""
    poll = Poll.objects.filter(item=item).first()
    if poll is not None and given:
        raise Invalid(_("The ballot is counted for you."), field="in_favour")
    return close_ballot(by=by, item=item) if poll is not None and item.ballot_open else poll


def _counts(item: AgendaItem, given: list[int], poll: Poll | None) -> queries.Count3 | None:
    """How many were for and against, where that was asked."""
    if poll is not None:
        found = poll.result
        if poll.method != Poll.Method.YES_NO:
            return None
        return queries.Count3(found["yes"], found["no"], found["abstain"])
    if not given:
        return None
    counted = queries.Count3(*given)
    unnamed = item.meeting.present_unnamed if item.meeting else 0
    if item.meeting_id is not None and counted.total > queries.entitled(item).count() + unnamed:
        message = _("That is more votes than there are members present who may vote.")
        raise Invalid(message, field="in_favour")
    return counted


def _check_majority(outcome: str, counts: queries.Count3 | None) -> None:
    if counts is None:
        return
    majority = counts.in_favour > counts.against
    if outcome == Outcome.REJECTED and majority:
        raise Invalid(_("More were in favour than against. Then it is adopted."), field="outcome")
    if outcome != Outcome.REJECTED and not majority:
        raise Invalid(_("There is no majority for this outcome."), field="outcome")


@action("council.run_meetings", on="decision")
def publish_decision(*, by: Principal, decision: Decision) -> Decision:
    """Makes one decision public before the minutes are, or one made between meetings."""
    if decision.item.is_closed:
        raise Invalid(_("The item is closed, so its decision is not published."))
    if not decision.is_public:
        decision.is_public = True
        decision.save(update_fields=["is_public"])
        record(by, "council.publish_decision", decision)
    return decision
