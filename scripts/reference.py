"""The parts of the documentation that are made from the code.

`python -m scripts.reference` writes them anew, with `--check` it only says which are old.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from samskab.cli import ENGINE, HELP, SITE
from samskab.config.environment import SETTINGS
from samskab.config.rooms import FLOORS

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src/samskab"
ENGINE_PARTS = ("language", "opinion", "matching", "overlap", "evidence", "voting")


def settings() -> str:
    rows = [(f"`{one.name}`", _code(one.default), one.help) for one in SETTINGS]
    return _table(("setting", "without it", "what it is"), rows)


def site_commands() -> str:
    return _table(("command", "what it does"), [(f"`samskab {n}`", HELP[n]) for n in SITE])


def engine_commands() -> str:
    return _table(("command", "what it does"), [(f"`samskab {n}`", HELP[n]) for n in ENGINE])


def rooms() -> str:
    """Every room with the sentence that its package says about itself."""
    rows = []
    for floor, names in FLOORS.items():
        for name in names:
            rows.append((floor, f"`{name}`", _sentence(SOURCE / "civic" / floor / name)))
    return _table(("floor", "room", "what it is for"), rows)


def engine_parts() -> str:
    rows = [(f"`{name}`", _sentence(SOURCE / "engine" / name)) for name in ENGINE_PARTS]
    return _table(("part", "what it does"), rows)


PARTS: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("docs/administration.md", settings),
    "site commands": ("docs/administration.md", site_commands),
    "rooms": ("docs/architecture.md", rooms),
    "engine": ("docs/architecture.md", engine_parts),
    "engine commands": ("README.md", engine_commands),
}


def _code(text: str) -> str:
    return f"`{text}`" if text else "(empty)"


def _sentence(package: Path) -> str:
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    return " ".join((ast.get_docstring(tree) or "").split())


def _table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heading, tuple("---" for _ in heading), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in lines)


def with_part(text: str, name: str, body: str) -> str:
    """The page with what stands between the two marks of `name` replaced."""
    marks = re.compile(rf"(<!-- {name}: made .*?-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    new, found = marks.subn(lambda match: f"{match[1]}\n{body}\n\n{match[2]}", text)
    if found != 1:
        raise SystemExit(f"The marks of “{name}” stand {found} times in the page, not once.")
    return new


def pages() -> Iterator[tuple[Path, str, str]]:
    """Each page: where it is, what it says, and what it should say."""
    for page in sorted({page for page, _body in PARTS.values()}):
        path = ROOT / page
        old = path.read_text(encoding="utf-8")
        new = old
        for name, (where, body) in PARTS.items():
            if where == page:
                new = with_part(new, name, body())
        yield path, old, new


def main(arguments: list[str]) -> int:
    old_pages = [(path, new) for path, old, new in pages() if old != new]
    if "--check" in arguments:
        for path, _new in old_pages:
            print(f"{path.relative_to(ROOT)} is old: run `make docs`.")
        return 1 if old_pages else 0
    for path, new in old_pages:
        path.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
