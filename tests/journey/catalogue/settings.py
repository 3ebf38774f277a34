"""The other installation: its tables are made at once, not step by step."""

from django.apps import AppConfig

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

MIGRATION_MODULES = {
    AppConfig.create(name).label: None for name in INSTALLED_APPS if "samskab" in name
}
