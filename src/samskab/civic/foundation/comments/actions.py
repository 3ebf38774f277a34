from __future__ import annotations

from django.db.models import F
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.comments.models import CONFIRM_DAYS, Comment, Thread
from samskab.civic.foundation.comments.queries import copies_of, is_known
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.links import digest, new_token
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.actions import notify
from samskab.engine.moderation import Sent, judge


@action("comments.open_thread")
def open_thread(*, by: Principal, title: str, path: str, is_open: bool = True) -> Thread:
    """A place for comments; one that is not open yet takes none and tells nobody its title."""
    thread: Thread = Thread.objects.create(
        council=by.council, title=title[:200], path=path, is_open=is_open
    )
    record(by, "comments.open_thread", thread)
    return thread


@action("comments.open_thread", on="thread")
def rename_thread(*, by: Principal, thread: Thread, title: str) -> Thread:
    """Follows the title of its page."""
    if thread.title != title[:200]:
        thread.title = title[:200]
        thread.save(update_fields=["title"])
        record(by, "comments.rename_thread", thread)
    return thread


@action("comments.open_thread", on="thread")
def switch_thread(*, by: Principal, thread: Thread, is_open: bool) -> Thread:
    """Begins or ends taking comments, as its page does."""
    if thread.is_open != is_open:
        thread.is_open = is_open
        thread.save(update_fields=["is_open"])
        record(by, "comments.switch_thread", thread, open=is_open)
    return thread


@action("comments.post", on="thread")
def post_comment(
    *,
    by: Principal,
    thread: Thread,
    name: str,
    email: str,
    text: str,
    reply_to: Comment | None = None,
    seconds: float | None = None,
    trap: bool = False,
) -> Comment:
    """Nothing is shown before somebody has read it. The first comment from an address is
    confirmed by mail; what looks like spam is put aside, and nobody is written to.

    `seconds` is how long the form stood open, `trap` whether its hidden field was filled in.
    """
    if not (name.strip() or by.name):
        raise Invalid(_("Write your name."), field="name")
    if not (email or by.email or by.is_system):
        raise Invalid(_("Write your e-mail. It is not published."), field="email")
    if not text.strip():
        raise Invalid(_("Write your comment."), field="text")
    if reply_to is not None and not _can_be_answered(reply_to, thread):
        raise Invalid(_("The comment you answer is gone. Load the page again."))
    comment = Comment(
        council=by.council,
        thread=thread,
        reply_to=reply_to.reply_to or reply_to if reply_to else None,
        email=(email or by.email).lower(),
        text=text.strip(),
    )
    comment.sign(by, name.strip())
    token = _sort(by, comment, seconds=seconds, trap=trap)
    comment.save()
    if token:
        _ask_to_confirm(comment, token)
    record(by, "comments.post_comment", comment, status=comment.status)
    return comment


def _sort(by: Principal, comment: Comment, *, seconds: float | None, trap: bool) -> str:
    """Where a new comment goes first; the token of its confirmation when it needs one."""
    if by.signed_in or by.is_system:
        return ""
    sent = Sent(comment.text, comment.author_name, seconds, trap, copies_of(comment))
    found = judge(sent)
    if found.held:
        comment.status, comment.signs = Comment.Status.HELD, ",".join(found.reasons)
        return ""
    if is_known(comment.council, comment.email):
        return ""
    token = new_token()
    comment.status, comment.confirm_digest = Comment.Status.UNCONFIRMED, digest(token)
    return token


def _ask_to_confirm(comment: Comment, token: str) -> None:
    council = comment.council
    notify(
        council=council,
        to=comment.email,
        subject=_("Confirm your comment"),
        template="comments/mail/confirm.txt",
        context={
            "comment": comment,
            "href": council.address(reverse("comments:confirm", args=[token])),
            "days": CONFIRM_DAYS,
        },
        kind="comments.confirm",
        language=get_language() or "",
    )


@action("comments.confirm", on="comment")
def confirm_comment(*, by: Principal, comment: Comment) -> Comment:
    """The address is the writer's own: now the comment waits to be read."""
    if comment.status != Comment.Status.UNCONFIRMED:
        raise Conflict(_("This comment is confirmed already."))
    comment.status = Comment.Status.WAITING
    comment.save(update_fields=["status"])
    record(by, "comments.confirm_comment", comment)
    return comment


def _can_be_answered(comment: Comment, thread: Thread) -> bool:
    return comment.thread_id == thread.pk and comment.status == Comment.Status.SHOWN


@action("comments.moderate", on="comment")
def moderate(*, by: Principal, comment: Comment, show: bool, reason: str = "") -> Comment:
    """Shows a comment, or hides it with a reason."""
    if not show and not reason.strip():
        raise Invalid(_("Write why it is not shown."), field="reason")
    status = Comment.Status.SHOWN if show else Comment.Status.HIDDEN
    before = comment.status
    if before == status:
        raise Conflict(_("Somebody has answered this already."))
    change = (1 if show else 0) - (1 if before == Comment.Status.SHOWN else 0)
    comment.status, comment.hide_reason = status, "" if show else reason.strip()
    comment.save()
    Thread.objects.filter(pk=comment.thread_id).update(n_shown=F("n_shown") + change)
    # Nobody asked a forged sender of spam whether they want mail.
    if before not in {Comment.Status.HELD, Comment.Status.UNCONFIRMED} or show:
        _tell_writer(comment)
    record(by, "comments.moderate", comment, status=status)
    return comment


def _tell_writer(comment: Comment) -> None:
    shown = comment.status == Comment.Status.SHOWN
    notify(
        council=comment.council,
        to=comment.email,
        subject=_("Your comment is on the page") if shown else _("Your comment is not shown"),
        template="comments/mail/answer.txt",
        context={
            "comment": comment,
            "shown": shown,
            "href": comment.council.address(comment.thread.path),
        },
        kind="comments.answer",
    )


@action("comments.moderate")
def moderate_many(*, by: Principal, comments: list[Comment], show: bool, reason: str = "") -> int:
    """The same answer to several comments, all or none. How many."""
    if not comments:
        raise Invalid(_("Choose at least one comment."), field="chosen")
    for comment in sorted(comments, key=lambda one: one.pk):
        moderate(by=by, comment=comment, show=show, reason=reason)
    return len(comments)
