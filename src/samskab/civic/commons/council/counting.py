"""Papers of one ballot: which are valid, and what they come to. The rules are the engine's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.models import Ballot, Poll
from samskab.civic.foundation.core.errors import Invalid
from samskab.engine.voting import Project, approval, equal_shares, schulze, yes_no

Paper = str | list[Any]

RULES: dict[str, str | Promise] = {
    Poll.Method.YES_NO: _(
        "More in favour than against is a yes. An equal number is a no. Those who abstain are "
        "not counted in."
    ),
    Poll.Method.APPROVAL: _(
        "Each member marks all that are good. Most marks come first. Equals stand in the order "
        "of the ballot paper."
    ),
    Poll.Method.RANKED: _(
        "Each pair is compared: how many put one above the other? The order follows the "
        "strongest chains of such wins (the Schulze method). Equals are ordered by first "
        "places, then as on the ballot paper."
    ),
    Poll.Method.BUDGET: _(
        "Every voter gets an equal share of the money. A project is bought when those who want "
        "it can pay for it together. What is left over is shared out little by little, as long "
        "as the budget holds (the method of equal shares)."
    ),
}


def checked(poll: Poll, paper: Paper) -> Paper:
    """The paper in its one normal form, so that equal answers are equal; Invalid otherwise."""
    if poll.method == Poll.Method.YES_NO:
        if paper not in Ballot.Choice.values:
            raise Invalid(_("Choose one of those in the list."), field="choice")
        return str(paper)
    known = set(range(len(poll.options)))
    groups = paper if poll.method == Poll.Method.RANKED else [paper]
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise Invalid(_("Choose one of those in the list."), field="choice")
    named = [option for group in groups for option in group]
    numbers = {option for option in named if isinstance(option, int)}
    if len(numbers) != len(named) or not numbers <= known:
        raise Invalid(_("Choose one of those in the list."), field="choice")
    if poll.method == Poll.Method.RANKED:
        return [sorted(group) for group in groups if group]
    return sorted(named)


def count(poll: Poll, papers: Sequence[Paper]) -> dict[str, Any]:
    """What the papers come to, ready to be kept: options by their number on the paper."""
    tally = {
        Poll.Method.YES_NO: _yes_no,
        Poll.Method.APPROVAL: _approval,
        Poll.Method.RANKED: _ranked,
        Poll.Method.BUDGET: _budget,
    }[Poll.Method(poll.method)]
    titles = [option["title"] for option in poll.options]
    return {
        "method": poll.method,
        "secret": poll.is_secret,
        "papers": len(papers),
        "options": titles,
        **tally(poll, papers),
    }


def _yes_no(poll: Poll, papers: Sequence[Any]) -> dict[str, Any]:
    found = yes_no(papers)
    return {"yes": found.in_favour, "no": found.against, "abstain": found.abstained}


def _names(poll: Poll) -> list[str]:
    return [str(at) for at in range(len(poll.options))]


def _approval(poll: Poll, papers: Sequence[Any]) -> dict[str, Any]:
    found = approval(_names(poll), [[str(option) for option in paper] for paper in papers])
    return {
        "counts": [number for _name, number in found.counts],
        "order": [int(name) for name in found.order],
        "tied": [int(name) for name in found.tied],
    }


def _ranked(poll: Poll, papers: Sequence[Any]) -> dict[str, Any]:
    said = Counter(
        tuple(tuple(str(option) for option in group) for group in paper) for paper in papers
    )
    found = schulze(_names(poll), said)
    return {
        "table": [list(row) for row in found.table],
        "order": [int(name) for name in found.order],
        "tied": [int(name) for name in found.tied],
    }


def _budget(poll: Poll, papers: Sequence[Any]) -> dict[str, Any]:
    budget, costs = poll.budget or 0, [int(option["cost"]) for option in poll.options]
    projects = [Project(name, cost) for name, cost in zip(_names(poll), costs, strict=True)]
    ballots = [[str(option) for option in paper] for paper in papers]
    found = equal_shares(projects, ballots, budget, unit=step(budget, len(papers)))
    return {
        "costs": costs,
        "budget": budget,
        "spent": found.spent,
        "left": found.left,
        "order": [int(name) for name in found.bought],
        "counts": [sum(str(at) in ballot for ballot in ballots) for at in range(len(costs))],
    }


def step(budget: int, voters: int) -> int:
    """How much add-1 gives at a time: a thousandth of a voter's share, at least one krone."""
    return max(1, budget // (1000 * max(voters, 1)))


# --- shown -------------------------------------------------------------------------------------


def money(amount: int) -> str:
    return str(number_format(amount, use_l10n=True, force_grouping=True))


@dataclass(frozen=True)
class Line:
    """One option of a result: its place, what it got, and whether it was chosen."""

    place: int
    title: str
    count: int | None = None
    cost: int | None = None
    chosen: bool = False

    @property
    def price(self) -> str:
        return money(self.cost or 0)


@dataclass(frozen=True)
class Result:
    """A tally as pages, PDF and API show it."""

    method: str
    label: str | Promise
    rule: str | Promise
    secret: bool
    papers: int
    lines: list[Line]
    tied: list[str]
    tally: dict[str, Any]

    @property
    def sums(self) -> dict[str, str]:
        """Of a budget: what there was, what is spent and what is left."""
        return {name: money(self.tally.get(name, 0)) for name in ("budget", "spent", "left")}

    @property
    def table(self) -> list[list[Any]]:
        """Pairs of a ranking: a row for each option, with how often it stands above the others."""
        rows = self.tally.get("table", [])
        titles = self.tally["options"]
        return [
            [titles[a], *("–" if a == b else rows[a][b] for b in range(len(rows)))]
            for a in range(len(rows))
        ]


def result(tally: dict[str, Any]) -> Result | None:
    if not tally:
        return None
    method, options = tally["method"], tally["options"]
    order, tied = tally.get("order", []), tally.get("tied", [])
    counts, costs = tally.get("counts"), tally.get("costs")
    bought = method == Poll.Method.BUDGET
    rest = [at for at in range(len(options)) if at not in order]
    lines = [
        Line(
            place=place,
            title=options[at],
            count=counts[at] if counts else None,
            cost=costs[at] if costs else None,
            chosen=at in order if bought else place == 1 or at in tied,
        )
        for place, at in enumerate([*order, *rest], start=1)
    ]
    return Result(
        method=method,
        label=Poll.Method(method).label,
        rule=RULES[method],
        secret=tally["secret"],
        papers=tally["papers"],
        lines=lines,
        tied=[options[at] for at in tied],
        tally=tally,
    )
