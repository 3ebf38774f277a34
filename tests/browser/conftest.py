"""A real installation with the example data, and a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from scripts.browser import chromium

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

# How long a browser waits for a page or a word on it, in milliseconds: machines can be busy.
PATIENCE = 60_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None and os.environ.get("SAMSKAB_BROWSER_TESTS") == "required":
        pytest.exit("The browser tests are required, but there is no Chromium.", returncode=1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """`samskab run` in a folder of its own; its console is where mail lands."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Installation:
        environment = {
            **os.environ,
            "SAMSKAB_DATA": str(self.folder),
            "PORT": str(self.port),
            "SAMSKAB_SECRET_KEY": "",
            "PYTHONUNBUFFERED": "1",
            "SAMSKAB_RATE_LIMITS": "no",
        }
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        with (self.folder / "console").open("ab") as console:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "samskab.cli", "run"],
                env=environment,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError(self.console())
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/sundhed/", timeout=2).close()
            except OSError:
                time.sleep(0.2)
            else:
                return
        raise RuntimeError(f"The server did not start:\n{self.console()}")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(timeout=60)
            with socket.socket() as probe:
                assert probe.connect_ex(("127.0.0.1", self.port)), "the server outlived `run`"

    def console(self) -> str:
        return (self.folder / "console").read_text(errors="replace")

    def address(self, path: str = "/", host: str = "localhost") -> str:
        return f"http://{host}:{self.port}{path}"

    def mail_to(self, email: str, pattern: str, *, after: int = 0) -> re.Match[str]:
        """Waits until a mail to somebody is on the console, and finds something in it."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            text = self.console()[after:]
            for part in reversed(text.split("Content-Type:")):
                if f"To: {email}" in part and (found := re.search(pattern, part)):
                    return found
            time.sleep(0.2)
        raise AssertionError(f"no mail to {email} with {pattern}:\n{self.console()[-3000:]}")


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    running = Installation(tmp_path_factory.mktemp("samskab")).start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        running = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield running
        running.close()


NewContext = Callable[..., BrowserContext]


@pytest.fixture
def new_context(browser: Browser, installation: Installation) -> Iterator[NewContext]:
    """A person's own browser; refuses to leave the installation."""
    opened: list[BrowserContext] = []

    def make(*, host: str = "localhost", **options: Any) -> BrowserContext:
        options.setdefault("locale", "da-DK")
        context = browser.new_context(base_url=installation.address("", host), **options)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def sign_in(installation: Installation, page: Page, email: str) -> None:
    """By the code that the mail brings."""
    page.goto("/log-ind/")
    seen = len(installation.console())
    page.get_by_label("mail", exact=False).first.fill(email)
    page.locator("main form button[type=submit]").first.click()
    code = installation.mail_to(email, r"\n(\d{4}-\d{4})\n", after=seen)[1]
    page.locator("main input[name=code]").fill(code)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "log-ind" not in url)
