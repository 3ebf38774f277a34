"""Django's settings, derived from `environment.SETTINGS`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import dj_database_url
from django.utils.translation import gettext_lazy as _

from samskab.config.environment import Environment, SettingError
from samskab.config.rooms import PACKAGES

env = Environment()
SOURCE = Path(__file__).resolve().parents[1]
PROJECT = SOURCE.parents[1]
DATA = env.folder("SAMSKAB_DATA")

SECRET_KEY = env.secret()
SECRET_KEY_FALLBACKS = env.names("SAMSKAB_SECRET_KEY_OLD")
DEBUG = env.flag("SAMSKAB_DEBUG")
ALLOWED_HOSTS = env.names("SAMSKAB_HOSTS")
HTTPS = env.flag("SAMSKAB_HTTPS")
TRUSTED_PROXIES = env.number("SAMSKAB_PROXIES") if env.text("SAMSKAB_PROXIES") else int(HTTPS)
PORT = env.number("PORT")
METRICS_TOKEN = env.text("SAMSKAB_METRICS_TOKEN")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rules.apps.AutodiscoverRulesConfig",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    *PACKAGES,
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "samskab.civic.foundation.core.middleware.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "samskab.civic.foundation.core.middleware.CouncilMiddleware",
    "samskab.civic.foundation.core.middleware.VisitorPages",
    "samskab.civic.foundation.accounts.middleware.PrincipalMiddleware",
]

ROOT_URLCONF = "samskab.config.urls"
WSGI_APPLICATION = "samskab.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "samskab.civic.foundation.ui.renderer.Renderer"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["samskab.civic.foundation.ui.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "samskab.civic.foundation.ui.context.frame",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    if url := env.text("DATABASE_URL"):
        return {**dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)}
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA / "samskab.sqlite3",
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-32000;PRAGMA mmap_size=134217728;",
        },
    }


DATABASES = {"default": _database()}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
    }
}
KEEP_VISITOR_PAGES = True
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# --- language and time -------------------------------------------------------------------------
LANGUAGE_CODE = "da"
LANGUAGES = [("da", _("Danish")), ("en", _("English"))]
LOCALE_PATHS = [SOURCE / "config" / "locale"]
TIME_ZONE = "Europe/Copenhagen"
USE_TZ = True
USE_I18N = True

# --- files -------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
NODE = PROJECT / "node_modules"
STATICFILES_DIRS = [
    ("dkfds/fonts", NODE / "dkfds/dist/fonts/IBMPlexSans/split/woff2"),
    ("dkfds/img", NODE / "dkfds/dist/img"),
    ("htmx", NODE / "htmx.org/dist"),
]
STATICFILES_DIRS = [(prefix, path) for prefix, path in STATICFILES_DIRS if path.exists()]
ASSETS = DATA / "assets"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "samskab.civic.foundation.ui.assets.Finder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "samskab.civic.foundation.ui.assets.Storage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = DATA / "uploads"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- fetching from others ----------------------------------------------------------------------
# `host` or `host:port`; reached over http too. See core/outgoing.py.
LOCAL_HOSTS = env.names("SAMSKAB_LOCAL_HOSTS")

# --- sign-in -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "accounts:me"
REQUIRE_MFA = env.flag("SAMSKAB_REQUIRE_MFA")
ACCOUNT_ADAPTER = "samskab.civic.foundation.accounts.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = str
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 900
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_FORMAT = {"numeric": True, "length": 8, "dashed": True}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_FORMAT = ACCOUNT_LOGIN_BY_CODE_FORMAT
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {
    "add_email": "samskab.civic.foundation.accounts.forms.NewAddressForm",
    "confirm_email_verification_code": "samskab.civic.foundation.accounts.forms.AddressCodeForm",
}
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key,12/h/key"}
MFA_ADAPTER = "samskab.civic.foundation.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_FORMS = {
    "authenticate": "samskab.civic.foundation.accounts.forms.SecondCodeForm",
    "reauthenticate": "samskab.civic.foundation.accounts.forms.SecondCodeAgainForm",
    "activate_totp": "samskab.civic.foundation.accounts.forms.AppForm",
    "add_webauthn": "samskab.civic.foundation.accounts.forms.NewKeyForm",
}
SOCIALACCOUNT_ADAPTER = "samskab.civic.foundation.accounts.adapter.OpenIdAdapter"
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = ""
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if env.text("SAMSKAB_OIDC_URL"):
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "staff",
                "name": env.text("SAMSKAB_OIDC_NAME") or "OpenID Connect",
                "client_id": env.text("SAMSKAB_OIDC_CLIENT"),
                "secret": env.text("SAMSKAB_OIDC_SECRET"),
                "settings": {"server_url": env.text("SAMSKAB_OIDC_URL")},
            }
        ],
        # The issuer is the organisation's own: the address it vouches for opens that account.
        "EMAIL_AUTHENTICATION": True,
    }

# --- trust -------------------------------------------------------------------------------------
SESSION_COOKIE_NAME = "samskab"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_USE_SESSIONS = True
CSRF_FAILURE_VIEW = "samskab.civic.foundation.core.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; manifest-src 'self'"
)

# --- mail --------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("SAMSKAB_MAIL_FROM")
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
if env.text("SAMSKAB_MAIL") != "console":
    _mail = urlparse(env.text("SAMSKAB_MAIL"))
    if _mail.scheme not in {"smtp", "smtps"} or not _mail.hostname:
        raise SettingError("SAMSKAB_MAIL: write console or smtp://user:password@host:port.")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 25
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 20

# --- what is written to the console ------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_cpr": {"()": "samskab.civic.foundation.core.console.WithoutCpr"}},
    "formatters": {
        "text": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {"()": "samskab.civic.foundation.core.console.JsonLine"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["no_cpr"],
            "formatter": env.choice("SAMSKAB_LOG", "text", "json"),
        }
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "samskab": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
