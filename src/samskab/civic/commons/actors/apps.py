from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "samskab.civic.commons.actors"
    label = "actors"

    def ready(self) -> None:
        """A person's own page shows for whom they act; lists can be brought from elsewhere."""
        from samskab.civic.commons.actors import importing, queries
        from samskab.civic.commons.actors.sections import Keeping, keep_fresh
        from samskab.civic.foundation.accounts.sections import add_section

        add_section("actors/_mine.html", queries.section_of, order=20)
        importing.register_kinds()
        for keeping in (
            Keeping(
                "profile", queries.stale_profiles, queries.profile_kept, queries.confirm_profile
            ),
            Keeping("offers", queries.stale_offers, queries.offers_kept, queries.confirm_offers),
        ):
            keep_fresh(keeping)
