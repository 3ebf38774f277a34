from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "samskab.civic.public.api"
    label = "api"
