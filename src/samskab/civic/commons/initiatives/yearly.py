"""Double work that was settled in a year, for the report of the council."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.commons.initiatives.models import Coordination
from samskab.civic.foundation.core.models import Council


def totals(council: Council) -> list[Figure]:
    """One statement."""
    found = Coordination.objects.filter(council=council, status="decided").aggregate(
        cases=Count("pk"), hours=Sum("hours_freed")
    )
    return [
        Figure(_("Cases of double work settled"), found["cases"]),
        Figure(_("Hours freed a year"), int(found["hours"] or 0)),
    ]


def figures(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """One statement."""
    rows = Coordination.objects.filter(
        council=council, status="decided", decided__gte=start, decided__lt=end
    )
    found = rows.aggregate(cases=Count("pk"), hours=Sum("hours_freed"))
    return [
        Figure(_("Cases settled"), found["cases"]),
        Figure(_("Hours freed a year"), int(found["hours"] or 0)),
    ]
