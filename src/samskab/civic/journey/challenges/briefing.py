"""A challenge on one page for the council, and which challenges wait for it."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.commons.council.briefs import Brief, Suggestion, part
from samskab.civic.commons.council.models import AgendaItem
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges import queries
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge, TimelineEntry

MOST = 12


def brief(council: Council, key: int) -> Brief | None:
    challenge = queries.public(council).filter(pk=key).first()
    if challenge is None:
        return None
    parties = [str(party.actor) for party in queries.joined(challenge)]
    facts = [
        (_("Where it is"), challenge.step_label),
        (_("Supported by"), str(challenge.n_supporters)),
        *([(_("Where"), challenge.where)] if challenge.where else []),
    ]
    return Brief(
        title=challenge.title,
        url=page(challenge),
        lead=challenge.gist,
        facts=tuple(facts),
        parts=(
            *part(_("For whom is it a problem?"), challenge.for_whom),
            *part(_("What is fixed beforehand"), challenge.fixed_beforehand),
            *part(_("Who takes part"), parties, most=12),
            *part(_("What has happened last"), [_happened(row) for row in last(challenge)]),
        ),
    )


def page(challenge: Challenge) -> str:
    return reverse("challenges:detail", args=[challenge.pk])


def last(challenge: Challenge) -> list[TimelineEntry]:
    return queries.timeline(challenge, 4)


def _happened(row: TimelineEntry) -> str:
    return f"{formats.date_format(row.created, 'DATE_FORMAT')}: {row.title}"


def waiting(by: Principal) -> list[Suggestion]:
    """Public challenges that are framed and need a yes to go on, those that are evaluated, and
    those whose answer is late. One statement."""
    rows = queries.public(by.council).filter(step__in=[Step.SCREENED, Step.FRAMED, Step.EVALUATED])
    reasons = {
        Step.FRAMED: gettext_lazy("All agree on what it is about. What can the council do for it?"),
        Step.EVALUATED: gettext_lazy("It has been tried and measured. What next?"),
        Step.SCREENED: gettext_lazy("The answer is late. Does the council want to take it up?"),
    }
    late = [
        row
        for row in rows.order_by("moved_at", "pk")[: 5 * MOST]
        if row.step != Step.SCREENED or (row.answer_due and row.answer_due < clock.today())
    ]
    return [
        Suggestion(row, row.title, reasons[Step(row.step)], AgendaItem.Kind.DECISION, page(row))
        for row in late[:MOST]
    ]
