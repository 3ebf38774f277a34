from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm, ConfirmEmailVerificationCodeForm
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.principal import Role


class SignInForm(CivicForm):
    email = forms.EmailField(
        label=_("Your e-mail"),
        max_length=254,
        help_text=_("We send you a code. You need no password."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CodeForm(CivicForm):
    code = forms.CharField(
        label=_("The code from the mail"),
        max_length=40,
        help_text=_("Eight digits. You may leave out the dash."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not compare_user_code(actual=code, expected=self.expected):
            raise forms.ValidationError(
                _("The code is not right. Look in the newest mail and try again.")
            )
        return code


class NameForm(CivicForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=80,
        required=False,
        help_text=_("Shown beside what you write."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class RoleForm(CivicForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=80, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


# --- allauth's forms, in our words ---------------------------------------------------------


def _say(field: forms.Field, label: Any, help_text: Any = "") -> None:
    field.label, field.help_text = label, help_text
    field.widget.attrs.pop("placeholder", None)


class NewAddressForm(AddEmailForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["email"], _("Your new e-mail"), _("We send a code to the new address."))


class AddressCodeForm(ConfirmEmailVerificationCodeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("The code from the mail"))


class SecondCodeForm(AuthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("The code from your app"), _("Or one of your spare codes."))


class SecondCodeAgainForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("The code from your app"), _("Or one of your spare codes."))


class AppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("The code from your app"), _("Six digits. They change often."))


class NewKeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["name"], _("Name of the key"), _("So that you know it from others."))
        _say(
            self.fields["passwordless"],
            _("Let me sign in with this key alone"),
            _("Then you need no code by mail. Your phone or computer asks for your finger or PIN."),
        )
        self.fields["passwordless"].initial = True
