from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiryConfig(AppConfig):
    name = "samskab.civic.journey.inquiry"
    label = "inquiry"

    def ready(self) -> None:
        from samskab.civic.journey.challenges.journey import Step
        from samskab.civic.journey.challenges.sections import register
        from samskab.civic.journey.inquiry.models import Inquiry
        from samskab.civic.journey.inquiry.section import read

        template = "inquiry/_section.html"
        register("inquiry", 10, template, read, rows=Inquiry, at=[Step.OPEN])
        from samskab.civic.commons.council import figures
        from samskab.civic.journey.inquiry import yearly

        figures.register("inquiry", _("Participation"), 30, yearly.figures)
