"""Another installation: a process, a folder, a database and a key of its own, over real HTTP.

`python -m tests.journey.catalogue.installation FOLDER PORT`; each line on its standard input names
something to do, each line of its output is what came of it, as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from threading import Thread
from typing import Any

DATABASE = "samskab.sqlite3"


def start(folder: str, port: int) -> None:
    for name in ("DATABASE_URL", "SAMSKAB_HOSTS"):
        os.environ.pop(name, None)
    os.environ |= {"SAMSKAB_DATA": folder, "PORT": str(port), "SAMSKAB_HTTPS": "no",
                   "DJANGO_SETTINGS_MODULE": "tests.journey.catalogue.settings"}  # fmt: skip
    import django
    from django.core.management import call_command

    django.setup()
    if not (Path(folder) / DATABASE).exists():
        call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    serve(port)


ASKED: list[str] = []


def serve(port: int) -> None:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    site = get_wsgi_application()

    def counted(environ: Any, start_response: Any) -> Any:
        ASKED.append(environ["PATH_INFO"])
        return site(environ, start_response)

    server = ThreadedWSGIServer(("127.0.0.1", port), Quiet)
    server.set_app(counted)
    Thread(target=server.serve_forever, daemon=True).start()


# --- what it can be told -----------------------------------------------------------------------
def publish() -> Any:
    """A council with a concept; it has the same name as the council in the other installation."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from samskab.civic.foundation.core.principal import system
    from samskab.civic.journey.concepts import actions, signing
    from tests import cast
    from tests.journey.concepts.conftest import RECIPE, evaluated, words

    council = cast.a_council("silkeborg", is_default=True)
    by, group = system(council), words(council)["hjemloese"]
    concept = actions.write_concept(
        by=by, challenge=evaluated(council, "spread"), target_groups=[group], **RECIPE
    )
    file = SimpleUploadedFile("plakat.pdf", b"%PDF-1.7 plakat")
    actions.add_material(by=by, version=concept.versions.get(), file=file, title="Plakaten")
    actions.publish_version(by=by, version=concept.versions.get())
    evaluated(council, "stop", "Det der ikke gik")
    return {"key": signing.fingerprint(signing.own().public), "slug": concept.slug}


def next_version() -> Any:
    from samskab.civic.foundation.core.principal import system
    from samskab.civic.journey.concepts import actions
    from samskab.civic.journey.concepts.models import Concept
    from tests.journey.concepts.conftest import RECIPE

    concept = Concept.objects.get()
    draft = actions.begin_version(by=system(concept.council), concept=concept)
    given = {**RECIPE, "title": "Morgenbordet igen", "changes": "Nyt navn"}
    actions.edit_version(by=system(concept.council), version=draft, **given)
    actions.publish_version(by=system(concept.council), version=draft)
    return draft.number


def read(address: str) -> Any:
    """Begins to read the catalogue at an address, its key taken as compared."""
    from django.conf import settings

    from samskab.civic.foundation.core.models import Council
    from samskab.civic.foundation.core.principal import system
    from samskab.civic.journey.catalogue import actions, remote

    settings.LOCAL_HOSTS = [address.partition("//")[2]]
    by = system(Council.objects.get())
    source = actions.add_source(by=by, address=address, found=remote.introduce(address))
    actions.confirm_source(by=by, source=source, key=source.offered_key)
    return state()


def pull() -> Any:
    from django.utils import timezone

    from samskab.civic.journey.catalogue import actions
    from samskab.civic.journey.catalogue.models import Source

    Source.objects.update(next_pull=timezone.now())
    actions.pull_due()
    return state()


def state() -> Any:
    from samskab.civic.journey.catalogue.models import Source
    from samskab.civic.journey.concepts import queries
    from samskab.civic.journey.concepts.models import Concept

    concept = Concept.objects.get()
    assert concept.current is not None
    evidence, reports = queries.evidence(concept, concept.current)
    return {
        "faults": [row.fault for row in Source.objects.all()],
        "reports": [[row.place_name, row.status, row.n, row.note] for row in reports],
        "places": len(evidence.measured),
        "pooled": evidence.pooled.estimate if evidence.pooled else None,
        "forest": evidence.forest is not None,
    }


def renew() -> Any:
    from samskab.civic.journey.concepts import signing

    return signing.fingerprint(signing.renew().public)


def asked() -> Any:
    found, ASKED[:] = list(ASKED), []
    return found


TOLD = {one.__name__: one for one in (publish, next_version, read, pull, state, renew, asked)}


def main(arguments: list[str]) -> None:
    Path(arguments[0]).mkdir(exist_ok=True)
    start(arguments[0], int(arguments[1]))
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *given = line.split()
        print(json.dumps(TOLD[name](*given)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
