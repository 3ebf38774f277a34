"""The organisation's own sign-in (OpenID Connect), when the installation has one."""

from __future__ import annotations

from django.conf import settings

PROVIDER_ID = "staff"


def provider_name() -> str:
    """What the button says; empty when no provider is set up."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return str(apps[0]["name"]) if apps else ""
