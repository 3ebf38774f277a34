from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import yaml
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from samskab.civic.commons.actors.models import (
    FRESH_FOR,
    LINK_HOLDS,
    Actor,
    Category,
    FreshLink,
    Offer,
    Representative,
    today,
)
from samskab.civic.commons.actors.sections import Kept, filters, keepings, needs
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal

ASK_AGAIN = timedelta(days=330)
OFFERED = (Category.Kind.COMPETENCE, Category.Kind.RESOURCE)


# --- people ------------------------------------------------------------------------------------
def actors_of(by: Principal) -> QuerySet[Actor]:
    """The actors that the signed-in person acts for."""
    if by.user_id is None:
        return Actor.objects.none()
    mine = Representative.objects.filter(council=by.council, user_id=by.user_id)
    return Actor.objects.filter(council=by.council, pk__in=mine.values("actor_id"))


def section_of(by: Principal) -> dict[str, Any]:
    """What a person's own page shows."""
    return {"actors": actors_of(by)[:50]}


def addresses(actor: Actor) -> list[str]:
    """Where mail to the actor goes: its people, or its contact person when it has none."""
    people = Representative.objects.filter(actor=actor, user__is_active=True)
    found = sorted(set(people.values_list("user__email", flat=True)))
    return found or [actor.contact_email] * bool(actor.contact_email)


# --- categories --------------------------------------------------------------------------------
def categories(council: Council, kind: str | None = None) -> QuerySet[Category]:
    """Those in use; merged ones are left out."""
    rows = Category.objects.filter(council=council, merged_into=None)
    return rows.filter(kind=kind) if kind else rows


def danish(name: str) -> str:
    """Orders names as a Danish dictionary does, whatever the database thinks."""
    return name.casefold().translate(_DANISH)


_DANISH = str.maketrans({"æ": "{", "ø": "|", "å": "}", "ä": "{", "ö": "|"})


def arranged(words: Iterable[Category]) -> list[Category]:
    """The words, each below its wider one, with `depth` set; by name beside each other.

    A word whose wider one is not among them stands at the top. O(n log n).
    """
    rows = sorted(words, key=lambda word: danish(word.name))
    known = {row.pk for row in rows}
    below: dict[int | None, list[Category]] = defaultdict(list)
    for row in rows:
        below[row.parent_id if row.parent_id in known else None].append(row)
    found: list[Category] = []
    waiting = [(row, 0) for row in reversed(below[None])]
    while waiting:
        row, depth = waiting.pop()
        row.depth = depth
        found.append(row)
        waiting += [(child, depth + 1) for child in reversed(below[row.pk])]
    return found


def tree(council: Council, kind: str) -> list[Category]:
    """The words of a kind, arranged. One statement."""
    return arranged(categories(council, kind))


def with_narrower(category: Category) -> list[int]:
    """The keys of a word and of all below it. One statement, O(words of the kind)."""
    rows = categories_of(category).values_list("pk", "parent_id")
    below: dict[int | None, list[int]] = defaultdict(list)
    for key, parent in rows:
        below[parent].append(key)
    found, waiting = [], [category.pk]
    while waiting:
        key = waiting.pop()
        found.append(key)
        waiting += below[key]
    return found


def offered(council: Council) -> list[int]:
    """The words that somebody offers something for: it or a narrower one. One statement,
    O(words)."""
    there = Offer.objects.filter(category=OuterRef("pk"), active=True)
    rows = Category.objects.filter(council=council).annotate(has_offer=Exists(there))
    known = rows.order_by("pk").values_list("pk", "parent_id", "has_offer")
    wider = {key: parent for key, parent, _has_offer in known}
    found: set[int] = set()
    for key in (key for key, _parent, has_offer in known if has_offer):
        while key is not None and key not in found:
            found.add(key)
            key = wider[key]
    return sorted(found)


def depth_of(category: Category) -> int:
    """How many wider words stand above it. One statement."""
    parents = dict(categories_of(category).values_list("pk", "parent_id"))
    depth, key = 0, parents.get(category.pk)
    while key is not None:
        depth, key = depth + 1, parents.get(key)
    return depth


def height_of(category: Category) -> int:
    """How many layers of narrower words stand below it. One statement."""
    parents = dict(categories_of(category).values_list("pk", "parent_id"))
    layer, height = {category.pk}, -1
    while layer:
        layer = {key for key, parent in parents.items() if parent in layer}
        height += 1
    return height


@lru_cache(maxsize=1)
def first_words() -> dict[str, list[dict[str, str]]]:
    """The words of the field by kind, as `data/words.yaml` lists them."""
    text = (Path(__file__).parent / "data" / "words.yaml").read_text(encoding="utf-8")
    found: dict[str, list[dict[str, str]]] = yaml.safe_load(text)
    return found


def lacks_first_words(council: Council) -> bool:
    """A council that has hardly any words yet is offered those of the field."""
    return not categories(council).exclude(parent=None).exists()


def categories_of(category: Category) -> QuerySet[Category]:
    """All words of the same kind in the same council."""
    return Category.objects.filter(council_id=category.council_id, kind=category.kind)


def resolve(council: Council, kind: str, slug: str) -> Category | None:
    """The category of this slug, or the one that it was merged into."""
    row = (
        Category.objects.filter(council=council, kind=kind, slug=slug)
        .select_related("merged_into")
        .first()
    )
    return row and (row.merged_into or row)


def pointers() -> list[tuple[type[Any], str]]:
    """Every table and column that points to a category, those of later rooms among them."""
    relations: list[Any] = Category._meta.get_fields(include_hidden=True)
    return [
        (relation.related_model, relation.field.name)
        for relation in relations
        if relation.auto_created and (relation.one_to_many or relation.one_to_one)
    ]


def uses(category: Category) -> int:
    """How many rows point to it."""
    return sum(
        model._default_manager.filter(**{column: category}).count() for model, column in pointers()
    )


# --- the directory -----------------------------------------------------------------------------
def directory(
    council: Council,
    *,
    sector: str = "",
    q: str = "",
    kind: str = "",
    competence: Category | None = None,
    resource: Category | None = None,
    place: Category | None = None,
    on: date | None = None,
    until: date | None = None,
    **by_room: Category | None,
) -> QuerySet[Actor]:
    """Actors, narrowed. `kind`, `on` and `until` are about what they offer."""
    rows = Actor.objects.filter(council=council).select_related("area")
    if sector:
        rows = rows.filter(sector=sector)
    if place:
        rows = rows.filter(area__in=with_narrower(place))
    for category in (competence, resource):
        if category:
            words = with_narrower(category)
            there = _there(on, until) & Q(category__in=words)
            rows = rows.filter(Exists(_offered(there)))
    if kind or ((on or until) and not (competence or resource)):
        rows = rows.filter(Exists(_offered(_there(on, until) & (Q(kind=kind) if kind else Q()))))
    for word in q.casefold().split():
        rows = rows.filter(find_text__contains=word)
    return _narrowed(rows, by_room)


def _offered(condition: Q) -> QuerySet[Offer]:
    return Offer.objects.filter(condition, actor=OuterRef("pk"), active=True)


def _there(on: date | None, until: date | None) -> Q:
    """Offers that hold from the one day to the other."""
    first, last = on or until, until or on
    if first is None or last is None:
        return Q()
    begun = Q(period_from=None) | Q(period_from__lte=first)
    return begun & (Q(period_to=None) | Q(period_to__gte=last))


def _narrowed(rows: QuerySet[Actor], by_room: dict[str, Category | None]) -> QuerySet[Actor]:
    for kind, narrow in filters().items():
        if category := by_room.get(kind):
            rows = narrow(rows, category)
    return rows


# --- offers ------------------------------------------------------------------------------------
def offers(
    council: Council,
    *,
    kind: str = "",
    competence: Category | None = None,
    resource: Category | None = None,
    place: Category | None = None,
    on: date | None = None,
    until: date | None = None,
    sector: str = "",
    q: str = "",
    fresh: bool = False,
    **by_room: Category | None,
) -> QuerySet[Offer]:
    """What is offered now. It has to be there from the day `on` to the day `until`."""
    rows = Offer.objects.filter(council=council, active=True)
    rows = rows.select_related("actor", "category", "area")
    if kind:
        rows = rows.filter(kind=kind)
    if competence or resource:
        chosen = [word for word in (competence, resource) if word]
        rows = rows.filter(category__in=[key for word in chosen for key in with_narrower(word)])
    if place:
        rows = rows.filter(area__in=with_narrower(place))
    if sector:
        rows = rows.filter(actor__sector=sector)
    if on or until:
        rows = rows.filter(_there(on, until))
    if fresh:
        rows = rows.filter(confirmed_on__gte=stale_before())
    if any(by_room.values()):
        actors = _narrowed(Actor.objects.filter(council=council), by_room)
        rows = rows.filter(actor__in=actors.values("pk"))
    for word in q.casefold().split():
        rows = rows.filter(find_text__contains=word)
    return rows


def offers_of(actor: Actor, *, withdrawn: bool = False) -> QuerySet[Offer]:
    return Offer.objects.filter(actor=actor, active=not withdrawn).select_related(
        "category", "area"
    )


# --- coverage ----------------------------------------------------------------------------------
@dataclass(frozen=True)
class Cell:
    """Offers and needs of a word in a place, narrower ones counted in. `place` None is: not tied
    to a place. `wider` is how many offers hold there too, since they hold in a wider place."""

    place: Category | None
    offers: int
    wider: int
    needs: int
    most: int

    @property
    def state(self) -> str:
        if self.needs and not self.offers + self.wider:
            return "gap"
        if self.needs > self.offers + self.wider:
            return "thin"
        if self.offers and not self.needs:
            return "plenty"
        return "even" if self.offers or self.needs else "none"

    @property
    def shade(self) -> str:
        """How dark, from 0 to 1, as a drawing wants it: the more offers the darker."""
        return f"{0.15 + 0.75 * self.offers / self.most:.2f}" if self.offers else "0"


@dataclass(frozen=True)
class CoverageRow:
    category: Category
    whole: Cell
    cells: list[Cell]


@dataclass(frozen=True)
class Coverage:
    """`place` is looked into: a column for it, one for each place right below it, and one for
    what is tied to no place. `others` can be looked into instead."""

    place: Category | None
    path: list[Category]
    columns: list[Category]
    others: list[Category]
    rows: list[CoverageRow]

    @property
    def gaps(self) -> int:
        return sum(row.whole.state == "gap" for row in self.rows)


Sums = dict[tuple[int, int | None], int]


def coverage(by: Principal, *, place: Category | None = None, show: str = "") -> Coverage:
    """Competences and resources against places. `show`: "gap", "thin", "plenty" or "all" words;
    else those that are offered or needed, in the places where anything is. A statement for
    words, for offers and for needs."""
    kinds = [*OFFERED, Category.Kind.PLACE]
    words = list(categories(by.council).filter(kind__in=kinds))
    parents = {word.pk: word.parent_id for word in words}
    every = arranged(word for word in words if word.kind == Category.Kind.PLACE)
    if place is None:
        place = _largest(every)
    columns = [word for word in every if place and word.parent_id == place.pk]
    counted = (
        Offer.objects.filter(council=by.council, active=True)
        .order_by()
        .values_list("category_id", "area_id")
        .annotate(number=Count("pk"))
    )
    offered, exact = _summed(counted, parents), _summed(counted, parents, places=False)
    needed = _summed(needs(by), parents)
    if show != "all":
        spoken = {where for sums in (offered, needed) for (_word, where) in sums}
        columns = [word for word in columns if word.pk in spoken]
    looked = [*([place] if place else []), *columns]
    rows = []
    for kind in OFFERED:
        for word in arranged(word for word in words if word.kind == kind):
            row = _row(word, looked, parents, offered, exact, needed)
            if show in {"all", row.whole.state} or (not show and row.whole.state != "none"):
                rows.append(row)
    path = _path(place, {word.pk: word for word in every})
    others = [word for word in every if word.parent_id is None and word not in path]
    return Coverage(place, path, columns, others, rows)


def _largest(every: list[Category]) -> Category | None:
    """The place at the top with most places below it."""
    tops: dict[int, int] = {}
    top: Category | None = None
    for word in every:  # arranged: what is below follows its top
        top = word if word.depth == 0 or top is None else top
        tops[top.pk] = tops.get(top.pk, 0) + 1
    best = max(tops, key=lambda key: tops[key], default=None)
    return next((word for word in every if word.pk == best), None)


def _path(place: Category | None, known: dict[int, Category]) -> list[Category]:
    """The place after those it is in, the widest first."""
    found: list[Category] = []
    while place is not None:
        found.insert(0, place)
        place = known.get(place.parent_id or 0)
    return found


def _chain(key: int | None, parents: dict[int, int | None]) -> list[int | None]:
    """The key and all above it; none for none."""
    found: list[int | None] = [key]
    while key is not None and (key := parents.get(key)) is not None:
        found.append(key)
    return found


def _summed(
    counted: Iterable[tuple[int, int | None, int]],
    parents: dict[int, int | None],
    *,
    places: bool = True,
) -> Sums:
    """Counts carried up to wider words and, unless told otherwise, wider places."""
    sums: Sums = defaultdict(int)
    for category, area, number in counted:
        above = _chain(area, parents) if places else [area]
        for word in _chain(category, parents):
            for where in above:
                sums[cast(int, word), where] += number
    return sums


def _row(
    word: Category,
    looked: list[Category],
    parents: dict[int, int | None],
    offered: Sums,
    exact: Sums,
    needed: Sums,
) -> CoverageRow:
    keys: list[Category | None] = [*looked, None]
    most = max((offered.get((word.pk, one.pk if one else None), 0) for one in keys), default=0)
    cells = []
    for one in keys:
        key = one.pk if one else None
        wider = sum(exact.get((word.pk, up), 0) for up in _chain(key, parents)[1:])
        wider += exact.get((word.pk, None), 0) if one else 0
        cells.append(
            Cell(
                one,
                offered.get((word.pk, key), 0),
                wider,
                needed.get((word.pk, key), 0),
                max(most, 1),
            )
        )
    tops = {key for key, parent in parents.items() if parent is None} | {None}
    offers_ = sum(n for (w, where), n in offered.items() if w == word.pk and where in tops)
    needs_ = sum(n for (w, where), n in needed.items() if w == word.pk and where in tops)
    return CoverageRow(word, Cell(None, offers_, 0, needs_, max(most, offers_, 1)), cells)


# --- what still holds ----------------------------------------------------------------------------
def stale_before() -> date:
    return today() - FRESH_FOR


def offers_kept(actor: Actor) -> list[Kept]:
    rows = Offer.objects.filter(actor=actor, active=True).order_by("title")
    return [
        Kept(str(row.pk), row.title, reverse("actors:offer", args=[row.pk]), row.confirmed_on,
             row.is_stale)
        for row in rows
    ]  # fmt: skip


def confirm_offers(actor: Actor, keys: list[int]) -> int:
    rows = Offer.objects.filter(actor=actor, active=True, pk__in=keys)
    return int(rows.update(confirmed_on=today(), version=F("version") + 1))


def stale_offers(council: Council) -> QuerySet[Any]:
    rows = Offer.objects.filter(council=council, active=True, confirmed_on__lt=stale_before())
    return rows.values("actor_id")


def profile_kept(actor: Actor) -> list[Kept]:
    url = reverse("actors:detail", args=[actor.pk])
    return [Kept(str(actor.pk), gettext("Who you are"), url, actor.confirmed_on, actor.is_stale)]


def confirm_profile(actor: Actor, keys: list[int]) -> int:
    rows = Actor.objects.filter(pk=actor.pk, pk__in=keys)
    return int(rows.update(confirmed_on=today(), version=F("version") + 1))


def stale_profiles(council: Council) -> QuerySet[Any]:
    rows: QuerySet[Any] = Actor.objects.filter(council=council, confirmed_on__lt=stale_before())
    return rows.values("pk")


def kept_by(actor: Actor) -> list[tuple[str, Kept]]:
    """Everything that the actor's people are asked about, with the room that keeps it."""
    return [(each.name, item) for each in keepings() for item in each.items(actor)]


def to_remind(council: Council) -> QuerySet[Actor]:
    """Actors with something old that have not been asked for most of a year."""
    stale = Q()
    for each in keepings():
        stale |= Q(pk__in=each.stale(council))
    asked = Q(reminded_on=None) | Q(reminded_on__lt=today() - ASK_AGAIN)
    return Actor.objects.filter(stale, asked, council=council).order_by("pk")


def fresh_link(council: Council, digest: str) -> FreshLink | None:
    rows = FreshLink.objects.filter(council=council, created__gte=clock.now() - LINK_HOLDS)
    found: FreshLink | None = rows.select_related("actor").filter(digest=digest).first()
    return found
