from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django_tasks import task

from samskab.civic.commons.actors.actions import of_kind, plain_name, slug_of, tidy
from samskab.civic.commons.actors.models import Actor, Category, today
from samskab.civic.commons.actors.queries import addresses
from samskab.civic.commons.initiatives import queries
from samskab.civic.commons.initiatives.models import (
    Coordination,
    Initiative,
    InitiativeWord,
    Overlap,
    SynonymSet,
)
from samskab.civic.foundation.core.actions import action, locked, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.imports.writing import deletes, plain_inserts
from samskab.civic.foundation.notifications.actions import notify
from samskab.engine import overlap as engine
from samskab.engine.language import concept

OLDEST_YEAR = 1600
MOST_HOURS = 1_000_000
MOST_LETTERS = 300
# Pairs of one initiative, when it is saved; and pairs of a council, the strongest.
MOST_PAIRS, MOST_STORED = 50, 20_000


# --- initiatives -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Given:
    """What is told about an initiative, checked in one place."""

    name: str
    text: str
    area_text: str
    since: int | None
    until: int | None
    source: str
    source_url: str
    funding_dkk: int | None
    reached: int | None
    hours_a_year: int | None
    target_groups: Iterable[Category]
    activities: Iterable[Category]
    areas: Iterable[Category]


@action("initiatives.register", on="actor")
def register_initiative(
    *,
    by: Principal,
    actor: Actor,
    name: str,
    text: str = "",
    target_groups: Iterable[Category] = (),
    activities: Iterable[Category] = (),
    areas: Iterable[Category] = (),
    area_text: str = "",
    since: int | None = None,
    until: int | None = None,
    source: str = "",
    source_url: str = "",
    funding_dkk: int | None = None,
    reached: int | None = None,
    hours_a_year: int | None = None,
    slug: str = "",
    is_example: bool = False,
) -> Initiative:
    """What an actor does already. Overlaps with others are looked for at once."""
    row = Initiative(council=by.council, actor=actor, is_example=is_example)
    row.slug = _free_slug(by.council, slug or name)
    given = Given(
        name, text, area_text, since, until, source, source_url, funding_dkk, reached,
        hours_a_year, target_groups, activities, areas,
    )  # fmt: skip
    _save(row, given)
    record(by, "initiatives.register_initiative", row, actor=actor.pk)
    return row


@action("initiatives.edit", on="initiative")
def edit_initiative(
    *,
    by: Principal,
    initiative: Initiative,
    name: str,
    text: str = "",
    target_groups: Iterable[Category] = (),
    activities: Iterable[Category] = (),
    areas: Iterable[Category] = (),
    area_text: str = "",
    since: int | None = None,
    until: int | None = None,
    source: str = "",
    source_url: str = "",
    funding_dkk: int | None = None,
    reached: int | None = None,
    hours_a_year: int | None = None,
    seen: int | None = None,
) -> Initiative:
    """Whoever corrects an initiative also says that it holds."""
    initiative.confirmed_on = today()
    given = Given(
        name, text, area_text, since, until, source, source_url, funding_dkk, reached,
        hours_a_year, target_groups, activities, areas,
    )  # fmt: skip
    _save(initiative, given)
    record(by, "initiatives.edit_initiative", initiative)
    return initiative


def _save(row: Initiative, given: Given) -> None:
    fill(row, given)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy("You have an initiative of this name already. Edit that one."),
            field="name",
        ) from None
    _sort(row, given)
    file_words(row)
    transaction.on_commit(partial(refresh_overlaps.enqueue, row.pk))


def fill(row: Initiative, given: Given) -> None:
    """The rules of an initiative, the same for a page and for a table. Nothing is saved."""
    _check(given)
    row.name = plain_name(given.name, "name", gettext_lazy("Write a name."))
    row.text = tidy(given.text)
    row.area_text, row.source = given.area_text.strip(), given.source.strip()
    row.since, row.until, row.source_url = given.since, given.until, given.source_url
    row.funding_dkk, row.reached = given.funding_dkk, given.reached
    row.hours_a_year = given.hours_a_year


def _check(given: Given) -> None:
    for field, year in (("since", given.since), ("until", given.until)):
        if year is not None and not OLDEST_YEAR <= year <= today().year + 20:
            raise Invalid(gettext_lazy("Write a year with four digits."), field=field)
    if given.since and given.until and given.until < given.since:
        raise Invalid(gettext_lazy("It ends before it begins."), field="until")
    for field in ("funding_dkk", "reached", "hours_a_year"):
        if (getattr(given, field) or 0) < 0:
            raise Invalid(gettext_lazy("Write a number above zero, or nothing."), field=field)


def _sort(row: Initiative, given: Given) -> None:
    kinds = Category.Kind
    for field, kind, words in (
        ("target_groups", kinds.TARGET_GROUP, given.target_groups),
        ("activities", kinds.ACTIVITY, given.activities),
        ("areas", kinds.PLACE, given.areas),
    ):
        getattr(row, field).set([_own(word, kind, field, row) for word in words])


def _own(word: Category, kind: str, field: str, row: Initiative) -> Category:
    found = of_kind(word, kind, field)
    if found is None or found.council_id != row.council_id:
        raise Invalid(gettext_lazy("Choose one from the list."), field=field)
    return found


def file_words(row: Initiative) -> None:
    """Kept apart from the text, so that likeness is found through an index."""
    _file(row.council_id, {row.pk: _words_of(row)})


def _words_of(row: Initiative) -> set[str]:
    return set(queries.terms_of(f"{row.name}\n{row.text}"))


def _file(council: int, wanted: dict[int, set[str]]) -> None:
    filed = InitiativeWord.objects.filter(initiative__in=wanted)
    there = set(filed.values_list("initiative_id", "word"))
    should = {(pk, word) for pk, words in wanted.items() for word in words}
    deletes(InitiativeWord, ("initiative_id", "word"), sorted(there - should)).run()
    new = [(council, pk, word) for pk, word in sorted(should - there)]
    plain_inserts(InitiativeWord, ("council_id", "initiative_id", "word"), new).run()


@task
def file_words_of(council: int, keys: list[int]) -> None:
    """The same for some that a table brought. Their texts are taken apart before the lock is
    held; whoever was changed since has had its words filed by that. Twice changes nothing."""
    rows = Initiative.objects.filter(council=council, pk__in=keys)
    read = {row.pk: (row.version, _words_of(row)) for row in rows}
    with transaction.atomic():
        held = Initiative.objects.select_for_update(no_key=True).filter(pk__in=read).order_by("pk")
        now = dict(held.values_list("pk", "version"))
        wanted = {pk: words for pk, (version, words) in read.items() if now.get(pk) == version}
        _file(council, wanted)


def _free_slug(council: Council, text: str) -> str:
    """`text` as part of an address; a number is added when it is taken."""
    base = slug_of(text) or "initiativ"
    taken = set(
        Initiative.objects.filter(council=council, slug__startswith=base).values_list(
            "slug", flat=True
        )
    )
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in numbered if slug not in taken)


@action("initiatives.edit", on="initiative")
def confirm_initiative(*, by: Principal, initiative: Initiative) -> Initiative:
    """It still holds. Saying so twice a day changes nothing."""
    if initiative.confirmed_on != today():
        initiative.confirmed_on = today()
        initiative.save()
        record(by, "initiatives.confirm_initiative", initiative)
    return initiative


# --- finding overlaps --------------------------------------------------------------------------
def find_overlaps(*, by: Principal, threshold: float = queries.THRESHOLD) -> int:
    """Compares all that runs and stores the pairs; says how many there are.

    Not one transaction: comparing takes long and must not hold up others who write.
    """
    require(by, "initiatives.find_overlaps")
    rows = queries.complete().filter(queries.still_running(), council=by.council)
    known = {queries.key_of(row): row for row in rows}
    pairs = engine.find_overlaps(
        map(queries.as_engine, known.values()),
        threshold=threshold,
        words=queries.vocabulary(by.council),
    )
    return store_overlaps(by=by, pairs=pairs[:MOST_STORED], rows=known)


@action("initiatives.find_overlaps")
def store_overlaps(
    *, by: Principal, pairs: Iterable[engine.Overlap], rows: dict[str, Initiative]
) -> int:
    """Open pairs that are no longer found go; those that somebody has judged stay as judged."""
    locked(by.council)
    there = _still_there(rows)
    found = [_pair(by.council, each, there) for each in pairs if _both(each, there)]
    _upsert(found)
    keep = {(pair.a_id, pair.b_id) for pair in found}
    _forget(Overlap.objects.filter(council=by.council), keep)
    record(by, "initiatives.find_overlaps", pairs=len(found))
    return len(found)


def _still_there(rows: dict[str, Initiative]) -> dict[str, Initiative]:
    keys = [row.pk for row in rows.values()]
    alive = set(Initiative.objects.filter(pk__in=keys).values_list("pk", flat=True))
    return {key: row for key, row in rows.items() if row.pk in alive}


def _both(pair: engine.Overlap, rows: dict[str, Initiative]) -> bool:
    return pair.a in rows and pair.b in rows


def _pair(council: Council, pair: engine.Overlap, rows: dict[str, Initiative]) -> Overlap:
    a, b = sorted((rows[pair.a], rows[pair.b]), key=lambda row: row.pk)
    return Overlap(
        council=council,
        a=a,
        b=b,
        strength=pair.strength,
        certainty=pair.certainty,
        reasons=[asdict(reason) for reason in pair.reasons],
    )


def _upsert(found: list[Overlap]) -> None:
    Overlap.objects.bulk_create(
        found,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["a", "b"],
        update_fields=["strength", "certainty", "reasons"],
    )


def _forget(rows: Any, keep: set[tuple[int, int]]) -> None:
    stored = rows.filter(status=Overlap.Status.OPEN).values_list("pk", "a_id", "b_id")
    gone = [key for key, a, b in stored if (a, b) not in keep]
    for start in range(0, len(gone), 500):
        Overlap.objects.filter(pk__in=gone[start : start + 500]).delete()


@task
def refresh_overlaps(initiative: int) -> None:
    """After an initiative was saved: its own pairs only, by index."""
    row = queries.complete().select_related("council").filter(pk=initiative).first()
    if row is None:
        return
    others = [] if row.has_ended else _candidates(row)
    rows = {queries.key_of(each): each for each in [*others, row]}
    pairs = engine.similar_to(
        queries.as_engine(row),
        map(queries.as_engine, others),
        limit=MOST_PAIRS,
        threshold=queries.THRESHOLD,
        words=queries.vocabulary(row.council),
    )
    with transaction.atomic():
        by = system(row.council)
        locked(by.council)
        there = _still_there(rows)
        found = [_pair(by.council, each, there) for each in pairs if _both(each, there)]
        _upsert(found)
        keep = {(pair.a_id, pair.b_id) for pair in found}
        mine = Overlap.objects.filter(council=by.council)
        _forget(mine.filter(a=row) | mine.filter(b=row), keep)
        record(by, "initiatives.refresh_overlaps", row, pairs=len(found))


def _candidates(row: Initiative) -> list[Initiative]:
    words = list(row.words.values_list("word", flat=True))
    found = queries.candidates(row.council, words, row.target_groups.all())
    return [other for other in found if other.pk != row.pk]


@task
def recompute_overlaps(council: int) -> None:
    """Everything anew, asked for by the secretariat."""
    find_overlaps(by=system(Council.objects.get(pk=council)))


@action("initiatives.find_overlaps")
def ask_for_overlaps(*, by: Principal) -> None:
    """Starts the comparison of everything, done in the background."""
    record(by, "initiatives.ask_for_overlaps")
    transaction.on_commit(partial(recompute_overlaps.enqueue, by.council.pk))


# --- words that mean the same ------------------------------------------------------------------
@action("initiatives.edit_synonyms")
def add_synonyms(*, by: Principal, kind: str, words: str) -> SynonymSet:
    """Words of the place that mean the same, parted by commas; the first stands for all."""
    if kind not in SynonymSet.Kind.values:
        raise Invalid(gettext_lazy("Choose one from the list."), field="kind")
    told = list(
        dict.fromkeys(word for part in words.split(",") if (word := " ".join(part.split())))
    )
    if len(told) < 2:
        raise Invalid(gettext_lazy("Write two words or more, with commas between."), field="words")
    if not all(concept(word) for word in told):
        raise Invalid(gettext_lazy("Write words, not only signs."), field="words")
    row = SynonymSet(council=by.council, kind=kind, words=", ".join(told))
    if len(row.words) > MOST_LETTERS:
        raise Invalid(gettext_lazy("Write fewer words; make two sets of them."), field="words")
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Invalid(gettext_lazy("These words stand there already."), field="words") from None
    record(by, "initiatives.add_synonyms", row)
    return row


@action("initiatives.edit_synonyms", on="synonyms")
def remove_synonyms(*, by: Principal, synonyms: SynonymSet) -> None:
    record(by, "initiatives.remove_synonyms", synonyms)
    synonyms.delete()


# --- judging a pair ----------------------------------------------------------------------------
@action("initiatives.judge_overlap", on="overlap")
def mark_not_same(*, by: Principal, overlap: Overlap, reason: str) -> Overlap:
    """The pair stays away when overlaps are found anew."""
    if not reason.strip():
        raise Invalid(gettext_lazy("Write in what way they differ."), field="reason")
    if overlap.status == Overlap.Status.COORDINATING:
        raise Conflict(gettext_lazy("The two are being coordinated. Decide that case instead."))
    overlap.status, overlap.not_same_reason = Overlap.Status.NOT_SAME, reason.strip()
    overlap.save()
    record(by, "initiatives.mark_not_same", overlap)
    return overlap


@action("initiatives.look_again", on="overlap")
def look_again(*, by: Principal, overlap: Overlap) -> Overlap:
    """Takes the mark “not the same” away."""
    if overlap.status != Overlap.Status.NOT_SAME:
        raise Conflict(gettext_lazy("The pair is not marked as different."))
    overlap.status, overlap.not_same_reason = Overlap.Status.OPEN, ""
    overlap.save()
    record(by, "initiatives.look_again", overlap)
    return overlap


# --- coordination ------------------------------------------------------------------------------
@action("initiatives.judge_overlap", on="overlap")
def open_coordination(*, by: Principal, overlap: Overlap) -> Coordination:
    """A case that the owners of both are told about. Opened twice it is the same case."""
    case: Coordination | None = Coordination.objects.filter(overlap=overlap).first()
    if case is not None:
        return case
    if overlap.status == Overlap.Status.NOT_SAME:
        raise Conflict(gettext_lazy("The pair is marked as different. Take that mark away first."))
    case = Coordination(council=by.council, overlap=overlap)
    case.sign(by)
    case.save()
    overlap.status = Overlap.Status.COORDINATING
    overlap.save()
    record(by, "initiatives.open_coordination", case)
    _tell_owners(
        case,
        subject=gettext_noop("Shall we coordinate “%(a)s” and “%(b)s”?"),
        text=gettext_noop(
            "“%(a)s” and “%(b)s” look alike. Perhaps you can free time by doing something "
            "together. Talk it over, and write here what you decide:\n\n%(url)s"
        ),
        kind="initiatives.coordination_opened",
    )
    return case


@action("initiatives.settle", on="coordination")
def settle_coordination(
    *,
    by: Principal,
    coordination: Coordination,
    choice: str,
    reason: str,
    hours_freed: int | None = None,
    follow_up: date | None = None,
    seen: int | None = None,
) -> Coordination:
    """What the owners decide. It can be decided anew when it is looked at again."""
    if choice not in Coordination.Choice.values:
        raise Invalid(gettext_lazy("Choose what you do."), field="choice")
    if not reason.strip():
        raise Invalid(gettext_lazy("Write why you chose this."), field="reason")
    if hours_freed is not None and not 0 <= hours_freed <= MOST_HOURS:
        raise Invalid(gettext_lazy("Write how many hours a year it frees."), field="hours_freed")
    if follow_up is None or follow_up < today():
        raise Invalid(gettext_lazy("Choose a day to look at it again."), field="follow_up")
    coordination.choice, coordination.reason = choice, reason.strip()
    coordination.hours_freed, coordination.follow_up = hours_freed, follow_up
    coordination.status, coordination.decided = Coordination.Status.DECIDED, timezone.now()
    coordination.save()
    record(by, "initiatives.settle_coordination", coordination, choice=choice, hours=hours_freed)
    _tell_owners(
        coordination,
        subject=gettext_noop("Decided: “%(a)s” and “%(b)s”"),
        text=gettext_noop("This is what was decided: %(choice)s.\n\nRead why:\n\n%(url)s"),
        kind="initiatives.coordination_settled",
    )
    return coordination


def _tell_owners(case: Coordination, *, subject: str, text: str, kind: str) -> None:
    """`subject` and `text` are source sentences; mail is in the language of the installation."""
    a, b = case.overlap.a, case.overlap.b
    url = case.council.address(reverse("initiatives:coordination", args=[case.pk]))
    with translation.override(settings.LANGUAGE_CODE):
        choice = case.get_choice_display()
        values = {"a": a.name, "b": b.name, "choice": choice, "url": url}
        subject, text = _(subject) % values, _(text) % values
    for address in sorted({*addresses(a.actor), *addresses(b.actor)}):
        notify(council=case.council, to=address, subject=subject, text=text, kind=kind)
