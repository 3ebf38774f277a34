"""The first comment is confirmed by mail, spam is put aside, and the writer gets an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from samskab.civic.foundation.comments.actions import (
    confirm_comment,
    moderate,
    moderate_many,
    post_comment,
)
from samskab.civic.foundation.comments.models import CONFIRM_DAYS, Comment, Thread
from samskab.civic.foundation.comments.queries import talks, waiting
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.privacy.actions import run_retention_everywhere
from samskab.civic.public.news.actions import publish_news

ClientAs = Callable[[Principal], Client]
WRITTEN = {"name": "Bo", "email": "bo@eksempel.dk", "text": "Godt tænkt."}
SPAM = {**WRITTEN, "text": "Tjen op til 9.000 kr. om ugen på bitcoin, klik her: www.penge.top"}
Commit = Callable[..., object]


@pytest.fixture
def thread(secretariat: Principal) -> Thread:
    return publish_news(by=secretariat, title_da="Nyt", lead_da="Kort.", text_da="Langt.").thread


def holding(by: Principal, comment: Comment) -> Principal:
    return by.holding("comments.comment", comment.pk)


def test_the_link_in_the_mail_confirms_by_a_button(
    thread: Thread, visitor: Principal, client_as: ClientAs,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    client = client_as(visitor)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        client.post(f"/kommentarer/skriv/{thread.pk}/", WRITTEN)
    (letter,) = mail.outbox
    assert letter.to == [WRITTEN["email"]]
    found = re.search(r"(/kommentarer/bekraeft/[\w-]+/)", letter.body)
    assert found
    page = client.get(found[1])
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    assert Comment.objects.get().status == "unconfirmed"  # looking is not confirming
    assert client.post(found[1]).status_code == 302
    assert Comment.objects.get().status == "waiting"
    assert client.post(found[1]).status_code == 409
    assert "allerede bekræftet" in client.get(found[1]).content.decode()
    assert client.get("/kommentarer/bekraeft/gættet/").status_code == 404


def test_who_is_known_needs_no_second_mail(thread: Thread, visitor: Principal) -> None:
    first = post_comment(by=visitor, thread=thread, **WRITTEN)
    confirm_comment(by=holding(visitor, first), comment=first)
    second = post_comment(by=visitor, thread=thread, **{**WRITTEN, "email": "BO@eksempel.dk"})
    assert second.status == "waiting"


def test_who_has_an_account_is_known(thread: Thread, participant: Principal) -> None:
    assert post_comment(by=participant, thread=thread, **WRITTEN).status == "waiting"


def test_only_the_link_confirms(
    thread: Thread, visitor: Principal, secretariat: Principal, outsider: Principal
) -> None:
    made = post_comment(by=visitor, thread=thread, **WRITTEN)
    for by in (visitor, secretariat, visitor.holding("comments.comment", made.pk + 1)):
        with pytest.raises(NotAllowed):
            confirm_comment(by=by, comment=made)
    with pytest.raises(NotFound):
        confirm_comment(by=holding(outsider, made), comment=made)


def test_what_is_not_confirmed_is_not_in_the_queue(thread: Thread, visitor: Principal) -> None:
    post_comment(by=visitor, thread=thread, **WRITTEN)
    assert not waiting(thread.council).exists()
    assert talks(thread) == []


def test_spam_is_put_aside_and_nobody_is_written_to(
    thread: Thread, visitor: Principal, secretariat: Principal, client_as: ClientAs,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        made = post_comment(by=visitor, thread=thread, **SPAM)
        assert made.status == "held"
        assert "ord fra reklamer" in " ".join(made.sign_names)
        moderate(by=secretariat, comment=made, show=False, reason="Reklame")
    assert mail.outbox == []
    other = post_comment(by=visitor, thread=thread, **SPAM)
    client = client_as(secretariat)
    assert "Godt" not in client.get("/kommentarer/").content.decode()
    page = client.get("/kommentarer/?vis=held").content.decode()
    assert SPAM["text"][:20] in page
    moderate(by=secretariat, comment=other, show=True)  # a computer may be wrong
    assert talks(thread)[0].comment == other


def test_the_trap_and_haste_put_aside_what_came_by_the_form(
    thread: Thread, visitor: Principal, client_as: ClientAs
) -> None:
    client, path = client_as(visitor), f"/kommentarer/skriv/{thread.pk}/"
    client.post(path, {**WRITTEN, "homepage": "http://x.example"})
    assert Comment.objects.get().signs == "trap,quick"
    page = client.get(path).content.decode()
    opened = re.search(r'name="opened" value="([^"]+)"', page)
    assert opened
    client.post(path, {**WRITTEN, "text": "Og mere.", "opened": "falsk:1:x"})
    assert Comment.objects.get(text="Og mere.").status == "unconfirmed"


def test_the_writer_gets_the_answer_and_the_reason(
    thread: Thread, visitor: Principal, secretariat: Principal,
    django_capture_on_commit_callbacks: Commit,
) -> None:  # fmt: skip
    made = post_comment(by=visitor, thread=thread, **WRITTEN)
    confirm_comment(by=holding(visitor, made), comment=made)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        moderate(by=secretariat, comment=made, show=False, reason="Navngiver andre")
        moderate(by=secretariat, comment=made, show=True)
    no, yes = mail.outbox
    assert "Navngiver andre" in no.body
    assert "er nu på siden" in yes.body
    assert "/nyheder/nyt/" in yes.body


def test_several_get_one_answer_all_or_none(
    thread: Thread, participant: Principal, secretariat: Principal, member: Principal
) -> None:
    rows = [
        post_comment(by=participant, thread=thread, **{**WRITTEN, "text": f"Nr. {n}"})
        for n in range(3)
    ]
    with pytest.raises(NotAllowed):
        moderate_many(by=member, comments=rows, show=True)
    with pytest.raises(Invalid):
        moderate_many(by=secretariat, comments=[], show=True)
    moderate(by=secretariat, comment=rows[2], show=True)
    with pytest.raises(Conflict):
        moderate_many(by=secretariat, comments=rows, show=True)
    assert waiting(thread.council).count() == 2
    assert moderate_many(by=secretariat, comments=rows[:2], show=True) == 2
    thread.refresh_from_db()
    assert thread.n_shown == 3


def test_the_queue_keeps_what_was_chosen_when_the_reason_is_missing(
    thread: Thread, participant: Principal, secretariat: Principal, client_as: ClientAs
) -> None:
    made = post_comment(by=participant, thread=thread, **WRITTEN)
    client = client_as(secretariat)
    asked = {"chosen": [made.pk], "show": "no", "reason": ""}
    answer = client.post("/kommentarer/", asked)
    assert answer.status_code == 422
    assert f'value="{made.pk}" id="c-{made.pk}" checked' in answer.content.decode()
    assert client.post("/kommentarer/", {**asked, "reason": "Reklame"}).status_code == 302
    assert client.post("/kommentarer/", asked).status_code == 422  # it is not in the queue any more
    made.refresh_from_db()
    assert (made.status, made.hide_reason) == ("hidden", "Reklame")


def test_what_nobody_stands_by_is_erased_in_time(thread: Thread, visitor: Principal) -> None:
    post_comment(by=visitor, thread=thread, **WRITTEN)
    post_comment(by=visitor, thread=thread, **SPAM)
    run_retention_everywhere()
    assert Comment.objects.count() == 2
    Comment.objects.update(created=timezone.now() - timedelta(days=CONFIRM_DAYS + 1))
    run_retention_everywhere()
    assert not Comment.objects.exists()
