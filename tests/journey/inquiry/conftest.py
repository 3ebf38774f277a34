from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import Inquiry, Participant, Statement
from samskab.civic.journey.inquiry.queries import Voter

TEXTS = ["Vi mangler et sted", "Det er for dyrt", "Alle skal være med"]


@pytest.fixture
def open_challenge(secretariat: Principal) -> Challenge:
    """A challenge that everybody can see, before anybody looks for its core."""
    made, _token = challenges.raise_challenge(
        by=secretariat, title="Om søndagen er der lukket", what="Ingen steder er åbne om søndagen."
    )
    challenges.screen(
        by=secretariat,
        challenge=made,
        accepted=True,
        is_complex=True,
        in_focus=False,
        answer="Ja, det er vores.",
    )
    made.refresh_from_db()
    challenges.open_challenge(by=secretariat, challenge=made)
    made.refresh_from_db()
    return made


@pytest.fixture
def inquiry(open_challenge: Challenge, facilitator: Principal) -> Inquiry:
    return actions.open_inquiry(by=facilitator, challenge=open_challenge)


@pytest.fixture
def statements(inquiry: Inquiry, facilitator: Principal) -> list[Statement]:
    return actions.seed_statements(by=facilitator, inquiry=inquiry, texts=TEXTS)


@pytest.fixture
def party(inquiry: Inquiry, representative: Principal, organisation: Any) -> Party:
    """An association that takes part; `representative` speaks for it."""
    return challenges.join(by=representative, challenge=inquiry.challenge, actor=organisation)


Enter = Callable[..., Participant]


@pytest.fixture
def enter(inquiry: Inquiry) -> Enter:
    """The participant behind a person, or behind the session of a visitor."""

    def enter(by: Principal, session: str = "") -> Participant:
        voter = Voter(user_id=by.user_id, session_digest=session)
        found = queries.participant_of(voter, inquiry)
        return found or actions.enter(by=by, inquiry=inquiry, voter=voter)

    return enter


def numbers(rows: Iterable[Statement]) -> list[tuple[int, int, int]]:
    """Agree, disagree and pass of each statement, as they are kept."""
    keys = [row.pk for row in rows]
    return list(
        Statement.objects.filter(pk__in=keys)
        .order_by("pk")
        .values_list("n_agree", "n_disagree", "n_pass")
    )
