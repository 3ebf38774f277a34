from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from samskab.civic.foundation.privacy.registry import LegalBasis, declare
from samskab.civic.journey.evaluation.models import AddedValue, Answer, Code, Evaluation, Reminder

# A year after the council was told, nothing is left to count anew.
KEPT = 365


def _answers_no_longer_needed(limit: datetime) -> Any:
    return Answer.objects.filter(code__pilot__evaluation__evaluated_at__lt=limit)


def _reminders_no_longer_needed(limit: datetime) -> Any:
    return Reminder.objects.filter(pilot__evaluation__evaluated_at__lt=limit)


def _codes_no_longer_needed(limit: datetime) -> Any:
    return Code.objects.filter(pilot__evaluation__evaluated_at__lt=limit)


declare(
    Answer,
    ["sealed"],
    what=_("Answers about how people are doing, encrypted, under a code without a name"),
    purpose=_("To see whether a pilot helped. They are only read added up"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=KEPT,
    erase="delete",
    due=_answers_no_longer_needed,
)
declare(
    Code,
    ["digest"],
    what=_("What a code is recognised by. Who has which code is not kept here"),
    purpose=_("To put answers before and after together, and to let people withdraw"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=KEPT,
    erase="delete",
    due=_codes_no_longer_needed,
)
declare(
    Reminder,
    ["email"],
    what=_("Where somebody wants to be told that they can answer. Not tied to a code"),
    purpose=_("To remind people without knowing who they are"),
    legal_basis=LegalBasis.CONSENT,
    retention_days=KEPT,
    erase="delete",
    due=_reminders_no_longer_needed,
)
declare(
    Evaluation,
    ["author", "author_name"],
    what=_("Who worked the evaluation out"),
    purpose=_("To show who stands behind it"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="anonymise",
)
declare(
    AddedValue,
    ["author", "author_name"],
    what=_("Who told what a party got out of it"),
    purpose=_("To show that the party itself answered"),
    legal_basis=LegalBasis.PUBLIC_TASK,
    erase="anonymise",
)
