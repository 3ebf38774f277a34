"""`samskab evaluate` and `samskab pool`: CSV files to results as JSON."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from samskab.engine.evidence.change import Change
from samskab.engine.evidence.evaluation import Answer, Comparison, Evaluation, Round, Side, evaluate
from samskab.engine.evidence.instruments import INSTRUMENTS, Instrument, instrument, own_scale
from samskab.engine.evidence.pooling import Pooled, pool
from samskab.engine.evidence.sentences import evaluation_sentences, pooled_sentences
from samskab.engine.evidence.shares import Share
from samskab.engine.tables import Row, TableError, read_table, refuse_repeats, write_json

Known = TypeVar("Known", bound=str)
ROUNDS: Mapping[str, Round] = {"before": "before", "after": "after"}
TOOK_PART = ("", "pilot", "intervention", "treatment", "treated", "deltager", "indsats", "1")
DID_NOT = ("comparison", "control", "kontrol", "sammenligning", "reference", "0")
SIDES: Mapping[str, Side] = {
    **dict.fromkeys(TOOK_PART, "pilot"),
    **dict.fromkeys(DID_NOT, "comparison"),
}
OWN = "own"
SCALE = re.compile(r"(-?\d{1,4}):(-?\d{1,4})")
ITEM = re.compile(r"item([1-9]\d{0,2})")


def main_evaluate(argv: Sequence[str]) -> int:
    """Run `samskab evaluate`; 0 when it went well, 2 on input it refuses."""
    parser = argparse.ArgumentParser(
        prog="samskab evaluate", description="How people changed from before to after."
    )
    parser.add_argument(
        "answers", type=Path, nargs="?", help="CSV: code,round,item1..itemN[,group]"
    )
    parser.add_argument("--instrument", choices=[*sorted(INSTRUMENTS), OWN])
    parser.add_argument("--json", type=Path, help="where to write; standard output if left out")
    parser.add_argument("--language", choices=("da", "en"), default="da", help="of the sentences")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the result")
    own = parser.add_argument_group("with --instrument own")
    own.add_argument("--scale", metavar="LOW:HIGH", help="of each item, such as 0:10")
    own.add_argument("--name", default="egne spørgsmål", help="of the scale, in the sentences")
    own.add_argument("--lower-is-better", action="store_true")
    own.add_argument("--relevant-change", type=float, help="smallest change that matters, points")
    own.add_argument("--standard-error", type=float, help="of one measurement, in points")

    def work(asked: argparse.Namespace) -> None:
        used = _instrument(asked)
        found = evaluate(read_answers(asked.answers, used), used)
        write_json(asked.json, evaluation_json(found, asked.language))

    return _run(parser, argv, work, "evaluation.schema.json", "answers", "instrument")


def _instrument(asked: argparse.Namespace) -> Instrument:
    """The one asked for; an own scale has as many items as the file has columns of them."""
    given = (asked.scale, asked.relevant_change, asked.standard_error)
    if asked.instrument != OWN:
        if any(one is not None for one in given) or asked.lower_is_better:
            raise TableError("--scale and what belongs to it need --instrument own.")
        return instrument(asked.instrument)
    scale = SCALE.fullmatch(asked.scale or "")
    if scale is None:
        raise TableError("--instrument own needs --scale LOW:HIGH, such as 0:10.")
    rows = read_table(asked.answers, ("code", "round", "item1"), ("group",))
    number = len([column for column in rows[0].cells if ITEM.fullmatch(column)])
    try:
        return own_scale(
            OWN,
            asked.name,
            number,
            int(scale[1]),
            int(scale[2]),
            higher_is_better=not asked.lower_is_better,
            relevant_change=asked.relevant_change,
            standard_error=asked.standard_error,
        )
    except ValueError as error:
        raise TableError(f"{error}.") from error


def main_pool(argv: Sequence[str]) -> int:
    """Run `samskab pool`; 0 when it went well, 2 on input it refuses."""
    parser = argparse.ArgumentParser(
        prog="samskab pool", description="Put the results of several places together."
    )
    parser.add_argument("sites", type=Path, nargs="?", help="CSV: site,estimate,se")
    parser.add_argument("--json", type=Path, help="where to write; standard output if left out")
    parser.add_argument(
        "--method", choices=("paule-mandel", "reml"), default="paule-mandel", help="for tau2"
    )
    parser.add_argument("--language", choices=("da", "en"), default="da", help="of the sentences")
    parser.add_argument("--schema", action="store_true", help="print the JSON schema of the result")

    def work(asked: argparse.Namespace) -> None:
        sites, estimates, errors = read_sites(asked.sites)
        pooled = pool(estimates, errors, method=asked.method)
        write_json(asked.json, pooled_json(pooled, sites, asked.language))

    return _run(parser, argv, work, "pooling.schema.json", "sites")


def read_answers(path: Path, used: Instrument) -> list[Answer]:
    """Answers from a CSV file with `code,round,item1..itemN` and perhaps `group`.

    An empty item is missing. `round` is before or after; `group` is pilot or comparison (also
    1 or 0, intervention or control; empty is pilot). O(rows). Raises TableError with row and
    column on anything that is not as it should be.
    """
    items = [f"item{at}" for at in range(1, used.items + 1)]
    rows = read_table(path, ("code", "round", *items), ("group",))
    for column in rows[0].cells:
        if ITEM.fullmatch(column) and column not in items:
            what = f"{used.name} has {used.items} items, so there is no {column}"
            raise TableError(f"{path.name}, row 1: {what}.")
    refuse_repeats(rows, "code", "round")
    found = []
    sides: dict[str, Side] = {}
    for row in rows:
        code = row.text("code")
        side = _choice(row, "group", SIDES)
        if sides.setdefault(code, side) != side:
            raise row.error("group", f"the code '{code[:40]}' is in the other group further up")
        values = tuple(_item(row, column, used) for column in items)
        found.append(Answer(code, _choice(row, "round", ROUNDS), values, side))
    return found


def read_sites(path: Path) -> tuple[list[str], list[float], list[float]]:
    """Sites, estimates and standard errors from a CSV file with `site,estimate,se`.

    O(rows). Raises TableError with row and column, also on fewer than two sites.
    """
    rows = read_table(path, ("site", "estimate", "se"))
    refuse_repeats(rows, "site")
    sites, estimates, errors = [], [], []
    for row in rows:
        error = row.number_in("se")
        if error <= 0 or float(error) ** 2 == 0:
            raise row.error("se", f"a standard error must be above zero, not {error}")
        sites.append(row.text("site"))
        estimates.append(float(row.number_in("estimate")))
        errors.append(float(error))
    if len(sites) < 2:
        raise TableError(f"{path.name} has only one site; pooling needs at least two.")
    return sites, estimates, errors


def evaluation_json(found: Evaluation, language: Any = "da") -> dict[str, Any]:
    """An evaluation as the documented JSON; shares run from 0 to 1, null is not known."""
    limits = found.bounds
    return {
        "instrument": found.instrument.key,
        "n_before": found.n_before,
        "n_after": found.n_after,
        "n_paired": found.n_paired,
        "incomplete": found.incomplete,
        "change": _change(found.change),
        "mean_change": None if found.mean is None else asdict(found.mean),
        "changes": list(found.changes),
        "improved": {**_share(found.improved), "threshold": found.threshold},
        "reliable": None
        if found.reliable is None
        else {
            "better": found.reliable.better,
            "unchanged": found.reliable.unchanged,
            "worse": found.reliable.worse,
            "threshold": found.reliable.threshold,
            "standard_error": found.reliable.standard_error,
            "source": found.reliable.source,
        },
        "bounds": {
            "missing": limits.missing,
            "change": {"low": limits.change_low, "high": limits.change_high},
            "improved": {"low": limits.improved_low, "high": limits.improved_high},
        },
        "comparison": _comparison(found.comparison),
        "may_publish": found.may_publish,
        "sentences": list(evaluation_sentences(found, language)),
        "sentences_by_language": {
            "da": list(evaluation_sentences(found, "da")),
            "en": list(evaluation_sentences(found, "en")),
        },
    }


def pooled_json(pooled: Pooled, sites: Sequence[str], language: Any = "da") -> dict[str, Any]:
    """A pooled result as the documented JSON; `i2` and weights run from 0 to 1."""
    return {
        "estimate": pooled.estimate,
        "low": pooled.low,
        "high": pooled.high,
        "tau2": pooled.tau2,
        "i2": pooled.i2,
        "prediction": None if pooled.prediction is None else list(pooled.prediction),
        "q": pooled.q,
        "sites": pooled.sites,
        "weights": dict(zip(sites, pooled.weights, strict=True)),
        "cautious": list(pooled.cautious),
        "i2_typical": pooled.i2_typical,
        "level": pooled.level,
        "shrunken": dict(zip(sites, pooled.shrunken, strict=True)) if pooled.shrunken else {},
        "method": pooled.method,
        "sentences": list(pooled_sentences(pooled, language)),
        "sentences_by_language": {
            "da": list(pooled_sentences(pooled, "da")),
            "en": list(pooled_sentences(pooled, "en")),
        },
    }


def _run(
    parser: argparse.ArgumentParser,
    argv: Sequence[str],
    work: Callable[[argparse.Namespace], None],
    schema: str,
    *needed: str,
) -> int:
    try:
        asked = parser.parse_args(argv)
        missing = [name for name in needed if getattr(asked, name) is None]
        if missing and not asked.schema:
            parser.error(f"missing: {', '.join(missing)}")
    except SystemExit as stopped:
        return int(stopped.code or 0)
    if asked.schema:
        print(files(__package__).joinpath(schema).read_text(encoding="utf-8").rstrip())
        return 0
    try:
        work(asked)
    except TableError as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    return 0


def _choice(row: Row, column: str, known: Mapping[str, Known]) -> Known:
    value = row.cells.get(column, "")
    found = known.get(value.casefold())
    if found is None:
        names = " or ".join(dict.fromkeys(str(one) for one in known.values()))
        raise row.error(column, f"'{value[:40]}' is not {names}")
    return found


def _item(row: Row, column: str, used: Instrument) -> int | None:
    if not row.cells[column]:
        return None
    value = row.number_in(column)
    if value != int(value) or not used.lowest <= value <= used.highest:
        what = f"'{value}' is not a whole number from {used.lowest} to {used.highest}"
        raise row.error(column, what)
    return int(value)


def _change(found: Change) -> dict[str, Any]:
    return {
        "estimate": found.estimate,
        "low": found.low,
        "high": found.high,
        "level": found.level,
        "method": found.method,
    }


def _share(found: Share) -> dict[str, Any]:
    return {
        "count": found.count,
        "share": found.share,
        "low": found.low,
        "high": found.high,
    }


def _comparison(group: Comparison | None) -> dict[str, Any] | None:
    if group is None:
        return None
    shares = group.improved_difference
    return {
        "n_before": group.n_before,
        "n_after": group.n_after,
        "n_paired": group.n_paired,
        "change": _change(group.change),
        "improved": _share(group.improved),
        "difference": _change(group.difference),
        "improved_difference": None
        if shares is None
        else {"estimate": shares.estimate, "low": shares.low, "high": shares.high},
        "improved_odds": None if group.improved_odds is None else asdict(group.improved_odds),
        "mean_difference": {"estimate": group.mean_difference, "se": group.mean_difference_se},
    }
