from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum.dk import cvr as cvr_numbers
from stdnum.exceptions import ValidationError

from samskab.civic.commons.actors import queries
from samskab.civic.commons.actors.models import (
    MAX_DEPTH,
    Actor,
    Category,
    FreshLink,
    Offer,
    Representative,
    Sector,
    today,
)
from samskab.civic.commons.actors.queries import pointers
from samskab.civic.commons.actors.rules import represents
from samskab.civic.commons.actors.sections import keepings
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.actions import action, check_seen, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound, Text
from samskab.civic.foundation.core.links import digest, new_token
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role, system
from samskab.civic.foundation.notifications.actions import notify


# --- categories --------------------------------------------------------------------------------
@action("actors.sort")
def add_category(
    *,
    by: Principal,
    kind: str,
    slug: str = "",
    name_da: str,
    name_en: str = "",
    parent: Category | None = None,
) -> Category:
    """A new word to sort by. Without a slug it is made from the Danish name."""
    if kind not in Category.Kind.values:
        raise Invalid(gettext_lazy("Choose what kind of word it is."), field="kind")
    missing = gettext_lazy("Write a name with letters in it.")
    row = Category(council=by.council, kind=kind)
    row.name_da = plain_name(name_da, "name_da", missing)
    row.name_en = plain_name(name_en, "name_en", missing) if name_en.strip() else ""
    row.slug = slug_of(slug or row.name_da)
    if not row.slug:
        raise Invalid(missing, field="name_da")
    if parent is not None:
        _hold_words(by)
        row.parent = _room_below(by, row, parent)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy("There is a word of this name already."), field="name_da"
        ) from None
    record(by, "actors.add_category", row, kind=kind)
    return row


def slug_of(text: str) -> str:
    """A name as part of an address, with the Danish letters written out."""
    plain = text.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    return slugify(plain)[:60]


@action("actors.sort")
def seed_words(*, by: Principal) -> int:
    """The words of the field, for a council to begin with; how many were added.

    A word that is there already stays as it is, so that doing it twice changes nothing.
    """
    _hold_words(by)
    there = {(row.kind, row.slug): row for row in Category.objects.filter(council=by.council)}
    added = []
    for kind, rows in queries.first_words().items():
        new = [row for row in rows if (kind, row["slug"]) not in there]
        for row in new:
            names = {"name_da": row["name_da"], "name_en": row["name_en"]}
            word = Category(council=by.council, kind=kind, slug=row["slug"], **names)
            word.save()
            there[kind, word.slug] = word
            added.append(word)
        for row in new:
            if wider := there.get((kind, row.get("parent", ""))):
                word = there[kind, row["slug"]]
                word.parent = wider.merged_into or wider
                word.save()
    record(by, "actors.seed_words", added=len(added))
    return len(added)


@action("actors.sort")
def rename_category(
    *,
    by: Principal,
    category: Category,
    name_da: str,
    name_en: str = "",
    seen: int | None = None,
) -> Category:
    """The slug stays, so that links to it still work."""
    category = _word(by, category, seen)
    missing = gettext_lazy("Write the name in Danish.")
    name = plain_name(name_da, "name_da", missing)
    english = plain_name(name_en, "name_en", missing) if name_en.strip() else ""
    _hold_words(by)
    alike = queries.categories(by.council, category.kind).exclude(pk=category.pk)
    if name.casefold() in (other.casefold() for other in alike.values_list("name_da", flat=True)):
        raise Invalid(
            gettext_lazy("Another word has this name. Merge the two instead."), field="name_da"
        )
    category.name_da, category.name_en = name, english
    category.save()
    record(by, "actors.rename_category", category)
    return category


@action("actors.sort")
def move_category(
    *, by: Principal, category: Category, parent: Category | None, seen: int | None = None
) -> Category:
    """Puts a word, with all below it, under a wider one or at the top."""
    category = _word(by, category, seen)
    _hold_words(by)
    if category.merged_into_id:
        raise Conflict(gettext_lazy("One of the words has been merged already."))
    category.parent = None if parent is None else _room_below(by, category, parent)
    category.save()
    record(by, "actors.move_category", category, parent=category.parent_id)
    return category


def _word(by: Principal, category: Category, seen: int | None) -> Category:
    """The word as it is now, held. Rows that point to it may still be written meanwhile: two
    words that are put below each other at once would else wait for each other for ever."""
    rows = Category.objects.select_for_update(no_key=True).filter(council=by.council)
    row: Category | None = rows.filter(pk=category.pk).first()
    if row is None:
        raise NotFound
    check_seen(row, seen)
    return row


def _hold_words(by: Principal) -> None:
    """One at a time arranges the words of a council; two moves at once could make a circle."""
    locked(by.council)


def _room_below(by: Principal, category: Category, parent: Category) -> Category:
    """The wider word, if the word may stand there. Call it while the words are held."""
    rows = Category.objects.select_related("merged_into")
    wider: Category | None = rows.filter(pk=parent.pk).first()
    if wider is None or wider.council_id != by.council.pk:
        raise NotFound
    wider = wider.merged_into or wider
    if wider.kind != category.kind:
        raise Invalid(gettext_lazy("Choose another word of the same kind."), field="parent")
    height = 0
    if category.pk is not None:
        below = queries.with_narrower(category)
        if wider.pk in below:
            raise Invalid(
                gettext_lazy(
                    "“%(wider)s” is below “%(word)s” already, so the two would go in a circle. "
                    "Choose another wider word."
                )
                % {"wider": wider.name, "word": category.name},
                field="parent",
            )
        height = queries.height_of(category)
    if queries.depth_of(wider) + 1 + height >= MAX_DEPTH:
        raise Invalid(
            gettext_lazy("The words would stand in more than %(number)s layers. Choose another.")
            % {"number": MAX_DEPTH},
            field="parent",
        )
    return wider


@action("actors.sort")
def merge_categories(
    *, by: Principal, category: Category, into: Category, seen: int | None = None
) -> Category:
    """Everything that pointed to `category` points to `into`; the old word leads to the new.

    Narrower words move along. When the new word stood below the old one, it takes its place.
    """
    category = _word(by, category, seen)
    if into.council_id != by.council.pk:
        raise NotFound
    _hold_words(by)
    target: Category = Category.objects.get(pk=into.pk)
    if target.pk == category.pk or target.kind != category.kind:
        raise Invalid(gettext_lazy("Choose another word of the same kind."), field="into")
    if category.merged_into_id or target.merged_into_id:
        raise Conflict(gettext_lazy("One of the words has been merged already."))
    if target.pk in queries.with_narrower(category):
        target.parent_id = category.parent_id
        target.save()
    category.parent = None
    category.save()
    try:
        with transaction.atomic():
            moved = sum(_repoint(model, column, category, target) for model, column in pointers())
    except IntegrityError:
        raise Conflict(
            gettext_lazy("Something uses both words at once. Tidy that up first, then merge.")
        ) from None
    category.merged_into = target
    category.save()
    record(by, "actors.merge_categories", category, into=target.pk, moved=moved)
    return target


def _repoint(model: type[Any], column: str, old: Category, new: Category) -> int:
    rows = model._default_manager.filter(**{column: old})
    if model._meta.auto_created:
        _drop_doubles(model, column, old, new)
    return int(rows.update(**{column: new}))


def _drop_doubles(model: type[Any], column: str, old: Category, new: Category) -> None:
    """A row that has both words keeps the new one only."""
    owner = next(
        field.name for field in model._meta.fields if field.is_relation and field.name != column
    )
    has_new = model._default_manager.filter(**{column: new}).values(f"{owner}_id")
    model._default_manager.filter(**{column: old, f"{owner}_id__in": has_new}).delete()


# --- actors ------------------------------------------------------------------------------------
@action("actors.register")
def register_actor(
    *,
    by: Principal,
    sector: str,
    name: str,
    about: str = "",
    website: str = "",
    cvr: str = "",
    area: Category | None = None,
    contact_name: str = "",
    contact_email: str = "",
    is_example: bool = False,
) -> Actor:
    """Whoever registers an actor acts for it; the secretariat registers for others."""
    actor = Actor(council=by.council, is_example=is_example)
    area = of_kind(area, Category.Kind.PLACE, "area")
    fill_actor(actor, sector, name, about, website, cvr, area, contact_name, contact_email)
    _save_once(actor)
    if by.user_id is not None and not by.has(Role.SECRETARIAT):
        Representative.objects.create(council=by.council, actor=actor, user_id=by.user_id)
    record(by, "actors.register_actor", actor, sector=actor.sector)
    return actor


@action("actors.edit", on="actor")
def edit_actor(
    *,
    by: Principal,
    actor: Actor,
    sector: str,
    name: str,
    about: str = "",
    website: str = "",
    cvr: str = "",
    area: Category | None = None,
    contact_name: str = "",
    contact_email: str = "",
    seen: int | None = None,
) -> Actor:
    """Whoever corrects a profile also says that it holds."""
    area = of_kind(area, Category.Kind.PLACE, "area")
    fill_actor(actor, sector, name, about, website, cvr, area, contact_name, contact_email)
    actor.confirmed_on = today()
    _save_once(actor)
    record(by, "actors.edit_actor", actor, sector=actor.sector)
    return actor


def fill_actor(
    actor: Actor,
    sector: str,
    name: str,
    about: str,
    website: str,
    cvr: str,
    area: Category | None,
    contact_name: str,
    contact_email: str,
) -> None:
    """The rules of a profile, the same for a page and for a table. Nothing is saved."""
    if sector not in Sector.values:
        raise Invalid(gettext_lazy("Choose what kind of actor it is."), field="sector")
    actor.name = plain_name(name, "name", gettext_lazy("Write a name."))
    actor.sector, actor.about = sector, tidy(about)
    actor.website, actor.cvr = website, valid_cvr(cvr)
    actor.area = area
    actor.contact_name, actor.contact_email = contact_name.strip(), contact_email.strip()


_TAG = re.compile(r"<\s*/?\s*[a-zA-Z!][^<>]*>")


def plain_name(text: str, field: str, missing: Text) -> str:
    """A name on one line. HTML is refused: it would be shown as it stands, on every list."""
    name = " ".join(text.split())
    if not name:
        raise Invalid(missing, field=field)
    if _TAG.search(name):
        raise Invalid(gettext_lazy("There is HTML in the name. Write plain text."), field=field)
    return name


def tidy(text: str) -> str:
    """Lines end alike, whether they come from a browser or from a spreadsheet."""
    return text.replace("\r\n", "\n").strip()


def valid_cvr(text: str) -> str:
    """The eight digits, or nothing: many groups have no CVR number."""
    if not text.strip():
        return ""
    try:
        return str(cvr_numbers.validate(text))
    except ValidationError:
        raise Invalid(
            gettext_lazy(
                "This is not a CVR number. It has eight digits. "
                "Look at it again, or leave the field empty."
            ),
            field="cvr",
        ) from None


def of_kind(category: Category | None, kind: str, field: str) -> Category | None:
    """A category that was merged meanwhile is replaced by the one it became.

    The word is held until the transaction ends, so that nothing is tied to a word that is being
    merged at the same moment.
    """
    if category is None:
        return None
    held = Category.objects.select_for_update(no_key=True)
    category = held.filter(pk=category.pk).first()
    if category is not None and category.merged_into_id:
        category = category.merged_into
    if category is None or category.kind != kind:
        raise Invalid(gettext_lazy("Choose one from the list."), field=field)
    return category


def _save_once(actor: Actor) -> None:
    try:
        with transaction.atomic():
            actor.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy(
                "There is an actor of this name already. Ask its people to add you, "
                "or ask the secretariat."
            ),
            field="name",
        ) from None


# --- the people of an actor --------------------------------------------------------------------
@action("actors.edit", on="actor")
def add_representative(*, by: Principal, actor: Actor, email: str) -> Representative:
    """Lets the person with this e-mail act for the actor. Adding somebody twice changes nothing."""
    address = email.strip().lower()
    if not address:
        raise Invalid(gettext_lazy("Write the e-mail of the person."), field="email")
    user = User.objects.filter(email=address).first() or User.objects.create_user(address)
    row: Representative
    row, created = Representative.objects.get_or_create(council=by.council, actor=actor, user=user)
    if created:
        record(by, "actors.add_representative", actor, user=user.pk)
        _welcome(actor, user)
    return row


def _welcome(actor: Actor, user: User) -> None:
    url = actor.council.address(reverse("actors:detail", args=[actor.pk]))
    with translation.override(settings.LANGUAGE_CODE):
        values = {"actor": actor.name, "council": actor.council.name, "url": url}
        subject = _("You can now act for %(actor)s") % values
        text = (
            _(
                "You can now act for %(actor)s in %(council)s. "
                "Sign in with this e-mail to write what you do and what you offer.\n\n%(url)s"
            )
            % values
        )
    notify(
        council=actor.council,
        to=user.email,
        subject=subject,
        text=text,
        kind="actors.representative",
    )


@action("actors.remove_representative", on="representative")
def remove_representative(*, by: Principal, representative: Representative) -> None:
    """The last one stays, unless the secretariat takes over."""
    actor = locked(representative.actor)
    others = actor.representatives.exclude(pk=representative.pk)
    if not by.has(Role.SECRETARIAT) and not others.exists():
        raise Conflict(
            gettext_lazy("This is the last person who acts for the actor. Add another one first.")
        )
    record(by, "actors.remove_representative", actor, user=representative.user_id)
    representative.delete()


# --- offers ------------------------------------------------------------------------------------
@action("actors.edit", on="actor")
def publish_offer(
    *,
    by: Principal,
    actor: Actor,
    kind: str,
    category: Category,
    title: str,
    text: str = "",
    quantity: Decimal | None = None,
    unit: str = "",
    period_from: date | None = None,
    period_to: date | None = None,
    area: Category | None = None,
    conditions: str = "",
    wants: str = "",
    is_example: bool = False,
) -> Offer:
    offer = Offer(council=by.council, actor=actor, is_example=is_example)
    offer.on_behalf = on_behalf(by, offer.actor)
    _held(offer, kind, category, area)
    describe_offer(offer, title, text, conditions, wants)
    measure_offer(offer, quantity, unit, period_from, period_to)
    _save_offer(offer)
    record(
        by, "actors.publish_offer", offer, kind=offer.kind, category=offer.category_id,
        on_behalf=offer.on_behalf,
    )  # fmt: skip
    return offer


@action("actors.edit_offer", on="offer")
def edit_offer(
    *,
    by: Principal,
    offer: Offer,
    kind: str,
    category: Category,
    title: str,
    text: str = "",
    quantity: Decimal | None = None,
    unit: str = "",
    period_from: date | None = None,
    period_to: date | None = None,
    area: Category | None = None,
    conditions: str = "",
    wants: str = "",
    seen: int | None = None,
) -> Offer:
    """Whoever corrects an offer also says that it holds."""
    offer.on_behalf = on_behalf(by, offer.actor)
    _held(offer, kind, category, area)
    describe_offer(offer, title, text, conditions, wants)
    measure_offer(offer, quantity, unit, period_from, period_to)
    offer.confirmed_on = today()
    _save_offer(offer)
    record(
        by, "actors.edit_offer", offer, kind=offer.kind, category=offer.category_id,
        on_behalf=offer.on_behalf,
    )  # fmt: skip
    return offer


def on_behalf(by: Principal, actor: Actor) -> bool:
    """The secretariat writes for the actor's people; the page says so."""
    return by.signed_in and by.has(Role.SECRETARIAT) and not represents(by, actor)


def _held(offer: Offer, kind: str, category: Category, area: Category | None) -> None:
    if kind not in Offer.Kind.values:
        raise Invalid(gettext_lazy("Choose if it is a competence or a resource."), field="kind")
    sorted_as = of_kind(category, kind, "category")
    if sorted_as is None:
        raise Invalid(gettext_lazy("Choose one from the list."), field="category")
    offer.kind, offer.category = kind, sorted_as
    offer.area = of_kind(area, Category.Kind.PLACE, "area")


def describe_offer(offer: Offer, title: str, text: str, conditions: str, wants: str) -> None:
    """The rules of what an offer says, the same for a page and for a table."""
    missing = gettext_lazy("Write in a few words what you offer.")
    offer.title = plain_name(title, "title", missing)
    offer.text, offer.conditions, offer.wants = tidy(text), tidy(conditions), tidy(wants)


def measure_offer(
    offer: Offer,
    quantity: Decimal | None,
    unit: str,
    period_from: date | None,
    period_to: date | None,
) -> None:
    """The rules of how much and when, the same for a page and for a table."""
    if quantity is not None and quantity <= 0:
        raise Invalid(gettext_lazy("Write a number above zero, or nothing."), field="quantity")
    if quantity is not None and not unit.strip():
        raise Invalid(gettext_lazy("Write what you count in: hours, places, kroner."), field="unit")
    if period_from and period_to and period_to < period_from:
        raise Invalid(gettext_lazy("The last day is before the first day."), field="period_to")
    offer.quantity, offer.unit = quantity, unit.strip()
    offer.period_from, offer.period_to = period_from, period_to


def _save_offer(offer: Offer) -> None:
    try:
        with transaction.atomic():
            offer.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy("You offer this already. Edit the offer you have, or change the title."),
            field="title",
        ) from None


@action("actors.edit_offer", on="offer")
def withdraw_offer(*, by: Principal, offer: Offer, seen: int | None = None) -> Offer:
    if not offer.active:
        raise Conflict(gettext_lazy("The offer is withdrawn already."))
    offer.active = False
    offer.save()
    record(by, "actors.withdraw_offer", offer)
    return offer


@action("actors.edit_offer", on="offer")
def renew_offer(*, by: Principal, offer: Offer, seen: int | None = None) -> Offer:
    """A withdrawn offer holds again."""
    if offer.active:
        raise Conflict(gettext_lazy("The offer is open already."))
    offer.active, offer.confirmed_on = True, today()
    _save_offer(offer)
    record(by, "actors.renew_offer", offer)
    return offer


@action("actors.edit_offer", on="offer")
def confirm_offer(*, by: Principal, offer: Offer) -> Offer:
    """It still holds. Saying so twice a day changes nothing."""
    if offer.confirmed_on != today():
        offer.confirmed_on = today()
        offer.save()
        record(by, "actors.confirm_offer", offer)
    return offer


# --- what still holds ----------------------------------------------------------------------------
@action("actors.edit", on="actor")
def confirm_actor(*, by: Principal, actor: Actor) -> Actor:
    """The profile still holds. Saying so twice a day changes nothing."""
    if actor.confirmed_on != today():
        actor.confirmed_on = today()
        actor.save()
        record(by, "actors.confirm_actor", actor)
    return actor


def remind_everywhere(*, limit: int = 200) -> int:
    """Writes to those whose entries have grown old, a number of them at a time; how many."""
    sent = 0
    for council in Council.objects.order_by("pk"):
        for actor in queries.to_remind(council)[: limit - sent]:
            sent += remind_to_confirm(by=system(council), actor=actor)
    return sent


@action("actors.remind", on="actor")
def remind_to_confirm(*, by: Principal, actor: Actor) -> bool:
    """One friendly mail with a private link. False when there is nobody to write to, or when
    somebody was asked or answered meanwhile."""
    if not queries.to_remind(by.council).filter(pk=actor.pk).exists():
        return False
    actor.reminded_on = today()
    actor.save(update_fields=["reminded_on"])
    to = queries.addresses(actor)
    if to:
        FreshLink.objects.filter(actor=actor).delete()
        token = new_token()
        FreshLink.objects.create(council=by.council, actor=actor, digest=digest(token))
        for address in to:
            _ask(actor, address, token)
    record(by, "actors.remind_to_confirm", actor, mails=len(to))
    return bool(to)


def _ask(actor: Actor, address: str, token: str) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        url = actor.council.address(reverse("actors:fresh", args=[token]))
        values = {"actor": actor.name, "council": actor.council.name, "url": url}
        subject = _("Does it still hold? %(actor)s") % values
        text = (
            _(
                "Once a year we ask whether what stands about %(actor)s still holds. "
                "Open the page, look, and press one button. You need not sign in.\n\n%(url)s\n\n"
                "The link is for you alone. It works for four months."
            )
            % values
        )
    notify(council=actor.council, to=address, subject=subject, text=text, kind="actors.fresh")


@action("actors.answer_link", on="link")
def confirm_by_link(*, by: Principal, link: FreshLink, keys: Mapping[str, list[int]]) -> int:
    """What whoever opened the private link says still holds; how many things."""
    if not any(keys.values()):
        raise Invalid(gettext_lazy("Tick at least one thing that still holds."), field="holds")
    actor = locked(link.actor)
    number = sum(each.confirm(actor, keys.get(each.name, [])) for each in keepings())
    record(by, "actors.confirm_by_link", actor, number=number)
    return number
