from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from samskab.civic.commons.actors.actions import register_actor
from samskab.civic.commons.actors.models import Actor, Category, today
from samskab.civic.commons.initiatives import actions, queries
from samskab.civic.commons.initiatives.models import Coordination, Initiative, Overlap
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from tests import cast

Run = Callable[..., Initiative]
Word = Callable[[str, str], Category]
SOON = timedelta(days=90)


# --- registering -------------------------------------------------------------------------------
def test_its_people_register_what_they_do(
    organisation: Actor, representative: Principal, word: Word
) -> None:
    young = word("target_group", "Unge")
    row = actions.register_initiative(
        by=representative, actor=organisation, name=" Klub ", text="Hygge.", target_groups=[young]
    )
    assert (row.name, row.slug, row.confirmed_on) == ("Klub", "klub", today())
    assert list(row.target_groups.all()) == [young]
    assert sorted(row.words.values_list("word", flat=True)) == sorted(
        set(queries.terms_of("Klub\nHygge."))
    )
    assert LogEntry.objects.first().verb == "initiatives.register_initiative"  # type: ignore[union-attr]


def test_others_neither_register_nor_change_initiatives(
    organisation: Actor,
    shelter: Initiative,
    participant: Principal,
    facilitator: Principal,
    owner: Principal,
    outsider: Principal,
) -> None:
    tries: list[Callable[[Principal], Any]] = [
        lambda by: actions.register_initiative(by=by, actor=organisation, name="Kapret"),
        lambda by: actions.edit_initiative(by=by, initiative=shelter, name="Kapret"),
        lambda by: actions.confirm_initiative(by=by, initiative=shelter),
    ]
    for attempt in tries:
        for by in (participant, facilitator, owner):
            with pytest.raises(NotAllowed):
                attempt(by)
        with pytest.raises(NotFound):
            attempt(outsider)
    assert list(Initiative.objects.values_list("name", flat=True)) == ["Varmestuen"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"since": 25}, "since"),
        ({"until": 99999}, "until"),
        ({"since": 2020, "until": 2019}, "until"),
        ({"funding_dkk": -1}, "funding_dkk"),
        ({"hours_a_year": -1}, "hours_a_year"),
    ],
)
def test_what_makes_no_sense_is_refused(
    representative: Principal, organisation: Actor, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_initiative(
            by=representative, actor=organisation, **{"name": "Klub", **given}
        )
    assert error.value.field == field
    assert Initiative.objects.count() == 0


def test_a_word_of_another_kind_is_refused(
    representative: Principal, organisation: Actor, word: Word
) -> None:
    with pytest.raises(Invalid) as error:
        actions.register_initiative(
            by=representative,
            actor=organisation,
            name="Klub",
            activities=[word("target_group", "Unge")],
        )
    assert error.value.field == "activities"
    assert Initiative.objects.count() == 0


def test_an_actor_has_one_initiative_of_a_name_and_each_its_own_slug(
    shelter: Initiative, neighbour: Actor, run: Run
) -> None:
    with pytest.raises(Invalid) as error:
        run(shelter.actor, "Varmestuen")
    assert error.value.field == "name"
    assert run(neighbour, "Varmestuen").slug == "varmestuen-2"
    assert Initiative.objects.count() == 2


def test_editing_files_the_new_words_and_confirms(
    shelter: Initiative, representative: Principal
) -> None:
    Initiative.objects.update(confirmed_on=date(2020, 1, 1))
    row = actions.edit_initiative(
        by=representative, initiative=shelter, name="Cykelværksted", seen=shelter.version
    )
    assert row.confirmed_on == today()
    assert set(row.words.values_list("word", flat=True)) == set(queries.terms_of("Cykelværksted"))
    assert row.target_groups.count() == 0
    with pytest.raises(Conflict):
        actions.edit_initiative(
            by=representative, initiative=shelter, name="Andet", seen=shelter.version
        )
    assert Initiative.objects.get().name == "Cykelværksted"


def test_an_initiative_is_fresh_after_one_click(
    shelter: Initiative, representative: Principal
) -> None:
    shelter.confirmed_on = today() - timedelta(days=366)
    shelter.save()
    assert shelter.is_stale
    assert not actions.confirm_initiative(by=representative, initiative=shelter).is_stale
    logged = LogEntry.objects.count()
    actions.confirm_initiative(by=representative, initiative=shelter)
    assert LogEntry.objects.count() == logged


# --- finding overlaps --------------------------------------------------------------------------
def test_two_that_do_the_same_for_the_same_people_are_found_with_reasons(pair: Overlap) -> None:
    assert (pair.a.name, pair.b.name) == ("Varmestuen", "Friheden")
    assert pair.strength > 0.8
    assert pair.status == Overlap.Status.OPEN
    assert "Samme målgruppe: Hjemløse." in pair.sentences
    assert "Samme aktivitet: Værested." in pair.sentences


def test_saving_an_initiative_finds_its_own_overlaps_in_the_background(
    shelter: Initiative,
    neighbour: Actor,
    run: Run,
    secretariat: Principal,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        house = run(neighbour, "Friheden", groups=["Hjemløse"], doing=["Værested"])
    row = Overlap.objects.get()
    assert (row.a, row.b) == (shelter, house)
    with django_capture_on_commit_callbacks(execute=True):
        actions.edit_initiative(by=secretariat, initiative=house, name="Cykelværksted")
    assert Overlap.objects.count() == 0


def test_a_deleted_initiative_is_no_trouble_for_the_task(shelter: Initiative) -> None:
    key = shelter.pk
    shelter.delete()
    actions.refresh_overlaps.func(key)
    assert Overlap.objects.count() == 0


def test_finding_again_changes_nothing_when_nothing_has_changed(
    pair: Overlap, secretariat: Principal
) -> None:
    assert actions.find_overlaps(by=secretariat) == 1
    again = Overlap.objects.get()
    assert (again.pk, again.strength, again.reasons) == (pair.pk, pair.strength, pair.reasons)


def test_a_pair_that_is_no_longer_alike_goes_away(
    pair: Overlap, house: Initiative, secretariat: Principal
) -> None:
    actions.edit_initiative(by=secretariat, initiative=house, name="Cykelværksted")
    assert actions.find_overlaps(by=secretariat) == 0
    assert Overlap.objects.count() == 0


def test_what_has_ended_overlaps_with_nothing(
    pair: Overlap, house: Initiative, secretariat: Principal
) -> None:
    Initiative.objects.filter(pk=house.pk).update(until=today().year - 1)
    assert actions.find_overlaps(by=secretariat) == 0
    assert queries.similar(secretariat.council, "Værested for hjemløse")[0].initiative == pair.a


def test_only_the_secretariat_compares_everything(
    pair: Overlap, representative: Principal, facilitator: Principal, visitor: Principal
) -> None:
    for by in (representative, facilitator, visitor):
        for attempt in (actions.find_overlaps, actions.ask_for_overlaps):
            with pytest.raises(NotAllowed):
                attempt(by=by)


def test_one_council_does_not_see_what_another_overlaps_with(
    pair: Overlap, outsider: Principal
) -> None:
    assert actions.find_overlaps(by=outsider) == 0
    assert list(queries.overlaps(outsider.council)) == []
    assert queries.similar(outsider.council, "Værested for hjemløse") == []
    assert list(queries.overlaps(pair.council)) == [pair]


# --- judging a pair ----------------------------------------------------------------------------
def test_a_pair_marked_as_not_the_same_stays_away(
    pair: Overlap, representative: Principal, secretariat: Principal
) -> None:
    actions.mark_not_same(by=representative, overlap=pair, reason="Kun den ene har senge.")
    actions.find_overlaps(by=secretariat)
    assert list(queries.overlaps(pair.council)) == []
    hidden = queries.overlaps(pair.council, status="not_same").get()
    assert hidden.not_same_reason == "Kun den ene har senge."
    actions.look_again(by=secretariat, overlap=pair)
    assert list(queries.overlaps(pair.council)) == [pair]
    with pytest.raises(Conflict):
        actions.look_again(by=secretariat, overlap=pair)


def test_owners_of_either_and_the_secretariat_judge_and_others_do_not(
    pair: Overlap,
    representative: Principal,
    owner: Principal,
    secretariat: Principal,
    participant: Principal,
    facilitator: Principal,
    visitor: Principal,
    outsider: Principal,
) -> None:
    tries: list[Callable[[Principal], Any]] = [
        lambda by: actions.mark_not_same(by=by, overlap=pair, reason="Nej"),
        lambda by: actions.open_coordination(by=by, overlap=pair),
    ]
    for attempt in tries:
        for by in (participant, facilitator, visitor):
            with pytest.raises(NotAllowed):
                attempt(by)
        with pytest.raises(NotFound):
            attempt(outsider)
    for by in (representative, owner):
        with pytest.raises(NotAllowed):
            actions.look_again(by=by, overlap=pair)
    for by in (representative, owner, secretariat):
        assert actions.open_coordination(by=by, overlap=pair).overlap == pair
    assert Coordination.objects.count() == 1


def test_marking_takes_a_reason_and_no_open_case(pair: Overlap, secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.mark_not_same(by=secretariat, overlap=pair, reason="  ")
    assert error.value.field == "reason"
    actions.open_coordination(by=secretariat, overlap=pair)
    with pytest.raises(Conflict):
        actions.mark_not_same(by=secretariat, overlap=pair, reason="Nej")
    pair.refresh_from_db()
    assert pair.status == Overlap.Status.COORDINATING


def test_a_pair_marked_as_different_is_not_coordinated(
    pair: Overlap, secretariat: Principal
) -> None:
    actions.mark_not_same(by=secretariat, overlap=pair, reason="Nej")
    with pytest.raises(Conflict):
        actions.open_coordination(by=secretariat, overlap=pair)
    assert Coordination.objects.count() == 0


# --- coordination ------------------------------------------------------------------------------
def test_opening_a_case_twice_gives_one_case_and_one_mail_to_each_owner(
    pair: Overlap, representative: Principal, owner: Principal, secretariat: Principal
) -> None:
    before = Message.objects.count()
    first = actions.open_coordination(by=secretariat, overlap=pair)
    again = actions.open_coordination(by=secretariat, overlap=pair)
    assert first == again
    sent = Message.objects.order_by("pk")[before:]
    assert [message.to for message in sent] == sorted([representative.email, owner.email])
    assert sent[0].subject == "Skal vi samordne “Varmestuen” og “Friheden”?"
    assert f"/samordning/{first.pk}/" in sent[0].text


def test_a_case_survives_finding_anew_even_when_the_two_no_longer_look_alike(
    pair: Overlap, house: Initiative, secretariat: Principal
) -> None:
    case = actions.open_coordination(by=secretariat, overlap=pair)
    actions.edit_initiative(by=secretariat, initiative=house, name="Cykelværksted")
    actions.find_overlaps(by=secretariat)
    assert Coordination.objects.get() == case


def test_what_the_owners_decide_is_kept_and_counted(
    pair: Overlap, owner: Principal, secretariat: Principal
) -> None:
    case = actions.open_coordination(by=secretariat, overlap=pair)
    council, day = pair.council, today() + SOON
    assert queries.hours_freed(council) == 0
    decided = actions.settle_coordination(
        by=owner, coordination=case, choice="share", reason="En bil", hours_freed=120, follow_up=day
    )
    assert (decided.status, decided.choice, decided.follow_up) == ("decided", "share", day)
    assert queries.hours_freed(council) == 120
    assert Message.objects.latest("pk").subject == "Besluttet: “Varmestuen” og “Friheden”"
    assert "Det blev besluttet: Del det, vi har." in Message.objects.latest("pk").text
    actions.settle_coordination(
        by=owner, coordination=case, choice="keep_apart", reason="Nej alligevel", follow_up=day
    )
    assert queries.hours_freed(council) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"choice": "x"}, "choice"),
        ({"reason": " "}, "reason"),
        ({"hours_freed": -1}, "hours_freed"),
        ({"follow_up": None}, "follow_up"),
        ({"follow_up": date(2020, 1, 1)}, "follow_up"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(
    pair: Overlap, secretariat: Principal, given: dict[str, Any], field: str
) -> None:
    case = actions.open_coordination(by=secretariat, overlap=pair)
    good = {"choice": "merge", "reason": "R", "hours_freed": 1, "follow_up": today() + SOON}
    with pytest.raises(Invalid) as error:
        actions.settle_coordination(by=secretariat, coordination=case, **{**good, **given})
    assert error.value.field == field
    case.refresh_from_db()
    assert case.status == Coordination.Status.OPEN


def test_strangers_do_not_decide_and_a_stale_page_is_told(
    pair: Overlap, secretariat: Principal, participant: Principal, outsider: Principal
) -> None:
    case = actions.open_coordination(by=secretariat, overlap=pair)
    given: dict[str, Any] = {"choice": "merge", "reason": "R", "follow_up": today() + SOON}
    with pytest.raises(NotAllowed):
        actions.settle_coordination(by=participant, coordination=case, **given)
    with pytest.raises(NotFound):
        actions.settle_coordination(by=outsider, coordination=case, **given)
    seen = case.version
    actions.settle_coordination(by=secretariat, coordination=case, seen=seen, **given)
    with pytest.raises(Conflict):
        actions.settle_coordination(by=secretariat, coordination=case, seen=seen, **given)


# --- many at once ------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_initiative_one_overlap_and_one_case() -> None:
    council = cast.a_council("silkeborg", is_default=True)
    by = system(council)
    actor = register_actor(by=by, sector="civil", name="A")
    actions.register_initiative(
        by=by, actor=actor, name="Mad", text="Vi laver varm mad til ensomme"
    )

    def at_once(work: Callable[[], Any]) -> list[str]:
        def attempt(_number: int) -> str:
            try:
                work()
            except CivicError as error:
                return type(error).__name__
            finally:
                connection.close()
            return "done"

        with ThreadPoolExecutor(6) as pool:
            return sorted(pool.map(attempt, range(6)))

    text = "Vi laver varm mad til ensomme og ældre"
    made = at_once(
        lambda: actions.register_initiative(by=by, actor=actor, name="Mad igen", text=text)
    )
    assert made == ["Invalid"] * 5 + ["done"]
    assert Initiative.objects.count() == 2
    assert at_once(lambda: actions.find_overlaps(by=by, threshold=0.1)) == ["done"] * 6
    pair = Overlap.objects.get()
    assert at_once(lambda: actions.open_coordination(by=by, overlap=pair)) == ["done"] * 6
    assert Coordination.objects.count() == 1


# --- words that mean the same ------------------------------------------------------------------
def test_words_of_the_place_make_two_alike_that_were_not(
    run: Run, organisation: Actor, neighbour: Actor, secretariat: Principal
) -> None:
    run(organisation, "Væggen", doing=["Klatrevæg"])
    run(neighbour, "Blokken", doing=["Bouldering"])
    assert actions.find_overlaps(by=secretariat) == 0
    row = actions.add_synonyms(by=secretariat, kind="what", words=" bouldering ,klatrevæg,")
    assert row.words == "bouldering, klatrevæg"
    assert actions.find_overlaps(by=secretariat) == 1
    actions.remove_synonyms(by=secretariat, synonyms=row)
    assert actions.find_overlaps(by=secretariat) == 0


@pytest.mark.parametrize(
    ("kind", "words", "field"),
    [("what", "kor", "words"), ("what", "kor, kor", "words"), ("when", "kor, sang", "kind"),
     ("what", "kor, -", "words"), ("what", f"kor, {'a' * 300}", "words")],
)  # fmt: skip
def test_words_that_make_no_set_are_refused(
    secretariat: Principal, kind: str, words: str, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        actions.add_synonyms(by=secretariat, kind=kind, words=words)
    assert caught.value.field == field
    assert not queries.synonyms(secretariat.council).exists()


def test_the_same_words_twice_are_told_and_others_may_not_add_or_remove(
    secretariat: Principal, representative: Principal, facilitator: Principal, outsider: Principal
) -> None:
    row = actions.add_synonyms(by=secretariat, kind="what", words="kor, sangerne")
    with pytest.raises(Invalid):
        actions.add_synonyms(by=secretariat, kind="what", words="kor, sangerne")
    for by in (representative, facilitator):
        with pytest.raises(NotAllowed):
            actions.add_synonyms(by=by, kind="what", words="a, b")
        with pytest.raises(NotAllowed):
            actions.remove_synonyms(by=by, synonyms=row)
    with pytest.raises((NotFound, NotAllowed)):
        actions.remove_synonyms(by=outsider, synonyms=row)
    assert queries.synonyms(secretariat.council).count() == 1


# --- groups ------------------------------------------------------------------------------------
def test_three_that_overlap_with_each_other_make_a_group_and_a_chain_does_not(
    run: Run, neighbour: Actor, secretariat: Principal
) -> None:
    rows = [
        run(neighbour, f"Varmestue {at}", "Værested for hjemløse", groups=["Hjemløse"],
            doing=["Værested"])
        for at in range(3)
    ]  # fmt: skip
    run(neighbour, "Koret", "Vi synger", groups=["Voksne"], doing=["Korsang"])
    actions.find_overlaps(by=secretariat)
    (cluster,) = queries.clusters(secretariat.council)
    assert [row.name for row in cluster.initiatives] == [row.name for row in rows]
    assert 50 <= cluster.weakest <= 100
    pair = Overlap.objects.get(a=rows[0], b=rows[2])
    actions.mark_not_same(by=secretariat, overlap=pair, reason="Den ene er kun for kvinder.")
    assert queries.clusters(secretariat.council) == []
