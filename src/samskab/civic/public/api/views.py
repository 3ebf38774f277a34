from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from samskab.civic.foundation.core.http import CivicRequest, show
from samskab.civic.public.api.endpoints import api


@dataclass(frozen=True)
class Given:
    """Something that can be given along with a call."""

    name: str
    shape: str
    text: str
    required: bool


@dataclass(frozen=True)
class Call:
    """One address with what it does, takes and gives."""

    method: str
    path: str
    summary: str
    takes: list[Given]
    gives: list[str]


@dataclass
class Chapter:
    name: str
    calls: list[Call] = field(default_factory=list)


@require_safe
def docs(request: CivicRequest) -> HttpResponse:
    """The addresses of the API for people, drawn from its own description."""
    context = {
        "chapters": chapters(),
        "base": request.build_absolute_uri("/api/v1"),
        "description": reverse("api-v1:openapi-json"),
        "hsds": reverse("api-v1:everything"),
    }
    return show(request, "api/docs.html", context)


def chapters() -> list[Chapter]:
    schema = api.get_openapi_schema(path_prefix="/api/v1")
    known = schema["components"]["schemas"]
    found: dict[str, Chapter] = {}
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            chapter = found.setdefault(call["tags"][0], Chapter(call["tags"][0]))
            chapter.calls.append(_call(method, path, call, known))
    return list(found.values())


def _call(method: str, path: str, call: dict[str, Any], known: dict[str, Any]) -> Call:
    takes = [_given(each["name"], each["schema"], each, known) for each in call["parameters"]]
    takes += _body(call, known)
    good = next(answer for code, answer in call["responses"].items() if str(code) < "300")
    summary = call["summary"]
    return Call(method.upper(), path, gettext(summary), takes, _gives(good, known))


def _body(call: dict[str, Any], known: dict[str, Any]) -> list[Given]:
    if "requestBody" not in call:
        return []
    shape = _named(call["requestBody"]["content"]["application/json"]["schema"], known)
    must = shape.get("required", [])
    return [
        _given(name, each, {"required": name in must}, known)
        for name, each in shape["properties"].items()
    ]


def _given(
    name: str, schema: dict[str, Any], about: dict[str, Any], known: dict[str, Any]
) -> Given:
    text = about.get("description") or schema.get("description", "")
    return Given(
        name,
        _shape(schema, known),
        gettext(text) if text else "",
        bool(about.get("required")),
    )


def _shape(schema: dict[str, Any], known: dict[str, Any]) -> str:
    """A type in one line; a choice shows what can be chosen."""
    if "anyOf" in schema:
        kinds = [_shape(each, known) for each in schema["anyOf"] if each.get("type") != "null"]
        return " | ".join(kinds)
    if "allOf" in schema:
        return _shape(schema["allOf"][0], known)
    if "$ref" in schema:
        return _shape(_named(schema, known), known)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"[{_shape(schema['items'], known)}]"
    return str(schema.get("type", "object"))


def _named(schema: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in schema:
        return schema
    target: dict[str, Any] = known[schema["$ref"].rsplit("/", 1)[-1]]
    return target


def _gives(answer: dict[str, Any], known: dict[str, Any]) -> list[str]:
    """The names in the answer; for a list those of one of its items."""
    shape = _named(answer["content"]["application/json"]["schema"], known)
    properties = shape["properties"]
    if "items" in properties:
        shape = _named(properties["items"]["items"], known)
        return list(shape["properties"])
    return list(properties)
