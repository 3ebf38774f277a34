from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "samskab.civic.foundation.comments"
    label = "comments"

    def ready(self) -> None:
        from samskab.civic.foundation.comments import desk

        desk.register()
