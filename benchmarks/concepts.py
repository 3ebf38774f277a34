"""A concept as PDF, the import of a large package, and reading a large catalogue.

Two installations of their own: one serves a catalogue of 10,000 concepts over HTTP, the other
reads it. What is measured runs inside the second one (`python -m benchmarks.concepts measure`).
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.claims import Figure
from benchmarks.installation import command, example, free_port, running

CONCEPTS, PAGES, MEGABYTES = 10_000, 20, 50
PDF_SECONDS, IMPORT_SECONDS, FIRST_SECONDS = 1.0, 5.0, 60.0
RESULT = "concepts.json"


def measure() -> list[Figure]:
    there, here, port = example("concepts-there"), example("concepts-here"), free_port()
    command(there, "benchmarks.concepts", "fill")
    with running(there, port, "serve"):
        command(here, "benchmarks.concepts", "measure", str(port))
    found = json.loads((here / RESULT).read_text())
    return [
        Figure(f"PDF of {found['pages']} pages", found["pdf"], PDF_SECONDS, "s"),
        Figure(f"import of {MEGABYTES} MB of materials", found["import"], IMPORT_SECONDS, "s",
               f"{found['write']:.2f} s to write and sync as many bytes"),
        Figure(f"requests when none of {CONCEPTS:,} concepts has changed", found["requests"], 1),
        Figure("bytes of that answer", found["bytes"], 0, "B"),
        Figure(f"reading {CONCEPTS:,} concepts the first time", found["first"], FIRST_SECONDS, "s",
               f"{found['first_requests']} requests"),
    ]  # fmt: skip


# --- inside an installation --------------------------------------------------------------------
def fill() -> None:
    """So many published concepts, written straight into the tables."""
    from samskab.civic.foundation.core.models import Council
    from samskab.civic.journey.concepts.models import Concept, ConceptVersion

    council = Council.objects.get(is_default=True)
    rows = [
        Concept(council=council, slug=f"nr-{number}", title=f"Koncept {number}", is_public=True,
                problem="Nogen mangler noget om morgenen.", for_whom="Voksne på herberg.",
                sequence=1_000_000 + number)
        for number in range(CONCEPTS)
    ]  # fmt: skip
    Concept.objects.bulk_create(rows, batch_size=1000)
    versions = [
        ConceptVersion(council=council, concept=row, title=row.title, target_slugs=["hjemloese"])
        for row in rows
    ]
    ConceptVersion.objects.bulk_create(versions, batch_size=1000)
    for row, version in zip(rows, versions, strict=True):
        row.current = version
    Concept.objects.bulk_update(rows, ["current"], batch_size=500)


def inside(port: str) -> dict[str, Any]:
    from django.conf import settings

    from samskab.civic.foundation.core.models import Council
    from samskab.civic.foundation.core.principal import system

    settings.LOCAL_HOSTS = [f"127.0.0.1:{port}"]
    by = system(Council.objects.get(is_default=True))
    return pdf() | packaged(by) | read(by, f"http://127.0.0.1:{port}")


def document() -> dict[str, Any]:
    """A recipe that uses all the room that the format gives: about twenty pages."""
    from samskab.civic.journey.concepts import package
    from samskab.civic.journey.concepts.models import Concept

    concept = Concept.objects.filter(origin_slug="", current__isnull=False).first()
    assert concept is not None
    assert concept.current is not None
    found = package.document(concept.current)
    line = ("Kaffe og brød kommer først, og den samme person kommer igen i morgen. " * 5)[:290]
    lines = [f"{number}: {line}" for number in range(40)]
    found["version"] |= dict.fromkeys(package.LISTS, lines)
    stages = dict.fromkeys(("outputs", "outcomes"), lines[:12])
    found["version"]["plan"] = {"stages": stages, "assumptions": {}, "weeks": 16, "people": 12}
    return found


def pdf() -> dict[str, Any]:
    from samskab.civic.journey.concepts.pdf import concept_pdf

    data = document()  # printed for the first time: the printer remembers what it has seen
    start = time.perf_counter()
    concept_pdf(data)
    seconds = time.perf_counter() - start
    pages = drawn(data)
    if pages < PAGES:
        raise ValueError(f"only {pages} pages")
    return {"pdf": seconds, "pages": pages}


def drawn(data: dict[str, Any]) -> int:
    """How many pages it has; a PDF hides that in packed objects, pictures come one for each."""
    import typst

    from samskab.civic.journey.concepts import pdf as printing

    content = json.dumps(printing._content(data, ""), ensure_ascii=False)
    pages = typst.compile(str(printing.TEMPLATE), sys_inputs={"data": content}, format="svg",
                          ignore_system_fonts=True)  # fmt: skip
    return len(pages) if isinstance(pages, list) else 1


def packaged(by: Any) -> dict[str, Any]:
    """From the file to the committed rows, a key compared by hand included."""
    from samskab.civic.journey.concepts.actions import import_package
    from samskab.civic.journey.concepts.parcel import opened
    from tests.journey.concepts import parcels

    size = MEGABYTES * 1024 * 1024 // 5
    bodies = {f"plakat-{n}.pdf": b"%PDF-1.7" + os.urandom(size - 8) for n in range(5)}
    data = document()
    data["council"] = {"slug": "fjern-by", "name": "Fjern By"}
    data["version"]["materials"] = [parcels.listed(name, body) for name, body in bodies.items()]
    with tempfile.TemporaryDirectory() as folder:
        with parcels.another_installation(Path(folder) / "key"):
            path = Path(folder) / "koncept.zip"
            path.write_bytes(parcels.signed(data, bodies))
        start = time.perf_counter()
        with path.open("rb") as file:
            _concept, new = import_package(by=by, parcel=opened(file), trust=True)
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        with (Path(folder) / "copy").open("wb") as file:
            file.write(path.read_bytes())
            os.fsync(file.fileno())
        write = time.perf_counter() - start
    if not new:
        raise ValueError("nothing was imported")
    return {"import": seconds, "write": write}


def read(by: Any, address: str) -> dict[str, Any]:
    from django.utils import timezone

    from samskab.civic.foundation.core import outgoing
    from samskab.civic.journey.catalogue import actions, remote
    from samskab.civic.journey.catalogue.models import Source

    source = actions.add_source(by=by, address=address, found=remote.introduce(address))
    actions.confirm_source(by=by, source=source, key=source.offered_key)
    answers: list[outgoing.Answer] = []
    fetch = outgoing.fetch

    def counted(*given: Any, **more: Any) -> outgoing.Answer:
        answers.append(fetch(*given, **more))
        return answers[-1]

    outgoing.fetch = counted

    def pull() -> float:
        answers.clear()
        Source.objects.update(next_pull=timezone.now())
        start = time.perf_counter()
        actions.pull_one(source.pk)
        return time.perf_counter() - start

    first = pull()
    requests = len(answers)
    source.refresh_from_db()
    if source.fault or source.listings.count() < CONCEPTS:
        raise ValueError(f"{source.listings.count()} concepts were read: {source.fault}")
    pull()
    pull()
    return {"first": first, "first_requests": requests, "requests": len(answers),
            "bytes": sum(len(one.body) for one in answers)}  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
    django.setup()
    if arguments[0] == "fill":
        fill()
        return
    found = inside(arguments[1])
    (Path(os.environ["SAMSKAB_DATA"]) / RESULT).write_text(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
