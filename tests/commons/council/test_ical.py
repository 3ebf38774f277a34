from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.commons.council import actions, ical
from samskab.civic.commons.council.models import Meeting
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_the_four_signs_of_the_standard_are_escaped() -> None:
    assert ical.escaped("a;b,c\\d\ne\r\nf\x07") == "a\\;b\\,c\\\\d\\ne\\nf"


@given(st.text(alphabet=st.characters(exclude_characters="\r\n"), max_size=400))
def test_folding_never_exceeds_75_octets_and_loses_nothing(text: str) -> None:
    if any(0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        return
    folded = ical.folded(f"X:{text}")
    assert all(len(line) <= 75 for line in folded[:-2].split(b"\r\n"))
    assert unfolded(folded) == [f"X:{text}", ""]
    for line in folded.split(b"\r\n"):
        line.decode()  # no character is cut in two


def test_a_meeting_becomes_an_event(council: Council, secretariat: Principal) -> None:
    meeting = actions.plan_meeting(
        by=secretariat,
        title="Møde; ét, to",
        starts_at=datetime(2027, 3, 4, 15, 0, tzinfo=UTC),
        ends_at=datetime(2027, 3, 4, 17, 30, tzinfo=UTC),
        place="Rådhuset",
    )
    lines = unfolded(ical.calendar(council.name, [(meeting, "https://x.dk/m/")]))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert f"UID:meeting-{meeting.pk}@silkeborg.samskab" in lines
    assert "DTSTART:20270304T150000Z" in lines
    assert "DTEND:20270304T173000Z" in lines
    assert "SUMMARY:Møde\\; ét\\, to" in lines
    assert "LOCATION:Rådhuset" in lines
    assert "STATUS:TENTATIVE" in lines
    assert "SEQUENCE:0" in lines
    assert "URL:https://x.dk/m/" in lines


def test_a_cancelled_meeting_says_so_with_a_higher_sequence(
    council: Council, secretariat: Principal, meeting: Meeting
) -> None:
    cancelled = actions.cancel_meeting(by=secretariat, meeting=meeting)
    lines = unfolded(ical.calendar(council.name, [(cancelled, "https://x.dk/m/")]))
    assert "STATUS:CANCELLED" in lines
    assert "SEQUENCE:1" in lines
