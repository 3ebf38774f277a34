from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from samskab.civic.foundation.core.http import CivicRequest, perform, show, throttle
from samskab.civic.public.following import actions, forms, queries
from samskab.civic.public.following.models import Rhythm, Subscription, Topic

FIRST = {"topics": [Topic.NEWS, Topic.CHALLENGES], "rhythm": Rhythm.WEEK}


def subscribe(request: CivicRequest) -> HttpResponse:
    form = forms.SubscribeForm(request.POST or None, initial={**FIRST, "email": request.by.email})
    if request.method == "POST":
        throttle(request, "following", limit=10, seconds=3600)
    response = perform(
        request,
        form,
        lambda: actions.subscribe(by=request.by, language=get_language() or "", **form.values()),
        done=lambda row: reverse("following:subscribe"),
        message=_("Nearly there: we have sent you a mail. Press the link in it to confirm."),
    )
    return response or show(request, "following/subscribe.html", {"form": form})


@never_cache
def change(request: CivicRequest, token: str) -> HttpResponse:
    """The address's own page, opened from a mail: confirm, change, stop."""
    row = _held(request, token)
    form = forms.ChangeForm(
        request.POST if request.method == "POST" else None,
        initial={"topics": row.topics, "rhythm": row.rhythm},
    )
    response = perform(
        request,
        form,
        lambda: actions.change_subscription(by=request.by, subscription=row, **form.values()),
        done=lambda done: reverse("following:change", args=[token]),
        message=_("Good. You get mail when something happens."),
    )
    return response or show(
        request, "following/change.html", {"form": form, "row": row, "token": token}
    )


@never_cache
@csrf_exempt
def leave(request: CivicRequest, token: str) -> HttpResponse:
    """One press, by a person or by their mail program (RFC 8058), which brings no token of ours.
    The signed address is what it takes."""
    row = queries.by_token(request.council, token)
    if request.method == "POST" and row is not None:
        actions.unsubscribe(
            by=request.by.holding("following.subscription", row.pk), subscription=row
        )
        row = None
        if "List-Unsubscribe" not in request.POST:
            messages.success(request, _("You get no more mail from us. Your address is erased."))
            return redirect("following:subscribe")
    return show(request, "following/leave.html", {"row": row, "token": token})


def _held(request: CivicRequest, token: str) -> Subscription:
    row = queries.by_token(request.council, token)
    if row is None:
        raise Http404
    request.by = request.by.holding("following.subscription", row.pk)
    return row
