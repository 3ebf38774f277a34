from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import CouncilRow, Guarded, GuardedManager
from samskab.civic.foundation.core.principal import Principal, Role


class UserManager(GuardedManager, BaseUserManager["User"]):
    def create_user(self, email: str, name: str = "", **fields: Any) -> User:
        user = User(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_unusable_password()
        user.save()
        return user


class User(Guarded, AbstractBaseUser):
    """A person who can sign in. Belongs to the installation; roles belong to a council."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.name or self.email.partition("@")[0]


class RoleGrant(CouncilRow):
    """A role that a person has in a council."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["user__name", "role"]
        indexes = [models.Index(fields=["council", "-since", "-id"], name="role_list")]
        constraints = [
            models.UniqueConstraint(fields=["council", "user", "role"], name="role_once")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()}"


class Authored(models.Model):
    """Who wrote it: the account when there is one, and the name to show."""

    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    author_name = models.CharField(_("name"), max_length=80, blank=True)
    created = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        abstract = True

    def sign(self, by: Principal, name: str = "") -> None:
        """Puts the acting person on the row. `name` is for those without an account."""
        self.author_id = by.user_id
        self.author_name = name or by.name
