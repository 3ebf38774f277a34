from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.actors.queries import categories
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Need
from samskab.civic.journey.concepts import package
from samskab.civic.journey.concepts.evidence import Together, together
from samskab.civic.journey.concepts.figures import snapshot
from samskab.civic.journey.concepts.models import (
    Adoption,
    AdoptionReport,
    Concept,
    ConceptVersion,
    Publisher,
)
from samskab.civic.journey.evaluation.models import Evaluation, Verdict
from samskab.civic.journey.inquiry.queries import current_framing
from samskab.civic.journey.pilots.models import STAGES, Pilot
from samskab.engine.language.differing import Piece, difference

INSIDERS = (Role.MEMBER, Role.FACILITATOR, Role.SECRETARIAT, Role.ADMINISTRATOR)


# --- the catalogue -----------------------------------------------------------------------------
def public(council: Council) -> QuerySet[Concept]:
    return Concept.objects.filter(council=council, is_public=True)


def visible(by: Principal) -> QuerySet[Concept]:
    """The public ones; for the council's own people drafts and what was brought home too."""
    rows = Concept.objects.filter(council=by.council)
    return rows if by.is_system or by.has(*INSIDERS) else rows.filter(is_public=True)


def filtered(
    rows: QuerySet[Concept],
    *,
    text: str = "",
    group: Category | None = None,
    level: str = "",
    source: str = "",
) -> QuerySet[Concept]:
    """Narrowed by what the address says."""
    for word in text.casefold().split():
        rows = rows.filter(find_text__contains=word)
    if group:
        rows = rows.filter(target_groups=group)
    if level:
        rows = rows.filter(level=level)
    if source:
        rows = rows.filter(origin_slug="") if source == "own" else rows.exclude(origin_slug="")
    return rows


def stopped(council: Council, number: int = 20) -> list[Evaluation]:
    """What was tried and stopped: it did not work here, and others should know."""
    rows = Evaluation.objects.filter(
        council=council, status=Evaluation.Status.DECIDED, verdict=Verdict.STOP,
        pilot__challenge__is_public=True,
    )  # fmt: skip
    return list(rows.select_related("pilot__challenge").order_by("-decided_at", "-pk")[:number])


def published_elsewhere(council: Council) -> QuerySet[Concept]:
    """Concepts that other councils of this installation have written and published.

    The single place where one council reads what belongs to another. It gives what anybody may
    read on the other council's own page, and nothing else: no drafts, no reports, and nothing
    that the other council brought home itself.
    """
    rows = Concept.objects.exclude(council=council)
    rows = rows.filter(origin_slug="", is_public=True, current__isnull=False)
    return rows.select_related("council", "current").order_by("title", "pk")


def brought_home(council: Council) -> dict[tuple[str, str], int]:
    """(origin, slug) of what came from elsewhere → its key here."""
    rows = Concept.objects.filter(council=council).exclude(origin_slug="")
    return {
        (origin, slug): pk for origin, slug, pk in rows.values_list("origin_slug", "slug", "pk")
    }


# --- one concept -------------------------------------------------------------------------------
def concept_of(challenge: Challenge) -> Concept | None:
    return Concept.objects.filter(challenge=challenge).first()


def adoption_of(challenge: Challenge) -> Adoption | None:
    found = Adoption.objects.filter(challenge=challenge).select_related("concept").first()
    if found is not None:
        found.challenge = challenge
    return found


def versions(concept: Concept) -> list[ConceptVersion]:
    """The published ones, newest first."""
    rows = ConceptVersion.objects.filter(concept=concept, published_at__isnull=False)
    return list(rows.order_by("-number"))


def draft_of(concept: Concept) -> ConceptVersion | None:
    rows = ConceptVersion.objects.filter(concept=concept, published_at__isnull=True)
    return rows.select_related("concept__council").first()


def adoptions_here(concept: Concept) -> list[Adoption]:
    return list(Adoption.objects.filter(concept=concept).select_related("challenge", "used"))


def reports(concept: Concept) -> list[AdoptionReport]:
    return list(AdoptionReport.objects.filter(concept=concept).order_by("adopted_on", "pk"))


def evidence(concept: Concept, version: ConceptVersion) -> tuple[Together, list[AdoptionReport]]:
    found = reports(concept)
    return together(concept, version, found), found


def publisher(council: Council, key: str, slug: str) -> Publisher | None:
    """Whom this council knows by that key, in the name of that council."""
    return Publisher.objects.filter(council=council, key=key, slug=slug).first()


# --- the plan of the pilot ---------------------------------------------------------------------
def plan_of(pilot: Pilot) -> dict[str, Any]:
    """How a pilot was planned, as a recipe carries it along; empty when nothing was written."""
    if not pilot.has_theory:
        return {}
    weeks = -(-(pilot.ends - pilot.starts).days // 7) if pilot.ends else None
    return {
        "stages": {key: getattr(pilot, key) for key in STAGES if getattr(pilot, key)},
        "assumptions": {key: texts for key, texts in pilot.assumptions.items() if texts},
        "weeks": weeks if weeks and weeks <= 1000 else None,
        "people": pilot.people or None,
    }


def plan_to_use(version: ConceptVersion) -> dict[str, Any]:
    """The plan that a pilot elsewhere begins with: as it was, or made of the recipe itself."""
    if version.plan:
        return {"stages": version.plan["stages"], "assumptions": version.plan["assumptions"]}
    needs = [f"{need['title']}: {need['amount']} {need['unit']}".strip() for need in version.needs]
    problem = " ".join(version.problem.split())
    stages = {
        "problem": [problem[:300]] if problem else [],
        "resources": needs[:20],
        "activities": version.steps[:20],
    }
    return {"stages": {key: texts for key, texts in stages.items() if texts}, "assumptions": {}}


def pilot_to_plan(challenge: Challenge) -> Pilot | None:
    """The pilot of the challenge that is planned or running."""
    rows = Pilot.objects.filter(challenge=challenge).exclude(status=Pilot.Status.ENDED)
    return rows.first()


# --- what a new concept begins with ------------------------------------------------------------
def evaluation_of(challenge: Challenge) -> Evaluation | None:
    """The last evaluation of the challenge that the council has decided on."""
    rows = Evaluation.objects.filter(pilot__challenge=challenge, status=Evaluation.Status.DECIDED)
    return rows.select_related("pilot").order_by("-decided_at", "-pk").first()


def beginning(challenge: Challenge, evaluation: Evaluation) -> dict[str, Any]:
    """What the journey knows already, so that nobody has to write it again."""
    framing, pilot = current_framing(challenge), evaluation.pilot
    adapt = evaluation.verdict == Verdict.ADAPT
    return {
        "title": pilot.title,
        "problem": (framing.text if framing else challenge.what)[:2000],
        "for_whom": " ".join(challenge.for_whom.split())[:300],
        "steps": [str(text)[:300] for text in pilot.activities],
        "cost_dkk": evaluation.cost_dkk,
        "must_change": evaluation.verdict_reason[:2000] if adapt else "",
        "target_groups": list(challenge.target_groups.all()),
    }


def needs_of(challenge: Challenge) -> list[dict[str, Any]]:
    """The needs of the challenge, as a recipe states them."""
    rows = Need.objects.filter(challenge=challenge).select_related("category")
    return [
        need_values(row.title, row.category, float(row.amount), row.unit, row.must)
        for row in rows.order_by("-must", "pk")
    ]


def need_values(
    title: str, category: Category, amount: float, unit: str, must: bool
) -> dict[str, Any]:
    return {
        "title": title,
        "kind": category.kind,
        "category": category.slug,
        "category_name": category.name_da,
        "amount": int(amount) if amount == int(amount) else amount,
        "unit": unit,
        "must": must,
    }


def known_groups(council: Council, slugs: Sequence[str]) -> list[Category]:
    """Those of the slugs that this council has a word for."""
    return list(categories(council, Category.Kind.TARGET_GROUP).filter(slug__in=slugs))


def measured_here(challenge: Challenge) -> dict[str, Any]:
    """What our own evaluation of an adopted recipe found, as the report asks for it."""
    found = evaluation_of(challenge)
    figures = snapshot(found) if found else {}
    names = ("n", "estimate", "low", "high", "se", "compared")
    if not figures or figures["low"] is None:
        return {}
    return {"scale": figures["instrument"], "instrument": figures["instrument"]} | {
        name: figures[name] for name in names
    }


# --- versions side by side ---------------------------------------------------------------------
@dataclass(frozen=True)
class Changed:
    """One part of the recipe, as pieces that are the same, added or removed."""

    label: Any
    pieces: list[Piece]


COMPARED = (
    "title", "problem", "for_whom", "must_change", "core", "adaptable", "steps", "roles",
    "needs", "pitfalls", "cost_dkk", "cost_note", "plan", "evidence_note",
)  # fmt: skip


def changed(before: ConceptVersion, after: ConceptVersion) -> list[Changed]:
    """The parts that differ between two versions, in the order of the page."""
    found = []
    for name in COMPARED:
        old, new = as_text(getattr(before, name)), as_text(getattr(after, name))
        if old != new:
            label = ConceptVersion._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            found.append(Changed(label, difference(old, new)))
    return found


def as_text(value: Any) -> str:
    """A part of the recipe as text, one line for each item."""
    if isinstance(value, dict) and "stages" in value:
        return "\n".join(package.plan_lines(value))
    if isinstance(value, list):
        return "\n".join(as_text(item) for item in value)
    if isinstance(value, dict) and value:
        return f"{value['title']}: {value['amount']} {value['unit']}".strip()
    return str(value) if value not in (None, {}) else ""
