"""What the API gives: data that anybody may read. Private fields have no place here."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, cast

from django.http import HttpRequest
from django.urls import reverse
from ninja import Schema

from samskab.civic.journey.evaluation import queries as evaluations

T = TypeVar("T")
Context = dict[str, Any]


def absolute(context: Context, name: str, *args: Any) -> str:
    """The whole address of a page, on the host that was asked."""
    request: HttpRequest = context["request"]
    return request.build_absolute_uri(reverse(name, args=args))


class Problem(Schema):
    """What went wrong, as a sentence for a person; `field` where it is about one field."""

    error: str
    field: str | None = None


class Listing(Schema, Generic[T]):
    """A part of a list. `next` is the address of the part after, or null."""

    items: list[T]
    next: str | None = None


class Word(Schema):
    """A word that things are sorted by."""

    id: int
    kind: str
    slug: str
    name: str
    name_en: str

    @staticmethod
    def resolve_name(row: Any) -> str:
        return str(row.name_da)


class ActorName(Schema):
    id: int
    name: str


class ActorOut(ActorName):
    sector: str
    about: str
    website: str
    cvr: str
    area: Word | None = None
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "actors:detail", row.pk)


class OfferOut(Schema):
    id: int
    kind: str
    title: str
    text: str
    category: Word
    actor: ActorName
    quantity: Decimal | None = None
    unit: str
    period_from: date | None = None
    period_to: date | None = None
    area: Word | None = None
    conditions: str
    wants: str
    confirmed_on: date
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "actors:offer", row.pk)


class InitiativeName(Schema):
    id: int
    name: str
    actor: ActorName
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "initiatives:detail", row.pk)


class InitiativeOut(InitiativeName):
    slug: str
    text: str
    target_groups: list[Word]
    area_text: str
    since: int | None = None
    until: int | None = None
    source: str
    source_url: str
    funding_dkk: int | None = None
    reached: int | None = None
    hours_a_year: int | None = None
    is_example: bool


class OverlapOut(Schema):
    """Two initiatives that look as if they do the same. Strength and certainty are 0–1."""

    id: int
    a: InitiativeName
    b: InitiativeName
    strength: float
    certainty: float
    reasons: list[str]
    status: str
    url: str

    @staticmethod
    def resolve_reasons(row: Any) -> list[str]:
        return list(row.sentences)

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "initiatives:overlap", row.pk)


class ChallengeOut(Schema):
    id: int
    title: str
    what: str
    for_whom: str
    where: str
    step: str
    reached: str
    closing: str
    n_supporters: int
    created: datetime
    moved_at: datetime
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "challenges:detail", row.pk)


class Event(Schema):
    """Something that happened to a challenge. `who` is a capacity, never a citizen's name."""

    at: datetime
    title: str
    reason: str
    who: str


class PartyOut(Schema):
    actor: ActorName
    status: str
    expected_gain: str
    offers_help_with: str


class ChallengeDetail(ChallengeOut):
    fixed_beforehand: str
    fixed_by: str
    screening_answer: str
    merged_into_id: int | None = None
    target_groups: list[Word]
    parties: list[PartyOut]
    timeline: list[Event]

    @staticmethod
    def resolve_target_groups(row: Any) -> list[Any]:
        return list(row.target_groups.all())

    @staticmethod
    def resolve_parties(row: Any) -> list[Any]:
        return list(row.parties.select_related("actor"))

    @staticmethod
    def resolve_timeline(row: Any) -> list[Any]:
        return list(row.timeline.order_by("created", "pk"))


class RaiseIn(Schema):
    """A new challenge, in the words of the person who has it."""

    title: str
    what: str
    for_whom: str = ""
    where: str = ""
    name: str = ""
    contact_email: str = ""
    target_groups: list[int] = []
    on_behalf: bool = False
    on_behalf_consent: str = ""
    contacts_ok: bool = False


class RaisedOut(Schema):
    """The private link is shown this once; only its digest is kept."""

    id: int
    title: str
    step: str
    answer_due: date
    private_link: str


class ArticleOut(Schema):
    slug: str
    kind: str
    title: str
    title_en: str
    text: str
    text_en: str
    source: str
    source_url: str
    is_example: bool
    url: str

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.title_da)

    @staticmethod
    def resolve_text(row: Any) -> str:
        return str(row.text_da)

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "knowledge:detail", row.slug)


class CorrectionOut(Schema):
    """What a piece of news said before it was put right, by field, and why it was changed."""

    at: datetime
    why: str
    before: dict[str, str]

    @staticmethod
    def resolve_at(row: Any) -> datetime:
        return cast(datetime, row.created)


class NewsOut(Schema):
    """`published` is null where the source gives no date. `photo` is an address, with what it
    shows in `photo_text`; null where there is none. Corrections stand the newest first."""

    slug: str
    title: str
    title_en: str
    lead: str
    lead_en: str
    text: str
    text_en: str
    source_name: str
    source_url: str
    published: datetime | None = None
    photo: str | None = None
    photo_text: str = ""
    corrections: list[CorrectionOut] = []
    is_example: bool
    url: str

    @staticmethod
    def resolve_photo(row: Any, context: Any) -> str | None:
        return absolute(context, "news:photo", row.slug) if row.photo else None

    @staticmethod
    def resolve_corrections(row: Any) -> list[Any]:
        return list(row.corrections.all())

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.title_da)

    @staticmethod
    def resolve_lead(row: Any) -> str:
        return str(row.lead_da)

    @staticmethod
    def resolve_text(row: Any) -> str:
        return str(row.text_da)

    @staticmethod
    def resolve_published(row: Any) -> datetime | None:
        found: datetime | None = row.date
        return found

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "news:detail", row.slug)


class DecisionOut(Schema):
    id: int
    item_id: int
    title: str
    text: str
    text_en: str
    outcome: str
    in_favour: int | None = None
    against: int | None = None
    abstained: int | None = None
    decided_at: datetime
    meeting_id: int | None = None
    url: str

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.item.title)

    @staticmethod
    def resolve_meeting_id(row: Any) -> int | None:
        found: int | None = row.item.meeting_id
        return found

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "council:item", row.item_id)


class MeetingOut(Schema):
    id: int
    title: str
    title_en: str
    starts_at: datetime
    ends_at: datetime
    place: str
    status: str
    minutes_published: bool
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "council:meeting", row.pk)


class AgendaItemOut(Schema):
    """A closed item keeps its number and the reason why it is closed, and nothing else."""

    number: int
    is_closed: bool
    closed_reason: str
    title: str
    text: str
    kind: str
    state: str
    minutes: str


class MeetingDetail(MeetingOut):
    minutes: str
    agenda: list[AgendaItemOut]


class PilotOut(Schema):
    id: int
    title: str
    text: str
    status: str
    challenge_id: int
    starts: date
    ends: date | None = None
    people: int | None = None
    volunteers: int | None = None
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "pilots:detail", row.pk)


class PilotDetail(PilotOut):
    """With its theory of change; `assumptions` maps a stage to what its arrow assumes."""

    problem: list[str]
    resources: list[str]
    activities: list[str]
    outputs: list[str]
    outcomes: list[str]
    impact: list[str]
    assumptions: dict[str, list[str]]
    end_note: str


class EvaluationOut(Schema):
    id: int
    pilot_id: int
    title: str
    summary: str
    status: str
    verdict: str
    evaluated_at: datetime
    is_example: bool
    url: str

    @staticmethod
    def resolve_title(row: Any) -> str:
        return str(row.pilot.title)

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "evaluation:detail", row.pk)


class ChangeOut(Schema):
    """In points of the questionnaire; `level` is what the interval really reaches."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float | None
    method: str


class ImprovedOut(Schema):
    count: int
    total: int
    share: float | None
    low: float | None
    high: float | None


class MeasuredOut(Schema):
    """What one measure shows from before to `round`. Hidden where too few answered: then there
    is no number, not even how many."""

    measure: str
    round: str
    hidden: bool
    n_paired: int | None = None
    change: ChangeOut | None = None
    improved: ImprovedOut | None = None
    sentences: list[str]


class ValueOut(Schema):
    party: str
    expected: str
    got: str
    rating: int | None = None


class EvaluationDetail(EvaluationOut):
    measured: list[MeasuredOut]
    values: list[ValueOut]
    lessons: list[str]
    cost_dkk: int | None = None
    participants: int | None = None
    cost_for_each_dkk: int | None = None
    hours: dict[str, int]
    hours_freed_a_year: int

    @staticmethod
    def resolve_measured(row: Any) -> list[Any]:
        return evaluations.as_data(row)

    @staticmethod
    def resolve_values(row: Any) -> list[dict[str, Any]]:
        return [
            {
                "party": value.actor.name,
                "expected": value.expected,
                "got": value.got,
                "rating": value.rating,
            }
            for value in evaluations.values(row)
        ]

    @staticmethod
    def resolve_participants(row: Any) -> int | None:
        return evaluations.took_part(row)

    @staticmethod
    def resolve_cost_for_each_dkk(row: Any) -> int | None:
        return evaluations.price_for_each(row)

    @staticmethod
    def resolve_hours_freed_a_year(row: Any) -> int:
        return sum(case.hours_freed or 0 for case in evaluations.freed(row.pilot))


class ConceptOut(Schema):
    id: int
    slug: str
    title: str
    problem: str
    for_whom: str
    level: str
    origin_name: str
    published_at: datetime
    is_example: bool
    url: str

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return absolute(context, "concepts:detail", row.pk)


class RecipeOut(Schema):
    """The published version of a concept."""

    number: int
    core: list[str]
    adaptable: list[str]
    steps: list[str]
    roles: list[str]
    needs: list[dict[str, Any]]
    pitfalls: list[str]
    cost_dkk: int | None = None
    cost_note: str
    evidence_note: str
    licence: str


class ConceptDetail(ConceptOut):
    current: RecipeOut | None = None


class HitOut(Schema):
    kind: str
    title: str
    snippet: str
    is_example: bool
    url: str

    @staticmethod
    def resolve_snippet(row: Any) -> str:
        return "".join(piece.text for piece in row.snippet)

    @staticmethod
    def resolve_url(row: Any, context: Context) -> str:
        return str(context["request"].build_absolute_uri(row.url))


class FoundOut(Schema):
    """`complete` says that each hit has all the words."""

    items: list[HitOut]
    complete: bool
    more: bool
