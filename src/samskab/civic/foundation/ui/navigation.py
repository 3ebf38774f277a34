"""Where the page frame leads: sections that exist, the other language, the footer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.functional import Promise
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal, Role


@dataclass(frozen=True)
class Entry:
    label: str | Promise
    href: str
    current: str = ""


@dataclass(frozen=True)
class Language:
    code: str
    label: str
    href: str
    current: bool


Section = tuple[str, str | Promise, frozenset[str]]

MAIN: tuple[Section, ...] = (
    ("challenges:list", _("Challenges"), frozenset({"challenges", "inquiry", "coalitions"})),
    ("initiatives:list", _("Initiatives"), frozenset({"initiatives"})),
    ("actors:list", _("Actors"), frozenset({"actors"})),
    ("pilots:list", _("Pilot projects"), frozenset({"pilots", "evaluation"})),
    ("concepts:list", _("Concepts"), frozenset({"concepts", "catalogue"})),
    ("knowledge:list", _("Knowledge"), frozenset({"knowledge"})),
    ("council:front", _("The council"), frozenset({"council", "culture"})),
    ("news:list", _("News"), frozenset({"news"})),
)
# What each entry takes, so that nobody is led to a page that they may not open.
STAFF: tuple[tuple[str, str | Promise, str], ...] = (
    ("web:desk", _("What waits"), "web.desk"),
    ("challenges:queue", _("To do"), "challenges.queue"),
    ("comments:queue", _("Comments"), "comments.moderate"),
    ("actors:categories", _("Words to sort by"), "actors.sort"),
    ("imports:front", _("Take in a table"), "imports.use"),
    ("notifications:outbox", _("Sent mail"), "notifications.read"),
    ("web:settings", _("Settings"), "core.edit_council"),
    ("accounts:roles", _("Roles"), "accounts.manage_roles"),
    ("core:log", _("Log"), "core.read_log"),
)
FOOTER: tuple[tuple[tuple[str, ...], str | Promise], ...] = (
    (("web:about",), _("About the council")),
    (("web:contact",), _("Contact")),
    (("following:subscribe",), _("Follow by mail")),
    (("privacy:record", "web:privacy"), _("Privacy")),
    (("web:cookies",), _("Cookies")),
    (("web:was",), _("Accessibility statement")),
    (("evaluation:enter",), _("Answer with your code")),
    (("api:docs",), _("For programs (API)")),
    (("ui:patterns",), _("Patterns")),
)
STAFF_ROLES = (Role.SECRETARIAT, Role.FACILITATOR, Role.ADMINISTRATOR)


@lru_cache(maxsize=256)
def _reverse(name: str, language: str | None, urlconf: str) -> str:
    try:
        return reverse(name, urlconf=urlconf)
    except NoReverseMatch:
        return ""


def address(*names: str) -> str:
    """The address of the first of these names that exists, or nothing."""
    found = (_reverse(name, get_language(), settings.ROOT_URLCONF) for name in names)
    return next((href for href in found if href), "")


def _current(request: HttpRequest, href: str, rooms: frozenset[str]) -> str:
    """`page` on the entry's own page, `true` within its section."""
    if request.path == href:
        return "page"
    match = getattr(request, "resolver_match", None)
    return "true" if match is not None and rooms.intersection(match.namespaces) else ""


def _entries(request: HttpRequest, sections: tuple[Section, ...]) -> list[Entry]:
    return [
        Entry(label, href, _current(request, href, rooms))
        for name, label, rooms in sections
        if (href := address(name))
    ]


def main(request: HttpRequest) -> list[Entry]:
    return _entries(request, MAIN)


def staff(request: HttpRequest, by: Principal | None) -> list[Entry]:
    if by is None or not by.has(*STAFF_ROLES):
        return []
    return [
        Entry(label, href, _current(request, href, frozenset()))
        for name, label, permission in STAFF
        if may(by, permission) and (href := address(name))
    ]


def footer() -> list[Entry]:
    return [Entry(label, href) for names, label in FOOTER if (href := address(*names))]


def front() -> str:
    """The front page of the present language."""
    default = get_language() == settings.LANGUAGE_CODE
    return address("web:front") or ("/" if default else f"/{get_language()}/")


def languages(request: HttpRequest) -> list[Language]:
    """This page in every language; the front page where the page has no other language."""
    here, present = request.get_full_path(), get_language()
    found = []
    for code, _label in settings.LANGUAGES:
        href = here if code == present else translate_url(here, code)
        if href == here and code != present:
            with override(code):
                href = front()
        found.append(Language(code, NAMES.get(code, code), href, code == present))
    return found


NAMES = {"da": "Dansk", "en": "English"}
