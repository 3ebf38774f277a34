from __future__ import annotations

import hashlib
from typing import Any

import pytest

from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.core.queries import verify_log
from samskab.civic.journey.challenges import actions as challenges
from samskab.civic.journey.challenges.models import Challenge, Party, TimelineEntry
from samskab.civic.journey.inquiry import actions, queries
from samskab.civic.journey.inquiry.models import Cause, Inquiry, Participant, Statement, Vote
from samskab.civic.journey.inquiry.queries import Voter
from tests.journey.inquiry.conftest import Enter, numbers

pytestmark = pytest.mark.django_db


def last_log(verb: str) -> LogEntry:
    return LogEntry.objects.filter(verb=verb).order_by("-seq")[0]


# --- beginning and ending ----------------------------------------------------------------------
def test_opening_moves_the_challenge_to_exploring_and_tells_it(
    open_challenge: Challenge, facilitator: Principal
) -> None:
    inquiry = actions.open_inquiry(
        by=facilitator,
        challenge=open_challenge,
        question=" Hvad mangler? ",
        reason="Nu går vi i gang",
    )
    open_challenge.refresh_from_db()
    assert (open_challenge.step, inquiry.status, inquiry.question) == (
        "exploring",
        "open",
        "Hvad mangler?",
    )
    entry = TimelineEntry.objects.filter(challenge=open_challenge).order_by("-pk")[0]
    assert entry.reason == "Nu går vi i gang"
    assert last_log("inquiry.open_inquiry").who == f"user:{facilitator.user_id}"


@pytest.mark.parametrize("role", ["visitor", "participant", "representative", "member"])
def test_only_those_who_facilitate_open(
    role: str, open_challenge: Challenge, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        actions.open_inquiry(by=request.getfixturevalue(role), challenge=open_challenge)
    assert not Inquiry.objects.exists()


def test_somebody_from_another_council_finds_nothing(
    open_challenge: Challenge, outsider: Principal
) -> None:
    with pytest.raises(NotFound):
        actions.open_inquiry(by=outsider, challenge=open_challenge)


def test_an_inquiry_opens_once(inquiry: Inquiry, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        actions.open_inquiry(by=facilitator, challenge=inquiry.challenge)
    assert Inquiry.objects.count() == 1


def test_a_challenge_that_is_not_open_yet_has_no_inquiry(
    secretariat: Principal, facilitator: Principal
) -> None:
    made, _token = challenges.raise_challenge(by=secretariat, title="Nyt", what="Noget nyt")
    with pytest.raises(Conflict):
        actions.open_inquiry(by=facilitator, challenge=made)


def test_statements_can_be_gathered_before_it_opens(
    open_challenge: Challenge, facilitator: Principal, participant: Principal
) -> None:
    inquiry = actions.prepare_inquiry(by=facilitator, challenge=open_challenge)
    actions.seed_statements(by=facilitator, inquiry=inquiry, texts=["Det første udsagn"])
    with pytest.raises(NotAllowed):
        actions.propose_statement(by=participant, inquiry=inquiry, text="Mit eget udsagn")
    open_challenge.refresh_from_db()
    assert open_challenge.step == "open"
    opened = actions.open_inquiry(by=facilitator, challenge=open_challenge)
    assert (opened.pk, opened.statements.count()) == (inquiry.pk, 1)


def test_preparing_twice_is_refused(open_challenge: Challenge, facilitator: Principal) -> None:
    actions.prepare_inquiry(by=facilitator, challenge=open_challenge)
    with pytest.raises(Conflict):
        actions.prepare_inquiry(by=facilitator, challenge=open_challenge)


def test_closing_the_voting_keeps_what_was_said(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal,
    participant: Principal, enter: Enter,
) -> None:  # fmt: skip
    person = enter(participant)
    actions.vote(by=participant, statement=statements[0], participant=person, value=1)
    actions.set_voting(by=facilitator, inquiry=inquiry, votes_open=False)
    with pytest.raises(Conflict, match="lukket"):
        actions.vote(by=participant, statement=statements[0], participant=person, value=-1)
    with pytest.raises(Conflict):
        actions.propose_statement(by=participant, inquiry=inquiry, text="For sent, desværre")
    assert numbers(statements)[0] == (1, 0, 0)
    actions.set_voting(by=facilitator, inquiry=inquiry, votes_open=True)
    actions.vote(by=participant, statement=statements[0], participant=person, value=-1)
    assert numbers(statements)[0] == (0, 1, 0)


def test_a_stale_page_does_not_close_the_voting(inquiry: Inquiry, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        actions.set_voting(
            by=facilitator, inquiry=inquiry, votes_open=False, seen=inquiry.version - 1
        )
    with pytest.raises(Conflict):
        actions.set_voting(by=facilitator, inquiry=inquiry, votes_open=True)
    inquiry.refresh_from_db()
    assert inquiry.votes_open


@pytest.mark.parametrize("role", ["participant", "representative", "member"])
def test_only_those_who_facilitate_close(
    role: str, inquiry: Inquiry, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        actions.set_voting(by=request.getfixturevalue(role), inquiry=inquiry, votes_open=False)


# --- votes -------------------------------------------------------------------------------------
def test_one_person_has_one_vote_on_a_statement(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    person = enter(participant)
    for _time in range(2):
        actions.vote(by=participant, statement=statements[0], participant=person, value=1)
    inquiry.refresh_from_db()
    assert Vote.objects.count() == 1
    assert numbers(statements)[0] == (1, 0, 0)
    assert (inquiry.n_votes, inquiry.n_people) == (1, 1)


def test_a_changed_vote_takes_the_place_of_the_old_one(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    person = enter(participant)
    for value in (1, -1, 0):
        actions.vote(by=participant, statement=statements[0], participant=person, value=value)
    inquiry.refresh_from_db()
    person.refresh_from_db()
    assert [vote.value for vote in Vote.objects.all()] == [0]
    assert numbers(statements)[0] == (0, 0, 1)
    assert (inquiry.n_votes, person.n_votes) == (1, 1)


def test_the_log_keeps_a_digest_of_all_votes_and_none_of_them(
    inquiry: Inquiry, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    actions.vote(by=participant, statement=statements[1], participant=enter(participant), value=-1)
    assert not LogEntry.objects.filter(verb="inquiry.vote").exists()
    stored = actions.draw_map(inquiry)
    found = queries.export(inquiry)
    text = "".join(f"{who},{what},{value}\n" for who, what, value, _day in sorted(found.votes))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert text == "0,1,-1\n"
    assert last_log("inquiry.recompute_map").data == {"votes": 1, "digest": digest}
    assert stored.data["digest"] == digest
    participant.council.refresh_from_db()
    assert list(verify_log(participant.council)) == []


def test_a_visitor_votes_by_the_session(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, enter: Enter
) -> None:
    first, second = enter(visitor, "a" * 64), enter(visitor, "b" * 64)
    for person in (first, second):
        actions.vote(by=visitor, statement=statements[0], participant=person, value=1)
    inquiry.refresh_from_db()
    assert numbers(statements)[0] == (2, 0, 0)
    assert inquiry.n_people == 2


@pytest.mark.parametrize("value", [2, -2, 7])
def test_no_other_answer_is_taken(
    value: int, statements: list[Statement], participant: Principal, enter: Enter
) -> None:
    with pytest.raises(Invalid):
        actions.vote(
            by=participant, statement=statements[0], participant=enter(participant), value=value
        )
    assert not Vote.objects.exists()


def test_nobody_votes_as_somebody_else(
    statements: list[Statement], participant: Principal, member: Principal, enter: Enter
) -> None:
    person = enter(participant)
    with pytest.raises(NotAllowed):
        actions.vote(by=member, statement=statements[0], participant=person, value=1)


def test_a_vote_from_another_council_finds_nothing(
    statements: list[Statement], participant: Principal, outsider: Principal, enter: Enter
) -> None:
    with pytest.raises(NotFound):
        actions.vote(by=outsider, statement=statements[0], participant=enter(participant), value=1)


@pytest.mark.parametrize("show", [False, None])
def test_only_shown_statements_take_votes(
    show: bool | None,
    inquiry: Inquiry,
    facilitator: Principal,
    participant: Principal,
    enter: Enter,
) -> None:
    row = actions.propose_statement(by=participant, inquiry=inquiry, text="Venter på at blive læst")
    if show is False:
        actions.moderate_statement(by=facilitator, statement=row, show=False, reason="Et navn")
    with pytest.raises(Conflict):
        actions.vote(by=participant, statement=row, participant=enter(participant), value=1)


def test_votes_before_signing_in_follow_into_the_account(
    inquiry: Inquiry, statements: list[Statement], visitor: Principal, participant: Principal,
    enter: Enter,
) -> None:  # fmt: skip
    before = enter(visitor, "a" * 64)
    actions.vote(by=visitor, statement=statements[0], participant=before, value=1)
    voter = Voter(user_id=participant.user_id, held=before.pk)
    after = actions.enter(by=participant, inquiry=inquiry, voter=voter)
    actions.vote(by=participant, statement=statements[0], participant=after, value=-1)
    assert (after.pk, after.user_id) == (before.pk, participant.user_id)
    assert numbers(statements)[0] == (0, 1, 0)


def test_an_account_that_has_voted_does_not_take_over_a_second_person(
    inquiry: Inquiry, visitor: Principal, participant: Principal, enter: Enter
) -> None:
    mine, other = enter(participant), enter(visitor, "a" * 64)
    voter = Voter(user_id=participant.user_id, held=other.pk)
    assert actions.enter(by=participant, inquiry=inquiry, voter=voter).pk == mine.pk
    other.refresh_from_db()
    assert other.user_id is None


def test_somebody_without_any_name_cannot_enter(inquiry: Inquiry, visitor: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.enter(by=visitor, inquiry=inquiry, voter=Voter())


def test_one_link_is_one_person(
    inquiry: Inquiry, statements: list[Statement], facilitator: Principal, visitor: Principal
) -> None:
    from samskab.civic.foundation.core.links import digest

    tokens = actions.make_links(by=facilitator, inquiry=inquiry, number=2, label="Caféen")
    people = [queries.participant_by_link(inquiry, digest(token)) for token in tokens]
    assert len({person.pk for person in people if person}) == 2
    assert not Participant.objects.filter(link_digest__in=tokens).exists()
    for person in people:
        assert person is not None
        actions.vote(by=visitor, statement=statements[0], participant=person, value=1)
    assert numbers(statements)[0] == (2, 0, 0)


@pytest.mark.parametrize("number", [0, -1, 101])
def test_links_are_made_in_reasonable_numbers(
    number: int, inquiry: Inquiry, facilitator: Principal
) -> None:
    with pytest.raises(Invalid):
        actions.make_links(by=facilitator, inquiry=inquiry, number=number)


def test_a_participant_makes_no_links(inquiry: Inquiry, participant: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.make_links(by=participant, inquiry=inquiry, number=1)


# --- statements --------------------------------------------------------------------------------
def test_a_proposed_statement_waits_and_is_then_shown(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal
) -> None:
    row = actions.propose_statement(
        by=visitor, inquiry=inquiry, text="  Der er  for få\nstole ", name="Bo"
    )
    assert (row.text, row.status, row.author_name) == ("Der er for få stole", "waiting", "Bo")
    actions.moderate_statement(by=facilitator, statement=row, show=True)
    assert [found.pk for found in queries.shown(inquiry)] == [row.pk]


@pytest.mark.parametrize("text", ["", "  ", "ja", "x" * 281])
def test_a_statement_is_one_sentence(text: str, inquiry: Inquiry, visitor: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.propose_statement(by=visitor, inquiry=inquiry, text=text)
    assert error.value.field == "text"
    assert not Statement.objects.exists()


def test_280_characters_fit(inquiry: Inquiry, visitor: Principal) -> None:
    assert len(actions.propose_statement(by=visitor, inquiry=inquiry, text="æ" * 280).text) == 280


def test_a_cpr_number_is_never_kept(inquiry: Inquiry, visitor: Principal) -> None:
    with pytest.raises(Invalid):
        actions.propose_statement(by=visitor, inquiry=inquiry, text="Ring til 010190-1234 nu")
    assert not Statement.objects.exists()


def test_the_same_statement_is_there_once(inquiry: Inquiry, visitor: Principal) -> None:
    actions.propose_statement(by=visitor, inquiry=inquiry, text="Det er for dyrt")
    with pytest.raises(Invalid):
        actions.propose_statement(by=visitor, inquiry=inquiry, text="Det er  for dyrt")
    assert Statement.objects.count() == 1


def test_hiding_needs_a_reason_and_deletes_nothing(
    statements: list[Statement], facilitator: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        actions.moderate_statement(by=facilitator, statement=statements[0], show=False, reason=" ")
    assert error.value.field == "reason"
    row = actions.moderate_statement(
        by=facilitator, statement=statements[0], show=False, reason="Nævner en person"
    )
    assert (row.status, row.hide_reason) == ("hidden", "Nævner en person")
    again = actions.moderate_statement(by=facilitator, statement=row, show=True)
    assert (again.status, again.hide_reason) == ("shown", "")


@pytest.mark.parametrize("role", ["visitor", "participant", "representative", "member"])
def test_only_those_who_facilitate_moderate(
    role: str, statements: list[Statement], request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        actions.moderate_statement(
            by=request.getfixturevalue(role), statement=statements[0], show=False, reason="x"
        )


def test_seeds_come_one_on_each_line_and_only_once(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    first = actions.seed_statements(
        by=facilitator, inquiry=inquiry, texts=["Et udsagn", "", "Et til", "Et udsagn"], name="Ida"
    )
    again = actions.seed_statements(
        by=facilitator, inquiry=inquiry, texts=["Et udsagn", "Et tredje"]
    )
    assert [row.text for row in first] == ["Et udsagn", "Et til"]
    assert [row.text for row in again] == ["Et tredje"]
    assert {row.author_name for row in first} == {"Ida"}
    assert all(row.is_seed and row.status == "shown" for row in first)


def test_a_seed_that_is_too_long_is_named_by_its_line_and_none_is_kept(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    with pytest.raises(Invalid, match="2") as error:
        actions.seed_statements(by=facilitator, inquiry=inquiry, texts=["Et udsagn", "x" * 300])
    assert error.value.field == "texts"
    assert not Statement.objects.exists()
    with pytest.raises(Invalid):
        actions.seed_statements(by=facilitator, inquiry=inquiry, texts=["", " "])


# --- causes ------------------------------------------------------------------------------------
def cause(by: Principal, inquiry: Inquiry, text: str, **more: Any) -> Cause:
    return actions.propose_cause(by=by, inquiry=inquiry, text=text, **{"kind": "cause", **more})


def test_the_tree_has_the_problem_in_the_middle(inquiry: Inquiry, facilitator: Principal) -> None:
    problem = cause(facilitator, inquiry, "Mange er alene om søndagen", kind="problem")
    behind = cause(facilitator, inquiry, "Stederne holder lukket", parent=problem)
    cause(facilitator, inquiry, "Ingen har nøglen", parent=behind)
    cause(facilitator, inquiry, "Folk bliver syge", kind="effect", parent=problem)
    found = queries.tree(inquiry)
    assert found.problem == problem
    assert [node.cause.text for node in found.causes] == ["Stederne holder lukket"]
    assert [node.cause.text for node in found.causes[0].children] == ["Ingen har nøglen"]
    assert [node.cause.text for node in found.effects] == ["Folk bliver syge"]


def test_what_a_visitor_proposes_waits(
    inquiry: Inquiry, visitor: Principal, facilitator: Principal
) -> None:
    row = cause(visitor, inquiry, "Der er ingen busser")
    assert queries.tree(inquiry).is_empty
    actions.moderate_cause(by=facilitator, cause=row, show=True)
    assert [node.cause.pk for node in queries.tree(inquiry).causes] == [row.pk]


def test_only_a_facilitator_names_the_problem_and_only_one(
    inquiry: Inquiry, participant: Principal, facilitator: Principal
) -> None:
    with pytest.raises(NotAllowed):
        cause(participant, inquiry, "Det hele", kind="problem")
    cause(facilitator, inquiry, "Det hele", kind="problem")
    with pytest.raises(Conflict):
        cause(facilitator, inquiry, "Noget andet", kind="problem")


def test_a_cause_stands_below_a_cause(inquiry: Inquiry, facilitator: Principal) -> None:
    effect = cause(facilitator, inquiry, "Folk bliver syge", kind="effect")
    with pytest.raises(Invalid):
        cause(facilitator, inquiry, "Der er koldt", parent=effect)
    with pytest.raises(Invalid):
        cause(facilitator, inquiry, "Der er koldt", kind="other")


def test_the_tree_grows_no_deeper_than_one_can_read(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    parent = None
    for depth in range(actions.DEEPEST):
        parent = cause(facilitator, inquiry, f"Lag nummer {depth}", parent=parent)
    with pytest.raises(Invalid) as error:
        cause(facilitator, inquiry, "Et lag for meget", parent=parent)
    assert error.value.field == "parent"


def test_the_same_cause_stands_once_in_one_place(inquiry: Inquiry, facilitator: Principal) -> None:
    cause(facilitator, inquiry, "Der er koldt")
    with pytest.raises(Invalid):
        cause(facilitator, inquiry, "Der er koldt")


def test_each_person_weighs_a_cause_once(
    inquiry: Inquiry, facilitator: Principal, participant: Principal, enter: Enter
) -> None:
    row = cause(facilitator, inquiry, "Der er koldt")
    person = enter(participant)

    def weigh(weighs: bool) -> bool:
        return actions.weigh_cause(by=participant, cause=row, participant=person, weighs=weighs)

    assert [weigh(True), weigh(True)] == [True, False]
    row.refresh_from_db()
    assert row.weight == 1
    assert [weigh(False), weigh(False)] == [True, False]
    row.refresh_from_db()
    assert row.weight == 0


def test_the_heaviest_cause_stands_first(
    inquiry: Inquiry, facilitator: Principal, participant: Principal, enter: Enter
) -> None:
    cause(facilitator, inquiry, "Den første årsag")
    heavy = cause(facilitator, inquiry, "Den tunge årsag")
    person = enter(participant)
    actions.weigh_cause(by=participant, cause=heavy, participant=person)
    nodes = queries.tree(inquiry, person).causes
    assert [(node.cause.text, node.weighed) for node in nodes] == [
        ("Den tunge årsag", True),
        ("Den første årsag", False),
    ]


def test_hidden_causes_weigh_nothing(
    inquiry: Inquiry, facilitator: Principal, participant: Principal, enter: Enter
) -> None:
    row = cause(facilitator, inquiry, "Der er koldt")
    actions.moderate_cause(by=facilitator, cause=row, show=False, reason="Står et andet sted")
    with pytest.raises(Conflict):
        actions.weigh_cause(by=participant, cause=row, participant=enter(participant))
    with pytest.raises(NotAllowed):
        actions.moderate_cause(by=participant, cause=row, show=True)


# --- the shared description --------------------------------------------------------------------
TEXT = "Om søndagen står varme rum tomme, mens folk går alene rundt."


def test_versions_are_numbered_and_the_newest_is_the_current_one(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    second = actions.propose_framing(
        by=facilitator, inquiry=inquiry, text=TEXT + " Vi mangler nøglen.", seen_number=1
    )
    assert second.number == 2
    assert queries.current_framing(inquiry.challenge) == second


def test_two_who_write_at_once_do_not_overwrite_each_other(
    inquiry: Inquiry, facilitator: Principal, secretariat: Principal
) -> None:
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT, seen_number=0)
    with pytest.raises(Conflict):
        actions.propose_framing(
            by=secretariat, inquiry=inquiry, text=TEXT + " Også.", seen_number=0
        )
    assert inquiry.framings.count() == 1


def test_a_description_is_more_than_a_word(inquiry: Inquiry, facilitator: Principal) -> None:
    with pytest.raises(Invalid):
        actions.propose_framing(by=facilitator, inquiry=inquiry, text="  Kort  ")


def test_a_representative_proposes_no_version(inquiry: Inquiry, representative: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.propose_framing(by=representative, inquiry=inquiry, text=TEXT)


def test_a_party_answers_through_its_own_people(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    row = actions.endorse(by=representative, party=party, framing=framing, answer="yes")
    assert (row.answer, row.on_behalf, row.author_id) == ("yes", False, representative.user_id)
    again = actions.endorse(
        by=representative, party=party, framing=framing, answer="no", reason="Det er ikke kernen"
    )
    assert (again.pk, again.reason) == (row.pk, "Det er ikke kernen")
    assert last_log("inquiry.endorse").data == {"party": party.pk, "answer": "no"}


@pytest.mark.parametrize("role", ["visitor", "participant", "member", "facilitator"])
def test_nobody_else_answers_for_a_party(
    role: str, inquiry: Inquiry, party: Party, facilitator: Principal,
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    with pytest.raises(NotAllowed):
        actions.endorse(
            by=request.getfixturevalue(role), party=party, framing=framing, answer="yes"
        )


def test_the_secretariat_can_enter_an_answer_and_it_shows(
    inquiry: Inquiry, party: Party, facilitator: Principal, secretariat: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    assert actions.endorse(by=secretariat, party=party, framing=framing, answer="yes").on_behalf


@pytest.mark.parametrize("answer", ["no", "yes_with_reservation"])
def test_a_no_and_a_reservation_need_a_reason(
    answer: str, inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    with pytest.raises(Invalid) as error:
        actions.endorse(by=representative, party=party, framing=framing, answer=answer, reason=" ")
    assert error.value.field == "reason"


def test_an_answer_to_an_old_version_is_not_taken(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    old = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT + " Nyt.")
    with pytest.raises(Conflict):
        actions.endorse(by=representative, party=party, framing=old, answer="yes")
    with pytest.raises(Invalid):
        current = queries.current_framing(inquiry.challenge)
        assert current is not None
        actions.endorse(by=representative, party=party, framing=current, answer="maybe")


def test_a_party_that_left_does_not_answer(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    challenges.decline(by=representative, party=party)
    with pytest.raises(Conflict):
        actions.endorse(by=representative, party=party, framing=framing, answer="yes")


def test_it_is_framed_when_every_party_has_answered(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    with pytest.raises(Conflict, match="Foreningen Åben Dør"):
        actions.conclude_framing(by=facilitator, inquiry=inquiry)
    actions.endorse(
        by=representative, party=party, framing=framing, answer="no", reason="Ikke endnu"
    )
    actions.conclude_framing(by=facilitator, inquiry=inquiry, reason="Vi er enige om det meste")
    inquiry.refresh_from_db()
    inquiry.challenge.refresh_from_db()
    framing.refresh_from_db()
    assert inquiry.challenge.step == "framed"
    assert (inquiry.status, inquiry.votes_open) == ("closed", False)
    assert framing.concluded_at is not None


def test_an_answer_to_an_older_version_does_not_count(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    actions.endorse(by=representative, party=party, framing=framing, answer="yes")
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT + " Nyt.")
    with pytest.raises(Conflict, match="Foreningen Åben Dør"):
        actions.conclude_framing(by=facilitator, inquiry=inquiry)


def test_nothing_is_concluded_without_a_description_or_a_party(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.conclude_framing(by=facilitator, inquiry=inquiry)
    actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    with pytest.raises(Conflict):
        actions.conclude_framing(by=facilitator, inquiry=inquiry)
    inquiry.challenge.refresh_from_db()
    assert inquiry.challenge.step == "exploring"


def test_concluding_twice_is_refused_and_moving_back_opens_it_again(
    inquiry: Inquiry, party: Party, facilitator: Principal, representative: Principal
) -> None:
    framing = actions.propose_framing(by=facilitator, inquiry=inquiry, text=TEXT)
    actions.endorse(by=representative, party=party, framing=framing, answer="yes")
    actions.conclude_framing(by=facilitator, inquiry=inquiry)
    with pytest.raises(Conflict):
        actions.conclude_framing(by=facilitator, inquiry=inquiry)
    with pytest.raises(Conflict):
        actions.reopen_inquiry(by=facilitator, inquiry=inquiry)
    inquiry.challenge.refresh_from_db()
    challenges.move(
        by=facilitator, challenge=inquiry.challenge, to="exploring", reason="Mere skal med"
    )
    inquiry.refresh_from_db()
    actions.reopen_inquiry(by=facilitator, inquiry=inquiry)
    inquiry.refresh_from_db()
    assert inquiry.takes_votes
    framing.refresh_from_db()
    assert framing.concluded_at is None
    with pytest.raises(Conflict):
        actions.reopen_inquiry(by=facilitator, inquiry=inquiry)


def test_the_sectors_that_nobody_speaks_for_are_named(inquiry: Inquiry, party: Party) -> None:
    found = queries.voices(inquiry)
    assert [voice.key for voice in found.missing if voice.kind == "sector"] == [
        "business", "public", "citizen",
    ]  # fmt: skip
    [heard] = [voice for voice in found.sectors if not voice.is_missing]
    assert (heard.key, heard.parties) == ("civil", (party,))
