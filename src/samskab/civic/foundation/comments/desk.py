"""What waits on the desk of the secretariat."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.comments.models import Comment
from samskab.civic.foundation.comments.queries import waiting
from samskab.civic.foundation.core.desk import Pile, heap, put


def register() -> None:
    may = "comments.moderate"
    put(
        Pile(
            "comments",
            20,
            _("Comments to read"),
            may,
            "comments:queue",
            lambda by: heap(waiting(by.council)),
        )
    )
    held = Comment.Status.HELD
    put(
        Pile(
            "comments-held",
            90,
            _("Comments put aside as spam"),
            may,
            "comments:queue",
            lambda by: heap(waiting(by.council, held)),
            f"?vis={held.value}",
        )
    )
