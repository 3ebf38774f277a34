from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "samskab.civic.public.demo"
    label = "demo"
