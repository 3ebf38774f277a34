"""The yearly survey: asked, answered without a trace of who said what, shown in the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from samskab.civic.commons.council.actions import begin_report, publish_report
from samskab.civic.commons.council.models import YearReport
from samskab.civic.commons.council.pdf import report_pdf
from samskab.civic.commons.culture import actions, queries
from samskab.civic.commons.culture.models import Answered, Survey
from samskab.civic.commons.culture.questions import QUESTIONS
from samskab.civic.commons.culture.results import (
    SMALLEST,
    nobody,
    people_in,
    results_of,
    with_answers,
)
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.desk import waiting
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, Role, system
from tests import cast

As = Callable[[Principal], Client]
N = len(QUESTIONS)
MIXED = [5, 4, 3, 2, 1, None, 4, 4, 2]


def url(name: str) -> str:
    return reverse(f"culture:{name}")


def day(at: date) -> Any:
    return clock.at(timezone.make_aware(datetime.combine(at, time(12))))


@pytest.fixture
def survey(secretariat: Principal) -> Survey:
    return actions.open_survey(by=secretariat, until=clock.today() + timedelta(days=14))


def sheets(survey: Survey, by: Principal, rows: Sequence[Sequence[int | None]]) -> None:
    for row in rows:
        actions.enter_sheet(by=by, survey=survey, answers=row)


def counted(rows: Sequence[Sequence[int | None]]) -> list[list[int]]:
    counts = nobody()
    for row in rows:
        counts = with_answers(counts, row)
    return counts


# --- answering ---------------------------------------------------------------------------------


def test_those_with_a_role_are_asked_by_mail_and_answer_once(
    council: Council,
    secretariat: Principal,
    member: Principal,
    participant: Principal,
    administrator: Principal,
    client_as: As,
    django_capture_on_commit_callbacks: Any,
) -> None:
    desk, table = client_as(secretariat), client_as(member)
    until = clock.today() + timedelta(days=14)
    with django_capture_on_commit_callbacks(execute=True):
        assert desk.post(url("begin"), {"until": until.isoformat()}).status_code == 302
    asked = {message.to[0] for message in mail.outbox}
    assert asked == {secretariat.email, member.email}
    assert "/raadet/kultur/svar/" in mail.outbox[0].body
    assert url("answer") in table.get("/min-side/").content.decode()
    given = {f"q{n}": str(answer or "") for n, answer in enumerate(MIXED)}
    assert table.post(url("answer"), given).status_code == 302
    survey = Survey.objects.get()
    assert survey.counts == counted([MIXED])
    assert "Du har svaret" in table.get(url("front")).content.decode()
    assert table.get(url("answer")).status_code == 302
    assert url("answer") not in table.get("/min-side/").content.decode()
    table.post(url("answer"), given)
    assert people_in(Survey.objects.get().counts) == 1


def test_a_second_answer_is_refused_however_it_comes(survey: Survey, member: Principal) -> None:
    actions.answer_survey(by=member, survey=survey, answers=MIXED)
    with pytest.raises(Conflict):
        actions.answer_survey(by=member, survey=survey, answers=[1] * N)
    assert Survey.objects.get().counts == counted([MIXED])


def test_nothing_in_the_database_tells_what_a_person_answered(
    survey: Survey, member: Principal, facilitator: Principal
) -> None:
    """Two people who answer the other way round leave the very same rows behind."""
    one, other = [1] * N, [5] * N
    actions.answer_survey(by=member, survey=survey, answers=one)
    actions.answer_survey(by=facilitator, survey=survey, answers=other)
    straight = Survey.objects.get().counts
    Answered.objects.all().delete()
    Survey.objects.update(counts=nobody())
    actions.answer_survey(by=member, survey=survey, answers=other)
    actions.answer_survey(by=facilitator, survey=survey, answers=one)
    assert Survey.objects.get().counts == straight
    own = {field.name for field in Answered._meta.concrete_fields}
    assert own == {"id", "council", "survey", "user"}
    pointing = [
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Survey
    ]
    assert pointing == [Answered]
    entries = LogEntry.objects.filter(verb="culture.answer_survey")
    assert {(entry.who, str(entry.data)) for entry in entries} == {("system", "{}")}


def test_only_those_with_a_role_answer_and_only_in_their_own_council(
    survey: Survey,
    visitor: Principal,
    participant: Principal,
    administrator: Principal,
    outsider: Principal,
) -> None:
    for person in (visitor, participant, administrator, system(survey.council)):
        with pytest.raises(NotAllowed):
            actions.answer_survey(by=person, survey=survey, answers=MIXED)
    with pytest.raises(NotFound):
        actions.answer_survey(by=outsider, survey=survey, answers=MIXED)
    assert people_in(Survey.objects.get().counts) == 0


@pytest.mark.parametrize(
    "answers", [[None] * N, [3] * (N - 1), [3] * (N + 1), [6] + [3] * (N - 1), [0] * N]
)
def test_answers_that_do_not_fit_change_nothing(
    survey: Survey, member: Principal, answers: list[int | None]
) -> None:
    with pytest.raises(Invalid):
        actions.answer_survey(by=member, survey=survey, answers=answers)
    assert Survey.objects.get().counts == nobody()
    assert not Answered.objects.exists()


def test_an_empty_form_says_what_is_missing(
    survey: Survey, member: Principal, client_as: As
) -> None:
    page = client_as(member).post(url("answer"), {"q0": ""})
    assert page.status_code == 422
    assert "Svar på mindst ét spørgsmål." in page.content.decode()


def test_a_choice_that_is_not_in_the_list_is_refused(
    survey: Survey, member: Principal, client_as: As
) -> None:
    assert client_as(member).post(url("answer"), {"q0": "9"}).status_code == 422
    assert Survey.objects.get().counts == nobody()


def test_after_the_last_day_only_sheets_of_paper_come_in(
    survey: Survey, member: Principal, secretariat: Principal, client_as: As
) -> None:
    Survey.objects.update(until=clock.today() - timedelta(days=1))
    with pytest.raises(Conflict):
        actions.answer_survey(by=member, survey=survey, answers=MIXED)
    assert client_as(member).get(url("answer")).status_code == 302
    desk = client_as(secretariat)
    assert desk.post(url("sheet"), {"q3": "2"}).headers["Location"] == url("sheet")
    assert people_in(Survey.objects.get().counts) == 1


def test_one_survey_a_year_and_one_at_a_time(survey: Survey, secretariat: Principal) -> None:
    until = clock.today() + timedelta(days=10)
    with pytest.raises(Conflict):
        actions.open_survey(by=secretariat, until=until)
    actions.close_survey(by=secretariat, survey=survey)
    with pytest.raises(Conflict):
        actions.open_survey(by=secretariat, until=until)
    with day(date(clock.today().year + 1, 3, 1)):
        actions.open_survey(by=secretariat, until=clock.today())
    assert Survey.objects.count() == 2


@pytest.mark.parametrize("days", [-1, 93])
def test_the_last_day_lies_within_three_months(secretariat: Principal, days: int) -> None:
    with pytest.raises(Invalid) as error:
        actions.open_survey(by=secretariat, until=clock.today() + timedelta(days=days))
    assert error.value.field == "until"


@pytest.mark.parametrize("name", ["begin", "sheet", "sheet_pdf", "close", "call_off"])
def test_only_the_secretariat_runs_it(
    survey: Survey, member: Principal, client_as: As, name: str
) -> None:
    client = client_as(member)
    send = client.post if name in {"close", "call_off"} else client.get
    assert send(url(name)).status_code == 403
    assert Survey.objects.get().is_open


def test_a_survey_that_is_called_off_leaves_nothing(
    survey: Survey, member: Principal, secretariat: Principal, client_as: As
) -> None:
    actions.answer_survey(by=member, survey=survey, answers=MIXED)
    client_as(secretariat).post(url("call_off"))
    assert not Survey.objects.exists()
    assert not Answered.objects.exists()
    assert client_as(secretariat).post(url("call_off")).status_code == 404


def test_a_survey_that_is_counted_is_not_called_off(survey: Survey, secretariat: Principal) -> None:
    actions.close_survey(by=secretariat, survey=survey)
    with pytest.raises(Conflict):
        actions.call_off_survey(by=secretariat, survey=survey)
    assert Survey.objects.exists()


def test_the_sheet_of_paper_is_a_tagged_pdf_in_both_languages(
    survey: Survey, secretariat: Principal, client_as: As
) -> None:
    for start in ("", "/en"):
        page = client_as(secretariat).get(f"{start}/raadet/kultur/ark.pdf")
        assert page.headers["Content-Type"] == "application/pdf"
        assert page.content.startswith(b"%PDF")
        assert b"/MarkInfo" in page.content or b"StructTreeRoot" in page.content
        assert b"/Count 1" in page.content  # all of it on one page
        assert b"/Count 2" not in page.content


# --- time --------------------------------------------------------------------------------------


def test_those_who_have_not_answered_are_reminded_once(
    survey: Survey,
    council: Council,
    member: Principal,
    secretariat: Principal,
    django_capture_on_commit_callbacks: Any,
) -> None:
    actions.answer_survey(by=member, survey=survey, answers=MIXED)
    assert actions.keep_time_everywhere() == 0
    near = survey.until - timedelta(days=2)
    with day(near), django_capture_on_commit_callbacks(execute=True):
        assert actions.keep_time_everywhere() == 1
        assert actions.keep_time_everywhere() == 0
    assert [message.to for message in mail.outbox] == [[secretariat.email]]


def test_the_worker_closes_it_when_the_paper_has_had_its_time(
    survey: Survey, secretariat: Principal
) -> None:
    sheets(survey, secretariat, [MIXED] * 6)
    with day(survey.until + timedelta(days=4)):
        actions.keep_time_everywhere()
    assert Survey.objects.get().is_open
    with day(survey.until + timedelta(days=5)):
        actions.keep_time_everywhere()
    closed = Survey.objects.get()
    assert not closed.is_open
    assert closed.results["people"] == 6


def test_only_the_installation_itself_keeps_time(survey: Survey, secretariat: Principal) -> None:
    with pytest.raises(NotAllowed):
        actions.keep_time(by=secretariat, survey=survey)


def test_the_desk_says_so_when_the_year_is_nearly_over(secretariat: Principal) -> None:
    year = clock.today().year
    here = "/raadet/kultur/"

    def number() -> int:
        return next(pile.number for pile in waiting(secretariat) if pile.href == here)

    with day(date(year, 9, 30)):
        assert number() == 0
    with day(date(year, 10, 1)):
        assert number() == 1
        actions.open_survey(by=secretariat, until=clock.today())
        assert number() == 0


# --- what may be shown -------------------------------------------------------------------------


def test_closing_throws_the_finer_counts_and_who_answered_away(
    survey: Survey, member: Principal, secretariat: Principal
) -> None:
    actions.answer_survey(by=member, survey=survey, answers=MIXED)
    sheets(survey, secretariat, [MIXED] * 7)
    actions.close_survey(by=secretariat, survey=survey)
    closed = Survey.objects.get()
    assert closed.counts == []
    assert not Answered.objects.exists()
    assert closed.results["people"] == 8
    assert closed.results["themes"] == {"openness": 4.0, "risk": None, "dependence": 3.3}
    with pytest.raises(Conflict):
        actions.enter_sheet(by=secretariat, survey=survey, answers=MIXED)


def test_of_fewer_than_five_nothing_is_kept_and_the_page_says_so(
    survey: Survey, secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    sheets(survey, secretariat, [MIXED] * (SMALLEST - 1))
    actions.close_survey(by=secretariat, survey=survey)
    closed = Survey.objects.get()
    assert (closed.results, closed.counts) == ({}, [])
    page = client_as(visitor).get(url("front")).content.decode()
    assert f"I {closed.year} svarede for få" in page
    report = begin_report(by=secretariat, year=closed.year)
    told = {one["en"]["heading"]: one["en"]["figures"] for one in report.chapters}
    (figure,) = told["How it is to co-create"]
    assert (figure["text"], figure["value"]) == ("fewer than 5", 0)


def test_while_it_is_open_nobody_sees_what_has_come(
    survey: Survey, secretariat: Principal, member: Principal, client_as: As
) -> None:
    sheets(survey, secretariat, [[5] * N] * 9)
    for person in (member, secretariat):
        page = client_as(person).get(url("front")).content.decode()
        assert "År for år" not in page
        assert "Hvor mange er enige" not in page
    report = begin_report(by=secretariat, year=survey.year)
    assert "How it is to co-create" not in {one["en"]["heading"] for one in report.chapters}


def test_a_mean_near_the_end_is_said_as_a_bound() -> None:
    same = results_of(counted([[5] * N] * 6))
    assert set(same["themes"].values()) == {4.5}
    assert same["questions"][0] == [None] * 4
    assert queries.said(4.5) == "4,5 eller mere af 5"
    assert queries.said(1.5) == "1,5 eller mindre af 5"
    with translation.override("en"):
        assert queries.said(3.4) == "3.4 of 5"


people = st.lists(
    st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=N, max_size=N), max_size=25
)


@given(people)
def test_no_small_number_is_shown_or_can_be_worked_out(rows: list[list[int | None]]) -> None:
    found = results_of(counted(rows))
    if len(rows) < SMALLEST:
        assert found == {}
        return
    assert found["people"] == len(rows)
    for cells in found["questions"]:
        shown = [cell for cell in cells if cell is not None]
        assert all(cell >= SMALLEST for cell in shown)
        hidden = len(cells) - len(shown)
        assert hidden != 1
        # What is hidden together is large enough for each of them to be five different numbers.
        assert hidden == 0 or len(rows) - sum(shown) >= SMALLEST - 1
    for mean in found["themes"].values():
        assert mean is None or 1.5 <= mean <= 4.5


@given(people, st.randoms())
def test_the_order_in_which_people_answer_leaves_no_trace(
    rows: list[list[int | None]], luck: Any
) -> None:
    mixed = list(rows)
    luck.shuffle(mixed)
    assert counted(mixed) == counted(rows)


# --- through the years, and in the report ------------------------------------------------------


@pytest.fixture
def two_years(secretariat: Principal) -> list[Survey]:
    found = []
    this_year = clock.today().year
    for year, low in ((this_year - 1, 3), (this_year, 4)):
        with day(date(year, 2, 1)):
            one = actions.open_survey(by=secretariat, until=clock.today())
            sheets(one, secretariat, [[low] * N] * 5 + [[low - 1] * N] * 5)
            found.append(actions.close_survey(by=secretariat, survey=one))
    return found


def test_the_page_follows_the_years_in_both_languages(
    two_years: list[Survey], visitor: Principal, client_as: As
) -> None:
    page = client_as(visitor).get(url("front")).content.decode()
    assert page.index("3,5 af 5") < page.index("2,5 af 5")
    assert "10 personer svarede" in page
    assert "Hverken eller: <strong>5</strong>" in page
    assert "Resten er for få til at vise" in page
    english = client_as(visitor).get("/en/raadet/kultur/").content.decode()
    assert "3.5 of 5" in english
    assert "Mutual dependence" in english
    assert "<form" not in page.split("<main")[1].split("</main>")[0]


def test_the_years_are_a_file_too(
    two_years: list[Survey], visitor: Principal, client_as: As
) -> None:
    page = client_as(visitor).get(url("front") + "?format=csv")
    text = b"".join(page.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["people"], row["openness"], row["risk"]) for row in rows] == [
        ("10", "3.5", "3.5"),
        ("10", "2.5", "2.5"),
    ]


def test_the_yearly_report_tells_of_it_on_the_page_and_in_the_file(
    two_years: list[Survey], secretariat: Principal, visitor: Principal, client_as: As
) -> None:
    year = clock.today().year
    report = begin_report(by=secretariat, year=year)
    publish_report(by=secretariat, report=report)
    page = client_as(visitor).get(f"/raadet/beretninger/{year}/").content.decode()
    assert "Åbenhed" in page
    assert "3,5 af 5" in page
    assert f"Åbenhed i {year - 1}: 2,5 af 5" in page
    english = client_as(visitor).get(f"/en/raadet/beretninger/{year}/").content.decode()
    assert f"Openness in {year - 1}: 2.5 of 5" in english
    file = report_pdf(YearReport.objects.get())
    assert len(file) > len(report_pdf(_without_culture(report)))


def _without_culture(report: YearReport) -> YearReport:
    rest = [one for one in report.chapters if one["en"]["heading"] != "How it is to co-create"]
    assert len(rest) == len(report.chapters) - 1
    return YearReport(council=report.council, year=report.year, is_public=True, chapters=rest)


def test_the_page_of_the_council_leads_there(
    council: Council, visitor: Principal, client_as: As
) -> None:
    assert 'href="/raadet/kultur/"' in client_as(visitor).get("/raadet/").content.decode()


def test_erasing_a_person_takes_away_that_they_answered(survey: Survey, council: Council) -> None:
    person = cast.a_person(council, "gone", [Role.MEMBER])
    actions.answer_survey(by=person, survey=survey, answers=MIXED)
    User.objects.filter(pk=person.user_id).delete()
    assert not Answered.objects.exists()
    assert people_in(Survey.objects.get().counts) == 1
