from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChallengesConfig(AppConfig):
    name = "samskab.civic.journey.challenges"
    label = "challenges"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_brief, register_source
        from samskab.civic.journey.challenges.briefing import brief, waiting

        register_brief("challenges.challenge", brief)
        register_source("challenges", waiting)
        from samskab.civic.commons.council import figures
        from samskab.civic.journey.challenges import yearly

        figures.register("challenges", _("Challenges"), 20, yearly.figures)
        from samskab.civic.journey.challenges import desk

        desk.register()
