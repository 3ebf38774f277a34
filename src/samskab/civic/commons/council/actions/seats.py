"""Seats, who holds them, and who steps in."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council.actions.common import (
    check_choice,
    check_own,
    filled,
)
from samskab.civic.commons.council.actions.meetings import invited_now, tell_of_seats
from samskab.civic.commons.council.models import (
    Seat,
    Sector,
    Term,
)
from samskab.civic.foundation.accounts.actions import grant_role, withdraw_role
from samskab.civic.foundation.accounts.models import RoleGrant, User
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.principal import Principal, Role, system


@action("council.edit_seats")
def add_seat(
    *,
    by: Principal,
    sector: str,
    title: str,
    title_en: str = "",
    order: int | None = None,
    sector_assumed: bool = False,
    source: str = "",
    is_example: bool = False,
) -> Seat:
    check_choice(Sector, sector, "sector")
    last = Seat.objects.filter(council=by.council).aggregate(n=Max("order"))["n"] or 0
    seat: Seat = Seat.objects.create(
        council=by.council,
        sector=sector,
        sector_assumed=sector_assumed,
        title=filled(title, "title"),
        title_en=title_en.strip(),
        order=last + 1 if order is None else order,
        source=source.strip(),
        is_example=is_example,
    )
    record(by, "council.add_seat", seat, sector=sector)
    return seat


@action("council.edit_seats", on="seat")
def edit_seat(
    *,
    by: Principal,
    seat: Seat,
    sector: str,
    title: str,
    title_en: str = "",
    sector_assumed: bool = False,
    seen: int | None = None,
) -> Seat:
    check_choice(Sector, sector, "sector")
    seat.sector, seat.sector_assumed = sector, sector_assumed
    seat.title, seat.title_en = filled(title, "title"), title_en.strip()
    seat.save()
    record(by, "council.edit_seat", seat, sector=sector)
    return seat


@action("council.edit_seats", on="seat")
def seat_person(
    *,
    by: Principal,
    seat: Seat,
    holder_name: str,
    organisation: str = "",
    position: str = "",
    email: str = "",
    since: date | None = None,
    is_substitute: bool = False,
    same_as: Term | None = None,
) -> Term:
    """Gives a vacant seat to a person, or a seat its substitute, who votes when the member is
    away. With an e-mail the person may sign in as a member. `same_as` is an earlier term of the
    same person; without it, only the same account makes two terms one person's."""
    check_own(by, same_as)
    before = invited_now(by)
    former = seat.terms.filter(is_substitute=is_substitute)
    if former.filter(until__isnull=True).exists():
        if is_substitute:
            raise Conflict(_("The seat has a substitute. End that term first."))
        raise Conflict(_("Somebody holds this seat. End that term first."))
    _check_since(former, since)
    name = filled(holder_name, "holder_name")
    user = _member(by, email, name) if email else None
    person = _person(by, same_as, user)
    try:
        with transaction.atomic():
            term: Term = Term.objects.create(
                council=by.council,
                seat=seat,
                holder_name=name,
                organisation=organisation.strip(),
                position=position.strip(),
                user=user,
                person=person,
                since=since,
                is_substitute=is_substitute,
            )
    except IntegrityError:
        message = _("This person holds another seat. One person has one seat.")
        raise Conflict(message, field="email") from None
    tell_of_seats(before, by)
    record(by, "council.seat_person", term, seat=seat.pk, signs_in=user is not None)
    return term


def _person(by: Principal, same_as: Term | None, user: User | None) -> Term | None:
    """The first term of this person, if they have sat here before."""
    rows = Term.objects.filter(council=by.council).order_by("pk")
    known = rows.filter(user=user).first() if user else None
    chosen = same_as or known
    if chosen is None:
        return None
    own = rows.filter(Q(pk=chosen.person_key) | Q(person=chosen.person_key))
    accounts = set(own.exclude(user=None).values_list("user", flat=True))
    if user and (accounts - {user.pk} or (known and known.person_key != chosen.person_key)):
        raise Invalid(_("That person signs in with another e-mail."), field="same_as")
    if own.filter(until__isnull=True).exists():
        message = _("This person holds another seat. One person has one seat.")
        raise Conflict(message, field="same_as" if same_as else "email")
    return own.first()


def _check_since(former: models.QuerySet[Term], since: date | None) -> None:
    if since is not None and since > timezone.localdate():
        raise Invalid(_("The date is in the future. Seat the person on the day."), field="since")
    last = former.aggregate(day=Max("until"))["day"]
    if last is not None and since is not None and since < last:
        raise Invalid(_("Another person held the seat on that day."), field="since")
    if last is not None and since is None:
        raise Invalid(_("Write when the person took the seat."), field="since")


def _member(by: Principal, email: str, name: str) -> User:
    """The secretariat may make members, and no other role; the log says that it was here."""
    grant = grant_role(by=system(by.council), email=email, role=Role.MEMBER, name=name)
    return grant.user


@action("council.edit_seats", on="term")
def end_term(*, by: Principal, term: Term, until: date | None = None) -> Term:
    """Ends a term, and with it the role that came with the seat."""
    today = timezone.localdate()
    until = until or today
    if term.until is not None:
        raise Conflict(_("This term has ended already."))
    if until > today:
        raise Invalid(_("The date is in the future. End the term on the day."), field="until")
    if term.since is not None and until < term.since:
        raise Invalid(_("The term cannot end before it began."), field="until")
    before = invited_now(by)
    term.until = until
    term.save(update_fields=["until"])
    _withdraw_membership(by, term)
    tell_of_seats(before, by)
    record(by, "council.end_term", term, seat=term.seat_id)
    return term


def _withdraw_membership(by: Principal, term: Term) -> None:
    grants = RoleGrant.objects.filter(council=by.council, user=term.user_id, role=Role.MEMBER)
    for grant in grants:
        withdraw_role(by=system(by.council), grant=grant)
