"""Which rows may have changed, as the log tells it.

Every action ends with an entry in the log, so what was done since the index was last brought up to
date says which rows to look at again, and all others need not be read. Each source names the models
whose change touches its rows (`Source.ties`). An entry that nobody here can read (a table that was
taken in, an erasure, a room that is new) asks for a whole round instead: too much is read now and
then, never too little.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.public.search.models import Kind
from samskab.civic.public.search.sources import SOURCES, Source

# More entries than this are not looked through one by one.
MOST = 20_000
TOGETHER = 500
# What an entry says beside its subject, and the model that it means.
BESIDE = {
    "actor": "actors.actor",
    "challenge": "challenges.challenge",
    "concept": "concepts.concept",
    "pilot": "pilots.pilot",
}
# Rooms in which nothing but the rows of `ties` can change what is found.
QUIET = frozenset(
    {
        "accounts", "actors", "catalogue", "challenges", "coalitions", "comments", "concepts",
        "core", "council", "culture", "evaluation", "federation", "following", "initiatives",
        "inquiry", "knowledge", "news", "notifications", "pilots",
    }
)  # fmt: skip
# Steps of taking a table in before its rows are written.
QUIET_VERBS = frozenset(
    f"imports.{step}" for step in ("upload_table", "match_columns", "keep_report", "start")
)
# Moves rows from one word to another without naming them.
WHOLE = frozenset({"actors.merge_categories"})

Subjects = Mapping[str, set[int]]
Touched = dict[Kind, set[int]]


def changed(council: Council, after: int, until: int) -> Touched | None:
    """The rows of each kind that may have changed between two entries of the log; None when only
    a whole round can tell. Reads the entries, and the rows that hang on what they name."""
    if until - after > MOST:
        return None
    entries = LogEntry.objects.filter(council=council, seq__gt=after, seq__lte=until)
    subjects = _subjects(entries.values_list("verb", "subject", "data").iterator(chunk_size=2000))
    if subjects is None:
        return None
    return {source.kind: _touched(council, source, subjects) for source in SOURCES}


def _subjects(entries: Iterable[tuple[str, str, dict[str, Any]]]) -> Subjects | None:
    known = {label for source in SOURCES for label in source.ties}
    found: dict[str, set[int]] = defaultdict(set)
    for verb, subject, data in entries:
        if verb in WHOLE:
            return None
        named = {(label, key) for label, key in _named(subject, data) if label in known}
        for label, key in named:
            found[label].add(key)
        if not named and verb.partition(".")[0] not in QUIET and verb not in QUIET_VERBS:
            return None
    return found


def _named(subject: str, data: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    label, _, key = subject.partition(":")
    if key.isdecimal():
        yield label, int(key)
    for name, model in BESIDE.items():
        if isinstance(data.get(name), int):
            yield model, data[name]


def _touched(council: Council, source: Source, subjects: Subjects) -> set[int]:
    """The keys of this source's rows that are named, or hang on something that is; of rows that
    are gone or no longer public too."""
    found: set[int] = set()
    for label, lookup in source.ties.items():
        keys = sorted(subjects.get(label, ()))
        if lookup == "pk":
            found.update(keys)
            continue
        for start in range(0, len(keys), TOGETHER):
            hanging = Q(**{f"{lookup}__in": keys[start : start + TOGETHER]})
            rows = source.model._default_manager.filter(hanging, council=council)
            found.update(rows.values_list("pk", flat=True))
    return found
