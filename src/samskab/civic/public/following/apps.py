from django.apps import AppConfig


class FollowingConfig(AppConfig):
    name = "samskab.civic.public.following"
    label = "following"

    def ready(self) -> None:
        from samskab.civic.foundation.notifications.bounces import on_bounce
        from samskab.civic.public.following.actions import forget_address

        on_bounce("following", forget_address)
