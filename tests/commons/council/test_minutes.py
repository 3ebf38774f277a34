"""Minutes: two who write at once, the members' yes, and what is published."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import timedelta
from html import unescape

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.models import AgendaItem, Approval, Meeting, Term
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal

As = Callable[[Principal], Client]


def url(name: str, pk: int) -> str:
    return reverse(f"council:{name}", args=[pk])


class Tab:
    """A browser tab that has the form open, and sends what it got back with its own words."""

    def __init__(self, client: Client, address: str) -> None:
        self.client, self.address = client, address
        self.read(client.get(address).content.decode())

    def read(self, html: str) -> None:
        self.html = html
        self.fields = {
            name: unescape(value)
            for name, value in re.findall(
                r'<input type="hidden" name="(\w+)" value="([^"]*)"', html
            )
        }
        areas = re.findall(r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL)
        self.fields |= {name: unescape(value) for name, value in areas}

    def send(self, minutes: str) -> int:
        answer = self.client.post(self.address, self.fields | {"minutes": minutes})
        if answer.status_code != 302:
            self.read(answer.content.decode())
        return answer.status_code


@pytest.fixture
def begun(secretariat: Principal, convened: Meeting, item: AgendaItem) -> AgendaItem:
    text = "Anna bød velkommen.\nVi talte om lamper."
    return actions.write_minutes(by=secretariat, item=item, minutes=text)


def test_two_tabs_that_add_at_once_lose_no_word(
    secretariat: Principal, begun: AgendaItem, client_as: As
) -> None:
    first, second = (Tab(client_as(secretariat), url("minutes", begun.pk)) for _tab in range(2))
    assert first.fields["base"] == begun.minutes
    assert first.send("Anna bød velkommen.\r\nVi talte om lamper.\r\nBo var imod.") == 302
    assert second.send("Kl. 16.\r\nAnna bød velkommen.\r\nVi talte om lamper.\r\nTak.") == 302
    begun.refresh_from_db()
    assert begun.minutes.splitlines() == [
        "Kl. 16.", "Anna bød velkommen.", "Vi talte om lamper.", "Bo var imod.", "Tak.",
    ]  # fmt: skip


def test_two_tabs_that_change_the_same_line_see_both_and_decide(
    secretariat: Principal, begun: AgendaItem, client_as: As
) -> None:
    first, second = (Tab(client_as(secretariat), url("minutes", begun.pk)) for _tab in range(2))
    assert first.send("Anna bød velkommen.\r\nVi talte om nye lamper.") == 302
    mine = "Anna bød velkommen.\r\nVi talte om gamle lamper."
    assert second.send(mine) == 409
    assert "Vi talte om nye lamper." in second.html
    assert "Vi talte om gamle lamper." in second.fields["minutes"]
    begun.refresh_from_db()
    assert begun.minutes.endswith("nye lamper.")
    assert second.send("Anna bød velkommen.\r\nVi talte om nye og gamle lamper.") == 302
    begun.refresh_from_db()
    assert begun.minutes.endswith("nye og gamle lamper.")


def test_minutes_of_the_whole_meeting_are_kept_together_too(
    secretariat: Principal, convened: Meeting, client_as: As
) -> None:
    address = url("meeting_minutes", convened.pk)
    first, second = (Tab(client_as(secretariat), address) for _tab in range(2))
    assert (first.send("Et."), second.send("To.")) == (302, 302)
    convened.refresh_from_db()
    assert convened.minutes.splitlines() == ["Et.", "To."]


@pytest.mark.django_db(transaction=True)
def test_twelve_who_save_in_the_same_moment_are_all_there(
    secretariat: Principal, begun: AgendaItem
) -> None:
    failed: list[Exception] = []

    def save(number: int) -> None:
        text = f"{begun.minutes}\nLinje {number}."
        try:
            actions.write_minutes(by=secretariat, item=begun, minutes=text, base=begun.minutes)
        except CivicError as error:  # pragma: no cover - shown by the assertion below
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = AgendaItem.objects.get(pk=begun.pk).minutes.splitlines()
    assert failed == []
    assert sorted(kept[2:]) == sorted(f"Linje {number}." for number in range(12))


def test_minutes_that_grow_too_long_together_are_refused(
    secretariat: Principal, begun: AgendaItem
) -> None:
    actions.write_minutes(
        by=secretariat, item=begun, minutes=begun.minutes + "\n" + "a" * 15_000, base=begun.minutes
    )
    with pytest.raises(Invalid):
        actions.write_minutes(
            by=secretariat, item=begun, minutes=begun.minutes + "\n" + "b" * 15_000,
            base=begun.minutes,
        )  # fmt: skip


# --- approved ----------------------------------------------------------------------------------


@pytest.fixture
def held(secretariat: Principal, convened: Meeting, begun: AgendaItem) -> Meeting:
    actions.decide(by=secretariat, item=begun, text="Ja.", outcome="adopted")
    return actions.close_meeting(by=secretariat, meeting=convened)


def test_the_members_are_asked_and_more_than_half_have_to_say_yes(
    secretariat: Principal,
    held: Meeting,
    people: list[Principal],
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        actions.send_minutes(by=secretariat, meeting=held)
    assert len(mail.outbox) == 4
    assert url("approve_minutes", held.pk) in mail.outbox[0].body
    for person in people[:2]:
        for _click in range(2):
            actions.approve_minutes(by=person, meeting=held)
    with pytest.raises(Conflict):
        actions.publish_minutes(by=secretariat, meeting=held)
    actions.approve_minutes(by=people[2], meeting=held)
    assert actions.publish_minutes(by=secretariat, meeting=held).minutes_published


def test_after_two_weeks_silence_is_a_yes(secretariat: Principal, held: Meeting) -> None:
    actions.send_minutes(by=secretariat, meeting=held)
    with clock.at(clock.now() + timedelta(days=14, minutes=1)):
        assert actions.publish_minutes(by=secretariat, meeting=held).minutes_published


def test_a_remark_is_published_with_the_minutes(
    secretariat: Principal,
    visitor: Principal,
    held: Meeting,
    people: list[Principal],
    client_as: As,
) -> None:
    actions.send_minutes(by=secretariat, meeting=held)
    member = client_as(people[0])
    page = member.get(url("approve_minutes", held.pk)).content.decode()
    assert "Vi talte om lamper." in page
    answer = {"remark": "Jeg var imod."}
    assert member.post(url("approve_minutes", held.pk), answer).status_code == 302
    for person in people[1:4]:
        actions.approve_minutes(by=person, meeting=held)
    actions.publish_minutes(by=secretariat, meeting=held)
    shown = client_as(visitor).get(url("meeting", held.pk)).content.decode()
    assert "Jeg var imod." in shown
    assert "3 af 4" in shown


def test_a_yes_to_another_text_is_no_yes(
    secretariat: Principal, held: Meeting, begun: AgendaItem, people: list[Principal]
) -> None:
    actions.send_minutes(by=secretariat, meeting=held)
    seen = Meeting.objects.get().version
    actions.approve_minutes(by=people[0], meeting=held, seen=seen)
    actions.write_minutes(by=secretariat, item=begun, minutes="Noget helt andet.")
    assert Approval.objects.count() == 0
    assert queries.approved(held).said_yes == 0
    with pytest.raises(Conflict):
        actions.approve_minutes(by=people[0], meeting=held, seen=seen)


def test_only_those_who_were_there_approve(
    secretariat: Principal,
    held: Meeting,
    people: list[Principal],
    member: Principal,
    facilitator: Principal,
    visitor: Principal,
    outsider: Principal,
    terms: list[Term],
) -> None:
    for person in (people[4], member):
        with pytest.raises(Invalid):
            actions.approve_minutes(by=person, meeting=held)
    for person in (facilitator, visitor):
        with pytest.raises(NotAllowed):
            actions.approve_minutes(by=person, meeting=held)
        with pytest.raises(NotAllowed):
            actions.send_minutes(by=person, meeting=held)
    for attempt in (actions.approve_minutes, actions.send_minutes):
        with pytest.raises(NotFound):
            attempt(by=outsider, meeting=held)
    actions.publish_minutes(by=secretariat, meeting=held)
    with pytest.raises(Conflict):
        actions.approve_minutes(by=people[0], meeting=held)
    with pytest.raises(Conflict):
        actions.send_minutes(by=secretariat, meeting=held)
