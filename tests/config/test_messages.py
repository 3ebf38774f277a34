from __future__ import annotations

import gettext
import os
from pathlib import Path

import pytest

from samskab.config import messages
from samskab.config.messages import Sentence

CODE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext
TITLE = gettext_lazy("Raise a "
                     "challenge")
def f(count):
    _("Hello, %(name)s")
    pgettext("month", "May")
    return ngettext("one vote", "%(count)d votes", count)
"""
TEMPLATE = """{% load i18n %}<h1>{% translate "Welcome" as hello %}</h1>
  {% translate "May" context "permission" %}
{# a comment with _("no sentence") #}
      <p title="{{ x|default:_("Nothing yet") }}">gettext("text on the page")</p>
{% include "ui/card.html" with title=_('A "card"') only %}
{% blocktranslate trimmed count n=votes|length %}
   One answer
   from {{ place }}
{% plural %}
   {{ n }} answers
   from {{ place }}
{% endblocktranslate %}
{% translate "100 % open" %}
"""
DANISH = {
    "Raise a challenge": "Rejs en udfordring",
    "Hello, %(name)s": "Hej, %(name)s",
    "Welcome": "Velkommen",
    "Nothing yet": "Intet endnu",
    'A "card"': "Et kort",
    "100 %% open": "100 %% åben",
}


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A made-up package with every way of writing a sentence, fully translated."""
    (tmp_path / "templates" / "hall").mkdir(parents=True)
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "0001_initial.py").write_text('_("not this")')
    (tmp_path / "views.py").write_text(CODE)
    (tmp_path / "templates" / "hall" / "page.html").write_text(TEMPLATE)
    messages.update(tmp_path)
    translate(tmp_path)
    return tmp_path


def translate(folder: Path) -> None:
    catalog = messages.read(messages.po_path(folder))
    for message in catalog:
        if message.id in DANISH:
            message.string = DANISH[message.id]
        elif message.id == "May":
            message.string = {"month": "maj", "permission": "Må"}[str(message.context)]
        elif isinstance(message.id, tuple) and message.id[0] == "one vote":
            message.string = ("én stemme", "%(count)d stemmer")
        elif isinstance(message.id, tuple):
            message.string = ("Et svar fra %(place)s", "%(n)s svar fra %(place)s")
    messages.po_path(folder).write_text(messages.as_po(catalog))


def edit(folder: Path, old: str, new: str) -> None:
    path = messages.po_path(folder)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def kinds(folder: Path) -> list[tuple[str, str]]:
    return [(fault.kind, fault.sentence) for fault in messages.faults("hall", folder)]


def run(folder: Path, *argv: str) -> int:
    return messages.main(list(argv), lambda: {"hall": folder})


def test_every_way_of_writing_a_sentence_is_found(room: Path) -> None:
    assert messages.collect(room) == {
        Sentence("Raise a challenge"),
        Sentence("Hello, %(name)s"),
        Sentence("May", context="month"),
        Sentence("May", context="permission"),
        Sentence("one vote", "%(count)d votes"),
        Sentence("Welcome"),
        Sentence("Nothing yet"),
        Sentence('A "card"'),
        Sentence("One answer from %(place)s", "%(n)s answers from %(place)s"),
        Sentence("100 %% open"),
    }


def test_a_translated_package_passes_the_check(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(room, "--check") == 0
    assert capsys.readouterr().out == ""


def test_a_new_sentence_is_missing_until_it_is_collected(room: Path) -> None:
    (room / "forms.py").write_text('_("Send")')
    assert kinds(room) == [("missing", "'Send'")]
    assert run(room, "--check") == 1
    assert run(room) == 0
    assert kinds(room) == [("untranslated", "'Send'")]


def test_an_empty_plural_form_is_untranslated(room: Path) -> None:
    edit(room, '"én stemme"', '""')
    assert kinds(room) == [("untranslated", "'one vote'")]


def test_a_fuzzy_translation_is_a_fault(room: Path) -> None:
    edit(room, 'msgid "Welcome"', '#, fuzzy\nmsgid "Welcome"')
    assert kinds(room) == [("fuzzy", "'Welcome'")]


def test_a_lost_placeholder_is_a_fault(room: Path) -> None:
    edit(room, '"Hej, %(name)s"', '"Hej, %(navn)s"')
    assert kinds(room) == [("placeholders", "'Hello, %(name)s'")]


def test_a_placeholder_lost_from_the_plural_is_a_fault(room: Path) -> None:
    edit(room, "%(count)d stemmer", "mange stemmer")
    assert kinds(room) == [("placeholders", "'one vote'")]


def test_a_sentence_nobody_uses_is_a_fault_and_can_be_pruned(room: Path) -> None:
    (room / "views.py").write_text(CODE.replace('_("Hello, %(name)s")', "pass"))
    assert kinds(room) == [("obsolete", "'Hello, %(name)s'")]
    assert run(room) == 0
    assert kinds(room) == [("obsolete", "'Hello, %(name)s'")]
    assert run(room, "--prune") == 0
    assert run(room, "--check") == 0
    assert "Hej" not in messages.po_path(room).read_text()


def test_a_sentence_that_comes_back_finds_its_translation(room: Path) -> None:
    (room / "views.py").write_text("")
    run(room)
    (room / "views.py").write_text(CODE)
    run(room)
    assert run(room, "--check") == 0


def test_checking_changes_no_file(room: Path) -> None:
    (room / "forms.py").write_text('_("Send")')
    before = {path: path.stat().st_mtime_ns for path in room.rglob("*")}
    run(room, "--check")
    assert {path: path.stat().st_mtime_ns for path in room.rglob("*")} == before


def test_collecting_twice_changes_nothing(room: Path) -> None:
    before = messages.po_path(room).read_bytes()
    assert not messages.update(room)
    assert messages.po_path(room).read_bytes() == before
    assert b"views.py" not in before and b"Date" not in before


def test_compiling_makes_a_catalogue_that_gettext_reads(room: Path) -> None:
    path = messages.po_path(room)
    assert messages.compile_one(path)
    with path.with_suffix(".mo").open("rb") as file:
        danish = gettext.GNUTranslations(file)
    assert danish.gettext("Welcome") == "Velkommen"
    assert danish.ngettext("one vote", "%(count)d votes", 3) == "%(count)d stemmer"
    assert danish.pgettext("month", "May") == "maj"


def test_compiling_is_skipped_until_the_source_is_newer(room: Path) -> None:
    path = messages.po_path(room)
    messages.compile_one(path)
    assert not messages.compile_one(path)
    later = path.with_suffix(".mo").stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))
    assert messages.compile_one(path)


def test_two_rooms_must_translate_a_sentence_alike(room: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "views.py").write_text('_("Welcome")')
    messages.update(other)
    edit(other, 'msgid "Welcome"\nmsgstr ""', 'msgid "Welcome"\nmsgstr "Goddag"')
    found = messages.said_two_ways({"hall": room, "other": other})
    assert [(fault.room, fault.sentence) for fault in found] == [("hall, other", "'Welcome'")]


def test_an_unknown_room_is_told(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(room, "--room", "cellar") == 2
    assert "cellar" in capsys.readouterr().err


def test_every_room_of_the_order_is_looked_at() -> None:
    assert {"config", "core", "accounts", "challenges", "web"} <= set(messages.packages())
