"""A concept as data that another installation can read: written here, read with suspicion.

The document (schema.json of this room, format version 2) is the machine-readable part of a
package; `parcel` puts it into a signed file. What an adopting council tells is a document of its
own kind (adoption.schema.json).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.journey.concepts import signing
from samskab.civic.journey.concepts.models import Adoption, ConceptVersion
from samskab.civic.journey.pilots.models import STAGE_NAMES, STAGES

Document = dict[str, Any]

FORMAT, REPORT_FORMAT, FORMAT_VERSION = "samskab-concept", "samskab-adoption", 2
MAX_REPORT = 50_000
SCHEMAS = {FORMAT: "schema.json", REPORT_FORMAT: "adoption.schema.json"}

LISTS = ("core", "adaptable", "steps", "roles", "pitfalls")
TEXTS = (
    "title", "problem", "for_whom", "cost_note", "must_change", "evidence_note", "licence",
    "changes",
)  # fmt: skip
FIGURES = ("instrument", "compared", "n", "estimate", "se", "low", "high")

# What no honest text holds: control characters, lone surrogates, marks that turn the reading
# direction around so that a text looks like another one.
_STRANGE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff]")


# --- writing -----------------------------------------------------------------------------------
def document(version: ConceptVersion) -> Document:
    """The machine-readable part of a published version."""
    published = cast(datetime, version.published_at).astimezone(UTC)
    concept = version.concept
    slug, name = concept.origin_slug, concept.origin_name
    if concept.is_own:
        slug, name = concept.council.slug, concept.council.name
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "council": {"slug": slug, "name": name},
        "concept": {"slug": concept.slug, "example": concept.is_example},
        "version": {
            "number": version.number,
            "published_at": published.isoformat(timespec="seconds"),
            "target_groups": version.target_slugs,
            "needs": version.needs,
            "plan": version.plan,
            "materials": [
                {"name": row.name, "title": row.title, "size": row.size, "sha256": row.sha256}
                for row in version.materials.all()
            ],
            "cost_dkk": version.cost_dkk,
            **{key: getattr(version, key) for key in (*LISTS, *TEXTS)},
        },
        "evidence": version.evidence,
    }


def fingerprint(document: Document) -> str:
    """The same for the same recipe, however it was written down and whatever its council is
    called today."""
    version = document["version"]
    moment = datetime.fromisoformat(version["published_at"]).astimezone(UTC).isoformat()
    same = [document["concept"]["slug"], version | {"published_at": moment}, document["evidence"]]
    return hashlib.sha256(signing.canonical(same)).hexdigest()


def readable(data: Document) -> str:
    """The same for people, as Markdown in the present language."""
    version = data["version"]
    said = [
        f"# {_plain(version['title'])}",
        f"{_plain(data['council']['name'])} · "
        + _("version %(number)s") % {"number": version["number"]}
        + f" · {version['licence']}",
        *_part(_("The problem"), version["problem"]),
        *_part(_("For whom"), version["for_whom"]),
        *_part(_("What has to be changed first"), version["must_change"]),
        *_list(_("The core: keep this"), version["core"]),
        *_list(_("This you can do in your own way"), version["adaptable"]),
        *_list(_("Steps"), version["steps"], numbered=True),
        *_list(_("Who does what"), version["roles"]),
        *_list(_("What it takes"), [_need(need) for need in version["needs"]]),
        *_part(_("What it cost"), cost(version["cost_dkk"], version["cost_note"])),
        *_list(_("Pitfalls"), version["pitfalls"]),
        *_list(_("How the pilot was planned"), plan_lines(version["plan"])),
        *_list(_("Materials"), [f"{one['title']} ({one['name']})" for one in version["materials"]]),
        *_list(_("What was measured"), data["evidence"].get("sentences", {}).get("da", [])),
        *_part("", version["evidence_note"]),
        *_part(_("New in this version"), version["changes"]),
    ]
    return "\n\n".join(said) + "\n"


def cost(dkk: int | None, note: str) -> str:
    price = "" if dkk is None else _("%(amount)s DKK") % {"amount": f"{dkk:,}".replace(",", ".")}
    return " · ".join(part for part in (price, note) if part)


def _need(need: Document) -> str:
    amount = f"{need['amount']:g}".replace(".", ",")
    return f"{need['title']}: {amount} {need['unit']}".strip()


def plan_lines(plan: Document) -> list[str]:
    """The plan of the pilot as lines, one for each stage of its theory of change."""
    stages = plan.get("stages", {})
    lines = [f"{STAGE_NAMES[key]}: {'; '.join(stages[key])}" for key in STAGES if stages.get(key)]
    for key in STAGES:
        lines += [_("We count on: %(text)s") % {"text": text}
                  for text in plan.get("assumptions", {}).get(key, [])]  # fmt: skip
    if plan.get("weeks"):
        lines.append(ngettext("It took %(n)s week.", "It took %(n)s weeks.", plan["weeks"])
                     % {"n": plan["weeks"]})  # fmt: skip
    if plan.get("people"):
        lines.append(ngettext("It was for %(n)s person.", "It was for %(n)s people.",
                              plan["people"]) % {"n": plan["people"]})  # fmt: skip
    return lines


def _part(heading: str, text: str) -> list[str]:
    if not text:
        return []
    return [*([f"## {heading}"] if heading else []), _plain(text)]


def _list(heading: str, items: list[str], *, numbered: bool = False) -> list[str]:
    if not items:
        return []
    marks = [f"{n}." if numbered else "-" for n in range(1, len(items) + 1)]
    lines = [f"{mark} {_plain(item)}" for mark, item in zip(marks, items, strict=True)]
    return [f"## {heading}", "\n".join(lines)]


def _plain(text: str) -> str:
    """Typed text in Markdown: nothing in it becomes a link, a heading or HTML."""
    return re.sub(r"([\\`*_\[\]<>#|!&])", r"\\\1", text)


# --- reading -----------------------------------------------------------------------------------
def parse(text: bytes) -> Any:
    """JSON without the liberties of readers: no NaN, no key twice, UTF-8 only."""
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise Invalid(
            gettext_lazy("The file is damaged. Ask for it once more."), field="file"
        ) from None


def _refuse(word: str) -> None:
    raise ValueError(word)


def _once(pairs: list[tuple[str, Any]]) -> Document:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def check(data: Any, format_: str) -> Document:
    """The same document, when it follows the schema and its texts are only text."""
    if isinstance(data, dict) and data.get("format") == format_:
        number = data.get("format_version")
        if isinstance(number, int) and number > FORMAT_VERSION:
            raise Invalid(
                gettext_lazy("The file is of a newer kind. Update this installation first."),
                field="file",
            )
        if number == 1:
            raise Invalid(
                gettext_lazy("The file is of an older kind, not signed. Ask for it once more."),
                field="file",
            )
    fault = next(iter(_validator(format_).iter_errors(data)), None)
    if fault is not None:
        message = _("The file does not follow the format. Look at: %(place)s")
        raise Invalid(message % {"place": _place(fault)[:80]}, field="file")
    if not is_honest(data):
        raise Invalid(
            gettext_lazy("The file holds characters that no text needs. Nothing was read."),
            field="file",
        )
    _check_order(data)
    return dict(data)


def is_honest(data: Any) -> bool:
    """Whether no text in it holds what no honest text holds."""
    return not any(_STRANGE.search(text) for text in _texts(data))


def is_plain(text: Any, longest: int) -> bool:
    """One short line of honest text."""
    return (
        isinstance(text, str)
        and bool(text.strip())
        and len(text) <= longest
        and "\n" not in text
        and is_honest(text)
    )


def _place(fault: Any) -> str:
    """Where it goes wrong; the names come from the schema, never from the file."""
    steps = [str(step) for step in fault.absolute_schema_path]
    known = [step for step in fault.absolute_path if isinstance(step, int) or step in steps]
    if fault.validator == "required" and isinstance(fault.instance, dict):
        known += [name for name in fault.validator_value if name not in fault.instance][:1]
    return "/".join(str(step) for step in known) or "–"


@lru_cache(maxsize=8)
def _validator(format_: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema(format_)))


def schema(format_: str) -> str:
    return (Path(__file__).parent / SCHEMAS[format_]).read_text(encoding="utf-8")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from (str(key), *_texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _check_order(data: Document) -> None:
    """What a schema cannot say: intervals run upward, and days exist."""
    try:
        for figures in (data.get("evidence"), data.get("figures")):
            low, high = (figures or {}).get("low"), (figures or {}).get("high")
            if (low is None) != (high is None) or (low is not None and low > high):
                raise ValueError("interval")
        if "version" in data:
            datetime.fromisoformat(data["version"]["published_at"])
        for key in ("adopted_on", "reported_on"):
            if data.get(key):
                date.fromisoformat(data[key])
    except ValueError:
        raise Invalid(
            gettext_lazy("A figure or a date in the file cannot be right."), field="file"
        ) from None


# --- what an adopting council tells ------------------------------------------------------------
def told(adoption: Adoption) -> Document:
    """What this council tells the one that wrote the recipe."""
    concept, used = adoption.concept, adoption.used
    reported = adoption.reported_on
    figures = {name: getattr(adoption, name) for name in FIGURES}
    return {
        "format": REPORT_FORMAT,
        "format_version": FORMAT_VERSION,
        "place": {"slug": adoption.council.slug, "name": adoption.council.name},
        "key": adoption.place_key,
        "concept": {
            "key": concept.publisher.key if concept.publisher else signing.own().public,
            "council": concept.origin_slug,
            "slug": concept.slug,
            "version": used.number,
        },
        "status": adoption.status,
        "adopted_on": timezone.localdate(adoption.created).isoformat(),
        "reported_on": reported.isoformat() if reported else None,
        "changed": adoption.changed,
        "core_kept": adoption.core_kept,
        "note": adoption.note,
        "figures": None if adoption.n is None else figures,
        "example": adoption.is_example,
    }
