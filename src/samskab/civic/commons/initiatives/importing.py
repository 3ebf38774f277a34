"""Initiatives from a table, held to the rules of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from samskab.civic.commons.actors.actions import slug_of
from samskab.civic.commons.actors.importing import (
    CONFIRMED,
    KEY,
    OwnedBook,
    past,
    words_of,
)
from samskab.civic.commons.actors.models import Category
from samskab.civic.commons.initiatives import actions
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.imports.books import draft_of, in_order, overlaid
from samskab.civic.foundation.imports.kinds import (
    Column,
    Draft,
    Kind,
    Line,
    in_chunks,
    register,
)
from samskab.civic.foundation.imports.writing import Overtaken, Write, deletes, plain_inserts

# Up to so many rows are compared with the others one by one; more make all be compared anew.
ONE_BY_ONE = 20
_SORTED = (
    ("target_groups", Category.Kind.TARGET_GROUP),
    ("activities", Category.Kind.ACTIVITY),
    ("areas", Category.Kind.PLACE),
)


class InitiativeBook(OwnedBook):
    model, NAME = Initiative, "name"
    HAS_KEY = gettext_lazy("This initiative is here with the key “%(key)s”.")
    OTHER_OWNER = gettext_lazy("The initiative with this key belongs to another actor.")
    NAME_TAKEN = gettext_lazy("The actor has an initiative of this name already.")
    FIELDS = (
        "external_key", "name", "text", "area_text", "since", "until", "reached", "hours_a_year",
        "funding_dkk", "source", "source_url", "confirmed_on",
    )  # fmt: skip

    def present(self) -> QuerySet[Initiative]:
        sorted_as = [name for name, _kind in _SORTED]
        return Initiative.objects.prefetch_related(*sorted_as).order_by("pk")

    def look_up(self, lines: Sequence[Line]) -> None:
        super().look_up(lines)
        self.words = {name: words_of(self.council, kind) for name, kind in _SORTED}

    def draft(self, line: Line) -> Draft | None:
        actor = self.owner(line)
        if actor is None:
            return None
        key, name = line.text("key", 80, plain=True), line.text("name", 120, plain=True)
        row = self.row_of(actor, key, name)
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
        self.refuse_others(line, row, actor, after["key"], after["name"])
        if line.errors or not _filled(line, row, after):
            return None
        sorted_as = {name: after[name] for name, _kind in _SORTED}
        present = {**_of(row), **sorted_as}
        ties = _Ties({name: before[name] for name in sorted_as}, sorted_as)
        return draft_of(line, row, before, present, f"{actor.name}: {row.name}", more=ties)

    def _sorted(self, line: Line, name: str) -> frozenset[Category]:
        return frozenset(line.choices(name, self.words[name]))

    def prepare(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """Also the words that they are sorted by. The words of their texts are filed, and the
        likeness to others found, after that: by a worker, a few at a time, where they are many."""
        new = [draft for draft in drafts if draft.is_new]
        changed = [draft for draft in drafts if not draft.is_new]
        _name_addresses(self.council, [draft.thing for draft in new])
        rows = in_order(*self.writes(drafts), *_ties_that_change(changed))
        slugs = {draft.thing.slug for draft in new}
        ties = {name: _ties_of_new(name, new) for name, _kind in _SORTED}

        def run() -> None:
            rows()
            keys = _keys_of_new(self.council, slugs)
            for name, found in ties.items():
                tied = [(keys[slug], word) for slug, word in found]
                plain_inserts(_through(name), _TIE, tied).run()
            _file(self.council, [*keys.values(), *(draft.thing.pk for draft in changed)])

        return run


@dataclass(frozen=True)
class _Ties:
    """The words that an initiative is sorted by, before and after, by field."""

    before: dict[str, frozenset[Category]]
    after: dict[str, frozenset[Category]]


def _through(name: str) -> Any:
    return getattr(Initiative, name).through


_TIE = ("initiative_id", "category_id")


def _ties_that_change(drafts: Sequence[Draft]) -> Iterator[Write]:
    for name, _kind in _SORTED:
        moved = [(d.thing.pk, d.more.before[name], d.more.after[name]) for d in drafts]
        gone = [(pk, word.pk) for pk, before, after in moved for word in before - after]
        come = [(pk, word.pk) for pk, before, after in moved for word in after - before]
        yield deletes(_through(name), _TIE, sorted(gone))
        yield plain_inserts(_through(name), _TIE, sorted(come))


def _keys_of_new(council: Council, slugs: set[str]) -> dict[str, int]:
    """Slug → the key that the database gave. The new ones are the last ones of the council."""
    if not slugs:
        return {}
    rows = Initiative.objects.filter(council=council).order_by("-pk")[: len(slugs)]
    keys = dict(rows.values_list("slug", "pk"))
    if keys.keys() != slugs:
        raise Overtaken
    return keys


def _ties_of_new(name: str, drafts: Sequence[Draft]) -> list[tuple[str, int]]:
    return [
        (draft.thing.slug, key)
        for draft in drafts
        for key in sorted(word.pk for word in draft.more.after[name])
    ]


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


def _file(council: Council, keys: Sequence[int]) -> None:
    """Few at once; of many the texts are filed in pieces, and then all is compared anew."""
    if len(keys) <= ONE_BY_ONE:
        for row in Initiative.objects.filter(pk__in=keys):
            actions.file_words(row)
            transaction.on_commit(partial(actions.refresh_overlaps.enqueue, row.pk))
        return
    for some in in_chunks(keys):
        transaction.on_commit(partial(actions.file_words_of.enqueue, council.pk, some))
    transaction.on_commit(partial(actions.recompute_overlaps.enqueue, council.pk))


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
