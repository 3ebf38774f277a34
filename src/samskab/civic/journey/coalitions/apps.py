from django.apps import AppConfig


class CoalitionsConfig(AppConfig):
    name = "samskab.civic.journey.coalitions"
    label = "coalitions"

    def ready(self) -> None:
        from samskab.civic.commons.actors.sections import register_needs
        from samskab.civic.foundation.accounts.sections import add_section
        from samskab.civic.journey.challenges.journey import Step
        from samskab.civic.journey.challenges.sections import register
        from samskab.civic.journey.coalitions import queries
        from samskab.civic.journey.coalitions.models import Need

        template, at = "coalitions/_section.html", (Step.FRAMED, Step.GATHERING)
        register("coalitions", 20, template, queries.section, rows=Need, at=at)
        add_section("coalitions/_mine.html", queries.waiting_for, order=30)
        register_needs(queries.needs_counted)
