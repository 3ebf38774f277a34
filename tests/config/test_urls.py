"""How an address finds its room."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, include, path
from django.urls.resolvers import RoutePattern

from samskab.config.urls import Room


def page(_request: Any) -> HttpResponse:
    return HttpResponse()


def room(*routes: str) -> Room:
    return Room(RoutePattern("", is_endpoint=False), [path(route, page) for route in routes])


def test_addresses_of_a_room_are_found_and_no_others() -> None:
    ours = room("parter/", "udfordringer/<int:pk>/", "robots.txt", "")
    for address in ("parter/", "udfordringer/3/", "robots.txt", ""):
        assert ours.resolve(address).func is page
    for address in ("parter", "udfordringer/x/", "koncepter/", "robots.txt/"):
        with pytest.raises(Resolver404):
            ours.resolve(address)


def test_a_room_with_an_address_that_begins_with_a_variable_tries_them_all() -> None:
    ours = room("parter/", "<slug:name>/")
    assert ours.resolve("hvad-som-helst/").kwargs == {"name": "hvad-som-helst"}


def test_a_room_within_a_room_is_tried_too() -> None:
    for outer, address in (("", "inderst/"), ("ord/", "ord/inderst/"), ("ord", "ordinderst/")):
        inner: list[URLPattern | URLResolver] = [path(outer, include([path("inderst/", page)]))]
        ours = Room(RoutePattern("", is_endpoint=False), inner)
        assert ours.resolve(address).func is page
        with pytest.raises(Resolver404):
            ours.resolve("andet/")


def test_every_room_stands_in_the_addresses_with_its_beginnings() -> None:
    rooms = [one for part in get_resolver().url_patterns
             for one in getattr(part, "url_patterns", []) if isinstance(one, Room)]  # fmt: skip
    assert len(rooms) > 20
    assert all(one._beginnings for one in rooms)
