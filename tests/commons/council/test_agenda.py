"""The agenda and what comes with it: files, the page in short, calendar messages, the PDF."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samskab.civic.commons.council import actions, briefs, ical, papers, queries
from samskab.civic.commons.council.models import AgendaItem, Meeting, Paper, Term
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from tests.commons.council import calendar

As = Callable[[Principal], Client]


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def url(name: str, *args: int) -> str:
    return reverse(f"council:{name}", args=args)


def upload(name: str = "notat.pdf", content: bytes = b"%PDF-1.7 ...") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def packed(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


# --- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.4\n"),
        ("A.DOCX", packed(word__document_dot_xml=b"<x/>")),
        ("a.xlsx", packed(xl__workbook_dot_xml=b"<x/>")),
        ("a.odt", packed(mimetype=b"application/vnd.oasis.opendocument.text")),
        ("a.txt", "Vi prøver æøå".encode()),
        ("a.csv", b"a;b\r\n1;2"),
    ],
)
def test_files_of_these_kinds_are_kept_under_a_name_that_tells_nothing(
    secretariat: Principal, item: AgendaItem, name: str, content: bytes
) -> None:
    paper = actions.add_paper(by=secretariat, item=item, title="Notat", file=upload(name, content))
    assert Path(paper.file.path).read_bytes() == content
    assert len(str(paper.file.name).rpartition("/")[2].partition(".")[0]) == 32
    assert paper.filename == f"{paper.pk}-notat.{name[-4:].lower().lstrip('.')}"
    assert paper.size == len(content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a", b"%PDF-"),
        ("a.pdf", b"<html>"),
        ("a.docx", b"PK\x03\x04 not really"),
        ("a.docx", packed(other_dot_xml=b"")),
        ("a.docx", packed(word__document_dot_xml=b"", word__vbaProject_dot_bin=b"")),
        ("a.odt", packed(mimetype=b"text/html")),
        ("a.txt", b"\xff\xfe"),
        ("a.txt", b"Hun hedder X, 010190-1234"),
        ("a.svg", b"<svg onload='x'/>"),
        ("a.html", b"<script>"),
    ],
)
def test_other_files_are_refused_and_nothing_is_left_behind(
    secretariat: Principal, item: AgendaItem, name: str, content: bytes, tmp_path: Path
) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_paper(by=secretariat, item=item, title="x", file=upload(name, content))
    assert error.value.field == "file"
    assert Paper.objects.count() == 0
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def test_a_file_has_a_size_and_an_item_a_number_of_files(
    secretariat: Principal, item: AgendaItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "LARGEST", 10)
    with pytest.raises(Invalid, match="10 MB"):
        actions.add_paper(by=secretariat, item=item, title="x", file=upload())
    monkeypatch.undo()
    monkeypatch.setattr(papers, "MOST", 1)
    actions.add_paper(by=secretariat, item=item, title="x", file=upload())
    with pytest.raises(Invalid, match="20"):
        actions.add_paper(by=secretariat, item=item, title="x", file=upload())


def test_the_secretariat_alone_adds_and_takes_away(
    secretariat: Principal,
    member: Principal,
    facilitator: Principal,
    visitor: Principal,
    outsider: Principal,
    item: AgendaItem,
    django_capture_on_commit_callbacks: Any,
) -> None:
    paper = actions.add_paper(by=secretariat, item=item, title="x", file=upload())
    for person in (member, facilitator, visitor):
        with pytest.raises(NotAllowed):
            actions.add_paper(by=person, item=item, title="x", file=upload())
        with pytest.raises(NotAllowed):
            actions.remove_paper(by=person, paper=paper)
    with pytest.raises(NotFound):
        actions.remove_paper(by=outsider, paper=paper)
    place = Path(paper.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_paper(by=secretariat, paper=paper)
    assert (Paper.objects.count(), place.exists()) == (0, False)
    with pytest.raises(NotFound):
        actions.remove_paper(by=secretariat, paper=paper)


def test_a_file_is_read_by_those_who_may_read_the_item_and_always_saved(
    secretariat: Principal,
    visitor: Principal,
    member: Principal,
    meeting: Meeting,
    item: AgendaItem,
    client_as: As,
) -> None:
    closed = actions.put_on_agenda(
        by=secretariat, title="Sagen", text="", kind="decision", meeting=meeting,
        is_closed=True, closed_reason="En borger", closed_law="private",
    )  # fmt: skip
    shown = actions.add_paper(by=secretariat, item=item, title="Åbent bilag", file=upload())
    hidden = actions.add_paper(by=secretariat, item=closed, title="Lukket", file=upload())
    citizen = client_as(visitor)
    assert citizen.get(url("paper", shown.pk)).status_code == 404  # not convened yet
    actions.publish_agenda(by=secretariat, meeting=meeting)
    answer = citizen.get(url("paper", shown.pk))
    assert answer["Content-Disposition"] == f'attachment; filename="{shown.pk}-abent-bilag.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 ..."  # type: ignore[arg-type]
    assert citizen.get(url("paper", hidden.pk)).status_code == 404
    inside = client_as(member).get(url("paper", hidden.pk))
    assert b"".join(inside.streaming_content)  # type: ignore[arg-type]
    page = citizen.get(url("meeting", meeting.pk)).content.decode()
    assert "Åbent bilag" in page
    assert "private forhold" in page
    assert "Sagen" not in page


def test_files_are_added_in_a_browser_and_a_wrong_one_says_why(
    secretariat: Principal, item: AgendaItem, client_as: As
) -> None:
    desk = client_as(secretariat)
    answer = desk.post(url("add_paper", item.pk), {"title": "Notat", "file": upload("a.exe")})
    assert answer.status_code == 422
    assert "Vi tager imod disse slags filer" in answer.content.decode()
    assert 'value="Notat"' in answer.content.decode()
    desk.post(url("add_paper", item.pk), {"title": "Notat", "file": upload()})
    assert Paper.objects.get().title == "Notat"


# --- order, time, who --------------------------------------------------------------------------


def test_items_begin_when_those_before_them_end(
    secretariat: Principal, meeting: Meeting, item: AgendaItem
) -> None:
    actions.edit_item(
        by=secretariat, item=item, title="Skal vi?", text="", kind="decision", duration=20,
        presenter="Anna",
    )  # fmt: skip
    for name, minutes in (("b", None), ("c", 5)):
        actions.put_on_agenda(
            by=secretariat, title=name, text="", kind="discussion", meeting=meeting,
            duration=minutes,
        )  # fmt: skip
    rows = queries.agenda(secretariat, meeting)
    start = meeting.starts_at
    assert [row.starts for row in rows] == [start, start + timedelta(minutes=20), None]
    assert rows[0].presenter == "Anna"


def test_items_move_up_and_down_by_buttons(
    secretariat: Principal, meeting: Meeting, item: AgendaItem, client_as: As
) -> None:
    actions.put_on_agenda(by=secretariat, title="B", text="", kind="decision", meeting=meeting)
    desk = client_as(secretariat)
    page = desk.get(url("meeting", meeting.pk)).content.decode()
    assert page.count("Flyt ned") == 1
    desk.post(url("place_item", item.pk), {"meeting": str(meeting.pk), "position": "2"})
    assert [row.title for row in queries.agenda(secretariat, meeting)] == ["B", "Skal vi?"]


# --- from elsewhere ----------------------------------------------------------------------------


def test_a_late_task_can_be_taken_up_once(
    secretariat: Principal, member: Principal, visitor: Principal, client_as: As
) -> None:
    late = timezone.localdate() - timedelta(days=1)
    task = actions.give_task(by=secretariat, title="Ring", owner_name="Bo", due=late)
    actions.give_task(by=secretariat, title="Senere", owner_name="Bo", due=late + timedelta(9))
    asked = {"thing": "council.task", "key": str(task.pk)}
    client = client_as(member)
    assert [one.title for one in briefs.suggestions(member)] == ["Ring"]
    assert "Ring" in client.get(url("waiting")).content.decode()
    for _click in range(2):
        assert client.post(url("take_up"), asked).status_code == 302
    (item,) = AgendaItem.objects.all()
    assert (item.title, item.kind, item.subject_id) == ("Ring", "discussion", task.pk)
    assert briefs.suggestions(member) == []
    assert client_as(visitor).post(url("take_up"), asked).status_code in {302, 403}
    assert AgendaItem.objects.count() == 1


def test_an_item_without_a_subject_has_no_page_in_short(
    secretariat: Principal, item: AgendaItem, client_as: As
) -> None:
    assert client_as(secretariat).get(url("brief", item.pk)).status_code == 404


# --- calendar messages -------------------------------------------------------------------------


def calendars() -> list[calendar.Event]:
    """Of the mails that were sent, each checked to say the same in both places."""
    found = []
    for message in mail.outbox:
        assert isinstance(message, EmailMultiAlternatives)
        (alternative,) = message.alternatives
        (attached,) = message.attachments
        content = str(alternative[0]).encode()
        (event,) = calendar.read(content)
        assert alternative[1] == f"text/calendar; method={event.method}"
        assert (attached[0], attached[2]) == ("invite.ics", "application/ics")
        assert attached[1] == content
        found.append(event)
    return found


def test_invite_change_and_cancel_are_one_event_with_a_growing_sequence(
    council: Council,
    secretariat: Principal,
    terms: list[Term],
    django_capture_on_commit_callbacks: Any,
) -> None:
    Council.objects.filter(pk=council.pk).update(contact_email="raad@eksempel.dk")
    start = timezone.now() + timedelta(days=9)
    meeting = actions.plan_meeting(
        by=secretariat,
        title='Møde; om "alt", og \\ lidt til ' + "æ" * 60,
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        place="Rådhuset\nlokale 2",
    )
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish_agenda(by=secretariat, meeting=meeting)
        meeting.refresh_from_db()
        values = {"title": meeting.title, "ends_at": meeting.ends_at}
        actions.edit_meeting(
            by=secretariat, meeting=meeting, place="Biblioteket",
            starts_at=start + timedelta(hours=1), **values,
        )  # fmt: skip
        actions.edit_meeting(
            by=secretariat, meeting=meeting, place="Biblioteket", title_en="Meeting",
            starts_at=start + timedelta(hours=1), **values,
        )  # fmt: skip
        actions.cancel_meeting(by=secretariat, meeting=meeting)
    events = [one for one in calendars() if one.one("ATTENDEE").value.startswith("mailto:anna@")]
    assert [one.method for one in events] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({one.one("UID").value for one in events}) == 1
    sequence = [int(one.one("SEQUENCE").value) for one in events]
    assert sequence == sorted(set(sequence))
    assert events[0].one("DTSTART").value < events[1].one("DTSTART").value
    assert events[0].one("SUMMARY").text == meeting.title
    assert events[0].one("LOCATION").text == "Rådhuset\nlokale 2"
    assert events[0].one("ORGANIZER").value == "mailto:raad@eksempel.dk"
    assert events[0].one("ATTENDEE").parameters["PARTSTAT"] == "NEEDS-ACTION"
    assert len(mail.outbox) == 3 * 5
    for order in permutations(range(3)):
        mine = [one for one in mail.outbox if one.to == ["anna@eksempel.dk"]]
        kept = Diary()
        for at in order:
            kept.take(mine[at].message().as_bytes())
        assert kept.standing() == [], order


def test_who_comes_in_is_invited_and_who_goes_out_has_it_no_more(
    secretariat: Principal, terms: list[Term], django_capture_on_commit_callbacks: Any
) -> None:
    start = timezone.now() + timedelta(days=9)
    meeting = actions.plan_meeting(
        by=secretariat, title="Møde", starts_at=start, ends_at=start + timedelta(hours=2)
    )
    substitute = actions.seat_person(
        by=secretariat, seat=terms[0].seat, holder_name="Frede", email="frede@eksempel.dk",
        is_substitute=True,
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish_agenda(by=secretariat, meeting=meeting)
    told = len(mail.outbox)
    with django_capture_on_commit_callbacks(execute=True):
        actions.end_term(by=secretariat, term=terms[0])
    assert [one.to for one in mail.outbox[told:]] == [
        ["frede@eksempel.dk"], ["anna@eksempel.dk"]
    ]  # fmt: skip
    diaries = {name: Diary() for name in ("anna", "frede", "bo")}
    for letter in mail.outbox:
        name = letter.to[0].partition("@")[0]
        if name in diaries and any("invite.ics" in str(one) for one in letter.attachments):
            diaries[name].take(letter.message().as_bytes())
    assert {name: diary.standing() for name, diary in diaries.items()} == {
        "anna": [], "frede": ["Møde"], "bo": ["Møde"],
    }  # fmt: skip
    assert substitute.pk in {term.pk for term in queries.invited(meeting)}
    told = len(mail.outbox)
    with django_capture_on_commit_callbacks(execute=True):
        vacant = actions.add_seat(by=secretariat, sector="civil", title="Ny plads")
        actions.seat_person(by=secretariat, seat=vacant, holder_name="Gro", email="gro@eksempel.dk")
    assert ["gro@eksempel.dk"] in [one.to for one in mail.outbox[told:]]


class Diary:
    """A calendar as programs for mail keep one: it reads the bytes on the wire, knows a meeting
    by its UID, and of several messages believes the one with the highest SEQUENCE."""

    def __init__(self) -> None:
        self.held: dict[str, calendar.Event] = {}

    def take(self, wire: bytes) -> None:
        letter = message_from_bytes(wire, policy=default)
        (part,) = [one for one in letter.walk() if one.get_content_type() == "text/calendar"]
        assert part.get_content_charset() == "utf-8"
        assert part.get_content_disposition() is None
        lines = part.get_payload(decode=True).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        (event,) = calendar.read(lines)
        assert part.get_param("method") == event.method
        assert event.one("ATTENDEE").value == f"mailto:{letter['To']}"
        uid, number = event.one("UID").value, int(event.one("SEQUENCE").value)
        old = self.held.get(uid)
        if old is None or int(old.one("SEQUENCE").value) < number:
            self.held[uid] = event

    def standing(self) -> list[str]:
        held = self.held.values()
        return [one.one("SUMMARY").text for one in held if one.method != "CANCEL"]


def test_a_moved_meeting_stands_once_at_its_new_time_in_a_diary(
    secretariat: Principal, terms: list[Term], django_capture_on_commit_callbacks: Any
) -> None:
    start = timezone.now() + timedelta(days=9)
    times = {"starts_at": start, "ends_at": start + timedelta(hours=2)}
    meeting = actions.plan_meeting(by=secretariat, title="Møde på Ærø", place="Her", **times)
    later = {name: at + timedelta(days=1) for name, at in times.items()}
    with django_capture_on_commit_callbacks(execute=True):
        actions.publish_agenda(by=secretariat, meeting=meeting)
        meeting.refresh_from_db()
        actions.edit_meeting(by=secretariat, meeting=meeting, title="Møde på Ærø", **later)
    diary = Diary()
    for letter in reversed([one for one in mail.outbox if one.to == ["anna@eksempel.dk"]]):
        diary.take(letter.message().as_bytes())
    assert diary.standing() == ["Møde på Ærø"]
    (event,) = diary.held.values()
    assert event.one("DTSTART").value == later["starts_at"].astimezone(UTC).strftime(
        "%Y%m%dT%H%M%SZ"
    )


def test_a_meeting_that_was_not_convened_is_changed_in_silence(
    secretariat: Principal, meeting: Meeting, terms: list[Term]
) -> None:
    actions.edit_meeting(
        by=secretariat, meeting=meeting, title="Ny", starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
    )  # fmt: skip
    assert mail.outbox == []


def test_a_name_with_quotes_cannot_break_out_of_its_parameter(meeting: Meeting) -> None:
    (event,) = calendar.read(
        ical.invitation(meeting, "https://x.dk/", 'Bo "B":mailto:x\r\nX', "bo@eksempel.dk")
    )
    assert event.one("ATTENDEE").value == "mailto:bo@eksempel.dk"
    assert event.one("ATTENDEE").parameters["CN"] == "Bo B:mailto:xX"


def test_the_calendar_to_subscribe_to_is_strict_too(
    secretariat: Principal, visitor: Principal, meeting: Meeting, client_as: As
) -> None:
    answer = client_as(visitor).get(reverse("council:ics"))
    (event,) = calendar.read(answer.content)
    assert (event.method, event.one("STATUS").value) == ("PUBLISH", "TENTATIVE")


# --- the file ----------------------------------------------------------------------------------


def test_agenda_and_papers_come_as_one_tagged_file(
    secretariat: Principal,
    visitor: Principal,
    meeting: Meeting,
    item: AgendaItem,
    client_as: As,
) -> None:
    actions.add_paper(by=secretariat, item=item, title="Æbler", file=upload())
    actions.add_paper(by=secretariat, item=item, title="#let x", file=upload("a.txt", b"$x$ *y*"))
    assert client_as(visitor).get(url("meeting_pdf", meeting.pk)).status_code == 404
    actions.publish_agenda(by=secretariat, meeting=meeting)
    answer = client_as(visitor).get(url("meeting_pdf", meeting.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert b"pdfuaid" in answer.content
    assert b"/StructTreeRoot" in answer.content
    assert answer.content.count(b"/EmbeddedFile") >= 2
    assert client_as(visitor).get("/en" + url("meeting_pdf", meeting.pk)).status_code == 200


def test_a_held_meeting_has_no_files_added_once_its_minutes_are_out(
    secretariat: Principal, convened: Meeting, item: AgendaItem
) -> None:
    actions.decide(by=secretariat, item=item, text="Ja", outcome="adopted")
    actions.close_meeting(by=secretariat, meeting=convened)
    actions.publish_minutes(by=secretariat, meeting=convened)
    with pytest.raises(Conflict):
        actions.add_paper(by=secretariat, item=item, title="x", file=upload())


# --- in the meeting ----------------------------------------------------------------------------


def test_a_shared_screen_shows_the_item_that_is_under_way(
    secretariat: Principal,
    visitor: Principal,
    convened: Meeting,
    item: AgendaItem,
    people: list[Principal],
    client_as: As,
) -> None:
    later = actions.put_on_agenda(
        by=secretariat, title="Bagefter", text="", kind="decision", meeting=convened
    )
    screen, address = client_as(people[0]), url("meeting_now", convened.pk)

    def now() -> str:
        return (
            screen.get(address).content.decode().partition('id="h-now">')[2].partition("</h2>")[0]
        )

    assert "Skal vi?" in now()
    actions.open_ballot(by=secretariat, item=later)
    actions.vote(by=people[0], item=later, choice="yes")
    assert "Bagefter" in now()
    page = screen.get(address).content.decode()
    assert "1 af 4 har stemt" in page
    assert 'hx-trigger="every 5s"' in page
    assert "hx-trigger" not in screen.get(address + "?stille=1").content.decode()
    chosen = screen.get(f"{address}?punkt={item.pk}").content.decode()
    assert "Skal vi?" in chosen.partition('id="h-now">')[2].partition("</h2>")[0]
    assert client_as(visitor).get(address).status_code in {302, 403}
