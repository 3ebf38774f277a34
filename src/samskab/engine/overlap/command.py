"""`samskab overlap`: finds overlaps in a file of initiatives, without the website."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from samskab.engine.language import has_vectors, sentence_vectors
from samskab.engine.overlap.finding import THRESHOLD, find_pairs, overlaps, shelf_of
from samskab.engine.overlap.reading import InputError, decoded, read_initiatives
from samskab.engine.overlap.reasons import Overlap
from samskab.engine.overlap.sentences import reason_sentence
from samskab.engine.overlap.vocabulary import vocabulary_of

WRONG_INPUT = 2
# Every pair of more is a file that nobody can open.
MOST_WITH_EVERY_PAIR = 5_000


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence; the usage is for `--help`."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message.rstrip('.')}.")


def _threshold(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return value


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 1_000_000):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def _parser() -> _Parser:
    parser = _Parser(prog="samskab overlap", description="Find initiatives that do the same.")
    parser.add_argument("initiatives", metavar="INITIATIVES", help="a CSV or YAML file")
    parser.add_argument(
        "--threshold",
        metavar="T",
        type=_threshold,
        default=THRESHOLD,
        help="the least strength, 0 to 1; 0 gives every pair (default: %(default)s)",
    )
    parser.add_argument(
        "--most",
        metavar="N",
        type=_number,
        help="of each initiative its N strongest pairs (default: all; 10 above 2,000 initiatives)",
    )
    parser.add_argument("--synonyms", metavar="FILE", help="more synonyms, one set a line")
    parser.add_argument(
        "--semantic", action="store_true", help="also compare by sentence vectors (needs an extra)"
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON schema of the answer, and stop"
    )
    parser.add_argument("--json", metavar="OUT.json", required=True, help="where to write")
    return parser


def _pair(overlap: Overlap) -> dict[str, Any]:
    pair = asdict(overlap)
    del pair["same_organisation"]
    for reason, written in zip(overlap.reasons, pair["reasons"], strict=True):
        written["da"] = reason_sentence(reason, "da")
        written["en"] = reason_sentence(reason, "en")
    return pair


def _write(path: Path, pairs: Iterable[Overlap]) -> None:
    """Write all or nothing: a file beside it takes the name only when it is whole.

    One pair a line, as they come: very many need not be held at once.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write('{"pairs": [')
            between = "\n"
            for overlap in pairs:
                file.write(between + json.dumps(_pair(overlap), ensure_ascii=False))
                between = ",\n"
            file.write("\n]}\n")
        beside.replace(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        beside.unlink(missing_ok=True)


def _run(argv: Sequence[str]) -> None:
    arguments = _parser().parse_args(argv)
    if arguments.semantic and not has_vectors():
        raise InputError("--semantic needs an extra: pip install 'samskab[semantic]'.")
    initiatives = read_initiatives(arguments.initiatives)
    if not arguments.threshold and len(initiatives) > MOST_WITH_EVERY_PAIR:
        raise InputError(
            f"--threshold 0 gives every pair, of at most {MOST_WITH_EVERY_PAIR:,} initiatives; "
            f"here are {len(initiatives):,}: give a threshold above 0."
        )
    words = vocabulary_of(_extra(arguments.synonyms))
    vectors = sentence_vectors if arguments.semantic else None
    shelf = shelf_of(initiatives, words=words, vectors=vectors)
    found = find_pairs(shelf, threshold=arguments.threshold, most=arguments.most)
    _write(Path(arguments.json), overlaps(shelf, found))


def schema() -> str:
    """The JSON schema of what is written."""
    from importlib.resources import files

    return files(__package__).joinpath("overlap.schema.json").read_text(encoding="utf-8")


def _extra(path: str | None) -> tuple[str, ...]:
    return tuple(decoded(Path(path)).splitlines()) if path else ()


def main(argv: Sequence[str]) -> int:
    """Run the command with what follows `samskab overlap`; 0 when done, 2 for wrong input.

    The JSON is an object with `pairs`, strongest first. Each has `a` and `b` (ids, a < b),
    `strength` and `certainty` (0 to 1) and `reasons`: a list of `kind` (target_group, activity,
    area, text, period, age), `match` (same, some, alike), `words` (the shared words; a period's
    first and last day and the lowest and highest age are words too), `value` (0 to 1, how much is
    shared) and the sentence in Danish (`da`) and English (`en`). `--schema` prints the same for
    programs. What is wrong is said in one sentence on standard error, and the file is left as it
    was.
    """
    try:
        if list(argv) == ["--schema"]:
            print(schema(), end="")
        else:
            _run(argv)
    except InputError as error:
        print(f"samskab overlap: {error}", file=sys.stderr)
        return WRONG_INPUT
    return 0
