from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from samskab.civic.foundation.comments.models import Comment, Thread
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.links import digest
from samskab.civic.foundation.core.models import Council


@dataclass
class Talk:
    """A comment and the answers to it."""

    comment: Comment
    replies: list[Comment] = field(default_factory=list)


def talks(thread: Thread, number: int = 200) -> list[Talk]:
    """What is shown below a page, oldest first. One statement."""
    rows = Comment.objects.filter(thread=thread, status=Comment.Status.SHOWN)[:number]
    found: dict[int, Talk] = {}
    for row in rows:
        if row.reply_to_id is None:
            found[row.pk] = Talk(row)
        elif row.reply_to_id in found:
            found[row.reply_to_id].replies.append(row)
    return list(found.values())


def waiting(council: Council, status: str = Comment.Status.WAITING) -> QuerySet[Comment]:
    """The queue, oldest first: what waits, or what was put aside."""
    rows = Comment.objects.filter(council=council, status=status)
    return rows.select_related("thread").order_by("created", "pk")


def is_known(council: Council, email: str) -> bool:
    """Whether an earlier comment from the address was confirmed."""
    rows = Comment.objects.filter(council=council, email=email)
    return rows.filter(status__in=[Comment.Status.WAITING, Comment.Status.SHOWN]).exists()


def copies_of(comment: Comment) -> int:
    """How often the same text has come from other addresses in the last month."""
    since = clock.now() - timedelta(days=30)
    rows = Comment.objects.filter(council=comment.council, created__gte=since, text=comment.text)
    return rows.exclude(email=comment.email).count()


def by_token(council: Council, token: str) -> Comment | None:
    rows = Comment.objects.filter(council=council, confirm_digest=digest(token))
    return rows.select_related("thread").first()


def unconfirmed(before: datetime) -> QuerySet[Comment]:
    """What nobody has stood by, and spam that nobody has looked at."""
    left = [Comment.Status.UNCONFIRMED, Comment.Status.HELD]
    return Comment.objects.filter(status__in=left, created__lt=before)
