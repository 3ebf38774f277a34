"""The index follows the log: only what it names is read again, and nothing is missed by that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samskab.civic.commons.actors.actions import (
    add_category,
    edit_actor,
    merge_categories,
    publish_offer,
    register_actor,
    rename_category,
    withdraw_offer,
)
from samskab.civic.commons.council.actions import (
    edit_item,
    put_on_agenda,
)
from samskab.civic.commons.council.models import Decision
from samskab.civic.commons.initiatives.actions import register_initiative
from samskab.civic.commons.knowledge.actions import edit_article, write_article
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import record
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.actions import advance, raise_challenge
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.pilots.queries import pilots
from samskab.civic.public.news.actions import publish_news, withdraw_news
from samskab.civic.public.search import actions, queries
from samskab.civic.public.search.models import Document, IndexState, Kind, Posting
from samskab.config import operate


def begin(council: Council) -> None:
    """An empty index that has seen nothing of the log."""
    actions.empty(council)
    now = timezone.now()
    IndexState.objects.create(council=council, log_seq=0, at=now, whole_at=now)


def follow(council: Council) -> actions.Changes | None:
    return actions.follow(council, IndexState.objects.get(council=council))


def followed(council: Council) -> actions.Changes:
    """What the log led to, and that a whole round would have found no more and no less."""
    done = follow(council)
    assert done is not None
    state = IndexState.objects.get(council=council)
    counted = {kind: n for kind, n in state.kinds.items() if n}
    assert actions.reindex(council) == actions.Changes(0, 0)
    state.refresh_from_db()
    assert (counted, sum(counted.values())) == (state.kinds, state.n_documents)
    return done


def test_following_the_log_from_its_beginning_finds_all_that_a_whole_round_finds(
    example: Council,
) -> None:
    for council in Council.objects.all():
        begin(council)
        done = followed(council)
        assert (done.filed > 80) == (council == example)


def test_a_pilot_goes_with_its_challenge_though_no_entry_names_the_pilot(
    example: Council,
) -> None:
    actions.reindex(example)
    pilot = pilots(Principal(example)).first()
    assert pilot is not None
    hide_challenge(system(example), {"challenge": pilot.challenge})
    known = Document.objects.filter(council=example, kind=Kind.PILOT, row_id=pilot.pk)
    assert known.exists()
    assert followed(example).removed >= 2
    assert not known.exists()


# --- one change after the other ----------------------------------------------------------------


def words(by: Principal) -> dict[str, Any]:
    """One row of each kind that hangs on others."""
    area = add_category(by=by, kind="place", name_da="Alderslyst")
    tool = add_category(by=by, kind="resource", name_da="Lokaler")
    actor = register_actor(by=by, sector="civil", name="Klubben", area=area)
    offer = publish_offer(by=by, actor=actor, kind="resource", category=tool, title="En sal")
    start = register_initiative(by=by, actor=actor, name="Fællesspisning")
    challenge = raise_challenge(by=by, title="Koldt herberg", what="Fyret er ude.")[0]
    advance(by=by, challenge=challenge, to=Step.SCREENED)
    advance(by=by, challenge=challenge, to=Step.OPEN)
    Challenge.objects.filter(pk=challenge.pk).update(is_public=True)
    item = put_on_agenda(by=by, title="Nøgler", text="", kind="decision")
    decision = Decision.objects.create(
        council=by.council, item=item, text="Ja til haven.", outcome="adopted",
        decided_at=clock.now(), is_public=True,
    )  # fmt: skip
    record(by, "council.publish_decision", decision)
    article = write_article(by=by, kind="method", title_da="Suppe", text_da="Varm.")
    news = publish_news(by=by, title_da="Nyt hus", lead_da="Det er åbent.", text_da="Kom.")
    return locals()


def rename_actor(by: Principal, rows: dict[str, Any]) -> None:
    edit_actor(by=by, actor=rows["actor"], sector="civil", name="Huset", area=rows["area"])


def rename_word(by: Principal, rows: dict[str, Any]) -> None:
    rename_category(by=by, category=rows["tool"], name_da="Rum")


def rename_place(by: Principal, rows: dict[str, Any]) -> None:
    rename_category(by=by, category=rows["area"], name_da="Nørrevang")


def take_offer_back(by: Principal, rows: dict[str, Any]) -> None:
    withdraw_offer(by=by, offer=rows["offer"])


def hide_challenge(by: Principal, rows: dict[str, Any]) -> None:
    Challenge.objects.filter(pk=rows["challenge"].pk).update(is_public=False)
    record(by, "challenges.advance", rows["challenge"])


def close_item(by: Principal, rows: dict[str, Any]) -> None:
    item = rows["item"]
    edit_item(
        by=by, item=item, title="Nøgler", text="", kind="decision", is_closed=True,
        closed_reason="En borger",
    )  # fmt: skip


def change_article(by: Principal, rows: dict[str, Any]) -> None:
    edit_article(by=by, article=rows["article"], kind="case", title_da="Grød", text_da="Kold.")


def take_news_back(by: Principal, rows: dict[str, Any]) -> None:
    withdraw_news(by=by, item=rows["news"], why="Det var forkert.")


Act = Callable[[Principal, dict[str, Any]], None]


@pytest.mark.parametrize(
    ("act", "filed", "removed"),
    [
        (rename_actor, 3, 0),
        (rename_word, 1, 0),
        (rename_place, 1, 0),
        (take_offer_back, 0, 1),
        (hide_challenge, 0, 1),
        (close_item, 0, 1),
        (change_article, 1, 0),
        (take_news_back, 0, 1),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_hangs_on_a_change_is_read_again_and_nothing_else(
    council: Council, act: Act, filed: int, removed: int
) -> None:
    by = system(council)
    rows = words(by)
    actions.reindex(council)
    act(by, rows)
    assert followed(council) == actions.Changes(filed, removed)


def test_a_closed_item_leaves_no_word_behind_in_the_index(council: Council) -> None:
    by = system(council)
    rows = words(by)
    assert actions.refresh_due() > 0
    assert [hit.title for hit in queries.search(council, "haven").hits] == ["Nøgler"]
    close_item(by, rows)
    assert actions.refresh_due() == 1
    assert not Document.objects.filter(kind=Kind.DECISION).exists()
    assert not Posting.objects.filter(document__kind=Kind.DECISION).exists()
    assert not Posting.objects.filter(term__text__startswith="have").exists()


def test_what_is_deleted_after_it_was_named_is_taken_out(council: Council) -> None:
    by = system(council)
    rows = words(by)
    actions.reindex(council)
    record(by, "knowledge.edit_article", rows["article"])
    rows["article"].delete()
    assert followed(council) == actions.Changes(0, 1)


# --- what the log cannot tell ------------------------------------------------------------------


@pytest.mark.parametrize(
    "verb", ["imports.write_rows", "privacy.erase_own", "privacy.run_retention", "newroom.act"]
)
def test_what_names_no_rows_asks_for_a_whole_round(council: Council, verb: str) -> None:
    begin(council)
    record(system(council), verb)
    assert follow(council) is None
    write_article(by=system(council), kind="method", title_da="Suppe", text_da="Varm.")
    assert actions.refresh_due() == 1
    assert follow(council) == actions.Changes(0, 0)


def test_words_that_become_one_ask_for_a_whole_round(council: Council) -> None:
    by = system(council)
    rows = words(by)
    other = add_category(by=by, kind="resource", name_da="Huse")
    actions.reindex(council)
    merge_categories(by=by, category=rows["tool"], into=other)
    assert follow(council) is None
    assert actions.refresh_due() == 1


def test_more_entries_than_can_be_looked_through_ask_for_a_whole_round(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    from samskab.civic.public.search import changes

    monkeypatch.setattr(changes, "MOST", 3)
    by = system(council)
    begin(council)
    for _entry in range(4):
        record(by, "comments.moderate")
    assert follow(council) is None


def test_what_nobody_searches_is_passed_over(council: Council) -> None:
    by = system(council)
    words(by)
    actions.reindex(council)
    for verb in ("comments.moderate", "following.confirm", "inquiry.vote", "imports.upload_table"):
        record(by, verb)
    with CaptureQueriesContext(connection) as asked:
        assert follow(council) == actions.Changes(0, 0)
    assert not [one for one in asked.captured_queries if "search_document" in one["sql"]]


def test_one_change_costs_the_same_however_much_there_is(council: Council) -> None:
    by = system(council)

    def cost(name: str) -> int:
        row = write_article(by=by, kind="method", title_da=name, text_da="Varm.")
        actions.refresh_due()
        edit_article(by=by, article=row, kind="method", title_da=f"{name} igen", text_da="Varm.")
        with CaptureQueriesContext(connection) as asked:
            assert actions.refresh_due() == 1
        return len(asked)

    actions.refresh_due()
    few = cost("Suppe")
    for number in range(30):
        write_article(by=by, kind="method", title_da=f"Ret {number}", text_da="Varm.")
    actions.refresh_due()
    assert cost("Grød") == few


# --- the command -------------------------------------------------------------------------------


def test_the_command_reads_everything_and_afresh_when_asked(
    council: Council, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operate, "_database", lambda: None)
    write_article(by=system(council), kind="method", title_da="Suppe", text_da="Varm.")
    for arguments, said in (
        ([], "silkeborg: 1 filed anew, 0 taken out"),
        ([], "silkeborg: 0 filed anew, 0 taken out"),
        (["--afresh"], "silkeborg: 1 filed anew, 0 taken out"),
    ):
        assert operate.reindex(arguments) == 0
        assert said in capsys.readouterr().out
