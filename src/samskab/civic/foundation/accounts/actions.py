from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.accounts.queries import user_with_email
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal, Role


@action("accounts.open_account")
def open_account(*, by: Principal, email: str) -> User:
    """The account of a person who has just proved to read mail at this address."""
    user, created = _user(email)
    _confirm_address(user)
    if created:
        record(by, "accounts.open_account", user)
    return user


def _user(email: str, name: str = "") -> tuple[User, bool]:
    """The account with this address; made when there is none, once under two requests."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(
            _("Write an e-mail address, as in name@example.org."), field="email"
        ) from None
    if found := user_with_email(email):
        return found, False
    try:
        with transaction.atomic():
            return User.objects.create_user(email, name), True
    except IntegrityError:
        return User.objects.get(email=email), False


def _confirm_address(user: User) -> None:
    address, _created = EmailAddress.objects.get_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    if not address.verified:
        address.verified = True
        address.save(update_fields=["verified"])
        address.set_as_primary()


@action("accounts.manage_roles")
def grant_role(*, by: Principal, email: str, role: str, name: str = "") -> RoleGrant:
    """Gives a role to the person with this e-mail; the account is made when there is none."""
    if role not in Role.values:
        raise Invalid(_("There is no such role."), field="role")
    user, _created = _user(email, name)
    grant: RoleGrant
    grant, created = RoleGrant.objects.get_or_create(council=by.council, user=user, role=role)
    if created:
        record(by, "accounts.grant_role", user, role=role)
    return grant


@action("accounts.manage_roles", on="grant")
def withdraw_role(*, by: Principal, grant: RoleGrant) -> None:
    """Never the last administrator: the council is held, so that two cannot remove each other."""
    locked(by.council)
    others = RoleGrant.objects.filter(council=by.council, role=grant.role).exclude(pk=grant.pk)
    if grant.role == Role.ADMINISTRATOR and not others.exists():
        raise Conflict(_("This is the last administrator. Give the role to another person first."))
    record(by, "accounts.withdraw_role", grant.user, role=grant.role)
    grant.delete()


@action("accounts.edit_self")
def rename_self(*, by: Principal, name: str) -> User:
    user: User = User.objects.get(pk=by.user_id or 0)
    user.name = name.strip()
    user.save(update_fields=["name"])
    record(by, "accounts.rename_self", user)
    return user


@action("accounts.manage_roles")
def add_account(*, by: Principal, email: str, name: str = "") -> User:
    """An account without any role; one that exists is left as it is."""
    user = User.objects.filter(email=email.lower()).first()
    if user is None:
        user = User.objects.create_user(email, name)
        record(by, "accounts.add_account", user)
    return user
