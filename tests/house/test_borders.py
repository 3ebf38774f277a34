"""Council A never sees what belongs to council B: every model, every address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.models import Council, CouncilRow
from samskab.config.checks import crossings
from samskab.config.rooms import ROOMS
from tests.cast import grant_everything

pytestmark = pytest.mark.django_db
THERE, HERE = "localhost", "nabo.localhost"

# Published concepts are the one thing that may be read across: that is what they are for.
SHARED = {"concepts"}


def addresses() -> Iterator[tuple[str, URLPattern]]:
    """Every named address of our rooms that takes an argument."""

    def walk(patterns: Any, namespace: str) -> Iterator[tuple[str, URLPattern]]:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                yield from walk(entry.url_patterns, entry.namespace or namespace)
            elif namespace in ROOMS and entry.name and entry.pattern.converters:
                yield f"{namespace}:{entry.name}", entry

    yield from walk(get_resolver().url_patterns, "")


def models_of(*rooms: str) -> list[type[CouncilRow]]:
    return [
        model
        for model in apps.get_models()
        if issubclass(model, CouncilRow) and model._meta.app_label in rooms
    ]


def rows_there(there: Council, here: Council, *rooms: str) -> Iterator[CouncilRow]:
    """One row of each model of these rooms in the other council, with a key that no row of
    these rooms has in this one: an address with that key can only be about the other's."""
    own = {key for model in models_of(*rooms) for key in keys_of(model, here)}
    for model in models_of(*rooms):
        key = next((key for key in keys_of(model, there) if key not in own), None)
        if key is not None:
            yield model._base_manager.get(pk=key)


def keys_of(model: type[CouncilRow], council: Council) -> list[int]:
    return list(model._base_manager.filter(council=council).values_list("pk", flat=True))


def arguments(entry: URLPattern, row: CouncilRow) -> dict[str, Any] | None:
    """The row's own key in the address, when the address could be about it."""
    given: dict[str, Any] = {}
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__
        if kind == "IntConverter":
            given[name] = row.pk
        elif isinstance(getattr(row, "slug", None), str):
            given[name] = row.slug
        else:
            return None
    return given


@pytest.fixture
def staff_here(example: Council) -> Client:
    """Somebody with every role in the council next door, and none in this one."""
    here = Council.objects.get(slug="nabokoebing")
    user = User.objects.get(email="nabo@eksempel.dk")
    grant_everything(here, user)
    client = Client(HTTP_HOST=HERE)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_no_address_opens_a_row_of_another_council(example: Council, staff_here: Client) -> None:
    here = Council.objects.get(slug="nabokoebing")
    opened, urls = [], set()
    for name, entry in addresses():
        for row in rows_there(example, here, name.split(":")[0], "challenges"):
            given = arguments(entry, row)
            slug = getattr(row, "slug", None)
            if given is None or (slug and type(row)._base_manager.filter(council=here, slug=slug)):
                continue
            urls.add((name, reverse(name, kwargs=given)))
    for name, url in sorted(urls):
        for answer in (staff_here.get(url), staff_here.post(url)):
            if answer.status_code not in {403, 404, 405}:
                opened.append(f"{name} {url}: {answer.status_code}")
    assert not opened, "\n".join(opened)
    assert len(urls) > 100


def texts_of(council: Council) -> set[str]:
    """Long enough texts of a council to know them again on a page."""
    found: set[str] = set()
    for model in apps.get_models():
        if not issubclass(model, CouncilRow) or model._meta.app_label not in ROOMS:
            continue
        if model._meta.app_label in SHARED:
            continue
        names = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField) and not field.choices
        ]
        for values in model._base_manager.filter(council=council).values_list(*names):
            found |= {" ".join(str(text).split()) for text in values if len(str(text or "")) > 24}
    return found


def test_no_page_without_arguments_shows_a_text_of_another_council(
    example: Council, staff_here: Client
) -> None:
    here = Council.objects.get(slug="nabokoebing")
    theirs = texts_of(example) - texts_of(here)
    shown = []
    for name in plain_addresses():
        url = reverse(name)
        answer = staff_here.get(url)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        page = " ".join(body.decode(errors="ignore").split())
        shown += [f"{url}: {text[:60]}" for text in theirs if text in page]
    assert len(theirs) > 500
    allowed = [line for line in shown if line.startswith("/koncepter/")]
    assert not set(shown) - set(allowed), "\n".join(shown)


def plain_addresses() -> list[str]:
    found = []

    def walk(patterns: Any, namespace: str) -> None:
        for entry in patterns:
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, entry.namespace or namespace)
            elif namespace in ROOMS and entry.name and not entry.pattern.converters:
                found.append(f"{namespace}:{entry.name}")

    walk(get_resolver().url_patterns, "")
    return sorted(set(found))


def test_no_row_points_across(example: Council) -> None:
    counted = dict(crossings())
    assert len(counted) > 50
    assert not {name: number for name, number in counted.items() if number}
