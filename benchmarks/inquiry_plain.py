"""The peer of a recorded vote: the plainest Django project that inserts a row for each POST.

Its settings, its one table and its one address, all in one file: the middleware that
`startproject` gives, a session, a CSRF token, one INSERT and a redirect. It stands on the same
server, database and options as the installation beside it.
"""

from __future__ import annotations

from typing import Any

from samskab.config import settings as real

DATABASES = real.DATABASES
SECRET_KEY = "for the benchmark only"  # noqa: S105 - a server of some seconds
ALLOWED_HOSTS = ["*"]
DEBUG = False
USE_TZ = True
STATIC_URL, STATIC_ROOT = "/static/", real.STATIC_ROOT
MEDIA_ROOT = real.MEDIA_ROOT
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WSGI_APPLICATION = "samskab.config.wsgi.application"
ROOT_URLCONF = "benchmarks.inquiry_plain_urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES: list[dict[str, Any]] = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
