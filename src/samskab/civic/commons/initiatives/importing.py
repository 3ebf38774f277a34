"""Initiatives from a table, held to the rules of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samskab.civic.commons.actors.actions import slug_of
from samskab.civic.commons.actors.importing import (
    CONFIRMED,
    KEY,
    Known,
    Once,
    draft_of,
    overlaid,
    past,
    words_of,
)
from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.initiatives import actions, queries
from samskab.civic.commons.initiatives.models import Initiative, InitiativeWord
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports.kinds import (
    Column,
    Draft,
    Kind,
    Line,
    folded,
    in_chunks,
    register,
)
from samskab.civic.foundation.imports.writing import BATCH, write_changed, write_new

# Up to so many rows are compared with the others one by one; more make all be compared anew.
ONE_BY_ONE = 20
_SORTED = (
    ("target_groups", Category.Kind.TARGET_GROUP),
    ("activities", Category.Kind.ACTIVITY),
    ("areas", Category.Kind.PLACE),
)


class InitiativeBook:
    FIELDS = (
        "external_key", "name", "text", "area_text", "since", "until", "reached", "hours_a_year",
        "funding_dkk", "source", "source_url", "confirmed_on",
    )  # fmt: skip

    def __init__(self, by: Principal) -> None:
        self.council = by.council

    def look_up(self, lines: Sequence[Line]) -> None:
        self.known, self.once = Known(self.council), Once()
        self.words = {name: words_of(self.council, kind) for name, kind in _SORTED}
        actors = {self.known.find(line.cells.get("actor", "")) for line in lines} - {None}
        keys = {line.cells.get("key", "") for line in lines} - {""}
        self.actors: dict[int, Actor] = {}
        self.by_key: dict[str, Initiative] = {}
        self.by_name: dict[tuple[int, str], Initiative] = {}
        rows = Initiative.objects.prefetch_related("target_groups", "activities", "areas")
        for some in in_chunks(actors):
            self.actors |= Actor.objects.in_bulk(some)
            for row in rows.filter(actor__in=some).order_by("pk"):
                self._note(row)
        for some in in_chunks(keys):
            for row in rows.filter(council=self.council, external_key__in=some):
                self._note(row)

    def _note(self, row: Initiative) -> None:
        self.by_name[row.actor_id, folded(row.name)] = row
        if row.external_key:
            self.by_key[row.external_key] = row

    def draft(self, line: Line) -> Draft | None:
        pk = self.known.find(line.cells.get("actor", ""))
        if pk is None:
            line.wrong("actor", _("There is no actor of this name or key. Bring the actors first."))
            return None
        actor = self.actors[pk]
        key, name = line.text("key", 80, plain=True), line.text("name", 120, plain=True)
        row = self.by_key.get(key) or self.by_name.get((pk, folded(name)))
        row = row or Initiative(council=self.council, actor=actor)
        before = _of(row)
        after = overlaid(
            line,
            before,
            key=key,
            name=name,
            text=line.text("text", 3000),
            target_groups=self._sorted(line, "target_groups"),
            activities=self._sorted(line, "activities"),
            areas=self._sorted(line, "areas"),
            area_text=line.text("area_text", 200, plain=True),
            since=line.whole("since"),
            until=line.whole("until"),
            reached=line.whole("reached"),
            hours_a_year=line.whole("hours_a_year"),
            funding_dkk=line.whole("funding_dkk", most=10**15),
            source=line.text("source", 200, plain=True),
            source_url=line.url("source_url"),
            confirmed_on=past(line) or before["confirmed_on"],
        )
        self._refuse(line, row, actor, after)
        if line.errors or not _filled(line, row, after):
            return None
        sorted_as = {name: after[name] for name, _kind in _SORTED}
        present = {**_of(row), **sorted_as}
        return draft_of(line, row, before, present, f"{actor.name}: {row.name}", more=sorted_as)

    def _sorted(self, line: Line, name: str) -> frozenset[Category]:
        return frozenset(line.choices(name, self.words[name]))

    def _refuse(self, line: Line, row: Initiative, actor: Actor, after: dict[str, Any]) -> None:
        key, identity = after["key"], (actor.pk, folded(after["name"]))
        if row.actor_id != actor.pk:
            line.wrong("actor", _("The initiative with this key belongs to another actor."))
        if row.external_key and key != row.external_key:
            line.wrong(
                "key",
                _("This initiative is here with the key “%(key)s”.") % {"key": row.external_key},
            )
        same = self.by_name.get(identity)
        if same is not None and same.pk != row.pk:
            line.wrong("name", _("The actor has an initiative of this name already."))
        if key:
            self.once.refuse_twice(line, "key", ("key", key))
        self.once.refuse_twice(line, "name", identity)

    def save(self, by: Principal, drafts: Sequence[Draft]) -> None:
        new = [draft for draft in drafts if draft.is_new]
        changed = [draft for draft in drafts if not draft.is_new]
        _name_addresses(self.council, [draft.thing for draft in new])
        write_new(Initiative, [draft.thing for draft in new])
        write_changed(Initiative, [draft.thing for draft in changed], self.FIELDS)
        _sort_new(new)
        for draft in changed:
            for name, _kind in _SORTED:
                getattr(draft.thing, name).set(draft.more[name])
            actions.file_words(draft.thing)
        _compare(self.council, [draft.thing.pk for draft in drafts])


def _of(row: Initiative) -> dict[str, Any]:
    there = row.pk is not None
    return {
        "key": row.external_key,
        "name": row.name,
        "text": row.text,
        "target_groups": frozenset(row.target_groups.all() if there else ()),
        "activities": frozenset(row.activities.all() if there else ()),
        "areas": frozenset(row.areas.all() if there else ()),
        "area_text": row.area_text,
        "since": row.since,
        "until": row.until,
        "reached": row.reached,
        "hours_a_year": row.hours_a_year,
        "funding_dkk": row.funding_dkk,
        "source": row.source,
        "source_url": row.source_url,
        "confirmed_on": row.confirmed_on,
    }


def _filled(line: Line, row: Initiative, after: dict[str, Any]) -> bool:
    given = actions.Given(**{name: after[name] for name in actions.Given.__dataclass_fields__})
    try:
        actions.fill(row, given)
    except Invalid as error:
        line.refuse(error)
        return False
    row.external_key, row.confirmed_on = after["key"], after["confirmed_on"]
    return True


def _name_addresses(council: Council, rows: Iterable[Initiative]) -> None:
    """A free slug for each; the ones there are read once."""
    new = list(rows)
    taken: set[str] = set()
    if new:
        taken = set(Initiative.objects.filter(council=council).values_list("slug", flat=True))
    for row in new:
        base = slug_of(row.name) or "initiativ"
        row.slug, number = base, 2
        while row.slug in taken:
            row.slug, number = f"{base}-{number}", number + 1
        taken.add(row.slug)


def _sort_new(drafts: Sequence[Draft]) -> None:
    for name, _kind in _SORTED:
        through = getattr(Initiative, name).through
        ties = (
            through(initiative_id=draft.thing.pk, category_id=word.pk)
            for draft in drafts
            for word in sorted(draft.more[name], key=lambda word: word.pk)
        )
        through.objects.bulk_create(ties, batch_size=BATCH)
    words = (
        InitiativeWord(council=row.council, initiative=row, word=word)
        for row in (draft.thing for draft in drafts)
        for word in sorted(set(queries.terms_of(f"{row.name}\n{row.text}")))
    )
    InitiativeWord.objects.bulk_create(words, batch_size=BATCH)


def _compare(council: Council, keys: Sequence[int]) -> None:
    if len(keys) > ONE_BY_ONE:
        transaction.on_commit(partial(actions.recompute_overlaps.enqueue, council.pk))
        return
    for key in keys:
        transaction.on_commit(partial(actions.refresh_overlaps.enqueue, key))


def register_kind() -> None:
    several = gettext_lazy("One or several of our words, parted by semicolons.")
    year = gettext_lazy("A year with four digits.")
    number = gettext_lazy("A whole number.")
    register(
        Kind(
            name="initiativer",
            label=gettext_lazy("Initiatives"),
            what=gettext_lazy("What the actors do already: one initiative in each row."),
            columns=(
                Column(
                    "actor",
                    gettext_lazy("Actor"),
                    gettext_lazy("The name or own key of the actor that runs it."),
                    required=True,
                    also=("aktør", "organisation", "forening", "ejer", "udbyder", "hvem"),
                ),
                Column(
                    "name",
                    gettext_lazy("Name"),
                    gettext_lazy("What the initiative is called."),
                    required=True,
                    also=("navn", "initiativ", "projekt", "titel", "aktivitetens navn"),
                ),
                KEY,
                Column(
                    "text",
                    gettext_lazy("Description"),
                    gettext_lazy("What is done, in plain words."),
                    also=("beskrivelse", "tekst", "om", "formål"),
                ),
                Column(
                    "target_groups",
                    gettext_lazy("Target groups"),
                    several,
                    also=("målgruppe", "for hvem", "target group"),
                ),
                Column(
                    "activities",
                    gettext_lazy("Activities"),
                    several,
                    also=("aktivitet", "hvad", "activity"),
                ),
                Column(
                    "areas",
                    gettext_lazy("Places"),
                    several,
                    also=("sted", "område", "place", "lokalområde", "by"),
                ),
                Column(
                    "area_text",
                    gettext_lazy("Where, in words"),
                    gettext_lazy("An address or a meeting place."),
                    also=("adresse", "mødested", "hvor"),
                ),
                Column(
                    "since",
                    gettext_lazy("Year it began"),
                    year,
                    also=("fra", "start", "startår", "siden", "begyndt"),
                ),
                Column(
                    "until",
                    gettext_lazy("Year it ended"),
                    year,
                    also=("til", "slut", "slutår", "ophørt"),
                ),
                Column(
                    "reached",
                    gettext_lazy("People reached a year"),
                    number,
                    also=("deltagere", "antal deltagere", "brugere", "nået"),
                ),
                Column(
                    "hours_a_year",
                    gettext_lazy("Hours used a year"),
                    number,
                    also=("timer", "timer om året"),
                ),
                Column(
                    "funding_dkk",
                    gettext_lazy("Funding in kroner"),
                    number,
                    also=("bevilling", "tilskud", "beløb", "kr"),
                ),
                Column(
                    "source",
                    gettext_lazy("Source"),
                    gettext_lazy("Where it is known from."),
                    also=("kilde",),
                ),
                Column(
                    "source_url",
                    gettext_lazy("Address of the source"),
                    gettext_lazy("A web page."),
                    also=("link", "hjemmeside", "url"),
                ),
                CONFIRMED,
            ),
            permission="actors.sort",
            open=InitiativeBook,
            list_name="initiatives:list",
        )
    )
