"""What was tried in a year, for the report of the council."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.journey.pilots.queries import pilots


def figures(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """Pilots of public challenges. Two statements."""
    first, after = timezone.localdate(start), timezone.localdate(end)
    rows = pilots(Principal(council)).order_by("starts", "pk")
    begun = [pilot.title for pilot in rows.filter(starts__gte=first, starts__lt=after)]
    ended = rows.filter(status=Pilot.Status.ENDED, ends__gte=first, ends__lt=after)
    return [
        Figure(_("Pilots begun"), len(begun), tuple(begun[:30])),
        Figure(_("Pilots ended"), ended.count()),
    ]
