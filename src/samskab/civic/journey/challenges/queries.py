from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.journey.challenges.journey import PATH, Step
from samskab.civic.journey.challenges.models import (
    Challenge,
    Follower,
    Party,
    StepTally,
    Support,
    TimelineEntry,
)
from samskab.engine.language import stems

STAFF = (Role.MEMBER, Role.FACILITATOR, Role.SECRETARIAT, Role.ADMINISTRATOR)


def public(council: Council) -> QuerySet[Challenge]:
    return Challenge.objects.filter(council=council, is_public=True)


def visible(by: Principal) -> QuerySet[Challenge]:
    """All that this person may see in a list: the public ones, own ones, for staff all."""
    rows = Challenge.objects.filter(council=by.council)
    if by.has(*STAFF):
        return rows
    mine = Q(author_id=by.user_id) if by.signed_in else Q()
    return rows.filter(Q(is_public=True) | mine)


def in_sight(by: Principal, path: str = "challenge") -> Q:
    """The same for rows that hang on a challenge by `path`. A join, and no list of challenges:
    what it costs does not grow with them."""
    if by.has(*STAFF):
        return Q()
    mine = Q(**{f"{path}__author": by.user_id}) if by.signed_in else Q()
    return Q(**{f"{path}__is_public": True}) | mine


def filtered(
    rows: QuerySet[Challenge], *, step: str = "", group: int | None = None, text: str = ""
) -> QuerySet[Challenge]:
    """Narrowed by what the address says."""
    if step:
        rows = rows.filter(step=step)
    if group:
        rows = rows.filter(target_groups=group)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(what__icontains=text))
    return rows


def latest(council: Council, number: int = 3) -> list[Challenge]:
    return list(public(council).order_by("-moved_at", "-pk")[:number])


def queue(council: Council) -> QuerySet[Challenge]:
    """What waits for an answer, the most urgent first."""
    return Challenge.objects.filter(
        council=council, step__in=[Step.RAISED, Step.SCREENED]
    ).order_by("answer_due", "pk")


def joined(challenge: Challenge) -> QuerySet[Party]:
    return Party.objects.filter(challenge=challenge, status=Party.Status.JOINED).select_related(
        "actor"
    )


def timeline(challenge: Challenge, number: int = 100) -> list[TimelineEntry]:
    rows = TimelineEntry.objects.filter(challenge=challenge)
    return list(rows.order_by("-created", "-pk")[:number])


def tallies(council: Council) -> dict[Step, int]:
    """Public challenges by step, in the order of the journey. One statement, ten rows."""
    found = dict(StepTally.objects.filter(council=council).values_list("step", "number"))
    return {step: found.get(step, 0) for step in (*PATH, Step.CLOSED)}


def supports(by: Principal, challenge: Challenge, session_digest: str = "") -> bool:
    rows = Support.objects.filter(challenge=challenge)
    if by.signed_in:
        return rows.filter(user_id=by.user_id).exists()
    return bool(session_digest) and rows.filter(session_digest=session_digest).exists()


def follows(by: Principal, challenge: Challenge) -> bool:
    rows = Follower.objects.filter(challenge=challenge, user_id=by.user_id)
    return by.signed_in and rows.exists()


def by_link(council: Council, link_digest: str) -> Challenge | None:
    return Challenge.objects.filter(council=council, link_digest=link_digest).first()


def similar_to(council: Council, text: str, number: int = 3) -> list[Challenge]:
    """Public challenges that share rare words with the text. One statement over the 500 that
    moved last; O(500 words)."""
    wanted = set(stems(text))
    scored = [
        (len(wanted & set(stems(f"{row.title} {row.what}"))), row)
        for row in public(council).order_by("-moved_at", "-pk")[:500]
    ]
    close = [(score, row) for score, row in scored if score >= 3]
    return [row for _score, row in sorted(close, key=lambda pair: (-pair[0], pair[1].pk))[:number]]


def export(challenge: Challenge) -> dict[str, Any]:
    """What is kept about a challenge and the person who raised it."""
    names = (
        "title",
        "what",
        "for_whom",
        "where",
        "author_name",
        "contact_email",
        "on_behalf",
        "on_behalf_consent",
        "photo_text",
        "screening_answer",
    )
    return {name: getattr(challenge, name) for name in names} | {
        "step": challenge.step,
        "raised": challenge.created.isoformat(),
        "timeline": [
            {"at": entry.created.isoformat(), "what": entry.title, "reason": entry.reason}
            for entry in timeline(challenge)
        ],
    }
