from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from samskab.civic.commons.actors.queries import actors_of
from samskab.civic.commons.council.models import Decision
from samskab.civic.commons.council.queries import decision_on
from samskab.civic.commons.initiatives.models import Coordination
from samskab.civic.commons.initiatives.queries import coordinations
from samskab.civic.foundation.core.actions import may
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.challenges.models import Challenge, Party
from samskab.civic.journey.challenges.queries import in_sight
from samskab.civic.journey.coalitions.queries import gains
from samskab.civic.journey.evaluation import stored
from samskab.civic.journey.evaluation.drawing import Picture, number, percent, picture, signed
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
    When,
)
from samskab.civic.journey.evaluation.sealed import code_digests, unseal
from samskab.civic.journey.evaluation.standing import KINDS, Behind
from samskab.civic.journey.pilots.models import Pilot
from samskab.civic.journey.pilots.queries import parties
from samskab.engine import evidence


# --- measuring ---------------------------------------------------------------------------------
def by_code(council: Council, typed: str) -> Code | None:
    """The code that a person typed, or that their link holds."""
    rows = Code.objects.filter(council=council, digest__in=code_digests(typed))
    return rows.select_related("pilot").first()


def open_round(pilot: Pilot) -> Round | None:
    return Round.objects.filter(pilot=pilot, closed=None).first()


def rounds(pilot: Pilot) -> dict[str, Round]:
    return {row.when: row for row in Round.objects.filter(pilot=pilot)}


def measures(pilot: Pilot) -> list[Measure]:
    return list(Measure.objects.filter(pilot=pilot))


def own_items(code: Code, measure: Measure, when: str) -> list[int | None]:
    """What this code has answered: for nobody but the person who holds it."""
    row = Answer.objects.filter(code=code, measure=measure, when=when).first()
    if row is None:
        return [None] * measure.instrument.items
    return list(unseal(bytes(row.sealed), place_of(measure, code.pk, when)))


def progress(code: Code, when: str) -> dict[int, int]:
    """How many questions this code has answered of each measure in a round."""
    rows = Answer.objects.filter(code=code, when=when).select_related("measure")
    return {
        row.measure_id: sum(
            item is not None
            for item in unseal(bytes(row.sealed), place_of(row.measure, code.pk, when))
        )
        for row in rows
    }


def reminder_by_token(council: Council, token: str) -> Reminder | None:
    """Where somebody has asked to be reminded, by the link in the mail."""
    return Reminder.objects.filter(council=council, stop=token).first() if token else None


def answer_counts(pilot: Pilot) -> dict[tuple[int, str], int]:
    """How many answers each measure has in each round: (measure, round) → number."""
    rows = Answer.objects.filter(measure__pilot=pilot).values_list("measure_id", "when")
    found = rows.annotate(n=Count("pk")).order_by()
    return {(measure, when): n for measure, when, n in found}


def place_of(measure: Measure, code_id: int, when: str) -> str:
    """What a sealed answer is bound to."""
    return f"{measure.council_id}:{measure.pk}:{code_id}:{when}"


def opened(measure: Measure, when: str = When.AFTER) -> list[evidence.Answer]:
    """The answers before and in another round, to be added up at once and not kept."""
    return [
        evidence.Answer(
            code=str(code),
            round="before" if at == When.BEFORE else "after",
            items=unseal(bytes(sealed), place_of(measure, code, at)),
            group=group,
        )
        for code, group, at, sealed in _answers(measure, when, "sealed")
    ]


def _answers(measure: Measure, when: str, what: str) -> Any:
    """Code, group, round and one more column, in one order: drawing with a seed depends on it."""
    rows = Answer.objects.filter(measure=measure, when__in=(When.BEFORE, when))
    return rows.order_by("code_id", "when").values_list("code_id", "code__group", "when", what)


def behind(measure: Measure, when: str, *, compared: bool) -> Behind:
    """Who stands behind the figures of a measure: marks of who answered what, not legible."""
    given: dict[tuple[int, str], dict[str, str]] = {}
    for code, group, at, mark in _answers(measure, when, "mark"):
        given.setdefault((code, group), {})[at] = mark
    parts: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for (code, group), rounds_ in given.items():
        if group == Group.COMPARISON and not compared:
            continue
        kind = "single" if len(rounds_) < 2 else group
        parts[kind].add(_mark(measure, code, rounds_))
    return Behind(*(frozenset(parts[kind]) for kind in KINDS))


# Ten digits of a hash can look like a CPR number, which no row takes: letters only.
LETTERS = str.maketrans("0123456789", "ghijklmnop")


def _mark(measure: Measure, code: int, rounds_: dict[str, str]) -> str:
    """The marks of the answers are random, so that nobody can guess what this was made of."""
    digest = sha256(f"{measure.pk}:{code}".encode())
    for at in sorted(rounds_):
        digest.update(f"{at}:{rounds_[at]}".encode())
    return digest.hexdigest()[:20].translate(LETTERS)


def shown_before(measure: Measure, when: str) -> list[Behind]:
    """Who stood behind the figures that have been shown."""
    rows = Shown.objects.filter(measure=measure, when=when)
    return [Behind.read(row.behind) for row in rows]


def expected_gains(pilot: Pilot) -> dict[int, str]:
    """What each party said that it wanted, by actor: when it joined, else in the coalition."""
    said = {actor.pk: text for actor, text in gains(pilot.agreement.proposal).items()}
    joined = Party.objects.filter(challenge=pilot.challenge_id).values_list(
        "actor_id", "expected_gain"
    )
    said |= {actor: text for actor, text in joined if text}
    return {actor.pk: said.get(actor.pk, "") for actor in parties(pilot)}


# --- reading an evaluation ---------------------------------------------------------------------
def evaluations(by: Principal) -> QuerySet[Evaluation]:
    """Those that everybody may read, of the challenges that this person may see."""
    rows = Evaluation.objects.filter(in_sight(by, "pilot__challenge"), council=by.council)
    return rows.exclude(status=Evaluation.Status.DRAFT).select_related("pilot__challenge")


def filtered(rows: QuerySet[Evaluation], *, verdict: str = "") -> QuerySet[Evaluation]:
    return rows.filter(verdict=verdict) if verdict else rows


def evaluation_of(challenge: Challenge) -> Evaluation | None:
    """The newest evaluation of a challenge."""
    rows = Evaluation.objects.filter(pilot__challenge=challenge)
    found = rows.select_related("pilot", "decision__item").order_by("-pk").first()
    if found is not None:
        found.pilot.challenge = challenge
    return found


def published_decision(evaluation: Evaluation) -> Decision | None:
    """What the council has decided and made public, adopted here or not yet."""
    found = decision_on(evaluation)
    return found if found is not None and found.is_public else None


def values(evaluation: Evaluation) -> list[AddedValue]:
    return list(AddedValue.objects.filter(evaluation=evaluation).select_related("actor"))


def own_values(by: Principal, evaluation: Evaluation) -> set[int]:
    """The keys of the values that this person can tell about."""
    mine = AddedValue.objects.filter(evaluation=evaluation, actor__in=actors_of(by))
    return set(mine.values_list("pk", flat=True)) if by.signed_in else set()


def language() -> Any:
    return "en" if (get_language() or "da").startswith("en") else "da"


@dataclass(frozen=True)
class Drawn:
    """What one measure shows: sentences, picture and the same numbers as a table."""

    measure: Measure
    hidden: bool
    sentences: tuple[str, ...] = ()
    picture: Picture | None = None
    rows: tuple[tuple[str, str], ...] = ()
    changes: tuple[str, ...] = ()
    label: str = ""
    stands: str = ""


def shown(evaluation: Evaluation) -> list[Drawn]:
    """Every measure of the evaluation, then what the other rounds say. One statement."""
    known = {measure.pk: measure for measure in measures(evaluation.pilot)}
    return [
        _shown(known[kept["measure"]], kept)
        for kept in (*evaluation.results, *evaluation.later)
        if kept["measure"] in known
    ]


def _shown(measure: Measure, kept: dict[str, Any]) -> Drawn:
    when = kept.get("when", When.AFTER)
    label = "" if when == When.AFTER else str(When(when).label)
    if kept["hidden"]:
        return Drawn(measure, hidden=True, label=label)
    found, spread = stored.read(kept, measure.instrument), stored.marks_of(kept)
    return Drawn(
        measure,
        hidden=False,
        label=label,
        stands=kept.get("stands", ""),
        sentences=evidence.evaluation_sentences(found, language()),
        picture=picture(found, spread),
        rows=tuple(_rows(found)),
        changes=tuple(
            _("%(n)s people: %(change)s") % {"n": mark.people, "change": signed(mark.change)}
            for mark in spread
        ),
    )


def _rows(found: evidence.Evaluation) -> list[tuple[str, str]]:
    change, improved, bounds = found.change, found.improved, found.bounds
    rows = [
        (_("Answered before"), str(found.n_before)),
        (_("Answered after"), str(found.n_after)),
        (_("Answered both times"), str(found.n_paired)),
        (_("Typical change"), signed(change.estimate)),
        (_("It may lie from"), signed(change.low)),
        (_("It may lie up to"), signed(change.high)),
        (_("How sure that is"), percent(change.level)),
        (_("Smallest change that counts"), number(found.threshold)),
        (_("Got better"), f"{improved.count} / {improved.total}"),
        (_("Share that got better"), percent(improved.share)),
        (_("The share may lie from"), percent(improved.low)),
        (_("The share may lie up to"), percent(improved.high)),
    ]
    if bounds.missing:
        rows += [
            (_("Answered before only"), str(bounds.missing)),
            (_("Typical change if they fared the worst"), signed(bounds.change_low)),
            (_("Typical change if they fared the best"), signed(bounds.change_high)),
        ]
    return rows + _compared(found.comparison)


def _compared(group: evidence.Comparison | None) -> list[tuple[str, str]]:
    if group is None:
        return []
    return [
        (_("Comparison group: answered both times"), str(group.n_paired)),
        (_("Comparison group: typical change"), signed(group.change.estimate)),
        (_("Difference in change"), signed(group.difference.estimate)),
        (_("The difference may lie from"), signed(group.difference.low)),
        (_("The difference may lie up to"), signed(group.difference.high)),
    ]


def as_data(evaluation: Evaluation) -> list[dict[str, Any]]:
    """The figures for programs: the same as on the page, and as little where few answered."""
    known = {measure.pk: measure for measure in measures(evaluation.pilot)}
    kept_rows = [
        kept for kept in (*evaluation.results, *evaluation.later) if kept["measure"] in known
    ]
    return [
        {
            "measure": one.measure.title,
            "round": kept.get("when", When.AFTER),
            "hidden": one.hidden,
            "n_paired": kept.get("n_paired"),
            "change": kept.get("change"),
            "improved": kept.get("improved"),
            "sentences": list(one.sentences),
        }
        for kept in kept_rows
        for one in [_shown(known[kept["measure"]], kept)]
    ]


def took_part(evaluation: Evaluation) -> int | None:
    """How many took part, where it is no handful."""
    number = evaluation.participants
    return number if number is not None and number >= stored.SMALLEST else None


def price_for_each(evaluation: Evaluation) -> int | None:
    """Whole kroner for each who took part; None where one of the numbers is missing or small."""
    number = took_part(evaluation)
    if number is None or evaluation.cost_dkk is None:
        return None
    return (2 * evaluation.cost_dkk + number) // (2 * number)


def freed(pilot: Pilot) -> list[Coordination]:
    """Double work that the parties have settled since the challenge was raised, with the hours
    a year that it frees."""
    mine = parties(pilot).values("pk")
    rows = coordinations(pilot.council).filter(
        Q(overlap__a__actor__in=mine) | Q(overlap__b__actor__in=mine),
        status=Coordination.Status.DECIDED,
        decided__gte=pilot.challenge.created,
        hours_freed__gt=0,
    )
    return list(rows.order_by("-hours_freed", "-pk")[:20])


def consent() -> list[str]:
    """What a person is told before answering, as on the page."""
    return [
        _("It is up to you. You can stop when you like."),
        _(
            "We ask for no name. Your answers are locked away. Nobody can read what you alone"
            " answered."
        ),
        _(
            "We only show numbers for many people together, and only when at least five have"
            " answered."
        ),
        _("You can change your answers until the round is closed."),
        _(
            "With your code you can have your answers deleted. Numbers that are worked out already"
            " stay."
        ),
        _("Your answers are deleted a year after the figures were worked out."),
    ]


def what_it_took(evaluation: Evaluation, freed: Sequence[Coordination]) -> list[tuple[str, str]]:
    """Money, people and hours, each with its name. The hours of each sector, and those that
    settled double work frees."""
    hours = [(str(_sector(key)), n) for key, n in evaluation.hours.items() if n]
    rows: list[tuple[str, int | None]] = [
        (_("Kroner"), evaluation.cost_dkk),
        (_("How many took part"), took_part(evaluation)),
        (_("Kroner for each who took part"), price_for_each(evaluation)),
        *[(_("Hours: %(sector)s") % {"sector": name}, n) for name, n in hours],
        (_("Hours in all"), sum(n for _name, n in hours) or None),
        (_("Hours freed a year"), sum(case.hours_freed or 0 for case in freed) or None),
    ]
    return [
        (name, str(number_format(value, force_grouping=True)))
        for name, value in rows
        if value is not None
    ]


def _sector(key: str) -> str:
    return {
        "civil": _("Associations"),
        "business": _("Companies"),
        "public": _("The public sector"),
        "citizen": _("Citizens"),
    }[key]


SECTORS = ("civil", "business", "public", "citizen")


# --- parts of other pages ----------------------------------------------------------------------
def of_challenge(by: Principal, challenge: Challenge) -> dict[str, Any] | None:
    """What the page of a challenge shows; None before somebody has looked at how it went."""
    evaluation = evaluation_of(challenge)
    if evaluation is None or not may(by, "evaluation.see", evaluation):
        return None
    return {
        "evaluation": evaluation,
        "shown": shown(evaluation),
        "decision": published_decision(evaluation) if evaluation.is_public else None,
    }


def of_pilot(by: Principal, pilot: Pilot) -> dict[str, Any] | None:
    """What the page of a pilot shows: how it is measured, and how it went."""
    known = measures(pilot)
    evaluation = Evaluation.objects.filter(pilot=pilot).first()
    if evaluation is not None and not may(by, "evaluation.see", evaluation):
        evaluation = None
    can_measure = may(by, "evaluation.measure", pilot)
    if not known and not can_measure and evaluation is None:
        return None
    round_now = open_round(pilot)
    return {
        "pilot": pilot,
        "measures": known,
        "open": round_now,
        "evaluation": evaluation,
        "can_measure": can_measure,
    }
