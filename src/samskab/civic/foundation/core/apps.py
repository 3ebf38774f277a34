from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "samskab.civic.foundation.core"
    label = "core"
