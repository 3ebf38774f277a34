"""What is asked each year: the same, so that years can be laid beside each other."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Theme(TextChoices):
    """What the founding text asks of those who co-create."""

    OPENNESS = "openness", _("Openness")
    RISK = "risk", _("Willingness to take risks")
    DEPENDENCE = "dependence", _("Mutual dependence")


@dataclass(frozen=True)
class Question:
    theme: Theme
    text: str | Promise


QUESTIONS: tuple[Question, ...] = (
    Question(Theme.OPENNESS, _("I hear what is going on early enough to have a say.")),
    Question(Theme.OPENNESS, _("I can say what I mean, also when the others see it otherwise.")),
    Question(Theme.OPENNESS, _("We tell openly when something did not succeed.")),
    Question(Theme.RISK, _("We try things without being sure that they will work.")),
    Question(Theme.RISK, _("A mistake is something that we learn from together.")),
    Question(Theme.RISK, _("I dare to promise something on behalf of those I come from.")),
    Question(Theme.DEPENDENCE, _("We solve things together that none of us could solve alone.")),
    Question(Theme.DEPENDENCE, _("The others need what I can do, and I need what they can do.")),
    Question(Theme.DEPENDENCE, _("We share the responsibility, also when it is hard.")),
)
LOWEST, HIGHEST = 1, 5
ANSWERS: dict[int, str | Promise] = {
    5: _("Agree entirely"),
    4: _("Agree mostly"),
    3: _("Neither agree nor disagree"),
    2: _("Disagree mostly"),
    1: _("Disagree entirely"),
}
# What the answers are put together to where single ones would be too few.
CELLS = (_("Agree"), _("Neither"), _("Disagree"), _("Cannot say"))
NO_ANSWER = pgettext_lazy("survey", "I cannot say")
