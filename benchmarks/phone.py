"""How long a slow phone takes until the front page stands there whole.

Chromium with a processor four times slower and a slow 4G line (1.6 Mbit/s down, 0.75 up, 150 ms
there and back), an empty cache each time. Whole means: everything that the page asks for has
come and is drawn, fonts too, and the largest thing on it has been painted.
"""

from __future__ import annotations

import statistics
from typing import Any

from benchmarks.claims import Figure, LeftOut
from benchmarks.installation import example, free_port, running
from benchmarks.weight import FLAGS
from scripts.browser import chromium

ROUNDS, LIMIT = 5, 2.5
SLOWER = 4
LINE = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
SIZE = {"width": 375, "height": 667}
# Two frames after the last paint that the browser told of.
DRAWN = """() => new Promise((done) => {
  let largest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) largest = Math.max(largest, entry.startTime);
  }).observe({type: "largest-contentful-paint", buffered: true});
  document.fonts.ready.then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
    const [page] = performance.getEntriesByType("navigation");
    const last = performance.getEntriesByType("resource").map((one) => one.responseEnd);
    done(Math.max(largest, page.loadEventEnd, ...last) / 1000);
  })));
})"""


def measure() -> list[Figure]:
    if chromium() is None:
        raise LeftOut("no Chromium was found; on Debian: apt-get install chromium.")
    from playwright.sync_api import sync_playwright

    folder, port = example("phone"), free_port()
    with running(folder, port, "serve"), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        times = [_visit(browser, f"http://127.0.0.1:{port}/") for _ in range(ROUNDS + 1)][1:]
        browser.close()
    beside = f"median of {ROUNDS}, slowest {max(times):.2f} s"
    return [Figure("front page on a slow phone", statistics.median(times), LIMIT, "s", beside)]


def _visit(browser: Any, address: str) -> float:
    context = browser.new_context(viewport=SIZE, device_scale_factor=2, is_mobile=True)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    page.goto(address, wait_until="load")
    page.wait_for_load_state("networkidle")
    seconds = float(page.evaluate(DRAWN))
    context.close()
    return seconds
