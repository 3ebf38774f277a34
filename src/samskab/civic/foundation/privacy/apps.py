from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class PrivacyConfig(AppConfig):
    name = "samskab.civic.foundation.privacy"
    label = "privacy"

    def ready(self) -> None:
        """Reads what every room says about its personal data, in its `personal.py`."""
        from samskab.civic.foundation.accounts.sections import add_section
        from samskab.civic.foundation.privacy.registry import declare_authors

        autodiscover_modules("personal")
        declare_authors()
        add_section("privacy/section.html", lambda by: {}, order=90)
