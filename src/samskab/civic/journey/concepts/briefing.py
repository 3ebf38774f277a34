"""A concept on one page for the council."""

from __future__ import annotations

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from samskab.civic.commons.council.briefs import Brief, part
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.concepts import queries


def brief(council: Council, key: int) -> Brief | None:
    concept = queries.public(council).select_related("current").filter(pk=key).first()
    if concept is None or concept.current is None:
        return None
    recipe = concept.current
    cost = recipe.cost_dkk
    facts = [
        (_("How well it is known to work"), str(concept.get_level_display())),
        (_("For whom"), concept.for_whom),
        *([(_("Cost"), _("%(n)s kr.") % {"n": formats.number_format(cost)})] if cost else []),
    ]
    return Brief(
        title=concept.title,
        url=reverse("concepts:detail", args=[concept.pk]),
        lead=concept.problem,
        facts=tuple(fact for fact in facts if fact[1]),
        parts=(
            *part(_("The core"), recipe.core),
            *part(_("What can be done in another way"), recipe.adaptable),
            *part(_("Pitfalls"), recipe.pitfalls),
        ),
    )
