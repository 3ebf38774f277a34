from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "samskab.civic.foundation.notifications"
    label = "notifications"

    def ready(self) -> None:
        from samskab.civic.foundation.notifications import desk

        desk.register()
