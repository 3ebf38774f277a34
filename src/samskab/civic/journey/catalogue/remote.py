"""Asking another installation, and judging what it answers. Knows no database.

Whatever comes is checked before anybody else sees it: its size, its form, its signature, whose it
says it is, and that it is no older than what was known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import outgoing
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.journey.catalogue.feed import FORMAT_VERSION, INTRODUCTION
from samskab.civic.journey.concepts import package, parcel, signing

WELL_KNOWN = "/.well-known/samskab.json"
CATALOGUE = "/koncepter/katalog.json"
MAX_INTRODUCTION = 50_000
MAX_FEED = 4_000_000
SECONDS, PACKAGE_SECONDS = 20.0, 60.0

Data = dict[str, Any]
NOT_SAMSKAB = _("There is no Samskab at that address, or it is an older one.")
CHANGED = _("What they sent was changed on its way, or not signed by them. Nothing was read.")
OLDER = _("They show an older state than before. Nothing was read.")


@dataclass(frozen=True)
class Introduction:
    """Who says to be at an address; only the key is proven."""

    slug: str
    name: str
    key: str
    changes: tuple[Any, ...]


@dataclass(frozen=True)
class Feed:
    """A page of a catalogue, signed by `key`; None for `data` when nothing has changed."""

    data: Data | None
    key: str
    etag: str


def normal(typed: str) -> str:
    """The beginning of the address that somebody typed: scheme and host. Raises Refused."""
    text = typed.strip()
    if "://" not in text:
        text = f"https://{text}"
    parts = outgoing.checked(text.partition("#")[0])
    return f"{parts.scheme}://{parts.netloc.lower()}"


def introduce(address: str) -> Introduction:
    """Asks who answers there."""
    answer = outgoing.fetch(address + WELL_KNOWN, limit=MAX_INTRODUCTION, seconds=SECONDS)
    sealed = _sealed(answer)
    found = sealed["signed"]
    council = found.get("council")
    if (
        found.get("format") != INTRODUCTION
        or found.get("key") != sealed["key"]
        or not isinstance(council, dict)
        or not package.is_plain(council.get("slug"), 50)
        or not package.is_plain(council.get("name"), 120)
        or not isinstance(found.get("changes"), list)
    ):
        raise Invalid(NOT_SAMSKAB)
    version = found.get("format_version")
    if version != FORMAT_VERSION:
        raise Invalid(_("They use another version of Samskab that we cannot read yet."))
    return Introduction(council["slug"], council["name"], sealed["key"], tuple(found["changes"]))


def _sealed(answer: outgoing.Answer) -> Data:
    """Signed JSON, whoever signed it."""
    if answer.status != 200:
        raise Invalid(NOT_SAMSKAB)
    try:
        data = package.parse(answer.body)
    except Invalid:
        raise Invalid(NOT_SAMSKAB) from None
    if not isinstance(data, dict) or not isinstance(data.get("signed"), dict):
        raise Invalid(NOT_SAMSKAB)
    if not signing.holds(data["signed"], data.get("key"), data.get("signature")):
        raise Invalid(CHANGED)
    return data


def read_feed(address: str, *, slug: str, since: int, etag: str) -> Feed:
    """What is new since `since`, the last number that was read from there: an answer that knows
    less is an old one shown again."""
    answer = outgoing.fetch(
        f"{address}{CATALOGUE}?siden={since}",
        limit=MAX_FEED,
        seconds=SECONDS,
        headers={"If-None-Match": etag} if etag else {},
    )
    if answer.status == 304 and etag:
        return Feed(None, "", etag)
    sealed = _sealed(answer)
    if not _validator().is_valid(sealed):
        raise Invalid(_("Their catalogue does not follow the format. Nothing was read."))
    data = sealed["signed"]
    if data["council"]["slug"] != slug:
        raise Invalid(_("Another council answers at that address now. Nothing was read."))
    numbers = [row["sequence"] for row in (*data["concepts"], *data["adoptions"])]
    if data["since"] != since or data["sequence"] < since:
        raise Invalid(OLDER)
    if any(not since < number <= data["sequence"] for number in numbers):
        raise Invalid(OLDER)
    if data["more"] and data["sequence"] <= since:
        raise Invalid(_("Their catalogue does not follow the format. Nothing was read."))
    return Feed(data, sealed["key"], _tag(answer))


def _tag(answer: outgoing.Answer) -> str:
    tag = answer.headers.get("etag", "")
    return tag if len(tag) <= 80 and tag.isascii() and tag.isprintable() else ""


@lru_cache(maxsize=1)
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema()))


def schema() -> str:
    return (Path(__file__).parent / "catalogue.schema.json").read_text(encoding="utf-8")


@contextmanager
def fetched_parcel(address: str, slug: str, number: int) -> Iterator[parcel.Parcel]:
    """The signed package of one version, checked; its file is gone afterwards."""
    with TemporaryFile() as file:
        yield _parcel(address, slug, number, file)


def _parcel(address: str, slug: str, number: int, file: IO[bytes]) -> parcel.Parcel:
    answer = outgoing.fetch(
        f"{address}/koncepter/pakker/{slug}/{number}.zip",
        limit=parcel.MAX_FILE,
        seconds=PACKAGE_SECONDS,
        into=file,
    )
    if answer.status != 200:
        raise Invalid(_("They do not have that version any more. Look at their catalogue again."))
    found = parcel.opened(file)
    given = found.document
    if (given["concept"]["slug"], given["version"]["number"]) != (slug, number):
        raise Invalid(_("They sent another concept than the one you asked for. Nothing was read."))
    return found
