from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "samskab.civic.commons.knowledge"
    label = "knowledge"

    def ready(self) -> None:
        from samskab.civic.commons.knowledge import desk

        desk.register()
