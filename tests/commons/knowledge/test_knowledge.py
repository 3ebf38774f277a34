from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from samskab.civic.commons.knowledge.actions import edit_article, write_article
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal

ClientAs = Callable[[Principal], Client]
WRITTEN = {"kind": "method", "title_da": "Spis sammen", "text_da": "Kog **suppe**."}


@pytest.fixture
def article(secretariat: Principal) -> Article:
    return write_article(by=secretariat, **WRITTEN)


# --- writing -----------------------------------------------------------------------------------
def test_the_secretariat_and_the_facilitator_write(
    secretariat: Principal, facilitator: Principal
) -> None:
    first = write_article(by=secretariat, **WRITTEN)
    second = write_article(by=facilitator, **{**WRITTEN, "title_da": "Ål & æbler på Øen"})
    assert (first.slug, second.slug) == ("spis-sammen", "aal-aebler-paa-oeen")
    assert first.author_id == secretariat.user_id
    assert LogEntry.objects.filter(verb="knowledge.write_article").count() == 2


@pytest.mark.parametrize("role", ["visitor", "participant", "member", "administrator"])
def test_others_do_not_write(request: pytest.FixtureRequest, role: str, article: Article) -> None:
    by = request.getfixturevalue(role)
    with pytest.raises(NotAllowed):
        write_article(by=by, **WRITTEN)
    with pytest.raises(NotAllowed):
        edit_article(by=by, article=article, **WRITTEN)


def test_an_outsider_does_not_find_the_article(article: Article, outsider: Principal) -> None:
    with pytest.raises(NotFound):
        edit_article(by=outsider, article=article, **WRITTEN)


def test_each_council_has_its_own_addresses(article: Article, outsider: Principal) -> None:
    assert write_article(by=outsider, **WRITTEN).slug == article.slug


def test_a_title_is_used_once(article: Article, secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        write_article(by=secretariat, **WRITTEN)
    assert error.value.field == "title_da"
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [({"kind": "poem"}, "kind"), ({"title_da": "???"}, "title_da"), ({"title_da": ""}, "title_da")],
)
def test_what_cannot_be_used_is_refused(
    secretariat: Principal, change: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        write_article(by=secretariat, **{**WRITTEN, **change})
    assert error.value.field == field
    assert not Article.objects.exists()


def test_a_title_does_not_hide_a_page_of_the_room(
    secretariat: Principal, client_as: ClientAs
) -> None:
    made = write_article(by=secretariat, **{**WRITTEN, "title_da": "Ny"})
    page = client_as(secretariat).get(f"/viden/{made.slug}/").content.decode()
    assert made.slug == "ny-1"
    assert "<strong>suppe</strong>" in page


def test_an_older_look_does_not_overwrite(article: Article, secretariat: Principal) -> None:
    edit_article(by=secretariat, article=article, **{**WRITTEN, "text_da": "Ny"}, seen=1)
    with pytest.raises(Conflict):
        edit_article(by=secretariat, article=article, **{**WRITTEN, "text_da": "Ældre"}, seen=1)
    article.refresh_from_db()
    assert article.text_da == "Ny"


def test_the_address_stays_when_the_title_changes(article: Article, secretariat: Principal) -> None:
    edit_article(by=secretariat, article=article, **{**WRITTEN, "title_da": "Noget andet"})
    article.refresh_from_db()
    assert (article.slug, article.title_da) == ("spis-sammen", "Noget andet")


# --- pages -------------------------------------------------------------------------------------
def test_anybody_reads_without_a_cookie(
    article: Article, visitor: Principal, client_as: ClientAs
) -> None:
    answer = client_as(visitor).get("/viden/spis-sammen/")
    page = answer.content.decode()
    assert "<strong>suppe</strong>" in page
    assert "/ret/" not in page
    assert not answer.cookies


def test_an_english_reader_gets_english_or_danish_marked_as_such(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    assert 'lang="da"' in client.get("/en/viden/spis-sammen/").content.decode()
    edit_article(
        by=secretariat, article=article, **WRITTEN, title_en="Eat together", text_en="Boil."
    )
    page = client.get("/en/viden/spis-sammen/").content.decode()
    assert "<h1>Eat together</h1>" in page
    assert '<div class="s-prose">' in page


def test_nothing_that_was_typed_is_run(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    bad = "<script>alert(1)</script> [x](javascript:alert(1))"
    edit_article(by=secretariat, article=article, **{**WRITTEN, "text_da": bad})
    page = client_as(visitor).get("/viden/spis-sammen/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


def test_an_article_of_another_council_is_not_found(
    article: Article, outsider: Principal, client_as: ClientAs
) -> None:
    client = client_as(outsider)
    assert client.get("/viden/spis-sammen/").status_code == 404
    assert client.get("/viden/spis-sammen/ret/").status_code == 404
    assert "Spis sammen" not in client.get("/viden/").content.decode()


def test_the_list_narrows_and_downloads(
    article: Article, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    write_article(by=secretariat, kind="case", title_da="Et forløb", text_da="=HYPERLINK(1)")
    client = client_as(visitor)
    page = client.get("/viden/", {"kind": "case"}).content.decode()
    assert "Et forløb" in page
    assert "Spis sammen" not in page
    file = client.get("/viden/", {"kind": "case", "format": "csv"})
    assert "'=HYPERLINK(1)" in b"".join(file.streaming_content).decode()
    assert "Prøv andre ord" in client.get("/viden/", {"q": "enhjørning"}).content.decode()


def test_the_page_for_writing_is_for_those_who_write(
    article: Article, visitor: Principal, participant: Principal, client_as: ClientAs
) -> None:
    for by in (visitor, participant):
        for path in ("/viden/ny/", "/viden/spis-sammen/ret/"):
            assert client_as(by).get(path).status_code == 403
            assert client_as(by).post(path, WRITTEN).status_code == 403


def test_a_form_sent_twice_makes_one_article(secretariat: Principal, client_as: ClientAs) -> None:
    client = client_as(secretariat)
    for _ in range(2):
        answer = client.post("/viden/ny/", {**WRITTEN, "once": "a"})
        assert (answer.status_code, answer["Location"]) == (302, "/viden/spis-sammen/")
    assert Article.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"title_da": ""}, {"title_da": "!!!"}, {"text_da": "CPR 010190-1234"}]
)
def test_an_error_keeps_what_was_typed(
    secretariat: Principal, client_as: ClientAs, change: dict[str, str]
) -> None:
    typed: dict[str, Any] = {**WRITTEN, "source": "En gammel bog", **change}
    answer = client_as(secretariat).post("/viden/ny/", typed)
    assert answer.status_code == 422
    assert 'value="En gammel bog"' in answer.content.decode()
    assert not Article.objects.exists()


def test_a_stale_page_is_told(
    article: Article, secretariat: Principal, client_as: ClientAs
) -> None:
    client = client_as(secretariat)
    page = client.get("/viden/spis-sammen/ret/").content.decode()
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    edit_article(by=secretariat, article=article, **{**WRITTEN, "text_da": "Først"})
    typed = {**WRITTEN, "text_da": "Sidst", "seen": seen[1]}
    answer = client.post("/viden/spis-sammen/ret/", typed)
    assert answer.status_code == 409
    assert "Sidst" in answer.content.decode()
    article.refresh_from_db()
    assert article.text_da == "Først"


def test_three_articles_cost_what_one_costs(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client, costs = client_as(visitor), []
    for n in range(3):
        write_article(by=secretariat, **{**WRITTEN, "title_da": f"Nr {n}"})
        with CaptureQueriesContext(connection) as asked:
            client.get("/viden/")
        costs.append(len(asked))
    assert costs[0] == costs[2]
