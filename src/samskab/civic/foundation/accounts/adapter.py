"""How allauth is fitted to this house: its own kinds of account, and mail in the council's name."""

from __future__ import annotations

from email.utils import formataddr
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.http import client_address


def _council_name() -> str:
    return str(getattr(getattr(context.request, "council", None), "name", "") or "Samskab")


class Adapter(DefaultAccountAdapter):
    """An account is an e-mail address; a name can be added later."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("The code is not right. Look in the newest mail and try again."),
        "too_many_login_attempts": _("That was too many tries. Wait a little and ask for a code."),
        "rate_limited": _("That was many times in a short while. Wait a little and try again."),
        "email_taken": _("This address cannot be used here."),
        "same_as_current": _("This is the address you have already."),
    }

    def populate_username(self, request: Any, user: Any) -> None:
        """There are no user names."""

    def get_from_email(self) -> str:
        return formataddr((_council_name(), settings.DEFAULT_FROM_EMAIL))

    def get_client_ip(self, request: Any) -> str:
        """The same address that our own limits count by."""
        return client_address(request)

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        super().send_mail(template_prefix, email, {"council_name": _council_name(), **context})


class OpenIdAdapter(DefaultSocialAccountAdapter):
    """Accounts that come with a sign-in at the organisation."""

    def populate_user(self, request: Any, sociallogin: Any, data: dict[str, Any]) -> Any:
        user = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = (data.get("name") or " ".join(parts).strip())[:80]
        user.email = user.email.lower()
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys and apps carry the council's name, and keys a plain name of their own."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("The code is not right. Look in your app and try again."),
    }

    def _get_site_name(self) -> str:
        return _council_name()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        from allauth.mfa.models import Authenticator

        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return str(_("My key")) if not count else f"{_('My key')} {count + 1}"
