"""The index is kept by the installation itself. It says nothing new about anybody, so the log,
which tells what people did, is left alone."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
    transactions, so that nobody waits for it. Run by one worker at a time (`refresh_due`).
    """
    began = time.monotonic()
    seen = Council.objects.values_list("log_seq", flat=True).get(pk=council.pk)
    rows = Document.objects.filter(council=council).values_list("kind", "row_id", "digest")
    known: dict[Key, str] = {(kind, key): digest for kind, key, digest in rows}
    filed, kinds, chunk = 0, Counter[str](), list[Entry]()
    for entry in _entries(council):
        kinds[entry.kind.value] += 1
        if known.pop((entry.kind, entry.row_id), "") == entry.digest:
            continue
        chunk.append(entry)
        if len(chunk) == CHUNK:
            filed += _file(council, chunk)
            chunk = []
    filed += _file(council, chunk)
    removed = _remove(council, list(known))
    Term.objects.filter(council=council, n=0).delete()
    IndexState.objects.update_or_create(
        council=council,
        defaults={
            "log_seq": seen,
            "n_documents": kinds.total(),
            "kinds": dict(kinds),
            "seconds": round(time.monotonic() - began),
            "at": timezone.now(),
        },
    )
    return Changes(filed, removed)


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


def refresh_due() -> int:
    """Brings every council's index up to date where something was done since the last time.

    For the worker's round and after loading; two statements when there is nothing to do. How
    many documents changed.
    """
    states = {state.council_id: state for state in IndexState.objects.all()}
    changed = 0
    for council in Council.objects.all():
        if not _is_due(council, states.get(council.pk)):
            continue
        claim = f"search:reindex:{council.pk}"
        if cache.add(claim, 1, LONGEST_RUN):
            try:
                done = reindex(council)
                changed += done.filed + done.removed
            finally:
                cache.delete(claim)
    return changed


def _is_due(council: Council, state: IndexState | None) -> bool:
    if state is None:
        return True
    waited = timezone.now() - state.at
    if waited < timedelta(seconds=REST * state.seconds):
        return False
    return state.log_seq != council.log_seq or waited > AGAIN_AFTER


@task
def refresh() -> int:
    """The same as a task, for after a large import."""
    return refresh_due()
