"""Meetings as iCalendar (RFC 5545): plain text, lines folded at 75 octets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone

from samskab.civic.commons.council.models import Meeting

STATUS = {
    Meeting.Status.PLANNED: "TENTATIVE",
    Meeting.Status.INVITED: "CONFIRMED",
    Meeting.Status.HELD: "CONFIRMED",
    Meeting.Status.CANCELLED: "CANCELLED",
}
_ESCAPES = str.maketrans(
    {"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", **{chr(n): None for n in range(10)},
     **{chr(n): None for n in range(11, 32)}, "\x7f": None}
)  # fmt: skip


def calendar(name: str, events: Iterable[tuple[Meeting, str]]) -> bytes:
    """A calendar of meetings, each given with the full address of its page."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Samskab//Samskab//DA",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for meeting, url in events:
        lines += _event(meeting, url)
    lines.append("END:VCALENDAR")
    return b"".join(folded(line) for line in lines)


def invitation(meeting: Meeting, url: str, name: str, email: str, *, leaves: bool = False) -> bytes:
    """The meeting as a message to one member (RFC 5546): a request to come, sent anew when
    something changes, or a cancellation. Calendars know the meeting by its UID and take the
    message with the highest SEQUENCE. Whoever `leaves` the council is asked no more: for them it
    is cancelled, one step further on than what they had."""
    cancelled = leaves or meeting.status == Meeting.Status.CANCELLED
    sender = meeting.council.contact_email or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    people = [
        f"ORGANIZER;CN={quoted(meeting.council.name)}:mailto:{sender}",
        f"ATTENDEE;CN={quoted(name)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:"
        f"mailto:{email}",
    ]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Samskab//Samskab//DA",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if cancelled else 'REQUEST'}",
        *_event(meeting, url, people, leaves=leaves),
        "END:VCALENDAR",
    ]
    return b"".join(folded(line) for line in lines)


def quoted(text: str) -> str:
    """Text as the value of a parameter, which knows no escapes: quotes and controls go."""
    return '"' + "".join(c for c in text if c != '"' and c.isprintable()) + '"'


def _event(
    meeting: Meeting, url: str, people: Iterable[str] = (), *, leaves: bool = False
) -> Iterator[str]:
    """`UID` never changes and `SEQUENCE` grows with each change, so calendars update."""
    yield "BEGIN:VEVENT"
    yield f"UID:meeting-{meeting.pk}@{meeting.council.slug}.samskab"
    yield f"DTSTAMP:{_utc(timezone.now() if leaves else meeting.changed)}"
    yield f"LAST-MODIFIED:{_utc(meeting.changed)}"
    yield f"SEQUENCE:{meeting.version - 1 + leaves}"
    yield f"DTSTART:{_utc(meeting.starts_at)}"
    yield f"DTEND:{_utc(meeting.ends_at)}"
    yield f"SUMMARY:{escaped(meeting.shown_title)}"
    if meeting.shown_place:
        yield f"LOCATION:{escaped(meeting.shown_place)}"
    yield f"STATUS:{'CANCELLED' if leaves else STATUS[Meeting.Status(meeting.status)]}"
    yield f"URL:{url}"
    yield from people
    yield "END:VEVENT"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """Text as a TEXT value: the four signs escaped, control characters left out."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_ESCAPES)


def folded(line: str) -> bytes:
    """One content line with its end, cut at 75 octets and never inside a character."""
    parts: list[bytes] = []
    current = b""
    for character in line:
        octets = character.encode()
        # A line that goes on begins with a space, which counts.
        if len(current) + len(octets) > (74 if parts else 75):
            parts.append(current)
            current = b""
        current += octets
    parts.append(current)
    return b"\r\n ".join(parts) + b"\r\n"
