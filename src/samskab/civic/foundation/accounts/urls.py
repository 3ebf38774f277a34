"""Own pages under `accounts:`; the names that allauth looks up stay without a namespace."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.urls import include, path

from samskab.civic.foundation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("log-ind/", views.sign_in, name="sign_in"),
    path("log-ud/", views.sign_out, name="sign_out"),
    path("min-side/", views.me, name="me"),
    path("roller/", views.roles, name="roles"),
    path("roller/<int:pk>/fratag/", views.withdraw, name="withdraw"),
]

_security = [
    path("", mfa.index, name="mfa_index"),
    path("bekraeft/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("app/", views.with_proof(totp.activate_totp), name="mfa_activate_totp"),
    path("app/fjern/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("noedkoder/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("noedkoder/nye/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("noedkoder/hent/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("noegler/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("noegler/ny/", views.with_proof(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path("noegler/bekraeft/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("noegler/<int:pk>/fjern/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("noegler/<int:pk>/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
]

# Included without a namespace by config/urls.py.
plain_urlpatterns = [
    path("log-ind/", views.sign_in, name="account_login"),
    path("log-ind/", views.sign_in, name="account_signup"),
    path("log-ind/", views.sign_in, name="account_request_login_code"),
    path("log-ind/kode/", views.enter_code, name="account_confirm_login_code"),
    path("log-ind/anden-laas/", mfa.authenticate, name="mfa_authenticate"),
    path("log-ind/noegle/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "log-ind/bekraeft-e-mail/",
        account.email_verification_sent,
        name="account_email_verification_sent",
    ),
    path("log-ind/lukket/", account.account_inactive, name="account_inactive"),
    path("log-ind/bekraeft/", account.reauthenticate, name="account_reauthenticate"),
    path("log-ud/", views.sign_out, name="account_logout"),
    path("min-side/e-mail/", account.email, name="account_email"),
    path("min-side/sikkerhed/", include(_security)),
    path("min-side/udbyder/", social.connections, name="socialaccount_connections"),
    path("log-ind/udbyder/ny/", social.signup, name="socialaccount_signup"),
]

# The provider knows one address to come back to, whatever language the person reads.
bare_urlpatterns = [
    path("log-ind/udbyder/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("log-ind/udbyder/afbrudt/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("log-ind/udbyder/fejl/", social.login_error, name="socialaccount_login_error"),
]
