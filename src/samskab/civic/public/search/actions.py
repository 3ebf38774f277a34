"""The index is kept by the installation itself. It says nothing new about anybody, so the log,
which tells what people did, is left alone."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import override
from django_tasks import task

from samskab.civic.foundation.core.models import Council
from samskab.civic.public.search.changes import changed
from samskab.civic.public.search.models import (
    Document,
    IndexState,
    Kind,
    Posting,
    Spelling,
    Term,
)
from samskab.civic.public.search.sources import SOURCES, Source
from samskab.civic.public.search.weighing import LONGEST_TERM, VERSION, keys_of, spelled, weights
from samskab.engine.language import analyse

LANGUAGES = ("da", "en")
CHUNK = 200
# What depends on the date (offers and their periods) is looked at again even when nobody acted.
AGAIN_AFTER = timedelta(hours=12)
LONGEST_RUN = 600
# A round over very many rows is not begun again at once: one part work, nine parts rest.
REST = 9

Key = tuple[str, int]


@dataclass(frozen=True)
class Entry:
    """What is to be filed for one row: its words in every language."""

    kind: Kind
    row_id: int
    titles: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def digest(self) -> str:
        text = "\x1f".join((str(VERSION), *self.titles, "\x1e", *self.texts))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Changes:
    """How many documents were filed anew and how many were taken out."""

    filed: int
    removed: int


def reindex(council: Council) -> Changes:
    """Brings the index of a council up to date; only what changed is written.

    Reads every public row; time O(rows), and words only of changed ones. Writes in short
    transactions, so that nobody waits for it. Run by one worker at a time (`refresh_due`), and by
    `samskab reindex`.
    """
    began = time.monotonic()
    seen = Council.objects.values_list("log_seq", flat=True).get(pk=council.pk)
    rows = Document.objects.filter(council=council).values_list("kind", "row_id", "digest")
    known: dict[Key, str] = {(kind, key): digest for kind, key, digest in rows}
    kinds = Counter[str]()
    filed = _file_changed(council, _entries(council), known, kinds)
    removed = _remove(council, list(known))
    Term.objects.filter(council=council, n=0).delete()
    now = timezone.now()
    IndexState.objects.update_or_create(
        council=council,
        defaults={
            "log_seq": seen,
            "n_documents": kinds.total(),
            "kinds": dict(kinds),
            "seconds": round(time.monotonic() - began),
            "at": now,
            "whole_at": now,
        },
    )
    return Changes(filed, removed)


def follow(council: Council, state: IndexState) -> Changes | None:
    """The same for what the log names since the last time, and reads no other row; None when it
    names something that takes a whole round. Time O(entries and rows named)."""
    seen = Council.objects.values_list("log_seq", flat=True).get(pk=council.pk)
    touched = changed(council, state.log_seq, seen)
    if touched is None:
        return None
    filed, removed, kinds = 0, 0, Counter[str](state.kinds)
    for source in SOURCES:
        keys = sorted(touched[source.kind])
        for start in range(0, len(keys), CHUNK):
            done = _look_at(council, source, keys[start : start + CHUNK], kinds)
            filed, removed = filed + done.filed, removed + done.removed
    if removed or filed:
        Term.objects.filter(council=council, n=0).delete()
    state.log_seq, state.kinds, state.at = seen, dict(kinds), timezone.now()
    state.n_documents = kinds.total()
    state.save()
    return Changes(filed, removed)


def _look_at(council: Council, source: Source, keys: list[int], kinds: Counter[str]) -> Changes:
    """These rows of one kind: filed anew where they say something else, out where not public."""
    rows = Document.objects.filter(council=council, kind=source.kind, row_id__in=keys)
    known: dict[Key, str] = {
        (source.kind.value, key): digest for key, digest in rows.values_list("row_id", "digest")
    }
    before = len(known)
    public = source.rows(council).filter(pk__in=keys).order_by("pk")
    now = Counter[str]()
    filed = _file_changed(council, (_entry(source, row) for row in public), known, now)
    kinds[source.kind.value] += now.total() - before
    return Changes(filed, _remove(council, list(known)))


def _file_changed(
    council: Council, entries: Iterable[Entry], known: dict[Key, str], kinds: Counter[str]
) -> int:
    """Files those that are not known as they are, and counts all; what is left in `known` is
    no longer public."""
    filed, chunk = 0, list[Entry]()
    for entry in entries:
        kinds[entry.kind.value] += 1
        if known.pop((entry.kind.value, entry.row_id), "") == entry.digest:
            continue
        chunk.append(entry)
        if len(chunk) == CHUNK:
            filed += _file(council, chunk)
            chunk = []
    return filed + _file(council, chunk)


def _entries(council: Council) -> Iterator[Entry]:
    for source in SOURCES:
        for row in source.rows(council).order_by("pk").iterator(chunk_size=500):
            yield _entry(source, row)


def _entry(source: Source, row: Any) -> Entry:
    titles, texts = [], []
    for language in LANGUAGES:
        with override(language):
            titles.append(source.title(row))
            texts.append(source.text(row))
    return Entry(source.kind, row.pk, tuple(dict.fromkeys(titles)), tuple(dict.fromkeys(texts)))


def _file(council: Council, entries: Sequence[Entry]) -> int:
    """Files these entries anew, whole or not at all."""
    if not entries:
        return 0
    weighed = [weights(entry.titles, entry.texts) for entry in entries]
    with transaction.atomic():
        _take_out(council, [(entry.kind, entry.row_id) for entry in entries])
        documents = Document.objects.bulk_create(
            Document(council=council, kind=entry.kind, row_id=entry.row_id, digest=entry.digest)
            for entry in entries
        )
        terms = _terms(council, {term for weight in weighed for term in weight})
        Posting.objects.bulk_create(
            (
                Posting(
                    council=council,
                    document=document,
                    term=terms[term],
                    kind=entry.kind.number,
                    weight=weight,
                )
                for document, entry, found in zip(documents, entries, weighed, strict=True)
                for term, weight in sorted(found.items())
            ),
            batch_size=500,
        )
        _count(Counter(terms[term].pk for found in weighed for term in found))
        _spell(council, entries, terms)
    return len(entries)


def _terms(council: Council, texts: Collection[str]) -> dict[str, Term]:
    """The rows of these terms; new ones are made."""
    wanted = sorted(texts)
    known = {term.text: term for term in _some(Term.objects.filter(council=council), wanted)}
    fresh = [Term(council=council, text=text) for text in wanted if text not in known]
    return known | {term.text: term for term in Term.objects.bulk_create(fresh, batch_size=500)}


def _some(rows: QuerySet[Term], texts: Sequence[str]) -> Iterator[Term]:
    for start in range(0, len(texts), 500):
        yield from rows.filter(text__in=texts[start : start + 500])


def _count(changes: Mapping[int, int]) -> None:
    """So many documents more (or less) hold these terms."""
    for change in sorted(set(changes.values())):
        keys = sorted(key for key, number in changes.items() if number == change)
        for start in range(0, len(keys), 500):
            Term.objects.filter(pk__in=keys[start : start + 500]).update(n=F("n") + change)


def _spell(council: Council, entries: Sequence[Entry], terms: Mapping[str, Term]) -> None:
    """Keeps the words as they are written, so that a misspelt one leads to them."""
    words = {word for entry in entries for word in spelled(entry.titles, entry.texts)}
    keys = {f"={word}": word for word in words}
    known = Spelling.objects.filter(council=council)
    for start in range(0, len(keys), 500):
        some = sorted(keys)[start : start + 500]
        words.difference_update(known.filter(key__in=some).values_list("text", flat=True))
    rows = [
        Spelling(council=council, key=key, text=word, term=term)
        for word in sorted(words)
        if (term := terms.get(_first_term(word)))
        for key in sorted(keys_of(word))
    ]
    Spelling.objects.bulk_create(rows, batch_size=500)


def _first_term(word: str) -> str:
    return next(iter(analyse(word)), "")[:LONGEST_TERM]


def _remove(council: Council, keys: Sequence[Key]) -> int:
    for start in range(0, len(keys), CHUNK):
        with transaction.atomic():
            _take_out(council, keys[start : start + CHUNK])
    return len(keys)


def _take_out(council: Council, keys: Sequence[Key]) -> None:
    for kind in sorted({kind for kind, _ in keys}):
        rows = [key for other, key in keys if other == kind]
        documents = Document.objects.filter(council=council, kind=kind, row_id__in=rows)
        postings = Posting.objects.filter(document__in=documents)
        _count({key: -n for key, n in Counter(postings.values_list("term", flat=True)).items()})
        postings.delete()
        documents.delete()


def empty(council: Council) -> None:
    """Throws the index of a council away; until it is read anew, nothing is found."""
    for model in (Posting, Spelling, Document, Term, IndexState):
        model.objects.filter(council=council).delete()


def refresh_due() -> int:
    """Brings every council's index up to date where something was done since the last time.

    For the worker's round and after loading; two statements when there is nothing to do. How
    many documents changed.
    """
    states = {state.council_id: state for state in IndexState.objects.all()}
    number = 0
    for council in Council.objects.all():
        state = states.get(council.pk)
        if not _is_due(council, state):
            continue
        claim = f"search:reindex:{council.pk}"
        if cache.add(claim, 1, LONGEST_RUN):
            try:
                done = _refresh(council, state)
                number += done.filed + done.removed
            finally:
                cache.delete(claim)
    return number


def _is_due(council: Council, state: IndexState | None) -> bool:
    return state is None or state.log_seq != council.log_seq or _is_old(state)


def _is_old(state: IndexState) -> bool:
    return state.whole_at is None or timezone.now() - state.whole_at > AGAIN_AFTER


def _refresh(council: Council, state: IndexState | None) -> Changes:
    if state is None or _is_old(state):
        return reindex(council)
    done = follow(council, state)
    if done is not None:
        return done
    waited = timezone.now() - (state.whole_at or state.at)
    if waited < timedelta(seconds=REST * state.seconds):
        return Changes(0, 0)
    return reindex(council)


@task
def refresh() -> int:
    """The same as a task, for after a large import."""
    return refresh_due()
