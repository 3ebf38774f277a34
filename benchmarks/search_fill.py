"""Fills an installation with public documents and their index: `python -m benchmarks.search_fill
NUMBER`.

Made of sentences drawn from the usual words of Danish (Zipf) and compounds of them, three to a
document. Rows and index in bulk instead of by actions, with the weights that the actions use;
only a number in each title, which keeps names apart, is left out of the index. Prints queries as
JSON, one a line.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

SENTENCES, TITLES, WORDS, COMPOUNDS = 30_000, 20_000, 40_000, 20_000
SENTENCE, TITLE, TOGETHER = 11, 4, 3
QUERIES = 400
BATCH = 20_000
LETTERS = "abcdefghijklmnoprstuvyæøå"


@dataclass(frozen=True)
class Piece:
    """A sentence or a title, with its terms counted."""

    text: str
    terms: Counter[str]


class Source:
    """Sentences and titles to put documents together from."""

    def __init__(self, seed: int = 1) -> None:
        from wordfreq import top_n_list

        self.draw = random.Random(seed)
        usual = [word for word in top_n_list("da", WORDS) if word.isalpha()]
        long = [word for word in usual[300:6000] if 4 <= len(word) <= 8]
        pairs = (self.draw.sample(long, 2) for _ in range(COMPOUNDS))
        self.words = usual + ["".join(pair) for pair in pairs]
        at = 0.0
        self.heights = [at := at + 1 / (rank + 3) for rank in range(len(self.words))]
        self.sentences = [self._piece(SENTENCE, 1) for _ in range(SENTENCES)]
        self.titles = [self._piece(TITLE, 4) for _ in range(TITLES)]

    def _piece(self, length: int, times: int) -> Piece:
        from samskab.engine.language import analyse

        words = self.draw.choices(self.words, cum_weights=self.heights, k=length)
        # every sentence has something of its own to be about
        words += self.draw.sample(self.words, 1 if times == 1 else 0)
        text = " ".join(words).capitalize()
        counts = Counter(analyse(text))
        return Piece(text, Counter({term: n * times for term, n in counts.items()}))

    def document(self) -> tuple[str, str, Counter[str]]:
        title = self.draw.choice(self.titles)
        chosen = self.draw.sample(self.sentences, TOGETHER)
        counts = Counter(title.terms)
        for piece in chosen:
            counts.update(piece.terms)
        return title.text, ". ".join(piece.text for piece in chosen) + ".", counts


def main(arguments: list[str]) -> int:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
    django.setup()
    source = Source()
    fill(int(arguments[0]), source)
    for query in queries(source):
        print(json.dumps(query))
    return 0


def fill(number: int, source: Source) -> None:
    from samskab.civic.commons.actors.models import Actor
    from samskab.civic.commons.initiatives.models import Initiative
    from samskab.civic.commons.knowledge.models import Article
    from samskab.civic.foundation.core.clock import now
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.journey.challenges.models import Challenge
    from samskab.civic.public.search.models import Kind

    council = Council.objects.get(is_default=True)
    moment = now()
    actor = Actor.objects.filter(council=council).order_by("pk")[0]
    shapes = [
        (
            Kind.CHALLENGE,
            Challenge(council=council, is_public=True, moved_at=moment),
            "title",
            "what",
        ),
        (Kind.ARTICLE, Article(council=council, kind="case"), "title_da", "text_da"),
        (Kind.INITIATIVE, Initiative(council=council, actor=actor), "name", "text"),
    ]
    Index(council.pk, Bulk(), shapes, source).make(number)


class Index:
    """Writes rows and what the index keeps of them."""

    def __init__(self, council: int, write: Any, shapes: Sequence[Any], source: Source) -> None:
        self.council, self.write, self.shapes, self.source = council, write, shapes, source
        self.terms: dict[str, int] = {}
        self.holding: Counter[int] = Counter()
        self.kinds: Counter[str] = Counter()
        self.first = {kind: last_key(type(row)) + 1 for kind, row, _, _ in shapes}

    def make(self, number: int) -> None:
        from samskab.civic.public.search.models import Document, Posting, Spelling, Term

        for model in (Posting, Spelling, Document, Term):
            model.objects.all().delete()
        start = time.monotonic()
        with self.write.without_indexes(Posting):
            for done in range(0, number, BATCH):
                self._batch(done, min(BATCH, number - done))
                if done % 200_000 == 0:
                    say(f"{done:,} documents, {time.monotonic() - start:.0f} s")
            self._vocabulary()
            say(f"tables written, {time.monotonic() - start:.0f} s")
        self._state()
        self.write.finish()
        say(f"indexes made, {time.monotonic() - start:.0f} s")

    def _batch(self, done: int, size: int) -> None:
        from samskab.civic.public.search.models import Document, Posting
        from samskab.civic.public.search.weighing import weighed

        made: dict[Any, list[tuple[Any, ...]]] = {}
        documents, postings = [], []
        for at in range(done + 1, done + size + 1):
            kind, row, title_field, text_field = self.shapes[at % len(self.shapes)]
            title, text, counts = self.source.document()
            key = self.first[kind] + self.kinds[kind.value]
            self.kinds[kind.value] += 1
            changed = {
                "id": key,
                title_field: f"{title} {at}",
                text_field: text,
                "slug": f"side-{at}",
            }
            made.setdefault(type(row), []).append(values(row, changed))
            documents.append((at, kind.value, key))
            for term, weight in weighed(counts).items():
                number = self.terms.setdefault(term[:60], len(self.terms) + 1)
                self.holding[number] += 1
                postings.append((self.council, number, at, kind.number, weight))
        for model, rows in made.items():
            self.write.rows(model, columns(model), rows)
        fresh = Document(council_id=self.council, digest="x")
        filed = [
            values(fresh, {"id": pk, "kind": kind, "row_id": row}) for pk, kind, row in documents
        ]
        self.write.rows(Document, columns(Document), filed)
        names = ["council_id", "term_id", "document_id", "kind", "weight"]
        self.write.rows(Posting, names, postings)

    def _vocabulary(self) -> None:
        from samskab.civic.public.search.models import Spelling, Term
        from samskab.civic.public.search.weighing import keys_of, spelled
        from samskab.engine.language import analyse

        rows = [(pk, self.council, text, self.holding[pk]) for text, pk in self.terms.items()]
        self.write.rows(Term, ["id", "council_id", "text", "n"], rows)
        pieces = [*self.source.titles, *self.source.sentences]
        words = sorted(spelled((), (piece.text for piece in pieces)))
        found = [(word, self.terms.get(next(iter(analyse(word)), "")[:60])) for word in words]
        keys = sorted(
            (self.council, key, word, term) for word, term in found if term for key in keys_of(word)
        )
        say(f"{len(self.terms):,} terms, {len(words):,} words, {self.holding.total():,} postings")
        self.write.rows(Spelling, ["council_id", "key", "text", "term_id"], keys)

    def _state(self) -> None:
        from samskab.civic.foundation.core.clock import now
        from samskab.civic.foundation.core.models import Council
        from samskab.civic.public.search.models import IndexState

        seen = Council.objects.values_list("log_seq", flat=True).get(pk=self.council)
        IndexState.objects.update_or_create(
            council_id=self.council,
            defaults={
                "log_seq": seen,
                "n_documents": self.kinds.total(),
                "kinds": dict(self.kinds),
                "at": now(),
            },
        )


def queries(source: Source, seed: int = 2) -> Iterator[str]:
    """What people type: one to three words of a document, a third of the queries with one word
    misspelt and a fifth cut off in the middle of the last one."""
    draw = random.Random(seed)
    for at in range(QUERIES):
        pool = draw.choice([source.titles, source.sentences])
        words = draw.choice(pool).text.lower().split()
        chosen = draw.sample(words, min(len(words), draw.choice((1, 1, 2, 2, 3))))
        if at % 3 == 0:
            chosen[0] = misspelt(chosen[0], draw)
        query = " ".join(chosen)
        yield query[: -max(1, len(chosen[-1]) // 3)] if at % 5 == 0 else f"{query} "


def misspelt(word: str, draw: random.Random) -> str:
    at = draw.randrange(len(word))
    how = draw.choice(("out", "in", "over", "swap"))
    if how == "swap":
        return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    new = "" if how == "out" else draw.choice(LETTERS)
    return word[:at] + new + word[at + (how != "in") :]


def columns(model: Any) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def values(row: Any, changed: dict[str, Any]) -> tuple[Any, ...]:
    """The columns of a row as the database takes them."""
    from django.db import connection

    kept = row.__dict__.setdefault("_columns", {}) or row.__dict__["_columns"]
    if not kept:
        for field in row._meta.concrete_fields:
            value = field.pre_save(row, True)
            kept[field.attname] = field.get_db_prep_save(value, connection)
    return tuple(changed.get(name, value) for name, value in kept.items())


def last_key(model: Any) -> int:
    row = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    return int(row or 0)


class Bulk:
    """Many rows at once, the fastest way that each database has; a measure's database only."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection
        self.cursor = connection.cursor()
        self.is_postgres = connection.vendor == "postgresql"
        if self.is_postgres:
            self.cursor.execute("SET session_replication_role = replica")
        else:
            self.cursor.execute("PRAGMA synchronous = OFF")

    def rows(self, model: Any, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
        listed = ", ".join(f'"{name}"' for name in names)
        table = model._meta.db_table
        if self.is_postgres:
            with self.cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" for _ in names)
        raw = self.connection.connection
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("BEGIN")
        insert = f"INSERT INTO {table} ({listed}) VALUES ({marks})"  # noqa: S608  # our own names
        raw.executemany(insert, rows)
        raw.execute("COMMIT")

    @contextmanager
    def without_indexes(self, model: Any) -> Iterator[None]:
        """The table's index is made in one go afterwards; what must be unique stays so."""
        with self.connection.schema_editor() as editor:
            for index in model._meta.indexes:
                editor.remove_index(model, index)
        yield
        with self.connection.schema_editor() as editor:
            for index in model._meta.indexes:
                editor.add_index(model, index)

    def finish(self) -> None:
        self.cursor.execute("VACUUM ANALYZE" if self.is_postgres else "ANALYZE")


def say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
