"""The standing cast: the people that every action is tried with."""

from __future__ import annotations

from django.test import Client

from samskab.civic.foundation.accounts.actions import grant_role
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.actions import found_council
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role, system

STAFF = {
    "member": [Role.MEMBER],
    "facilitator": [Role.FACILITATOR],
    "secretariat": [Role.SECRETARIAT],
    "administrator": [Role.ADMINISTRATOR],
}
HOSTS = {"silkeborg": "silkeborg.localhost", "nabo": "nabo.localhost"}


def a_council(slug: str = "silkeborg", *, is_default: bool = False) -> Council:
    return found_council(
        slug=slug, name=slug.capitalize(), hosts=[HOSTS[slug]], is_default=is_default
    )


def a_person(council: Council, name: str, roles: list[Role] | None = None) -> Principal:
    """A real account with its roles, as the acting person."""
    email = f"{name}@{council.slug}.eksempel.dk"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name)
    for role in roles or []:
        grant_role(by=system(council), email=email, role=role)
    return principal_for(user, council)


def client_for(principal: Principal) -> Client:
    client = Client(HTTP_HOST=HOSTS[principal.council.slug])
    if principal.user_id:
        user = User.objects.get(pk=principal.user_id)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def grant_everything(council: Council, user: User) -> None:
    """Every role of a council."""
    for role in Role:
        grant_role(by=system(council), email=user.email, role=role)
