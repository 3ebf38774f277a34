from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouncilConfig(AppConfig):
    name = "samskab.civic.commons.council"
    label = "council"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_source
        from samskab.civic.commons.council.figures import register
        from samskab.civic.commons.council.queries import late_tasks, of_the_year

        register_source("tasks", late_tasks)
        register("council", _("The council"), 10, of_the_year)
        from samskab.civic.commons.council import desk

        desk.register()
