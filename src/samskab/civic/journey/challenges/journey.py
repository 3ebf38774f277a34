"""The journey as data: which steps there are, and which may follow which."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Step(TextChoices):
    RAISED = "raised", _("Raised")
    SCREENED = "screened", _("Screened")
    OPEN = "open", _("Open")
    EXPLORING = "exploring", _("Finding the core")
    FRAMED = "framed", _("Framed together")
    GATHERING = "gathering", _("Joining forces")
    PILOTING = "piloting", _("Trying it out")
    EVALUATED = "evaluated", _("Evaluated")
    CONCEPT = "concept", _("Concept")
    CLOSED = "closed", _("Closed")


class Closing(TextChoices):
    MERGED = "merged", _("Merged into another challenge")
    NOT_COCREATION = "not_cocreation", _("Not for co-creation")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    SOLVED = "solved", _("Solved")


PATH: tuple[Step, ...] = tuple(step for step in Step if step is not Step.CLOSED)

EXPLAINED: dict[Step, Promise] = {
    Step.RAISED: _("Somebody has told about a problem. The secretariat reads it."),
    Step.SCREENED: _("The secretariat has answered: this is something to solve together."),
    Step.OPEN: _("Everybody can see the challenge, support it and join."),
    Step.EXPLORING: _("Those who know the problem find out what it really is about."),
    Step.FRAMED: _("All who joined have said what they think of the shared description."),
    Step.GATHERING: _("We find those who have what the others lack."),
    Step.PILOTING: _("A solution is being tried out."),
    Step.EVALUATED: _("We have looked honestly at how it went."),
    Step.CONCEPT: _("It has become a recipe that others can use."),
    Step.CLOSED: _("The challenge is closed. The reason is stated."),
}


def may_follow(now: Step, to: Step) -> bool:
    """Forward one step, back to any earlier one, or closed; closed opens again where it was.

    The way back never leads before screening has been answered.
    """
    if now is Step.CLOSED:
        return to in PATH
    if to is Step.CLOSED:
        return True
    here, there = PATH.index(now), PATH.index(to)
    return there == here + 1 or (0 < there < here)


@dataclass(frozen=True)
class Station:
    """One step of the journey as a page shows it; state is done, now or todo."""

    step: Step
    label: Promise | str
    text: Promise
    state: str


def stations(now: Step, reached: Step) -> tuple[Station, ...]:
    """The whole path seen from where the challenge is; closed shows how far it came."""
    at = PATH.index(reached if now is Step.CLOSED else now)
    return tuple(
        Station(step, step.label, EXPLAINED[step], _state(place, at, now))
        for place, step in enumerate(PATH)
    )


def _state(place: int, at: int, now: Step) -> str:
    if place < at:
        return "done"
    if place > at:
        return "todo"
    return "done" if now is Step.CLOSED else "now"
