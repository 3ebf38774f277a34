from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from samskab.civic.commons.actors.models import Category, Sector
from samskab.civic.commons.actors.queries import categories
from samskab.civic.commons.initiatives.models import Initiative
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.queries import joined
from samskab.civic.journey.inquiry import tallies
from samskab.civic.journey.inquiry.models import (
    Cause,
    CauseWeight,
    Endorsement,
    Framing,
    Inquiry,
    Invitation,
    Participant,
    Sheet,
    Statement,
    StoredMap,
    Vote,
)
from samskab.engine import opinion
from samskab.engine.language import stems

if TYPE_CHECKING:
    from samskab.engine.opinion import Comment, Id, VoteMatrix

Answer = tuple[int, int, int, int]
ON_PAPER = 20
FEWEST = 5
"""People who came by an invitation, before their number is shown."""
MOST_PLACES = 8
_ANSWERS = ("agree", "disagree", "pass")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def inquiry_on(challenge: Challenge) -> Inquiry | None:
    found = Inquiry.objects.filter(challenge=challenge).first()
    if found is not None:
        found.challenge = challenge
    return found


# --- who answers -------------------------------------------------------------------------------
@dataclass(frozen=True)
class Voter:
    """How a person is known in an inquiry before the first vote makes them a participant.

    `held` is the key of the participant that this browser stands for, by an earlier vote or
    a private link; `session_digest` names the browser's session; `door` is the key of the
    invitation that the person came by.
    """

    user_id: int | None = None
    held: int | None = None
    session_digest: str = ""
    door: int | None = None

    @property
    def known(self) -> bool:
        return bool(self.user_id or self.held or self.session_digest)

    @property
    def name(self) -> str:
        """The same for the same person, so that the next statement is too."""
        return f"user:{self.user_id}" if self.user_id else f"session:{self.session_digest}"


def participant_of(voter: Voter, inquiry: Inquiry) -> Participant | None:
    """The person's own row: the account's, else the link's, else the session's."""
    if not voter.known:
        return None
    session = "" if voter.user_id else voter.session_digest
    found = tallies.people(inquiry.pk, voter.user_id, voter.held, session)
    return min(found, key=lambda row: (row.user_id is None, row.pk != voter.held), default=None)


def participant_by_link(inquiry: Inquiry, link_digest: str) -> Participant | None:
    return Participant.objects.filter(inquiry=inquiry, link_digest=link_digest or "-").first()


def links(inquiry: Inquiry) -> QuerySet[Participant]:
    """The private links that were made, the newest first."""
    return Participant.objects.filter(inquiry=inquiry).exclude(link_digest="").order_by("-pk")


# --- statements --------------------------------------------------------------------------------
def shown(inquiry: Inquiry) -> list[Statement]:
    return list(Statement.objects.filter(inquiry=inquiry, status=Statement.Status.SHOWN))


def by_status(inquiry: Inquiry, status: str) -> QuerySet[Statement]:
    return Statement.objects.filter(inquiry=inquiry, status=status).order_by("pk")


def to_read(inquiry: Inquiry) -> list[Statement]:
    """Shown at once, and not yet read by those who facilitate."""
    return list(by_status(inquiry, Statement.Status.SHOWN).filter(is_read=False)[:300])


def answers_of(participant: Participant | None) -> dict[int, int]:
    """The person's answers by the key of the statement."""
    if participant is None:
        return {}
    return dict(participant.votes.values_list("statement_id", "value"))


def carried(participant: Participant | None) -> set[int]:
    """The statements that the person has an answer to because another said the same."""
    if participant is None:
        return set()
    rows = participant.votes.exclude(carried_from=None)
    return set(rows.values_list("statement_id", flat=True))


@dataclass(frozen=True)
class Turn:
    """What the voting page shows: a statement or the end, and how far the person has come."""

    statement: Statement | None
    answer: int | None
    done: int
    total: int


def turn(inquiry: Inquiry, voter: Voter, wanted: int | None = None) -> Turn:
    """The next statement for this person, or the wanted one. Four statements, O(statements)."""
    rows = shown(inquiry)
    participant = participant_of(voter, inquiry)
    answers = answers_of(participant)
    keys = {row.pk: row for row in rows}
    key = wanted if wanted in keys else _next(rows, answers, voter.name, inquiry)
    return Turn(
        keys.get(key) if key is not None else None,
        answers.get(key) if key is not None else None,
        sum(row.pk in answers for row in rows),
        len(rows),
    )


def _next(
    rows: list[Statement], answers: dict[int, int], name: str, inquiry: Inquiry
) -> int | None:
    if not rows or all(row.pk in answers for row in rows):
        return None
    found = opinion.next_statement(
        _tally(rows, answers, name),
        [row.pk for row in rows],
        name,
        seed=inquiry.pk,
        groups=_in_groups(inquiry),
    )
    return None if found is None else int(found)


def _in_groups(inquiry: Inquiry) -> dict[Id, list[list[float]]]:
    """How each group answered each statement on the newest map."""
    newest = inquiry.maps.order_by("-pk").values_list("data", flat=True).first()
    if newest is None or newest["n_groups"] < 2:
        return {}
    return {
        row["id"]: [[group["votes"][name] for name in _ANSWERS] for group in row["agree"]]
        for row in newest["statements"]
    }


def statements_for_paper(inquiry: Inquiry, rows: list[Statement], code: str) -> list[int]:
    """Up to 20 statements for a sheet: all, or those that this person would have been asked."""
    if len(rows) <= ON_PAPER:
        return [row.pk for row in rows]
    keys = [row.pk for row in rows]
    votes = _tally(rows, {}, code)
    chosen: list[int] = []
    while len(chosen) < ON_PAPER:
        found = opinion.next_statement(
            votes, keys, code, seed=inquiry.pk + len(chosen), exclude=chosen
        )
        chosen.append(cast(int, found))
    return chosen


def _tally(rows: list[Statement], answers: dict[int, int], name: str) -> VoteMatrix:
    """The sums of all votes as one crowd, and this person beside it.

    Choosing the next statement needs the sums and the person's own answers only, so no page
    reads the votes of everybody. The cells of the crowd hold how many they stand for.
    """
    from scipy import sparse  # half a second: no page but the voting needs it

    masks = []
    columns = (
        ("n_agree", opinion.AGREE),
        ("n_disagree", opinion.DISAGREE),
        ("n_pass", opinion.PASS),
    )
    for column, answer in columns:
        mine = np.array([answers.get(row.pk) == answer for row in rows], dtype=np.float64)
        crowd = np.array([getattr(row, column) for row in rows], dtype=np.float64) - mine
        masks.append(sparse.csr_array(np.vstack([mine, np.maximum(crowd, 0)])))
    return opinion.VoteMatrix((name, "crowd"), tuple(row.pk for row in rows), *masks)


def alike(row: Statement | Cause, others: Iterable[Any], number: int = 12) -> list[Any]:
    """The others, those that share most of its words first. O(others · words)."""
    mine = set(stems(row.text))

    def distance(other: Any) -> tuple[float, int]:
        words = set(stems(other.text))
        return -len(mine & words) / max(1, len(mine | words)), other.pk

    return sorted((other for other in others if other.pk != row.pk), key=distance)[:number]


def look_alikes(rows: list[Statement], least: float = 0.5) -> list[tuple[Statement, Statement]]:
    """Pairs that may say the same: half of their words are shared, and all of their numbers,
    for “under 30 years” and “55 years or older” are two answers. O(statements²)."""
    words = [set(stems(row.text)) for row in rows[:300]]
    numbers = [set(_DIGITS.findall(row.text)) for row in rows[:300]]
    return [
        (rows[at], rows[other])
        for at in range(len(words))
        for other in range(at)
        if numbers[at] == numbers[other]
        and len(words[at] & words[other]) >= max(2, least * len(words[at] | words[other]))
    ][:20]


# --- votes as a matrix -------------------------------------------------------------------------
def vote_matrix(inquiry: Inquiry) -> VoteMatrix:
    """All votes on the shown statements, as the engine takes them. O(votes)."""
    return votes_with_digest(inquiry)[0]


def votes_with_digest(inquiry: Inquiry) -> tuple[VoteMatrix, str]:
    """The votes on the shown statements, and a SHA-256 over all votes.

    The digest is of the lines `voter-id,comment-id,vote` of the exported votes.csv, sorted, so
    that anybody with the file can see that it is the one the log speaks of. O(votes).
    """
    statements = list(inquiry.statements.order_by("pk").values_list("pk", "status", "polis_id"))
    rows = Vote.objects.filter(statement__inquiry=inquiry)
    found = list(rows.values_list("participant_id", "statement_id", "value"))
    table = np.array(found, dtype=np.int64).reshape(-1, 3)
    keys = np.array([pk for pk, status, _no in statements if status == "shown"], dtype=np.int64)
    people, row_numbers = np.unique(table[:, 0], return_inverse=True)
    is_shown = np.isin(table[:, 1], keys)
    placed, among = np.unique(row_numbers[is_shown], return_inverse=True)
    matrix = opinion.VoteMatrix.from_arrays(
        among,
        np.searchsorted(keys, table[is_shown, 1]),
        table[is_shown, 2],
        [int(person) for person in people[placed]],
        [int(key) for key in keys],
    )
    numbers = _numbers((pk, number) for pk, _status, number in statements)
    return matrix, _digest(table, _people(inquiry), numbers)


def _people(inquiry: Inquiry) -> dict[int, int]:
    rows = inquiry.participants.filter(n_votes__gt=0).order_by("pk")
    return _numbers(rows.values_list("pk", "polis_id"))


def _digest(table: Any, people: dict[int, int], statements: dict[int, int]) -> str:
    """In NumPy, because every map that is drawn waits for it."""
    known = table[np.isin(table[:, 0], list(people))]
    who, what = _renumbered(known[:, 0], people), _renumbered(known[:, 1], statements)
    order = np.lexsort((known[:, 2], what, who))
    flat = np.column_stack([who, what, known[:, 2]])[order].ravel().tolist()
    return hashlib.sha256(("%d,%d,%d\n" * len(known) % tuple(flat)).encode()).hexdigest()


def _renumbered(keys: Any, numbers: dict[int, int]) -> Any:
    old, new = np.array(sorted(numbers.items()), dtype=np.int64).reshape(-1, 2).T
    return new[np.searchsorted(old, keys)]


def latest_map(inquiry: Inquiry) -> StoredMap | None:
    """The newest map without the places of the people."""
    return StoredMap.objects.filter(inquiry=inquiry).defer("places").order_by("-pk").first()


def map_of_day(inquiry: Inquiry, key: int | None) -> StoredMap | None:
    """A stored map without the places: the one asked for, else the newest."""
    rows = StoredMap.objects.filter(inquiry=inquiry).defer("places").order_by("-pk")
    return rows.filter(pk=key).first() if key else rows.first()


def history(inquiry: Inquiry, number: int = 60) -> list[StoredMap]:
    """The last map of each day, oldest first, without the places of the people."""
    rows = StoredMap.objects.filter(inquiry=inquiry).defer("places").order_by("-pk")
    return list(reversed(rows[:number]))


def place_of(stored: StoredMap, participant: Participant | None) -> Sequence[Any] | None:
    """Where a person stands on a map: x, y and group; nobody else is told."""
    if participant is None:
        return None
    place: Sequence[Any] | None = stored.places.get(str(participant.pk))
    return place


# --- export ------------------------------------------------------------------------------------
def _numbers(rows: Iterable[tuple[int, int | None]]) -> dict[int, int]:
    """Numbers for a file: those the rows came with, else counted from 0, never our own keys."""
    known = list(rows)
    if known and all(number is not None for _key, number in known):
        return {key: int(number or 0) for key, number in known}
    return {key: number for number, (key, _old) in enumerate(known)}


@dataclass(frozen=True)
class Export:
    """An inquiry in the terms of Polis: statements and people by number."""

    comments: list[Comment]
    votes: list[Answer]
    groups: dict[Id, int | None] = field(default_factory=dict)


def export(inquiry: Inquiry) -> Export:
    """Everything but who. Votes carry the day and no time, so that nobody can tell from a file
    who sat there at ten past four. O(votes)."""
    statements = list(inquiry.statements.order_by("pk"))
    numbers = _numbers((row.pk, row.polis_id) for row in statements)
    people = _people(inquiry)
    rows = Vote.objects.filter(statement__inquiry=inquiry).order_by("participant_id", "pk")
    votes = [
        (people[person], numbers[statement], value, _day(at))
        for person, statement, value, at in rows.values_list(
            "participant_id", "statement_id", "value", "at"
        )
    ]
    return Export(
        [_comment(row, numbers[row.pk]) for row in statements], votes, _groups(inquiry, people)
    )


def _groups(inquiry: Inquiry, people: dict[int, int]) -> dict[Id, int | None]:
    stored = StoredMap.objects.filter(inquiry=inquiry).order_by("-pk").first()
    places = stored.places if stored else {}
    return {number: places.get(str(key), [0, 0, None])[2] for key, number in people.items()}


def _comment(row: Statement, number: int) -> Comment:
    moderated = {"shown": 1, "waiting": 0, "hidden": -1}[row.status]
    when = int(row.created.timestamp() * 1000)
    return opinion.Comment(number, row.text, None, row.n_agree, row.n_disagree, moderated, when)


def _day(at: datetime) -> int:
    return (
        int(at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
        * 1000
    )


# --- causes ------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Node:
    """A cause with what hangs below it."""

    cause: Cause
    weighed: bool
    depth: int
    children: list[Node]


@dataclass(frozen=True)
class Tree:
    """The problem in the middle, what lies behind it and what it leads to."""

    problem: Cause | None
    causes: list[Node]
    effects: list[Node]

    @property
    def is_empty(self) -> bool:
        return not (self.causes or self.effects or self.problem)


def tree(inquiry: Inquiry, participant: Participant | None = None) -> Tree:
    """The shown part of the cause tree, heaviest first. Two statements."""
    rows = list(inquiry.causes.filter(status=Cause.Status.SHOWN).order_by("-weight", "pk"))
    mine: set[int] = set()
    if participant is not None:
        weights = CauseWeight.objects.filter(participant=participant)
        mine = set(weights.values_list("cause_id", flat=True))
    problem = next((row for row in rows if row.kind == Cause.Kind.PROBLEM), None)
    below: dict[int | None, list[Cause]] = defaultdict(list)
    for row in rows:
        if row.kind != Cause.Kind.PROBLEM:
            at_root = row.parent_id is None or (problem and row.parent_id == problem.pk)
            below[None if at_root else row.parent_id].append(row)
    roots = _nodes(below, None, mine, 1)
    return Tree(
        problem,
        [node for node in roots if node.cause.kind == Cause.Kind.CAUSE],
        [node for node in roots if node.cause.kind == Cause.Kind.EFFECT],
    )


def _nodes(
    below: dict[int | None, list[Cause]], key: int | None, mine: set[int], depth: int
) -> list[Node]:
    return [
        Node(row, row.pk in mine, depth, _nodes(below, row.pk, mine, depth + 1))
        for row in below.get(key, ())
    ]


# --- framings ----------------------------------------------------------------------------------
def current_framing(challenge: Challenge) -> Framing | None:
    """The newest version of the shared description of the problem."""
    return Framing.objects.filter(inquiry__challenge=challenge).order_by("-number").first()


def framings(inquiry: Inquiry) -> list[Framing]:
    """All versions, the newest first, each with its answers. Two statements."""
    answers = Endorsement.objects.select_related("party__actor")
    return list(inquiry.framings.prefetch_related(Prefetch("endorsements", queryset=answers)))


def unanswered(framing: Framing, challenge: Challenge) -> list[Party]:
    """The parties that take part and have not answered this version."""
    answered = Endorsement.objects.filter(framing=framing).values("party_id")
    return list(joined(challenge).exclude(pk__in=answered).order_by("actor__name"))


# --- who is missing ----------------------------------------------------------------------------
@dataclass(frozen=True)
class Voice:
    """A sector, place or target group: who takes part, and how many came by an invitation.

    `people` is 0 while fewer than five have come; `few` says that there are some.
    """

    kind: str
    key: str
    name: str
    word: str
    """What the directory of actors calls it in its address."""
    parties: tuple[Party, ...]
    people: int
    few: bool

    @property
    def is_missing(self) -> bool:
        return not (self.parties or self.people or self.few)


@dataclass(frozen=True)
class Voices:
    sectors: list[Voice]
    places: list[Voice]
    target_groups: list[Voice]

    @property
    def missing(self) -> list[Voice]:
        rows = [*self.sectors, *self.places, *self.target_groups]
        return [row for row in rows if row.is_missing]

    @property
    def places_folded(self) -> list[Voice]:
        """Where there are many places, those that nobody comes from stand folded."""
        missing = [row for row in self.places if row.is_missing]
        return missing if len(missing) > MOST_PLACES else []

    @property
    def places_shown(self) -> list[Voice]:
        folded = self.places_folded
        return [row for row in self.places if not (folded and row.is_missing)]

    @property
    def missing_by_kind(self) -> list[tuple[str, str]]:
        """The same in a line each: what they are, and their names."""
        kinds = (
            (_("Sectors"), self.sectors),
            (_("Target groups"), self.target_groups),
            (_("Places"), self.places),
        )
        named = [
            (label, ", ".join(row.name for row in rows if row.is_missing)) for label, rows in kinds
        ]
        return [(label, names) for label, names in named if names]


def voices(inquiry: Inquiry) -> Voices:
    """Who is heard and who is not, by sector, place and target group. Six statements.

    A party counts for its sector and its place, and for the target groups of what it does
    already. The target groups are those of the challenge, or all when it names none.
    """
    challenge = inquiry.challenge
    parties = list(joined(challenge).select_related("actor__area"))
    doors = list(Invitation.objects.filter(inquiry=inquiry, n_people__gt=0))
    works: dict[int, set[int]] = defaultdict(set)
    rows = Initiative.objects.filter(actor__in=[party.actor_id for party in parties])
    for actor, group in rows.values_list("actor_id", "target_groups"):
        works[actor].add(group)
    council = challenge.council
    groups = list(challenge.target_groups.all()) or list(
        categories(council, Category.Kind.TARGET_GROUP)
    )
    return Voices(
        [
            _voice(
                "sector",
                sector.value,
                str(sector.label),
                sector.value,
                parties,
                doors,
                lambda party, key: party.actor.sector == key,
            )
            for sector in Sector
        ],
        [
            _voice(
                "place",
                row.pk,
                row.name,
                row.slug,
                parties,
                doors,
                lambda party, key: party.actor.area_id == key,
            )
            for row in categories(council, Category.Kind.PLACE)
        ],
        [
            _voice(
                "target_group",
                row.pk,
                row.name,
                row.slug,
                parties,
                doors,
                lambda party, key: key in works[party.actor_id],
            )
            for row in groups
        ],
    )


def _voice(
    kind: str, key: Any, name: str, word: str, parties: list[Party], doors: list[Invitation],
    speaks: Callable[[Party, Any], bool],
) -> Voice:  # fmt: skip
    column = kind if kind == "sector" else f"{kind}_id"
    came = sum(door.n_people for door in doors if getattr(door, column) == key)
    heard = tuple(party for party in parties if speaks(party, key))
    return Voice(
        kind, str(key), name, word, heard, came if came >= FEWEST else 0, 0 < came < FEWEST
    )


def invitations(inquiry: Inquiry) -> list[Invitation]:
    """With what each is for, the newest first. One statement."""
    rows = Invitation.objects.filter(inquiry=inquiry).select_related("place", "target_group")
    return list(rows.order_by("-pk"))


def sheets(inquiry: Inquiry) -> QuerySet[Sheet]:
    return Sheet.objects.filter(inquiry=inquiry).select_related("participant__invitation")


def sheet_by_code(council: Council, code: str) -> Sheet | None:
    """The sheet with this code, however it was typed."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    rows = Sheet.objects.filter(council=council, code=plain[:12])
    return rows.select_related("inquiry__challenge", "participant").first()
