"""What readers find below an article, and what they say about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from samskab.civic.commons.knowledge import queries
from samskab.civic.commons.knowledge.actions import (
    answer_suggestion,
    edit_article,
    judge_article,
    suggest,
    write_article,
)
from samskab.civic.commons.knowledge.models import Article, Edition, Suggestion
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.notifications.models import Message

ClientAs = Callable[[Principal], Client]
REAL = {
    "name": "Ida",
    "email": "ida@eksempel.dk",
    "text": "I kunne skrive, hvor mange der plejer at komme, når man spiser sammen om tirsdagen.",
    "seconds": 60.0,
}


def written(by: Principal, title: str, text: str, **more: Any) -> Article:
    return write_article(by=by, kind="method", title_da=title, text_da=text, **more)


@pytest.fixture
def article(secretariat: Principal) -> Article:
    return written(secretariat, "Spis sammen", "Kog suppe med naboerne i forsamlingshuset.")


# --- related -----------------------------------------------------------------------------------
def test_articles_about_the_same_are_shown_with_the_words_they_share(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    written(secretariat, "En gryde suppe", "Naboerne kommer, når der er suppe på bordet.")
    written(secretariat, "Mål det", "Et spørgeskema før og efter giver tal.")
    (found,) = queries.related_to(article)
    assert found.article.title_da == "En gryde suppe"
    assert set(found.words) == {"naboerne", "suppe"}
    page = client_as(visitor).get("/viden/spis-sammen/").content.decode()
    assert "Begge taler om:" in page
    assert 'href="/viden/en-gryde-suppe/"' in page
    assert 'href="/viden/maal-det/"' not in page


def test_nothing_of_another_council_is_related(article: Article, outsider: Principal) -> None:
    written(outsider, "Suppe der", "Kog suppe med naboerne i forsamlingshuset.")
    assert queries.related_to(article) == []


# --- editions ----------------------------------------------------------------------------------
def test_what_it_said_before_can_be_read(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    assert "udgaver" not in client_as(visitor).get("/viden/spis-sammen/").content.decode()
    for text in ("Bag brød.", "Bag brød.", "Steg fisk."):
        article.refresh_from_db()
        edit_article(
            by=secretariat, article=article, kind="case", title_da="Spis sammen", text_da=text
        )
    assert list(Edition.objects.order_by("number").values_list("number", "text_da")) == [
        (1, "Kog suppe med naboerne i forsamlingshuset."),
        (2, "Bag brød."),
    ]
    page = client_as(visitor).get("/viden/spis-sammen/udgaver/").content.decode()
    assert page.index("Bag brød.") < page.index("Kog suppe")


def test_each_edition_says_what_was_changed_after_it_in_both_languages(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    for text, english in (("Kog suppe.", "Boil soup."), ("Kog suppe.", "Boil hot soup.")):
        article.refresh_from_db()
        edit_article(
            by=secretariat, article=article, kind="method", title_da="Spis sammen", text_da=text,
            title_en="Eat together", text_en=english,
        )  # fmt: skip
    article.refresh_from_db()
    newest, oldest = queries.compared(article, list(queries.editions(article)))
    told = [(one.kind, one.text) for change in newest.changes for one in change.pieces]
    assert told == [("same", "Boil "), ("added", "hot "), ("same", "soup.")]
    assert [change.label for change in oldest.changes] == [
        "tekst på dansk", "titel på engelsk", "tekst på engelsk"
    ]  # fmt: skip
    page = client_as(visitor).get("/viden/spis-sammen/udgaver/").content.decode()
    assert "<ins>" in page
    assert "Boil soup." in page


def test_editions_on_a_later_page_stand_beside_the_one_after_them(
    article: Article, secretariat: Principal
) -> None:
    for text in ("A", "B", "C"):
        article.refresh_from_db()
        edit_article(
            by=secretariat, article=article, kind="method", title_da="Spis sammen", text_da=text
        )
    (_newest, *rows) = queries.editions(article)
    found = queries.compared(article, rows)
    assert [piece.text for piece in found[0].changes[0].pieces] == ["A", "B"]


# --- useful? -----------------------------------------------------------------------------------
def test_a_reader_counts_once_and_may_change_the_answer(
    article: Article, visitor: Principal
) -> None:
    for reader, useful in (("a", True), ("a", True), ("b", True), ("a", False)):
        judge_article(by=visitor, article=article, useful=useful, reader=reader)
    article.refresh_from_db()
    assert (article.n_useful, article.n_useless) == (1, 1)


def test_a_visitor_answers_on_the_page_and_sees_the_count(
    article: Article, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    assert not client.get("/viden/spis-sammen/").cookies
    client.post("/viden/spis-sammen/nyttig/", {"useful": "yes", "once": "k1"})
    client.post("/viden/spis-sammen/nyttig/", {"useful": "yes", "once": "k2"})
    page = client.get("/viden/spis-sammen/").content.decode()
    assert "1 af 1 læser kunne bruge det." in page


def test_an_outsider_does_not_judge(article: Article, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        judge_article(by=outsider, article=article, useful=True, reader="x")


# --- suggestions -------------------------------------------------------------------------------
def test_a_suggestion_waits_and_the_reader_is_told_the_answer(
    article: Article, visitor: Principal, secretariat: Principal
) -> None:
    row = suggest(by=visitor, article=article, **REAL)
    assert row.status == "waiting"
    with pytest.raises(Invalid) as error:
        answer_suggestion(by=secretariat, suggestion=row, accept=False)
    assert error.value.field == "reason"
    answer_suggestion(by=secretariat, suggestion=row, accept=False, reason="Det står der.")
    mail = Message.objects.get(to="ida@eksempel.dk")
    assert "Det står der." in mail.text
    with pytest.raises(Conflict):
        answer_suggestion(by=secretariat, suggestion=row, accept=True)


def test_spam_is_put_aside_and_nobody_is_written_to(
    article: Article, visitor: Principal, secretariat: Principal
) -> None:
    row = suggest(by=visitor, article=article, **{**REAL, "seconds": 1.0}, trap=True)
    assert (row.status, row.signs != "") == ("held", True)
    assert list(queries.suggestions(article.council)) == []
    answer_suggestion(by=secretariat, suggestion=row, accept=False, reason="Spam.")
    assert Message.objects.count() == 0


@pytest.mark.parametrize("missing", ["name", "email", "text"])
def test_a_suggestion_needs_name_address_and_words(
    article: Article, visitor: Principal, missing: str
) -> None:
    with pytest.raises(Invalid) as error:
        suggest(by=visitor, article=article, **{**REAL, missing: " "})
    assert error.value.field == missing


def test_only_those_who_write_answer_and_only_here(
    article: Article, visitor: Principal, member: Principal, outsider: Principal
) -> None:
    row = suggest(by=visitor, article=article, **REAL)
    with pytest.raises(NotAllowed):
        answer_suggestion(by=member, suggestion=row, accept=True)
    with pytest.raises(NotFound):
        answer_suggestion(by=outsider, suggestion=row, accept=True)
    with pytest.raises(NotFound):
        suggest(by=outsider, article=article, **REAL)


def test_from_the_page_to_the_answer(
    council: Council,
    article: Article,
    visitor: Principal,
    secretariat: Principal,
    client_as: ClientAs,
) -> None:
    client = client_as(visitor)
    path = "/viden/spis-sammen/forslag/"
    assert "Lad feltet stå tomt" in client.get(path).content.decode()
    fields = {name: REAL[name] for name in ("name", "email", "text")}
    assert client.post(path, {**fields, "once": "k1"}).status_code == 302
    row = Suggestion.objects.get()
    # without the stamp of a form that stood open it is looked at twice
    assert row.status in {"held", "waiting"}
    staff = client_as(secretariat)
    shelf = "?vis=held" if row.status == "held" else ""
    assert REAL["text"] in staff.get(f"/viden/forslag/{shelf}").content.decode()
    answer = staff.post(f"/viden/forslag/{row.pk}/", {"accept": "yes", "once": "k2"})
    assert answer.headers["Location"] == "/viden/spis-sammen/ret/"
    assert client.get("/viden/forslag/").status_code in {302, 403}
