from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from samskab.civic.commons.council.actions import put_on_agenda
from samskab.civic.commons.council.models import AgendaItem, Decision
from samskab.civic.commons.council.queries import decision_on, item_on
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Conflict, Invalid
from samskab.civic.foundation.core.links import new_token
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.actions import notify
from samskab.civic.journey.challenges.actions import advance, note
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.evaluation import queries, stored
from samskab.civic.journey.evaluation.models import (
    AddedValue,
    Answer,
    Code,
    Evaluation,
    Group,
    Measure,
    Reminder,
    Round,
    Shown,
    Verdict,
    When,
)
from samskab.civic.journey.evaluation.sealed import (
    code_digests,
    is_of_today,
    new_code,
    seal,
    unseal,
)
from samskab.civic.journey.evaluation.standing import nobody_is_told_apart
from samskab.civic.journey.pilots.models import Pilot
from samskab.engine.evidence import INSTRUMENTS

BATCH = 100
CODES = 2000
QUESTIONS = 20
MOST_COUNTED = 1000
REMIND_AGAIN = timedelta(days=2)

ADOPTED: dict[str, str] = {
    Verdict.SPREAD: gettext_noop("The council: pass it on"),
    Verdict.ADAPT: gettext_noop("The council: change it and try again"),
    Verdict.STOP: gettext_noop("The council: stop"),
}


def _page(evaluation: Evaluation) -> str:
    return reverse("evaluation:detail", args=[evaluation.pk])


# --- measures ----------------------------------------------------------------------------------
@action("evaluation.measure", on="pilot")
def add_measure(
    *,
    by: Principal,
    pilot: Pilot,
    instrument_key: str,
    title: str = "",
    questions: Sequence[str] = (),
    lowest: int = 0,
    highest: int = 10,
    lowest_text: str = "",
    highest_text: str = "",
    higher_is_better: bool = True,
    relevant_change: float | None = None,
) -> Measure:
    """What is asked before and after: a known questionnaire, or own questions."""
    _before_answers(pilot)
    measure = Measure(
        council=by.council,
        pilot=pilot,
        instrument_key=instrument_key,
        title=title.strip(),
        order=len(queries.measures(pilot)),
    )
    if measure.is_own:
        measure.questions = _questions(questions)
        measure.lowest, measure.highest = (
            _counted(measure.questions, highest) if measure.is_count else _scale(lowest, highest)
        )
        measure.lowest_text, measure.highest_text = lowest_text.strip(), highest_text.strip()
        measure.higher_is_better = higher_is_better
        measure.relevant_change = _change_that_matters(relevant_change)
        if not measure.title:
            raise Invalid(gettext_lazy("Write what you measure."), field="title")
    elif instrument_key not in INSTRUMENTS:
        raise Invalid(gettext_lazy("Choose a questionnaire."), field="instrument_key")
    measure.title = measure.title or INSTRUMENTS[instrument_key].name
    try:
        with transaction.atomic():
            measure.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("You measure this already.")) from None
    record(by, "evaluation.add_measure", measure, pilot=pilot.pk, instrument=instrument_key)
    return measure


def _before_answers(pilot: Pilot) -> None:
    """What is measured is settled before anybody answers; else before and after differ."""
    if Answer.objects.filter(measure__pilot=pilot).exists():
        raise Conflict(gettext_lazy("People have answered. What is measured can no longer change."))


def _questions(texts: Sequence[str]) -> list[str]:
    kept = [" ".join(text.split()) for text in texts if text.strip()]
    if not 1 <= len(kept) <= QUESTIONS:
        raise Invalid(gettext_lazy("Write from 1 to 20 questions."), field="questions")
    if any(len(text) > 300 for text in kept):
        raise Invalid(
            gettext_lazy("A question can have 300 characters at most."), field="questions"
        )
    return kept


def _scale(lowest: int, highest: int) -> tuple[int, int]:
    if not 0 <= lowest < highest <= 10:
        raise Invalid(gettext_lazy("The answers go from 0 to 10 at most."), field="highest")
    return lowest, highest


def _counted(questions: Sequence[str], highest: int) -> tuple[int, int]:
    if len(questions) != 1:
        raise Invalid(gettext_lazy("Ask for one number at a time."), field="questions")
    if not 1 <= highest <= MOST_COUNTED:
        raise Invalid(
            gettext_lazy("The largest number there can be is from 1 to 1000."), field="highest"
        )
    return 0, highest


def _change_that_matters(value: float | None) -> float | None:
    if value is not None and not 0 < value <= 1000:
        raise Invalid(gettext_lazy("Write a number above zero."), field="relevant_change")
    return value


@action("evaluation.measure", on="measure")
def remove_measure(*, by: Principal, measure: Measure) -> Pilot:
    """Takes a measure away that nobody has answered."""
    pilot = measure.pilot
    _before_answers(pilot)
    record(by, "evaluation.remove_measure", measure, pilot=pilot.pk)
    measure.delete()
    return pilot


# --- codes and rounds --------------------------------------------------------------------------
@action("evaluation.measure", on="pilot")
def make_codes(*, by: Principal, pilot: Pilot, number: int, group: str = Group.PILOT) -> list[str]:
    """New codes, given back once; only what they are recognised by is kept."""
    if group not in Group.values:
        raise Invalid(gettext_lazy("Choose who the codes are for."), field="group")
    if not 1 <= number <= BATCH:
        raise Invalid(gettext_lazy("Make from 1 to 100 codes at a time."), field="number")
    if Code.objects.filter(pilot=pilot).count() + number > CODES:
        raise Invalid(gettext_lazy("A pilot can have 2,000 codes at most."), field="number")
    codes = [new_code() for _ in range(number)]
    Code.objects.bulk_create(
        Code(council=by.council, pilot=pilot, digest=code_digests(code)[0], group=group)
        for code in sorted(codes)
    )
    record(by, "evaluation.make_codes", pilot, number=number, group=group)
    return codes


@action("evaluation.measure", on="pilot")
def open_round(*, by: Principal, pilot: Pilot, when: str) -> Round:
    """Lets people answer. A closed round can be opened again, until a later one is opened."""
    if when not in When.values:
        raise Invalid(gettext_lazy("Choose a round."), field="when")
    if not Measure.objects.filter(pilot=pilot).exists():
        raise Conflict(gettext_lazy("Choose what you measure first."))
    known = queries.rounds(pilot)
    _in_order(pilot, known, when)
    row = known.get(when) or Round(council=by.council, pilot=pilot, when=when)
    row.opened, row.closed = row.opened if row.pk else clock.now(), None
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise Conflict(gettext_lazy("Somebody opened a round just now.")) from None
    _remind(row)
    record(by, "evaluation.open_round", row, when=when)
    return row


@action("evaluation.measure", on="round")
def remind(*, by: Principal, round: Round) -> int:
    """Writes to all who asked to be reminded. Nobody knows who has answered, so all get it."""
    if not round.is_open:
        raise Conflict(gettext_lazy("The round is closed already."))
    if round.reminded is not None and round.reminded > clock.now() - REMIND_AGAIN:
        raise Conflict(gettext_lazy("They were reminded less than two days ago."))
    told = _remind(round)
    record(by, "evaluation.remind", round, mails=told)
    return told


def _remind(round: Round) -> int:
    pilot, rows = round.pilot, Reminder.objects.filter(pilot=round.pilot)
    for row in rows:
        stop = pilot.council.address(reverse("evaluation:no_reminder", args=[row.stop]))
        notify(
            council=round.council,
            to=row.email,
            subject=_("There are questions for you: %(title)s") % {"title": pilot.title},
            text=_(
                "You can answer now. You need the code on your paper.\n\n%(enter)s\n\n"
                "We do not know who has answered. Have you answered already? Then do nothing.\n\n"
                "No more mails about this: %(stop)s"
            )
            % {
                "enter": pilot.council.address(reverse("evaluation:enter")),
                "stop": stop,
            },
            kind="evaluation.reminder",
            unsubscribe=stop,
        )
    round.reminded = clock.now()
    round.save(update_fields=["reminded"])
    return len(rows)


def _in_order(pilot: Pilot, known: Mapping[str, Round], when: str) -> None:
    if any(row.is_open for row in known.values()):
        raise Conflict(gettext_lazy("A round is open. Close it first."))
    if when != When.BEFORE and When.BEFORE not in known:
        raise Conflict(gettext_lazy("People answer before first, then after."))
    order = When.values
    if any(order.index(later) > order.index(when) for later in known):
        raise Conflict(gettext_lazy("A later round has been opened. This one is over."))
    if when == When.FOLLOWUP:
        return
    if Evaluation.objects.filter(pilot=pilot).exclude(status=Evaluation.Status.DRAFT).exists():
        raise Conflict(gettext_lazy("The evaluation has been handed in. No more answers."))


@action("evaluation.measure", on="round")
def close_round(*, by: Principal, round: Round) -> Round:
    if not round.is_open:
        raise Conflict(gettext_lazy("The round is closed already."))
    round.closed = clock.now()
    round.save()
    record(by, "evaluation.close_round", round, when=round.when)
    return round


# --- answering ---------------------------------------------------------------------------------
def _open_for(code: Code, measure: Measure) -> Round:
    round_now = queries.open_round(code.pilot)
    if round_now is None:
        raise Conflict(gettext_lazy("The questions are closed now. Thank you for coming."))
    if code.withdrawn:
        raise Conflict(gettext_lazy("You have withdrawn. This code can no longer answer."))
    if measure.pilot_id != code.pilot_id:
        raise Invalid
    return round_now


@action("evaluation.answer", on="code")
def agree(*, by: Principal, code: Code) -> Code:
    """Says yes to how answers are used. That it was said is kept with the code, not when."""
    if code.withdrawn:
        raise Conflict(gettext_lazy("You have withdrawn. This code can no longer answer."))
    code.agreed = True
    code.save(update_fields=["agreed"])
    record(by, "evaluation.agree", code.pilot)
    return code


@action("evaluation.answer", on="code")
def answer_one(
    *, by: Principal, code: Code, measure: Measure, at: int, item: int | None
) -> Answer | None:
    """One question, counted from 0, among those already answered. Skipping changes nothing."""
    round_now = _open_for(code, measure)
    if not code.agreed:
        raise Conflict(gettext_lazy("Say yes first. Then you can answer."))
    items = queries.own_items(code, measure, round_now.when)
    if not 0 <= at < len(items):
        raise Invalid(gettext_lazy("Choose one of the answers."))
    if item is None:
        return None
    items[at] = item
    _check_items(measure, items)
    return _sealed(by, code, measure, round_now, items)


@action("evaluation.answer", on="code")
def answer(*, by: Principal, code: Code, measure: Measure, items: Sequence[int | None]) -> Answer:
    """A person's answers in the open round, sealed. Answering again replaces them.

    The log says that somebody answered; not who, and not with which code.
    """
    round_now = _open_for(code, measure)
    _check_items(measure, items)
    return _sealed(by, code, measure, round_now, items)


def _sealed(
    by: Principal, code: Code, measure: Measure, round_now: Round, items: Sequence[int | None]
) -> Answer:
    place = queries.place_of(measure, code.pk, round_now.when)
    row: Answer
    row, created = Answer.objects.update_or_create(
        council=by.council,
        measure=measure,
        code=code,
        when=round_now.when,
        defaults={"sealed": seal(items, place), "mark": new_token()[:32]},
    )
    record(by, "evaluation.answer", measure, when=round_now.when, again=not created)
    return row


def _check_items(measure: Measure, items: Sequence[int | None]) -> None:
    try:
        measure.instrument.score(items)
    except ValueError:
        raise Invalid(gettext_lazy("Choose one of the answers.")) from None
    if all(item is None for item in items):
        raise Invalid(gettext_lazy("Answer one question at least."))
    low, high = measure.instrument.lowest, measure.instrument.highest
    if any(item is not None and not low <= item <= high for item in items):
        raise Invalid(gettext_lazy("Choose one of the answers."))


@action("evaluation.answer", on="code")
def ask_for_reminder(*, by: Principal, code: Code, email: str) -> Reminder:
    """Where to write when there are questions. The address is not tied to the code."""
    reminder: Reminder
    reminder, _created = Reminder.objects.get_or_create(
        council=by.council,
        pilot=code.pilot,
        email=email.strip().casefold(),
        defaults={"stop": new_token()},
    )
    record(by, "evaluation.ask_for_reminder", code.pilot)
    return reminder


def stop_reminder(*, council: Council, token: str) -> bool:
    """No more mails: whoever has the link of the mail may say so. Whether there were any."""
    with transaction.atomic():
        row = queries.reminder_by_token(council, token)
        if row is None:
            return False
        record(system(council), "evaluation.stop_reminder", row.pilot)
        row.delete()
    return True


@action("evaluation.answer", on="code")
def withdraw_answers(*, by: Principal, code: Code) -> int:
    """Deletes all answers of a code, in every round. Figures worked out before stay."""
    if code.withdrawn:
        raise Conflict(gettext_lazy("Your answers have been deleted already."))
    removed, _by_model = Answer.objects.filter(code=code).delete()
    code.withdrawn, code.agreed = True, False
    code.save(update_fields=["withdrawn", "agreed"])
    record(by, "evaluation.withdraw_answers", code.pilot)
    return removed


def seal_anew(*, council: Council) -> int:
    """After a change of the secret key: seals with the new one what an earlier one had sealed.
    Run daily; harmless to repeat. How many answers."""
    changed = 0
    for key in Answer.objects.filter(council=council).values_list("pk", flat=True).iterator():
        with transaction.atomic():
            row = (
                Answer.objects.select_for_update(no_key=True).select_related("measure").get(pk=key)
            )
            place = queries.place_of(row.measure, row.code_id, row.when)
            kept = bytes(row.sealed)
            if is_of_today(kept, place):
                continue
            row.sealed = seal(unseal(kept, place), place)
            row.save(update_fields=["sealed"])
            changed += 1
    if changed:
        record(system(council), "evaluation.seal_anew", rows=changed)
    return changed


# --- evaluating --------------------------------------------------------------------------------
@action("evaluation.evaluate", on="pilot")
def evaluate(*, by: Principal, pilot: Pilot) -> Evaluation:
    """Works the figures out; again as often as wanted, until the council is asked.

    What has been shown stands until five answers or more are new; see `standing`.
    """
    evaluation = Evaluation.objects.select_for_update(no_key=True).filter(pilot=pilot).first()
    if evaluation is not None and evaluation.status != Evaluation.Status.DRAFT:
        raise Conflict(gettext_lazy("The evaluation has been handed in already."))
    if queries.open_round(pilot) is not None:
        raise Conflict(gettext_lazy("Close the round first. Then the figures stand still."))
    evaluation = evaluation or Evaluation(
        council=by.council, pilot=pilot, is_example=pilot.is_example
    )
    evaluation.sign(by)
    evaluation.results = _worked_out(by, pilot, When.AFTER, evaluation.results)
    evaluation.later = _in_other_rounds(by, pilot, evaluation.later)
    evaluation.evaluated_at = clock.now()
    evaluation.save()
    _ask_parties(evaluation)
    record(by, "evaluation.evaluate", evaluation, measures=len(evaluation.results))
    return evaluation


def _worked_out(
    by: Principal, pilot: Pilot, when: str, earlier: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The figures of every measure from before to a round. Those that were shown stand, unless
    the new ones tell nobody apart."""
    known = {kept["measure"]: kept for kept in earlier if kept.get("when", When.AFTER) == when}
    return [
        {"measure": measure.pk, "when": when} | _figures(by, measure, when, known.get(measure.pk))
        for measure in queries.measures(pilot)
    ]


def _figures(
    by: Principal, measure: Measure, when: str, earlier: dict[str, Any] | None
) -> dict[str, Any]:
    new = stored.figures(queries.opened(measure, when), measure.instrument)
    compared = not new["hidden"] and new["comparison"] is not None
    behind = queries.behind(measure, when, compared=compared)
    shown = queries.shown_before(measure, when)
    stood = earlier if earlier is not None and not earlier["hidden"] else None
    if behind in shown[-1:] and stood is not None:
        return {**stood, "stands": ""}
    if shown and (new["hidden"] or not nobody_is_told_apart(shown, behind)):
        return {**(stood or {"hidden": True}), "stands": "few" if stood else ""}
    if not new["hidden"]:
        Shown.objects.create(
            council=by.council, measure=measure, when=when, behind=behind.kept(), at=clock.now()
        )
    return new


def _in_other_rounds(
    by: Principal, pilot: Pilot, earlier: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """From before to the rounds along the way and some time after, where there were any."""
    opened = queries.rounds(pilot)
    others = [when for when in (When.DURING, When.FOLLOWUP) if when in opened]
    return [kept for when in others for kept in _worked_out(by, pilot, when, earlier)]


@action("evaluation.evaluate", on="evaluation")
def evaluate_later(*, by: Principal, evaluation: Evaluation) -> Evaluation:
    """Works out what the round some time after says. What the council was told stays as it is."""
    pilot = evaluation.pilot
    if When.FOLLOWUP not in queries.rounds(pilot):
        raise Conflict(gettext_lazy("Nobody has been asked some time after yet."))
    if queries.open_round(pilot) is not None:
        raise Conflict(gettext_lazy("Close the round first. Then the figures stand still."))
    evaluation.later = _in_other_rounds(by, pilot, evaluation.later)
    evaluation.save()
    record(by, "evaluation.evaluate_later", evaluation, measures=len(evaluation.later))
    return evaluation


def _ask_parties(evaluation: Evaluation) -> None:
    """Each party gets its place; what it has told already stays."""
    for actor, expected in queries.expected_gains(evaluation.pilot).items():
        AddedValue.objects.update_or_create(
            council=evaluation.council,
            evaluation=evaluation,
            actor_id=actor,
            defaults={"expected": expected},
        )


@action("evaluation.evaluate", on="evaluation")
def write_evaluation(
    *,
    by: Principal,
    evaluation: Evaluation,
    summary: str = "",
    lessons: Sequence[str] = (),
    participants: int | None = None,
    cost_dkk: int | None = None,
    hours: Mapping[str, int | None] | None = None,
    seen: int | None = None,
) -> Evaluation:
    """What figures alone do not tell: in short, lessons, cost, hours by sector."""
    if evaluation.status != Evaluation.Status.DRAFT:
        raise Conflict(gettext_lazy("The evaluation has been handed in already."))
    evaluation.summary = summary.strip()
    evaluation.lessons = [" ".join(text.split()) for text in lessons if text.strip()]
    evaluation.participants, evaluation.cost_dkk = participants, cost_dkk
    evaluation.hours = {
        sector: value
        for sector in queries.SECTORS
        if (value := (hours or {}).get(sector)) is not None
    }
    evaluation.save()
    record(by, "evaluation.write_evaluation", evaluation, lessons=len(evaluation.lessons))
    return evaluation


@action("evaluation.tell_value", on="value")
def tell_value(
    *,
    by: Principal,
    value: AddedValue,
    got: str,
    rating: int | None = None,
    seen: int | None = None,
) -> AddedValue:
    """What a party itself says that it got out of it, until the council has decided."""
    if value.evaluation.status == Evaluation.Status.DECIDED:
        raise Conflict(gettext_lazy("The council has decided. It can no longer be changed."))
    if not got.strip():
        raise Invalid(gettext_lazy("Write something here."), field="got")
    if rating is not None and not 1 <= rating <= 5:
        raise Invalid(gettext_lazy("Choose a number from 1 to 5."), field="rating")
    value.got, value.rating = got.strip(), rating
    value.sign(by)
    value.save()
    record(by, "evaluation.tell_value", value, evaluation=value.evaluation_id)
    return value


# --- the verdict -------------------------------------------------------------------------------
@action("evaluation.propose", on="evaluation")
def propose_verdict(*, by: Principal, evaluation: Evaluation, reason: str = "") -> AgendaItem:
    """Puts the evaluation before the council; from here on its figures stand.

    The timeline shows the reason, or the evaluation in short.
    """
    pilot = evaluation.pilot
    if evaluation.status == Evaluation.Status.DECIDED:
        raise Conflict(gettext_lazy("The council has decided already."))
    if not pilot.is_over:
        raise Conflict(gettext_lazy("End the pilot first."))
    if evaluation.status == Evaluation.Status.PROPOSED and not _was_withdrawn(evaluation):
        raise Conflict(gettext_lazy("It is before the council already."))
    challenge = locked(pilot.challenge)
    if challenge.step == Step.PILOTING:
        said = reason.strip() or evaluation.summary
        advance(by=by, challenge=challenge, to=Step.EVALUATED, reason=said)
    elif challenge.step != Step.EVALUATED:
        raise Conflict(
            gettext_lazy("The challenge is at another step by now. Load the page again.")
        )
    evaluation.status = Evaluation.Status.PROPOSED
    evaluation.save()
    evaluation.item = _agenda_item(by, evaluation)
    evaluation.save(update_fields=["item"])
    record(by, "evaluation.propose_verdict", evaluation, item=evaluation.item.pk)
    return evaluation.item


def _was_withdrawn(evaluation: Evaluation) -> bool:
    item = item_on(evaluation, AgendaItem.Kind.VERDICT)
    return item is None or item.state == AgendaItem.State.WITHDRAWN


def _agenda_item(by: Principal, evaluation: Evaluation) -> AgendaItem:
    with translation.override("en"):
        title_en = _title(evaluation)
    with translation.override("da"):
        return put_on_agenda(
            by=by,
            title=_title(evaluation),
            title_en=title_en,
            text=_brief(evaluation),
            kind=AgendaItem.Kind.VERDICT,
            subject=evaluation,
            url=_page(evaluation),
            is_example=evaluation.is_example,
        )


def _title(evaluation: Evaluation) -> str:
    return _("What next with “%(title)s”?") % {"title": evaluation.pilot.title}


def _brief(evaluation: Evaluation) -> str:
    """One page before the meeting: what was found, in sentences."""
    parts = [evaluation.summary]
    for one in queries.shown(evaluation):
        text = " ".join(one.sentences) or _(
            "Too few answers to show anything without somebody being recognised."
        )
        parts.append(f"{one.measure.title}: {text}")
    parts += [f"- {lesson}" for lesson in evaluation.lessons]
    return "\n\n".join(part for part in parts if part)[:8000]


@action("evaluation.adopt", on="evaluation")
def adopt_verdict(*, by: Principal, evaluation: Evaluation) -> Evaluation:
    """Takes over what the council decided, once it is public."""
    if evaluation.status == Evaluation.Status.DECIDED:
        raise Conflict(gettext_lazy("The verdict has been taken over already."))
    decision = _public(decision_on(evaluation))
    evaluation.status, evaluation.decision = Evaluation.Status.DECIDED, decision
    evaluation.verdict = Verdict(decision.outcome)
    evaluation.verdict_reason = "" if decision.item.is_closed else decision.text
    evaluation.decided_at = clock.now()
    evaluation.save()
    note(
        by=by,
        challenge=evaluation.pilot.challenge,
        message=ADOPTED[evaluation.verdict],
        reason=evaluation.verdict_reason,
        href=_page(evaluation),
    )
    record(by, "evaluation.adopt_verdict", evaluation, verdict=evaluation.verdict)
    return evaluation


def _public(decision: Decision | None) -> Decision:
    if decision is None:
        raise Conflict(gettext_lazy("The council has not decided yet."))
    if not decision.is_public:
        raise Conflict(gettext_lazy("The council has decided, but has not published it yet."))
    return decision
