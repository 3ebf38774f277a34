from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from samskab.civic.commons.council import actions, queries
from samskab.civic.commons.council.models import CouncilText, FocusTheme, Seat, Term
from samskab.civic.foundation.accounts.models import RoleGrant
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal


@pytest.fixture
def seat(secretariat: Principal) -> Seat:
    return actions.add_seat(by=secretariat, sector="civil", title="Idrætten", title_en="Sports")


def roles_of(term: Term) -> list[str]:
    return list(RoleGrant.objects.filter(user=term.user_id).values_list("role", flat=True))


def test_a_new_seat_is_vacant_and_stands_last(council: Council, secretariat: Principal) -> None:
    first = actions.add_seat(by=secretariat, sector="civil", title="Idrætten")
    second = actions.add_seat(by=secretariat, sector="public", title="Kommunen")
    assert [(row.seat.pk, row.term) for row in queries.seats_now(council)] == [
        (first.pk, None),
        (second.pk, None),
    ]


def test_a_seat_shows_its_title_in_the_language_of_the_reader(seat: Seat) -> None:
    with translation.override("en"):
        assert seat.shown_title == "Sports"
    with translation.override("da"):
        assert seat.shown_title == "Idrætten"


def test_a_sector_that_does_not_exist_is_refused(secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.add_seat(by=secretariat, sector="church", title="X")
    assert error.value.field == "sector"


@pytest.mark.parametrize("who", ["visitor", "participant", "member", "facilitator"])
def test_only_the_secretariat_edits_seats(
    who: str, request: pytest.FixtureRequest, seat: Seat
) -> None:
    by = request.getfixturevalue(who)
    with pytest.raises(NotAllowed):
        actions.add_seat(by=by, sector="civil", title="X")
    with pytest.raises(NotAllowed):
        actions.edit_seat(by=by, seat=seat, sector="civil", title="X")
    with pytest.raises(NotAllowed):
        actions.seat_person(by=by, seat=seat, holder_name="X")


def test_an_outsider_does_not_find_the_seat(outsider: Principal, seat: Seat) -> None:
    with pytest.raises(NotFound):
        actions.edit_seat(by=outsider, seat=seat, sector="civil", title="X")
    with pytest.raises(NotFound):
        actions.seat_person(by=outsider, seat=seat, holder_name="X")


def test_a_stale_page_does_not_overwrite_a_seat(secretariat: Principal, seat: Seat) -> None:
    actions.edit_seat(by=secretariat, seat=seat, sector="civil", title="Sporten", seen=1)
    with pytest.raises(Conflict):
        actions.edit_seat(by=secretariat, seat=seat, sector="civil", title="Spil", seen=1)
    assert Seat.objects.get(pk=seat.pk).title == "Sporten"


def test_seating_a_person_with_an_email_makes_a_member(secretariat: Principal, seat: Seat) -> None:
    term = actions.seat_person(
        by=secretariat, seat=seat, holder_name="Anna", email="Anna@Eksempel.dk"
    )
    assert term.user is not None
    assert term.user.email == "anna@eksempel.dk"
    assert roles_of(term) == ["member"]


def test_seating_a_person_without_an_email_makes_no_account(
    secretariat: Principal, seat: Seat
) -> None:
    term = actions.seat_person(by=secretariat, seat=seat, holder_name="Anna")
    assert term.user is None
    assert RoleGrant.objects.filter(role="member").count() == 0


def test_a_seat_that_is_taken_is_not_given_twice(secretariat: Principal, seat: Seat) -> None:
    actions.seat_person(by=secretariat, seat=seat, holder_name="Anna")
    with pytest.raises(Conflict):
        actions.seat_person(by=secretariat, seat=seat, holder_name="Anna")
    assert Term.objects.count() == 1


def test_one_person_has_one_seat(secretariat: Principal, seat: Seat) -> None:
    other = actions.add_seat(by=secretariat, sector="public", title="Kommunen")
    actions.seat_person(by=secretariat, seat=seat, holder_name="Anna", email="a@eksempel.dk")
    with pytest.raises(Conflict) as error:
        actions.seat_person(by=secretariat, seat=other, holder_name="Anna", email="a@eksempel.dk")
    assert error.value.field == "email"
    assert Term.objects.count() == 1


def test_a_seat_needs_a_name(secretariat: Principal, seat: Seat) -> None:
    with pytest.raises(Invalid) as error:
        actions.seat_person(by=secretariat, seat=seat, holder_name="  ")
    assert error.value.field == "holder_name"


def test_a_term_cannot_begin_tomorrow(secretariat: Principal, seat: Seat) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Invalid) as error:
        actions.seat_person(by=secretariat, seat=seat, holder_name="Anna", since=tomorrow)
    assert error.value.field == "since"


def test_ending_a_term_takes_the_role_away_and_leaves_the_seat_vacant(
    council: Council, secretariat: Principal, seat: Seat
) -> None:
    term = actions.seat_person(by=secretariat, seat=seat, holder_name="Anna", email="a@eksempel.dk")
    ended = actions.end_term(by=secretariat, term=term)
    assert ended.until == timezone.localdate()
    assert roles_of(term) == []
    assert [row.term for row in queries.seats_now(council)] == [None]


def test_ending_a_term_twice_says_so(secretariat: Principal, seat: Seat) -> None:
    term = actions.seat_person(by=secretariat, seat=seat, holder_name="Anna")
    actions.end_term(by=secretariat, term=term)
    with pytest.raises(Conflict):
        actions.end_term(by=secretariat, term=term)


@pytest.mark.parametrize(("days", "ok"), [(1, False), (-400, False), (-1, True), (0, True)])
def test_a_term_ends_between_its_beginning_and_today(
    secretariat: Principal, seat: Seat, days: int, ok: bool
) -> None:
    today = timezone.localdate()
    since = today - timedelta(days=365)
    term = actions.seat_person(by=secretariat, seat=seat, holder_name="Anna", since=since)
    until = today + timedelta(days=days)
    if not ok:
        with pytest.raises(Invalid) as error:
            actions.end_term(by=secretariat, term=term, until=until)
        assert error.value.field == "until"
    else:
        assert actions.end_term(by=secretariat, term=term, until=until).until == until


def test_the_next_person_cannot_sit_before_the_last_one_left(
    secretariat: Principal, seat: Seat
) -> None:
    today = timezone.localdate()
    first = actions.seat_person(by=secretariat, seat=seat, holder_name="Anna")
    actions.end_term(by=secretariat, term=first)
    with pytest.raises(Invalid):
        actions.seat_person(
            by=secretariat, seat=seat, holder_name="Bo", since=today - timedelta(days=3)
        )
    second = actions.seat_person(by=secretariat, seat=seat, holder_name="Bo", since=today)
    assert queries.seats_now(secretariat.council)[0].term == second


def test_an_outsider_ends_no_term(outsider: Principal, terms: list[Term]) -> None:
    with pytest.raises(NotFound):
        actions.end_term(by=outsider, term=terms[0])


def test_the_log_names_nobody(secretariat: Principal, terms: list[Term]) -> None:
    entry = LogEntry.objects.filter(verb="council.seat_person").last()
    assert entry is not None
    assert "Anna" not in str(entry.data)
    assert "@" not in str(entry.data)
    assert set(entry.data) == {"seat", "signs_in"}


# --- texts and themes --------------------------------------------------------------------------


def test_a_text_is_written_over_at_its_place(council: Council, secretariat: Principal) -> None:
    for words in ("Først", "Så"):
        actions.write_text(by=secretariat, key="value", order=1, heading=words)
    assert [text.heading for text in queries.texts(council)["value"]] == ["Så"]


def test_a_quotation_has_to_name_its_source(secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        actions.write_text(by=secretariat, key="definition", order=1, text="Ord", is_quotation=True)
    assert error.value.field == "source"


def test_an_empty_text_is_refused(secretariat: Principal) -> None:
    with pytest.raises(Invalid):
        actions.write_text(by=secretariat, key="value", order=1, heading=" ", text="")
    with pytest.raises(Invalid):
        actions.write_text(by=secretariat, key="rumour", order=1, heading="x")


def test_a_text_can_be_taken_away(secretariat: Principal, outsider: Principal) -> None:
    text = actions.write_text(by=secretariat, key="value", order=1, heading="Tillid")
    with pytest.raises(NotFound):
        actions.remove_text(by=outsider, text=text)
    actions.remove_text(by=secretariat, text=text)
    assert CouncilText.objects.count() == 0
    with pytest.raises(NotFound):
        actions.remove_text(by=secretariat, text=text)


def test_a_new_current_theme_takes_over(council: Council, secretariat: Principal) -> None:
    actions.set_theme(by=secretariat, title="Ensomhed")
    second = actions.set_theme(by=secretariat, title="Bolig")
    assert queries.current_theme(council) == second
    assert FocusTheme.objects.filter(is_current=True).count() == 1


def test_a_theme_is_rewritten_in_place(
    council: Council, secretariat: Principal, outsider: Principal
) -> None:
    theme = actions.set_theme(by=secretariat, title="Ensomhed")
    actions.set_theme(by=secretariat, theme=theme, title="Fællesskab", title_en="Community")
    assert [row.title for row in queries.themes(council)] == ["Fællesskab"]
    with pytest.raises(NotFound):
        actions.set_theme(by=outsider, theme=theme, title="X")


def test_two_themes_cannot_have_one_title(secretariat: Principal) -> None:
    actions.set_theme(by=secretariat, title="Bolig")
    with pytest.raises(Conflict) as error:
        actions.set_theme(by=secretariat, title="Bolig")
    assert error.value.field == "title"


def test_a_theme_ends_after_it_begins(secretariat: Principal) -> None:
    today = timezone.localdate()
    with pytest.raises(Invalid) as error:
        actions.set_theme(
            by=secretariat, title="X", year_from=today, year_to=today - timedelta(days=1)
        )
    assert error.value.field == "year_to"


def test_members_do_not_edit_the_texts(member: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.write_text(by=member, key="value", order=1, heading="x")
    with pytest.raises(NotAllowed):
        actions.set_theme(by=member, title="x")


# --- the same person, or another of the same name ----------------------------------------------


def test_who_seats_a_namesake_is_asked_whether_it_is_the_same_person(
    secretariat: Principal, terms: list[Term], client_as: Callable[[Principal], Client]
) -> None:
    seat = terms[0].seat
    actions.end_term(by=secretariat, term=terms[0])
    desk, url = client_as(secretariat), reverse("council:seat_person", args=[seat.pk])
    given = {"holder_name": "anna ", "since": timezone.localdate().isoformat()}
    asked = desk.post(url, given)
    assert asked.status_code == 422
    assert "Der har siddet en med det navn her" in asked.content.decode()
    assert not seat.terms.filter(until__isnull=True).exists()
    assert desk.post(url, {**given, "namesake": "on"}).status_code == 302
    assert seat.terms.get(until__isnull=True).person is None


def test_who_sat_here_before_is_chosen_from_a_list(
    secretariat: Principal, terms: list[Term], client_as: Callable[[Principal], Client]
) -> None:
    seat = terms[0].seat
    actions.end_term(by=secretariat, term=terms[0])
    desk, url = client_as(secretariat), reverse("council:seat_person", args=[seat.pk])
    given = {"holder_name": "Anna", "since": timezone.localdate().isoformat()}
    page = desk.get(url).content.decode()
    assert f'<option value="{terms[0].pk}"' in page
    assert f'<option value="{terms[1].pk}"' not in page  # holds a seat already
    assert desk.post(url, {**given, "same_as": str(terms[0].pk)}).status_code == 302
    assert seat.terms.get(until__isnull=True).person == terms[0]
    assert list(queries.people_before(seat.council)) == []


def test_a_council_where_nobody_has_left_asks_nothing_of_the_kind(
    secretariat: Principal, terms: list[Term], client_as: Callable[[Principal], Client]
) -> None:
    vacant = Seat.objects.get(title="Erhvervslivet")
    page = client_as(secretariat).get(reverse("council:seat_person", args=[vacant.pk]))
    assert "same_as" not in page.content.decode()


def test_somebody_who_holds_a_seat_gets_no_second_one_as_the_same_person(
    secretariat: Principal, terms: list[Term]
) -> None:
    vacant = Seat.objects.get(title="Erhvervslivet")
    with pytest.raises(Conflict) as error:
        actions.seat_person(
            by=secretariat, seat=vacant, holder_name="Anna", since=None, same_as=terms[0]
        )
    assert error.value.field == "same_as"


def test_a_person_with_an_account_does_not_come_back_under_another(
    secretariat: Principal, terms: list[Term]
) -> None:
    seat, day = terms[0].seat, timezone.localdate()
    actions.end_term(by=secretariat, term=terms[0])
    first = actions.seat_person(
        by=secretariat, seat=seat, holder_name="Liv", email="liv@eksempel.dk", since=day
    )
    actions.end_term(by=secretariat, term=first)
    with pytest.raises(Invalid) as error:
        actions.seat_person(
            by=secretariat, seat=seat, holder_name="Liv", email="siv@eksempel.dk", since=day,
            same_as=first,
        )  # fmt: skip
    assert error.value.field == "same_as"


def test_a_term_of_another_council_is_nobody_here(
    secretariat: Principal, terms: list[Term], outsider: Principal
) -> None:
    elsewhere = actions.add_seat(by=outsider, sector="civil", title="Foreningen")
    theirs = actions.seat_person(by=outsider, seat=elsewhere, holder_name="Anna")
    vacant = Seat.objects.get(title="Erhvervslivet")
    with pytest.raises(NotFound):
        actions.seat_person(by=secretariat, seat=vacant, holder_name="Anna", same_as=theirs)


def test_an_upgrade_keeps_people_as_they_were_told_but_for_those_who_sat_at_the_same_time(
    council: Council, secretariat: Principal
) -> None:
    day = timezone.localdate()

    def term(name: str, since: int, until: int | None) -> Term:
        seat = actions.add_seat(by=secretariat, sector="civil", title="Foreningen")
        row: Term = Term.objects.create(
            council=council, seat=seat, holder_name=name, since=day - timedelta(days=since),
            until=None if until is None else day - timedelta(days=until),
        )  # fmt: skip
        return row

    first, again = term("Anna Vig", 400, 300), term("anna  vig", 300, None)
    meanwhile, alone = term("Anna Vig", 200, None), term("Bo", 400, None)
    module = import_module("samskab.civic.commons.council.migrations.0009_people_as_told")
    module.tie_terms(apps, None)
    people = dict(Term.objects.values_list("pk", "person"))
    assert people == {first.pk: None, again.pk: first.pk, meanwhile.pk: None, alone.pk: None}
