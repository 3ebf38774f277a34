from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges import actions, queries
from samskab.civic.journey.challenges.journey import PATH, Closing, Step
from samskab.civic.journey.challenges.models import Challenge, Party, Support, TimelineEntry
from tests import cast


def texts(challenge: Challenge) -> list[str]:
    return [entry.message for entry in reversed(queries.timeline(challenge))]


# --- raise -------------------------------------------------------------------------------------
def test_a_visitor_raises_a_challenge_that_only_they_and_staff_can_see(
    raised: Challenge, visitor: Principal, member: Principal
) -> None:
    assert raised.step == Step.RAISED
    assert not raised.is_public
    assert raised.answer_due == timezone.localdate() + timedelta(days=14)
    assert list(queries.visible(visitor)) == []
    assert list(queries.visible(member)) == [raised]
    assert texts(raised) == ["Raised"]


def test_only_the_digest_of_the_private_link_is_kept(visitor: Principal) -> None:
    challenge, token = actions.raise_challenge(by=visitor, title="T", what="W")
    assert token not in str(challenge.__dict__)
    found = queries.by_link(visitor.council, challenge.link_digest)
    assert found == challenge


def test_on_behalf_of_another_takes_their_consent(facilitator: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.raise_challenge(by=facilitator, title="T", what="W", on_behalf=True)
    assert error.value.field == "on_behalf_consent"


def test_a_photo_loses_what_the_camera_wrote(visitor: Principal) -> None:
    picture, file = Image.new("RGB", (3000, 1000), "red"), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "SecretCam"
    picture.save(file, "JPEG", exif=exif)
    upload = SimpleUploadedFile("hjem.jpg", file.getvalue())
    challenge, _ = actions.raise_challenge(
        by=visitor, title="T", what="W", photo=upload, photo_text="En rød mur"
    )
    with Image.open(challenge.photo.path) as kept:
        assert kept.size == (1600, 533)
        assert not kept.getexif()
    assert "hjem" not in challenge.photo.name


@pytest.mark.parametrize("content", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff broken"])
def test_what_is_no_photo_is_refused_and_nothing_is_saved(
    visitor: Principal, content: bytes
) -> None:
    with pytest.raises(Invalid):
        actions.raise_challenge(
            by=visitor, title="T", what="W", photo_text="x",
            photo=SimpleUploadedFile("x.jpg", content or b" "),
        )  # fmt: skip
    assert not Challenge.objects.exists()


# --- correct, withdraw, erase ------------------------------------------------------------------
def corrected(by: Principal, challenge: Challenge, **values: Any) -> Challenge:
    given = {"title": "Ny", "what": "Nyt", "for_whom": "", "where": "", **values}
    return actions.correct(by=by, challenge=challenge, **given)


def test_the_private_link_lets_one_correct_until_it_is_read(
    raised: Challenge, visitor: Principal, secretariat: Principal
) -> None:
    holder = visitor.holding("challenges.challenge", raised.pk)
    assert corrected(holder, raised).title == "Ny"
    actions.screen(
        by=secretariat, challenge=raised, accepted=True, is_complex=True, in_focus=True, answer="Ja"
    )
    with pytest.raises(NotAllowed):
        corrected(holder, raised)


def test_a_link_to_one_challenge_does_not_open_another(
    raised: Challenge, visitor: Principal
) -> None:
    other, _ = actions.raise_challenge(by=visitor, title="Anden", what="Andet")
    with pytest.raises(NotAllowed):
        corrected(visitor.holding("challenges.challenge", other.pk), raised)


def test_a_stale_page_is_told_and_overwrites_nothing(
    raised: Challenge, secretariat: Principal
) -> None:
    seen = raised.version
    corrected(secretariat, raised, title="Først", seen=seen)
    with pytest.raises(Conflict):
        corrected(secretariat, raised, title="Sidst", seen=seen)
    raised.refresh_from_db()
    assert raised.title == "Først"


def test_the_raiser_withdraws_once(raised: Challenge, visitor: Principal) -> None:
    holder = visitor.holding("challenges.challenge", raised.pk)
    closed = actions.withdraw(by=holder, challenge=raised, reason="Løst af naboen")
    assert (closed.step, closed.closing) == (Step.CLOSED, Closing.WITHDRAWN)
    with pytest.raises(Conflict):
        actions.withdraw(by=holder, challenge=raised)


def test_erasing_leaves_no_trace_of_the_person(visitor: Principal) -> None:
    challenge, _ = actions.raise_challenge(
        by=visitor, title="T", what="W", name="Bente", contact_email="bente@eksempel.dk"
    )
    holder = visitor.holding("challenges.challenge", challenge.pk)
    erased = actions.erase_raiser(by=holder, challenge=challenge)
    assert (erased.author_name, erased.contact_email, erased.link_digest) == ("", "", "")
    assert erased.closing == Closing.WITHDRAWN
    assert "bente" not in str(list(LogEntry.objects.values())).lower()


# --- screening ---------------------------------------------------------------------------------
def screen(by: Principal, challenge: Challenge, **values: Any) -> Challenge:
    given = {"accepted": True, "is_complex": True, "in_focus": False, "answer": "Fordi"}
    return actions.screen(by=by, challenge=challenge, **{**given, **values})


def test_a_no_closes_with_its_reason(raised: Challenge, secretariat: Principal) -> None:
    closed = screen(secretariat, raised, accepted=False, answer="Kommunen afgør det alene.")
    assert (closed.step, closed.closing) == (Step.CLOSED, Closing.NOT_COCREATION)
    assert queries.timeline(closed)[0].reason == "Kommunen afgør det alene."


def test_an_answer_needs_a_reason(raised: Challenge, secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        screen(secretariat, raised, answer="  ")
    assert error.value.field == "answer"


def test_what_is_fixed_names_who_fixed_it(raised: Challenge, secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        screen(secretariat, raised, fixed_beforehand="Ingen nye penge")
    assert error.value.field == "fixed_by"


def test_the_second_answer_is_told_that_there_is_one(
    raised: Challenge, secretariat: Principal
) -> None:
    screen(secretariat, raised)
    with pytest.raises(Conflict):
        screen(secretariat, raised)


def test_the_answer_is_mailed_to_the_one_who_asked(
    visitor: Principal, secretariat: Principal, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        challenge, _ = actions.raise_challenge(
            by=visitor, title="T", what="W", contact_email="bente@eksempel.dk"
        )
        screen(secretariat, challenge)
    assert [message.to for message in mail.outbox] == [["bente@eksempel.dk"]] * 2
    assert "Fordi" in mail.outbox[1].body


# --- moving ------------------------------------------------------------------------------------
def test_opening_makes_it_public_and_counts_it(opened: Challenge, visitor: Principal) -> None:
    assert list(queries.visible(visitor)) == [opened]
    assert queries.tallies(opened.council)[Step.OPEN] == 1


def test_moving_back_needs_a_reason(opened: Challenge, facilitator: Principal) -> None:
    with pytest.raises(Invalid):
        actions.move(by=facilitator, challenge=opened, to=Step.SCREENED, reason=" ")


def test_the_facilitator_cannot_jump_ahead(opened: Challenge, facilitator: Principal) -> None:
    for step in PATH[3:]:
        with pytest.raises(Invalid):
            actions.move(by=facilitator, challenge=opened, to=step, reason="Fordi")


def test_a_closed_one_opens_where_it_was(opened: Challenge, facilitator: Principal) -> None:
    actions.move(
        by=facilitator, challenge=opened, to="closed", reason="Løst", closing=Closing.SOLVED
    )
    with pytest.raises(Invalid):
        actions.move(by=facilitator, challenge=opened, to="screened", reason="Nej")
    again = actions.move(by=facilitator, challenge=opened, to="open", reason="Alligevel ikke")
    assert (again.step, again.closing) == ("open", "")


def test_a_merge_needs_a_living_challenge_of_the_same_council(
    opened: Challenge, facilitator: Principal, outsider: Principal
) -> None:
    foreign, _ = actions.raise_challenge(by=outsider, title="Fremmed", what="Andet råd")
    for wrong in (None, opened, foreign):
        with pytest.raises(Invalid) as error:
            actions.move(
                by=facilitator, challenge=opened, to="closed", reason="Samme",
                closing=Closing.MERGED, merged_into=wrong,
            )  # fmt: skip
        assert error.value.field == "merged_into"


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(st.tuples(st.sampled_from(list(Step)), st.booleans()), max_size=12))
def test_tallies_log_and_timeline_follow_any_walk(
    visitor: Principal, moves: list[tuple[Step, bool]]
) -> None:
    challenge, _ = actions.raise_challenge(by=visitor, title="Vandring", what="W")
    council, by = visitor.council, system(visitor.council)
    Challenge.objects.filter(pk=challenge.pk).update(is_public=True)
    challenge.is_public = True
    before = queries.tallies(council)
    path = [Step.RAISED]
    for step, by_hand in moves:
        try:
            if by_hand:
                challenge = actions.move(
                    by=by, challenge=challenge, to=step, reason="R", closing=Closing.SOLVED
                )
            elif step is not Step.CLOSED and challenge.step != Step.CLOSED:
                challenge = actions.advance(by=by, challenge=challenge, to=step)
            else:
                continue
        except CivicError:
            challenge.refresh_from_db()
            continue
        path.append(step)
    stored = Challenge.objects.get(pk=challenge.pk)
    assert stored.step == path[-1]
    after = queries.tallies(council)
    changed = {step: after[step] - before[step] for step in after if after[step] != before[step]}
    expected = {} if len(path) == 1 else {path[0]: -1, path[-1]: 1}
    assert changed == {step: n for step, n in expected.items() if path[0] != path[-1]}
    assert TimelineEntry.objects.filter(challenge=stored).count() == len(path)


# --- taking part -------------------------------------------------------------------------------
def test_a_person_supports_once(opened: Challenge, participant: Principal) -> None:
    assert actions.support(by=participant, challenge=opened)
    assert not actions.support(by=participant, challenge=opened)
    opened.refresh_from_db()
    assert opened.n_supporters == 1
    assert actions.withdraw_support(by=participant, challenge=opened)
    opened.refresh_from_db()
    assert opened.n_supporters == 0


def test_two_browsers_without_account_are_two_people(opened: Challenge, visitor: Principal) -> None:
    for session in ("a" * 64, "b" * 64, "a" * 64):
        actions.support(by=visitor, challenge=opened, session_digest=session)
    opened.refresh_from_db()
    assert opened.n_supporters == 2


@pytest.mark.django_db(transaction=True)
def test_fifty_presses_at_once_count_once() -> None:
    council = cast.a_council("silkeborg", is_default=True)
    person = cast.a_person(council, "ivrig")
    challenge, _ = actions.raise_challenge(by=person, title="T", what="W")
    Challenge.objects.filter(pk=challenge.pk).update(is_public=True)
    challenge.refresh_from_db()

    def press(_: int) -> bool:
        try:
            return actions.support(by=person, challenge=challenge)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        counted = list(pool.map(press, range(50)))
    challenge.refresh_from_db()
    assert counted.count(True) == challenge.n_supporters == Support.objects.count() == 1


def test_only_its_people_join_for_an_organisation(
    opened: Challenge, organisation: Any, representative: Principal, participant: Principal
) -> None:
    with pytest.raises(NotAllowed):
        actions.join(by=participant, challenge=opened, actor=organisation)
    party = actions.join(by=representative, challenge=opened, actor=organisation)
    assert party.status == Party.Status.JOINED
    with pytest.raises(Conflict):
        actions.join(by=representative, challenge=opened, actor=organisation)


def test_an_invited_party_may_say_no_and_come_back(
    opened: Challenge, organisation: Any, facilitator: Principal, representative: Principal
) -> None:
    party = actions.invite_party(by=facilitator, challenge=opened, actor=organisation)
    with pytest.raises(Conflict):
        actions.invite_party(by=facilitator, challenge=opened, actor=organisation)
    assert actions.decline(by=representative, party=party).status == Party.Status.DECLINED
    with pytest.raises(Conflict):
        actions.decline(by=representative, party=party)
    joined = actions.join(by=representative, challenge=opened, actor=organisation)
    assert joined.pk == party.pk


def test_nobody_joins_before_it_is_open(
    screened: Challenge, organisation: Any, facilitator: Principal
) -> None:
    with pytest.raises(Conflict):
        actions.invite_party(by=facilitator, challenge=screened, actor=organisation)


# --- the edge list -----------------------------------------------------------------------------
Act = Callable[[Principal, Challenge], Any]
ACTS: dict[str, tuple[Act, set[str]]] = {
    "correct": (lambda by, c: corrected(by, c), {"secretariat"}),
    "withdraw": (lambda by, c: actions.withdraw(by=by, challenge=c), {"secretariat"}),
    "move": (
        lambda by, c: actions.move(by=by, challenge=c, to="screened", reason="R"),
        {"facilitator", "secretariat"},
    ),
    "support": (
        lambda by, c: actions.support(by=by, challenge=c, session_digest="s"),
        {"visitor", "participant", "representative", "member", "facilitator", "secretariat",
         "administrator"},
    ),
    "follow": (
        lambda by, c: actions.follow(by=by, challenge=c),
        {"participant", "representative", "member", "facilitator", "secretariat",
         "administrator"},
    ),
}  # fmt: skip
EVERYBODY = (
    "visitor", "participant", "representative", "member", "facilitator", "secretariat",
    "administrator",
)  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_each_role_can_do_what_it_may_and_no_more(
    name: str, who: str, opened: Challenge, request: pytest.FixtureRequest
) -> None:
    act, allowed = ACTS[name]
    by = request.getfixturevalue(who)
    if who in allowed:
        act(by, opened)
    else:
        with pytest.raises(NotAllowed):
            act(by, opened)


@pytest.mark.parametrize("name", ACTS)
def test_somebody_from_another_council_finds_nothing(
    name: str, opened: Challenge, outsider: Principal
) -> None:
    with pytest.raises(NotFound):
        ACTS[name][0](outsider, opened)


@pytest.mark.parametrize("who", [who for who in EVERYBODY if who != "secretariat"])
def test_only_the_secretariat_screens(
    who: str, raised: Challenge, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotAllowed):
        screen(request.getfixturevalue(who), raised)
