"""What the rooms below this one, and the packages for sign-in, keep about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.models import Council, LogEntry, Receipt
from samskab.civic.foundation.privacy.registry import LegalBasis, Person, declare, not_personal

_SIGN_IN = _("To let you sign in, and nobody else as you")


def _out_of_use(limit: datetime) -> Any:
    """Accounts without a role that nobody has signed in to since then."""
    asleep = Q(last_login__lt=limit) | Q(last_login__isnull=True, joined__lt=limit)
    return User.objects.filter(asleep, grants__isnull=True)


declare(
    User,
    ["email", "name", "joined", "last_login"],
    what=_("Your account: e-mail, name, and when you signed in last"),
    purpose=_SIGN_IN,
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=730,
    due=_out_of_use,
    about=lambda person: Q(pk=person.user_id),
)
declare(
    RoleGrant,
    ["user", "role"],
    what=_("Your roles in a council"),
    purpose=_("To know who may do what"),
    legal_basis=LegalBasis.PUBLIC_TASK,
)
declare(
    EmailAddress,
    ["user", "email"],
    what=_("Your e-mail, and whether you have shown that it is yours"),
    purpose=_SIGN_IN,
    legal_basis=LegalBasis.PUBLIC_TASK,
)
declare(
    Authenticator,
    ["user", "type", "created_at", "last_used_at"],
    what=_("Your passkeys and app: their kind, and when they were used"),
    purpose=_SIGN_IN,
    legal_basis=LegalBasis.PUBLIC_TASK,
)
declare(
    SocialAccount,
    ["user", "provider", "uid", "extra_data"],
    what=_("What your organisation told us when you signed in through it"),
    purpose=_SIGN_IN,
    legal_basis=LegalBasis.PUBLIC_TASK,
)
declare(
    Session,
    ["session_data"],
    what=_("That your browser is signed in"),
    purpose=_("To keep you signed in while you use the site"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=14,
    since="expire_date",
    about=lambda person: Q(),
)


def _log_lines(person: Person) -> Q:
    return Q(who=f"user:{person.user_id}") if person.user_id else Q()


declare(
    LogEntry,
    ["who", "verb", "subject"],
    what=_("The number of your account beside what you did; no name, no text"),
    purpose=_("To show afterwards that decisions came about in the right way"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="keep",
    about=_log_lines,
)
declare(
    Receipt,
    ["url"],
    what=_("Which page a form led to"),
    purpose=_("To carry out a form once, also when it is sent twice"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    retention_days=7,
    about=lambda person: Q(),
)

not_personal(Council, "name", "contact_email", reason="the council's own name and address")
not_personal(SocialApp, "name", reason="the name of the organisation's sign-in")
not_personal(Group, "name", reason="not used")
not_personal(Permission, "name", reason="the name of a permission")
not_personal(DBTaskResult, "queue_name", "backend_name", reason="names of machinery")
