from django.apps import AppConfig


class NewsConfig(AppConfig):
    name = "samskab.civic.public.news"
    label = "news"

    def ready(self) -> None:
        from samskab.civic.public.news import desk

        desk.register()
