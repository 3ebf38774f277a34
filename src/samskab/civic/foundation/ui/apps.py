from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "samskab.civic.foundation.ui"
    label = "ui"
