from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress

from samskab.civic.foundation.accounts.actions import (
    grant_role,
    open_account,
    rename_self,
    withdraw_role,
)
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, Role


def grant_of(person: Principal) -> RoleGrant:
    return RoleGrant.objects.get(user=person.user_id, council=person.council)


def test_an_administrator_gives_a_role_to_somebody_new(administrator: Principal) -> None:
    grant = grant_role(by=administrator, email="Ny@Eksempel.dk", role="member", name="Ny")
    assert (grant.user.email, grant.user.name, grant.role) == ("ny@eksempel.dk", "Ny", "member")
    last = LogEntry.objects.first()
    assert (last.verb, last.data) == ("accounts.grant_role", {"role": "member"})


def test_giving_the_same_role_twice_gives_it_once(administrator: Principal) -> None:
    first = grant_role(by=administrator, email="ny@eksempel.dk", role="member")
    before = LogEntry.objects.count()
    assert grant_role(by=administrator, email="NY@eksempel.dk", role="member") == first
    assert LogEntry.objects.count() == before


@pytest.mark.parametrize("cast", ["visitor", "participant", "member", "facilitator", "secretariat"])
def test_others_cannot_give_roles(cast: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(NotAllowed):
        grant_role(by=request.getfixturevalue(cast), email="ny@eksempel.dk", role="member")
    assert not User.objects.filter(email="ny@eksempel.dk").exists()


@pytest.mark.parametrize(
    ("email", "role", "field"), [("ny@eksempel.dk", "king", "role"), ("ny", "member", "email")]
)
def test_a_role_needs_a_real_role_and_address(
    administrator: Principal, email: str, role: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        grant_role(by=administrator, email=email, role=role)
    assert caught.value.field == field


def test_a_role_is_withdrawn(administrator: Principal, member: Principal) -> None:
    withdraw_role(by=administrator, grant=grant_of(member))
    assert not RoleGrant.objects.filter(user=member.user_id).exists()


def test_withdrawing_twice_finds_nothing_the_second_time(
    administrator: Principal, member: Principal
) -> None:
    grant = grant_of(member)
    withdraw_role(by=administrator, grant=grant)
    with pytest.raises(NotFound):
        withdraw_role(by=administrator, grant=grant)


def test_the_last_administrator_stays(administrator: Principal) -> None:
    with pytest.raises(Conflict):
        withdraw_role(by=administrator, grant=grant_of(administrator))
    assert grant_of(administrator).role == Role.ADMINISTRATOR


def test_an_administrator_elsewhere_finds_no_grant_here(
    outsider: Principal, member: Principal
) -> None:
    with pytest.raises(NotFound):
        withdraw_role(by=outsider, grant=grant_of(member))


def test_a_person_changes_the_own_name(participant: Principal) -> None:
    assert rename_self(by=participant, name="  Ada ").name == "Ada"


def test_a_visitor_has_no_name_to_change(visitor: Principal) -> None:
    with pytest.raises(NotAllowed):
        rename_self(by=visitor, name="Ada")


def test_a_name_with_a_cpr_number_is_not_kept(participant: Principal) -> None:
    with pytest.raises(Invalid):
        rename_self(by=participant, name="Ada 010190-1234")
    assert User.objects.get(pk=participant.user_id).name == "participant"


def test_opening_an_account_twice_makes_one(visitor: Principal) -> None:
    first = open_account(by=visitor, email="ny@eksempel.dk")
    assert open_account(by=visitor, email="NY@eksempel.dk") == first
    address = EmailAddress.objects.get(user=first)
    assert (address.email, address.verified, address.primary) == ("ny@eksempel.dk", True, True)


def test_an_account_holds_in_every_council_its_roles_in_one(
    council: Council, other_council: Council, administrator: Principal
) -> None:
    from samskab.civic.foundation.accounts.queries import people_with, principal_for

    grant = grant_role(by=administrator, email="ny@eksempel.dk", role="member")
    assert principal_for(grant.user, council).roles == {"member"}
    assert principal_for(grant.user, other_council).roles == frozenset()
    assert list(people_with(council, "member", "facilitator")) == [grant.user]
    assert list(people_with(other_council, "member")) == []
