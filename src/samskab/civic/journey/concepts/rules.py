from __future__ import annotations

from typing import Any

import rules

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.rules import (
    is_administrator,
    is_member,
    is_secretariat,
    is_staff,
    is_system,
)
from samskab.civic.journey.challenges.rules import facilitates
from samskab.civic.journey.concepts.models import (
    Adoption,
    AdoptionReport,
    Concept,
    ConceptVersion,
)


@rules.predicate
def is_public(by: Principal, concept: Concept) -> bool:
    return concept.is_public


@rules.predicate
def is_own(by: Principal, row: Any) -> bool:
    """A recipe that this council wrote itself."""
    concept = row.concept if isinstance(row, ConceptVersion) else row
    return isinstance(concept, Concept) and concept.is_own


@rules.predicate
def about_our_own(by: Principal, report: AdoptionReport) -> bool:
    """What another place told about a recipe of this council."""
    return report.concept.is_own


@rules.predicate
def is_published(by: Principal, version: ConceptVersion) -> bool:
    return not version.is_draft and version.concept.is_public


@rules.predicate
def may_see_challenge(by: Principal, adoption: Adoption) -> bool:
    return bool(rules.has_perm("challenges.see", by, adoption.challenge))


insider = is_staff | is_member | is_system

rules.add_perm("concepts.see", is_public | insider)
rules.add_perm("concepts.see_version", is_published | insider)
rules.add_perm("concepts.see_adoption", insider | may_see_challenge)
rules.add_perm("concepts.begin", facilitates | is_system)
rules.add_perm("concepts.write", (facilitates | is_system) & is_own)
rules.add_perm("concepts.fetch", facilitates | is_system)
rules.add_perm("concepts.trust", is_secretariat | is_administrator | is_system)
rules.add_perm("concepts.adopt", (facilitates | is_system) & ~is_own)
rules.add_perm("concepts.report", facilitates | is_system)
rules.add_perm("concepts.weigh", (facilitates | is_system) & about_our_own)
rules.add_perm("concepts.receive", (is_system | facilitates) & is_own)
