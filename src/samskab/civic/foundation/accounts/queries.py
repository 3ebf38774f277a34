from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import QuerySet

from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role

STAFF = (Role.FACILITATOR, Role.SECRETARIAT, Role.ADMINISTRATOR)


def principal_for(user: User, council: Council) -> Principal:
    """The acting person with the roles of this council. One statement."""
    roles = frozenset(
        RoleGrant.objects.filter(council=council, user=user).values_list("role", flat=True)
    )
    return Principal(council, user.pk, str(user), user.email, roles)


def grants_in(council: Council) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.filter(council=council).select_related("user")


def people_with(council: Council, *roles: str) -> QuerySet[User]:
    """Those who have one of these roles in this council, each once."""
    given = RoleGrant.objects.filter(council=council, role__in=roles).values("user")
    return User.objects.filter(pk__in=given, is_active=True).order_by("pk")


def user_with_email(email: str) -> User | None:
    return User.objects.filter(email=email.lower()).first()


def has_second_factor(user_id: int | None) -> bool:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists())


@dataclass(frozen=True)
class SignInWays:
    """How a person gets in, besides the code by mail."""

    passkeys: int
    app: bool
    recovery_codes: bool
    providers: tuple[str, ...]

    @property
    def second_factor(self) -> bool:
        return self.app or self.passkeys > 0


def sign_in_ways(user_id: int) -> SignInWays:
    kinds = list(Authenticator.objects.filter(user_id=user_id).values_list("type", flat=True))
    providers = SocialAccount.objects.filter(user_id=user_id).values_list("provider", flat=True)
    return SignInWays(
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        app=Authenticator.Type.TOTP in kinds,
        recovery_codes=Authenticator.Type.RECOVERY_CODES in kinds,
        providers=tuple(providers),
    )


def is_staff(by: Principal) -> bool:
    return by.has(*STAFF)
