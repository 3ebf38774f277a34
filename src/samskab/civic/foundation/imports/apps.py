from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "samskab.civic.foundation.imports"
    label = "imports"

    def ready(self) -> None:
        from samskab.civic.foundation.imports import desk

        desk.register()
