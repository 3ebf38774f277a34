"""What became a recipe in a year, for the report of the council."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from samskab.civic.commons.council.figures import Figure
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.concepts.models import Adoption
from samskab.civic.journey.concepts.queries import public


def figures(council: Council, start: datetime, end: datetime) -> list[Figure]:
    """Two statements."""
    made = (
        public(council)
        .filter(origin_slug="", published_at__gte=start, published_at__lt=end)
        .order_by("published_at", "pk")
    )
    names = [concept.title for concept in made]
    taken = Adoption.objects.filter(council=council, created__gte=start, created__lt=end)
    return [
        Figure(_("Concepts published"), len(names), tuple(names[:30])),
        Figure(_("Concepts taken up from others"), taken.count()),
    ]
