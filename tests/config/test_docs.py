"""The documentation is held to the code: what it names is there, what is there it names."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from babel.messages.pofile import read_po

from samskab.cli import ENGINE, SITE
from samskab.config.environment import SETTINGS
from samskab.config.rooms import ROOMS
from samskab.engine.language import lix
from scripts import reference

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DANISH = [ROOT / f"docs/{name}.md" for name in ("borger", "forening", "medlem", "sekretariat")]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(text: str, program: str) -> set[str]:
    """The first word after `program` wherever it is used as a command."""
    code = "\n".join(block or inline for block, inline in CODE.findall(text))
    return set(re.findall(rf"(?m)(?:^| |bin/){program} ([a-z][a-z-]*)", code))


def anchors(text: str) -> set[str]:
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z-]+):", text_of("Makefile")))


def labels() -> set[str]:
    """Every Danish sentence of the pages."""
    found: set[str] = set()
    for path in ROOT.glob("src/samskab/**/locale/da/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            for message in read_po(file, locale="da"):
                strings = message.string
                found.update([strings] if isinstance(strings, str) else strings)
    return found


def test_the_parts_made_from_the_code_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert reference.main(["--check"]) == 0, capsys.readouterr().out


def test_a_part_is_replaced_between_its_marks_and_nowhere_else() -> None:
    page = "a\n<!-- x: made by y -->\nold\n<!-- end of x -->\nb\n"
    new = reference.with_part(page, "x", r"new \1")
    assert new == "a\n<!-- x: made by y -->\n\nnew \\1\n\n<!-- end of x -->\nb\n"
    assert reference.with_part(new, "x", r"new \1") == new


def test_a_page_that_lost_its_marks_is_refused() -> None:
    with pytest.raises(SystemExit, match="0 times"):
        reference.with_part("no marks", "x", "new")


@pytest.mark.parametrize("setting", [one.name for one in SETTINGS])
def test_every_setting_is_documented(setting: str) -> None:
    assert f"`{setting}`" in text_of("docs/administration.md")


@pytest.mark.parametrize("command", [*SITE, *ENGINE])
def test_every_command_is_documented(command: str) -> None:
    assert f"samskab {command}" in text_of("docs/administration.md")


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_in_the_architecture(room: str) -> None:
    assert f"| `{room}` |" in text_of("docs/architecture.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    text, lost = page.read_text(encoding="utf-8"), []
    for link in LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (
            anchor and anchor not in anchors(target.read_text(encoding="utf-8"))
        ):
            lost.append(link)
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_in_the_text_are_there_to_be_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert commands(text, "make") <= targets()
    assert commands(text, "samskab") <= {*SITE, *ENGINE}


def test_the_readme_names_the_two_commands() -> None:
    assert {"run", "test"} <= commands(text_of("README.md"), "make")


def test_the_readme_says_how_each_example_account_signs_in() -> None:
    readme = text_of("README.md")
    people = yaml.safe_load(text_of("src/samskab/civic/public/demo/data/people.yaml"))
    assert len(people) == 8
    assert [one["email"] for one in people if f"`{one['email']}`" not in readme] == []


@pytest.mark.parametrize("page", DANISH, ids=lambda path: path.name)
def test_danish_guides_are_easy_to_read(page: Path) -> None:
    found = lix(page.read_text(encoding="utf-8"))
    assert found.words > 300
    assert found.score <= 35


@pytest.mark.parametrize("page", DANISH, ids=lambda path: path.name)
def test_what_danish_guides_write_in_bold_stands_on_the_pages(page: Path) -> None:
    known = labels()
    bold = re.findall(r"\*\*(.+?)\*\*", page.read_text(encoding="utf-8"))
    assert len(bold) > 10
    assert [label for label in bold if label not in known] == []


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    names = sorted(path.name for path in ROOT.glob("docs/decisions/[0-9]*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    listed = LINK.findall(text_of("docs/decisions/README.md"))
    assert sorted(link for link in listed if link[:4].isdigit()) == names


def test_publiccode_describes_this_software() -> None:
    found = yaml.safe_load(text_of("publiccode.yml"))
    assert found["publiccodeYmlVersion"] == "0.4"
    assert found["legal"] == {"license": "MPL-2.0"}
    assert f'version = "{found["softwareVersion"]}"' in text_of("pyproject.toml")
    for words in found["description"].values():
        assert len(words["shortDescription"]) <= 150
        assert 500 <= len(words["longDescription"]) <= 10_000
        assert max(map(len, words["features"])) <= 100
        assert [shot for shot in words["screenshots"] if not (ROOT / shot).exists()] == []


def test_the_licence_is_the_whole_mozilla_public_license() -> None:
    licence = text_of("LICENSE")
    assert licence.startswith("Mozilla Public License Version 2.0\n")
    assert re.findall(r"(?m)^(?:\*  )?(\d+)\. ", licence) == [
        str(number) for number in range(1, 11)
    ]
    assert "Exhibit B" in licence
