"""Every address of version 1. Whoever asks is a visitor: no cookie is looked at, so that no
other page can act in somebody's name. The rules are those of the rooms."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop
from ninja import Header, NinjaAPI, Query, Status

from samskab.civic.commons.actors import queries as actors
from samskab.civic.commons.actors.models import Category, Offer, Sector
from samskab.civic.commons.council import queries as council
from samskab.civic.commons.council.models import Meeting
from samskab.civic.commons.initiatives import queries as initiatives
from samskab.civic.commons.initiatives.models import Overlap
from samskab.civic.commons.knowledge.models import Kind as ArticleKind
from samskab.civic.commons.knowledge.queries import articles
from samskab.civic.foundation.core.actions import claim
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.forms import CivicForm
from samskab.civic.foundation.core.http import CivicRequest, one, throttle
from samskab.civic.foundation.core.paging import page
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges import actions, forms
from samskab.civic.journey.challenges import queries as challenges
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.concepts import queries as concepts
from samskab.civic.journey.concepts.models import Level
from samskab.civic.journey.evaluation import queries as evaluations
from samskab.civic.journey.evaluation.models import Verdict
from samskab.civic.journey.pilots import queries as pilots
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.public.api import schemas as out
from samskab.civic.public.api.problems import listen
from samskab.civic.public.news.queries import news
from samskab.civic.public.search import queries as searching
from samskab.civic.public.search.forms import SearchForm
from samskab.civic.public.search.models import Kind

READS = {"limit": 600, "seconds": 60}
RAISED = {"limit": 10, "seconds": 3600}

api = NinjaAPI(
    title="Samskab",
    version="1",
    urls_namespace="api-v1",
    description=gettext_noop("Everything that this council has made public, as data."),
    docs_url=None,
    auth=None,
)
listen(api)

After = Annotated[
    str, Query(description=gettext_noop("Where the list goes on: take it from “next”."))
]
Limit = Annotated[int, Query(ge=1, le=100, description=gettext_noop("How many at most."))]
Words = Annotated[str, Query(max_length=200, description=gettext_noop("Words to look for."))]
Code = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=64,
        description=gettext_noop("Your own code for this call, so that it is done only once."),
    ),
]


def asked(request: CivicRequest) -> Principal:
    """Who asks: a visitor of the council of this host, whatever cookies came along."""
    translation.activate(translation.get_language_from_request(request))
    throttle(request, "api", **READS)
    return Principal(request.council)


def part(request: CivicRequest, rows: QuerySet[Any], order: str, limit: int) -> dict[str, Any]:
    found = page(request, rows, order=order, size=limit)
    following = f"{request.path}?{found.next_query}" if found.next_query else ""
    return {
        "items": found.rows,
        "next": request.build_absolute_uri(following) if following else None,
    }


def text(value: Any) -> str:
    """A filter that was left out is the empty one of the rooms."""
    return str(value.value) if value is not None else ""


def listing(kind: Any) -> dict[str, Any]:
    return {"response": {200: out.Listing[kind], 422: out.Problem, 429: out.Problem}}


def single(kind: Any) -> dict[str, Any]:
    return {"response": {200: kind, 404: out.Problem, 429: out.Problem}}


# --- challenges --------------------------------------------------------------------------------
@api.get(
    "/challenges",
    tags=["challenges"],
    summary=gettext_noop("Challenges, those that moved last first"),
    **listing(out.ChallengeOut),
)
def challenge_list(
    request: CivicRequest,
    q: Words = "",
    step: Step | None = None,
    group: int | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    rows = challenges.visible(asked(request))
    rows = challenges.filtered(rows, step=text(step), group=group, text=q)
    return part(request, rows, "-moved_at", limit)


@api.get(
    "/challenges/{int:pk}",
    tags=["challenges"],
    summary=gettext_noop("One challenge with its parties and all that happened"),
    **single(out.ChallengeDetail),
)
def challenge_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(challenges.visible(by), by, pk=pk)


@api.post(
    "/challenges",
    tags=["challenges"],
    summary=gettext_noop("Raise a challenge. The answer holds your private link"),
    response={
        201: out.RaisedOut,
        409: out.Problem,
        422: out.Problem,
        429: out.Problem,
    },
)
def challenge_raise(
    request: CivicRequest, response: HttpResponse, body: out.RaiseIn, once: Code = None
) -> Status[dict[str, Any]]:
    by = asked(request)
    throttle(request, "api-raise", **RAISED)
    values = _checked(by, body)
    with transaction.atomic():
        if once:
            claim(by, f"api:{once}")
        challenge, token = actions.raise_challenge(by=by, **values)
    response["Cache-Control"] = "no-store"
    link = request.build_absolute_uri(reverse("challenges:mine", args=[token]))
    names = ("id", "title", "step", "answer_due")
    made = {name: getattr(challenge, name) for name in names}
    return Status(201, made | {"private_link": link})


def _checked(by: Principal, body: out.RaiseIn) -> dict[str, Any]:
    """The same forms as on the pages: what they refuse is refused here."""
    data = body.model_dump()
    filled: list[CivicForm] = [
        forms.WhatForm(data),
        forms.WhomForm(data, council=by.council),
        forms.WhereForm(data),
    ]
    values: dict[str, Any] = {}
    for form in filled:
        for field, errors in form.errors.items():
            raise Invalid(str(errors[0]), field=field)
        values |= form.values()
    return values


# --- actors and what they offer ----------------------------------------------------------------
@api.get(
    "/actors",
    tags=["actors"],
    summary=gettext_noop("Actors of all sectors, by name"),
    **listing(out.ActorOut),
)
def actor_list(
    request: CivicRequest,
    q: Words = "",
    sector: Sector | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = actors.directory(by.council, sector=text(sector), q=q)
    return part(request, rows, "name", limit)


@api.get(
    "/actors/{int:pk}",
    tags=["actors"],
    summary=gettext_noop("One actor"),
    **single(out.ActorOut),
)
def actor_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(actors.directory(by.council), by, pk=pk)


@api.get(
    "/offers",
    tags=["actors"],
    summary=gettext_noop("What actors offer, the newest first"),
    **listing(out.OfferOut),
)
def offer_list(
    request: CivicRequest,
    q: Words = "",
    kind: Offer.Kind | None = None,
    sector: Sector | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = actors.offers(by.council, kind=text(kind), sector=text(sector), q=q)
    return part(request, rows, "-pk", limit)


@api.get(
    "/offers/{int:pk}",
    tags=["actors"],
    summary=gettext_noop("One offer"),
    **single(out.OfferOut),
)
def offer_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(actors.offers(by.council), by, pk=pk)


@api.get(
    "/categories",
    tags=["actors"],
    summary=gettext_noop("The words that things are sorted by"),
    **listing(out.Word),
)
def category_list(
    request: CivicRequest,
    kind: Category.Kind | None = None,
    after: After = "",
    limit: Limit = 100,
) -> dict[str, Any]:
    by = asked(request)
    rows = actors.categories(by.council, text(kind) or None)
    return part(request, rows, "pk", limit)


# --- what exists already -----------------------------------------------------------------------
@api.get(
    "/initiatives",
    tags=["initiatives"],
    summary=gettext_noop("What exists already, by name"),
    **listing(out.InitiativeOut),
)
def initiative_list(
    request: CivicRequest,
    q: Words = "",
    sector: Sector | None = None,
    ended: bool = False,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = initiatives.listing(by.council, sector=text(sector), q=q, ended=ended)
    return part(request, rows, "name", limit)


@api.get(
    "/initiatives/{int:pk}",
    tags=["initiatives"],
    summary=gettext_noop("One initiative"),
    **single(out.InitiativeOut),
)
def initiative_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(initiatives.complete(), by, pk=pk)


@api.get(
    "/overlaps",
    tags=["initiatives"],
    summary=gettext_noop("Initiatives that look alike, the strongest likeness first"),
    **listing(out.OverlapOut),
)
def overlap_list(
    request: CivicRequest,
    status: Overlap.Status | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = initiatives.overlaps(by.council, status=text(status))
    return part(request, rows, "-strength", limit)


# --- pilots and concepts -----------------------------------------------------------------------
@api.get(
    "/pilots",
    tags=["pilots"],
    summary=gettext_noop("Pilot projects, the newest first"),
    **listing(out.PilotOut),
)
def pilot_list(
    request: CivicRequest,
    q: Words = "",
    status: Pilot.Status | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    rows = pilots.filtered(pilots.pilots(asked(request)), status=text(status), text=q)
    return part(request, rows, "-starts", limit)


@api.get(
    "/pilots/{int:pk}",
    tags=["pilots"],
    summary=gettext_noop("One pilot project with its theory of change"),
    **single(out.PilotDetail),
)
def pilot_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(pilots.pilots(by), by, pk=pk)


@api.get(
    "/evaluations",
    tags=["evaluations"],
    summary=gettext_noop("Evaluations of pilot projects, the newest first"),
    **listing(out.EvaluationOut),
)
def evaluation_list(
    request: CivicRequest,
    verdict: Verdict | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    rows = evaluations.filtered(evaluations.evaluations(asked(request)), verdict=text(verdict))
    return part(request, rows, "-id", limit)


@api.get(
    "/evaluations/{int:pk}",
    tags=["evaluations"],
    summary=gettext_noop("One evaluation with its figures; small numbers are hidden"),
    **single(out.EvaluationDetail),
)
def evaluation_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(evaluations.evaluations(by), by, pk=pk)


@api.get(
    "/concepts",
    tags=["concepts"],
    summary=gettext_noop("Concepts that others can use, the newest first"),
    **listing(out.ConceptOut),
)
def concept_list(
    request: CivicRequest,
    q: Words = "",
    level: Level | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = concepts.filtered(concepts.public(by.council), text=q, level=text(level))
    return part(request, rows, "-published_at", limit)


@api.get(
    "/concepts/{int:pk}",
    tags=["concepts"],
    summary=gettext_noop("One concept with its published recipe"),
    **single(out.ConceptDetail),
)
def concept_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    return one(concepts.public(by.council).select_related("current"), by, pk=pk)


# --- knowledge and news ------------------------------------------------------------------------
@api.get(
    "/knowledge",
    tags=["knowledge"],
    summary=gettext_noop("Methods, cases, dilemmas, models and templates"),
    **listing(out.ArticleOut),
)
def article_list(
    request: CivicRequest,
    q: Words = "",
    kind: ArticleKind | None = None,
    after: After = "",
    limit: Limit = 20,
) -> dict[str, Any]:
    by = asked(request)
    rows = articles(by.council, kind=text(kind), text=q)
    return part(request, rows, "title_da", limit)


@api.get(
    "/knowledge/{slug:slug}",
    tags=["knowledge"],
    summary=gettext_noop("One article"),
    **single(out.ArticleOut),
)
def article_detail(request: CivicRequest, slug: str) -> Any:
    by = asked(request)
    return one(articles(by.council), by, slug=slug)


@api.get(
    "/news",
    tags=["news"],
    summary=gettext_noop("News, the newest first"),
    **listing(out.NewsOut),
)
def news_list(
    request: CivicRequest, q: Words = "", after: After = "", limit: Limit = 20
) -> dict[str, Any]:
    by = asked(request)
    rows = news(by.council, q).prefetch_related("corrections")
    return part(request, rows, "-published_at", limit)


@api.get(
    "/news/{slug:slug}",
    tags=["news"],
    summary=gettext_noop("One piece of news"),
    **single(out.NewsOut),
)
def news_detail(request: CivicRequest, slug: str) -> Any:
    by = asked(request)
    return one(news(by.council), by, slug=slug)


# --- the council -------------------------------------------------------------------------------
@api.get(
    "/meetings",
    tags=["council"],
    summary=gettext_noop("The meetings of the council, the latest first"),
    **listing(out.MeetingOut),
)
def meeting_list(request: CivicRequest, after: After = "", limit: Limit = 20) -> dict[str, Any]:
    by = asked(request)
    return part(request, council.meetings(by.council), "-starts_at", limit)


@api.get(
    "/meetings/{int:pk}",
    tags=["council"],
    summary=gettext_noop("One meeting with its public agenda and published minutes"),
    **single(out.MeetingDetail),
)
def meeting_detail(request: CivicRequest, pk: int) -> Any:
    by = asked(request)
    meeting = cast(Meeting, one(council.meetings(by.council), by, pk=pk))
    meeting.agenda = council.agenda(by, meeting)  # type: ignore[attr-defined]
    if not council.may_read_minutes(by, meeting):
        meeting.minutes = ""
    return meeting


@api.get(
    "/decisions",
    tags=["council"],
    summary=gettext_noop("Published decisions, the newest first"),
    **listing(out.DecisionOut),
)
def decision_list(request: CivicRequest, after: After = "", limit: Limit = 20) -> dict[str, Any]:
    return part(request, council.decisions(asked(request)), "-decided_at", limit)


# --- everything --------------------------------------------------------------------------------
@api.get(
    "/search",
    tags=["search"],
    summary=gettext_noop("Search everything that is public, the best first"),
    response={200: out.FoundOut, 422: out.Problem, 429: out.Problem},
)
def search(
    request: CivicRequest, q: Words = "", kind: Kind | None = None, limit: Limit = 20
) -> Any:
    by = asked(request)
    form = SearchForm({"q": q})
    if not form.is_valid():
        raise Invalid(str(form.errors["q"][0]), field="q")
    found = searching.search(by.council, form.cleaned_data["q"], kind=text(kind), number=limit)
    return {"items": found.hits, "complete": found.complete, "more": found.more}
