"""One way in for everybody: an address, a code by mail, signed in.

Built on allauth's login by code. The difference: an address without an account gets a code
like any other, and the account is made when the code comes back. So nobody can find out which
addresses are known, and no account exists for a person who did not ask for it.
"""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core import ratelimit
from django.http import HttpResponse

from samskab.civic.foundation.accounts.actions import open_account
from samskab.civic.foundation.accounts.queries import user_with_email
from samskab.civic.foundation.core.errors import TooMany
from samskab.civic.foundation.core.http import CivicRequest


class SignIn(LoginCodeVerificationProcess):
    """A person on the way in. Kept in the session, no row is written before the code is right."""

    @classmethod
    def begin(cls, request: CivicRequest, email: str, next_url: str = "") -> SignIn:
        """Sends a code to the address. Raises TooMany when it was asked for too often."""
        if not ratelimit.consume(request, action="request_login_code", key=email):
            raise TooMany
        user = user_with_email(email)
        login = Login(user=user, email=email, redirect_url=next_url or None)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=user, email=email), initiated_by_user=True)
        process = cls(stage)
        process.send()
        process.persist()
        return process

    @classmethod
    def under_way(cls, request: CivicRequest) -> SignIn | None:
        """The sign-in that this browser has begun, unless it is too old."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        process: SignIn | None = cls(stage).abort_if_invalid() if stage else None
        return process

    @property
    def email(self) -> str:
        return str(self.state["email"])

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        context = {"request": self.request, "code": self.generate_code()}
        get_adapter().send_mail("account/email/login_code", email, context)

    def again(self) -> None:
        """A new code to the same address; the one before it no longer works."""
        if not self.can_resend or not ratelimit.consume(
            self.request, action="request_login_code", key=self.email
        ):
            raise TooMany
        self.send()
        self.record_resend()
        self.persist()

    def finish(self, redirect_url: str | None = None) -> HttpResponse:
        self._user: Any = open_account(by=self.request.by, email=self.email)
        self.stage.login.user = self._user
        response: HttpResponse = super().finish(redirect_url or self.stage.login.redirect_url)
        return response
