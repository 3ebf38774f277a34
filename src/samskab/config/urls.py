"""All addresses: the Danish ones bare, the English ones below /en/."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf.urls.i18n import i18n_patterns
from django.urls import Resolver404, ResolverMatch, URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.utils.functional import cached_property

from samskab.config.metrics import metrics
from samskab.config.rooms import PACKAGES

Addresses = list[URLPattern | URLResolver]


class Room(URLResolver):
    """The addresses of a room. They are not tried one by one where none begins like this one:
    with twenty rooms that took a tenth of the time of an answer."""

    def resolve(self, path: str) -> ResolverMatch:
        if self._beginnings and path.partition("/")[0] not in self._beginnings:
            raise Resolver404({"path": path, "tried": []})
        return super().resolve(path)

    @cached_property
    def _beginnings(self) -> set[str]:
        """The first words of all addresses; none, where one of them could be any word."""
        routes = [str(one.pattern) for one in self.url_patterns]
        told = all(
            isinstance(one.pattern, RoutePattern) and (isinstance(one, URLPattern) or "/" in route)
            for one, route in zip(self.url_patterns, routes, strict=True)
        )
        words = {route.partition("/")[0] for route in routes}
        return words if told and not any("<" in word for word in words) else set()


def _room(name: str) -> Room:
    module, app_name, namespace = include(name)
    start = RoutePattern("", is_endpoint=False)
    return Room(start, module, {}, app_name=app_name, namespace=namespace)


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
        *[_room(name) for name in _modules()],
        *_plain(),
        prefix_default_language=False,
    ),
]

handler404 = "samskab.civic.foundation.core.views.not_found"
handler403 = "samskab.civic.foundation.core.views.forbidden"
handler500 = "samskab.civic.foundation.core.views.server_error"
