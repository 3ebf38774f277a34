"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.desk import Pile, heap, put
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.foundation.notifications.queries import outbox


def register() -> None:
    failed = Message.State.FAILED
    put(
        Pile(
            "mail",
            80,
            _("Mail that did not arrive"),
            "notifications.read",
            "notifications:outbox",
            lambda by: heap(outbox(by.council).filter(state=failed)),
            f"?state={failed.value}",
        )
    )
