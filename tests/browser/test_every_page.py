"""Every page that each role can reach by following links, looked at as people would.

For each: it answers, it fits at 375 and 1280 px, axe finds nothing (WCAG 2.2 AA), nothing is
fetched from elsewhere, the Content Security Policy is never broken, no cookie but the
session's, and its content is there without JavaScript.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import Error, Page, Request, Response

from tests.browser.conftest import Installation, NewContext, sign_in

ROLES = {
    "visitor": ("localhost", ""),
    "participant": ("localhost", "borger@eksempel.dk"),
    "representative": ("localhost", "forening@eksempel.dk"),
    "member": ("localhost", "medlem@eksempel.dk"),
    "facilitator": ("localhost", "facilitator@eksempel.dk"),
    "secretariat": ("localhost", "sekretariat@eksempel.dk"),
    "administrator": ("localhost", "admin@eksempel.dk"),
    "outsider": ("nabo.localhost", "nabo@eksempel.dk"),
}
WIDTHS = (375, 1280)
# Pages of one view that each role looks at; all challenges, since each step looks different.
A_KIND, ALL, EVERY_STEP = 1, 20, "/udfordringer/N/?"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
# Only what is wrong crosses from the browser to the test: the whole result is megabytes.
# Colours are most of the work and the same at each width: they are looked at at one of the two,
# at the narrow one on every second page.
LOOK = """colours => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
  rules: { "color-contrast": { enabled: colours } },
  resultTypes: ["violations"],
}).then(found => [
  document.documentElement.scrollWidth,
  found.violations.map(v => `${v.id} ${v.nodes[0].target} ${v.help}`),
])"""
READ = """() => [
  document.querySelector("main")?.innerHTML ?? "",
  document.querySelectorAll("h1").length,
  [...document.querySelectorAll("a[href]")].map(a => a.getAttribute("href")),
]"""
FILES = re.compile(
    r"format=csv|\.(csv|ics|atom|zip|pdf|json|svg|txt|xml)$|/atom/|/pdf/|/data/|/foto/|/api/v1/"
)
WITHOUT_SCRIPT = """async () => {
  const text = (node) => (node ? node.textContent : "").replace(/\\s+/g, " ").trim();
  const html = await (await fetch(location.href)).text();
  const plain = new DOMParser().parseFromString(html, "text/html");
  return [text(plain.querySelector("main")), text(document.querySelector("main"))];
}"""
# A passkey is made by a script of the browser itself; the page of the authenticator app shows
# a new secret at every look, so that two looks are never the same.
NEVER_ALIKE = ("/min-side/sikkerhed/noegler/ny/", "/min-side/sikkerhed/app/")


def kind_of(url: str) -> str:
    """Pages of one view: numbers, names and tokens in the path stand for each other."""
    parts = urlsplit(url)
    path = re.sub(r"/\d+(?=/|$)", "/N", parts.path)
    path = re.sub(r"^(/en)?/(viden|nyheder|koncepter)/(?!ny/|atom/|N)[\w-]+/", r"\1/\2/S/", path)
    names = "&".join(sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair}))
    return f"{path}?{names}"


@dataclass
class Walk:
    page: Page
    base: str
    role: str
    seen_by_all: Path
    width: int = WIDTHS[0]
    faults: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    seen: set[str] = field(default_factory=set)
    looked_at: int = 0

    def __post_init__(self) -> None:
        self.page.set_viewport_size({"width": self.width, "height": 800})
        self.page.on("request", self._asked)
        self.page.on("console", lambda message: self._said(message.type, message.text))
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def _asked(self, request: Request) -> None:
        # Chromium's own PDF viewer is made of pages of its own scheme; they leave no machine.
        if request.url.startswith(("http", "ws")) and not request.url.startswith(self.base):
            self.faults.append(f"{self.page.url}: asks {request.url}")

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and "favicon" not in text:
            self.faults.append(f"{self.page.url}: console says {text}")

    def go(self, start: str) -> None:
        waiting = deque([start])
        while waiting:
            url = waiting.popleft()
            kind = kind_of(url)
            if url in self.seen or self.kinds[kind] >= self._enough(kind):
                continue
            self.seen.add(url)
            self.kinds[kind] += 1
            waiting.extend(self._look(url))

    def _enough(self, kind: str) -> int:
        return ALL if kind == EVERY_STEP and self.role in {"visitor", "facilitator"} else A_KIND

    def _look(self, url: str) -> list[str]:
        try:
            answer = self.page.goto(url, wait_until="load")
        except Error as error:
            if "Download is starting" in error.message:
                return []
            raise
        self._headers(url, answer)
        main, headings, hrefs = self.page.evaluate(READ)
        if headings != 1:
            self.faults.append(f"{url}: has {headings} h1")
        if self._is_new(main):
            self._examine(url)
        return self._own(hrefs)

    def _is_new(self, main: str) -> bool:
        """No role was given this content yet, in this process or in the one beside it."""
        content = re.sub(r'name="(once|csrfmiddlewaretoken|seen)" value="[^"]*"', "", main)
        mark = self.seen_by_all / sha256(content.encode()).hexdigest()
        try:
            mark.touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _headers(self, url: str, answer: Response | None) -> None:
        if answer is None or answer.status != 200:
            self.faults.append(f"{url}: answers {answer and answer.status}")
            return
        policy = answer.headers.get("content-security-policy", "")
        if "default-src 'none'" not in policy or "unsafe" in policy:
            self.faults.append(f"{url}: policy “{policy}”")
        cookies = {cookie["name"] for cookie in self.page.context.cookies()}
        if not cookies <= {"samskab"}:
            self.faults.append(f"{url}: cookies {cookies}")

    def _examine(self, url: str) -> None:
        self.looked_at += 1
        if not url.endswith(NEVER_ALIKE) and not self._same_without_script():
            self.faults.append(f"{url}: says something else without JavaScript")
        self.page.evaluate(AXE)
        self._measure(url, colours=True)
        self.width = next(width for width in WIDTHS if width != self.width)
        self.page.set_viewport_size({"width": self.width, "height": 800})
        self._measure(url, colours=False)

    def _same_without_script(self) -> bool:
        """Looked at twice: the worker may have changed something between two answers."""
        plain, drawn = self.page.evaluate(WITHOUT_SCRIPT)
        if plain != drawn:
            self.page.reload(wait_until="load")
            plain, drawn = self.page.evaluate(WITHOUT_SCRIPT)
        return bool(plain == drawn)

    def _measure(self, url: str, *, colours: bool) -> None:
        wide, found = self.page.evaluate(LOOK, colours)
        if wide > self.width:
            self.faults.append(f"{url}: {wide} px wide at {self.width} px")
        self.faults += [f"{url} at {self.width}: {fault}" for fault in found]

    def _own(self, hrefs: list[str]) -> list[str]:
        here = self.page.url
        urls = [urldefrag(urljoin(here, href)).url for href in hrefs]
        own = [url for url in urls if url.startswith(self.base) and not FILES.search(url)]
        if self.role == "visitor":
            return own
        # The words are the same for everybody: English pages are walked once.
        return [url for url in own if not url.startswith(f"{self.base}en/")]


@pytest.fixture
def seen_by_all(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the processes of one run share, with a file for each content looked at."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "seen"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.mark.parametrize("role", ROLES)
def test_every_page_for_every_role(
    role: str, installation: Installation, new_context: NewContext, seen_by_all: Path
) -> None:
    host, email = ROLES[role]
    context = new_context(host=host)
    page = context.new_page()
    if email:
        sign_in(installation, page, email)
    base = installation.address("/", host)
    walk = Walk(page, base, role, seen_by_all)
    walk.go(base)
    print(f"{role}: {len(walk.seen)} pages, {walk.looked_at} examined")
    assert not walk.faults, "\n".join(walk.faults)
    assert len(walk.seen) > 25
