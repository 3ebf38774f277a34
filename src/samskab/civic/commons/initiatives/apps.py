from __future__ import annotations

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InitiativesConfig(AppConfig):
    name = "samskab.civic.commons.initiatives"
    label = "initiatives"

    def ready(self) -> None:
        """Shows what an actor does on its page, and lets the directory be narrowed by it."""
        from samskab.civic.commons.actors import sections
        from samskab.civic.commons.initiatives import importing, queries

        sections.register("initiatives", 10, "initiatives/_section.html", queries.section_of)
        for kind, column in (("target_group", "target_groups"), ("activity", "activities")):
            sections.register_filter(kind, partial(queries.narrow_actors, column))
        from samskab.civic.commons.council import figures
        from samskab.civic.commons.initiatives import yearly

        figures.register("initiatives", _("Double work"), 60, yearly.figures)
        figures.register_total(yearly.totals)
        kept = sections.Keeping("initiatives", queries.stale, queries.kept_by, queries.confirm)
        sections.keep_fresh(kept)
        importing.register_kind()
        from samskab.civic.commons.initiatives import desk

        desk.register()
