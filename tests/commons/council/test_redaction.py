"""A closed item is closed everywhere: page, PDF, API, search and feeds, tried in one go."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import rules
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from samskab.civic.commons.council import actions
from samskab.civic.commons.council.models import (
    AgendaItem,
    Decision,
    Meeting,
    Paper,
    Task,
    Term,
)
from samskab.civic.foundation.accounts.queries import principal_for
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.following.queries import happened
from samskab.civic.public.news.actions import publish_news
from samskab.civic.public.news.models import NewsItem
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
        publish_news(
            by=secretariat, title_da=f"{word} nyhed", lead_da="Se her.", text_da="Tekst.",
            publish_at=timezone.now() + timedelta(days=9) if closed else None,
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


def programs() -> list[str]:
    return ["/api/v1/meetings", "/api/v1/decisions", *(
        f"/api/v1/meetings/{key}" for key in Meeting.objects.values_list("pk", flat=True)
    )]  # fmt: skip


def oparl(client: Client) -> Iterator[str]:
    """All that the addresses lead to, and those that nothing leads to."""
    seen, todo = set(), ["/oparl/1.1/"]
    while todo:
        path = todo.pop()
        if path in seen or "/oparl/" not in path:
            continue
        seen.add(path)
        yield path
        answer = client.get(path)
        if answer["Content-Type"] == "application/json":
            todo += list(_addresses(json.loads(answer.content)))
        elif answer.streaming:
            body(answer)
    kinds = {"agendaitem": AgendaItem, "paper": AgendaItem, "consultation": AgendaItem,
             "file": Paper}  # fmt: skip
    for kind, rows in kinds.items():
        for key in rows.objects.values_list("pk", flat=True):
            yield f"/oparl/1.1/{kind}/{key}/"
    yield from (url("oparl_data", key) for key in Paper.objects.values_list("pk", flat=True))
    yield from (f"/oparl/1.1/{kind}/?modified_since=2000-01-01T00:00:00Z" for kind in kinds)


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


def federation() -> list[str]:
    news = [f"/ap/nyhed/{key}/" for key in NewsItem.objects.values_list("pk", flat=True)]
    return ["/ap/aktoer/", "/ap/udbakke/", "/ap/udbakke/?side=1", *news]


class Channel:
    """One way out of the house: what is fetched, and what came of it."""

    def __init__(self, name: str, client: Client, meeting: Meeting, folder: Path) -> None:
        self.name, self.client, self.meeting, self.folder = name, client, meeting, folder

    def paths(self) -> list[str]:
        found: dict[str, Callable[[], list[str]]] = {
            "pages": lambda: list(pages(self.meeting)),
            "pdf": lambda: [at + url("meeting_pdf", self.meeting.pk) for at in ("", "/en")],
            "api": programs,
            "search": lambda: list(searches()),
            "feeds": lambda: feeds(self.meeting),
            "oparl": lambda: list(oparl(self.client)),
            "activitypub": federation,
        }
        with override("da"):
            return found[self.name]()

    def texts(self) -> Iterator[tuple[str, str]]:
        if self.name == "mail":
            since = timezone.now() - timedelta(days=400)
            council = self.meeting.council
            yield from (("mail", repr(one)) for one in happened(council, ["meetings"], since, at()))
            return
        for path in self.paths():
            answer = self.client.get(path, headers={"Accept": ACCEPTS.get(self.name, "*/*")})
            data = body(answer)
            yield path, data.decode("utf-8", "ignore")
            if self.name == "pdf":
                yield path, as_read(data, self.folder)

    def holding(self, word: str) -> list[str]:
        return [path for path, text in self.texts() if word in text]


ACCEPTS = {"activitypub": "application/activity+json"}
CHANNELS = ["pages", "pdf", "api", "search", "feeds", "oparl", "activitypub", "mail"]


def at() -> datetime:
    return timezone.now() + timedelta(days=1)


@pytest.fixture
def channel(
    request: pytest.FixtureRequest, published: Meeting, client_as: As, tmp_path: Path
) -> Callable[[str, str], Channel]:
    def made(name: str, who: str) -> Channel:
        return Channel(name, client_as(request.getfixturevalue(who)), published, tmp_path)

    return made


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All that goes into a PDF: the data and what lies beside the template."""
    found: list[str] = []
    compile_ = typst.compile

    def watched(source: str, **options: Any) -> Any:
        beside = [path.read_bytes().decode("latin-1") for path in Path(options["root"]).iterdir()]
        names = [path.name for path in Path(options["root"]).iterdir()]
        found.append("\n".join([options["sys_inputs"]["data"], *names, *beside]))
        return compile_(source, **options)

    monkeypatch.setattr(typst, "compile", watched)
    return found


@pytest.mark.parametrize("who", ["visitor", "facilitator"])
@pytest.mark.parametrize("name", CHANNELS)
def test_a_closed_item_is_closed_on_every_way_out(
    name: str, who: str, channel: Callable[[str, str], Channel], compiled: list[str]
) -> None:
    tried = channel(name, who)
    assert tried.holding(SECRET) == []
    assert tried.holding(OPEN) or (name == "pdf" and not PDFTOTEXT)
    if name == "search":
        found = json.loads(tried.client.get(f"/api/v1/search?q={SECRET}").content)
        assert found["items"] == []
    assert all(OPEN in text and SECRET not in text for text in compiled)
    assert bool(compiled) is (name == "pdf")


def anybody_reads_items(council: Council) -> None:
    rules.set_perm("council.read_item", rules.always_true)  # type: ignore[no-untyped-call]


def anybody_reads_decisions(council: Council) -> None:
    rules.set_perm("council.see_closed", rules.always_true)  # type: ignore[no-untyped-call]


def minutes_publish_closed_decisions(council: Council) -> None:
    Decision.objects.update(is_public=True)


def drafts_are_out(council: Council) -> None:
    NewsItem.objects.update(published_at=timezone.now() - timedelta(days=1))


# What guards each way out. When it falls, the test above has to notice.
GUARDS: list[tuple[str, Callable[[Council], None]]] = [
    ("pages", anybody_reads_items),
    ("pages", anybody_reads_decisions),
    ("pdf", anybody_reads_items),
    ("api", anybody_reads_items),
    ("api", anybody_reads_decisions),
    ("search", anybody_reads_decisions),
    ("feeds", anybody_reads_decisions),
    ("oparl", anybody_reads_items),
    ("mail", minutes_publish_closed_decisions),
    ("activitypub", drafts_are_out),
]


@pytest.fixture
def permissions() -> Iterator[None]:
    names = ("council.read_item", "council.see_closed")
    before = {name: rules.permissions.permissions[name] for name in names}
    yield
    for name, rule in before.items():
        rules.set_perm(name, rule)  # type: ignore[no-untyped-call]


@pytest.mark.usefixtures("permissions")
@pytest.mark.parametrize(
    ("name", "broken"), GUARDS, ids=[f"{name}-{broken.__name__}" for name, broken in GUARDS]
)
def test_the_test_notices_when_a_guard_falls(
    name: str,
    broken: Callable[[Council], None],
    channel: Callable[[str, str], Channel],
    council: Council,
) -> None:
    tried = channel(name, "visitor")
    broken(council)
    assert tried.holding(SECRET)


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
