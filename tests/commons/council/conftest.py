from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.models import AgendaItem, Meeting, Term
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

NAMES = ["Anna", "Bo", "Carl", "Dina", "Eva"]


@pytest.fixture(autouse=True)
def _in_danish() -> Iterator[None]:
    """A page in English leaves its language behind in the thread."""
    with translation.override("da"):
        yield


@pytest.fixture
def terms(council: Council, secretariat: Principal) -> list[Term]:
    """Five filled seats and a vacant one. All five can sign in."""
    found = []
    for name in NAMES:
        seat = actions.add_seat(by=secretariat, sector="civil", title=f"Plads {name}")
        email = f"{name.lower()}@eksempel.dk"
        term = actions.seat_person(by=secretariat, seat=seat, holder_name=name, email=email)
        found.append(term)
    actions.add_seat(by=secretariat, sector="business", title="Erhvervslivet")
    return found


@pytest.fixture
def people(council: Council, terms: list[Term]) -> list[Principal]:
    """The five members as acting persons."""
    users = [User.objects.get(pk=term.user_id) for term in terms]
    return [principal_for(user, council) for user in users]


def at(days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def meeting(council: Council, secretariat: Principal) -> Meeting:
    return actions.plan_meeting(
        by=secretariat,
        title="Årets første møde",
        starts_at=at(0),
        ends_at=at(0) + timedelta(hours=2),
        place="Rådhuset, lokale 2",
    )


@pytest.fixture
def item(secretariat: Principal, meeting: Meeting) -> AgendaItem:
    return actions.put_on_agenda(
        by=secretariat, title="Skal vi?", text="Ja eller nej", kind="decision", meeting=meeting
    )


@pytest.fixture
def convened(
    secretariat: Principal, meeting: Meeting, item: AgendaItem, terms: list[Term]
) -> Meeting:
    """A meeting with one item to decide, and four of five members there."""
    actions.publish_agenda(by=secretariat, meeting=meeting)
    return actions.note_attendance(by=secretariat, meeting=meeting, present=terms[:4])
