"""What came of a pilot, on one page for the council."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from samskab.civic.commons.council.briefs import Brief, part
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.evaluation import queries
from samskab.civic.journey.pilots import briefing


def brief(council: Council, key: int) -> Brief | None:
    rows = queries.evaluations(Principal(council)).select_related("pilot")
    evaluation = rows.filter(pk=key).first()
    if evaluation is None:
        return None
    found = [
        f"{one.measure.title}: {' '.join(one.sentences)}"
        for one in queries.shown(evaluation)
        if one.sentences
    ]
    pilot = briefing.of(evaluation.pilot)
    return replace(
        pilot,
        lead=evaluation.summary or pilot.lead,
        parts=(
            *part(_("What was measured"), found),
            *part(_("What we learned"), evaluation.lessons),
            *pilot.parts,
        ),
    )
