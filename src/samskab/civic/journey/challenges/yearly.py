"""What a year of challenges was, for the report of the council."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Party
from samskab.civic.journey.challenges.queries import public


def figures(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """Public ones only. Three statements."""
    rows = public(council)
    joined = Party.objects.filter(challenge__in=rows.values("pk"), status=Party.Status.JOINED)
    closed = rows.filter(step=Step.CLOSED, moved_at__gte=start, moved_at__lt=end)
    return [
        Figure(_("Challenges raised"), rows.filter(created__gte=start, created__lt=end).count()),
        Figure(_("Challenges closed"), closed.count()),
        Figure(
            _("Parties that joined"),
            joined.filter(since__gte=start, since__lt=end).count(),
        ),
    ]
