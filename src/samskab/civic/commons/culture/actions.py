from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.culture import queries
from samskab.civic.commons.culture.models import Answered, Survey
from samskab.civic.commons.culture.questions import HIGHEST, LOWEST, QUESTIONS
from samskab.civic.commons.culture.results import nobody, results_of, with_answers
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, Text
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify

LONGEST = timedelta(days=92)
REMIND = timedelta(days=4)

Answers = Sequence[int | None]


@action("culture.run")
def open_survey(*, by: Principal, until: date, is_example: bool = False) -> Survey:
    """Asks all who take part with a role, once a year, and writes to them."""
    today = clock.today()
    if not today <= until <= today + LONGEST:
        raise Invalid(_("Choose a day within the next three months."), field="until")
    if Survey.objects.filter(council=by.council, closed__isnull=True).exists():
        raise Conflict(_("A survey is open already."))
    if Survey.objects.filter(council=by.council, year=today.year).exists():
        raise Conflict(_("This year's survey has been held. The next comes next year."))
    survey: Survey = Survey.objects.create(
        council=by.council,
        year=today.year,
        until=until,
        opened=clock.now(),
        counts=nobody(),
        is_example=is_example,
    )
    _write_to(survey, queries.asked(by.council), _("How is it to co-create?"))
    record(by, "culture.open_survey", survey, year=survey.year)
    return survey


def _write_to(survey: Survey, people: Iterable[User], subject: Text) -> int:
    url = survey.council.address(reverse("culture:answer"))
    found = list(people)
    for person in found:
        notify(
            council=survey.council,
            to=person.email,
            subject=subject,
            template="culture/mail/asked.txt",
            context={"survey": survey, "url": url},
            kind="culture.asked",
        )
    return len(found)


def _check_open(survey: Survey) -> None:
    if not survey.takes_answers:
        raise Conflict(_("The survey is over. Thank you all the same."))


def _add(survey: Survey, answers: Answers) -> None:
    if len(answers) != len(QUESTIONS):
        raise Invalid(_("The answers do not fit the questions. Open the page anew."))
    if any(one is not None and not LOWEST <= one <= HIGHEST for one in answers):
        raise Invalid(_("Choose one of those in the list."))
    if all(one is None for one in answers):
        raise Invalid(_("Answer at least one question."))
    survey.counts = with_answers(survey.counts, answers)
    survey.save()


@action("culture.answer", on="survey")
def answer_survey(*, by: Principal, survey: Survey, answers: Answers) -> Survey:
    """Adds a person's answers to the counts, and notes apart from them that they have answered.

    The log notes that somebody answered and not who: it is kept for good, and what nobody needs
    to know later is not in it.
    """
    _check_open(survey)
    person = User.objects.filter(pk=by.user_id or 0).first()
    if person is None:
        raise NotAllowed
    _row, fresh = Answered.objects.get_or_create(council=by.council, survey=survey, user=person)
    if not fresh:
        raise Conflict(_("You have answered. Nobody can see what, so it cannot be changed."))
    _add(survey, answers)
    record(system(by.council), "culture.answer_survey", survey)
    return survey


@action("culture.run", on="survey")
def enter_sheet(*, by: Principal, survey: Survey, answers: Answers) -> Survey:
    """What somebody ticked on paper. Sheets may be entered until the survey is closed."""
    if not survey.is_open:
        raise Conflict(_("The survey is closed and counted."))
    _add(survey, answers)
    record(by, "culture.enter_sheet", survey)
    return survey


@action("culture.run", on="survey")
def close_survey(*, by: Principal, survey: Survey) -> Survey:
    """Counts. What may be shown stays; the finer counts, and who has answered, are thrown away."""
    if not survey.is_open:
        return survey
    survey.results, survey.counts, survey.closed = results_of(survey.counts), [], clock.now()
    survey.save()
    Answered.objects.filter(survey=survey).delete()
    record(by, "culture.close_survey", survey, shown=bool(survey.results))
    return survey


@action("culture.run", on="survey")
def call_off_survey(*, by: Principal, survey: Survey) -> None:
    """Throws an open survey away with its answers, as if it had never been asked."""
    if not survey.is_open:
        raise Conflict(_("The survey is closed and counted."))
    record(by, "culture.call_off_survey", survey)
    survey.delete()


@action("culture.keep_time", on="survey")
def keep_time(*, by: Principal, survey: Survey) -> int:
    """Writes once, shortly before the end, to those who have not answered; closes a survey
    some days after its last day, when sheets of paper are in. How many mails."""
    today = clock.today()
    if not survey.is_open:
        return 0
    if today > survey.until + REMIND:
        close_survey(by=by, survey=survey)
        return 0
    if survey.reminded or not survey.until - REMIND <= today <= survey.until:
        return 0
    survey.reminded = True
    survey.save()
    told = _write_to(survey, queries.not_answered(survey), _("There is still time to answer"))
    record(by, "culture.keep_time", survey, mails=told)
    return told


def keep_time_everywhere() -> int:
    """Every council. The worker does it once a day."""
    rows = Survey.objects.filter(closed__isnull=True).select_related("council").order_by("pk")
    return sum(keep_time(by=system(survey.council), survey=survey) for survey in rows)
