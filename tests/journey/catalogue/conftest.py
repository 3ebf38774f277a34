from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.catalogue import actions, remote
from samskab.civic.journey.catalogue.models import Source
from samskab.civic.journey.concepts import signing
from tests.journey.concepts import parcels
from tests.journey.concepts.conftest import (  # noqa: F401 the same fixtures for this room
    adopted,
    categories,
    challenge,
    concept,
    drafted,
    fetched,
    neighbour,
    tried,
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Page = bytes | Callable[[BaseHTTPRequestHandler], None]


class Other:
    """A server on loopback that answers as a test says, with a key of its own."""

    def __init__(self, folder: Path, settings: Any) -> None:
        self.folder, self.pages, self.asked = folder, dict[str, Page](), list[str]()
        self.headers: list[dict[str, str]] = []
        other = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                other.asked.append(self.path)
                other.headers.append({name.lower(): text for name, text in self.headers.items()})
                page = other.pages.get(self.path, other.pages.get(self.path.partition("?")[0]))
                if callable(page):
                    page(self)
                    return
                self.send_response(200 if page is not None else 404)
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.address = f"http://{self.host}"
        settings.LOCAL_HOSTS = [self.host]
        self.introduce()

    def sealed(self, value: Any, key: str = "") -> dict[str, Any]:
        """Signed by this server, or by the owner of another folder."""
        with parcels.another_installation(self.folder / (key or "key")):
            return signing.sealed(value)

    def key(self, key: str = "") -> signing.OwnKey:
        with parcels.another_installation(self.folder / (key or "key")):
            return signing.own()

    def introduce(self, key: str = "", **changes: Any) -> None:
        own = self.key(key)
        value = {"format": "samskab-installation", "format_version": 1,
                 "council": {"slug": "fjern-by", "name": "Fjern By"}, "key": own.public,
                 "changes": list(own.changes)} | changes  # fmt: skip
        self.put(remote.WELL_KNOWN, self.sealed(value, key))

    def feed(self, *, key: str = "", **changes: Any) -> None:
        self.put(remote.CATALOGUE, self.sealed(page(**changes), key))

    def put(self, path: str, value: Any) -> None:
        self.pages[path] = signing.canonical(value)


def page(**changes: Any) -> dict[str, Any]:
    """A page of a catalogue with one concept."""
    return {
        "format": "samskab-catalogue", "format_version": 1,
        "council": {"slug": "fjern-by", "name": "Fjern By"}, "since": 0, "sequence": 4,
        "more": False, "concepts": [line()], "adoptions": [], "stopped": [],
    } | changes  # fmt: skip


def line(**changes: Any) -> dict[str, Any]:
    return {
        "sequence": 4, "slug": "aftenbordet", "version": 1, "title": "Aftenbordet",
        "for_whom": "Voksne", "gist": "Ingen har aftenen.", "level": "promising",
        "target_groups": ["hjemloese"], "published_on": "2026-05-01", "example": False,
    } | changes  # fmt: skip


@pytest.fixture
def other(tmp_path: Path, settings: Any) -> Iterator[Other]:
    settings.DATA, settings.MEDIA_ROOT = tmp_path / "here", tmp_path / "uploads"
    settings.DATA.mkdir()
    (tmp_path / "there").mkdir()
    found = Other(tmp_path / "there", settings)
    yield found
    found.server.shutdown()
    found.server.server_close()


@pytest.fixture
def source(other: Other, secretariat: Principal) -> Source:
    """Its catalogue is read from now on."""
    found = remote.introduce(other.address)
    row = actions.add_source(by=secretariat, address=other.address, found=found)
    return actions.confirm_source(by=secretariat, source=row, key=row.offered_key)


def pull(source: Source) -> Source:
    """Reads it now, whatever the schedule says."""
    from django.utils import timezone

    Source.objects.filter(pk=source.pk).update(next_pull=timezone.now())
    actions.pull_one(source.pk)
    source.refresh_from_db()
    assert system(source.council).is_system
    return source
