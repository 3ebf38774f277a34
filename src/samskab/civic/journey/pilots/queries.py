from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from samskab.civic.commons.actors.models import Actor, Representative
from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.queries import in_sight
from samskab.civic.journey.coalitions.models import Agreement, Signature
from samskab.civic.journey.coalitions.queries import agreement_of
from samskab.civic.journey.pilots.models import (
    BudgetLine,
    Crew,
    JournalEntry,
    Milestone,
    Pilot,
    Risk,
    RiskAcceptance,
)

AHEAD = timedelta(days=7)


def pilots(by: Principal) -> QuerySet[Pilot]:
    """The pilots of all challenges that this person may see."""
    rows = Pilot.objects.filter(in_sight(by), council=by.council)
    return rows.select_related("challenge")


def filtered(rows: QuerySet[Pilot], *, status: str = "", text: str = "") -> QuerySet[Pilot]:
    """Narrowed by what the address says."""
    if status:
        rows = rows.filter(status=status)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(text__icontains=text))
    return rows


def for_export(rows: QuerySet[Pilot]) -> QuerySet[Pilot]:
    """With the figures that the file holds. One statement."""
    mine = {"pilot": OuterRef("pk")}
    budget = BudgetLine.objects.filter(**mine).order_by().values("pilot")
    reached = Milestone.objects.filter(**mine).order_by().values("pilot")
    return rows.annotate(
        cost=Subquery(budget.annotate(n=Sum("amount_dkk")).values("n")),
        n_milestones=Subquery(reached.annotate(n=Count("pk")).values("n")),
    ).order_by("-starts", "-pk")


def pilot_of(challenge: Challenge) -> Pilot | None:
    """The pilot that is going on, else the last one that ended."""
    rows = list(Pilot.objects.filter(challenge=challenge).order_by("-starts", "-pk"))
    going = (pilot for pilot in rows if pilot.status != Pilot.Status.ENDED)
    return next(going, rows[0] if rows else None)


def parties(pilot: Pilot) -> QuerySet[Actor]:
    """Who signed the agreement, and who else takes part in the challenge."""
    signed = Signature.objects.filter(agreement=pilot.agreement_id).values("actor")
    joined = Party.objects.filter(challenge=pilot.challenge_id, status=Party.Status.JOINED)
    return Actor.objects.filter(
        Q(pk__in=signed) | Q(pk__in=joined.values("actor")), council=pilot.council_id
    ).order_by("name")


def own_parties(by: Principal, pilot: Pilot) -> QuerySet[Actor]:
    """The parties that this person represents."""
    return parties(pilot).filter(pk__in=actors_of(by).values("pk"))


def milestones(pilot: Pilot) -> list[Milestone]:
    return list(Milestone.objects.filter(pilot=pilot).select_related("owner"))


def risks(pilot: Pilot) -> list[Risk]:
    """With owner and those who accepted it. Two statements."""
    accepted = RiskAcceptance.objects.select_related("actor").order_by("actor__name")
    rows = Risk.objects.filter(pilot=pilot).select_related("owner")
    return list(rows.prefetch_related(Prefetch("acceptances", accepted)))


def crew(pilot: Pilot) -> list[Crew]:
    """The parts that people play. One statement."""
    return list(Crew.objects.filter(pilot=pilot).select_related("actor"))


def soon_due(today: date) -> QuerySet[Milestone]:
    """Milestones of pilots that go on, due within a week, that nobody was reminded of."""
    return awaited().filter(due__gte=today, due__lte=today + AHEAD, reminded=None)


def just_late(today: date) -> QuerySet[Milestone]:
    """Milestones whose day has passed without anybody having been told so."""
    return awaited().filter(due__lt=today, reminded_late=None)


def awaited(*, examples: bool = False) -> QuerySet[Milestone]:
    """Not reached, of pilots that go on. Nobody is written to about an example."""
    rows = Milestone.objects.filter(reached=None)
    if not examples:
        rows = rows.filter(pilot__is_example=False)
    return rows.exclude(pilot__status=Pilot.Status.ENDED)


def addresses_of(milestone: Milestone) -> list[str]:
    """Where those are reached who see to it: one party, or all of them."""
    pilot = milestone.pilot
    who = [milestone.owner_id] if milestone.owner_id else parties(pilot).values("pk")
    rows = Representative.objects.filter(actor__in=who, council=pilot.council_id)
    return sorted(set(rows.values_list("user__email", flat=True)))


def journal(pilot: Pilot, number: int = 100) -> list[JournalEntry]:
    return list(JournalEntry.objects.filter(pilot=pilot)[:number])


def cost(pilot: Pilot) -> int:
    """What the budget lines come to."""
    return int(pilot.budget.aggregate(n=Sum("amount_dkk"))["n"] or 0)


def late_milestones(pilot: Pilot) -> QuerySet[Milestone]:
    return Milestone.objects.filter(pilot=pilot, reached=None, due__lt=clock.today())


def section(by: Principal, challenge: Challenge) -> dict[str, Any] | None:
    """What the page of a challenge shows of its pilot; None before there can be one."""
    pilot = pilot_of(challenge)
    if pilot is not None:
        return {"pilot": pilot, "milestones": milestones(pilot), "cost": cost(pilot)}
    if challenge.step != Step.GATHERING:
        return None
    agreement = agreement_of(challenge)
    signed = agreement is not None and agreement.status == Agreement.Status.SIGNED
    can_start = signed and may(by, "pilots.start", challenge)
    return {"pilot": None} if can_start else None


def used_by(by: Principal, article: Article) -> dict[str, Any] | None:
    """The pilots that build on an article, for its page."""
    rows = list(pilots(by).filter(articles=article).order_by("-starts", "-pk")[:20])
    return {"pilots": rows} if rows else None
