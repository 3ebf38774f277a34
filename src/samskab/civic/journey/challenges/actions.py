from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from samskab.civic.commons.actors.models import Actor, Category
from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.council.queries import current_theme
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed
from samskab.civic.foundation.core.links import digest, new_token
from samskab.civic.foundation.core.photos import without_metadata
from samskab.civic.foundation.core.principal import Principal, Role
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.journey.challenges.journey import PATH, Closing, Step, may_follow
from samskab.civic.journey.challenges.models import (
    Challenge,
    Follower,
    Party,
    StepTally,
    Support,
    TimelineEntry,
)

ANSWER_WITHIN = timedelta(days=14)

MOVED: dict[Step, str] = {
    Step.RAISED: gettext_noop("Raised"),
    Step.SCREENED: gettext_noop("Screened: something to solve together"),
    Step.OPEN: gettext_noop("Opened for everybody"),
    Step.EXPLORING: gettext_noop("We began to find the core"),
    Step.FRAMED: gettext_noop("A shared description of the problem is in place"),
    Step.GATHERING: gettext_noop("We began to gather those who can help"),
    Step.PILOTING: gettext_noop("A pilot started"),
    Step.EVALUATED: gettext_noop("The pilot was evaluated"),
    Step.CONCEPT: gettext_noop("Became a concept that others can use"),
    Step.CLOSED: gettext_noop("Closed"),
}


# --- raising -----------------------------------------------------------------------------------
@action("challenges.raise")
def raise_challenge(
    *,
    by: Principal,
    title: str,
    what: str,
    for_whom: str = "",
    where: str = "",
    name: str = "",
    contact_email: str = "",
    on_behalf: bool = False,
    on_behalf_consent: str = "",
    photo: UploadedFile[Any] | None = None,
    photo_text: str = "",
    target_groups: Iterable[Category] = (),
    life_areas: Iterable[Category] = (),
    is_example: bool = False,
) -> tuple[Challenge, str]:
    """A new challenge and the token of its private link, which is shown once."""
    if on_behalf and not on_behalf_consent.strip():
        raise Invalid(
            gettext_lazy("Write how the person said yes to this."), field="on_behalf_consent"
        )
    if photo and not photo_text.strip():
        raise Invalid(gettext_lazy("Write what the photo shows."), field="photo_text")
    token, now = new_token(), clock.now()
    challenge = Challenge(
        council=by.council,
        title=title.strip(),
        what=what.strip(),
        for_whom=for_whom.strip(),
        where=where.strip(),
        contact_email=contact_email or by.email,
        on_behalf=on_behalf,
        on_behalf_consent=on_behalf_consent.strip(),
        photo_text=photo_text.strip(),
        link_digest=digest(token),
        moved_at=now,
        answer_due=timezone.localdate(now + ANSWER_WITHIN),
        is_example=is_example,
    )
    challenge.sign(by, name.strip())
    if photo:
        challenge.photo = without_metadata(photo)
    challenge.save()
    challenge.target_groups.set(target_groups)
    challenge.life_areas.set(life_areas)
    _tell(challenge, by, MOVED[Step.RAISED])
    record(by, "challenges.raise_challenge", challenge, on_behalf=on_behalf)
    _send_receipt(challenge, token)
    return challenge, token


def _send_receipt(challenge: Challenge, token: str) -> None:
    if not challenge.contact_email:
        return
    notify(
        council=challenge.council,
        to=challenge.contact_email,
        subject=_("We have received your challenge"),
        text=_(
            "Thank you. We have received “%(title)s”.\n\n"
            "You get an answer no later than %(due)s.\n\n"
            "Follow, correct or withdraw it here. The link is yours alone:\n%(url)s"
        )
        % {
            "title": challenge.title,
            "due": challenge.answer_due,
            "url": address_of(challenge, reverse("challenges:mine", args=[token])),
        },
        kind="challenges.receipt",
    )


def address_of(challenge: Challenge, path: str) -> str:
    """The whole address of a page of the challenge's council, for mail."""
    return challenge.council.address(path)


@action("challenges.correct", on="challenge")
def correct(
    *,
    by: Principal,
    challenge: Challenge,
    title: str,
    what: str,
    for_whom: str,
    where: str,
    seen: int | None = None,
) -> Challenge:
    challenge.title, challenge.what = title.strip(), what.strip()
    challenge.for_whom, challenge.where = for_whom.strip(), where.strip()
    challenge.save()
    _tell(challenge, by, gettext_noop("The text was corrected"))
    record(by, "challenges.correct", challenge)
    return challenge


@action("challenges.withdraw", on="challenge")
def withdraw(*, by: Principal, challenge: Challenge, reason: str = "") -> Challenge:
    if challenge.step == Step.CLOSED:
        raise Conflict(gettext_lazy("The challenge is closed already."))
    challenge.closing = Closing.WITHDRAWN
    return advance(by=by, challenge=challenge, to=Step.CLOSED, reason=reason)


@action("challenges.withdraw", on="challenge")
def erase_raiser(*, by: Principal, challenge: Challenge) -> Challenge:
    """Forgets who raised it. The challenge itself stays when it is public, else it is withdrawn."""
    if not challenge.is_public and challenge.step != Step.CLOSED:
        challenge.closing = Closing.WITHDRAWN
        challenge.contact_email = ""
        advance(by=by, challenge=challenge, to=Step.CLOSED)
    challenge.author, challenge.author_name, challenge.contact_email = None, "", ""
    challenge.on_behalf_consent, challenge.link_digest = "", ""
    challenge.save()
    record(by, "challenges.erase_raiser", challenge)
    return challenge


# --- screening ---------------------------------------------------------------------------------
@action("challenges.screen", on="challenge")
def screen(
    *,
    by: Principal,
    challenge: Challenge,
    accepted: bool,
    is_complex: bool,
    in_focus: bool,
    answer: str,
    fixed_beforehand: str = "",
    fixed_by: str = "",
    seen: int | None = None,
) -> Challenge:
    """The answer to the person who raised it, with its reason; no is a closed challenge."""
    if challenge.step != Step.RAISED:
        raise Conflict(gettext_lazy("Somebody has answered this challenge already."))
    if not answer.strip():
        raise Invalid(gettext_lazy("Write the reason for the answer."), field="answer")
    if fixed_beforehand.strip() and not fixed_by.strip():
        raise Invalid(gettext_lazy("Write who has fixed it beforehand."), field="fixed_by")
    challenge.is_complex, challenge.in_focus = is_complex, in_focus
    challenge.screening_answer = answer.strip()
    challenge.fixed_beforehand, challenge.fixed_by = fixed_beforehand.strip(), fixed_by.strip()
    challenge.answer_due = None
    if in_focus:
        challenge.focus_theme = current_theme(by.council)
    if not accepted:
        challenge.closing = Closing.NOT_COCREATION
    to = Step.SCREENED if accepted else Step.CLOSED
    return advance(by=by, challenge=challenge, to=to, reason=answer.strip())


@action("challenges.facilitate", on="challenge")
def open_challenge(*, by: Principal, challenge: Challenge, reason: str = "") -> Challenge:
    """Makes the challenge public: everybody can see, support and join."""
    if challenge.step != Step.SCREENED:
        raise Conflict(gettext_lazy("Only a screened challenge can be opened."))
    challenge.is_public = True
    return advance(by=by, challenge=challenge, to=Step.OPEN, reason=reason)


# --- moving ------------------------------------------------------------------------------------
@action("challenges.move", on="challenge")
def move(
    *,
    by: Principal,
    challenge: Challenge,
    to: str,
    reason: str,
    closing: str = "",
    merged_into: Challenge | None = None,
    seen: int | None = None,
) -> Challenge:
    """Moved by hand: back to an earlier step, closed, or opened again. Needs a reason.

    Forward steps belong to the actions of their rooms, which know what a step takes.
    """
    step, now = Step(to), Step(challenge.step)
    if not reason.strip():
        raise Invalid(gettext_lazy("Write the reason. Everybody can read it."), field="reason")
    if step is Step.CLOSED:
        _close(challenge, closing, merged_into)
    elif now is Step.CLOSED:
        if step != challenge.reached:
            raise Invalid(gettext_lazy("A closed challenge opens again where it was."), field="to")
        challenge.closing, challenge.merged_into = "", None
    elif PATH.index(step) >= PATH.index(now):
        raise Invalid(gettext_lazy("Choose an earlier step, or close the challenge."), field="to")
    return advance(by=by, challenge=challenge, to=step, reason=reason.strip())


def _close(challenge: Challenge, closing: str, merged_into: Challenge | None) -> None:
    if closing not in Closing.values:
        raise Invalid(gettext_lazy("Choose why it closes."), field="closing")
    if closing == Closing.MERGED:
        _check_merge(challenge, merged_into)
        challenge.merged_into = merged_into
    challenge.closing = closing


def _check_merge(challenge: Challenge, other: Challenge | None) -> None:
    if other is None or other.council_id != challenge.council_id or other.pk == challenge.pk:
        raise Invalid(gettext_lazy("Choose the challenge it goes into."), field="merged_into")
    if other.step == Step.CLOSED:
        raise Invalid(gettext_lazy("That challenge is closed itself."), field="merged_into")


def advance(*, by: Principal, challenge: Challenge, to: Step, reason: str = "") -> Challenge:
    """Sets the step with timeline, tally, log and mail.

    For actions that have checked the permission and hold the row; not for views.
    """
    now = Step(challenge.step)
    if now == to:
        raise Conflict(gettext_lazy("The challenge stands at this step already."))
    if not may_follow(now, to):
        raise Conflict(
            gettext_lazy("The challenge is at another step by now. Load the page again.")
        )
    was_public = Challenge.objects.filter(pk=challenge.pk, is_public=True).exists()
    challenge.step, challenge.moved_at = to, clock.now()
    if to is not Step.CLOSED:
        challenge.reached = to
    challenge.save()
    _count(challenge, now if was_public else None, to if challenge.is_public else None)
    _tell(challenge, by, MOVED[to], reason=reason)
    record(by, "challenges.advance", challenge, was=now, now=to, closing=challenge.closing)
    _mail_followers(challenge, to, reason)
    return challenge


def _count(challenge: Challenge, was: Step | None, now: Step | None) -> None:
    for step, change in ((was, -1), (now, 1)):
        if step is None:
            continue
        StepTally.objects.get_or_create(council=challenge.council, step=step)
        StepTally.objects.filter(council=challenge.council, step=step).update(
            number=F("number") + change
        )


def _mail_followers(challenge: Challenge, to: Step, reason: str) -> None:
    addresses = set(challenge.followers.values_list("user__email", flat=True))
    if challenge.contact_email:
        addresses.add(challenge.contact_email)
    for address in sorted(addresses):
        notify(
            council=challenge.council,
            to=address,
            subject=_("News about “%(title)s”") % {"title": challenge.title},
            text="\n\n".join(
                part
                for part in (
                    _(MOVED[to]) + ".",
                    reason,
                    address_of(challenge, reverse("challenges:detail", args=[challenge.pk]))
                    if challenge.is_public
                    else "",
                )
                if part
            ),
            kind="challenges.moved",
        )


def note(
    *,
    by: Principal,
    challenge: Challenge,
    message: str,
    values: dict[str, Any] | None = None,
    reason: str = "",
    href: str = "",
) -> TimelineEntry:
    """Adds to the public timeline; for actions of this and later rooms."""
    return _tell(challenge, by, message, values=values, reason=reason, href=href)


def _tell(
    challenge: Challenge,
    by: Principal,
    message: str,
    *,
    values: dict[str, Any] | None = None,
    reason: str = "",
    href: str = "",
) -> TimelineEntry:
    entry = TimelineEntry(
        council=challenge.council,
        challenge=challenge,
        message=message,
        values=values or {},
        reason=reason,
        href=href,
    )
    entry.sign(by)
    entry.author_name = _shown_as(by)
    entry.save()
    return entry


def _shown_as(by: Principal) -> str:
    """The timeline shows in which capacity somebody acted, not who a citizen is."""
    if by.is_system and by.name:
        return by.name
    for role in (Role.SECRETARIAT, Role.FACILITATOR, Role.MEMBER, Role.REPRESENTATIVE):
        if by.has(role):
            return str(role.value)
    return "participant" if by.signed_in else "visitor"


# --- taking part -------------------------------------------------------------------------------
@action("challenges.support", on="challenge")
def support(*, by: Principal, challenge: Challenge, session_digest: str = "") -> bool:
    """One per person; False when this person supports it already."""
    if not by.signed_in and not session_digest:
        raise Invalid
    who: dict[str, Any] = (
        {"user_id": by.user_id} if by.signed_in else {"session_digest": session_digest}
    )
    try:
        with transaction.atomic():
            Support.objects.create(council=by.council, challenge=challenge, **who)
    except IntegrityError:
        return False
    Challenge.objects.filter(pk=challenge.pk).update(n_supporters=F("n_supporters") + 1)
    record(by, "challenges.support", challenge)
    return True


@action("challenges.support", on="challenge")
def withdraw_support(*, by: Principal, challenge: Challenge, session_digest: str = "") -> bool:
    rows = Support.objects.filter(challenge=challenge)
    rows = (
        rows.filter(user_id=by.user_id)
        if by.signed_in
        else rows.filter(user=None, session_digest=session_digest or "-")
    )
    if not rows.delete()[0]:
        return False
    Challenge.objects.filter(pk=challenge.pk).update(n_supporters=F("n_supporters") - 1)
    record(by, "challenges.withdraw_support", challenge)
    return True


@action("challenges.follow", on="challenge")
def follow(*, by: Principal, challenge: Challenge) -> bool:
    created = Follower.objects.get_or_create(
        challenge=challenge, user_id=by.user_id, defaults={"council": by.council}
    )[1]
    if created:
        record(by, "challenges.follow", challenge)
    return created


@action("challenges.follow", on="challenge")
def unfollow(*, by: Principal, challenge: Challenge) -> bool:
    removed = Follower.objects.filter(challenge=challenge, user_id=by.user_id).delete()[0]
    if removed:
        record(by, "challenges.unfollow", challenge)
    return bool(removed)


@action("challenges.invite", on="challenge")
def invite_party(*, by: Principal, challenge: Challenge, actor: Actor) -> Party:
    _check_open(challenge)
    party: Party
    party, created = Party.objects.get_or_create(
        council=by.council, challenge=challenge, actor=actor
    )
    if not created:
        raise Conflict(gettext_lazy("This party is on the list already."))
    for address in actor.representatives.values_list("user__email", flat=True):
        notify(
            council=by.council,
            to=address,
            subject=_("You are invited: “%(title)s”") % {"title": challenge.title},
            text=_("%(actor)s is invited to take part.\n\nRead more and answer here:\n%(url)s")
            % {
                "actor": actor.name,
                "url": address_of(challenge, reverse("challenges:detail", args=[challenge.pk])),
            },
            kind="challenges.invitation",
        )
    _tell(challenge, by, gettext_noop("%(actor)s was invited"), values={"actor": actor.name})
    record(by, "challenges.invite_party", challenge, actor=actor.pk)
    return party


@action("challenges.join", on="challenge")
def join(
    *,
    by: Principal,
    challenge: Challenge,
    actor: Actor,
    expected_gain: str = "",
    offers_help_with: str = "",
) -> Party:
    """Takes part on behalf of an actor that the person represents; the door is open."""
    _check_open(challenge)
    if not by.is_system and not actors_of(by).filter(pk=actor.pk).exists():
        raise NotAllowed(gettext_lazy("You can only join on behalf of those you represent."))
    party = Party.objects.filter(challenge=challenge, actor=actor).first()
    if party is not None and party.status == Party.Status.JOINED:
        raise Conflict(gettext_lazy("You take part already."))
    party = party or Party(council=by.council, challenge=challenge, actor=actor)
    party.status = Party.Status.JOINED
    party.expected_gain, party.offers_help_with = expected_gain.strip(), offers_help_with.strip()
    party.save()
    _tell(challenge, by, gettext_noop("%(actor)s joined"), values={"actor": actor.name})
    record(by, "challenges.join", challenge, actor=actor.pk)
    return party


@action("challenges.answer_invitation", on="party")
def decline(*, by: Principal, party: Party) -> Party:
    """Says no thanks, or leaves."""
    if party.status == Party.Status.DECLINED:
        raise Conflict(gettext_lazy("You have said no thanks already."))
    party.status = Party.Status.DECLINED
    party.save()
    _tell(
        party.challenge,
        by,
        gettext_noop("%(actor)s does not take part"),
        values={"actor": party.actor.name},
    )
    record(by, "challenges.decline", party)
    return party


def _check_open(challenge: Challenge) -> None:
    if challenge.step in {Step.RAISED, Step.SCREENED, Step.CLOSED}:
        raise Conflict(gettext_lazy("One can join while the challenge is open."))
