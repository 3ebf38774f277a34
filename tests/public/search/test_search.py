from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from samskab.civic.commons.council.models import AgendaItem, Decision
from samskab.civic.commons.knowledge.actions import edit_article, write_article
from samskab.civic.commons.knowledge.models import Article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import record
from samskab.civic.foundation.core.models import Council, LogEntry
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import advance, raise_challenge
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.news.actions import publish_news
from samskab.civic.public.search import actions, queries
from samskab.civic.public.search.models import (
    Document,
    IndexState,
    Kind,
    Posting,
    Spelling,
    Term,
)
from samskab.civic.public.search.sources import SOURCES, plain
from samskab.civic.public.search.weighing import weights

ClientAs = Callable[[Principal], Client]


def article(by: Principal, title: str, text: str = "Tekst.", **extra: Any) -> Article:
    return write_article(by=by, kind="method", title_da=title, text_da=text, **extra)


def titles(council: Council, q: str, **narrow: Any) -> list[str]:
    actions.refresh_due()
    return [hit.title for hit in queries.search(council, q, **narrow).hits]


# --- words -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("lektiehjælp", "Hjælp til lektier om onsdagen"),
        ("hjælp til lektier", "Lektiehjælp på biblioteket"),
        ("vaerested", "Et værested for alle"),
        ("værestederne", "Værested søges"),
        ("ENSOMME", "Ensom i byen"),
    ],
)
def test_a_word_is_found_however_it_is_written(
    council: Council, secretariat: Principal, asked: str, written: str
) -> None:
    article(secretariat, written)
    article(secretariat, "Noget helt andet")
    assert titles(council, asked) == [written]


def test_of_a_compound_the_last_part_alone_is_no_hit_and_the_first_is_a_weak_one(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Hjælp til flytning")
    article(secretariat, "Lektier og kage")
    assert titles(council, "lektiehjælp") == ["Lektier og kage"]


def test_a_word_in_the_title_comes_before_the_same_word_in_the_text(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Aften", "Vi spiser suppe sammen og taler om vejret.")
    article(secretariat, "Suppe", "Vi spiser sammen og taler om vejret.")
    assert titles(council, "suppe") == ["Suppe", "Aften"]


def test_all_the_words_are_better_than_some(council: Council, secretariat: Principal) -> None:
    article(secretariat, "Mad mad mad", "Mad hver dag.")
    article(secretariat, "Suppe", "Varm mad til hjemløse.")
    actions.refresh_due()
    found = queries.search(council, "mad til hjemløse")
    assert [(hit.title, hit.whole) for hit in found.hits] == [
        ("Suppe", True),
        ("Mad mad mad", False),
    ]
    assert not found.complete


def test_when_no_page_has_all_the_words_those_with_most_are_shown_and_said_so(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Suppe")
    actions.refresh_due()
    found = queries.search(council, "suppe zebra")
    assert [hit.title for hit in found.hits] == ["Suppe"]
    assert not found.complete


def test_the_rare_word_decides(council: Council, secretariat: Principal) -> None:
    for n in range(6):
        article(secretariat, f"Møde nummer {n}", "Kaffe.")
    article(secretariat, "Zebra", "Te.")
    assert titles(council, "zebra kaffe")[0] == "Zebra"


@pytest.mark.parametrize("q", ["", "  ", "og det er", "%", "'; DROP TABLE", "zzzz"])
def test_what_holds_no_word_of_ours_finds_nothing(council: Council, q: str) -> None:
    assert titles(council, q) == []


def test_an_english_reader_finds_and_reads_english(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Suppe", "Varm.", title_en="Soup", text_en="Hot **soup** for all.")
    actions.refresh_due()
    with override("en"):
        (hit,) = queries.search(council, "soup").hits
    assert (hit.title, hit.url) == ("Soup", "/en/viden/suppe/")
    assert [piece.text for piece in hit.snippet if piece.hit] == ["soup"]


# --- words that are not there ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("ensomhet", "ensomhed"),
        ("enosmhed", "ensomhed"),
        ("varmestuue", "varmestue"),
        ("gælsrådgivning", "gæld rådgivning"),
        ("gældsrådgivnig", "gæld rådgivning"),
        ("fællesspisnnig", "fællesspisning"),
    ],
)
def test_a_misspelt_word_is_read_as_the_nearest_one_and_said_so(
    council: Council, secretariat: Principal, asked: str, read: str
) -> None:
    article(secretariat, "Ensomhed", "Fællesspisning i en varmestue. Rådgivning om gæld.")
    actions.refresh_due()
    found = queries.search(council, f"{asked} ")
    assert [hit.title for hit in found.hits] == ["Ensomhed"]
    assert found.corrected == ((asked, read),)


def test_the_last_word_may_still_be_being_written(council: Council, secretariat: Principal) -> None:
    article(secretariat, "Varmestue", "Åben hver dag.")
    for typed in ("varm", "varmes", "varmestu"):
        assert titles(council, typed) == ["Varmestue"], typed
    assert titles(council, "va") == []


@pytest.mark.parametrize("typed", ["varmsetu", "vramest", "varmmest"])
def test_a_misspelt_word_may_still_be_being_written(
    council: Council, secretariat: Principal, typed: str
) -> None:
    article(secretariat, "Varmestue", "Åben hver dag.")
    actions.refresh_due()
    found = queries.search(council, typed)
    assert [hit.title for hit in found.hits] == ["Varmestue"]
    assert found.corrected == ((typed, "varmestue"),)


def test_a_word_that_is_near_nothing_finds_nothing(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Ensomhed")
    actions.refresh_due()
    assert queries.search(council, "elefanthus ").hits == []
    assert queries.search(council, "kat ").hits == []


def test_no_word_outlives_the_last_page_that_had_it(
    council: Council, secretariat: Principal
) -> None:
    row = article(secretariat, "Zebrastribe")
    article(secretariat, "Suppe")
    actions.reindex(council)
    assert Spelling.objects.filter(text="zebrastribe").exists()
    row.delete()
    actions.reindex(council)
    assert set(Spelling.objects.values_list("text", flat=True)) == {"suppe", "tekst"}
    assert Term.objects.count() == 2


def test_the_spellings_of_another_council_are_never_read(
    council: Council, other_council: Council, outsider: Principal
) -> None:
    article(outsider, "Ensomhed")
    actions.refresh_due()
    assert queries.search(council, "ensomhet ").corrected == ()


# --- many documents ----------------------------------------------------------------------------
def test_what_has_all_the_words_is_found_behind_many_that_have_one(
    council: Council, secretariat: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CANDIDATES", 0)
    monkeypatch.setattr(queries, "FROM_EACH_KIND", 2)
    for n in range(6):
        article(secretariat, f"Kaffe {n}")
    article(secretariat, "Møde", "Zebra " + "snak " * 60 + "kaffe.")
    actions.refresh_due()
    hits = queries.search(council, "kaffe zebra").hits
    assert [hit.title for hit in hits if hit.whole] == ["Møde"]


def test_a_kind_with_few_pages_is_heard_beside_one_with_many(
    council: Council, secretariat: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "CANDIDATES", 4)
    monkeypatch.setattr(queries, "FROM_EACH_KIND", 1)
    for n in range(9):
        article(secretariat, f"Suppe {n}")
    publish_news(by=secretariat, title_da="Nyt", lead_da="Om suppe.", text_da="Tekst. " * 40)
    actions.refresh_due()
    assert Kind.NEWS in queries.search(council, "suppe").kinds


def test_after_a_long_round_the_next_one_waits(council: Council, secretariat: Principal) -> None:
    actions.refresh_due()
    """What the log names is looked at all the same; only whole rounds rest."""
    IndexState.objects.update(seconds=60)
    article(secretariat, "Suppe")
    assert actions.refresh_due() == 1
    Article.objects.bulk_create(
        [Article(council=council, slug="x", kind="case", title_da="Ny", text_da="Uden log")]
    )
    record(system(council), "imports.write_rows")
    assert actions.refresh_due() == 0
    IndexState.objects.update(whole_at=clock.now() - timedelta(minutes=10))
    assert actions.refresh_due() == 1


# --- what may be found -------------------------------------------------------------------------
@pytest.fixture
def challenge(council: Council) -> Challenge:
    by = system(council)
    return raise_challenge(by=by, title="Koldt herberg", what="Fyret er gået ud.")[0]


def test_a_challenge_is_found_once_it_is_open(council: Council, challenge: Challenge) -> None:
    assert titles(council, "herberg") == []
    challenge.is_public = True
    for step in (Step.SCREENED, Step.OPEN):
        advance(by=system(council), challenge=challenge, to=step)
    assert titles(council, "herberg") == ["Koldt herberg"]


def test_what_is_not_public_any_more_is_gone_before_the_index_knows(
    council: Council, challenge: Challenge
) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(is_public=True)
    assert titles(council, "herberg") == ["Koldt herberg"]
    Challenge.objects.filter(pk=challenge.pk).update(is_public=False)
    found = queries.search(council, "herberg")
    assert (found.hits, found.kinds) == ([], {})


def test_another_councils_rows_are_never_found(
    council: Council, other_council: Council, secretariat: Principal, outsider: Principal
) -> None:
    article(secretariat, "Suppe her")
    article(outsider, "Suppe der")
    assert titles(council, "suppe") == ["Suppe her"]
    assert titles(other_council, "suppe") == ["Suppe der"]


@pytest.fixture
def decision(council: Council, secretariat: Principal) -> Decision:
    item = AgendaItem.objects.create(
        council=council, title="Nøgler til haven", kind="decision", state="decided",
    )  # fmt: skip
    return Decision.objects.create(
        council=council, item=item, text="Haven låses op.", outcome="adopted",
        decided_at=clock.now(), is_public=True,
    )  # fmt: skip


def test_a_published_decision_is_found_and_a_closed_item_never(
    council: Council, decision: Decision
) -> None:
    assert titles(council, "haven") == ["Nøgler til haven"]
    AgendaItem.objects.filter(pk=decision.item_id).update(is_closed=True, closed_reason="Navne")
    assert [hit.title for hit in queries.search(council, "haven").hits] == []
    actions.reindex(council)
    assert not Document.objects.filter(kind=Kind.DECISION).exists()
    assert not Posting.objects.filter(document__kind=Kind.DECISION).exists()


def test_a_decision_that_is_not_published_is_not_found(
    council: Council, decision: Decision
) -> None:
    Decision.objects.update(is_public=False)
    assert titles(council, "haven") == []


def test_no_source_shows_rows_of_another_council(council: Council, other_council: Council) -> None:
    for source in SOURCES:
        assert source.rows(other_council).query.where, source.kind
        assert not source.rows(other_council).exists()


# --- the index ---------------------------------------------------------------------------------
def test_only_what_changed_is_written(council: Council, secretariat: Principal) -> None:
    first, second = article(secretariat, "Suppe"), article(secretariat, "Brød")
    assert actions.reindex(council) == actions.Changes(2, 0)
    kept = Document.objects.get(row_id=second.pk)
    edit_article(by=secretariat, article=first, kind="method", title_da="Grød", text_da="Varm.")
    assert actions.reindex(council) == actions.Changes(1, 0)
    assert Document.objects.get(row_id=second.pk) == kept
    assert titles(council, "suppe") == []
    assert titles(council, "grød") == ["Grød"]


def test_what_is_deleted_is_taken_out(council: Council, secretariat: Principal) -> None:
    row = article(secretariat, "Suppe")
    actions.reindex(council)
    row.delete()
    assert actions.reindex(council) == actions.Changes(0, 1)
    assert (Document.objects.count(), Posting.objects.count()) == (0, 0)


def test_a_round_with_nothing_new_reads_two_small_tables(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Suppe")
    assert actions.refresh_due() == 1
    with CaptureQueriesContext(connection) as asked:
        assert actions.refresh_due() == 0
    assert len(asked) == 2


def test_a_new_day_is_looked_at_again(council: Council, secretariat: Principal) -> None:
    actions.refresh_due()
    Article.objects.bulk_create(
        [Article(council=council, slug="x", kind="case", title_da="Ny", text_da="Uden log")]
    )
    assert actions.refresh_due() == 0
    IndexState.objects.update(whole_at=clock.now() - actions.AGAIN_AFTER * 2)
    assert actions.refresh_due() == 1


def test_two_workers_do_not_index_the_same_council_at_once(
    council: Council, secretariat: Principal
) -> None:
    article(secretariat, "Suppe")
    cache.add(f"search:reindex:{council.pk}", 1, 60)
    assert actions.refresh_due() == 0


def test_indexing_leaves_the_log_alone(council: Council, secretariat: Principal) -> None:
    article(secretariat, "Suppe")
    before = LogEntry.objects.count()
    actions.refresh_due()
    assert LogEntry.objects.count() == before


def test_a_longer_text_says_less_about_each_word_and_the_title_counts() -> None:
    short, long = weights(["Suppe"], ["varm"]), weights(["Suppe"], ["varm " + "kaffe " * 200])
    assert short["varm"] > long["varm"]
    assert max(short.values()) > short["varm"]


def test_markdown_is_read_without_its_signs() -> None:
    text = "## Mad\n- **Varm** [suppe](https://x.dk)\n> sagt 2-3 gange"
    assert plain(text).split() == ["Mad", "Varm", "suppe", "sagt", "2-3", "gange"]


def test_the_snippet_is_the_place_of_the_word(council: Council, secretariat: Principal) -> None:
    text = "Før. " * 200 + "Her er lektiehjælp hver dag. " + "Efter. " * 200
    article(secretariat, "Lektiehjælp", text)
    actions.refresh_due()
    (hit,) = queries.search(council, "hjælp til lektier").hits
    pieces = hit.snippet
    assert [piece.text for piece in pieces if piece.hit] == ["lektiehjælp"]
    whole = "".join(piece.text for piece in pieces)
    assert len(whole) <= queries.SNIPPET + 2
    assert whole[0] == whole[-1] == "…"


# --- the page ----------------------------------------------------------------------------------
def test_the_page_marks_the_words_and_keeps_the_query(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    article(secretariat, "Mad", "Vi koger <b>suppe</b> hver dag.")
    publish_news(by=secretariat, title_da="Suppe i dag", lead_da="Kom og spis.", text_da="Nu.")
    actions.refresh_due()
    answer = client_as(visitor).get("/soeg/", {"q": "suppe"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<mark>suppe</mark>" in page
    assert "<b>suppe" not in page
    assert 'value="suppe"' in page
    assert "/soeg/?q=suppe&amp;kind=news" in page or "?q=suppe&amp;kind=news" in page
    assert not answer.cookies


def test_one_kind_can_be_chosen_by_link(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    article(secretariat, "Mad", "Vi koger suppe.")
    publish_news(by=secretariat, title_da="Suppe i dag", lead_da="Kom.", text_da="Nu.")
    actions.refresh_due()
    page = client_as(visitor).get("/soeg/", {"q": "suppe", "kind": "news"}).content.decode()
    assert "/nyheder/suppe-i-dag/" in page
    assert "/viden/mad/" not in page
    assert 'aria-current="page"' in page


@pytest.mark.parametrize("path", ["/soeg/", "/en/soeg/"])
@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "findes ikke"}, {"q": "x", "kind": "nope"}])
def test_the_page_stands_without_results(
    council: Council, visitor: Principal, client_as: ClientAs, path: str, query: dict[str, str]
) -> None:
    answer = client_as(visitor).get(path, query)
    assert answer.status_code == 200
    assert "<mark>" not in answer.content.decode()


def test_nothing_found_leads_on(council: Council, visitor: Principal, client_as: ClientAs) -> None:
    page = client_as(visitor).get("/soeg/", {"q": "enhjørning"}).content.decode()
    assert "Vi fandt ikke noget" in page
    assert 'href="/udfordringer/ny/"' in page


def test_a_cpr_number_is_neither_searched_nor_kept(
    council: Council, visitor: Principal, client_as: ClientAs
) -> None:
    with CaptureQueriesContext(connection) as asked:
        answer = client_as(visitor).get("/soeg/", {"q": "hjælp 010190-1234"})
    assert answer.status_code == 422
    assert not any("010190" in query["sql"] for query in asked)
    assert "CPR" in answer.content.decode()


def test_a_post_is_refused(council: Council, visitor: Principal, client_as: ClientAs) -> None:
    assert client_as(visitor).post("/soeg/", {"q": "x"}).status_code == 405


def test_three_results_cost_what_one_costs(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    client, costs = client_as(visitor), []
    for n in range(3):
        article(secretariat, f"Suppe {n}")
        actions.refresh_due()
        with CaptureQueriesContext(connection) as asked:
            client.get("/soeg/", {"q": "suppe"})
        costs.append(len(asked))
    assert costs[0] == costs[2]
    assert costs[0] <= 8


def test_many_results_are_shown_in_full_on_demand(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    for n in range(25):
        article(secretariat, f"Suppe {n}")
    actions.refresh_due()
    client = client_as(visitor)
    assert client.get("/soeg/", {"q": "suppe"}).content.decode().count('href="/viden/suppe-') == 20
    whole = client.get("/soeg/", {"q": "suppe", "alle": "1"}).content.decode()
    assert whole.count('href="/viden/suppe-') == 25


def test_while_somebody_types_only_the_results_come(
    council: Council, secretariat: Principal, visitor: Principal, client_as: ClientAs
) -> None:
    article(secretariat, "Ensomhed")
    actions.refresh_due()
    answer = client_as(visitor).get("/soeg/", {"q": "ensomhedd "}, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert "<html" not in page
    assert 'href="/viden/ensomhed/"' in page
    assert "Vi læste „ensomhedd“ som „ensomhed“." in page
    assert not answer.cookies
