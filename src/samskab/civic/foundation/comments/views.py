from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from samskab.civic.foundation.comments import actions, forms, queries
from samskab.civic.foundation.comments.models import Comment, Thread
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, show, throttle
from samskab.civic.foundation.core.paging import page


def write(request: CivicRequest, pk: int) -> HttpResponse:
    thread = one(Thread.objects, request.by, pk=pk)
    require(request.by, "comments.post", thread)
    answered = _answered(request, thread)
    form = forms.CommentForm(request.POST or None, by=request.by)
    if request.method == "POST":
        throttle(request, "comment", limit=10, seconds=3600)
    response = perform(
        request,
        form,
        lambda: actions.post_comment(
            by=request.by, thread=thread, reply_to=answered, **form.values()
        ),
        done=lambda comment: _sent(request, comment),
    )
    return response or show(
        request,
        "comments/write.html",
        {"form": form, "thread": thread, "answered": answered, "trap": forms.TRAP},
    )


def _sent(request: CivicRequest, comment: Comment) -> str:
    if comment.status == Comment.Status.UNCONFIRMED:
        messages.info(
            request, _("Nearly there: we have sent you a mail. Press the link in it to confirm.")
        )
    else:
        messages.success(
            request, _("Thank you. Your comment is shown when the secretariat has read it.")
        )
    return comment.thread.href


def confirm(request: CivicRequest, token: str) -> HttpResponse:
    """Opened from the mail. Looking changes nothing: mail programs look at links by themselves."""
    comment = queries.by_token(request.council, token)
    if comment is None:
        raise Http404
    by = request.by.holding("comments.comment", comment.pk)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    response = perform(
        request,
        form,
        lambda: actions.confirm_comment(by=by, comment=comment),
        done=lambda row: row.thread.href,
        message=_("Thank you. Your comment is shown when the secretariat has read it."),
    ) or show(request, "comments/confirm.html", {"form": form, "comment": comment})
    response["Cache-Control"] = "private, no-store"
    return response


def _answered(request: CivicRequest, thread: Thread) -> Comment | None:
    key = request.GET.get("svar", "")
    shown = Comment.objects.filter(thread=thread, status=Comment.Status.SHOWN)
    return shown.filter(pk=int(key)).first() if key.isdigit() else None


def queue(request: CivicRequest) -> HttpResponse:
    require(request.by, "comments.moderate")
    held = request.GET.get("vis") == Comment.Status.HELD
    rows = queries.waiting(request.council, Comment.Status.HELD if held else Comment.Status.WAITING)
    found = page(request, rows, order="created", size=50)
    form = forms.QueueForm(request.POST or None, rows=rows)
    response = perform(
        request,
        form,
        lambda: actions.moderate_many(by=request.by, **form.values()),
        done=lambda count: request.get_full_path(),
        message=_("That is noted."),
    )
    return response or show(
        request,
        "comments/queue.html",
        {
            "form": form,
            "page": found,
            "held": held,
            "n_held": queries.waiting(request.council, Comment.Status.HELD).count(),
            "chosen": set(request.POST.getlist("chosen")),
        },
    )


def moderate(request: CivicRequest, pk: int) -> HttpResponse:
    comment = one(Comment.objects.select_related("thread"), request.by, pk=pk)
    require(request.by, "comments.moderate", comment)
    form = forms.ModerateForm(request.POST or None)
    response = perform(
        request,
        form,
        lambda: actions.moderate(by=request.by, comment=comment, **form.values()),
        done=lambda row: reverse("comments:queue"),
        message=_("That is noted."),
    )
    return response or show(request, "comments/moderate.html", {"form": form, "comment": comment})
