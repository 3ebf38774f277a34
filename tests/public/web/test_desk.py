"""The desk: what waits, as each room tells it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.commons.council.models import AgendaItem, Decision, Meeting, Task
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import waiting
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.challenges.actions import raise_challenge
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.news.models import Feed

ClientAs = Callable[[Principal], Client]


def placed(by: Principal) -> list[str]:
    return [pile.href for pile in waiting(by) if pile.number]


def piles(by: Principal) -> dict[str, tuple[int, int]]:
    """Several piles may lead to one page; the first that holds something stands for it."""
    found: dict[str, tuple[int, int]] = {}
    for pile in waiting(by):
        if not any(found.get(pile.href, ())):
            found[pile.href] = (pile.number, pile.late)
    return found


def test_every_pile_is_counted_and_what_is_late_is_told_apart(
    council: Council, secretariat: Principal
) -> None:
    before = piles(secretariat)
    before.pop("/raadet/kultur/")  # in the last months of a year it waits from the start
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


def test_what_is_late_comes_first_and_what_has_waited_longest_before_that(
    council: Council, secretariat: Principal
) -> None:
    with clock.at(clock.now().replace(month=5, day=5)):  # not the season of the survey
        today = clock.today()
        Feed.objects.create(council=council, address="https://x.eksempel", name="X", failures=3)
        raise_challenge(by=system(council), title="Koldt herberg", what="Fyret er ude.")
        Challenge.objects.update(answer_due=today - timedelta(days=1))
        Task.objects.create(
            council=council, title="Ring.", owner_name="Ida", due=today - timedelta(days=9)
        )
        feeds, queue, tasks = (
            "/nyheder/kommuner/feeds/",
            "/udfordringer/opgaver/",
            "/raadet/opgaver/",
        )
        found = placed(secretariat)
        assert (found[:2], found[-1]) == ([tasks, queue], feeds)
        Task.objects.update(due=today + timedelta(days=3))
        found = placed(secretariat)
        assert (found[:2], found[-1]) == ([queue, tasks], feeds)
        assert next(pile.due for pile in waiting(secretariat)) == today - timedelta(days=1)


def test_an_agenda_is_to_be_sent_two_weeks_ahead_and_late_in_the_last(
    council: Council, secretariat: Principal
) -> None:
    def meeting(days: int, status: str = "planned") -> None:
        start = clock.now() + timedelta(days=days)
        Meeting.objects.create(
            council=council, title="Rådet", starts_at=start, ends_at=start + timedelta(hours=2),
            status=status,
        )  # fmt: skip

    for days in (20, 12, 3, -2):
        meeting(days)
    meeting(4, "invited")
    assert piles(secretariat)["/raadet/moeder/"] == (2, 1)


def test_empty_piles_are_folded_to_one_line(
    council: Council, secretariat: Principal, client_as: ClientAs
) -> None:
    Feed.objects.create(council=council, address="https://x.eksempel", name="X", failures=3)
    page = client_as(secretariat).get("/venter/").content.decode()
    before, folded = page.split("<main", 1)[1].split('<details class="details">', 1)
    assert 'href="/nyheder/kommuner/feeds/"' in before
    inside = folded.split("</details>", 1)[0]
    empty = sum(not pile.number for pile in waiting(secretariat))
    assert inside.count("<li>") == empty
    assert f"{empty} bunker er tomme" in inside
    assert 'href="/udfordringer/opgaver/"' not in before
