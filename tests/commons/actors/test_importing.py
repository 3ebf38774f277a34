"""Actors and offers from a table: seen first, whole or not at all, the same file twice nothing."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from samskab.civic.commons.actors import actions as actors
from samskab.civic.commons.actors.models import Actor, Category, Offer
from samskab.civic.foundation.accounts.models import User
from samskab.civic.foundation.core.errors import Conflict, Invalid, NotAllowed, NotFound
from samskab.civic.foundation.core.models import LogEntry
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.foundation.imports import actions, queries, views, writing
from samskab.civic.foundation.imports.kinds import kind_of
from samskab.civic.foundation.imports.models import Upload
from samskab.civic.foundation.imports.tables import read_table

As = Callable[[Principal], Client]
Word = Callable[..., Category]

LIST = (
    "Nr;Navn;Type;Område;CVR;Hjemmeside;Om;Kontaktperson;E-mail\n"
    "1;Gjern Motion;forening;Gjern;;gjern-motion.dk;Vi løber.;Bo Vad;bo@eksempel.dk\n"
    "2;Bageren;Virksomhed;;13585628;;;;\n"
)


@pytest.fixture(autouse=True)
def _places(word: Word, secretariat: Principal) -> None:
    word("place", "Gjern")
    word("place", "Kjellerup")


def handed_in(by: Principal, data: bytes, kind: str = "aktoerer") -> Upload:
    known = kind_of(kind)
    assert known is not None
    table = read_table(known, file_name="liste.csv", data=data)
    return actions.upload_table(by=by, table=table)


def looked(by: Principal, text: str | bytes, kind: str = "aktoerer", **columns: int) -> Upload:
    data = text if isinstance(text, bytes) else text.encode()
    row = handed_in(by, data, kind)
    row = actions.match_columns(by=by, upload=row, columns=columns or row.columns)
    return actions.look_through(by=by, upload=row)


def taken(by: Principal, text: str | bytes, kind: str = "aktoerer") -> Upload:
    return actions.take_in(by=by, upload=looked(by, text, kind))


def numbers(upload: Upload) -> tuple[int, int, int, int]:
    report = upload.report
    return report["new"], report["changed"], report["same"], report["wrong"]


def errors(upload: Upload) -> list[tuple[int, str, str]]:
    return [(e["row"], e["column"], e["message"]) for e in upload.report["errors"]]


# --- actors --------------------------------------------------------------------------------------
def test_a_list_of_actors_is_seen_before_it_is_taken_in(secretariat: Principal) -> None:
    upload = looked(secretariat, LIST)
    assert numbers(upload) == (2, 0, 0, 0)
    assert not Actor.objects.exists()
    done = actions.take_in(by=secretariat, upload=upload)
    assert (done.state, bytes(done.table)) == ("done", b"")
    actor = Actor.objects.select_related("area").get(name="Gjern Motion")
    assert (actor.sector, actor.area.name_da, actor.external_key) == ("civil", "Gjern", "1")
    assert actor.website == "https://gjern-motion.dk"
    assert actor.contact_email == "bo@eksempel.dk"
    assert "gjern motion" in actor.find_text
    entry = LogEntry.objects.filter(verb="imports.write_rows").get()
    assert entry.data == {"kind": "aktoerer", "new": 2, "changed": 0, "same": 0, "wrong": 0}


def test_the_same_file_twice_changes_nothing_and_a_mended_one_only_what_is_mended(
    secretariat: Principal,
) -> None:
    taken(secretariat, LIST)
    versions = list(Actor.objects.order_by("pk").values_list("pk", "version"))
    again = looked(secretariat, LIST)
    assert numbers(again) == (0, 0, 2, 0)
    assert not again.ready
    assert list(Actor.objects.order_by("pk").values_list("pk", "version")) == versions
    mended = looked(
        secretariat, LIST.replace("Gjern Motion", "Gjern Løb").replace("Vi l", "Alle l")
    )
    assert mended.report["rows"] == [
        {
            "row": 2,
            "is_new": False,
            "title": "Gjern Løb",
            "changes": [("Navn", "Gjern Motion", "Gjern Løb"), ("Om", "Vi løber.", "Alle løber.")],
        }
    ]
    actions.take_in(by=secretariat, upload=mended)
    actor = Actor.objects.get(external_key="1")
    assert (actor.name, actor.version, actor.pk) == ("Gjern Løb", 2, versions[0][0])
    assert "gjern løb" in actor.find_text


def test_without_a_key_an_organisation_is_known_by_its_name(
    secretariat: Principal, organisation: Actor
) -> None:
    upload = taken(secretariat, "Navn;Om\n foreningen  ÅBEN dør;Ny tekst\n")
    assert numbers(upload) == (0, 1, 0, 0)
    organisation.refresh_from_db()
    assert organisation.about == "Ny tekst"
    assert organisation.sector == "civil", "what the file has no column for stays as it is"


def test_our_own_download_brought_back_changes_nothing(
    client_as: As, secretariat: Principal, organisation: Actor, offer: Offer
) -> None:
    actors.register_actor(by=secretariat, sector="business", name="=1+1", about="-2\r\nlinje to")
    client = client_as(secretariat)
    for name, kind, number in (("list", "aktoerer", 2), ("offers", "tilbud", 1)):
        answer = client.get(reverse(f"actors:{name}"), {"format": "csv"})
        data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        upload = looked(secretariat, data, kind)
        assert errors(upload) == []
        assert numbers(upload) == (0, 0, number, 0)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        (";forening;;", "Navn", "Feltet er tomt"),
        ("A;klub;;", "Sektor", "“klub” kender vi ikke"),
        ("A;;;", "Sektor", "Vælg"),
        ("A;forening;Kjelerup;", "Sted", "Mente du “Kjellerup”?"),
        ("A;forening;;12345678", "CVR-nummer", "Det er ikke et CVR-nummer."),
        ("<b>A</b>;forening;;", "Navn", "Der er HTML i navnet."),
        ("#N/A;forening;;", "Navn", "Feltet viser #N/A"),
        ("A;borger;;", "Egen nøgle", "skal have en nøgle"),
    ],
)
def test_a_wrong_row_is_told_by_row_and_cell_and_stops_everything(
    secretariat: Principal, row: str, column: str, message: str
) -> None:
    upload = looked(secretariat, f"Navn;Type;Sted;CVR\nGod nok;forening;;\n{row}\n")
    assert numbers(upload) == (1, 0, 0, 1)
    ((number, where, said),) = errors(upload)
    assert (number, where) == (3, column)
    assert message in said
    stopped = actions.take_in(by=secretariat, upload=upload)
    assert stopped.state == "checked"
    assert not Actor.objects.exists()


def test_rows_about_the_same_actor_and_stolen_names_are_refused(
    secretariat: Principal, organisation: Actor
) -> None:
    text = "Nr;Navn;Type\n1;A;forening\n2;a;forening\n1;B;forening\n"
    assert [(row, column) for row, column, _ in errors(looked(secretariat, text))] == [
        (3, "Navn"),
        (4, "Egen nøgle"),
    ]
    taken(secretariat, "Nr;Navn;Type\n1;A;forening\n")
    stolen = looked(secretariat, "Nr;Navn\n1;Foreningen Åben Dør\n9;A\n")
    assert [message for _, _, message in errors(stolen)] == [
        "En anden aktør hedder allerede det samme.",
        "Aktøren er her allerede med nøglen “1”.",
    ]


def test_cpr_numbers_are_named_by_cell_and_nothing_is_kept(secretariat: Principal) -> None:
    with pytest.raises(Invalid) as error:
        looked(secretariat, LIST.replace("Vi løber.", "Ring til 010190-1234"))
    assert "i disse felter: G2." in str(error.value.message)
    assert "010190" not in str(error.value.message)
    assert not Upload.objects.exists()


# --- offers --------------------------------------------------------------------------------------
OFFERS = (
    "Aktør;Titel;Kategori;Antal;Enhed;Fra;Til;Sted;Vilkår\n"
    "Foreningen Åben Dør;Frokost;madlavning;1.200,5;portioner;1/2 2027;31. marts 2027;Gjern;Nej\n"
)


def test_offers_come_with_danish_numbers_and_dates(
    secretariat: Principal, organisation: Actor, cooking: Category
) -> None:
    assert numbers(taken(secretariat, OFFERS, "tilbud")) == (1, 0, 0, 0)
    offer = Offer.objects.select_related("area").get()
    assert (offer.actor, offer.category, offer.kind) == (organisation, cooking, "competence")
    assert offer.quantity == Decimal("1200.50")
    assert (offer.period_from, offer.period_to) == (date(2027, 2, 1), date(2027, 3, 31))
    assert offer.area.name_da == "Gjern"
    assert numbers(looked(secretariat, OFFERS, "tilbud")) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("change", "column", "message"),
    [
        (("1.200,5", "0"), "Hvor meget", "Skriv et tal over nul"),
        (("1.200,5", "mange"), "Hvor meget", "“mange” er ikke et tal"),
        (("portioner", ""), "Tælles i", "Skriv, hvad I tæller i"),
        (("31. marts 2027", "1-1-2027"), "Til", "Den sidste dag ligger før den første"),
        (("madlavning", "madlav"), "Ord", "Mente du “Madlavning”?"),
        (("madlavning", ""), "Ord", "Feltet er tomt"),
        (("Foreningen Åben Dør", "Ukendt"), "Aktør", "Hent aktørerne ind først"),
    ],
)
def test_a_wrong_offer_is_told_at_its_cell(
    secretariat: Principal,
    organisation: Actor,
    cooking: Category,
    change: tuple[str, str],
    column: str,
    message: str,
) -> None:
    ((number, where, said),) = errors(looked(secretariat, OFFERS.replace(*change), "tilbud"))
    assert (number, where) == (2, column)
    assert message in said


def test_an_offer_that_was_withdrawn_stays_so(
    secretariat: Principal, representative: Principal, organisation: Actor, cooking: Category
) -> None:
    taken(secretariat, OFFERS, "tilbud")
    offer = actors.withdraw_offer(by=representative, offer=Offer.objects.get())
    assert numbers(taken(secretariat, OFFERS, "tilbud")) == (0, 0, 1, 0)
    offer.refresh_from_db()
    assert not offer.active


# --- who, when, twice ----------------------------------------------------------------------------
def test_only_the_secretariat_of_this_council_takes_tables_in(
    secretariat: Principal,
    facilitator: Principal,
    representative: Principal,
    visitor: Principal,
    outsider: Principal,
) -> None:
    upload = looked(secretariat, LIST)
    for by in (facilitator, representative, visitor):
        with pytest.raises(NotAllowed):
            looked(by, LIST)
        with pytest.raises(NotAllowed):
            actions.take_in(by=by, upload=upload)
        with pytest.raises(NotAllowed):
            actions.throw_away(by=by, upload=upload)
    with pytest.raises(NotFound):
        actions.match_columns(by=outsider, upload=upload, columns={"name": 0})
    assert kind_of("ukendt") is None


def test_columns_are_chosen_once_each_and_the_needed_ones(secretariat: Principal) -> None:
    upload = looked(secretariat, LIST)
    for columns, field in (
        ({"sector": 2}, "name"),
        ({"name": 1, "about": 1}, "name"),
        ({"name": 99}, None),
    ):
        with pytest.raises(Invalid) as error:
            actions.match_columns(by=secretariat, upload=upload, columns=columns)
        assert error.value.field == field
    with pytest.raises(Conflict):
        actions.match_columns(by=secretariat, upload=upload, columns={"name": 1}, seen=1)


def test_a_file_with_the_same_headings_is_matched_as_the_last_time(secretariat: Principal) -> None:
    odd = LIST.replace("Navn;", "Hvem er det;")
    upload = handed_in(secretariat, odd.encode())
    assert "name" not in upload.columns
    row = actions.match_columns(
        by=secretariat, upload=upload, columns={"name": 1, "sector": 2, "key": 0}
    )
    actions.take_in(by=secretariat, upload=actions.look_through(by=secretariat, upload=row))
    later = handed_in(secretariat, odd.encode())
    assert later.columns == {"name": 1, "sector": 2, "key": 0}


def test_what_changes_after_the_look_is_shown_again_instead_of_written(
    secretariat: Principal,
) -> None:
    upload = looked(secretariat, LIST)
    actors.register_actor(by=secretariat, sector="civil", name="Gjern Motion", about="Først")
    shown = actions.take_in(by=secretariat, upload=upload)
    assert shown.state == "checked"
    assert numbers(shown) == (1, 1, 0, 0)
    assert Actor.objects.count() == 1
    assert actions.take_in(by=secretariat, upload=shown).state == "done"
    assert Actor.objects.get(name="Gjern Motion").about == "Vi løber."
    with pytest.raises(Conflict):
        actions.take_in(by=secretariat, upload=shown)
    with pytest.raises(Conflict):
        actions.throw_away(by=secretariat, upload=shown)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_by_two_people_at_once_is_taken_in_once(secretariat: Principal) -> None:
    uploads = [looked(secretariat, LIST), looked(secretariat, LIST)]

    def take(upload: Upload) -> str:
        try:
            return actions.take_in(by=secretariat, upload=upload).state
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, uploads)) == ["checked", "done"]
    assert Actor.objects.count() == 2


# --- how long others wait ------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_files_are_read_and_rows_compared_before_others_have_to_wait(
    client_as: As, secretariat: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite lets one write at a time, so nothing that takes long may be in a transaction."""
    seen: list[str] = []

    def outside(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            assert not connection.in_atomic_block, name
            seen.append(name)
            return function(*args, **kwargs)

        return watched

    monkeypatch.setattr(views, "read_table", outside("read", read_table))
    monkeypatch.setattr(queries, "plan_of", outside("plan", queries.plan_of))
    monkeypatch.setattr(queries.Plan, "made_ready", outside("ready", queries.Plan.made_ready))
    client = client_as(secretariat)
    columns = hand_in(client, LIST.encode(), "a.csv")["Location"]
    look = client.post(columns, {"name": 1, "sector": 2, "key": 0})["Location"]
    client.post(look + "igen/")
    client.post(look + "hent-ind/")
    assert Actor.objects.count() == 2
    assert seen == ["read", "plan", "plan", "plan", "ready"]


def test_many_rows_are_written_in_as_many_statements_as_few(
    client_as: As, secretariat: Principal, django_assert_num_queries: Any
) -> None:
    client = client_as(secretariat)
    for number, about in ((3, "A"), (60, "A"), (60, "B")):
        rows = "".join(f"{at};Forening {at};forening;{about}\n" for at in range(number))
        upload = looked(secretariat, "Nr;Navn;Type;Om\n" + rows)
        plan = queries.plan_of(secretariat, upload).made_ready()
        with django_assert_num_queries(9):
            actions.write_rows(by=secretariat, upload=upload, plan=plan)
    assert Actor.objects.filter(about="B", version=2).count() == 60
    assert client.get(reverse("actors:list")).status_code == 200


def test_when_somebody_was_quicker_the_file_is_read_anew(
    secretariat: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = looked(secretariat, LIST)
    calls: list[int] = []

    def busy(by: Principal, row: Upload) -> queries.Plan:
        plan = queries.plan_of(by, row)
        if len(calls) < 2:
            actors.register_actor(by=secretariat, sector="civil", name=f"Ny {len(calls)}")
        calls.append(plan.at)
        return plan

    monkeypatch.setattr(actions, "plan_of", busy)
    assert actions.take_in(by=secretariat, upload=upload).state == "done"
    assert len(set(calls)) == 3
    assert Actor.objects.filter(external_key__in=["1", "2"]).count() == 2


def test_a_row_that_changed_since_it_was_read_is_never_overwritten(
    secretariat: Principal, organisation: Actor
) -> None:
    stale = Actor.objects.get(pk=organisation.pk)
    stale.about = "Fra filen"
    write = writing.updates(Actor, [stale], ["about"])
    Actor.objects.get(pk=organisation.pk).save()
    with pytest.raises(writing.Overtaken):
        write.run()
    new = writing.inserts(
        Actor, [Actor(council=secretariat.council, sector="civil", name=organisation.name)]
    )
    with pytest.raises(writing.Overtaken), transaction.atomic():
        new.run()
    organisation.refresh_from_db()
    assert organisation.about != "Fra filen"


def test_rows_with_a_cpr_number_are_never_made_ready(secretariat: Principal) -> None:
    row = Actor(council=secretariat.council, sector="civil", name="A", about="010190-1234")
    with pytest.raises(Invalid):
        writing.inserts(Actor, [row])
    with pytest.raises(Invalid) as error:
        kind = kind_of("aktoerer")
        assert kind is not None
        read_table(kind, file_name="010190-1234.csv", data=LIST.encode())
    assert error.value.field == "file"


def test_a_worker_that_cannot_finish_gives_the_file_back(
    secretariat: Principal, visitor: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = actions.start(by=secretariat, upload=looked(secretariat, LIST), job="take")

    def overtaken(self: queries.Plan) -> None:
        raise writing.Overtaken

    monkeypatch.setattr(queries.Plan, "write", overtaken)
    actions.work.call(upload.pk, secretariat.user_id, "da", "take")
    upload.refresh_from_db()
    assert upload.state == "checked"
    assert upload.ready
    assert not Actor.objects.exists()
    with pytest.raises(NotAllowed):
        actions.give_back(by=visitor, upload=upload)
    fresh = handed_in(secretariat, LIST.encode())
    assert actions.give_back(by=secretariat, upload=fresh).state == "matching"


def test_the_file_of_one_who_may_no_longer_is_given_back_too(secretariat: Principal) -> None:
    upload = actions.start(by=secretariat, upload=looked(secretariat, LIST), job="take")
    User.objects.filter(pk=secretariat.user_id).update(is_active=False)
    actions.work.call(upload.pk, secretariat.user_id, "da", "take")
    upload.refresh_from_db()
    assert upload.state == "checked"
    assert not Actor.objects.exists()


# --- pages ---------------------------------------------------------------------------------------
def xlsx_of(text: str) -> bytes:
    book = Workbook()
    for line in text.splitlines():
        book.worksheets[0].append(line.split(";"))
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


def hand_in(client: Client, data: bytes, name: str = "liste.xlsx", **more: Any) -> Any:
    url = reverse("imports:start", args=["aktoerer"])
    return client.post(url, {"file": SimpleUploadedFile(name, data), **more})


def test_a_secretary_brings_a_messy_workbook(client_as: As, secretariat: Principal) -> None:
    client = client_as(secretariat)
    data = xlsx_of("Foreninger pr. 1. januar\n\n" + LIST.replace(";forening;", ";klub;"))
    columns = hand_in(client, data)["Location"]
    page = client.get(columns).content.decode()
    assert "liste.xlsx, arket “Sheet”: 2 rækker." in page
    assert "Gjern Motion, Bageren" in page
    given = {"name": 1, "sector": 2, "place": 3, "key": 0}
    look = client.post(columns, given)["Location"]
    page = client.get(look).content.decode()
    assert "“klub” kender vi ikke" in page
    assert reverse("imports:take", args=[Upload.objects.get().pk]) not in page
    csv = client.get(look, {"format": "csv"})
    assert "4,Sektor,klub," in b"".join(csv.streaming_content).decode()  # type: ignore[attr-defined]

    columns = hand_in(client, xlsx_of(LIST))["Location"]
    look = client.post(columns, given)["Location"]
    page = client.get(look).content.decode()
    assert "Hent det ind" in page
    take = reverse("imports:take", args=[Upload.objects.latest("pk").pk])
    key = {"once": "nøgle"}
    assert client.get(take).status_code == 405
    assert client.post(take, key)["Location"] == reverse("actors:list")
    assert Actor.objects.count() == 2
    twice = client.post(take, key)
    assert twice["Location"] == reverse("actors:list")
    assert (
        "2 rækker er kommet til, 0 er rettet."
        in client.get(reverse("actors:list")).content.decode()
    )
    assert "Filen er hentet ind." in client.get(look).content.decode()


def test_a_file_that_cannot_be_used_is_refused_on_the_page(
    client_as: As, secretariat: Principal
) -> None:
    client = client_as(secretariat)
    for data, said in (
        (b"PK\x03\x04 nothing", "Filen er i stykker"),
        (b"", "Filen er tom."),
        (b"Navn\n", "men ingen rækker under dem"),
        (LIST.replace("Vi løber.", "Vi lÃ¸ber").encode(), "gået i stykker i række 2"),
        (b'Navn\n"A\n', "Anførselstegnene passer ikke i række 2"),
    ):
        answer = hand_in(client, data)
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert client.post(reverse("imports:start", args=["aktoerer"])).status_code == 422
    assert client.get(reverse("imports:start", args=["ukendt"])).status_code == 404
    assert not Upload.objects.exists()


def test_a_large_file_is_done_by_a_worker_in_the_same_way(
    client_as: As, secretariat: Principal, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    client = client_as(secretariat)
    columns = hand_in(client, LIST.encode(), "liste.csv")["Location"]
    given = {"name": 1, "sector": 2, "place": 3, "key": 0}
    look = client.post(columns, given)["Location"]
    assert "Det er en stor fil." in client.get(look).content.decode()
    upload = Upload.objects.get()
    assert actions.start(by=secretariat, upload=upload, job="look").state == "busy"
    actions.work.call(upload.pk, secretariat.user_id, "da", "look")
    upload.refresh_from_db()
    assert numbers(upload) == (2, 0, 0, 0)
    client.post(reverse("imports:take", args=[upload.pk]))
    actions.work.call(upload.pk, secretariat.user_id, "da", "take")
    upload.refresh_from_db()
    assert upload.state == "done"
    assert Actor.objects.count() == 2


def test_the_empty_files_are_ready_to_fill_in(
    client_as: As, secretariat: Principal, participant: Principal
) -> None:
    client = client_as(secretariat)
    page = client.get(reverse("imports:front")).content.decode()
    assert reverse("imports:start", args=["tilbud"]) in page
    csv = client.get(reverse("imports:template", args=["aktoerer", "csv"])).content.decode(
        "utf-8-sig"
    )
    assert csv.startswith("Navn;Sektor;Egen nøgle;Om;Sted;")
    body = client.get(reverse("imports:template", args=["tilbud", "xlsx"])).content
    book = load_workbook(io.BytesIO(body))
    assert book.sheetnames == ["Tilbud", "Vejledning"]
    assert [cell.value for cell in book["Tilbud"][1]][:3] == ["Aktør", "Titel", "Ord"]
    assert client_as(participant).get(reverse("imports:front")).status_code == 403
    assert client.get("/import/aktoerer/skabelon.exe").status_code == 404


def test_a_file_is_thrown_away_and_looked_through_again(
    client_as: As, secretariat: Principal
) -> None:
    upload, client = looked(secretariat, LIST), client_as(secretariat)
    actors.register_actor(by=secretariat, sector="civil", name="Bageren")
    client.post(reverse("imports:again", args=[upload.pk]))
    upload.refresh_from_db()
    assert numbers(upload) == (1, 1, 0, 0)
    client.post(reverse("imports:throw", args=[upload.pk]))
    assert not Upload.objects.exists()
