"""Conversations from elsewhere, in the files of Polis."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.translation import override

from samskab.civic import public
from samskab.civic.foundation.core.errors import Invalid, NotAllowed
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.journey.inquiry import actions, forms, queries
from samskab.civic.journey.inquiry.actions import exchange
from samskab.civic.journey.inquiry.models import Inquiry, Participant, Statement, Vote
from samskab.engine.opinion import write_comments_csv, write_votes_csv

pytestmark = pytest.mark.django_db

REAL = Path(public.__file__).parent / "demo" / "data" / "polis" / "affordable-housing"

COMMENTS = """timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body
0,x,0,1,2,0,1,Homes cost too much
0,x,1,1,0,1,1,Nothing can be done
0,x,2,2,1,0,-1,Something rude
"""
VOTES = """timestamp,datetime,comment-id,voter-id,vote
10,x,0,1,1
20,x,0,2,-1
30,x,0,2,1
40,x,1,2,-1
50,x,2,1,1
"""


def bring_in(
    by: Principal, inquiry: Inquiry, comments: str = COMMENTS, votes: str = VOTES
) -> actions.Imported:
    return actions.import_polis(
        by=by,
        inquiry=inquiry,
        comments=io.StringIO(comments),
        votes=io.StringIO(votes),
        source_note="A conversation in 2017",
        licence="CC BY 4.0",
    )


PEOPLE = """participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1,2
1,0,1,2,2,0,1,,1
2,1,0,2,1,1,1,-1,
"""


def test_both_files_of_votes_say_the_same(inquiry: Inquiry, facilitator: Principal) -> None:
    done = bring_in(facilitator, inquiry, votes=PEOPLE)
    assert (done.statements, done.people, done.votes) == (3, 2, 4)
    assert not bring_in(facilitator, inquiry)  # votes.csv changes nothing
    bad = PEOPLE.replace("2,2,0,1,,1", "2,2,0,7,,1")
    with pytest.raises(Invalid, match="linje 2: stemmen er “7”"):
        bring_in(facilitator, inquiry, votes=bad)
    with override("en"), pytest.raises(Invalid, match="line 2: the vote is “7”"):
        bring_in(facilitator, inquiry, votes=bad)


def test_the_last_vote_counts_and_rejected_statements_are_hidden(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    done = bring_in(facilitator, inquiry)
    assert (done.statements, done.people, done.votes) == (3, 2, 4)
    rows = Statement.objects.order_by("polis_id")
    assert [(row.status, row.n_agree, row.n_disagree, row.n_pass) for row in rows] == [
        ("shown", 2, 0, 0),
        ("shown", 0, 1, 0),
        ("hidden", 1, 0, 0),
    ]
    inquiry.refresh_from_db()
    assert (inquiry.n_votes, inquiry.n_people) == (4, 2)
    assert (inquiry.source_note, inquiry.licence) == ("A conversation in 2017", "CC BY 4.0")
    assert queries.vote_matrix(inquiry).n_votes == 3


def test_a_second_import_changes_nothing(inquiry: Inquiry, facilitator: Principal) -> None:
    bring_in(facilitator, inquiry)
    inquiry.refresh_from_db()
    before = (
        inquiry.version,
        list(Vote.objects.order_by("pk").values()),
        list(Statement.objects.order_by("pk").values()),
    )
    done = bring_in(facilitator, inquiry)
    inquiry.refresh_from_db()
    assert not done
    assert (
        inquiry.version,
        list(Vote.objects.order_by("pk").values()),
        list(Statement.objects.order_by("pk").values()),
    ) == before


def test_a_later_file_adds_what_is_new_and_changes_what_changed(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    bring_in(facilitator, inquiry)
    done = bring_in(facilitator, inquiry, votes=VOTES + "60,x,1,1,0\n70,x,1,2,0\n")
    assert (done.statements, done.people, done.votes) == (0, 0, 2)
    row = Statement.objects.get(polis_id=1)
    assert (row.n_agree, row.n_disagree, row.n_pass) == (0, 0, 2)


def test_what_the_facilitator_decided_stays(inquiry: Inquiry, facilitator: Principal) -> None:
    bring_in(facilitator, inquiry)
    row = Statement.objects.get(polis_id=0)
    actions.moderate_statement(by=facilitator, statement=row, show=False, reason="Ikke her")
    bring_in(facilitator, inquiry)
    row.refresh_from_db()
    assert row.status == "hidden"


@pytest.mark.parametrize(
    ("comments", "votes"),
    [
        ("a,b\n1,2\n", VOTES),
        (COMMENTS, "a,b\n1,2\n"),
        (COMMENTS, VOTES + "60,x,1,1,5\n"),
        (COMMENTS, VOTES + "60,x,99,1,1\n"),
        (COMMENTS, VOTES + "60,x,0,bo,1\n"),
        (COMMENTS + f"0,x,3,1,0,0,1,{'x' * 1001}\n", VOTES),
        (COMMENTS + "0,x,3,1,0,0,1,\n", VOTES),
        (COMMENTS + "0,x,3,1,0,0,1,My number is 010190-1234\n", VOTES),
    ],
)
def test_a_bad_file_is_refused_whole(
    comments: str, votes: str, inquiry: Inquiry, facilitator: Principal
) -> None:
    with pytest.raises(Invalid) as error:
        bring_in(facilitator, inquiry, comments, votes)
    assert str(error.value.message)
    assert not (Statement.objects.exists() or Participant.objects.exists() or Vote.objects.exists())


def test_only_those_who_facilitate_bring_in(inquiry: Inquiry, participant: Principal) -> None:
    with pytest.raises(NotAllowed):
        bring_in(participant, inquiry)


def test_the_real_conversation_comes_in_whole(inquiry: Inquiry, facilitator: Principal) -> None:
    done = actions.import_polis(
        by=facilitator,
        inquiry=inquiry,
        comments=REAL / "comments.csv",
        votes=REAL / "votes.csv",
        source_note="ScoopNZ Hivemind",
    )
    assert (done.statements, done.people, done.votes) == (165, 381, 14995)
    assert inquiry.statements.filter(status="hidden").count() == 46
    # The counts in the file hold revotes; 119 accepted statements are on the map.
    assert queries.vote_matrix(inquiry).shape[1] == 119


def test_an_export_comes_in_elsewhere_as_it_was(inquiry: Inquiry, facilitator: Principal) -> None:
    bring_in(facilitator, inquiry)
    found = queries.export(inquiry)
    comments, votes = io.StringIO(newline=""), io.StringIO(newline="")
    write_comments_csv(found.comments, comments)
    write_votes_csv(found.votes, votes)
    before = sorted(
        Vote.objects.values_list("participant__polis_id", "statement__polis_id", "value")
    )
    Vote.objects.all().delete()
    inquiry.participants.all().delete()
    inquiry.statements.all().delete()
    bring_in(facilitator, inquiry, comments.getvalue(), votes.getvalue())
    after = sorted(
        Vote.objects.values_list("participant__polis_id", "statement__polis_id", "value")
    )
    assert after == before
    assert Statement.objects.get(polis_id=2).status == "hidden"


def test_an_export_has_neither_our_keys_nor_the_hour(
    inquiry: Inquiry, statements: list[Statement], participant: Principal
) -> None:
    voter = queries.Voter(user_id=participant.user_id)
    person = actions.enter(by=participant, inquiry=inquiry, voter=voter)
    actions.vote(by=participant, statement=statements[2], participant=person, value=1)
    found = queries.export(inquiry)
    [(who, what, value, at)] = found.votes
    assert (who, what, value, at % 86_400_000) == (0, 2, 1, 0)
    assert [comment.id for comment in found.comments] == [0, 1, 2]


def test_a_vote_on_a_statement_that_is_not_there_is_refused_with_its_line(
    inquiry: Inquiry, facilitator: Principal
) -> None:
    with pytest.raises(Invalid, match=r"votes\.csv, linje 7: udsagn 9 er ikke blandt udsagnene"):
        bring_in(facilitator, inquiry, votes=VOTES + "60,x,9,1,1\n")
    assert not Statement.objects.exists()


def test_more_votes_than_a_page_can_read_in_are_refused_with_the_number(
    inquiry: Inquiry, facilitator: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_IMPORTED", 3)
    with pytest.raises(Invalid, match=r"Filen har 4 svar\. Der kan højst læses 3 ind\."):
        bring_in(facilitator, inquiry)
    assert not Statement.objects.exists()


def test_votes_come_in_a_part_at_a_time(
    inquiry: Inquiry, facilitator: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BATCH", 3)
    assert bring_in(facilitator, inquiry).votes == 4
    assert bring_in(facilitator, inquiry, votes=VOTES + "60,x,1,1,0\n70,x,1,2,0\n").votes == 2
    assert sorted(Vote.objects.values_list("participant__polis_id", "statement__polis_id")) == [
        (1, 0),
        (1, 1),
        (1, 2),
        (2, 0),
        (2, 1),
    ]


@pytest.mark.parametrize(
    ("field", "content", "said"),
    [
        ("votes", VOTES.replace(",x,1,2", ",ø,1,2").encode("latin-1"), "linje 5, er ikke tekst"),
        ("comments", COMMENTS.replace(",", ";").encode(), "linje 1: kolonnerne er delt med semi"),
        ("votes", VOTES.encode() + b"60,x,0,1,2\n", "linje 7: stemmen er “2”"),
        ("votes", b"%PDF-1.7 \xff\xfe", "linje 1, er ikke tekst"),
    ],
)
def test_an_uploaded_file_is_refused_with_its_line(
    field: str,
    content: bytes,
    said: str,
    inquiry: Inquiry,
    facilitator: Principal,
    client_as: Callable[[Principal], Client],
) -> None:
    files = {"comments": COMMENTS.encode(), "votes": VOTES.encode(), field: content}
    uploads = {name: SimpleUploadedFile(f"{name}.csv", text) for name, text in files.items()}
    page = client_as(facilitator).post(
        f"/udfordringer/{inquiry.challenge_id}/kernen/bord/import/",
        {**uploads, "source_note": "Fra 2017"},
    )
    assert said in page.content.decode()
    assert not (Statement.objects.exists() or Participant.objects.exists() or Vote.objects.exists())


def test_a_file_that_is_too_large_is_not_read(
    inquiry: Inquiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGEST_FILE", 0)
    given = SimpleUploadedFile("votes.csv", VOTES.encode())
    form = forms.ImportForm({"source_note": "x"}, {"votes": given, "comments": given})
    assert form.errors["votes"] == ["Filen er for stor. Den må højst være 0 MB."]
