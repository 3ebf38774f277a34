"""The `samskab` command."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

Command = Callable[[list[str]], int]

ENGINE: dict[str, tuple[str, str]] = {
    "opinion": ("samskab.engine.opinion.command", "main"),
    "match": ("samskab.engine.matching.command", "main"),
    "overlap": ("samskab.engine.overlap.command", "main"),
    "evaluate": ("samskab.engine.evidence.command", "main_evaluate"),
    "pool": ("samskab.engine.evidence.command", "main_pool"),
}
SITE: dict[str, tuple[str, str]] = {
    "run": ("samskab.config.operate", "run"),
    "serve": ("samskab.config.operate", "serve"),
    "worker": ("samskab.config.operate", "worker"),
    "migrate": ("samskab.config.operate", "migrate"),
    "upgrade": ("samskab.config.upgrade", "upgrade"),
    "demo": ("samskab.config.operate", "demo"),
    "council": ("samskab.config.operate", "council"),
    "doctor": ("samskab.config.operate", "doctor"),
    "verify-log": ("samskab.config.operate", "verify_log"),
    "reindex": ("samskab.config.operate", "reindex"),
    "retention": ("samskab.config.operate", "retention"),
    "bounce": ("samskab.config.operate", "bounce"),
    "backup": ("samskab.config.backup", "backup"),
    "restore": ("samskab.config.backup", "restore"),
    "key": ("samskab.config.operate", "key"),
    "messages": ("samskab.config.messages", "main"),
    "django": ("samskab.config.operate", "django"),
}
HELP = {
    "run": "migrate, load the example council into an empty database, start server and worker",
    "serve": "start the server alone",
    "worker": "start a worker alone",
    "migrate": "bring the database up to date",
    "upgrade": "back up, bring the database up to date, and check",
    "demo": "load Silkeborg's council",
    "council": "found a council, with its host names and its administrator",
    "doctor": "check this installation and say how to mend it",
    "verify-log": "check the hash chain of every council",
    "reindex": "read every public row into the search index anew; --afresh empties it first",
    "retention": "erase personal data whose time has run out",
    "bounce": "take in a returned mail from standard input",
    "backup": "put database, uploads and keys into one file, while everything runs",
    "restore": "take a backup back, and check that it holds",
    "key": "show the key that our concepts are signed with; --new makes another",
    "messages": "collect, check and compile translations",
    "django": "any command of Django",
    "opinion": "opinion groups from a file of votes",
    "match": "coalitions from files of needs and offers",
    "overlap": "overlaps in a file of initiatives",
    "evaluate": "change from a file of answers",
    "pool": "pool estimates from several places",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; `arguments` are those of the command line when none are given."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if arguments is None and (not given or given[0] not in SITE):
        _end_with_the_pipe()
    if not given or given[0] in {"-h", "--help", "help"}:
        print(usage())
        return 0
    name, *rest = given
    if name in ENGINE:
        return _load(*ENGINE[name])(rest)
    if name in SITE:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
        return _load(*SITE[name])(rest)
    print(f"samskab: there is no command “{name}”.\n\n{usage()}", file=sys.stderr)
    return 2


def _end_with_the_pipe() -> None:
    """Whoever reads the output may stop early, as `head` does: then this ends too, without a word,
    as any other tool. A server must outlive its readers and never asks for this."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def _load(module: str, function: str) -> Command:
    command: Command = getattr(import_module(module), function)
    return command


def usage() -> str:
    lines = [f"  {name:<11} {text}" for name, text in HELP.items()]
    return "\n".join(["usage: samskab COMMAND [options]", "", *lines])


if __name__ == "__main__":
    raise SystemExit(main())
