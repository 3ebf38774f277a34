from __future__ import annotations

import smtplib
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.logout import logout
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from samskab.civic.foundation.accounts import actions, queries
from samskab.civic.foundation.accounts.forms import CodeForm, NameForm, RoleForm, SignInForm
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.accounts.provider import provider_name
from samskab.civic.foundation.accounts.sections import sections_for
from samskab.civic.foundation.accounts.sign_in import SignIn
from samskab.civic.foundation.core.actions import require
from samskab.civic.foundation.core.errors import TooMany
from samskab.civic.foundation.core.forms import ConfirmForm
from samskab.civic.foundation.core.http import CivicRequest, one, perform, show
from samskab.civic.foundation.core.paging import page


def _data(request: CivicRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _next(request: CivicRequest) -> str:
    """Where the person was going, when that is on this site."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    return url if url and get_adapter().is_safe_url(url) else ""


@never_cache
def sign_in(request: CivicRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_next(request) or "accounts:me")
    form = SignInForm(_data(request))
    if request.method == "POST" and form.is_valid() and _send_code(request, form):
        return redirect("account_confirm_login_code")
    facts = {"form": form, "next": _next(request), "provider": provider_name()}
    return show(request, "accounts/sign_in.html", facts)


def _send_code(request: CivicRequest, form: SignInForm) -> bool:
    try:
        SignIn.begin(request, form.cleaned_data["email"], _next(request))
    except TooMany as error:
        form.add_error(None, str(error.message))
    except (OSError, smtplib.SMTPException):
        form.add_error(None, _("We could not send the mail. Try again in a little while."))
    return not form.errors


@never_cache
def enter_code(request: CivicRequest) -> HttpResponse:
    process = None if request.user.is_authenticated else SignIn.under_way(request)
    if process is None:
        return redirect("accounts:sign_in")
    if request.method == "POST" and "again" in request.POST:
        return _code_again(request, process)
    form = CodeForm(_data(request), expected=process.code)
    if request.method == "POST":
        if form.is_valid():
            return process.finish()
        if not process.record_invalid_attempt():
            messages.error(request, _("That was too many tries. Ask for a new code."))
            return redirect("accounts:sign_in")
    facts = {"form": form, "email": process.email, "can_resend": process.can_resend}
    return show(request, "accounts/code.html", facts)


def _code_again(request: CivicRequest, process: SignIn) -> HttpResponse:
    try:
        process.again()
        messages.success(request, _("We have sent you a new code."))
    except TooMany as error:
        messages.error(request, str(error.message))
    return redirect("account_confirm_login_code")


@never_cache
def sign_out(request: CivicRequest) -> HttpResponse:
    if request.method != "POST":
        return show(request, "accounts/sign_out.html")
    logout(request)
    return redirect(_next(request) or "/")


@never_cache
@login_required
def me(request: CivicRequest) -> HttpResponse:
    """The person's own page; rooms add their sections to it."""
    by = request.by
    form = NameForm(_data(request), initial={"name": _name(request)})
    if request.method == "POST":
        response = perform(
            request,
            form,
            lambda: actions.rename_self(by=by, **form.values()),
            done=lambda user: reverse("accounts:me"),
            message=_("Your name is saved."),
        )
        if response:
            return response
    ways = queries.sign_in_ways(int(by.user_id or 0))
    facts = {
        "form": form,
        "grants": queries.grants_in(by.council).filter(user=by.user_id),
        "ways": ways,
        "remind": queries.is_staff(by) and not ways.second_factor,
        "sections": sections_for(by),
    }
    return show(request, "accounts/me.html", facts)


def _name(request: CivicRequest) -> str:
    return request.user.name if isinstance(request.user, User) else ""


def with_proof(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who has just set up the first lock has shown it: no second question before the codes."""

    @wraps(view)
    def run(request: CivicRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.get("Location") == reverse("mfa_view_recovery_codes"):
            user = request.user if isinstance(request.user, User) else None
            record_authentication(request, user, method="mfa", reauthenticated=True)
        return response

    return run


def roles(request: CivicRequest) -> HttpResponse:
    """Who has which role in this council; administrators give and withdraw them."""
    require(request.by, "accounts.manage_roles")
    form = RoleForm(_data(request))
    if request.method == "POST":
        response = perform(
            request,
            form,
            lambda: actions.grant_role(by=request.by, **form.values()),
            done=lambda grant: reverse("accounts:roles"),
            message=_("The role is given."),
        )
        if response:
            return response
    grants = page(request, queries.grants_in(request.council), order="-since", size=50)
    return show(request, "accounts/roles.html", {"form": form, "page": grants})


@require_POST
def withdraw(request: CivicRequest, pk: int) -> HttpResponse:
    grant = one(RoleGrant.objects.select_related("user"), request.by, pk=pk)
    form = ConfirmForm(request.POST)
    response = perform(
        request,
        form,
        lambda: actions.withdraw_role(by=request.by, grant=grant),
        done=lambda nothing: reverse("accounts:roles"),
        message=_("The role is withdrawn."),
    )
    if response:
        return response
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("accounts:roles")
