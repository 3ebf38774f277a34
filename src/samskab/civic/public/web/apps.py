from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "samskab.civic.public.web"
    label = "web"
