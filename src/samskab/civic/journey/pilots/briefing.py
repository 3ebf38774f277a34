"""A pilot on one page for the council."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from samskab.civic.commons.council.briefs import Brief, part
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.pilots import queries
from samskab.civic.journey.pilots.models import Pilot


def brief(council: Council, key: int) -> Brief | None:
    pilot = queries.pilots(Principal(council)).filter(pk=key).first()
    return of(pilot) if pilot is not None else None


def of(pilot: Pilot) -> Brief:
    cost = queries.cost(pilot)
    dates = (pilot.starts, pilot.ends)
    period = " – ".join(formats.date_format(day, "DATE_FORMAT") for day in dates if day)
    facts = [
        (_("Where it is"), str(pilot.get_status_display())),
        (_("Period"), period),
        *([(_("People it is for"), str(pilot.people))] if pilot.people else []),
        *([(_("Budget"), _("%(n)s kr.") % {"n": formats.number_format(cost)})] if cost else []),
    ]
    return Brief(
        title=pilot.title,
        url=reverse("pilots:detail", args=[pilot.pk]),
        lead=pilot.text,
        facts=tuple(facts),
        parts=(
            *part(_("Problem"), pilot.problem),
            *part(_("What changes for people"), pilot.outcomes),
            *part(_("Who takes part"), [str(actor) for actor in queries.parties(pilot)], most=12),
            *part(_("Risks"), [risk.text for risk in queries.risks(pilot)]),
        ),
    )
