"""All tests: the fast ones side by side, then the browser tests where a Chromium is found."""

from __future__ import annotations

import subprocess
import sys

from scripts.browser import chromium

PYTEST = [sys.executable, "-m", "pytest", "-q"]


def main(arguments: list[str]) -> int:
    fast = subprocess.call([*PYTEST, "-n", "2", "tests", "--ignore=tests/browser", *arguments])
    if fast:
        return fast
    if chromium() is None:
        print(
            "\nThe browser tests were LEFT OUT: no Chromium was found. Get one with "
            "`apt-get install chromium` (Debian), or name one in CHROMIUM, and run again."
        )
        return 0
    return subprocess.call([*PYTEST, "-n", "2", "--dist", "worksteal", "tests/browser", *arguments])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
