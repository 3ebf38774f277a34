from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "samskab.civic.journey.evaluation"
    label = "evaluation"

    def ready(self) -> None:
        from samskab.civic.commons.council.briefs import register_brief
        from samskab.civic.journey.challenges import sections as of_challenges
        from samskab.civic.journey.evaluation.briefing import brief
        from samskab.civic.journey.evaluation.queries import of_challenge, of_pilot
        from samskab.civic.journey.pilots import sections as of_pilots
        from samskab.civic.journey.pilots.models import Pilot

        template = "evaluation/_section.html"
        of_challenges.register("evaluation", 40, template, of_challenge, rows=Pilot, at=())
        of_pilots.register("evaluation", 10, "evaluation/_pilot.html", of_pilot)
        register_brief("evaluation.evaluation", brief)
        from samskab.civic.journey.evaluation import desk

        desk.register()
