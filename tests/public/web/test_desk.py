"""The desk: what waits, as each room tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.commons.council.models import AgendaItem, Decision, Task
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import waiting
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.challenges.actions import raise_challenge
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.news.models import Feed

ClientAs = Callable[[Principal], Client]


def piles(by: Principal) -> dict[str, tuple[int, int]]:
    return {pile.href: (pile.number, pile.late) for pile in waiting(by)}


def test_every_pile_is_counted_and_what_is_late_is_told_apart(
    council: Council, secretariat: Principal
) -> None:
    before = piles(secretariat)
    assert {number for number, _ in before.values()} == {0}
    for title in ("Koldt herberg", "Ingen bus"):
        raise_challenge(by=system(council), title=title, what="Sådan er det.")
    Challenge.objects.filter(title="Ingen bus").update(answer_due=clock.today() - timedelta(days=1))
    item = AgendaItem.objects.create(council=council, title="Haven", kind="decision")
    Decision.objects.create(
        council=council, item=item, text="Ja.", outcome="adopted", decided_at=clock.now()
    )
    for days in (-1, 1):
        Task.objects.create(
            council=council,
            title="Ring.",
            owner_name="Ida",
            due=clock.today() + timedelta(days=days),
        )
    Message.objects.create(
        council=council, to="a@eksempel.dk", subject="Hej", kind="x", state="failed",
        next_try=clock.now(),
    )  # fmt: skip
    Feed.objects.create(council=council, address="https://x.eksempel", name="X", failures=3)
    after = piles(secretariat)
    assert after["/udfordringer/opgaver/"] == (2, 1)
    assert after["/raadet/opgaver/"] == (2, 1)
    assert after["/udsendt-post/?state=failed"] == (1, 0)
    assert after["/nyheder/kommuner/feeds/"] == (1, 0)
    assert sum(number for number, _ in after.values()) >= 7


def test_the_page_leads_to_each_pile_and_says_what_is_late(
    council: Council, secretariat: Principal, client_as: ClientAs
) -> None:
    raise_challenge(by=system(council), title="Koldt herberg", what="Fyret er ude.")
    Challenge.objects.update(answer_due=clock.today() - timedelta(days=1))
    with CaptureQueriesContext(connection) as asked:
        page = client_as(secretariat).get("/venter/").content.decode()
    assert 'href="/udfordringer/opgaver/"' in page
    assert "1 for sent" in page
    assert len(asked) <= 50  # two a pile, and the frame


def test_nobody_sees_piles_that_they_may_not_work_on(
    council: Council, facilitator: Principal, outsider: Principal, client_as: ClientAs
) -> None:
    raise_challenge(by=system(council), title="Koldt herberg", what="Fyret er ude.")
    assert "/import/" not in piles(facilitator)
    assert piles(outsider)["/udfordringer/opgaver/"] == (0, 0)


def test_the_desk_is_for_those_who_work_here(
    member: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    assert client_as(member).get("/venter/").status_code == 403
    assert client_as(visitor).get("/venter/").status_code in {302, 403}
