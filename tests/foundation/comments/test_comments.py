from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from samskab.civic.foundation.comments.actions import (
    confirm_comment,
    moderate,
    open_thread,
    post_comment,
    rename_thread,
    switch_thread,
)
from samskab.civic.foundation.comments.models import Comment, Thread
from samskab.civic.foundation.comments.queries import talks, waiting
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.news.actions import publish_news
from samskab.civic.public.news.models import NewsItem

ClientAs = Callable[[Principal], Client]
WRITTEN = {"name": "Bo", "email": "bo@eksempel.dk", "text": "Godt tænkt."}


@pytest.fixture
def item(secretariat: Principal) -> NewsItem:
    """The page that the comments are below."""
    return publish_news(by=secretariat, title_da="Nyt", lead_da="Kort.", text_da="Langt.")


@pytest.fixture
def thread(item: NewsItem) -> Thread:
    return item.thread


@pytest.fixture
def comment(thread: Thread, visitor: Principal) -> Comment:
    """Written and confirmed; the writer is known from now on."""
    made = post_comment(by=visitor, thread=thread, **WRITTEN)
    return confirm_comment(by=visitor.holding("comments.comment", made.pk), comment=made)


@pytest.fixture
def shown(comment: Comment, secretariat: Principal) -> Comment:
    return moderate(by=secretariat, comment=comment, show=True)


# --- post_comment ------------------------------------------------------------------------------
def test_a_comment_is_held_until_it_is_shown(comment: Comment, secretariat: Principal) -> None:
    assert comment.status == "waiting"
    assert talks(comment.thread) == []
    assert list(waiting(comment.council)) == [comment]
    moderate(by=secretariat, comment=comment, show=True)
    assert [talk.comment for talk in talks(comment.thread)] == [comment]
    assert Thread.objects.get().n_shown == 1
    assert not waiting(comment.council).exists()


def test_an_account_gives_name_and_address_itself(thread: Thread, participant: Principal) -> None:
    made = post_comment(by=participant, thread=thread, name="", email="", text="Ja.")
    assert (made.author_name, made.email) == (participant.name, participant.email)
    assert made.author_id == participant.user_id


@pytest.mark.parametrize("field", ["name", "email", "text"])
def test_name_address_and_text_are_needed(thread: Thread, visitor: Principal, field: str) -> None:
    with pytest.raises(Invalid) as error:
        post_comment(
            by=visitor, thread=thread, **{**WRITTEN, field: " " if field != "email" else ""}
        )
    assert error.value.field == field
    assert not Comment.objects.exists()


def test_a_closed_thread_takes_no_more(thread: Thread, visitor: Principal) -> None:
    Thread.objects.update(is_open=False)
    with pytest.raises(NotAllowed):
        post_comment(by=visitor, thread=thread, **WRITTEN)


def test_an_outsider_finds_no_thread(thread: Thread, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        post_comment(by=outsider, thread=thread, **WRITTEN)


def test_a_cpr_number_is_not_kept(thread: Thread, visitor: Principal) -> None:
    with pytest.raises(Invalid):
        post_comment(by=visitor, thread=thread, **{**WRITTEN, "text": "Jeg er 010190-1234"})
    assert not Comment.objects.exists()


def test_the_log_holds_neither_name_nor_text(comment: Comment) -> None:
    entry = LogEntry.objects.get(verb="comments.post_comment")
    assert (entry.who, entry.data) == ("visitor", {"status": "unconfirmed"})


# --- answers -----------------------------------------------------------------------------------
def test_an_answer_stands_below_what_it_answers(
    shown: Comment, visitor: Principal, secretariat: Principal
) -> None:
    answer = post_comment(by=visitor, thread=shown.thread, reply_to=shown, **WRITTEN)
    moderate(by=secretariat, comment=answer, show=True)
    (talk,) = talks(shown.thread)
    assert (talk.comment, talk.replies) == (shown, [answer])


def test_an_answer_to_an_answer_joins_the_same_talk(
    shown: Comment, visitor: Principal, secretariat: Principal
) -> None:
    first = post_comment(by=visitor, thread=shown.thread, reply_to=shown, **WRITTEN)
    moderate(by=secretariat, comment=first, show=True)
    first.refresh_from_db()
    second = post_comment(by=visitor, thread=shown.thread, reply_to=first, **WRITTEN)
    assert second.reply_to == shown


def test_what_is_not_shown_cannot_be_answered(comment: Comment, visitor: Principal) -> None:
    with pytest.raises(Invalid):
        post_comment(by=visitor, thread=comment.thread, reply_to=comment, **WRITTEN)


def test_an_answer_stays_in_its_own_thread(
    shown: Comment, visitor: Principal, secretariat: Principal
) -> None:
    other = open_thread(by=secretariat, title="Andet", path="/")
    with pytest.raises(Invalid):
        post_comment(by=visitor, thread=other, reply_to=shown, **WRITTEN)


# --- moderate ----------------------------------------------------------------------------------
def test_hiding_takes_a_reason(comment: Comment, facilitator: Principal) -> None:
    with pytest.raises(Invalid) as error:
        moderate(by=facilitator, comment=comment, show=False, reason=" ")
    assert error.value.field == "reason"
    hidden = moderate(by=facilitator, comment=comment, show=False, reason="Navngiver andre")
    assert (hidden.status, hidden.hide_reason) == ("hidden", "Navngiver andre")
    assert talks(comment.thread) == []


def test_what_is_shown_can_be_hidden_and_shown_again(
    shown: Comment, secretariat: Principal
) -> None:
    moderate(by=secretariat, comment=shown, show=False, reason="Ved en fejl")
    assert Thread.objects.get().n_shown == 0
    again = moderate(by=secretariat, comment=shown, show=True)
    assert (again.hide_reason, Thread.objects.get().n_shown) == ("", 1)


def test_the_same_answer_twice_is_told(shown: Comment, facilitator: Principal) -> None:
    with pytest.raises(Conflict):
        moderate(by=facilitator, comment=shown, show=True)
    assert Thread.objects.get().n_shown == 1


@pytest.mark.parametrize("role", ["visitor", "participant", "member", "administrator"])
def test_others_do_not_moderate(
    request: pytest.FixtureRequest, role: str, comment: Comment
) -> None:
    with pytest.raises(NotAllowed):
        moderate(by=request.getfixturevalue(role), comment=comment, show=True)


def test_an_outsider_does_not_moderate(comment: Comment, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        moderate(by=outsider, comment=comment, show=True)


# --- threads -----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["visitor", "participant", "member"])
def test_only_staff_open_and_rename_threads(
    request: pytest.FixtureRequest, role: str, thread: Thread
) -> None:
    by = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        open_thread(by=by, title="x", path="/")
    with pytest.raises(NotAllowed):
        rename_thread(by=by, thread=thread, title="x")


def test_an_outsider_does_not_rename(thread: Thread, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        rename_thread(by=outsider, thread=thread, title="x")


def test_a_thread_leads_to_its_page_in_the_readers_language(thread: Thread) -> None:
    with override("en"):
        assert thread.href == "/en/nyheder/nyt/"
    with override("da"):
        assert thread.href == "/nyheder/nyt/"


def test_the_page_keeps_its_own_address_whoever_made_it(secretariat: Principal) -> None:
    with override("en"):
        item = publish_news(by=secretariat, title_da="Mere", lead_da="k", text_da="t")
    assert item.thread.path == "/nyheder/mere/"


# --- pages -------------------------------------------------------------------------------------
def test_a_visitor_writes_a_comment_and_is_told_to_confirm_it(
    thread: Thread, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    form = client.get(f"/kommentarer/skriv/{thread.pk}/").content.decode()
    assert 'name="email"' in form
    answer = client.post(f"/kommentarer/skriv/{thread.pk}/", WRITTEN, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [("/nyheder/nyt/", 302)]
    assert "Næsten færdig" in page
    assert WRITTEN["text"] not in page


def test_the_address_is_shown_on_no_page(
    shown: Comment, visitor: Principal, secretariat: Principal, client_as: ClientAs
) -> None:
    post_comment(by=visitor, thread=shown.thread, reply_to=shown, **WRITTEN)
    for path in (
        "/nyheder/nyt/",
        "/kommentarer/",
        f"/kommentarer/{shown.pk}/",
        f"/kommentarer/skriv/{shown.thread_id}/?svar={shown.pk}",
        "/nyheder/atom/",
    ):
        page = client_as(secretariat).get(path).content.decode()
        assert "Nyt" in page or "Bo" in page
        assert WRITTEN["email"] not in page


def test_the_answered_comment_stands_above_the_form(
    shown: Comment, visitor: Principal, client_as: ClientAs
) -> None:
    client, path = client_as(visitor), f"/kommentarer/skriv/{shown.thread_id}/?svar={shown.pk}"
    assert WRITTEN["text"] in client.get(path).content.decode()
    client.post(path, {**WRITTEN, "text": "Enig."})
    assert Comment.objects.get(text="Enig.").reply_to == shown


@pytest.mark.parametrize("key", ["x", "987654", "-1", ""])
def test_an_answer_to_nothing_is_a_comment(
    thread: Thread, visitor: Principal, client_as: ClientAs, key: str
) -> None:
    client_as(visitor).post(f"/kommentarer/skriv/{thread.pk}/?svar={key}", WRITTEN)
    assert Comment.objects.get().reply_to is None


def test_a_form_sent_twice_makes_one_comment(
    thread: Thread, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    for _ in range(2):
        client.post(f"/kommentarer/skriv/{thread.pk}/", {**WRITTEN, "once": "a"})
    assert Comment.objects.count() == 1


@pytest.mark.parametrize("change", [{"email": "nej"}, {"name": ""}, {"text": "010190-1234"}])
def test_an_error_keeps_what_was_typed(
    thread: Thread, visitor: Principal, client_as: ClientAs, change: dict[str, str]
) -> None:
    typed = {**WRITTEN, **change}
    answer = client_as(visitor).post(f"/kommentarer/skriv/{thread.pk}/", typed)
    assert answer.status_code == 422
    kept = next(value for name, value in WRITTEN.items() if name not in change)
    assert kept in answer.content.decode()
    assert not Comment.objects.exists()


def test_too_many_in_a_row_are_stopped(
    thread: Thread, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    cache.clear()
    codes = [
        client.post(f"/kommentarer/skriv/{thread.pk}/", WRITTEN).status_code for _ in range(11)
    ]
    assert codes == [302] * 10 + [429]
    assert Comment.objects.count() == 10


def test_what_was_typed_is_not_run(shown: Comment, visitor: Principal, client_as: ClientAs) -> None:
    Comment.objects.update(text="<script>alert(1)</script>", author_name="<b>Bo</b>")
    page = client_as(visitor).get("/nyheder/nyt/").content.decode()
    assert "<script>alert" not in page
    assert "<b>Bo" not in page


def test_the_queue_leads_to_moderation(
    comment: Comment, facilitator: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    assert f"/kommentarer/{comment.pk}/" in client.get("/kommentarer/").content.decode()
    refused = client.post(f"/kommentarer/{comment.pk}/", {"show": "no", "reason": ""})
    assert refused.status_code == 422
    answer = client.post(f"/kommentarer/{comment.pk}/", {"show": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/kommentarer/")
    assert "Du har læst dem alle" in client.get("/kommentarer/").content.decode()
    late = client.post(f"/kommentarer/{comment.pk}/", {"show": "yes"})
    assert late.status_code == 409


def test_the_queue_is_for_those_who_moderate(
    comment: Comment, visitor: Principal, member: Principal, outsider: Principal,
    client_as: ClientAs,
) -> None:  # fmt: skip
    for by, path, status in (
        (visitor, "/kommentarer/", 403),
        (member, "/kommentarer/", 403),
        (member, f"/kommentarer/{comment.pk}/", 403),
        (outsider, f"/kommentarer/{comment.pk}/", 404),
        (outsider, f"/kommentarer/skriv/{comment.thread_id}/", 404),
    ):
        assert client_as(by).get(path).status_code == status, (by.key, path)


def test_three_comments_cost_what_one_costs(
    thread: Thread, visitor: Principal, secretariat: Principal, client_as: ClientAs
) -> None:
    pages, costs = ("/nyheder/nyt/", "/kommentarer/"), []
    for _ in range(3):
        post_comment(by=visitor, thread=thread, **WRITTEN)
        first = post_comment(by=visitor, thread=thread, **WRITTEN)
        moderate(by=secretariat, comment=first, show=True)
        client = client_as(secretariat)
        with CaptureQueriesContext(connection) as asked:
            for path in pages:
                client.get(path)
        costs.append(len(asked))
    assert costs[0] == costs[2]


# --- opening and closing -----------------------------------------------------------------------
def test_a_closed_thread_takes_no_comment_until_it_is_opened_again(
    thread: Thread, secretariat: Principal, visitor: Principal
) -> None:
    with pytest.raises(NotAllowed):
        switch_thread(by=visitor, thread=thread, is_open=False)
    switch_thread(by=secretariat, thread=thread, is_open=False)
    with pytest.raises(NotAllowed):
        post_comment(by=visitor, thread=thread, **WRITTEN)
    switch_thread(by=secretariat, thread=thread, is_open=True)
    assert post_comment(by=visitor, thread=thread, **WRITTEN).text == WRITTEN["text"]


def test_the_form_speaks_as_the_founding_page_did(
    item: NewsItem, thread: Thread, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    assert "Skriv en kommentar" in client.get("/nyheder/nyt/").content.decode()
    form = client.get(f"/kommentarer/skriv/{thread.pk}/").content.decode()
    for said in (
        "Skriv en kommentar",
        "Din e-mailadresse vil ikke blive publiceret.",
        "Krævede felter er markeret med *",
    ):
        assert said in form
    assert form.count('<span class="s-star" aria-hidden="true"> *</span>') == 3
