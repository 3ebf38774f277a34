"""A closed item is closed everywhere: page, PDF, API, search and feeds, tried in one go."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.models import AgendaItem, Meeting, Paper, Task, Term
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.search.actions import refresh

As = Callable[[Principal], Client]
SECRET = "Kryptonit"
OPEN = "Havkat"
PDFTOTEXT = shutil.which("pdftotext")


@pytest.fixture
def published(
    council: Council,
    secretariat: Principal,
    convened: Meeting,
    item: AgendaItem,
    terms: list[Term],
    settings: Any,
    tmp_path: Path,
) -> Meeting:
    """A held meeting with published minutes: everything that can be said of an item is said of
    an open one and of a closed one."""
    settings.MEDIA_ROOT = tmp_path
    for word, closed in ((OPEN, False), (SECRET, True)):
        row = actions.put_on_agenda(
            by=secretariat, title=f"{word} titel", text=f"{word} tekst", kind="decision",
            meeting=convened, duration=5, presenter=f"{word} oplægsholder", is_closed=closed,
            closed_reason="Det handler om en borger." if closed else "", title_en=f"{word} title",
        )  # fmt: skip
        for ending, content in (
            ("txt", f"{word} indhold".encode()),
            ("pdf", b"%PDF-" + word.encode()),
        ):
            file = SimpleUploadedFile(f"{word}.{ending}", content)
            actions.add_paper(by=secretariat, item=row, title=f"{word} bilag {ending}", file=file)
        actions.disqualify(by=secretariat, item=row, term=terms[3], reason=f"{word} inhabil")
        actions.write_minutes(
            by=secretariat, item=row, minutes=f"{word} referat", minutes_en=f"{word} minutes"
        )
        actions.open_ballot(
            by=secretariat, item=row, method="approval",
            options=[(f"{word} valg", None), ("Andet", None)],
        )  # fmt: skip
        assert terms[0].user is not None
        actions.vote(by=principal_for(terms[0].user, council), item=row, choice=[0])
        decision = actions.decide(
            by=secretariat, item=row, text=f"{word} beslutning", outcome="adopted"
        )
        actions.give_task(
            by=secretariat, title=f"{word} opgave", owner_name=f"{word} ejer", decision=decision,
            due=timezone.localdate() + timedelta(days=3),
        )  # fmt: skip
    actions.decide(by=secretariat, item=item, text="Ja.", outcome="adopted")
    actions.close_meeting(by=secretariat, meeting=convened)
    return actions.publish_minutes(by=secretariat, meeting=convened)


def url(name: str, *args: Any) -> str:
    return reverse(f"council:{name}", args=args)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def pages(meeting: Meeting) -> Iterator[str]:
    for prefix in ("", "/en"):
        yield from (
            prefix + path
            for path in (
                "/", url("front"), url("members"), url("meetings"), url("meeting", meeting.pk),
                url("decisions"), url("tasks"), url("decisions") + "?format=csv",
                url("tasks") + "?format=csv",
                *(url("item", row.pk) for row in AgendaItem.objects.all()),
                *(url("brief", row.pk) for row in AgendaItem.objects.all()),
                *(url("paper", row.pk) for row in Paper.objects.all()),
            )
        )  # fmt: skip


def feeds(meeting: Meeting) -> list[str]:
    return [url("atom"), url("ics"), url("meeting_ics", meeting.pk)]


def programs(meeting: Meeting, client: Client) -> Iterator[str]:
    yield from ("/api/v1/meetings", f"/api/v1/meetings/{meeting.pk}", "/api/v1/decisions")
    seen, todo = set(), ["/oparl/1.1/"]
    while todo:
        path = todo.pop()
        if path in seen or "/oparl/" not in path:
            continue
        seen.add(path)
        yield path
        todo += list(_addresses(json.loads(client.get(path).content)))
    kinds = ("agendaitem", "paper", "file")
    yield from (
        f"/oparl/1.1/{kind}/{key}/"
        for kind, rows in zip(kinds, (AgendaItem, Paper, Paper), strict=True)
        for key in rows.objects.values_list("pk", flat=True)
    )


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _addresses(inner)
    elif isinstance(value, str) and value.startswith("http://silkeborg.localhost/"):
        yield value.removeprefix("http://silkeborg.localhost")


def as_read(file: bytes, folder: Path) -> str:
    """The words of a PDF as a person reads them."""
    if not PDFTOTEXT:
        return ""
    path = folder / "read.pdf"
    path.write_bytes(file)
    done = subprocess.run([PDFTOTEXT, str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


FIELDS = ("titel", "tekst", "referat", "beslutning", "bilag", "indhold", "opgave", "valg")


def searches() -> Iterator[str]:
    """For words that stand in both items. What was looked for is said again on the page, so the
    secret word itself is tried apart."""
    refresh.call()
    for field in FIELDS:
        yield reverse("search:search") + f"?q={field}"
        yield f"/api/v1/search?q={field}"


@pytest.mark.parametrize("who", ["visitor", "facilitator"])
def test_a_closed_item_is_closed_on_pages_in_pdf_api_search_and_feeds_alike(
    who: str,
    request: pytest.FixtureRequest,
    council: Council,
    published: Meeting,
    client_as: As,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    client = client_as(request.getfixturevalue(who))
    compiled: list[str] = []
    compile_ = typst.compile

    def watched(source: str, **options: Any) -> Any:
        """All that goes into the file: the data and what lies beside the template."""
        beside = [path.read_bytes().decode("latin-1") for path in Path(options["root"]).iterdir()]
        names = [path.name for path in Path(options["root"]).iterdir()]
        compiled.append("\n".join([options["sys_inputs"]["data"], *names, *beside]))
        return compile_(source, **options)

    monkeypatch.setattr(typst, "compile", watched)
    tried = {
        "pages": list(pages(published)),
        "pdf": [prefix + url("meeting_pdf", published.pk) for prefix in ("", "/en")],
        "api": list(programs(published, client)),
        "search": list(searches()),
        "feeds": feeds(published),
    }
    printed: list[str] = []
    for kind, paths in tried.items():
        shown = 0
        for path in paths:
            answer = client.get(path)
            text = body(answer).decode("utf-8", "ignore")
            if kind == "pdf":
                printed.append(as_read(body(client.get(path)), tmp_path))
            assert SECRET not in text, f"{kind}: {path}"
            shown += OPEN in text
        assert shown or kind in {"pdf", "feeds"}, kind
    found = json.loads(client.get(f"/api/v1/search?q={SECRET}").content)
    assert found["items"] == []
    assert len(compiled) == 4
    assert all(SECRET not in text for text in printed)
    assert not PDFTOTEXT or all(OPEN in text for text in printed)
    assert all(OPEN in text and SECRET not in text for text in compiled)
    assert OPEN in body(client.get(url("atom"))).decode()


def test_members_read_it_in_their_own_pages_and_file(
    council: Council, published: Meeting, member: Principal, client_as: As, tmp_path: Path
) -> None:
    """So that the test above would fail if nothing were shown to anybody."""
    client = client_as(member)
    assert SECRET in client.get(url("meeting", published.pk)).content.decode()
    assert SECRET in client.get(url("tasks")).content.decode()
    assert Task.objects.filter(title__startswith=SECRET).exists()
    answer = client.get(url("meeting_pdf", published.pk))
    assert answer.status_code == 200
    assert not PDFTOTEXT or SECRET in as_read(body(answer), tmp_path)
