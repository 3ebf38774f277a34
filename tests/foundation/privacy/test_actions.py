from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from samskab.civic.foundation.accounts.actions import grant_role, open_account
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.errors import Conflict, NotAllowed
from samskab.civic.foundation.core.models import Council, LogEntry, Receipt
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.queries import verify_log
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.foundation.privacy.actions import (
    erase_own,
    export_own,
    run_retention,
    run_retention_everywhere,
)

As = Callable[[Principal], Client]


def write_to(council: Council, to: str) -> Message:
    message = notify(council=council, to=to, subject="Nyt", text="Hej", kind="test")
    assert message is not None
    return message


# --- a copy --------------------------------------------------------------------------------


def test_a_copy_holds_what_is_about_the_person_and_nobody_else(
    member: Principal, participant: Principal, other_council: Council
) -> None:
    write_to(other_council, member.email.upper())
    write_to(member.council, participant.email)
    found = export_own(by=member)
    assert [row["email"] for row in found["accounts.user"]] == [member.email]
    assert [row["role"] for row in found["accounts.rolegrant"]] == ["member"]
    assert [row["council"] for row in found["notifications.message"]] == [other_council.pk]
    assert participant.email not in str(found)


def test_taking_a_copy_is_logged_without_content(member: Principal) -> None:
    export_own(by=member)
    entry = LogEntry.objects.first()
    assert entry.verb == "privacy.export_own"
    assert set(entry.data) == {"rows"}


def test_a_visitor_has_no_copy_to_take(visitor: Principal) -> None:
    with pytest.raises(NotAllowed):
        export_own(by=visitor)


def test_the_copy_comes_as_a_file(client_as: As, member: Principal) -> None:
    browser = client_as(member)
    assert browser.get("/privatliv/mine-data/").status_code == 405
    answer = browser.post("/privatliv/mine-data/")
    assert answer["Content-Disposition"] == 'attachment; filename="mine-data.json"'
    assert answer.json()["accounts.user"][0]["email"] == member.email


# --- erasing -------------------------------------------------------------------------------


def test_erasing_removes_the_person_and_nobody_else(
    member: Principal, participant: Principal
) -> None:
    open_account(by=member, email=member.email)
    write_to(member.council, member.email)
    kept = write_to(member.council, participant.email)
    counts = erase_own(by=member)
    assert counts["accounts.user"] == 1
    assert not User.objects.filter(pk=member.user_id).exists()
    assert not RoleGrant.objects.exists()
    assert not EmailAddress.objects.exists()
    assert list(Message.objects.all()) == [kept]
    assert User.objects.get().email == participant.email


def test_the_log_holds_after_erasing_and_names_nobody(member: Principal) -> None:
    erase_own(by=member)
    assert list(verify_log(Council.objects.get())) == []
    lines = str(list(LogEntry.objects.values()))
    assert member.email not in lines
    assert LogEntry.objects.first().verb == "privacy.erase_own"


def test_the_last_administrator_cannot_leave(administrator: Principal, council: Council) -> None:
    with pytest.raises(Conflict):
        erase_own(by=administrator)
    grant_role(by=administrator, email="ny@eksempel.dk", role="administrator")
    erase_own(by=administrator)
    assert not User.objects.filter(pk=administrator.user_id).exists()


def test_a_visitor_has_nothing_to_erase(visitor: Principal) -> None:
    with pytest.raises(NotAllowed):
        erase_own(by=visitor)


def test_erasing_is_confirmed_on_a_page_that_says_what_happens(
    client_as: As, member: Principal
) -> None:
    browser = client_as(member)
    page = browser.get("/privatliv/slet/").content.decode()
    assert "Dine roller i et råd: Det bliver slettet" in page
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    answer = browser.post("/privatliv/slet/", {"once": once[1]}, follow=True)
    assert not User.objects.exists()
    assert "_auth_user_id" not in browser.session
    assert "Tak, fordi du var med" in answer.content.decode()
    assert browser.get("/privatliv/slet/")["Location"].startswith("/log-ind/")


def test_the_last_administrator_is_told_on_the_page(
    client_as: As, administrator: Principal
) -> None:
    answer = client_as(administrator).post("/privatliv/slet/")
    assert answer.status_code == 409
    assert "den sidste administrator i Silkeborg" in answer.content.decode()


# --- retention -----------------------------------------------------------------------------


def age(rows: Any, field: str, days: int) -> None:
    rows.update(**{field: timezone.now() - timedelta(days=days)})


def test_sent_mail_is_kept_thirty_days_in_each_council(
    council: Council, other_council: Council
) -> None:
    old, new, elsewhere = (
        write_to(council, "a@eksempel.dk"),
        write_to(council, "b@eksempel.dk"),
        write_to(other_council, "c@eksempel.dk"),
    )
    age(Message.objects.filter(pk__in=[old.pk, elsewhere.pk]), "created", 31)
    age(Message.objects.filter(pk=new.pk), "created", 29)
    assert run_retention(council=council) == {"notifications.message": 1}
    assert set(Message.objects.all()) == {new, elsewhere}
    assert run_retention(council=council) == {}
    assert LogEntry.objects.filter(verb="privacy.run_retention").count() == 1


def test_more_rows_than_one_chunk_are_erased(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("samskab.civic.foundation.privacy.actions.CHUNK", 2)
    for n in range(5):
        write_to(council, f"{n}@eksempel.dk")
    age(Message.objects.all(), "created", 31)
    assert run_retention(council=council) == {"notifications.message": 5}


def test_receipts_of_forms_are_kept_a_week(council: Council) -> None:
    Receipt.objects.create(council=council, once="1", url="/hemmelig/")
    age(Receipt.objects.all(), "at", 8)
    run_retention(council=council)
    assert not Receipt.objects.exists()


def test_accounts_without_a_role_go_after_two_years_unused(
    council: Council, participant: Principal, member: Principal
) -> None:
    recent = User.objects.create_user("ny@eksempel.dk")
    age(User.objects.all(), "joined", 800)
    age(User.objects.filter(pk=recent.pk), "last_login", 10)
    assert run_retention_everywhere()["accounts.user"] == 1
    assert set(User.objects.values_list("pk", flat=True)) == {member.user_id, recent.pk}


def test_old_sessions_are_cleared(council: Council) -> None:
    Session.objects.create(
        session_key="old", session_data="x", expire_date=timezone.now() - timedelta(days=1)
    )
    run_retention_everywhere()
    assert not Session.objects.exists()


# --- the public record ---------------------------------------------------------------------


def test_the_record_is_public_and_comes_from_the_declarations(
    client_as: As, visitor: Principal
) -> None:
    page = client_as(visitor).get("/privatliv/fortegnelse/").content.decode()
    assert "Dine roller i et råd" in page
    assert "30 dage" in page
    assert "En opgave i samfundets interesse (GDPR artikel 6.1.e)" in page


def test_the_record_is_there_in_english(client_as: As, visitor: Principal) -> None:
    page = client_as(visitor).get("/en/privatliv/fortegnelse/").content.decode()
    assert "Your roles in a council" in page


def test_my_page_leads_to_the_data(client_as: As, member: Principal) -> None:
    page = client_as(member).get("/min-side/").content.decode()
    assert 'action="/privatliv/mine-data/"' in page
    assert 'href="/privatliv/slet/"' in page
