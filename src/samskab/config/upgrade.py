"""Upgrade: from the database of an older version to this one, by one command.

A backup comes first, so that there is a way back. What fails afterwards says which.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from samskab.config import backup
from samskab.config.environment import Environment


def upgrade(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        "samskab upgrade",
        description="Back up, bring the database up to date, and check. "
        "Stop server and worker first, start them afterwards.",
    )
    parser.add_argument(
        "--no-backup", action="store_true", help="there is a backup already; no way back by itself"
    )
    asked = parser.parse_args(arguments)
    data = Environment().folder("SAMSKAB_DATA")
    kept = None
    if not asked.no_backup:
        file = data / "backups" / f"before-upgrade-{backup.stamp()}.zip"
        if backup.backup([str(file)]):
            print("samskab: nothing was changed.", file=sys.stderr)
            return 1
        kept = file
    if _samskab("migrate"):
        way = f" Back: the older version, then `samskab restore {kept} --replace`." if kept else ""
        print(f"samskab: the database is not up to date, see above.{way}", file=sys.stderr)
        return 1
    if _samskab("doctor"):
        print("samskab: the database is up to date; see above what is bad.", file=sys.stderr)
        return 1
    print("Up to date. Start server and worker: they make static files and translations anew.")
    return 0


def _samskab(command: str) -> int:
    """In a process of its own: it reads the program and the settings as they are now."""
    program = [sys.executable, "-m", "samskab.cli", command]
    return subprocess.run(program, check=False).returncode
