"""A strict reader of iCalendar (RFC 5545, RFC 5546), written against the rules and not against
what we write: it refuses what a careful program would refuse."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = r"[A-Za-z0-9-]+"
LINE = re.compile(
    rf'^(?P<name>{NAME})(?P<parameters>(?:;{NAME}=(?:"[^"\x00-\x1f]*"|[^";:,\x00-\x1f]*))*)'
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)$"
)
PARAMETER = re.compile(rf';({NAME})=(?:"([^"]*)"|([^";:,]*))')
UTC_TIME = re.compile(r"^\d{8}T([01]\d|2[0-3])[0-5]\d[0-5]\dZ$")
ONCE = {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "SEQUENCE", "ORGANIZER", "URL"}


@dataclass(frozen=True)
class Property:
    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """A TEXT value with its escapes undone; others than the four are an error."""
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", self.value), self.value
        assert not re.search(r"(?<!\\)(?:\\\\)*\\[^\\;,nN]", self.value), self.value
        return re.sub(r"\\(.)", lambda m: "\n" if m.group(1) in "nN" else m.group(1), self.value)


@dataclass(frozen=True)
class Event:
    method: str
    properties: list[Property]

    def one(self, name: str) -> Property:
        (found,) = [one for one in self.properties if one.name == name]
        return found

    def all(self, name: str) -> list[Property]:
        return [one for one in self.properties if one.name == name]


def content_lines(data: bytes) -> list[str]:
    """Unfolded lines; every physical line ends in CRLF and has 75 octets at most."""
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in physical)
    assert all(0 < len(line) <= 75 for line in physical), max(physical, key=len)
    for line in physical:
        line.decode("utf-8")  # never cut inside a character
    return data[:-2].replace(b"\r\n ", b"").decode("utf-8").split("\r\n")


def read(data: bytes) -> list[Event]:
    lines = [parsed(line) for line in content_lines(data)]
    assert (lines[0].name, lines[0].value) == ("BEGIN", "VCALENDAR")
    assert (lines[-1].name, lines[-1].value) == ("END", "VCALENDAR")
    head: dict[str, str] = {}
    events: list[list[Property]] = []
    inside = False
    for line in lines[1:-1]:
        if line.name in {"BEGIN", "END"}:
            assert line.value == "VEVENT"
            assert inside is (line.name == "END")
            inside = not inside
            if inside:
                events.append([])
        elif inside:
            events[-1].append(line)
        else:
            assert not events, "a property of the calendar after its events"
            assert line.name not in head
            head[line.name] = line.value
    assert not inside
    assert head["VERSION"] == "2.0"
    assert head["PRODID"]
    assert head["METHOD"] in {"PUBLISH", "REQUEST", "CANCEL"}
    return [checked(Event(head["METHOD"], found)) for found in events]


def parsed(line: str) -> Property:
    found = LINE.match(line)
    assert found, line
    parameters = {
        name: quoted or bare for name, quoted, bare in PARAMETER.findall(found["parameters"])
    }
    return Property(found["name"].upper(), parameters, found["value"])


def checked(event: Event) -> Event:
    """What every event has, and what RFC 5546 asks of each method."""
    names = [one.name for one in event.properties]
    assert all(names.count(name) <= 1 for name in ONCE)
    assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"} <= set(names)
    for name in ("DTSTAMP", "DTSTART", "DTEND"):
        assert UTC_TIME.match(event.one(name).value)
    assert event.one("DTEND").value > event.one("DTSTART").value
    assert event.one("SEQUENCE").value.isdecimal()
    assert event.one("STATUS").value in {"TENTATIVE", "CONFIRMED", "CANCELLED"}
    if event.method in {"REQUEST", "CANCEL"}:
        assert event.one("ORGANIZER").value.startswith("mailto:")
        assert event.all("ATTENDEE")
        assert all(one.value.startswith("mailto:") for one in event.all("ATTENDEE"))
        assert (event.one("STATUS").value == "CANCELLED") is (event.method == "CANCEL")
    return event
