from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PilotsConfig(AppConfig):
    name = "samskab.civic.journey.pilots"
    label = "pilots"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_brief
        from samskab.civic.journey.challenges.journey import Step
        from samskab.civic.journey.challenges.sections import register
        from samskab.civic.journey.pilots.briefing import brief
        from samskab.civic.journey.pilots.models import Pilot
        from samskab.civic.journey.pilots.queries import section

        template = "pilots/_section.html"
        register("pilots", 30, template, section, rows=Pilot, at=[Step.GATHERING])
        register_brief("pilots.pilot", brief)
        from samskab.civic.commons.council import figures
        from samskab.civic.journey.pilots import yearly

        figures.register("pilots", _("Pilot projects"), 40, yearly.figures)
        from samskab.civic.commons.knowledge import sections
        from samskab.civic.journey.pilots.queries import used_by

        sections.register("pilots", 10, "pilots/_article.html", used_by)
        from samskab.civic.journey.pilots import desk

        desk.register()
