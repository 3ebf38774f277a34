from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import get_language

from samskab.civic.commons.actors.models import Actor, Category, today
from samskab.civic.commons.actors.queries import (
    arranged,
    categories,
    stale_before,
    with_narrower,
)
from samskab.civic.commons.actors.sections import Kept
from samskab.civic.commons.initiatives import heat
from samskab.civic.commons.initiatives.models import (
    Coordination,
    Initiative,
    InitiativeWord,
    Overlap,
    SynonymSet,
)
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.engine import overlap as engine
from samskab.engine.language import concept, search_terms
from samskab.engine.overlap.sentences import Language

REGISTER = "initiatives.register"
THRESHOLD = 0.35
# How many rows the index may give, and how many of those are compared word by word.
MOST_ROWS, MOST_COMPARED = 2000, 150
MOST_TEXT = 3000
FEW = 500
# Groups are made of pairs at least so alike, and of so many of them.
CLUSTERED, MOST_CLUSTERED = 0.5, 2000


# --- the list ----------------------------------------------------------------------------------
def still_running() -> Q:
    return Q(until=None) | Q(until__gte=today().year)


def listing(
    council: Council,
    *,
    target_group: Category | None = None,
    activity: Category | None = None,
    place: Category | None = None,
    sector: str = "",
    q: str = "",
    ended: bool = False,
) -> QuerySet[Initiative]:
    """What exists, with its actor and target groups; what has ended only when asked for."""
    rows = Initiative.objects.filter(council=council)
    if not ended:
        rows = rows.filter(still_running())
    for column, category in (
        ("target_groups", target_group),
        ("activities", activity),
        ("areas", place),
    ):
        if category:
            rows = _narrowed(rows, column, category)
    if sector:
        rows = rows.filter(actor__sector=sector)
    for word in q.casefold().split():
        rows = rows.filter(find_text__contains=word)
    return rows.select_related("actor").prefetch_related("target_groups")


def _narrowed(rows: QuerySet[Initiative], column: str, category: Category) -> QuerySet[Initiative]:
    """Those of a category. Few are named, so that nothing else is looked at; of many, a page of
    the list soon holds enough."""
    ties = getattr(Initiative, column).through.objects.filter(
        category_id__in=with_narrower(category)
    )
    few = list(ties.values_list("initiative_id", flat=True)[: FEW + 1])
    if len(few) <= FEW:
        return rows.filter(pk__in=few)
    return rows.filter(Exists(ties.filter(initiative_id=OuterRef("pk"))))


def complete() -> QuerySet[Initiative]:
    """With everything that a page of one initiative, or the engine, reads."""
    return Initiative.objects.select_related("actor").prefetch_related(
        "target_groups", "activities", "areas"
    )


def of_actor(actor: Actor) -> QuerySet[Initiative]:
    return Initiative.objects.filter(actor=actor).prefetch_related("target_groups")


def section_of(by: Principal, actor: Actor) -> dict[str, Any]:
    """What the page of an actor shows."""
    return {
        "initiatives": of_actor(actor),
        "can_register": may(by, REGISTER, actor),
        "actor": actor,
    }


def narrow_actors(column: str, rows: QuerySet[Actor], category: Category) -> QuerySet[Actor]:
    """For the directory: actors that run an initiative of this category."""
    words = with_narrower(category)
    runs = Initiative.objects.filter(actor=OuterRef("pk"), **{f"{column}__in": words})
    return rows.filter(Exists(runs))


# --- likeness ----------------------------------------------------------------------------------
def terms_of(text: str) -> list[str]:
    """The different terms of a text that are filed for finding it again."""
    return [term[:60] for term in search_terms(text[:MOST_TEXT])]


def key_of(row: Initiative) -> str:
    """How the engine names it; sorts like the number."""
    return f"{row.pk:020d}"


def as_engine(row: Initiative) -> engine.Initiative:
    """Labels are given in Danish: that is the language of the engine's word lists."""
    return engine.Initiative(
        id=key_of(row),
        name=row.name,
        text=row.text,
        organisation=row.actor.name,
        target_groups=_labels(row.target_groups.all()),
        activities=_labels(row.activities.all()),
        areas=_labels(row.areas.all()),
        start=f"{row.since:04d}" if row.since else None,
        end=f"{row.until:04d}" if row.until else None,
    )


def _labels(rows: Iterable[Category]) -> tuple[str, ...]:
    return tuple(row.name_da for row in rows)


def synonyms(council: Council) -> QuerySet[SynonymSet]:
    return SynonymSet.objects.filter(council=council)


def vocabulary(council: Council) -> engine.Vocabulary:
    """The words of the field with those that the council has added."""
    rows = synonyms(council).order_by("kind", "pk").values_list("kind", "words")
    return engine.vocabulary_of(
        tuple(line for kind, words in rows for line in (f"[{kind}]", words))
    )


@dataclass(frozen=True)
class Similar:
    """`reason` is in the language of the reader; `strength` is 0 to 1."""

    initiative: Initiative
    strength: float
    reason: str


def similar(
    council: Council,
    text: str,
    target_groups: Iterable[Category] = (),
    *,
    limit: int = 5,
    threshold: float = THRESHOLD,
) -> list[Similar]:
    """“Perhaps somebody is on it”: initiatives like this text, strongest first.

    Quick enough for while somebody types: the index gives at most 2,000 rows, the 150 that
    share most are compared. Target groups and activities that the text names count as given.
    """
    groups, terms = list(target_groups), terms_of(text)
    rows = candidates(council, terms, groups)
    if not rows:
        return []
    probe = _probe(council, text[:MOST_TEXT], groups, set(terms))
    words = vocabulary(council)
    return likest(probe, rows, limit=limit, threshold=threshold, words=words)


def likest(
    probe: engine.Initiative,
    rows: Iterable[Initiative],
    *,
    limit: int,
    threshold: float,
    words: engine.Vocabulary | None = None,
) -> list[Similar]:
    known = {key_of(row): row for row in rows}
    others = map(as_engine, known.values())
    found = engine.similar_to(probe, others, limit=limit, threshold=threshold, words=words)
    language: Language = "en" if (get_language() or "da").startswith("en") else "da"
    result = []
    for pair in found:
        row = known[pair.b if pair.a == probe.id else pair.a]
        reason = " ".join(engine.reason_sentence(each, language) for each in pair.reasons)
        result.append(Similar(row, pair.strength, reason))
    return result


def candidates(
    council: Council, terms: list[str], groups: Iterable[Category] = ()
) -> list[Initiative]:
    """Those that share most words, and those for the same people, by index."""
    shared = (
        InitiativeWord.objects.filter(council=council, word__in=terms[:80])
        .order_by()
        .values_list("initiative_id")
        .annotate(number=Count("pk"))
        .order_by("-number", "initiative_id")[:MOST_ROWS]
    )
    keys = [key for key, _number in shared] if terms else []
    through = Initiative.target_groups.through
    groups = list(groups)
    if groups:
        tied = through.objects.filter(category__in=groups).values_list("initiative_id", flat=True)
        keys = _those_in_both_first(keys, list(tied[:MOST_ROWS]))
    rows = complete().filter(council=council, pk__in=keys[:MOST_COMPARED])
    return list(rows.filter(still_running()))


def _those_in_both_first(by_words: list[int], by_group: list[int]) -> list[int]:
    in_group = set(by_group)
    both = [key for key in by_words if key in in_group]
    return list(dict.fromkeys([*both, *by_words[: MOST_COMPARED // 2], *by_group, *by_words]))


def _probe(
    council: Council, text: str, groups: list[Category], terms: set[str]
) -> engine.Initiative:
    kinds = [Category.Kind.TARGET_GROUP, Category.Kind.ACTIVITY]
    named = [
        row for row in categories(council).filter(kind__in=kinds) if concept(row.name_da) in terms
    ]
    wanted = {row.pk: row for row in groups}
    wanted |= {row.pk: row for row in named if row.kind == Category.Kind.TARGET_GROUP}
    return engine.Initiative(
        id="probe",
        name="",
        text=text,
        target_groups=_labels(wanted.values()),
        activities=_labels(row for row in named if row.kind == Category.Kind.ACTIVITY),
    )


# --- overlaps ----------------------------------------------------------------------------------
def overlaps(
    council: Council,
    *,
    threshold: float = 0.0,
    status: str = "",
    target_group: Category | None = None,
    activity: Category | None = None,
    place: Category | None = None,
) -> QuerySet[Overlap]:
    """Those to look at: pairs marked as not the same are left out unless asked for. With words,
    those of which both are sorted under them or under narrower ones."""
    rows = Overlap.objects.filter(council=council, strength__gte=threshold)
    not_same = Overlap.Status.NOT_SAME
    rows = rows.filter(status=status) if status else rows.exclude(status=not_same)
    for column, category in (
        ("target_groups", target_group),
        ("activities", activity),
        ("areas", place),
    ):
        if category:
            words = with_narrower(category)
            ties = getattr(Initiative, column).through.objects.filter(category_id__in=words)
            rows = rows.filter(
                Exists(ties.filter(initiative_id=OuterRef("a_id"))),
                Exists(ties.filter(initiative_id=OuterRef("b_id"))),
            )
    return rows.select_related("a__actor", "b__actor")


def overlaps_of(initiative: Initiative, number: int = 5) -> list[Overlap]:
    rows = overlaps(initiative.council).filter(Q(a=initiative) | Q(b=initiative))
    return list(rows.order_by("-strength", "-pk")[:number])


@dataclass(frozen=True)
class Cluster:
    """Three or more that overlap with each other; `weakest` is the least strength inside, in %."""

    initiatives: list[Initiative]
    weakest: int


def clusters(council: Council, *, threshold: float = CLUSTERED) -> list[Cluster]:
    """Groups in which every one overlaps with every other, the largest first.

    From the strongest pairs, so that a pair joins the group that it fits best. Two statements.
    """
    rows = overlaps(council, threshold=threshold).select_related(None).order_by("-strength", "-pk")
    pairs = {(row.a_id, row.b_id): row.percent for row in rows[:MOST_CLUSTERED]}
    groups: list[set[int]] = []
    for pair in pairs:
        _join(groups, pair, pairs)
    large = [group for group in groups if len(group) > 2]
    known = Initiative.objects.select_related("actor").in_bulk(set().union(*large))
    found = [
        Cluster(
            sorted((known[key] for key in group), key=lambda row: row.name),
            min(pairs[pair] for pair in _inside(group)),
        )
        for group in large
    ]
    return sorted(found, key=lambda one: (-len(one.initiatives), -one.weakest))


def _inside(group: set[int]) -> list[tuple[int, int]]:
    return list(combinations(sorted(group), 2))


def _join(groups: list[set[int]], pair: tuple[int, int], pairs: dict[tuple[int, int], int]) -> None:
    """Into the first group all of which overlap with both; else a group of its own."""
    home = {one: group for group in groups for one in group}
    here = [home[one] for one in pair if one in home]
    union = set(pair).union(*here)
    if all(one in pairs for one in _inside(union)):
        for group in here:
            if group in groups:
                groups.remove(group)
        groups.append(union)
    elif not here:
        groups.append(set(pair))


def coordinations(council: Council) -> QuerySet[Coordination]:
    rows = Coordination.objects.filter(council=council)
    return rows.select_related("overlap__a__actor", "overlap__b__actor")


def hours_freed(council: Council) -> int:
    """Hours a year, over all decided cases."""
    decided = Coordination.objects.filter(council=council, status=Coordination.Status.DECIDED)
    return int(decided.aggregate(total=Sum("hours_freed"))["total"] or 0)


# --- gaps --------------------------------------------------------------------------------------
@dataclass(frozen=True)
class GapCell:
    """`shade` is 0.00 where nobody is, to 1.00 where most happens; `query` leads to the lists, of
    initiatives and of the `pairs` that look alike."""

    word: Category
    number: int
    pairs: int
    shade: str
    query: str


@dataclass(frozen=True)
class GapLine:
    group: Category
    cells: list[GapCell]
    total: int
    query: str


@dataclass(frozen=True)
class GapTable:
    """Only words with something under them make lines and columns; the others are named."""

    columns: list[Category]
    lines: list[GapLine]
    empty_columns: list[Category]
    empty_groups: list[Category]


def gaps(
    council: Council,
    place: Category | None = None,
    activity: Category | None = None,
    *,
    across: str = "activity",
) -> GapTable:
    """How many initiatives there are for each target group in each column.

    The columns are activities or, with `across` "place", places; what is not in the columns
    can narrow the table. Narrower words count in wider ones, as they do in the lists that a cell
    leads to. Four statements, and one or two for each narrowing.
    """
    kinds = [Category.Kind.TARGET_GROUP, Category.Kind(across)]
    words = list(categories(council).filter(kind__in=kinds))
    groups = arranged(word for word in words if word.kind == Category.Kind.TARGET_GROUP)
    narrowed = {"activity": activity, "place": place}
    columns = _columns((word for word in words if word.kind == across), narrowed[across])
    running = listing(council, place=place, activity=activity)
    numbers = heat.cells(council, _COLUMN[across], running)
    totals = heat.totals(council, _COLUMN[across], running)
    alike = overlaps(council, place=place, activity=activity)
    pairs = heat.pairs(council, _COLUMN[across], alike)
    used = [word for word in columns if any(numbers[group.pk, word.pk] for group in groups)]
    most = max(numbers.values(), default=0)
    lines = []
    for group in groups:
        asked = {"target_group": group, **narrowed}
        cells = [
            GapCell(
                word,
                number := numbers[group.pk, word.pk],
                pairs[group.pk, word.pk],
                f"{number / most if most else 0:.2f}",
                _query({**asked, across: word}),
            )
            for word in used
        ]
        lines.append(GapLine(group, cells, totals[group.pk], _query(asked)))
    return GapTable(
        used,
        [line for line in lines if line.total],
        [word for word in columns if word not in used],
        [line.group for line in lines if not line.total],
    )


_COLUMN = {"activity": "activities", "place": "areas"}


def _columns(words: Iterable[Category], top: Category | None) -> list[Category]:
    """All activities, or those below the chosen one; of places two layers, which one can read."""
    found = arranged(words)
    if top is not None:
        within = set(with_narrower(top))
        found = arranged(word for word in found if word.pk in within)
    return [word for word in found if word.kind != Category.Kind.PLACE or word.depth < 2]


def _query(asked: dict[str, Category | None]) -> str:
    return urlencode({name: word.slug for name, word in asked.items() if word})


# --- what still holds ----------------------------------------------------------------------------
def kept_by(actor: Actor) -> list[Kept]:
    """What the yearly mail asks about: what still runs."""
    rows = Initiative.objects.filter(still_running(), actor=actor).order_by("name")
    return [
        Kept(
            str(row.pk),
            row.name,
            reverse("initiatives:detail", args=[row.pk]),
            row.confirmed_on,
            row.is_stale,
        )
        for row in rows
    ]


def confirm(actor: Actor, keys: list[int]) -> int:
    rows = Initiative.objects.filter(actor=actor, pk__in=keys)
    return int(rows.update(confirmed_on=today(), version=F("version") + 1))


def stale(council: Council) -> QuerySet[Any]:
    rows = Initiative.objects.filter(still_running(), council=council)
    return rows.filter(confirmed_on__lt=stale_before()).values("actor_id")
