"""`samskab opinion`: an opinion map from a Polis export, without the website."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from samskab.engine.opinion.describing import describe
from samskab.engine.opinion.document import as_dict
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.maps import OpinionMap, map_opinions
from samskab.engine.opinion.polis import read_comments_csv, read_export
from samskab.engine.opinion.report import report_html

WRONG = 2
_MOST_NOTES = 5


def main(argv: Sequence[str]) -> int:
    """Run the command; 0 when it went well, 2 with one sentence on stderr when it did not."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    if options.schema:
        print(files(__package__).joinpath("schema.json").read_text(encoding="utf-8").rstrip())
        return 0
    if options.votes is None:
        print("samskab opinion: name a file of votes; --help says more.", file=sys.stderr)
        return WRONG
    try:
        _run(options)
    except OpinionError as error:
        print(f"samskab opinion: {error}", file=sys.stderr)
        return WRONG
    except OSError as error:
        print(f"samskab opinion: {error.filename}: {error.strerror}.", file=sys.stderr)
        return WRONG
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="samskab opinion",
        description="Find opinion groups, common ground and divides in a Polis export.",
    )
    parser.add_argument("votes", type=Path, nargs="?", help="votes.csv or participants-votes.csv")
    parser.add_argument("--statements", type=Path, help="comments.csv, for texts and moderation")
    parser.add_argument("--seed", type=_seed, default=0, help="a whole number (default 0)")
    parser.add_argument("--json", type=Path, help="write the map as JSON")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the map")
    parser.add_argument("--html", type=Path, help="write a report as one HTML page")
    parser.add_argument("--language", choices=("da", "en"), default="da")
    return parser


def _seed(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("negative")
    return number


def _run(options: argparse.Namespace) -> None:
    comments = read_comments_csv(options.statements) if options.statements else ()
    strays: list[OpinionError] = []
    votes = read_export(options.votes, comments=comments, note=strays.append)
    for note in strays[:_MOST_NOTES]:
        print(f"samskab opinion: note: {note}", file=sys.stderr)
    if len(strays) > _MOST_NOTES:
        print(f"samskab opinion: note: {len(strays)} such statements in all.", file=sys.stderr)
    if votes.n_votes == 0:
        raise OpinionError("no-votes", name=options.votes.name)
    drawn = map_opinions(votes, seed=options.seed)
    texts = {comment.id: comment.text for comment in comments}
    # everything is made before anything is written, so that no half result is left behind
    document = json.dumps(as_dict(drawn), ensure_ascii=False, indent=1) + "\n"
    page = report_html(drawn, texts, options.language)
    _write({options.json: document, options.html: page})
    print(_summary(drawn, texts, options.language))


def _write(texts: Mapping[Path | None, str]) -> None:
    """All files or none: each is written beside its place and put there when all are."""
    parts = {path: path.with_name(f"{path.name}.part") for path in texts if path is not None}
    try:
        for path, part in parts.items():
            part.write_text(texts[path], encoding="utf-8")
        for path, part in parts.items():
            part.replace(path)
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _summary(drawn: OpinionMap, texts: dict[int | str, str], language: str) -> str:
    return "\n".join(describe(drawn, texts, language).sentences)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
