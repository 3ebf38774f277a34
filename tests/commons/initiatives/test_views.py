from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from samskab.civic.commons.actors.models import Actor, Category, today
from samskab.civic.commons.initiatives import actions, queries
from samskab.civic.commons.initiatives.models import Coordination, Initiative, Overlap
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system

As = Callable[[Principal], Client]
Run = Callable[..., Initiative]
Word = Callable[[str, str], Category]


def page_of(client: Client, name: str, *args: Any, **query: str) -> str:
    response = client.get(reverse(f"initiatives:{name}", args=args), query)
    assert response.status_code == 200
    return str(response.content.decode())


def csv_of(client: Client, name: str, **query: str) -> list[str]:
    response = client.get(reverse(f"initiatives:{name}"), {**query, "format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return text.splitlines()


def statements(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- the list ----------------------------------------------------------------------------------
def test_an_empty_list_says_what_to_do(client_as: As, visitor: Principal) -> None:
    client = client_as(visitor)
    assert "Ingen initiativer her" in page_of(client, "list")
    assert "Intet overlap her" in page_of(client, "overlaps")
    assert "Intet at vise endnu" in page_of(client, "gaps")


def test_the_list_is_narrowed_by_its_address(
    client_as: As, visitor: Principal, shelter: Initiative, neighbour: Actor, run: Run
) -> None:
    run(neighbour, "Løb", "Vi løber i skoven.", groups=["Unge"], doing=["Idræt"], places=["Gjern"])
    client = client_as(visitor)
    for query in (
        {"target_group": "unge"},
        {"activity": "idraet"},
        {"place": "gjern"},
        {"sector": "public"},
        {"q": "LØBER skoven"},
    ):
        text = page_of(client, "list", **query)
        assert "Løb" in text
        assert "Varmestuen" not in text
        assert len(csv_of(client, "list", **query)) == 2
    assert len(csv_of(client, "list")) == 3
    assert "Ingen initiativer her" in page_of(client, "list", target_group="unge", q="varmestuen")


def test_what_has_ended_is_listed_only_when_asked_for(
    client_as: As, visitor: Principal, shelter: Initiative
) -> None:
    Initiative.objects.update(since=2001, until=2003)
    client = client_as(visitor)
    assert "Varmestuen" not in page_of(client, "list")
    assert "Varmestuen" in page_of(client, "list", ended="on")
    assert "Initiativet er slut." in page_of(client, "detail", shelter.pk)


def test_the_file_has_one_line_for_each_with_all_its_words(
    client_as: As, visitor: Principal, neighbour: Actor, run: Run
) -> None:
    run(neighbour, "Løb", groups=["Unge", "Ældre"], doing=["Idræt"], since=2019)
    head, row = csv_of(client_as(visitor), "list")
    assert head.startswith("name,actor,sector,target_groups,activities,areas,area_text,since,until")
    assert row.startswith("Løb,Naboen,public,Unge; Ældre,Idræt,,,2019,,")


def test_no_page_asks_the_database_once_per_row(
    client_as: As, visitor: Principal, neighbour: Actor, organisation: Actor, run: Run
) -> None:
    client = client_as(visitor)

    def one_more(at: int) -> Initiative:
        return run(
            (neighbour, organisation)[at % 2],
            f"Varmestue {at}",
            "Et værested for hjemløse",
            groups=["Hjemløse", f"G{at}"],
            doing=["Værested", f"A{at}"],
            places=["Gjern"],
        )

    names = ("list", "overlaps", "gaps")
    first = one_more(0)
    one_more(1)
    actions.find_overlaps(by=system(neighbour.council))
    assert Overlap.objects.count() == 1
    urls = [reverse(f"initiatives:{name}") for name in names]
    urls += [
        reverse("initiatives:detail", args=[first.pk]),
        reverse("actors:detail", args=[neighbour.pk]),
    ]
    before = [statements(client, url) for url in urls]
    one_more(2)
    actions.find_overlaps(by=system(neighbour.council))
    assert Overlap.objects.count() == 3
    assert [statements(client, url) for url in urls] == before


# --- registering -------------------------------------------------------------------------------
def test_registering_twice_with_one_form_makes_one(
    client_as: As, representative: Principal, organisation: Actor, word: Word
) -> None:
    client, url = client_as(representative), reverse("initiatives:new", args=[organisation.pk])
    group = word("target_group", "Unge")
    sent = {"name": "Klub", "target_groups": [str(group.pk)], "since": "2019", "once": "k"}
    first, again = client.post(url, sent), client.post(url, sent)
    row = Initiative.objects.get()
    assert first["Location"] == again["Location"] == reverse("initiatives:detail", args=[row.pk])
    text = page_of(client, "detail", row.pk)
    assert "Unge" in text
    assert "2019" in text
    assert "Klub" in client.get(reverse("actors:detail", args=[organisation.pk])).content.decode()


def test_an_error_keeps_what_was_typed(
    client_as: As, representative: Principal, organisation: Actor
) -> None:
    url = reverse("initiatives:new", args=[organisation.pk])
    sent = {"name": "Klub", "text": "Vi hygger.", "since": "2020", "until": "2019"}
    response = client_as(representative).post(url, sent)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Det slutter, før det begynder." in text
    assert "Vi hygger." in text
    assert Initiative.objects.count() == 0


def test_somebody_who_is_on_it_is_shown_before_anything_is_saved(
    client_as: As, owner: Principal, neighbour: Actor, shelter: Initiative
) -> None:
    client, url = client_as(owner), reverse("initiatives:new", args=[neighbour.pk])
    sent = {"name": "Hus", "text": "Et værested for hjemløse", "go": "look"}
    text = client.post(url, sent).content.decode()
    assert "Måske er nogen i gang" in text
    assert reverse("initiatives:detail", args=[shelter.pk]) in text
    assert "Et værested for hjemløse" in text
    assert "alert-error" not in text
    nothing = client.post(url, {"name": "Skak", "text": "Turnering", "go": "look"})
    assert "Vi fandt intet, der ligner jeres." in nothing.content.decode()
    part = client.post(reverse("initiatives:alike"), {"name": "Værested", "text": "hjemløse"})
    assert "Varmestuen" in part.content.decode()
    assert "<html" not in part.content.decode()
    assert Initiative.objects.count() == 1


def test_a_form_is_edited_from_what_is_there(
    client_as: As, representative: Principal, shelter: Initiative
) -> None:
    client, url = client_as(representative), reverse("initiatives:edit", args=[shelter.pk])
    text = client.get(url).content.decode()
    assert 'value="Varmestuen"' in text
    assert f'value="{shelter.target_groups.get().pk}"' in text
    assert "checked" in text
    response = client.post(url, {"name": "Ny", "seen": str(shelter.version)})
    assert response.status_code == 302
    stale = client.post(url, {"name": "Nyere", "seen": str(shelter.version)})
    assert stale.status_code == 409
    assert 'value="Nyere"' in stale.content.decode()
    assert Initiative.objects.get().name == "Ny"


def test_pages_for_its_people_are_closed_to_others(
    client_as: As, participant: Principal, visitor: Principal, shelter: Initiative
) -> None:
    client = client_as(participant)
    for name, key in (("edit", shelter.pk), ("new", shelter.actor_id)):
        assert client.get(reverse(f"initiatives:{name}", args=[key])).status_code == 403
    confirm = reverse("initiatives:confirm", args=[shelter.pk])
    assert client.post(confirm).status_code == 403
    assert client.get(confirm).status_code == 405
    start = reverse("initiatives:start")
    assert client.get(start)["Location"] == reverse("actors:register")
    assert client_as(visitor).get(start)["Location"].endswith(f"?next={start}")


def test_a_stale_initiative_says_so_until_its_people_confirm_it(
    client_as: As, visitor: Principal, representative: Principal, shelter: Initiative
) -> None:
    Initiative.objects.update(confirmed_on=date(2020, 1, 1))
    warning = "Ingen har bekræftet det i over et år."
    assert warning in page_of(client_as(visitor), "detail", shelter.pk)
    client_as(representative).post(reverse("initiatives:confirm", args=[shelter.pk]))
    assert warning not in page_of(client_as(visitor), "detail", shelter.pk)


def test_another_councils_pages_are_not_found(
    client_as: As, outsider: Principal, pair: Overlap, secretariat: Principal
) -> None:
    case = actions.open_coordination(by=secretariat, overlap=pair)
    client = client_as(outsider)
    for name, key in (
        ("detail", pair.a_id),
        ("edit", pair.a_id),
        ("new", pair.a.actor_id),
        ("overlap", pair.pk),
        ("coordination", case.pk),
    ):
        assert client.get(reverse(f"initiatives:{name}", args=[key])).status_code == 404, name
    for name, key in (
        ("confirm", pair.a_id),
        ("look_again", pair.pk),
        ("coordinate", pair.pk),
        ("coordination", case.pk),
    ):
        assert client.post(reverse(f"initiatives:{name}", args=[key])).status_code == 404, name
    assert "Varmestuen" not in page_of(client, "overlaps")
    assert "Varmestuen" not in page_of(client, "list")


# --- overlaps ----------------------------------------------------------------------------------
def test_the_overlap_list_gives_reasons_in_the_readers_language(
    client_as: As, visitor: Principal, pair: Overlap
) -> None:
    text = page_of(client_as(visitor), "overlaps")
    assert "Varmestuen og Friheden" in text
    assert "Samme målgruppe: Hjemløse." in text
    assert "Ikke set på endnu" in text
    with translation.override("en"):  # a request leaves its language behind
        text = page_of(client_as(visitor), "overlaps")
    assert "Same target group: Hjemløse." in text
    assert "Varmestuen and Friheden" in text


def test_the_strongest_comes_first_and_weak_ones_can_be_left_out(
    client_as: As, visitor: Principal, pair: Overlap, neighbour: Actor, run: Run
) -> None:
    other = run(neighbour, "Nattely", groups=["Hjemløse"])
    Overlap.objects.create(council=pair.council, a=pair.a, b=other, strength=0.4, certainty=0.3)
    client = client_as(visitor)
    text = page_of(client, "overlaps")
    assert text.index("Varmestuen og Friheden") < text.index("Varmestuen og Nattely")
    assert "Nattely" not in page_of(client, "overlaps", threshold="0.5")
    assert "Nattely" in page_of(client, "overlaps", threshold="nonsense")
    assert len(csv_of(client, "overlaps", threshold="0.5")) == 2


def test_the_secretariat_compares_everything_by_a_button(
    client_as: As,
    secretariat: Principal,
    representative: Principal,
    shelter: Initiative,
    house: Initiative,
    django_capture_on_commit_callbacks: Any,
) -> None:
    url = reverse("initiatives:find")
    assert client_as(representative).post(url).status_code == 403
    assert client_as(secretariat).get(url).status_code == 405
    with django_capture_on_commit_callbacks(execute=True):
        response = client_as(secretariat).post(url)
    assert response["Location"] == reverse("initiatives:overlaps")
    assert Overlap.objects.count() == 1


def test_a_pair_is_marked_and_taken_back_on_its_page(
    client_as: As, owner: Principal, secretariat: Principal, visitor: Principal, pair: Overlap
) -> None:
    url = reverse("initiatives:overlap", args=[pair.pk])
    assert "Hvad siger du?" not in page_of(client_as(visitor), "overlap", pair.pk)
    assert client_as(visitor).post(url, {"reason": "Nej"}).status_code == 403
    empty = client_as(owner).post(url, {"reason": ""})
    assert empty.status_code == 422
    assert client_as(owner).post(url, {"reason": "Kun vi har senge."}).status_code == 302
    assert "Kun vi har senge." in page_of(client_as(visitor), "overlap", pair.pk)
    assert "Varmestuen" not in page_of(client_as(visitor), "overlaps")
    assert "Varmestuen" in page_of(client_as(visitor), "overlaps", status="not_same")
    client_as(secretariat).post(reverse("initiatives:look_again", args=[pair.pk]))
    assert Overlap.objects.get().status == Overlap.Status.OPEN


def test_owners_open_a_case_and_decide_it(
    client_as: As, owner: Principal, representative: Principal, visitor: Principal, pair: Overlap
) -> None:
    opened = client_as(owner).post(reverse("initiatives:coordinate", args=[pair.pk]), {"once": "a"})
    assert opened["Location"] == reverse("initiatives:overlap", args=[pair.pk])
    case = Coordination.objects.get()
    of_the_council = reverse("council:front")
    assert "Timer gjort fri" not in client_as(visitor).get(of_the_council).content.decode()
    url = reverse("initiatives:coordination", args=[case.pk])
    assert url in page_of(client_as(visitor), "overlap", pair.pk)
    assert "Intet er besluttet endnu." in page_of(client_as(visitor), "coordination", case.pk)
    day = (today() + timedelta(days=60)).isoformat()
    sent = {"choice": "divide", "reason": "Vi deler byen.", "hours_freed": "80", "follow_up": day}
    assert client_as(visitor).post(url, sent).status_code == 403
    client = client_as(representative)
    assert client.post(url, {**sent, "follow_up": ""}).status_code == 422
    assert client.post(url, {**sent, "seen": str(case.version)}).status_code == 302
    assert client.post(url, {**sent, "seen": str(case.version)}).status_code == 409
    text = page_of(client_as(visitor), "coordination", case.pk)
    assert "Del arbejdet" in text
    assert "Vi deler byen." in text
    assert "80 timer om året er gjort fri" in page_of(client_as(visitor), "overlaps")
    council_page = client_as(visitor).get(of_the_council).content.decode()
    assert "<dt>Timer gjort fri om året</dt><dd>80</dd>" in council_page


# --- gaps --------------------------------------------------------------------------------------
def test_the_gap_table_counts_and_leads_to_the_list(
    client_as: As, visitor: Principal, council: Council, neighbour: Actor, run: Run, word: Word
) -> None:
    run(neighbour, "A", groups=["Unge"], doing=["Idræt"])
    run(neighbour, "B", groups=["Unge", "Ældre"], doing=["Idræt"])
    run(neighbour, "C", groups=["Ældre"], until=2003)
    word("activity", "Korsang")
    table = queries.gaps(council)
    assert [word.name_da for word in table.columns] == ["Idræt"]
    assert [word.name_da for word in table.empty_columns] == ["Korsang"]
    counts = {line.group.name_da: [cell.number for cell in line.cells] for line in table.lines}
    assert counts == {"Unge": [2], "Ældre": [1]}
    assert [line.total for line in table.lines] == [2, 1]
    assert [cell.shade for cell in table.lines[1].cells] == ["0.50"]
    link = f"{reverse('initiatives:list')}?target_group=unge&amp;activity=idraet"
    assert link in page_of(client_as(visitor), "gaps")
    assert len(csv_of(client_as(visitor), "list", target_group="unge", activity="idraet")) == 3


def test_a_cell_of_the_gap_table_says_how_many_pairs_look_alike_and_leads_to_them(
    client_as: As, visitor: Principal, council: Council, neighbour: Actor, run: Run, word: Word
) -> None:
    wide, narrow = word("target_group", "Voksne"), word("target_group", "Hjemløse")
    Category.objects.filter(pk=narrow.pk).update(parent=wide)
    word("target_group", "Børn")
    text = "Et varmt værested for hjemløse i byen"
    for name in ("A", "B"):
        run(neighbour, name, text, groups=["Hjemløse", "Voksne"], doing=["Værested"])
    run(neighbour, "C", "Vi løber.", groups=["Voksne"], doing=["Idræt"])
    actions.find_overlaps(by=system(council))
    table = queries.gaps(council)
    pairs = {
        (line.group.name_da, cell.word.name_da): cell.pairs
        for line in table.lines
        for cell in line.cells
    }
    assert {cell: number for cell, number in pairs.items() if number} == {
        ("Voksne", "Værested"): 1,
        ("Hjemløse", "Værested"): 1,
    }
    assert [word.name_da for word in table.empty_groups] == ["Børn"]
    client = client_as(visitor)
    page = page_of(client, "gaps")
    assert "?target_group=voksne&amp;activity=vaerested" in page
    assert '1 par<span class="sr-only"> ligner hinanden, Voksne, Værested' in page
    assert "1 målgruppe, som ingen gør noget for" in page
    for asked, number in (("vaerested", 1), ("idraet", 0)):
        rows = csv_of(client, "overlaps", target_group="voksne", activity=asked)
        assert len(rows) == number + 1
    assert not queries.gaps(council, word("place", "Gjern")).lines


# --- likeness ----------------------------------------------------------------------------------
def test_similar_gives_the_likest_first_with_a_reason(
    council: Council, shelter: Initiative, neighbour: Actor, run: Run, word: Word
) -> None:
    run(neighbour, "Løb", "Vi løber i skoven.", groups=["Unge"], doing=["Idræt"])
    found = queries.similar(council, "Et varmt værested for hjemløse i byen")
    assert [row.initiative for row in found] == [shelter]
    assert found[0].strength > 0.5
    assert "Hjemløse" in found[0].reason
    by_group = queries.similar(council, "", [word("target_group", "Unge")])
    assert [row.initiative.name for row in by_group] == ["Løb"]


@pytest.mark.parametrize("text", ["", "   ", "og i på", "zzzxqj"])
def test_a_text_that_says_nothing_has_nothing_like_it(
    council: Council, shelter: Initiative, text: str
) -> None:
    assert queries.similar(council, text) == []


@pytest.mark.parametrize("number", [1, 3])
def test_similar_takes_seven_statements_whatever_it_finds(
    council: Council,
    neighbour: Actor,
    run: Run,
    number: int,
    django_assert_num_queries: Any,
) -> None:
    for at in range(number):
        run(neighbour, f"Hus {at}", "Værested", groups=["Hjemløse"], doing=["Værested"])
    with django_assert_num_queries(7):
        found = queries.similar(council, "Værested for hjemløse")
    assert len(found) == number


def test_two_kinds_of_candidates_both_get_a_place() -> None:
    by_words, by_group = list(range(1000)), list(range(900, 2000))
    found = queries._those_in_both_first(by_words, by_group)[: queries.MOST_COMPARED]
    assert found[:100] == list(range(900, 1000))
    assert len(found) == len(set(found)) == queries.MOST_COMPARED


# --- groups and words --------------------------------------------------------------------------
def test_groups_are_shown_with_their_members_in_a_fixed_number_of_statements(
    client_as: As, visitor: Principal, neighbour: Actor, run: Run
) -> None:
    client = client_as(visitor)
    assert "Ingen grupper her" in page_of(client, "clusters")
    for at in range(3):
        run(neighbour, f"Varmestue {at}", "Værested", groups=["Hjemløse"], doing=["Værested"])
    actions.find_overlaps(by=system(neighbour.council))
    before = statements(client, reverse("initiatives:clusters"))
    assert "Varmestue 2" in page_of(client, "clusters")
    run(neighbour, "Varmestue 3", "Værested", groups=["Hjemløse"], doing=["Værested"])
    actions.find_overlaps(by=system(neighbour.council))
    assert statements(client, reverse("initiatives:clusters")) == before


def test_the_secretariat_adds_words_on_a_page_and_takes_them_away(
    client_as: As, secretariat: Principal, visitor: Principal
) -> None:
    client, url = client_as(secretariat), reverse("initiatives:synonyms")
    wrong = client.post(url, {"words": "kor", "kind": "what"})
    assert wrong.status_code == 422
    assert 'value="kor"' in wrong.content.decode()
    assert client.post(url, {"words": "kor, sangerne", "kind": "what"}).status_code == 302
    assert "kor, sangerne" in page_of(client, "synonyms")
    row = queries.synonyms(secretariat.council).get()
    remove = reverse("initiatives:remove_synonyms", args=[row.pk])
    assert client_as(visitor).post(remove).status_code in (302, 403)
    assert client.post(remove).status_code == 302
    assert not queries.synonyms(secretariat.council).exists()


def test_the_table_of_gaps_can_be_seen_for_one_place(
    client_as: As, visitor: Principal, council: Council, neighbour: Actor, run: Run, word: Word
) -> None:
    run(neighbour, "A", groups=["Unge"], doing=["Idræt"], places=["Gjern"])
    run(neighbour, "B", groups=["Unge"], doing=["Idræt"], places=["Them"])
    place = word("place", "Gjern")
    assert queries.gaps(council, place).lines[0].cells[0].number == 1
    page = page_of(client_as(visitor), "gaps", place=place.slug)
    assert "?target_group=unge&amp;activity=idraet&amp;place=gjern" in page


def test_a_number_of_the_table_of_gaps_is_that_of_the_list_it_leads_to(
    client_as: As, visitor: Principal, council: Council, neighbour: Actor, run: Run, word: Word
) -> None:
    wide, narrow = word("target_group", "Børn"), word("target_group", "Udsatte børn")
    Category.objects.filter(pk=narrow.pk).update(parent=wide)
    town, part = word("place", "Silkeborg"), word("place", "Gjern")
    Category.objects.filter(pk=part.pk).update(parent=town)
    run(neighbour, "A", groups=["Udsatte børn"], doing=["Idræt"], places=["Gjern"])
    run(neighbour, "B", groups=["Børn", "Udsatte børn"], doing=["Idræt"], places=["Silkeborg"])
    run(neighbour, "C", groups=["Børn"], doing=["Korsang"])
    client = client_as(visitor)
    by_place = queries.gaps(council, across="place")
    assert [column.name_da for column in by_place.columns] == ["Silkeborg", "Gjern"]
    counts = {line.group.name_da: [cell.number for cell in line.cells] for line in by_place.lines}
    assert counts == {"Børn": [2, 1], "Udsatte børn": [2, 1]}
    assert [line.total for line in by_place.lines] == [3, 2]
    for table in (queries.gaps(council), queries.gaps(council, part), by_place):
        for line in table.lines:
            for cell in [*line.cells]:
                query = dict(pair.split("=") for pair in cell.query.split("&"))
                assert len(csv_of(client, "list", **query)) == cell.number + 1
    page = page_of(client, "gaps", across="place", activity="idraet")
    assert "?target_group=boern&amp;activity=idraet&amp;place=silkeborg" in page
