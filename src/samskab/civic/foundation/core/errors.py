"""What can go wrong for a person, each with a sentence that says what to do."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class CivicError(Exception):
    """Raised by actions; shown by forms and API alike."""

    status = 422
    default: Text = _("This cannot be done. Look at what you wrote and try again.")

    def __init__(self, message: Text | None = None, *, field: str | None = None) -> None:
        self.message = message or self.default
        self.field = field
        super().__init__(str(self.message))


class Invalid(CivicError):
    """What was given cannot be used."""


class NotAllowed(CivicError):
    status = 403
    default = _("You do not have access to this. Sign in, or ask the secretariat.")


class NotFound(CivicError):
    status = 404
    default = _("We cannot find what you are looking for.")


class Conflict(CivicError):
    """Somebody else was first."""

    status = 409
    default = _(
        "Somebody changed this after you opened the page. Nothing of yours is lost: "
        "look at what is new, and send again."
    )


class AlreadyDone(CivicError):
    """The same form was sent before; `url` is where its result is."""

    status = 409
    default = _("We already have this from you.")

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class TooMany(CivicError):
    status = 429
    default = _("That was many times in a short while. Wait a little and try again.")
