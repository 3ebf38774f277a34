"""How many took part in a year, for the report of the council."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.inquiry.models import Participant, Vote


def figures(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """Two statements."""
    people = Participant.objects.filter(
        council=council, created__gte=start, created__lt=end, n_votes__gt=0
    )
    votes = Vote.objects.filter(council=council, at__gte=start, at__lt=end, carried_from=None)
    return [
        Figure(_("People who answered"), people.count()),
        Figure(_("Votes on statements"), votes.count()),
    ]
