"""Polis' export formats: votes.csv, participants-votes.csv and comments.csv.

Columns are found by name, since some exports carry an extra one (`xid`, an identifier from
another system, which is never read).

The sign of a vote. Checked in November 2026 on four conversations of the openData
repository (15-per-hour-seattle, football-concussions, scoop-hivemind.affordable-housing,
vtaiwan.uberx):

- participants-votes.csv: 1 is agree and -1 disagree in all four; counting them gives
  `n-agree` and `n-disagree` exactly, for every one of the 4,128 participants.
- votes.csv: 1 is agree and -1 disagree in all four too; the last vote by timestamp of each
  person on each statement equals the cell of the matrix without exception. The rows are not
  in order of time, and 0.5–4 % of them are revotes.
- comments.csv: `agrees` and `disagrees` fit 1 = agree exactly for 49–83 % of the statements
  and never only the other way round; the rest are counts from another moment.

Other exports are said to turn the sign in votes.csv, so it is never taken on trust: where
counts are at hand the reading that fits them is chosen, and a file that fits neither is
refused. Without counts, 1 is agree.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from samskab.engine.opinion.cells import Source, identifier, number, rows_of, table, texts_of
from samskab.engine.opinion.errors import OpinionError
from samskab.engine.opinion.lines import WEIGHT, read_lines
from samskab.engine.opinion.people import PERSON_COLUMNS, read_people
from samskab.engine.opinion.votes import AGREE, DISAGREE, Id, VoteMatrix

COMMENT_COLUMNS = (
    "timestamp",
    "datetime",
    "comment-id",
    "author-id",
    "agrees",
    "disagrees",
    "moderated",
    "comment-body",
)
_CLEARLY_WORSE, _BADLY = 0.5, 0.2


@dataclass(frozen=True)
class Comment:
    """A statement as exported; `moderated` is 1 accepted, 0 not looked at, -1 rejected."""

    id: Id
    text: str
    author: Id | None = None
    agrees: int = 0
    disagrees: int = 0
    moderated: int = 1
    timestamp: int = 0


Target: TypeAlias = str | Path | TextIO
Note: TypeAlias = Callable[[OpinionError], object]
"""Told what is odd in a file and no reason to refuse it; may raise what it is given."""


@dataclass(frozen=True)
class PolisPeople:
    """participants-votes.csv: the votes, and the group Polis gave each participant or None."""

    votes: VoteMatrix
    groups: dict[Id, int | None]
    n_comments: dict[Id, int]


def read_comments_csv(source: Source, *, name: str = "comments.csv") -> tuple[Comment, ...]:
    """Read statements. Raises OpinionError with file and line; O(rows).

    `name` is what an open stream is called in errors.
    """
    needed = ("comment-id", "agrees", "disagrees", "moderated", "comment-body")
    found: dict[Id, tuple[int, Comment]] = {}
    with table(source, needed, name) as (name, header, rows):
        for line, cells in rows:
            comment = _comment(name, line, dict(zip(header, cells, strict=True)))
            if comment.id in found:
                first = found[comment.id][0]
                raise OpinionError(
                    "statement-twice", name=name, line=line, key=comment.id, first=first
                )
            found[comment.id] = line, comment
    return tuple(comment for _line, comment in found.values())


def read_votes_csv(
    source: Source,
    *,
    comments: Sequence[Comment] = (),
    agree: int | None = None,
    moderated: Collection[Id] | None = None,
    name: str = "votes.csv",
    note: Note | None = None,
) -> VoteMatrix:
    """Read one vote a line into a matrix where 1 is agree.

    `comments` allows the sign to be checked, and rejected statements to be left out;
    `moderated` names statements to leave out instead. `agree` (1 or -1) states which number
    means agree; when it contradicts the counts in `comments`, or the counts fit neither
    reading, OpinionError is raised, as it is, with the line number, for bad columns and
    values. Nothing is returned by halves. A column `weight` says what each vote weighs. Votes
    on statements that are not among `comments` count; `note` is told of the first of each.
    `name` is what an open stream is called in errors. O(rows log rows); the file is never
    held whole.
    """
    cast = read_lines(source, name)
    name = _name_of(source, name)
    sign = _settled(name, agree, detect_sign(cast.tally(), _expected(comments), name))
    hidden = _rejected(comments) if moderated is None else set(moderated)
    known = {comment.id for comment in comments}
    if note is not None and comments:
        for line, key, votes in cast.lines_of(set(cast.items) - known):
            note(OpinionError("stray", name=name, line=line, key=key, votes=votes))
    return cast.matrix(sign, hidden, known)


def read_participants_votes_csv(
    source: Source,
    *,
    comments: Sequence[Comment] = (),
    agree: int | None = None,
    moderated: Collection[Id] | None = None,
    name: str = "participants-votes.csv",
    note: Note | None = None,
) -> PolisPeople:
    """Read one participant a line; options and errors as `read_votes_csv`.

    The sign is found from the columns `n-agree` and `n-disagree`. A column `weight` says what
    the votes of each participant weigh. O(rows · statements); the file is never held whole.
    """
    people = read_people(source, name)
    name = people.name
    sign = _settled(name, agree, detect_sign(people.tally, people.expected, name))
    if note is not None and comments:
        for key, often in people.strays({comment.id for comment in comments}):
            note(OpinionError("stray", name=name, line=1, key=key, votes=often))
    votes = people.matrix(
        sign,
        _rejected(comments) if moderated is None else set(moderated),
        {comment.id for comment in comments},
    )
    return PolisPeople(votes, people.groups, people.n_comments)


def read_export(
    source: Source,
    *,
    comments: Sequence[Comment] = (),
    moderated: Collection[Id] | None = None,
    note: Note | None = None,
) -> VoteMatrix:
    """Votes from either export format, told apart by the first line; options and errors as
    `read_votes_csv`. A stream must be able to go back to its beginning."""
    if "participant" in _header(source):
        return read_participants_votes_csv(
            source, comments=comments, moderated=moderated, note=note
        ).votes
    return read_votes_csv(source, comments=comments, moderated=moderated, note=note)


def _header(source: Source) -> list[str]:
    if isinstance(source, str | Path):
        with table(source, (), "") as (_name, header, _rows):
            return header
    header, _lines = rows_of("votes.csv", texts_of("votes.csv", source), ())
    source.seek(0)
    return header


def _name_of(source: Source, name: str) -> str:
    return Path(source).name if isinstance(source, str | Path) else name


def detect_sign(
    tally: Mapping[Id, tuple[int, int]],
    expected: Mapping[Id, tuple[int, int]],
    name: str = "the file",
) -> int | None:
    """Which number means agree: 1, -1, or None when the counts do not tell.

    `tally` holds how often 1 and -1 were found under each key, `expected` how many agreed
    and disagreed; a key where nobody did says nothing. Raises OpinionError when the counts fit
    both readings about equally badly. O(keys).
    """
    straight = turned = total = 0
    for key in tally.keys() & expected.keys():
        (plus, minus), (agrees, disagrees) = tally[key], expected[key]
        if agrees or disagrees:
            straight += abs(plus - agrees) + abs(minus - disagrees)
            turned += abs(minus - agrees) + abs(plus - disagrees)
            total += plus + minus + agrees + disagrees
    if min(straight, turned) > _CLEARLY_WORSE * max(straight, turned):
        if min(straight, turned) > _BADLY * total:
            raise OpinionError("neither", name=name)
        return None
    if straight == turned:
        return None
    return AGREE if straight < turned else DISAGREE


def write_votes_csv(votes: VoteMatrix | Iterable[Sequence[Any]], out: Target) -> None:
    """Write votes.csv with 1 as agree, from a matrix or (person, statement, value, time) rows.

    Time is in milliseconds since 1970, 0 where there is none. A matrix whose votes do not all
    weigh 1 gets a column `weight`. O(votes).
    """
    head = ("timestamp", "datetime", "comment-id", "voter-id", "vote")
    if isinstance(votes, VoteMatrix) and votes.is_weighted:
        with _writer(out, (*head, WEIGHT)) as writer:
            for person in votes.participants:
                sizes = votes.weights_of(person)
                for item, value in votes.answers_of(person).items():
                    writer.writerow((0, "", item, person, value, _plain(sizes[item])))
        return
    rows: Iterable[Sequence[Any]] = votes.votes() if isinstance(votes, VoteMatrix) else votes
    with _writer(out, head) as writer:
        for row in rows:
            time = int(row[3]) if len(row) > 3 else 0
            writer.writerow((time, _date(time), row[1], row[0], row[2]))


def write_participants_votes_csv(
    votes: VoteMatrix,
    out: Target,
    *,
    groups: Mapping[Id, int | None] | None = None,
    n_comments: Mapping[Id, int] | None = None,
) -> None:
    """Write participants-votes.csv with 1 as agree. O(participants · statements).

    Votes that do not all weigh 1 give a column `weight`; OpinionError when one person's votes
    weigh differently, since a line has one weight.
    """
    known, wrote = groups or {}, n_comments or {}
    sizes = [_weight_of(votes, person) for person in votes.participants]
    more = (WEIGHT,) if votes.is_weighted else ()
    with _writer(out, (*PERSON_COLUMNS, *more, *map(str, votes.statements))) as writer:
        for person, size in zip(votes.participants, sizes, strict=True):
            answers = votes.answers_of(person)
            plus, minus = _both(answers.values())
            group = known.get(person)
            writer.writerow(
                (
                    person,
                    "" if group is None else group,
                    wrote.get(person, 0),
                    len(answers),
                    plus,
                    minus,
                    *((_plain(size),) if more else ()),
                    *(answers.get(item, "") for item in votes.statements),
                )
            )


def _weight_of(votes: VoteMatrix, person: Id) -> float:
    if not votes.is_weighted:
        return 1.0
    sizes = set(votes.weights_of(person).values()) or {1.0}
    if len(sizes) > 1:
        raise OpinionError("mixed-weights", person=person)
    return sizes.pop()


def _plain(size: float) -> str:
    return f"{size:.12g}"


def write_comments_csv(comments: Iterable[Comment], out: Target) -> None:
    """Write comments.csv. O(rows)."""
    with _writer(out, COMMENT_COLUMNS) as writer:
        for item in comments:
            author = "" if item.author is None else item.author
            counts = (item.agrees, item.disagrees, item.moderated)
            when = (item.timestamp, _date(item.timestamp))
            writer.writerow((*when, item.id, author, *counts, item.text))


@contextmanager
def _writer(out: Target, header: Sequence[str]) -> Iterator[Any]:
    if isinstance(out, str | Path):
        with Path(out).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            yield writer
    else:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        yield writer


def _comment(name: str, line: int, row: Mapping[str, str]) -> Comment:
    author = row.get("author-id", "").strip()
    return Comment(
        id=identifier(name, line, row["comment-id"], "comment-id"),
        text=row["comment-body"],
        author=identifier(name, line, author, "author-id") if author else None,
        agrees=number(name, line, row["agrees"], "number of agrees"),
        disagrees=number(name, line, row["disagrees"], "number of disagrees"),
        moderated=_moderated(name, line, row["moderated"]),
        timestamp=number(name, line, row.get("timestamp") or "0", "timestamp"),
    )


def _moderated(name: str, line: int, text: str) -> int:
    if text.strip() not in {"-1", "0", "1"}:
        raise OpinionError("moderation", name=name, line=line, text=text)
    return int(text)


def _both(values: Iterable[int]) -> tuple[int, int]:
    counted = Counter(values)
    return counted[1], counted[-1]


def _expected(comments: Iterable[Comment]) -> dict[Id, tuple[int, int]]:
    return {comment.id: (comment.agrees, comment.disagrees) for comment in comments}


def _settled(name: str, stated: int | None, found: int | None) -> int:
    if stated not in (None, AGREE, DISAGREE):
        raise OpinionError("agree")
    if stated is not None and found is not None and stated != found:
        raise OpinionError("contradiction", name=name, stated=stated, found=found)
    return stated or found or AGREE


def _rejected(comments: Iterable[Comment]) -> set[Id]:
    return {comment.id for comment in comments if comment.moderated == -1}


def _date(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    day = (
        f"{days[moment.weekday()]} {months[moment.month - 1]} {moment:%d %H:%M:%S} UTC {moment:%Y}"
    )
    return day if milliseconds else ""
