"""Voting: opening, casting, counting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    counting,
    queries,
)
from samskab.civic.commons.council.actions.common import (
    check_begun,
    check_choice,
    check_quorum,
    check_undecided,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Attendance,
    Ballot,
    Disqualification,
    Poll,
)
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.run_meetings", on="item")
def open_ballot(
    *,
    by: Principal,
    item: AgendaItem,
    method: str = "yes_no",
    is_secret: bool = False,
    options: Sequence[tuple[str, int | None]] = (),
    budget: int | None = None,
) -> AgendaItem:
    """Lets those present vote. `options` are what can be chosen, with costs for a budget.

    A ballot that was counted before is thrown away: this is the next round.
    """
    check_undecided(item)
    if not item.can_be_decided:
        raise Invalid(_("This item is not for decision."))
    if item.meeting is None:
        raise Invalid(_("Put the item on a meeting first."))
    check_begun(item.meeting)
    check_choice(Poll.Method, method, "method")
    check_quorum(item.meeting)
    if item.ballot_open:
        return item
    given = _options(method, options, budget)
    Ballot.objects.filter(item=item).delete()
    Poll.objects.filter(item=item).delete()
    Poll.objects.create(
        council=by.council,
        item=item,
        method=method,
        is_secret=is_secret,
        options=given,
        budget=budget if method == Poll.Method.BUDGET else None,
    )
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=True)
    record(by, "council.open_ballot", item, method=method, secret=is_secret, options=len(given))
    item.ballot_open = True
    return item


def _options(
    method: str, options: Sequence[tuple[str, int | None]], budget: int | None
) -> list[dict[str, Any]]:
    """What can be chosen, as it is kept: nothing for yes and no, else two or more, each once."""
    if method == Poll.Method.YES_NO:
        return []
    titles = [title.strip() for title, _cost in options]
    if len(titles) < 2 or not all(titles):
        raise Invalid(_("Write at least two to choose between, each on a line."), field="options")
    if len(titles) > 40:
        raise Invalid(_("That is more than 40. Nobody can read such a ballot."), field="options")
    if len(set(titles)) < len(titles):
        raise Invalid(_("The same thing stands there twice."), field="options")
    if method != Poll.Method.BUDGET:
        return [{"title": title} for title in titles]
    if budget is None or budget < 1:
        raise Invalid(_("Write how much money there is to share out."), field="budget")
    costs = [cost for _title, cost in options]
    if not all(cost is not None and 1 <= cost <= 10**12 for cost in costs):
        message = _("Write what each costs at the end of its line, for instance: Lamps = 20000")
        raise Invalid(message, field="options")
    return [{"title": title, "cost": cost} for title, cost in zip(titles, costs, strict=True)]


@action("council.run_meetings", on="item")
def call_off_ballot(*, by: Principal, item: AgendaItem) -> AgendaItem:
    """Ends a ballot without counting it, or throws its count away; the answers go too."""
    check_undecided(item)
    thrown, _detail = Ballot.objects.filter(item=item).delete()
    Poll.objects.filter(item=item).delete()
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=False)
    item.ballot_open = False
    record(by, "council.call_off_ballot", item, ballots=thrown)
    return item


@action("council.run_meetings", on="item")
def close_ballot(*, by: Principal, item: AgendaItem) -> Poll:
    """Ends a ballot and counts it. The papers of a secret one are thrown away with that."""
    check_undecided(item)
    poll: Poll | None = Poll.objects.filter(item=item).first()
    if poll is None or not item.ballot_open:
        if poll is not None and poll.is_counted:
            return poll
        raise Conflict(_("The ballot is not open. Ask the secretariat."))
    papers = queries.papers(item, poll)
    if not papers:
        raise Invalid(_("Nobody has voted yet. Wait, or call the ballot off."))
    if poll.is_secret and len(papers) < SECRET_AT_LEAST:
        raise Invalid(
            _("A secret ballot needs three votes at least. With fewer it tells who voted what.")
        )
    poll.result, poll.papers = counting.count(poll, papers), []
    poll.save()
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=False)
    item.ballot_open = False
    record(by, "council.close_ballot", item, papers=len(papers))
    return poll


SECRET_AT_LEAST = 3


@action("council.run_meetings", on="item")
def count_slips(*, by: Principal, item: AgendaItem, slips: Sequence[counting.Paper]) -> Poll:
    """Counts a ballot that was held on paper: all slips, each as `vote` takes it.

    Either all vote on paper or all vote here, so that nobody does both.
    """
    check_undecided(item)
    found = Poll.objects.select_for_update(no_key=True).filter(item=item)
    poll: Poll | None = found.first()
    if poll is None or item.meeting is None or not item.ballot_open:
        raise Conflict(_("The ballot is not open. Ask the secretariat."))
    if queries.have_voted(item):
        raise Conflict(_("Some have voted here already. Count that, or call the ballot off first."))
    papers = [counting.checked(poll, slip) for slip in slips]
    if not papers:
        raise Invalid(_("Write what stands on the slips, each on a line."), field="slips")
    if len(papers) > queries.entitled(item).count() + item.meeting.present_unnamed:
        message = _("That is more votes than there are members present who may vote.")
        raise Invalid(message, field="slips")
    if poll.is_secret and len(papers) < SECRET_AT_LEAST:
        raise Invalid(
            _("A secret ballot needs three votes at least. With fewer it tells who voted what."),
            field="slips",
        )
    poll.result, poll.papers = counting.count(poll, papers), []
    poll.save()
    AgendaItem.objects.filter(pk=item.pk).update(ballot_open=False)
    item.ballot_open = False
    record(by, "council.count_slips", item, papers=len(papers))
    return poll


@action("council.vote", on="item")
def vote(*, by: Principal, item: AgendaItem, choice: counting.Paper) -> Ballot:
    """One ballot a member. It can be changed until it is counted; a secret one cannot, as
    nobody knows which paper it is.

    `choice` is yes, no or abstain; numbers of options; or groups of numbers, the best first.
    """
    poll = Poll.objects.select_for_update(no_key=True).filter(item=item).first()
    if poll is None or not item.ballot_open:
        raise Conflict(_("The ballot is not open. Ask the secretariat."))
    paper = counting.checked(poll, choice)
    _check_entitled(by, item)
    said: dict[str, Any] = {"choice": "", "answer": None}
    if not poll.is_secret:
        said = {"choice": paper} if isinstance(paper, str) else {"answer": paper}
    ballot: Ballot
    ballot, created = Ballot.objects.get_or_create(
        council=by.council, item=item, member_id=by.user_id, defaults=said
    )
    if poll.is_secret:
        if not created:
            raise Conflict(_("You have voted. A secret vote cannot be changed."))
        _drop_into(poll, paper)
    elif not created:
        if all(getattr(ballot, name) == value for name, value in said.items()):
            return ballot
        for name, value in said.items():
            setattr(ballot, name, value)
        ballot.save()
    record(by, "council.vote", item)
    return ballot


def _drop_into(poll: Poll, paper: counting.Paper) -> None:
    """Into the box, sorted by what the papers say, so that their order tells nothing."""
    poll.papers = sorted([*poll.papers, paper], key=repr)
    poll.save(update_fields=["papers"])


def _check_entitled(by: Principal, item: AgendaItem) -> None:
    term = queries.term_of(by, item.meeting.day) if item.meeting else None
    if term is None:
        raise Invalid(_("Only those who hold a seat can vote."))
    if Disqualification.objects.filter(item=item, term=term).exists():
        raise Invalid(
            _("You are disqualified in this item, so you do not vote. The minutes say so.")
        )
    if not Attendance.objects.filter(meeting=item.meeting, term=term).exists():
        raise Invalid(_("You are not noted as present. Tell the secretariat that you are here."))
