"""What the front page weighs in a real browser, headers included, with the example council.

Counted by the browser itself: every request that ended, and the bytes that came over the wire.
A browser without a window does not fetch the icon of the tab, so that is fetched and added.
"""

from __future__ import annotations

import http.client
import re
from dataclasses import dataclass, field
from typing import Any

from benchmarks.claims import Figure, LeftOut
from benchmarks.installation import example, free_port, running
from scripts.browser import chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
FIRST_KB, FIRST_REQUESTS, REPEAT_KB = 250.0, 10.0, 30.0


@dataclass
class Wire:
    """What one visit asked for, by request: address, and bytes when it had ended."""

    sent: dict[str, str] = field(default_factory=dict)
    cached: set[str] = field(default_factory=set)
    ended: dict[str, float] = field(default_factory=dict)

    def listen(self, session: Any) -> None:
        session.on("Network.requestWillBeSent", self._sent)
        session.on("Network.requestServedFromCache", lambda e: self.cached.add(e["requestId"]))
        session.on("Network.loadingFinished", self._ended)

    def _sent(self, event: dict[str, Any]) -> None:
        self.sent[event["requestId"]] = event["request"]["url"]

    def _ended(self, event: dict[str, Any]) -> None:
        self.ended[event["requestId"]] = float(event["encodedDataLength"])

    @property
    def fetched(self) -> dict[str, float]:
        """Bytes by address of what really went over the wire; a cache sends nothing."""
        return {
            self.sent[key]: size
            for key, size in self.ended.items()
            if size and key not in self.cached and self.sent[key].startswith("http")
        }

    @property
    def total(self) -> float:
        return sum(self.fetched.values()) / 1000


def measure() -> list[Figure]:
    if chromium() is None:
        raise LeftOut("no Chromium was found; on Debian: apt-get install chromium.")
    folder, port = example("weight"), free_port()
    with running(folder, port, "serve"):
        first, again = visits(f"http://localhost:{port}/")
        icon = _icon(port)
    for address, size in sorted(first.fetched.items(), key=lambda pair: -pair[1]):
        print(f"  {size / 1000:7.1f} KB  {address.partition(f':{port}')[2]}")
    print(f"  {icon:7.1f} KB  the icon of the tab, added")
    requests = len(first.fetched) + 1
    return [
        Figure("first visit", first.total + icon, FIRST_KB, "KB"),
        Figure("first visit, requests", requests, FIRST_REQUESTS),
        Figure("repeat visit", again.total, REPEAT_KB, "KB", f"{len(again.fetched)} requests"),
    ]


def visits(address: str) -> tuple[Wire, Wire]:
    """A first visit with an empty cache, and one more by the same browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        context = browser.new_context(locale="da-DK", viewport={"width": 1280, "height": 900})
        found = []
        for _ in range(2):
            page = context.new_page()
            wire = Wire()
            session = context.new_cdp_session(page)
            wire.listen(session)
            session.send("Network.enable")
            page.goto(address, wait_until="networkidle")
            found.append(wire)
            page.close()
        browser.close()
    return found[0], found[1]


def _icon(port: int) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/")
    link = re.search(r'<link rel="icon" href="([^"]+)"', connection.getresponse().read().decode())
    if link is None:
        return 0.0
    connection.request("GET", link[1], headers={"Accept-Encoding": "gzip, br"})
    answer = connection.getresponse()
    heads = sum(len(name) + len(value) + 4 for name, value in answer.getheaders())
    return (len(answer.read()) + heads) / 1000
