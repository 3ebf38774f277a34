"""What several actions of this room need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.actions import note
from samskab.civic.journey.inquiry.models import (
    LONGEST,
    Cause,
    Inquiry,
    Invitation,
    Shown,
    Statement,
)

if TYPE_CHECKING:
    pass

COUNTERS = {1: "n_agree", -1: "n_disagree", 0: "n_pass"}


def check_going_on(inquiry: Inquiry) -> None:
    if inquiry.status == Inquiry.Status.CLOSED:
        raise Conflict(gettext_lazy("This is concluded. You can still read all of it."))


def check_open(inquiry: Inquiry) -> None:
    check_going_on(inquiry)
    if inquiry.status != Inquiry.Status.OPEN:
        raise Conflict(gettext_lazy("This has not begun yet. Come back soon."))


def note_on(by: Principal, inquiry: Inquiry, message: str, **values: Any) -> None:
    href = reverse("inquiry:home", args=[inquiry.challenge_id])
    note(by=by, challenge=inquiry.challenge, message=message, values=values, href=href)


def one_sentence(text: str, longest: int = LONGEST) -> str:
    plain = " ".join(text.split())
    if len(plain) < 3:
        raise Invalid(gettext_lazy("Write a whole sentence."), field="text")
    if len(plain) > longest:
        said = _("Write at most %(number)s characters. One thought at a time.")
        raise Invalid(said % {"number": longest}, field="text")
    return plain


def save_once(row: Statement | Cause | Invitation, said: Any, field: str = "text") -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(said, field=field) from None


def moderate_row(row: Shown, show: bool, reason: str) -> None:
    if not show and not reason.strip():
        raise Invalid(gettext_lazy("Write why it is hidden."), field="reason")
    row.status = Shown.Status.SHOWN if show else Shown.Status.HIDDEN
    row.hide_reason = "" if show else reason.strip()
