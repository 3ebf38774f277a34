"""All addresses: the Danish ones bare, the English ones below /en/."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from samskab.config.metrics import metrics
from samskab.config.rooms import PACKAGES

Addresses = list[URLPattern | URLResolver]


def _modules() -> list[str]:
    return [f"{package}.urls" for package in PACKAGES if find_spec(f"{package}.urls")]


def _bare() -> Addresses:
    """Addresses without a language: files, feeds and programs."""
    found: Addresses = []
    for name in _modules():
        found += getattr(import_module(name), "bare_urlpatterns", [])
    return found


def _plain() -> Addresses:
    """Addresses whose names a package looks up without a namespace."""
    found: Addresses = []
    for name in _modules():
        found += getattr(import_module(name), "plain_urlpatterns", [])
    return found


urlpatterns: Addresses = [
    path("metrics", metrics, name="metrics"),
    *_bare(),
    *i18n_patterns(
        *[path("", include(name)) for name in _modules()],
        *_plain(),
        prefix_default_language=False,
    ),
]

handler404 = "samskab.civic.foundation.core.views.not_found"
handler403 = "samskab.civic.foundation.core.views.forbidden"
handler500 = "samskab.civic.foundation.core.views.server_error"
