from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from samskab.civic.commons.actors.actions import add_category
from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role, system
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.journey import PATH, Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Need
from samskab.civic.journey.concepts import actions
from samskab.civic.journey.concepts.models import Adoption, Concept
from samskab.civic.journey.evaluation import stored
from samskab.civic.journey.evaluation.models import Evaluation, Measure
from samskab.civic.journey.pilots.models import Pilot
from samskab.engine.evidence import WHO5, Answer
from tests import cast

BEFORE = [3, 2, 1, 2, 2, 3, 1, 2]
AFTER = [4, 3, 1, 4, 3, 4, 2, 2]

RECIPE: dict[str, Any] = {
    "title": "Morgenbordet",
    "problem": "Et herberg lukker om morgenen. Ingen har ansvar for den time.",
    "for_whom": "Voksne, der sover på herberg.",
    "core": ["Kaffe og brød kommer først.", "Den samme person kommer igen."],
    "adaptable": ["Hvor bordet står."],
    "steps": ["Spørg dem, der sover der.", "Find et bord."],
    "roles": ["En forening, der holder bordet."],
    "pitfalls": ["At love en bolig."],
    "cost_dkk": 23100,
    "cost_note": "Prisen er for 16 uger.",
    "evidence_note": "Én lille prøve.",
}


def answers() -> list[Answer]:
    rounds: list[tuple[Any, list[int]]] = [("before", BEFORE), ("after", AFTER)]
    return [
        Answer(str(number), when, (value,) * 5)
        for when, values in rounds
        for number, value in enumerate(values)
    ]


def words(council: Council) -> dict[str, Category]:
    by = system(council)
    kinds = {"hjemloese": "target_group", "kaffe": "resource", "samtale": "competence"}
    return {
        slug: add_category(by=by, kind=kind, slug=slug, name_da=slug.capitalize())
        for slug, kind in kinds.items()
    }


def evaluated(council: Council, verdict: str, title: str = "En seng i nat") -> Challenge:
    """A challenge that was tried and decided on. The rooms below have tests of their own."""
    by = system(council)
    challenge, _token = challenges.raise_challenge(by=by, title=title, what="Kl. 8 skal man ud.")
    challenge.is_public = True
    for step in PATH[1 : PATH.index(Step.EVALUATED) + 1]:
        challenges.advance(by=by, challenge=challenge, to=step)
    common = {"council": council, "challenge": challenge}
    proposal = CoalitionProposal.objects.create(**common, number=1, origin="hand")
    agreement = Agreement.objects.create(**common, proposal=proposal, purpose="P", notice="30 dage")
    pilot = Pilot.objects.create(
        **common, agreement=agreement, title=f"Prøven {title}", starts=date(2026, 1, 5),
        status="ended", activities=["Kaffe kl. 7.30"],
    )  # fmt: skip
    measure = Measure.objects.create(
        council=council, pilot=pilot, instrument_key="who5", title="WHO-5"
    )
    kept = {"measure": measure.pk} | stored.figures(answers(), WHO5)
    decided = {"status": "decided", "verdict": verdict} if verdict else {"status": "proposed"}
    Evaluation.objects.create(
        council=council, pilot=pilot, results=[kept], cost_dkk=23100,
        lessons=["Kaffen kommer først."], verdict_reason="Rådets grund.", **decided,
    )  # fmt: skip
    return challenge


@pytest.fixture
def categories(council: Council) -> dict[str, Category]:
    return words(council)


@pytest.fixture
def tried(council: Council, categories: dict[str, Category]) -> Callable[[str], Challenge]:
    return lambda verdict="spread": evaluated(council, verdict)


@pytest.fixture
def challenge(tried: Any, council: Council, categories: dict[str, Category]) -> Challenge:
    found: Challenge = tried("spread")
    Need.objects.create(
        council=council, challenge=found, category=categories["kaffe"], title="Kaffe og brød",
        amount=48, unit="måltider om ugen",
    )  # fmt: skip
    Need.objects.create(
        council=council, challenge=found, category=categories["samtale"], title="En der spørger",
        amount="4.5", unit="timer om ugen", must=False,
    )  # fmt: skip
    return found


@pytest.fixture
def drafted(
    challenge: Challenge, facilitator: Principal, categories: dict[str, Category]
) -> Concept:
    return actions.write_concept(
        by=facilitator, challenge=challenge, target_groups=[categories["hjemloese"]], **RECIPE
    )


@pytest.fixture
def concept(drafted: Concept, facilitator: Principal) -> Concept:
    return actions.publish_version(by=facilitator, version=drafted.versions.get())


@pytest.fixture
def neighbour(other_council: Council) -> Principal:
    """The secretariat of the council next door."""
    return cast.a_person(other_council, "naboen", [Role.SECRETARIAT])


@pytest.fixture
def fetched(concept: Concept, neighbour: Principal) -> Concept:
    """The concept as the council next door has brought it home."""
    words(neighbour.council)
    return actions.fetch_elsewhere(by=neighbour, council="silkeborg", slug=concept.slug)[0]


@pytest.fixture
def adopted(fetched: Concept, neighbour: Principal) -> Adoption:
    return actions.adopt(
        by=neighbour, concept=fetched, changed="To morgener om ugen.", plan="På biblioteket."
    )
