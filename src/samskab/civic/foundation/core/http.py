"""What views share: load, perform, redirect."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from samskab.civic.foundation.core.actions import claim
from samskab.civic.foundation.core.errors import AlreadyDone, CivicError, Text, TooMany
from samskab.civic.foundation.core.forms import CivicForm, ConfirmForm
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

R = TypeVar("R")


class CivicRequest(HttpRequest):
    """What the middleware adds to a request."""

    council: Council
    by: Principal
    htmx: Any


def perform(
    request: CivicRequest,
    form: CivicForm,
    act: Callable[..., R],
    *,
    done: Callable[[R], str],
    message: Text = "",
    ready: Callable[[], Any] | None = None,
) -> HttpResponse | None:
    """Carries out a valid form once and redirects; None means: show the form again.

    `act` calls the action (it is run in one transaction with the receipt, of forms that have
    one), `done` gives the address to go to. Errors land on the form, which keeps everything
    that was typed.

    `ready` does what takes long and changes nothing, before the transaction begins and others
    have to wait; what it gives is handed to `act`.
    """
    if not form.is_valid():
        return None
    try:
        given = [ready()] if ready else []
        # without a receipt the action's own transaction is enough
        with transaction.atomic() if "once" in form.fields else nullcontext():
            once = form.cleaned_data.get("once")
            receipt = claim(request.by, once) if once else None
            url = done(act(*given))
            if receipt is not None:
                receipt.url = url
                receipt.save(update_fields=["url"])
    except AlreadyDone as error:
        messages.info(request, str(error.message))
        return redirect(error.url or request.path)
    except CivicError as error:
        _show(form, error)
        return None
    if message:
        messages.success(request, str(message))
    return HttpResponseRedirect(url)


def press(
    request: CivicRequest,
    act: Callable[..., R],
    *,
    back: str,
    done: Callable[[R], str] | None = None,
    message: Text = "",
    form: CivicForm | None = None,
    ready: Callable[[], Any] | None = None,
) -> HttpResponse:
    """A button of its own: carries it out and goes to `done`, or goes `back` and says why not.

    Merely looking at the address (GET) changes nothing.
    """
    if request.method != "POST":
        return redirect(back)
    form = form or ConfirmForm(request.POST)
    done = done or (lambda _made: back)
    response = perform(request, form, act, done=done, message=message, ready=ready)
    if response is not None:
        return response
    for errors in form.errors.values():
        messages.warning(request, " ".join(str(error) for error in errors))
    return redirect(back)


def _show(form: CivicForm, error: CivicError) -> None:
    if error.status in {403, 404}:
        raise error
    field = error.field if error.field in form.fields else None
    form.add_error(field, str(error.message))
    form.failed_with = error  # type: ignore[attr-defined]
    if error.status == 409 and hasattr(form, "refresh"):
        form.refresh()


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Renders a page; a form in it that has errors gives the matching status."""
    context = context or {}
    status = max((_status(value) for value in context.values()), default=200)
    return render(request, template, context, status=status)


def _status(value: Any) -> int:
    if isinstance(value, CivicForm) and value.is_bound and value.errors:
        return int(getattr(getattr(value, "failed_with", None), "status", 422))
    return 200


def one(queryset: Any, by: Principal, **lookup: Any) -> Any:
    """One row of this person's council, or 404."""
    row = queryset.filter(council=by.council, **lookup).first()
    if row is None:
        raise Http404
    return row


def client_address(request: HttpRequest) -> str:
    """Who asks. Behind web servers of our own it is what the outermost of them saw; whatever
    a visitor writes before that in the header counts for nothing."""
    hops = settings.TRUSTED_PROXIES
    via = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    if hops and len(via) >= hops and via[-hops]:
        return via[-hops]
    return str(request.META.get("REMOTE_ADDR", ""))


def throttle(request: HttpRequest, name: str, *, limit: int, seconds: int) -> None:
    """At most `limit` times in `seconds` from one address; addresses are not kept longer."""
    key = f"throttle:{name}:{client_address(request)}"
    cache.add(key, 0, seconds)
    try:
        count = cache.incr(key)
    except ValueError:
        cache.set(key, 1, seconds)
        count = 1
    if count > limit:
        raise TooMany
