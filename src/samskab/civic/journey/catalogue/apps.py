from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "samskab.civic.journey.catalogue"
    label = "catalogue"
