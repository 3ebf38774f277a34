from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConceptsConfig(AppConfig):
    name = "samskab.civic.journey.concepts"
    label = "concepts"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_brief
        from samskab.civic.journey.challenges.sections import register
        from samskab.civic.journey.concepts.briefing import brief
        from samskab.civic.journey.concepts.models import Adoption
        from samskab.civic.journey.concepts.section import LATE, read

        register("concept", 50, "concepts/_section.html", read, rows=Adoption, at=LATE)
        register_brief("concepts.concept", brief)
        from samskab.civic.commons.council import figures
        from samskab.civic.journey.concepts import yearly

        figures.register("concepts", _("Concepts"), 50, yearly.figures)
