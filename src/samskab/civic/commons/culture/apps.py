from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CultureConfig(AppConfig):
    name = "samskab.civic.commons.culture"
    label = "culture"

    def ready(self) -> None:
        from samskab.civic.commons.council import figures, pages
        from samskab.civic.commons.culture import desk, queries
        from samskab.civic.foundation.accounts.sections import add_section

        figures.register("culture", _("How it is to co-create"), 70, queries.of_the_year)
        pages.add(_("How it is to co-create"), "culture:front")
        add_section("culture/_mine.html", queries.to_answer, order=10)
        desk.register()
