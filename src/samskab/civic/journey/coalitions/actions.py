from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django_tasks import task

from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.commons.actors.queries import actors_of, addresses
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, record, require
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotFound
from samskab.civic.foundation.core.links import digest, new_token
from samskab.civic.foundation.core.models import CouncilRow
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.journey.challenges.actions import address_of, advance, note
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import matching, queries
from samskab.civic.journey.coalitions.models import (
    Agreement,
    CoalitionProposal,
    Need,
    Part,
    Signature,
    Wish,
    measure,
)
from samskab.civic.journey.inquiry.queries import current_framing
from samskab.engine.matching import Proposal as Found
from samskab.engine.matching import propose

SECONDS = 0.3
"""How long the page waits for proven proposals: the quick answer, or better, is shown then."""
LONGER = 60.0
"""How long the search goes on in the background when they are not proven by then."""
TRIES = 5
CODE_LASTS = timedelta(days=7)

Status = CoalitionProposal.Status
Roles = Mapping[int, tuple[str, Sequence[str]]]


# --- beginning ---------------------------------------------------------------------------------
@action("coalitions.gather", on="challenge")
def open_gathering(*, by: Principal, challenge: Challenge, reason: str = "") -> Challenge:
    """From a shared description of the problem to looking for those who can help."""
    if challenge.step != Step.FRAMED:
        raise Conflict(
            gettext_lazy("Joining forces begins when the problem is described together.")
        )
    return advance(by=by, challenge=challenge, to=Step.GATHERING, reason=reason.strip())


def _path(name: str, *args: str | int) -> str:
    """The Danish address, whatever language the acting person reads."""
    with translation.override(settings.LANGUAGE_CODE):
        return reverse(f"coalitions:{name}", args=args)


def _same_council(by: Principal, *rows: CouncilRow | None) -> None:
    if any(row is not None and row.council_id != by.council.pk for row in rows):
        raise NotFound


# --- needs -------------------------------------------------------------------------------------
@action("coalitions.add_need", on="challenge")
def add_need(
    *,
    by: Principal,
    challenge: Challenge,
    category: Category,
    title: str,
    amount: Decimal,
    unit: str = "",
    must: bool = True,
    period_from: date | None = None,
    period_to: date | None = None,
    area: Category | None = None,
    is_example: bool = False,
) -> Need:
    """What the challenge lacks. By those who take part, or who facilitate."""
    if challenge.step == Step.CLOSED:
        raise Conflict(gettext_lazy("The challenge is closed."))
    _same_council(by, category, area)
    need = Need(council=by.council, challenge=challenge, is_example=is_example)
    _fill(need, category, title, amount, unit, must, period_from, period_to, area)
    _save_need(need)
    _unproven(challenge)
    message = gettext_noop("A need was added: %(need)s")
    note(by=by, challenge=challenge, message=message, values={"need": need.title})
    record(by, "coalitions.add_need", need, must=must)
    return need


@action("coalitions.edit_need", on="need")
def edit_need(
    *,
    by: Principal,
    need: Need,
    category: Category,
    title: str,
    amount: Decimal,
    unit: str = "",
    must: bool = True,
    period_from: date | None = None,
    period_to: date | None = None,
    area: Category | None = None,
    seen: int | None = None,
) -> Need:
    """What is promised already can be asked for more of, but not for something else."""
    _same_council(by, category, area)
    was = (need.category_id, need.unit, need.period_from, need.period_to)
    _fill(need, category, title, amount, unit, must, period_from, period_to, area)
    if _holding_promises(need):
        if was != (need.category_id, need.unit, need.period_from, need.period_to):
            raise Conflict(gettext_lazy("Somebody has promised this. Add a new need instead."))
        if need.amount < queries.promised_to(need):
            raise Invalid(gettext_lazy("More than that is promised already."), field="amount")
    _save_need(need)
    _unproven(need.challenge)
    record(by, "coalitions.edit_need", need, must=must)
    return need


def _holding_promises(need: Need) -> bool:
    """Whether somebody has promised it; holds the parts, so that nobody does meanwhile."""
    list(need.parts.select_for_update(no_key=True).order_by("pk"))
    return queries.is_promised(need)


def _fill(
    need: Need,
    category: Category,
    title: str,
    amount: Decimal,
    unit: str,
    must: bool,
    period_from: date | None,
    period_to: date | None,
    area: Category | None,
) -> None:
    if not title.strip():
        raise Invalid(gettext_lazy("Write what is needed."), field="title")
    if category.kind not in {Category.Kind.COMPETENCE, Category.Kind.RESOURCE}:
        raise Invalid(gettext_lazy("Choose a competence or a resource."), field="category")
    if amount is None or not amount > 0:
        raise Invalid(gettext_lazy("Write an amount above zero."), field="amount")
    if period_from and period_to and period_to < period_from:
        raise Invalid(gettext_lazy("The period ends before it begins."), field="period_to")
    need.category, need.title, need.area, need.must = category, title.strip(), area, must
    need.amount, need.unit = amount, " ".join(unit.split())
    need.period_from, need.period_to = period_from, period_to


def _save_need(need: Need) -> None:
    try:
        with transaction.atomic():
            need.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy("There is a need of this name already."), field="title"
        ) from None


def _unproven(challenge: Challenge) -> None:
    """Other needs, another question: what was proven about the proposals holds no longer."""
    rows = CoalitionProposal.objects.filter(challenge=challenge, status=Status.DRAFT)
    rows.update(optimal=False, gap=None)


@action("coalitions.edit_need", on="need")
def remove_need(*, by: Principal, need: Need) -> None:
    if _holding_promises(need):
        raise Conflict(gettext_lazy("Somebody has promised this. It cannot be removed."))
    challenge, title = need.challenge, need.title
    record(by, "coalitions.remove_need", need)
    need.delete()
    _unproven(challenge)
    message = gettext_noop("A need was removed: %(need)s")
    note(by=by, challenge=challenge, message=message, values={"need": title})


# --- wishes ------------------------------------------------------------------------------------
@action("coalitions.wish", on="challenge")
def add_wish(
    *, by: Principal, challenge: Challenge, actor: Actor, other: Actor, together: bool
) -> Wish:
    """One party only takes part with another, or not with it: said by the party itself or by
    those who facilitate, and known to them alone."""
    _same_council(by, actor, other)
    if not actors_of(by).filter(pk=actor.pk).exists():
        require(by, "coalitions.wish_for_others", challenge)
    if challenge.step == Step.CLOSED:
        raise Conflict(gettext_lazy("The challenge is closed."))
    if actor == other:
        raise Invalid(gettext_lazy("Choose another party."), field="other")
    wish = Wish(
        council=by.council, challenge=challenge, actor=actor, other=other, together=together
    )
    if Wish.objects.filter(challenge=challenge, actor=other, other=actor).exists():
        raise Invalid(gettext_lazy("There is a wish about these two already."), field="other")
    try:
        with transaction.atomic():
            wish.save()
    except IntegrityError:
        raise Invalid(
            gettext_lazy("There is a wish about these two already."), field="other"
        ) from None
    _unproven(challenge)
    record(by, "coalitions.add_wish", wish, together=together)
    return wish


@action("coalitions.remove_wish", on="wish")
def remove_wish(*, by: Principal, wish: Wish) -> None:
    record(by, "coalitions.remove_wish", wish)
    challenge = wish.challenge
    wish.delete()
    _unproven(challenge)


# --- proposals ---------------------------------------------------------------------------------
@action("coalitions.propose", on="challenge")
def propose_coalitions(
    *, by: Principal, challenge: Challenge, seconds: float = SECONDS
) -> list[CoalitionProposal]:
    """Works out up to three different coalitions from what is on offer now.

    Earlier suggestions of this kind that nobody was asked about give way.
    """
    _check_gathering(challenge)
    known = queries.table(challenge)
    if not known.needs:
        raise Conflict(gettext_lazy("Write first what is needed."))
    found = propose(
        known.engine_needs(),
        known.engine_offers(),
        time_limit=seconds,
        burden=known.burden(),
        not_with=known.wishes()["not_with"],
        must_with=known.wishes()["must_with"],
    ).proposals
    made = _store(by, challenge, found)
    if not made:
        raise Conflict(gettext_lazy("Nobody offers any of this yet. Ask around, and try again."))
    record(by, "coalitions.propose_coalitions", challenge, number=len(made))
    if not all(row.optimal for row in made) and seconds < LONGER:
        transaction.on_commit(partial(search_longer.enqueue, challenge.pk, made[-1].number))
    return made


@task()
def search_longer(challenge_pk: int, last: int) -> int:
    """Works the proposals out anew with more time; how many there are then.

    The search itself holds nothing. What it finds gives way when anything happened meanwhile:
    somebody was asked, a need was changed, or proposals were worked out again.
    """
    challenge = Challenge.objects.select_related("council").filter(pk=challenge_pk).first()
    if challenge is None or not _still_waits(challenge, last):
        return 0
    known = queries.table(challenge)
    found = propose(
        known.engine_needs(),
        known.engine_offers(),
        time_limit=LONGER,
        burden=known.burden(),
        not_with=known.wishes()["not_with"],
        must_with=known.wishes()["must_with"],
    ).proposals
    return keep_longer_search(
        by=system(challenge.council), challenge=challenge, found=found, last=last, known=known
    )


@action("coalitions.propose", on="challenge")
def keep_longer_search(
    *,
    by: Principal,
    challenge: Challenge,
    found: Sequence[Found],
    last: int,
    known: matching.Table,
) -> int:
    """Puts what a longer search found in the place of the first suggestions."""
    now = queries.table(challenge)
    same = now.engine_needs() == known.engine_needs() and now.wishes() == known.wishes()
    if not same or now.engine_offers() != known.engine_offers():
        return 0
    if challenge.step != Step.GATHERING or not _still_waits(challenge, last):
        return 0
    made = _store(by, challenge, found)
    record(by, "coalitions.keep_longer_search", challenge, number=len(made))
    return len(made)


def _still_waits(challenge: Challenge, last: int) -> bool:
    """The last suggestion is still the one that the search began with, and not proven."""
    row = CoalitionProposal.objects.filter(challenge=challenge).order_by("-number").first()
    worked_out = row and row.origin == CoalitionProposal.Origin.ENGINE
    return bool(worked_out and row and row.number == last and row.status == Status.DRAFT)


def _store(by: Principal, challenge: Challenge, found: Sequence[Found]) -> list[CoalitionProposal]:
    """Suggestions in the place of earlier ones that nobody was asked about."""
    worked_out = {"origin": CoalitionProposal.Origin.ENGINE, "status": Status.DRAFT}
    CoalitionProposal.objects.filter(challenge=challenge, **worked_out).delete()
    made = []
    for one in found:
        if not one.supplies:
            continue
        row = _new_proposal(by, challenge, CoalitionProposal.Origin.ENGINE)
        row.optimal, row.gap, row.aim = one.optimal, one.gap, one.aim
        row.save()
        for supply in one.supplies:
            Part.objects.create(
                council=by.council,
                proposal=row,
                actor_id=int(supply.actor),
                need_id=int(supply.need),
                offer_id=matching.offer_key(supply.offer),
                amount=supply.amount,
            )
        made.append(row)
    return made


def _new_proposal(by: Principal, challenge: Challenge, origin: str) -> CoalitionProposal:
    """The challenge is held by the caller, so that numbers are given out one by one."""
    last = CoalitionProposal.objects.filter(challenge=challenge).aggregate(n=Max("number"))["n"]
    row: CoalitionProposal = CoalitionProposal.objects.create(
        council=by.council, challenge=challenge, number=(last or 0) + 1, origin=origin
    )
    return row


def _check_gathering(challenge: Challenge) -> None:
    if challenge.step != Step.GATHERING:
        raise Conflict(gettext_lazy("This can be done while we are joining forces."))
    if CoalitionProposal.objects.filter(challenge=challenge, status=Status.ACCEPTED).exists():
        raise Conflict(
            gettext_lazy("All have said yes to a proposal. Set it aside first to make another.")
        )


@action("coalitions.propose", on="challenge")
def start_proposal(
    *, by: Principal, challenge: Challenge, like: CoalitionProposal | None = None
) -> CoalitionProposal:
    """A proposal by hand: empty, or with the parts of another one to go on from."""
    _check_gathering(challenge)
    _same_council(by, like)
    row = _new_proposal(by, challenge, CoalitionProposal.Origin.HAND)
    for part in queries.parts_of(like) if like and like.challenge_id == challenge.pk else []:
        Part.objects.create(
            council=by.council,
            proposal=row,
            actor=part.actor,
            need=part.need,
            offer=part.offer,
            amount=part.amount,
            gain=part.gain,
        )
    record(by, "coalitions.start_proposal", row)
    return row


@action("coalitions.propose", on="proposal")
def add_part(
    *,
    by: Principal,
    proposal: CoalitionProposal,
    need: Need,
    offer: Offer,
    amount: Decimal,
    gain: str = "",
    seen: int | None = None,
) -> Part:
    """One offer to one need, checked at once against what fits and what is left."""
    _check_editable(proposal)
    _same_council(by, need, offer)
    if need.challenge_id != proposal.challenge_id:
        raise Invalid(gettext_lazy("This need belongs to another challenge."), field="need")
    part = Part(council=by.council, proposal=proposal, actor=offer.actor, need=need, offer=offer)
    part.amount, part.gain = amount, gain.strip()
    others = queries.parts_of(proposal)
    if any((p.need_id, p.offer_id) == (need.pk, offer.pk) for p in others):
        raise Conflict(gettext_lazy("This offer is part of it already. Change the amount there."))
    _check_parts(proposal, [*others, part])
    part.save()
    _by_hand(proposal)
    _tell_if_asked(proposal, part)
    record(by, "coalitions.add_part", proposal, actor=part.actor_id)
    return part


@action("coalitions.propose", on="part")
def edit_part(
    *, by: Principal, part: Part, amount: Decimal, gain: str = "", seen: int | None = None
) -> Part:
    """A promise is a promise of an amount: another amount has to be answered anew."""
    part.proposal = locked(part.proposal)
    _check_editable(part.proposal)
    changed = part.amount != amount
    part.amount, part.gain = amount, gain.strip()
    others = [row for row in queries.parts_of(part.proposal) if row.pk != part.pk]
    _check_parts(part.proposal, [*others, part])
    if changed:
        _unanswer(part)
        _by_hand(part.proposal)
    part.save()
    if changed:
        _tell_if_asked(part.proposal, part)
    record(by, "coalitions.edit_part", part.proposal, actor=part.actor_id, changed=changed)
    return part


@action("coalitions.propose", on="part")
def remove_part(*, by: Principal, part: Part) -> CoalitionProposal:
    proposal: CoalitionProposal = locked(part.proposal)
    _check_editable(proposal)
    actor = part.actor_id
    part.delete()
    _by_hand(proposal)
    record(by, "coalitions.remove_part", proposal, actor=actor)
    _accept_when_all_have(by, proposal)
    return proposal


def _check_editable(proposal: CoalitionProposal) -> None:
    if proposal.status not in {Status.DRAFT, Status.ASKED}:
        raise Conflict(gettext_lazy("This proposal can no longer be changed. Make a new one."))
    if proposal.challenge.step != Step.GATHERING:
        raise Conflict(gettext_lazy("This can be done while we are joining forces."))


def _check_parts(proposal: CoalitionProposal, parts: Sequence[Part]) -> None:
    known = queries.table(proposal.challenge, parts)
    for field, sentence in matching.problems(known, parts):
        raise Invalid(sentence, field=field)


def _by_hand(proposal: CoalitionProposal) -> None:
    proposal.origin, proposal.optimal, proposal.gap = CoalitionProposal.Origin.HAND, False, None
    proposal.save()


def _unanswer(part: Part) -> None:
    part.status, part.answer_reason, part.on_behalf = Part.Status.OPEN, "", False
    part.answered_at, part.answered_by = None, None


# --- asking and answering ----------------------------------------------------------------------
@action("coalitions.propose", on="proposal")
def ask_parties(*, by: Principal, proposal: CoalitionProposal) -> CoalitionProposal:
    """Sends the proposal to its parties, each of whom answers for its own part."""
    if proposal.status != Status.DRAFT:
        raise Conflict(gettext_lazy("The parties have been asked already."))
    _check_gathering(proposal.challenge)
    parts = queries.parts_of(proposal)
    if not parts:
        raise Conflict(gettext_lazy("There is nobody in this proposal yet."))
    _check_parts(proposal, parts)
    proposal.status, proposal.asked_at = Status.ASKED, clock.now()
    proposal.save()
    for actor in {part.actor_id: part.actor for part in parts}.values():
        _mail_question(proposal, actor)
    message = gettext_noop("The parties were asked about proposal %(number)s")
    note(
        by=by,
        challenge=proposal.challenge,
        message=message,
        values={"number": proposal.number},
        href=_path("proposal", proposal.pk),
    )
    record(by, "coalitions.ask_parties", proposal, parts=len(parts))
    return proposal


def _mail_question(proposal: CoalitionProposal, actor: Actor) -> None:
    challenge = proposal.challenge
    url = address_of(challenge, _path("proposal", proposal.pk))
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Will you take part? “%(title)s”") % {"title": challenge.title}
        text = _(
            "%(actor)s is part of a proposal for how to join forces.\n\n"
            "You answer for your own part only. See it and answer here:\n%(url)s"
        ) % {"actor": actor.name, "url": url}
    for address in addresses(actor):
        notify(
            council=proposal.council,
            to=address,
            subject=subject,
            text=text,
            kind="coalitions.question",
        )


def _tell_if_asked(proposal: CoalitionProposal, part: Part) -> None:
    if proposal.status == Status.ASKED:
        _mail_question(proposal, part.actor)


@action("coalitions.answer", on="part")
def accept_part(*, by: Principal, part: Part, gain: str = "", reason: str = "") -> Part:
    """A party promises its own part. No offer is ever promised beyond what it holds.

    Facilitators may note an answer that they were given; the page says that they did.
    """
    part.proposal = locked(part.proposal)
    _check_answerable(part)
    if part.status == Part.Status.ACCEPTED:
        raise Conflict(gettext_lazy("You have said yes to this already."))
    _check_left(part)
    part.gain = gain.strip() or part.gain
    _answer(by, part, Part.Status.ACCEPTED, reason)
    note(
        by=by,
        challenge=part.proposal.challenge,
        message=gettext_noop("%(actor)s said yes to its part"),
        values={"actor": part.actor.name},
        reason=reason.strip(),
    )
    _accept_when_all_have(by, part.proposal)
    return part


@action("coalitions.answer", on="part")
def decline_part(*, by: Principal, part: Part, reason: str) -> Part:
    """Says no, with a reason that the others can learn from."""
    part.proposal = locked(part.proposal)
    _check_answerable(part)
    if part.status == Part.Status.DECLINED:
        raise Conflict(gettext_lazy("You have said no to this already."))
    if not reason.strip():
        raise Invalid(gettext_lazy("Write why, so that we can find another way."), field="reason")
    _answer(by, part, Part.Status.DECLINED, reason)
    note(
        by=by,
        challenge=part.proposal.challenge,
        message=gettext_noop("%(actor)s said no to its part"),
        values={"actor": part.actor.name},
        reason=reason.strip(),
    )
    return part


def _check_answerable(part: Part) -> None:
    status = part.proposal.status
    if status == Status.DRAFT:
        raise Conflict(gettext_lazy("The parties have not been asked yet."))
    if status == Status.ACCEPTED:
        raise Conflict(
            gettext_lazy("All have said yes. Talk to the facilitator if something has changed.")
        )
    if status == Status.SET_ASIDE or part.proposal.challenge.step != Step.GATHERING:
        raise Conflict(gettext_lazy("This proposal does not count any more."))


def _answer(by: Principal, part: Part, status: str, reason: str) -> None:
    part.status, part.answer_reason, part.answered_at = status, reason.strip(), clock.now()
    part.answered_by_id = by.user_id
    part.on_behalf = not by.is_system and part.actor not in actors_of(by)
    part.save()
    record(by, "coalitions.answer", part, answer=status, on_behalf=part.on_behalf)


def _check_left(part: Part) -> None:
    """Holds the offer, so that of two promises at once the second sees the first."""
    offer = locked(part.offer)
    if not offer.active:
        raise Conflict(gettext_lazy("The offer is withdrawn. Talk to the facilitator."))
    if offer.quantity is None:
        return
    elsewhere = queries.promised([offer.pk], besides=part.proposal.challenge)[offer.pk]
    mine = sum(
        Part.objects.filter(
            proposal=part.proposal, offer=offer, status=Part.Status.ACCEPTED
        ).values_list("amount", flat=True),
        Decimal(0),
    )
    left = offer.quantity - elsewhere - mine
    if part.amount > left:
        raise Conflict(
            gettext_lazy(
                "Not enough is left of “%(offer)s”: it is promised to another challenge. "
                "Left: %(left)s. Ask the facilitator to change the proposal."
            )
            % {"offer": offer.title, "left": measure(max(left, Decimal(0)), offer.unit)}
        )


def _accept_when_all_have(by: Principal, proposal: CoalitionProposal) -> None:
    """Accepted when every part is; the other ways of doing it are then set aside."""
    if proposal.status != Status.ASKED:
        return
    statuses = set(proposal.parts.values_list("status", flat=True))
    if statuses != {Part.Status.ACCEPTED}:
        return
    proposal.status = Status.ACCEPTED
    others = CoalitionProposal.objects.filter(challenge=proposal.challenge)
    others.filter(status__in=[Status.DRAFT, Status.ASKED]).exclude(pk=proposal.pk).update(
        status=Status.SET_ASIDE
    )
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("Another proposal was accepted a moment ago.")) from None
    note(
        by=by,
        challenge=proposal.challenge,
        message=gettext_noop("All parties said yes to proposal %(number)s"),
        values={"number": proposal.number},
        href=_path("proposal", proposal.pk),
    )
    record(by, "coalitions.accepted", proposal)


@action("coalitions.propose", on="proposal")
def set_aside(*, by: Principal, proposal: CoalitionProposal, reason: str) -> CoalitionProposal:
    """It counts no longer, and what was promised in it is free again. A draft of an agreement
    about it goes with it; a signed one has to be ended instead."""
    if proposal.status == Status.SET_ASIDE:
        raise Conflict(gettext_lazy("It is set aside already."))
    if not reason.strip():
        raise Invalid(gettext_lazy("Write the reason. Everybody can read it."), field="reason")
    agreement = Agreement.objects.filter(proposal=proposal).first()
    if agreement and agreement.status != Agreement.Status.DRAFT:
        raise Conflict(gettext_lazy("There is a signed agreement. End that first."))
    if agreement:
        agreement.delete()
    was, proposal.status = proposal.status, Status.SET_ASIDE
    proposal.save()
    if was != Status.DRAFT:
        note(
            by=by,
            challenge=proposal.challenge,
            message=gettext_noop("Proposal %(number)s was set aside"),
            values={"number": proposal.number},
            reason=reason.strip(),
        )
    record(by, "coalitions.set_aside", proposal, was=was)
    return proposal


# --- the agreement -----------------------------------------------------------------------------
@action("coalitions.agree", on="proposal")
def draft_agreement(*, by: Principal, proposal: CoalitionProposal) -> Agreement:
    """A first draft from what was promised, in the council's language, to be edited."""
    if proposal.status != Status.ACCEPTED:
        raise Conflict(gettext_lazy("An agreement is written when all parties have said yes."))
    return _draft(by, proposal.challenge, proposal, _tasks(proposal))


@action("coalitions.propose", on="challenge")
def write_agreement(*, by: Principal, challenge: Challenge, parties: Iterable[Actor]) -> Agreement:
    """A first draft without needs and offers, for those who have agreed in other ways.

    `parties` are at least two of those who take part in the challenge.
    """
    chosen = sorted(set(parties), key=lambda actor: (actor.name, actor.pk))
    _same_council(by, *chosen)
    _check_gathering(challenge)
    may_sign = set(queries.parties_to_choose(challenge).values_list("pk", flat=True))
    if len(chosen) < 2 or not may_sign.issuperset(actor.pk for actor in chosen):
        raise Invalid(gettext_lazy("Choose at least two of those who take part."), field="parties")
    return _draft(by, challenge, None, {actor.pk: [] for actor in chosen})


@action("coalitions.agree", on="agreement")
def discard_agreement(*, by: Principal, agreement: Agreement) -> None:
    """Throws a draft away that was written freely; one that grew from a proposal goes with it."""
    if agreement.status != Agreement.Status.DRAFT:
        raise Conflict(gettext_lazy("There is a signed agreement. End that first."))
    if agreement.proposal is not None:
        raise Conflict(gettext_lazy("Set the proposal aside: the draft goes with it."))
    record(by, "coalitions.discard_agreement", agreement)
    agreement.delete()


def _draft(
    by: Principal,
    challenge: Challenge,
    proposal: CoalitionProposal | None,
    tasks: Mapping[int, list[str]],
) -> Agreement:
    """`tasks` by the key of each party."""
    with translation.override(settings.LANGUAGE_CODE):
        agreement = Agreement(
            council=by.council,
            challenge=challenge,
            proposal=proposal,
            purpose=_purpose(challenge),
            for_whom=challenge.for_whom[:600],
            rights=[
                _("Each party may ask about everything."),
                _("Each party may say stop when something does not work."),
            ],
            duties=[
                _("We do what we have promised, and say so in time when we cannot."),
                _("We do not pass on what people tell us in confidence."),
            ],
            notice=_("Each party can leave with 30 days' notice."),
        )
    try:
        with transaction.atomic():
            agreement.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("There is an agreement already.")) from None
    for actor_id, own in tasks.items():
        Signature.objects.create(
            council=by.council, agreement=agreement, actor_id=actor_id, tasks=own
        )
    note(
        by=by,
        challenge=challenge,
        message=gettext_noop("An agreement was drafted"),
        href=_path("agreement", agreement.pk),
    )
    record(by, "coalitions.draft_agreement", agreement)
    return agreement


def _purpose(challenge: Challenge) -> str:
    framing = current_framing(challenge)
    return (framing.text if framing else challenge.title)[:2000]


def _tasks(proposal: CoalitionProposal) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    with translation.override(settings.LANGUAGE_CODE):
        for part in queries.parts_of(proposal):
            task = f"{part.need.title}: {part.measured}"
            found.setdefault(part.actor_id, []).append(task)
    return found


@action("coalitions.agree", on="agreement")
def edit_agreement(
    *,
    by: Principal,
    agreement: Agreement,
    purpose: str,
    for_whom: str,
    degree: str,
    rights: Iterable[str],
    duties: Iterable[str],
    notice: str,
    roles: Roles,
    seen: int | None = None,
) -> Agreement:
    """While it is a draft. Whoever had signed signs again, since the words are others now.

    `roles` is role and tasks by the key of the actor.
    """
    if agreement.status != Agreement.Status.DRAFT:
        raise Conflict(
            gettext_lazy("A signed agreement is not changed. End it and make a new one.")
        )
    if not purpose.strip():
        raise Invalid(gettext_lazy("Write what you want to reach together."), field="purpose")
    if not notice.strip():
        raise Invalid(gettext_lazy("Write how one can leave."), field="notice")
    if degree not in Agreement.Degree.values:
        raise Invalid(gettext_lazy("Choose how closely you work together."), field="degree")
    agreement.purpose, agreement.degree, agreement.notice = purpose.strip(), degree, notice.strip()
    agreement.rights, agreement.duties = _lines(rights), _lines(duties)
    agreement.for_whom = for_whom.strip()
    agreement.save()
    again = 0
    for row in agreement.signatures.select_for_update(no_key=True).order_by("pk"):
        role, tasks = roles.get(row.actor_id, (row.role, row.tasks))
        row.role, row.tasks = role.strip(), _lines(tasks)
        again += row.at is not None
        row.name, row.user, row.at = "", None, None
        row.save()
    record(by, "coalitions.edit_agreement", agreement, unsigned=again)
    return agreement


def _lines(texts: Iterable[str]) -> list[str]:
    return [text.strip() for text in texts if text.strip()]


# --- signing -----------------------------------------------------------------------------------
@action("coalitions.send_code", on="signature")
def send_code(*, by: Principal, signature: Signature) -> int:
    """Mails a link and a code of six digits to those who represent the party; how many.

    An earlier code stops working. Only what the code can be recognised by is kept.
    """
    _check_unsigned(signature)
    receivers = addresses(signature.actor)
    if not receivers:
        raise Conflict(gettext_lazy("We have no e-mail for this party. Add a person to it first."))
    token, code = new_token(), f"{secrets.randbelow(10**6):06}"
    signature.link_digest, signature.code_digest = digest(token), _code_digest(signature, code)
    signature.code_expires, signature.tries = clock.now() + CODE_LASTS, 0
    signature.save()
    _mail_code(signature, receivers, token, code)
    record(by, "coalitions.send_code", signature, receivers=len(receivers))
    return len(receivers)


def _mail_code(signature: Signature, receivers: Sequence[str], token: str, code: str) -> None:
    challenge = signature.agreement.challenge
    url = address_of(challenge, _path("sign_link", token))
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Sign the agreement: “%(title)s”") % {"title": challenge.title}
        text = _(
            "Here is the code with which you sign for %(actor)s: %(code)s\n\n"
            "Read the agreement and sign here. The code works for seven days:\n%(url)s\n\n"
            "If you did not expect this, do nothing."
        ) % {"actor": signature.actor.name, "code": code, "url": url}
    for address in receivers:
        notify(
            council=signature.council,
            to=address,
            subject=subject,
            text=text,
            kind="coalitions.code",
        )


def _code_digest(signature: Signature, code: str) -> str:
    """Keyed with the secret of the installation: six digits alone would be quickly guessed."""
    return salted_hmac("coalitions.code", f"{signature.pk}:{code}", algorithm="sha256").hexdigest()


def _check_unsigned(signature: Signature) -> None:
    if signature.agreement.status != Agreement.Status.DRAFT or signature.at:
        raise Conflict(gettext_lazy("This party has signed already."))


@action("coalitions.sign", on="signature")
def try_code(*, by: Principal, signature: Signature, code: str) -> bool:
    """Whether the code is right; a wrong one is counted, and after five none works.

    An action of its own, so that the count stays although the signing fails.
    """
    if not _usable(signature):
        return False
    if _is_right(signature, code):
        return True
    signature.tries += 1
    signature.save(update_fields=["tries"])
    record(by, "coalitions.wrong_code", signature, tries=signature.tries)
    return False


def _usable(signature: Signature) -> bool:
    expires = signature.code_expires
    return bool(expires and expires > clock.now() and signature.tries < TRIES)


def _is_right(signature: Signature, code: str) -> bool:
    given = _code_digest(signature, "".join(code.split()))
    return constant_time_compare(given, signature.code_digest)


@action("coalitions.sign", on="signature")
def sign(*, by: Principal, signature: Signature, name: str, code: str = "") -> Signature:
    """A party signs with a name and the code that was mailed to it.

    The example data signs without a code, and nobody else does. Ask `try_code` first: it
    counts the wrong ones.
    """
    _check_unsigned(signature)
    if not name.strip():
        raise Invalid(gettext_lazy("Write your name."), field="name")
    if not by.is_system:
        if not _usable(signature):
            raise Conflict(gettext_lazy("The code does not work any more. Ask for a new one."))
        if not _is_right(signature, code):
            raise Invalid(gettext_lazy("The code is not right. Look in the mail."), field="code")
    signature.name, signature.user_id, signature.at = name.strip()[:80], by.user_id, clock.now()
    signature.link_digest, signature.code_digest, signature.code_expires = "", "", None
    signature.save()
    record(by, "coalitions.sign", signature)
    note(
        by=by,
        challenge=signature.agreement.challenge,
        message=gettext_noop("%(actor)s signed the agreement"),
        values={"actor": signature.actor.name},
    )
    _signed_when_all_have(by, locked(signature.agreement))
    return signature


def _signed_when_all_have(by: Principal, agreement: Agreement) -> None:
    if agreement.signatures.filter(at=None).exists():
        return
    agreement.status, agreement.signed_at = Agreement.Status.SIGNED, clock.now()
    agreement.save()
    note(
        by=by,
        challenge=agreement.challenge,
        message=gettext_noop("The agreement is signed by all parties"),
        href=_path("agreement", agreement.pk),
    )
    record(by, "coalitions.agreement_signed", agreement)


@action("coalitions.agree", on="agreement")
def end_agreement(
    *, by: Principal, agreement: Agreement, reason: str, seen: int | None = None
) -> Agreement:
    """Ends a signed agreement; what was promised in it is free for others again."""
    if agreement.status != Agreement.Status.SIGNED:
        raise Conflict(gettext_lazy("Only a signed agreement can be ended."))
    if not reason.strip():
        raise Invalid(gettext_lazy("Write the reason. Everybody can read it."), field="reason")
    agreement.status, agreement.ended_at = Agreement.Status.ENDED, clock.now()
    agreement.end_reason = reason.strip()
    agreement.save()
    if agreement.proposal is not None:
        proposal = locked(agreement.proposal)
        proposal.status = Status.SET_ASIDE
        proposal.save()
    note(
        by=by,
        challenge=agreement.challenge,
        message=gettext_noop("The agreement ended"),
        reason=reason.strip(),
        href=_path("agreement", agreement.pk),
    )
    record(by, "coalitions.end_agreement", agreement)
    return agreement
