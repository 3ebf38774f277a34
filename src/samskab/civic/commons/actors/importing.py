"""Actors and offers from a table. What stands in a row is held to the rules of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.commons.actors import actions
from samskab.civic.commons.actors.models import Actor, Category, Offer, Sector, today
from samskab.civic.foundation.core.errors import Invalid, Text
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.imports.books import BookOf, draft_of, overlaid
from samskab.civic.foundation.imports.kinds import (
    Column,
    Draft,
    Kind,
    Line,
    by_name,
    folded,
    in_chunks,
    register,
)

KEY = Column(
    "key",
    gettext_lazy("Own key"),
    gettext_lazy("A number or name in your own list. With it, the file can be brought again."),
    also=("id", "nr", "nummer", "nøgle", "løbenummer", "external key"),
)
CONFIRMED = Column(
    "confirmed_on",
    gettext_lazy("Last confirmed"),
    gettext_lazy("The day somebody last said that it holds. Like 31-08-2026."),
    also=("bekræftet", "opdateret", "senest opdateret", "ajourført"),
)
PLACE = Column(
    "place",
    gettext_lazy("Place"),
    gettext_lazy("One of the places that we sort by, for example Kjellerup."),
    also=("sted", "by", "område", "area", "lokalområde", "where", "hvor", "bydel"),
)
_SECTORS = {
    Sector.CIVIL: "forening civilsamfund frivillig ngo gruppe association civil frivilligsektor",
    Sector.BUSINESS: "virksomhed erhverv firma privat company business erhvervsliv",
    Sector.PUBLIC: "offentlig kommune kommunal public region myndighed institution",
    Sector.CITIZEN: "borger person privatperson citizen enkeltperson",
}


@lru_cache(maxsize=1)
def sectors() -> dict[str, str]:
    """Sectors under every name that lists give them."""
    found: dict[str, str] = {}
    for sector, words in _SECTORS.items():
        found |= dict.fromkeys(words.split(), sector.value)
        for language in ("da", "en"):
            with translation.override(language):
                found[folded(str(sector.label))] = sector.value
    return found


def words_of(council: Council, *kinds: str) -> dict[str, Category]:
    """The words of these kinds under each of their names; a merged one gives the new one."""
    rows = Category.objects.filter(council=council, kind__in=kinds).select_related("merged_into")
    every = sorted(rows, key=lambda row: row.merged_into_id is not None)
    names = by_name(
        every,
        lambda row: row.name_da,
        lambda row: row.name_en,
        lambda row: row.slug,
        lambda row: row.slug.replace("-", " "),
    )
    return {name: row.merged_into or row for name, row in names.items()}


class Known:
    """The actors of a council by key and by name. One statement."""

    def __init__(self, council: Council) -> None:
        rows = Actor.objects.filter(council=council).order_by("pk")
        self.by_key: dict[str, int] = {}
        self.by_name: dict[str, int] = {}
        self.keys: dict[int, str] = {}
        for pk, name, sector, key in rows.values_list("pk", "name", "sector", "external_key"):
            self.keys[pk] = key
            if key:
                self.by_key[key] = pk
            if sector != Sector.CITIZEN:
                self.by_name.setdefault(folded(name), pk)

    def find(self, text: str) -> int | None:
        return self.by_key.get(text) or self.by_name.get(folded(text))


class OwnedBook(BookOf):
    """Rows of actors: known by their own key, else by their actor and their name.

    `NAME` is the field, and our column, that holds the name; the sentences are about such a row.
    """

    NAME: str
    OTHER_OWNER: Text
    NAME_TAKEN: Text

    def present(self) -> QuerySet[Any]:
        """All rows there are, with what drafting reads, those that count most last."""
        raise NotImplementedError

    def look_up(self, lines: Sequence[Line]) -> None:
        self.known = Known(self.council)
        actors = {self.known.find(line.cells.get("actor", "")) for line in lines} - {None}
        keys = {line.cells.get("key", "") for line in lines} - {""}
        self.actors: dict[int, Actor] = {}
        self.by_key: dict[str, Any] = {}
        self.by_name: dict[tuple[int, str], Any] = {}
        for some in in_chunks(actors):
            self.actors |= Actor.objects.in_bulk(some)
            for row in self.present().filter(actor__in=some):
                self._note(row)
        for some in in_chunks(keys):
            for row in self.present().filter(council=self.council, external_key__in=some):
                self._note(row)

    def _note(self, row: Any) -> None:
        self.by_name[row.actor_id, folded(getattr(row, self.NAME))] = row
        if row.external_key:
            self.by_key[row.external_key] = row

    def owner(self, line: Line) -> Actor | None:
        pk = self.known.find(line.cells.get("actor", ""))
        if pk is None:
            line.wrong("actor", _("There is no actor of this name or key. Bring the actors first."))
            return None
        return self.actors[pk]

    def row_of(self, actor: Actor, key: str, name: str) -> Any:
        """The one that the line is about; a new one when there is none."""
        found = self.by_key.get(key) or self.by_name.get((actor.pk, folded(name)))
        return found or self.model(council=self.council, actor=actor)

    def refuse_others(self, line: Line, row: Any, actor: Actor, key: str, name: str) -> None:
        """Rows of others, names and keys that are taken, and two lines about one row."""
        identity = (actor.pk, folded(name))
        if row.actor_id != actor.pk:
            line.wrong("actor", self.OTHER_OWNER)
        same = self.by_name.get(identity)
        if same is not None and same.pk != row.pk and getattr(same, "active", True):
            line.wrong(self.NAME, self.NAME_TAKEN)
        self.refuse_key(line, row, key)
        self.once.refuse_twice(line, self.NAME, identity)


# --- actors --------------------------------------------------------------------------------------
class ActorBook(BookOf):
    model = Actor
    HAS_KEY = gettext_lazy("This actor is here with the key “%(key)s”.")
    FIELDS = (
        "external_key", "sector", "name", "about", "website", "cvr", "area", "contact_name",
        "contact_email", "confirmed_on",
    )  # fmt: skip

    def look_up(self, lines: Sequence[Line]) -> None:
        self.known = Known(self.council)
        self.places = words_of(self.council, Category.Kind.PLACE)
        spoken = {self._pk(line) for line in lines} - {None}
        self.rows: dict[int, Actor] = {}
        for keys in in_chunks(spoken):
            self.rows |= Actor.objects.select_related("area").in_bulk(keys)

    def _pk(self, line: Line) -> int | None:
        """The actor that the line is about: by its key, else an organisation by its name."""
        key, name = line.cells.get("key", ""), line.cells.get("name", "")
        return self.known.by_key.get(key) or self.known.by_name.get(folded(name))

    def draft(self, line: Line) -> Draft | None:
        pk = self._pk(line)
        actor = self.rows[pk] if pk else Actor(council=self.council)
        before = _of_actor(actor)
        after = overlaid(
            line,
            before,
            key=line.text("key", 80, plain=True),
            name=line.text("name", 120, plain=True),
            sector=line.choice("sector", sectors()) or "",
            about=line.text("about", 2000),
            place=line.choice("place", self.places),
            website=line.url("website"),
            cvr=line.text("cvr", 14, plain=True).removeprefix("DK"),
            contact_name=line.text("contact_name", 80, plain=True),
            contact_email=line.email("contact_email"),
            confirmed_on=past(line) or before["confirmed_on"],
        )
        self._refuse(line, actor, after)
        if line.errors or not _filled(line, actor, after):
            return None
        return draft_of(line, actor, before, _of_actor(actor), actor.name)

    def _refuse(self, line: Line, actor: Actor, after: dict[str, Any]) -> None:
        key, name = after["key"], folded(after["name"])
        alone = after["sector"] == Sector.CITIZEN
        if alone and not key:
            text = _("A person who takes part alone needs a key, because names are not unique.")
            line.wrong("key", text)
        owner = None if alone else self.known.by_name.get(name)
        if owner not in {None, actor.pk}:
            line.wrong("name", _("Another actor has this name already."))
        self.refuse_key(line, actor, key)
        if not alone:
            self.once.refuse_twice(line, "name", ("name", name))


def _of_actor(actor: Actor) -> dict[str, Any]:
    return {
        "key": actor.external_key,
        "name": actor.name,
        "sector": actor.sector,
        "about": actor.about,
        "place": actor.area,
        "website": actor.website,
        "cvr": actor.cvr,
        "contact_name": actor.contact_name,
        "contact_email": actor.contact_email,
        "confirmed_on": actor.confirmed_on,
    }


def _filled(line: Line, actor: Actor, after: dict[str, Any]) -> bool:
    try:
        actions.fill_actor(
            actor, after["sector"], after["name"], after["about"], after["website"], after["cvr"],
            after["place"], after["contact_name"], after["contact_email"],
        )  # fmt: skip
    except Invalid as error:
        line.refuse(error, {"area": "place"})
        return False
    actor.external_key, actor.confirmed_on = after["key"], after["confirmed_on"]
    return True


def past(line: Line) -> Any:
    day = line.day("confirmed_on")
    if day and day > today():
        line.wrong("confirmed_on", _("The day lies ahead of us."))
    return day


# --- offers --------------------------------------------------------------------------------------
class OfferBook(OwnedBook):
    model, NAME = Offer, "title"
    HAS_KEY = gettext_lazy("This offer is here with the key “%(key)s”.")
    OTHER_OWNER = gettext_lazy("The offer with this key is from another actor.")
    NAME_TAKEN = gettext_lazy("The actor has an offer of this title already.")
    FIELDS = (
        "external_key", "kind", "category", "title", "text", "quantity", "unit", "period_from",
        "period_to", "area", "conditions", "wants", "confirmed_on", "on_behalf",
    )  # fmt: skip

    def present(self) -> QuerySet[Offer]:
        """Of two offers of one title the one that is open counts, else the newest."""
        return Offer.objects.select_related("category", "area").order_by("active", "pk")

    def look_up(self, lines: Sequence[Line]) -> None:
        super().look_up(lines)
        kinds = Category.Kind
        self.places = words_of(self.council, kinds.PLACE)
        self.words = words_of(self.council, kinds.COMPETENCE, kinds.RESOURCE)
        self.of_kind = {
            kind: words_of(self.council, kind) for kind in (kinds.COMPETENCE, kinds.RESOURCE)
        }

    def draft(self, line: Line) -> Draft | None:
        actor = self.owner(line)
        if actor is None:
            return None
        key, title = line.text("key", 80, plain=True), line.text("title", 120, plain=True)
        offer = self.row_of(actor, key, title)
        before = _of_offer(offer)
        after = overlaid(
            line,
            before,
            key=key,
            title=title,
            category=self._category(line),
            text=line.text("text", 2000),
            quantity=line.number("quantity"),
            unit=line.text("unit", 40, plain=True),
            period_from=line.day("period_from"),
            period_to=line.day("period_to"),
            place=line.choice("place", self.places),
            conditions=line.text("conditions", 1000),
            wants=line.text("wants", 1000),
            confirmed_on=past(line) or before["confirmed_on"],
        )
        self.refuse_others(line, offer, actor, after["key"], after["title"])
        if after["category"] is None:
            line.wrong("category", _("Choose one from the list."))
        offer.on_behalf = True
        if line.errors or not _offered(line, offer, after):
            return None
        return draft_of(line, offer, before, _of_offer(offer), f"{actor.name}: {offer.title}")

    def _category(self, line: Line) -> Category | None:
        """Among the words of the kind that the file names, else among both."""
        kind: str | None = line.choice("kind", _offer_kinds())
        found: Category | None = line.choice(
            "category", self.of_kind[Category.Kind(kind)] if kind else self.words
        )
        return found


@lru_cache(maxsize=1)
def _offer_kinds() -> dict[str, str]:
    found = {"kunnen": "competence", "ting": "resource", "færdighed": "competence"}
    for kind in Offer.Kind:
        found[kind.value] = kind.value
        for language in ("da", "en"):
            with translation.override(language):
                found[folded(str(kind.label))] = kind.value
    return found


def _of_offer(offer: Offer) -> dict[str, Any]:
    return {
        "key": offer.external_key,
        "title": offer.title,
        "category": offer.category if offer.category_id else None,
        "text": offer.text,
        "quantity": offer.quantity,
        "unit": offer.unit,
        "period_from": offer.period_from,
        "period_to": offer.period_to,
        "place": offer.area,
        "conditions": offer.conditions,
        "wants": offer.wants,
        "confirmed_on": offer.confirmed_on,
    }


def _offered(line: Line, offer: Offer, after: dict[str, Any]) -> bool:
    offer.category, offer.area = after["category"], after["place"]
    offer.kind = after["category"].kind
    try:
        actions.describe_offer(
            offer, after["title"], after["text"], after["conditions"], after["wants"]
        )
        actions.measure_offer(
            offer, after["quantity"], after["unit"], after["period_from"], after["period_to"]
        )
    except Invalid as error:
        line.refuse(error)
        return False
    offer.external_key, offer.confirmed_on = after["key"], after["confirmed_on"]
    return True


# --- what can be imported ------------------------------------------------------------------------
def register_kinds() -> None:
    register(
        Kind(
            name="aktoerer",
            label=gettext_lazy("Actors"),
            what=gettext_lazy("Associations, groups, companies and public units: one in each row."),
            columns=(
                Column(
                    "name",
                    gettext_lazy("Name"),
                    gettext_lazy("What the actor is called."),
                    required=True,
                    also=("navn", "organisation", "forening", "foreningsnavn", "aktør", "firma"),
                ),
                Column(
                    "sector",
                    gettext_lazy("Sector"),
                    gettext_lazy("Association, company, public sector or citizen."),
                    also=("type", "art", "slags", "aktørtype", "kind"),
                ),
                KEY,
                Column(
                    "about",
                    gettext_lazy("About"),
                    gettext_lazy("What the actor does, in plain words."),
                    also=("om", "beskrivelse", "formål", "tekst", "description", "text"),
                ),
                PLACE,
                Column(
                    "website",
                    gettext_lazy("Website"),
                    gettext_lazy("The address of the actor's own page."),
                    also=("hjemmeside", "web", "www", "url", "link"),
                ),
                Column(
                    "cvr",
                    gettext_lazy("CVR number"),
                    gettext_lazy("Eight digits, or nothing."),
                    also=("cvr", "cvr nr", "cvr nummer"),
                ),
                Column(
                    "contact_name",
                    gettext_lazy("Contact person"),
                    gettext_lazy("Seen by your own people and the secretariat only."),
                    also=("kontakt", "kontaktperson", "formand"),
                ),
                Column(
                    "contact_email",
                    gettext_lazy("E-mail of the contact person"),
                    gettext_lazy("Seen by your own people and the secretariat only."),
                    also=("mail", "email", "e mail", "kontaktmail", "kontakt e mail"),
                ),
                CONFIRMED,
            ),
            permission="actors.sort",
            open=ActorBook,
            list_name="actors:list",
        )
    )
    register(
        Kind(
            name="tilbud",
            label=gettext_lazy("Offers"),
            what=gettext_lazy("What the actors can and have: one offer in each row."),
            columns=(
                Column(
                    "actor",
                    gettext_lazy("Actor"),
                    gettext_lazy("The name or own key of the actor that the offer is from."),
                    required=True,
                    also=("aktør", "organisation", "forening", "hvem"),
                ),
                Column(
                    "title",
                    gettext_lazy("Title"),
                    gettext_lazy("The offer in a few words."),
                    required=True,
                    also=("tilbud", "overskrift", "navn", "titel"),
                ),
                Column(
                    "category",
                    gettext_lazy("Word"),
                    gettext_lazy("The competence or resource that it is, for example madlavning."),
                    required=True,
                    also=("kategori", "emne", "ord", "kompetence eller ressource"),
                ),
                Column(
                    "kind",
                    gettext_lazy("Kind"),
                    gettext_lazy("Competence or resource. Needed only where a word is both."),
                    also=("art", "type", "slags"),
                ),
                KEY,
                Column(
                    "text",
                    gettext_lazy("Description"),
                    gettext_lazy("More about the offer."),
                    also=("beskrivelse", "tekst", "om"),
                ),
                Column(
                    "quantity",
                    gettext_lazy("How much"),
                    gettext_lazy("A number, for example 12 or 2,5."),
                    also=("antal", "mængde", "hvor meget", "kapacitet", "amount"),
                ),
                Column(
                    "unit",
                    gettext_lazy("Counted in"),
                    gettext_lazy("For example hours a month, places or kroner."),
                    also=("enhed", "regnet i", "tælles i"),
                ),
                Column(
                    "period_from",
                    gettext_lazy("From"),
                    gettext_lazy("The first day, like 31-08-2026."),
                    also=("fra dato", "startdato", "start", "begynder"),
                ),
                Column(
                    "period_to",
                    gettext_lazy("Until"),
                    gettext_lazy("The last day, like 31-08-2026."),
                    also=("til dato", "slutdato", "slut", "udløber", "to"),
                ),
                PLACE,
                Column(
                    "conditions",
                    gettext_lazy("Conditions"),
                    gettext_lazy("What has to be in place first."),
                    also=("vilkår", "betingelser", "krav"),
                ),
                Column(
                    "wants",
                    gettext_lazy("What we want to get out of it"),
                    gettext_lazy("What the actor hopes to gain."),
                    also=("ønsker", "udbytte", "gevinst", "wants"),
                ),
                CONFIRMED,
            ),
            permission="actors.sort",
            open=OfferBook,
            list_name="actors:offers",
        )
    )
