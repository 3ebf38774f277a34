"""Two installations exchange a concept, an adoption and an evaluation over real HTTP."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from samskab.civic.foundation.core.principal import Role
from samskab.civic.journey.catalogue import actions
from samskab.civic.journey.catalogue.models import Listing, Source
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.concepts import actions as concepts
from samskab.civic.journey.concepts import queries
from samskab.civic.journey.concepts.models import Adoption, Concept
from tests import cast
from tests.journey.catalogue.conftest import free_port
from tests.journey.catalogue.installation import DATABASE
from tests.journey.concepts.conftest import words

Tell = Callable[..., Any]


def empty_tables(file: Path) -> None:
    """A copy of our own tables, before anything is in them: quicker than making them once more."""
    if connection.vendor != "sqlite":
        return
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as ours,
        closing(sqlite3.connect(file)) as theirs,
    ):
        ours.backup(theirs)


@pytest.fixture
def there(tmp_path: Path, settings: Any, transactional_db: None) -> Iterator[tuple[str, Tell]]:
    """The other installation: its address, and how to tell it what to do."""
    settings.DATA, settings.MEDIA_ROOT = tmp_path / "here", tmp_path / "uploads"
    settings.DATA.mkdir()
    port = free_port()
    settings.LOCAL_HOSTS = [f"127.0.0.1:{port}"]
    (tmp_path / "there").mkdir()
    empty_tables(tmp_path / "there" / DATABASE)
    words = ["-m", "tests.journey.catalogue.installation", str(tmp_path / "there"), str(port)]
    process = subprocess.Popen(
        [sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    talk, listen = process.stdin, process.stdout

    def tell(*words: str) -> Any:
        talk.write(" ".join(words) + "\n")
        talk.flush()
        return json.loads(listen.readline())

    assert json.loads(listen.readline()) == "ready"
    yield f"http://127.0.0.1:{port}", tell
    talk.close()
    process.kill()
    process.wait()
    listen.close()


def pull() -> Source:
    Source.objects.update(next_pull=timezone.now())
    assert actions.pull_due() == 1
    source = Source.objects.get()
    assert source.fault == ""
    return source


@pytest.mark.django_db(transaction=True)
def test_a_concept_travels_and_what_came_of_it_travels_back(
    there: tuple[str, Tell], live_server: Any
) -> None:
    address, tell = there
    theirs = tell("publish")
    council = cast.a_council("silkeborg", is_default=True)
    words(council)
    by = cast.a_person(council, "sekretariat", [Role.SECRETARIAT])
    client = cast.client_for(by)

    # We write their address, compare the key, and see their catalogue.
    answer = client.post("/koncepter/kilder/ny/", {"address": address, "once": "a"}, follow=True)
    assert theirs["key"] in answer.content.decode()
    source = Source.objects.get()
    given = {"key": source.offered_key, "same": "on", "once": "b"}
    assert client.post(f"/koncepter/kilder/{source.pk}/noegle/", given).status_code == 302
    found = client.get("/koncepter/katalog/?q=morgenbordet").content.decode()
    assert "Morgenbordet" in found
    assert "Det der ikke gik" not in found
    stopped = client.get("/koncepter/katalog/?level=not_working").content.decode()
    assert "Det der ikke gik" in stopped
    assert "Kaffen kommer først." in stopped

    # Nothing has changed: one request, without a body.
    pull()
    tell("asked")
    pull()
    assert len(tell("asked")) == 1

    # We bring it home, whole, and use it.
    listing = Listing.objects.get(kind="concept")
    answer = client.post(f"/koncepter/katalog/{listing.pk}/hent/", {"once": "c"})
    concept = Concept.objects.get()
    assert answer["Location"] == f"/koncepter/{concept.pk}/"
    assert (concept.origin_slug, concept.title) == ("silkeborg", "Morgenbordet")
    assert concept.publisher == source.publisher or Source.objects.get().publisher
    assert [row.name for row in concept.versions.get().materials.all()] == ["plakat.pdf"]
    assert theirs["key"] in client.get(f"/koncepter/{concept.pk}/").content.decode()
    client.post(f"/koncepter/{concept.pk}/brug/", {"plan": "På biblioteket.", "once": "d"})
    adoption = Adoption.objects.get()
    assert adoption.challenge.step == Step.RAISED
    assert queries.plan_to_use(adoption.used)["stages"]["activities"] == ["Kaffe kl. 7.30"]

    # They read us, and see that it is used here; later, how it went.
    state = tell("read", live_server.url.replace("localhost", "127.0.0.1"))
    assert state["reports"] == [["Silkeborg", "planned", None, ""]]
    concepts.report_back(
        by=by, adoption=adoption, note="Vi er glade.", instrument="who5", n=30, estimate=7.0,
        se=2.0, core_kept=True,
    )  # fmt: skip
    state = tell("pull")
    assert state["faults"] == [""]
    assert state["reports"] == [["Silkeborg", "reported", 30, "Vi er glade."]]
    assert (state["places"], state["forest"]) == (2, True)
    assert 7.0 < state["pooled"] < 20.0
    assert tell("pull") == state

    # They change their key, then their recipe: the old key vouches, and we follow.
    key = tell("renew")
    tell("next_version")
    source = pull()
    assert source.status == Source.Status.ACTIVE
    assert source.publisher is not None
    assert source.publisher.fingerprint == key
    listing.refresh_from_db()
    assert (listing.number, listing.title) == (2, "Morgenbordet igen")
    client.post(f"/koncepter/katalog/{listing.pk}/hent/", {"once": "e"})
    concept.refresh_from_db()
    assert concept.current is not None
    assert concept.current.number == 2
