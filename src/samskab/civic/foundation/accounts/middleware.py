from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import has_second_factor, is_staff, principal_for
from samskab.civic.foundation.core.http import CivicRequest
from samskab.civic.foundation.core.principal import Principal

# What a member of staff can do before the second factor is set up: set it up, or leave.
OPEN_NAMES = ("mfa_", "account_", "openid_connect", "socialaccount_")
OPEN_VIEWS = {"accounts:me", "accounts:sign_out", "accounts:sign_in", "core:health"}


def principal_of(request: CivicRequest) -> Principal:
    if isinstance(request.user, User) and request.user.is_active:
        return principal_for(request.user, request.council)
    return Principal(request.council)


class PrincipalMiddleware:
    """Adds the acting person as `request.by`, read when first asked for, and leads staff to
    their second factor where the installation requires one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: CivicRequest) -> HttpResponse:
        request.by = cast(Principal, SimpleLazyObject(lambda: principal_of(request)))
        return self.get_response(request)

    def process_view(
        self, request: CivicRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_MFA or _is_open(request) or not lacks_second_factor(request):
            return None
        messages.info(request, _("Your role needs a second lock on the door. Choose one here."))
        return redirect("mfa_index")


def _is_open(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None:
        return True
    name = match.url_name or ""
    return name.startswith(OPEN_NAMES) or match.view_name in OPEN_VIEWS


def lacks_second_factor(request: CivicRequest) -> bool:
    """Staff with neither app nor passkey, who did not come through the organisation's sign-in."""
    if not request.user.is_authenticated or not is_staff(request.by):
        return False
    records = get_authentication_records(request, request.user)
    if any(one.get("method") == "socialaccount" for one in records):
        return False
    return not has_second_factor(request.by.user_id)
