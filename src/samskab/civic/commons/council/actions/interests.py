"""Members with an interest of their own in an item."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.actions.common import (
    check_own,
    check_undecided,
    filled,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Ballot,
    Disqualification,
    Poll,
    Term,
)
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.run_meetings", on="item")
def disqualify(*, by: Principal, item: AgendaItem, term: Term, reason: str) -> Disqualification:
    """A member with an interest of their own takes no part; a ballot already cast is void."""
    check_own(by, term)
    check_undecided(item)
    if item.meeting is None or not term.held_on(item.meeting.day):
        raise Invalid(_("Choose a member who has a seat on the day of the meeting."), field="term")
    row: Disqualification
    row, created = Disqualification.objects.get_or_create(
        council=by.council, item=item, term=term, defaults={"reason": filled(reason, "reason")}
    )
    if created:
        _check_paper_can_be_found(item, term)
        void = Ballot.objects.filter(item=item, member=term.user_id, member__isnull=False)
        void.delete()
        record(by, "council.disqualify", item, term=term.pk)
    return row


def _check_paper_can_be_found(item: AgendaItem, term: Term) -> None:
    poll = Poll.objects.filter(item=item).first()
    voted = Ballot.objects.filter(item=item, member=term.user_id, member__isnull=False).exists()
    if poll is not None and voted and (poll.is_secret or poll.is_counted):
        raise Conflict(
            _(
                "The member has voted, and the paper can no longer be taken out. Call the ballot "
                "off, note this, and vote again."
            ),
            field="term",
        )


@action("council.run_meetings", on="disqualification")
def requalify(*, by: Principal, disqualification: Disqualification) -> AgendaItem:
    """Takes a disqualification back that was noted by mistake."""
    item = locked(disqualification.item)
    check_undecided(item)
    record(by, "council.requalify", item, term=disqualification.term_id)
    disqualification.delete()
    return item
