from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.opinion import (
    Comment,
    OpinionError,
    VoteMatrix,
    detect_sign,
    pieces,
    read_comments_csv,
    read_participants_votes_csv,
    read_votes_csv,
    write_comments_csv,
    write_participants_votes_csv,
    write_votes_csv,
)
from samskab.engine.opinion import people as people_module

SEATTLE = Path(__file__).parent / "data" / "15-per-hour-seattle"
COMMENTS = (Comment(1, "Ja", agrees=2, disagrees=0), Comment(2, "Nej", agrees=0, disagrees=2))
HEAD = "timestamp,datetime,comment-id,voter-id,vote\n"


def votes_file(*rows: str, head: str = HEAD) -> io.StringIO:
    return io.StringIO(head + "".join(row + "\n" for row in rows))


def test_counts_equal_those_of_the_export() -> None:
    votes = read_votes_csv(SEATTLE / "votes.csv")
    with (SEATTLE / "participants-votes.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(votes.participants) == 339
    for row in rows:
        answers = list(votes.answers_of(int(row["participant"])).values())
        assert len(answers) == int(row["n-votes"])
        assert answers.count(1) == int(row["n-agree"])
        assert answers.count(-1) == int(row["n-disagree"])


def test_both_export_formats_hold_the_same_votes() -> None:
    lines = read_votes_csv(SEATTLE / "votes.csv")
    table = read_participants_votes_csv(SEATTLE / "participants-votes.csv")
    assert list(lines.votes()) == list(table.votes.votes())
    assert lines.n_votes == 2872
    assert [list(table.groups.values()).count(group) for group in (0, 1, None)] == [99, 39, 201]
    assert table.n_comments[0] == 13


def test_rejected_statements_are_left_out() -> None:
    comments = read_comments_csv(SEATTLE / "comments.csv")
    votes = read_votes_csv(SEATTLE / "votes.csv", comments=comments)
    assert len(comments) == 54
    assert votes.shape == (339, 31)
    assert votes.n_votes == 2849


def test_a_turned_sign_is_found_from_the_counts() -> None:
    turned = votes_file("1,,1,7,-1", "1,,1,8,-1", "1,,2,7,1", "1,,2,8,1")
    votes = read_votes_csv(turned, comments=COMMENTS)
    assert votes.answers_of(7) == {1: 1, 2: -1}


def test_the_sign_of_the_matrix_is_found_from_its_own_counts() -> None:
    head = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,1,2\n"
    people = read_participants_votes_csv(io.StringIO(head + "5,,0,2,2,0,-1,-1\n6,1,0,2,1,1,1,-1\n"))
    assert people.votes.answers_of(5) == {1: 1, 2: 1}
    assert people.groups == {5: None, 6: 1}


def test_without_counts_one_is_agree() -> None:
    assert read_votes_csv(votes_file("1,,1,7,1")).answers_of(7) == {1: 1}
    assert detect_sign({1: (3, 3)}, {1: (3, 3)}) is None


def test_counts_that_fit_neither_reading_are_refused() -> None:
    mixed = votes_file("1,,1,7,1", "1,,1,8,1", "1,,2,7,1", "1,,2,8,1")
    with pytest.raises(OpinionError, match="neither with 1 as agree"):
        read_votes_csv(mixed, comments=COMMENTS)


def test_a_stated_sign_that_the_counts_contradict_is_refused() -> None:
    straight = ("1,,1,7,1", "1,,1,8,1", "1,,2,7,-1", "1,,2,8,-1")
    with pytest.raises(OpinionError, match="you say that -1 means agree"):
        read_votes_csv(votes_file(*straight), comments=COMMENTS, agree=-1)
    votes = read_votes_csv(votes_file(*straight), agree=-1)
    assert votes.answers_of(7) == {1: -1, 2: 1}


def test_the_latest_vote_counts_whatever_the_order_of_the_lines() -> None:
    assert read_votes_csv(votes_file("20,,1,7,1", "10,,1,7,-1")).answers_of(7) == {1: 1}


def test_an_extra_xid_column_is_not_read() -> None:
    head = "participant,xid,group-id,n-comments,n-votes,n-agree,n-disagree,1\n"
    people = read_participants_votes_csv(io.StringIO(head + "5,secret,0,0,1,1,0,1\n"))
    assert people.votes.statements == (1,)
    assert people.votes.answers_of(5) == {1: 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n1,2\n", "lacks the column timestamp, comment-id, voter-id, vote"),
        (HEAD + "1,,1,7,1\n1,,1,8,2\n", "line 3: the vote is “2”"),
        (HEAD + "1,,1,7,\n", "line 2: the vote is “”"),
        (HEAD + "soon,,1,7,1\n", "line 2: the timestamp is “soon”"),
        (HEAD + "1,,,7,1\n", "line 2: the comment-id is empty"),
        (HEAD + "1,,1,7,1,9,9\n", "line 2: there are too many cells"),
        (HEAD + "1,,1,7\n", "line 2: the vote is “”"),
        (HEAD + '1,"two\nlines",1,7,1\n\n1,,1,8,yes\n', "line 5: the vote is “yes”"),
        (HEAD + "1,,1,7,1\n" * 60_000 + "1,,1,7,3\n", "line 60002: the vote is “3”"),
        (HEAD + "9" * 30 + ",,1,7,1\n", "line 2: the timestamp is “9+”"),
        ("", "votes.csv is empty"),
        (HEAD + "1,,1,7,1\n2,,1,7,-2\n", "line 3: the vote is “-2”"),
        (HEAD + "1,,1,7,1\r\n2,,1,7,10\r\n", "line 3: the vote is “10”"),
        (HEAD + "1,,1,7,1\n\n2,,1,7\n", "line 4: the vote is “”"),
        (HEAD.replace("vote\n", "vote,vote\n") + "1,,1,7,1,1\n", "has the column vote twice"),
        (HEAD + "1,,1,7,1\n" + "1_0,,1,7,1\n", "line 3: the timestamp is “1_0”"),
        (HEAD.replace("\n", ",weight\n") + "1,,1,7,1,2\n1,,1,8,1,-1\n", "line 3: the weight is"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(OpinionError, match=message):
        read_votes_csv(io.StringIO(text))


def test_a_statement_that_is_there_twice_is_refused_with_both_lines() -> None:
    head = "comment-id,agrees,disagrees,moderated,comment-body\n"
    with pytest.raises(OpinionError, match="line 4: statement 1 occurs twice, first in line 2"):
        read_comments_csv(io.StringIO(head + "1,0,0,1,a\n2,0,0,1,b\n1,0,0,1,c\n"))


def test_votes_in_several_pieces_are_read_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = read_votes_csv(SEATTLE / "votes.csv")
    quoted = (SEATTLE / "votes.csv").read_text(encoding="utf-8").replace("0\n", '"0"\n')
    monkeypatch.setattr(pieces, "PIECE", 100)
    assert list(read_votes_csv(SEATTLE / "votes.csv").votes()) == list(whole.votes())
    assert list(read_votes_csv(io.StringIO(quoted)).votes()) == list(whole.votes())


@given(
    rows=st.lists(
        st.tuples(
            st.integers(-5, 10**13),
            st.sampled_from(
                ["1", "22", "5000000", "007", "x", " 3", "4 ", '"5"', "12345678901234567890"]
            ),
            st.sampled_from(["0", "9", "31", "p", "7 ", '"8"']),
            st.sampled_from(["1", "0", "-1", " 1", "-1 "]),
        ),
        max_size=30,
    ),
    ending=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    piece=st.integers(1, 200),
)
def test_the_quick_way_of_reading_gives_what_the_slow_way_gives(
    rows: list[tuple[int, str, str, str]], ending: str, last: bool, piece: int
) -> None:
    lines_ = [HEAD.strip(), *(f"{time},Ø,{item},{who},{vote}" for time, item, who, vote in rows)]
    text = ending.join(lines_) + ending * last
    found = [
        (row["voter-id"], row["comment-id"], row["vote"], row["timestamp"])
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]
    expected = VoteMatrix.from_votes(
        (named(who), named(item), int(vote), int(time)) for who, item, vote, time in found
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", piece)
        votes = read_votes_csv(io.StringIO(text, newline=""))
    assert list(votes.votes()) == list(expected.votes())


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["", "0", "3", " 1"]),
            st.sampled_from(["", "0", "12"]),
            st.lists(
                st.sampled_from(["", "", "1", "0", "-1", " 1", '"1"']), min_size=4, max_size=4
            ),
        ),
        max_size=12,
    ),
    names=st.permutations(
        ["1", "22", "5000000", "007", "x", " 3", "4 ", '"5"', "6", "7", "8", "9"]
    ),
    ending=st.sampled_from(["\n", "\r\n", "\n\n"]),
    piece=st.integers(1, 200),
)
def test_the_quick_way_of_reading_people_gives_what_the_slow_way_gives(
    rows: list[tuple[str, str, list[str]]], names: list[str], ending: str, piece: int
) -> None:
    lines = ["xid,n-agree,participant,n-comments,a,1,n-disagree,group-id,02,3,n-votes"]
    people = []
    for name, (group, wrote, cells) in zip(names, rows, strict=False):
        said = [cell.strip(' "') for cell in cells]
        plus, minus = said.count("1"), said.count("-1")
        who, known = named(name.strip('"')), group.strip()
        first, second, third, fourth = cells
        line = [f"Ø,{plus},{name},{wrote},{first},{second},{minus},{group},{third},{fourth},"]
        lines += line
        people.append((who, int(known) if known else None, int(wrote or 0), said))
    text = ending.join(lines) + ending
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_module, "_PIECE", piece)
        found = read_participants_votes_csv(io.BytesIO(b"\xef\xbb\xbf" + text.encode()))
    items = ("a", 1, "02", 3)
    assert found.groups == {who: group for who, group, _wrote, _said in people}
    assert found.n_comments == {who: wrote for who, _group, wrote, _said in people}
    assert {who: found.votes.answers_of(who) for who, *_rest in people} == {
        who: {item: int(value) for item, value in zip(items, said, strict=True) if value}
        for who, _group, _wrote, said in people
    }


@pytest.mark.parametrize("piece", [10, 40, 1000])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("5,,0,1,1,0,1,\n6,,0,1,1,0,7,\n", "line 3: the vote is “7”"),
        ("5,,0,1,1,0,1,\n\n6,,0,1,,0,1,\n", "line 4: the n-agree is “”"),
        ("5,,0,1,1,0,1,\n6,,0,1,1,0,1,,9\n", "line 3: there are too many cells"),
        ("5,,0,1,1,0,1,\n6,,0,1,1,0,1,\n5,,0,1,1,0,1,\n", "line 4: participant 5 occurs twice"),
        ("5,,0,1,1,0,1,\n,,0,1,1,0,1,\n", "line 3: the participant is empty"),
        ("5,,0,1,1,0,1,\n6,x,0,1,1,0,1,\n", "line 3: the group-id is “x”"),
        ('5,,0,1,1,0,1,\n"6",,0,1,1,0,"2",\n', "line 3: the vote is “2”"),
    ],
)
def test_a_bad_line_of_people_is_named_wherever_a_piece_ends(
    rows: str, message: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_module, "_PIECE", piece)
    head = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,1,2\n"
    with pytest.raises(OpinionError, match=message):
        read_participants_votes_csv(io.StringIO(head + rows))


def named(text: str) -> int | str:
    text = text.strip()
    return int(text) if text.isdigit() and str(int(text)) == text else text


def test_blanks_around_a_number_make_nobody_new() -> None:
    votes = read_votes_csv(votes_file("1,,1,7,1", "2,, 1 ,7 , -1", "3,,1,07,1"))
    assert votes.answers_of(7) == {1: -1}
    assert votes.participants == (7, "07")


def test_columns_come_in_any_order_after_a_mark_and_with_more_beside_them(tmp_path: Path) -> None:
    text = "vote,xid, voter-id ,comment-id,timestamp,\r\n-1,s,7,1,5,\r\n1,s,8,1,5,\r\n"
    (tmp_path / "votes.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    votes = read_votes_csv(tmp_path / "votes.csv")
    assert list(votes.votes()) == [(7, 1, -1), (8, 1, 1)]


def test_a_column_says_what_a_vote_weighs() -> None:
    head = HEAD.replace("\n", ",weight\n")
    votes = read_votes_csv(votes_file("1,,1,7,1,2.5", "1,,1,8,1,", "1,,2,8,-1,3", head=head))
    assert votes.counts.tolist() == [[3.5, 0, 0], [0, 3, 0]]
    out = io.StringIO()
    write_votes_csv(votes, out)
    again = read_votes_csv(io.StringIO(out.getvalue()))
    assert (again.counts == votes.counts).all()
    with pytest.raises(OpinionError, match="do not weigh the same"):
        write_participants_votes_csv(votes, io.StringIO())


def test_a_person_has_one_weight_in_the_other_format() -> None:
    head = "participant,weight,group-id,n-comments,n-votes,n-agree,n-disagree,1,2\n"
    text = head + "5,2,,0,2,1,1,1,-1\n6,0.5,,0,1,1,0,1,\n"
    votes = read_participants_votes_csv(io.StringIO(text)).votes
    assert votes.counts.tolist() == [[2.5, 0, 0], [0, 2, 0]]
    out = io.StringIO()
    write_participants_votes_csv(votes, out)
    again = read_participants_votes_csv(io.StringIO(out.getvalue())).votes
    assert (again.counts == votes.counts).all()


def test_votes_on_a_statement_that_nobody_knows_are_told_with_their_line() -> None:
    told: list[OpinionError] = []
    rows = ("1,,1,7,1", "1,,9,7,1", "1,,9,8,-1", "1,,2,8,-1", "1,,1,9,1", "1,,2,9,-1")
    votes = read_votes_csv(votes_file(*rows), comments=COMMENTS, note=told.append)
    assert votes.statements == (1, 2, 9)
    assert [str(note) for note in told] == [
        "votes.csv, line 3: statement 9 is not among the statements (votes: 2)."
    ]
    assert told[0].said("da").startswith("votes.csv, linje 3: udsagn 9")


def test_counts_that_are_all_zero_say_nothing_about_the_sign() -> None:
    comments = (Comment(1, "Ja"), Comment(2, "Nej"))
    votes = read_votes_csv(votes_file("1,,1,7,1", "1,,2,7,-1"), comments=comments)
    assert votes.answers_of(7) == {1: 1, 2: -1}


def test_counts_that_fit_both_readings_leave_one_as_agree() -> None:
    assert detect_sign({1: (30, 29)}, {1: (31, 30)}) is None


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(OpinionError, match=r"gone\.csv cannot be read"):
        read_votes_csv(tmp_path / "gone.csv")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "votes.csv").write_bytes(HEAD.encode() + "1,ø,1,7,1\n".encode("latin-1"))
    with pytest.raises(OpinionError, match=r"votes\.csv, line 2, is not text in UTF-8"):
        read_votes_csv(tmp_path / "votes.csv")


@pytest.mark.parametrize("quoted", [b"", b'1,"",1,8,1\n'])
def test_the_line_that_is_no_text_is_named(quoted: bytes) -> None:
    text = HEAD.encode() + quoted + b"1,,1,7,1\n" * 3 + b"1,\xf8,1,9,1\n"
    with pytest.raises(OpinionError, match=f"line {6 if quoted else 5}, is not text"):
        read_votes_csv(io.BytesIO(text))
    head = b"comment-id,agrees,disagrees,moderated,comment-body\n"
    with pytest.raises(OpinionError, match=r"comments\.csv, line 3, is not text"):
        read_comments_csv(io.BytesIO(head + b'1,0,0,1,"a"\n2,0,0,1,"\xf8"\n'))


def test_a_moderation_that_is_none_is_refused_with_its_line() -> None:
    head = "comment-id,agrees,disagrees,moderated,comment-body\n"
    with pytest.raises(OpinionError, match="line 3: the moderation is “5”"):
        read_comments_csv(io.StringIO(head + "1,0,0,-1,a\n2,0,0,5,b\n"))


def test_a_file_with_semicolons_is_told_so() -> None:
    with pytest.raises(OpinionError, match="line 1: the columns are divided by semicolons"):
        read_votes_csv(io.StringIO(HEAD.replace(",", ";") + "1;;1;7;1\n"))


def test_a_participant_on_two_lines_is_refused() -> None:
    head = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,1\n"
    with pytest.raises(OpinionError, match="line 3: participant 5 occurs twice, first in line 2"):
        read_participants_votes_csv(io.StringIO(head + "5,,0,1,1,0,1\n5,,0,1,1,0,1\n"))


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    comments = read_comments_csv(SEATTLE / "comments.csv")
    people = read_participants_votes_csv(SEATTLE / "participants-votes.csv")
    write_comments_csv(comments, tmp_path / "comments.csv")
    write_votes_csv(people.votes, tmp_path / "votes.csv")
    write_participants_votes_csv(
        people.votes, tmp_path / "people.csv", groups=people.groups, n_comments=people.n_comments
    )
    again = read_participants_votes_csv(tmp_path / "people.csv")
    assert read_comments_csv(tmp_path / "comments.csv") == comments
    assert list(read_votes_csv(tmp_path / "votes.csv").votes()) == list(people.votes.votes())
    assert list(again.votes.votes()) == list(people.votes.votes())
    assert (again.groups, again.n_comments) == (people.groups, people.n_comments)


def test_the_matrix_is_written_as_polis_wrote_it(tmp_path: Path) -> None:
    people = read_participants_votes_csv(SEATTLE / "participants-votes.csv")
    out = tmp_path / "people.csv"
    write_participants_votes_csv(
        people.votes, out, groups=people.groups, n_comments=people.n_comments
    )
    original = (SEATTLE / "participants-votes.csv").read_text(encoding="utf-8")
    written = out.read_text(encoding="utf-8").splitlines()
    assert written[0] == original.splitlines()[0]
    assert sorted(written) == sorted(original.splitlines())  # Polis' own order is not by number


def test_a_vote_is_written_with_its_time() -> None:
    out = io.StringIO()
    write_votes_csv([("p", 3, -1, 1403054214196)], out)
    assert out.getvalue().splitlines()[1] == "1403054214196,Wed Jun 18 01:16:54 UTC 2014,3,p,-1"
