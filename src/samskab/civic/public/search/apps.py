from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "samskab.civic.public.search"
    label = "search"
