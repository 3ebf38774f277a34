from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouncilConfig(AppConfig):
    name = "samskab.civic.commons.council"
    label = "council"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_source
        from samskab.civic.commons.council.figures import register
        from samskab.civic.commons.council.queries import late_tasks, of_the_year, section_ahead
        from samskab.civic.foundation.accounts.sections import add_section

        register_source("tasks", late_tasks)
        add_section("council/_mine.html", section_ahead, order=5)
        register("council", _("The council"), 10, of_the_year)
        from samskab.civic.commons.council import desk

        desk.register()
