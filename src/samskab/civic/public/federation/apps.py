from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "samskab.civic.public.federation"
    label = "federation"
