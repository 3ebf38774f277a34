from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from samskab.civic.commons.actors.actions import register_actor
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.foundation.notifications.models import Message
from samskab.civic.journey.challenges.actions import join
from samskab.civic.journey.challenges.journey import Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.coalitions import actions
from samskab.civic.journey.coalitions.models import Agreement, CoalitionProposal, Need, Part
from tests.journey.coalitions.conftest import Make, a_challenge, part_of, signature_of

ClientAs = Callable[[Principal], Client]
PRESSED = {"seen": ""}


def to(name: str, *args: Any) -> str:
    return reverse(f"coalitions:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def needed(scene: SimpleNamespace, **values: Any) -> dict[str, Any]:
    return {
        "title": "Kopper", "category": scene.drink.category_id, "amount": "2,5",
        "unit": "kasser", "must": "on", **values,
    }  # fmt: skip


# --- needs -------------------------------------------------------------------------------------
def test_a_need_is_written_with_a_danish_comma(
    scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    answer = client_as(facilitator).post(to("need_new", scene.challenge.pk), needed(scene))
    assert answer["Location"] == to("overview", scene.challenge.pk)
    assert Need.objects.get(title="Kopper").measured == "2,5 kasser"


def test_an_error_keeps_what_was_typed(
    scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    page = client_as(facilitator).post(
        to("need_new", scene.challenge.pk), needed(scene, amount="0", unit="kurve")
    )
    assert page.status_code == 422
    assert "Kopper" in text(page) and "kurve" in text(page)
    assert "Skriv et tal over nul." in text(page)


def test_a_replayed_form_adds_one_need(
    scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    client, given = client_as(facilitator), needed(scene, once="abc")
    first = client.post(to("need_new", scene.challenge.pk), given)
    second = client.post(to("need_new", scene.challenge.pk), given)
    assert first["Location"] == second["Location"]
    assert Need.objects.filter(title="Kopper").count() == 1


def test_a_stale_need_is_told(
    scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    client, url = client_as(facilitator), to("need_edit", scene.drink.pk)
    assert client.post(url, needed(scene, title="Ny", seen="1")).status_code == 302
    page = client.post(url, needed(scene, title="Sidst", seen="1"))
    assert page.status_code == 409
    assert "Sidst" in text(page)
    scene.drink.refresh_from_db()
    assert scene.drink.title == "Ny"


def test_reading_a_button_changes_nothing(
    scene: SimpleNamespace, asked: CoalitionProposal, facilitator: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    part = part_of(asked, scene.baker.actor)
    urls = [
        to("need_remove", scene.drink.pk), to("propose", scene.challenge.pk),
        to("start", scene.challenge.pk), to("ask", asked.pk), to("part_remove", part.pk),
        to("draft", asked.pk),
    ]  # fmt: skip
    assert {client.get(url).status_code for url in urls} == {302}
    assert Need.objects.count() == 2
    assert CoalitionProposal.objects.count() == 1
    assert Part.objects.count() == 2


def test_the_list_of_needs_is_filtered_by_its_address(
    scene: SimpleNamespace, council: Any, visitor: Principal, client_as: ClientAs, need_of: Make,
    coffee: Any,
) -> None:  # fmt: skip
    other = a_challenge(council, "En anden", Step.GATHERING)
    need_of(other, coffee, 2, title="Kaffe til de andre")
    client, url = client_as(visitor), to("needs")
    assert "Kaffe til de andre" in text(client.get(url))
    assert "Kaffe til de andre" not in text(client.get(f"{url}?challenge={scene.challenge.pk}"))
    by_word = text(client.get(f"{url}?category={scene.talk.category_id}"))
    assert "Behov for at lytte" in by_word and "Kaffe til de andre" not in by_word
    assert "Ingen behov her" in text(client.get(f"{url}?gap=on"))


def test_needs_come_as_csv_without_formulas(
    scene: SimpleNamespace, visitor: Principal, client_as: ClientAs, need_of: Make, coffee: Any
) -> None:
    need_of(scene.challenge, coffee, 2, title="=1+1")
    answer = client_as(visitor).get(to("needs") + "?format=csv")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    lines = body.lstrip("\ufeff").splitlines()
    assert (
        lines[0] == "challenge,need,kind,category,amount,unit,must,start,end,area,offered,example"
    )
    assert lines[1].split(",")[1] == "'=1+1"
    assert len(lines) == 4


# --- who sees what -----------------------------------------------------------------------------
def test_another_council_sees_nothing(
    signed: Agreement, scene: SimpleNamespace, outsider: Principal, client_as: ClientAs
) -> None:
    client = client_as(outsider)
    part = part_of(signed.proposal, scene.baker.actor)
    row = signature_of(signed, scene.baker.actor)
    urls = [
        to("overview", scene.challenge.pk), to("need_new", scene.challenge.pk),
        to("need_edit", scene.drink.pk), to("proposal", signed.proposal_id),
        to("part_new", signed.proposal_id), to("part_edit", part.pk), to("answer", part.pk),
        to("set_aside", signed.proposal_id), to("agreement", signed.pk),
        to("agreement_pdf", signed.pk), to("agreement_edit", signed.pk),
        to("agreement_end", signed.pk), to("sign", row.pk),
    ]  # fmt: skip
    assert {client.get(url).status_code for url in urls} == {404}
    assert "Kaffe" not in text(client.get(to("needs")))
    assert "herberget" not in text(client.get(to("agreements"))).casefold()


def test_nobody_is_shown_in_a_suggestion_before_they_are_asked(
    scene: SimpleNamespace, visitor: Principal, facilitator: Principal, client_as: ClientAs
) -> None:
    made = actions.propose_coalitions(by=facilitator, challenge=scene.challenge)[0]
    overview, page = to("overview", scene.challenge.pk), to("proposal", made.pk)
    assert "Bageren" in text(client_as(facilitator).get(overview))
    assert "Bageren" not in text(client_as(visitor).get(overview))
    assert client_as(visitor).get(page).status_code == 404
    actions.ask_parties(by=facilitator, proposal=made)
    assert "Bageren" in text(client_as(visitor).get(page))


def test_a_draft_of_an_agreement_is_for_its_parties(
    agreement: Agreement, scene: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    assert client_as(visitor).get(to("agreement", agreement.pk)).status_code == 403
    assert client_as(visitor).get(to("agreement_pdf", agreement.pk)).status_code == 403
    assert "Formål" in text(client_as(scene.baker.by).get(to("agreement", agreement.pk)))


def test_who_signed_is_shown_to_the_parties_only(
    signed: Agreement, scene: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    signature = signature_of(signed, scene.baker.actor)
    type(signature).objects.filter(pk=signature.pk).update(name="Bente Bager")
    assert "Bente Bager" in text(client_as(scene.shelter.by).get(to("agreement", signed.pk)))
    public = text(client_as(visitor).get(to("agreement", signed.pk)))
    assert "Bente Bager" not in public
    assert "ikke juridisk bindende" in public


def test_a_visitor_reads_without_a_cookie(
    signed: Agreement, scene: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    client = client_as(visitor)
    for url in (
        to("needs"), to("overview", scene.challenge.pk), to("proposal", signed.proposal_id),
        to("agreement", signed.pk), to("agreements"),
    ):  # fmt: skip
        assert client.get(url).status_code == 200
    assert not client.cookies


# --- the whole way -----------------------------------------------------------------------------
def test_from_framed_to_signed_in_the_browser(
    framed: Challenge, facilitator: Principal, client_as: ClientAs, baker: SimpleNamespace,
    coffee: Any, offer_of: Make,
) -> None:  # fmt: skip
    offer_of(baker.actor, coffee, 10, wants="Liv i butikken")
    staff, party = client_as(facilitator), client_as(baker.by)
    detail = text(staff.get(reverse("challenges:detail", args=[framed.pk])))
    assert to("open", framed.pk) in detail
    staff.post(to("open", framed.pk), PRESSED)
    staff.post(
        to("need_new", framed.pk),
        {"title": "Kaffe", "category": coffee.pk, "amount": "6", "unit": "timer om ugen",
         "must": "on"},
    )  # fmt: skip
    assert staff.post(to("propose", framed.pk), PRESSED)["Location"] == to("overview", framed.pk)
    proposal = CoalitionProposal.objects.get()
    page = text(staff.get(to("proposal", proposal.pk)))
    assert "Bageren giver 6 timer om ugen kaffe til “Kaffe”." in page
    assert "Liv i butikken" in page
    with translation.override("da"):
        english = text(staff.get(f"/en{to('proposal', proposal.pk)}"))
    assert "Bageren gives 6 timer om ugen coffee to “Kaffe”." in english
    staff.post(to("ask", proposal.pk), PRESSED)
    part = Part.objects.get()
    assert "Venter på dit svar" in text(party.get(reverse("accounts:me")))
    party.post(to("answer", part.pk), {"answer": "yes", "gain": "Nye kunder"})
    staff.post(to("draft", proposal.pk), PRESSED)
    agreement = Agreement.objects.get()
    row = agreement.signatures.get()
    sent = party.post(to("send_code", row.pk), PRESSED)
    assert sent["Location"] == to("sign", row.pk)
    mail = Message.objects.filter(kind="coalitions.code").get().text
    code = re.findall(r"\b\d{6}\b", mail)[0]
    wrong = party.post(to("sign", row.pk), {"name": "Bente", "code": "000000" if code != "000000"
                                            else "000001"})  # fmt: skip
    assert wrong.status_code == 422
    assert "Bente" in text(wrong)
    row.refresh_from_db()
    assert row.tries == 1
    done = party.post(to("sign", row.pk), {"name": "Bente", "code": code})
    assert done["Location"] == to("agreement", agreement.pk)
    agreement.refresh_from_db()
    assert agreement.status == "signed"


def test_five_wrong_codes_in_the_browser_stop_the_right_one(
    agreement: Agreement, scene: SimpleNamespace, client_as: ClientAs
) -> None:
    row = signature_of(agreement, scene.baker.actor)
    actions.send_code(by=scene.baker.by, signature=row)
    mail = Message.objects.filter(kind="coalitions.code").get().text
    code = re.findall(r"\b\d{6}\b", mail)[0]
    client, wrong = client_as(scene.baker.by), f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        client.post(to("sign", row.pk), {"name": "Bente", "code": wrong})
    page = client.post(to("sign", row.pk), {"name": "Bente", "code": code})
    assert page.status_code == 422
    row.refresh_from_db()
    assert (row.at, row.tries) == (None, 5)


def test_the_link_in_the_mail_signs_without_an_account(
    agreement: Agreement, scene: SimpleNamespace, visitor: Principal, client_as: ClientAs
) -> None:
    row = signature_of(agreement, scene.baker.actor)
    actions.send_code(by=scene.baker.by, signature=row)
    mail = Message.objects.filter(kind="coalitions.code").get().text
    token = re.findall(r"/underskriv/([^/]+)/", mail)[0]
    code = re.findall(r"\b\d{6}\b", mail)[0]
    client = client_as(visitor)
    page = client.get(to("sign_link", token))
    assert page["Cache-Control"] == "no-store"
    assert "Behov for kaffe" in text(page)
    done = client.post(to("sign_link", token), {"name": "Bente", "code": code})
    assert done.status_code == 302
    row.refresh_from_db()
    assert (row.name, row.user_id) == ("Bente", None)
    assert "Linket virker ikke mere" in text(client.get(to("sign_link", token)))


def test_a_facilitator_is_told_that_they_answer_on_behalf(
    asked: CoalitionProposal, scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    part = part_of(asked, scene.baker.actor)
    client = client_as(facilitator)
    assert "på partens vegne" in text(client.get(to("answer", part.pk)))
    client.post(to("answer", part.pk), {"answer": "yes"})
    assert "noteret af facilitatoren" in text(client.get(to("proposal", asked.pk)))
    assert "på partens vegne" not in text(client_as(scene.baker.by).get(to("answer", part.pk)))


def test_a_part_beyond_capacity_says_so_and_keeps_the_form(
    scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    proposal = actions.start_proposal(by=facilitator, challenge=scene.challenge)
    Need.objects.filter(pk=scene.drink.pk).update(amount=Decimal(50))
    page = client_as(facilitator).post(
        to("part_new", proposal.pk),
        {"need": scene.drink.pk, "offer": scene.bread.pk, "amount": "12", "gain": "Liv"},
    )
    assert page.status_code == 422
    assert "Bageren har 10 timer om ugen tilbage" in text(page)
    assert "Liv" in text(page)
    assert not Part.objects.exists()


def test_an_agreement_is_written_at_once_in_a_browser(
    gathering: Challenge, scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    client = client_as(facilitator)
    empty = a_challenge(gathering.council, "Aftenen på herberget", Step.GATHERING)
    assert "Der er for få" in text(client.get(to("agreement_new", empty.pk)))
    for party in (scene.baker, scene.shelter):
        join(by=party.by, challenge=gathering, actor=party.actor)
    assert to("agreement_new", gathering.pk) in text(client.get(to("overview", gathering.pk)))
    one = client.post(to("agreement_new", gathering.pk), {"parties": [scene.baker.actor.pk]})
    assert one.status_code == 422
    assert "Vælg mindst to af dem, der er med." in text(one)
    both = {"parties": [scene.baker.actor.pk, scene.shelter.actor.pk]}
    done = client.post(to("agreement_new", gathering.pk), both)
    made = Agreement.objects.get()
    assert done["Location"] == to("agreement_edit", made.pk)
    page = text(client.get(to("agreement", made.pk)))
    assert "Smid udkastet ud" in page
    assert client.get(to("agreement_pdf", made.pk)).content.startswith(b"%PDF")
    assert client.post(to("discard", made.pk))["Location"] == to("overview", gathering.pk)
    assert not Agreement.objects.exists()


def test_the_agreement_is_edited_party_by_party(
    agreement: Agreement, scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    baker, shelter = scene.baker.actor.pk, scene.shelter.actor.pk
    given = {
        "purpose": "En god morgen", "degree": "cocreation", "rights": "A\nB\n", "duties": "",
        "notice": "30 dage", f"role_{baker}": "Giver brød", f"tasks_{baker}": "Kl. 7\n\nKl. 8",
        f"role_{shelter}": "", f"tasks_{shelter}": "", "seen": agreement.version,
    }  # fmt: skip
    client = client_as(facilitator)
    assert client.post(to("agreement_edit", agreement.pk), given).status_code == 302
    row = signature_of(agreement, scene.baker.actor)
    assert (row.role, row.tasks) == ("Giver brød", ["Kl. 7", "Kl. 8"])
    stale = client.post(to("agreement_edit", agreement.pk), given)
    assert stale.status_code == 409


def test_the_agreement_comes_as_a_tagged_pdf(
    signed: Agreement, visitor: Principal, client_as: ClientAs
) -> None:
    answer = client_as(visitor).get(to("agreement_pdf", signed.pk))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"pdfuaid" in answer.content
    assert b"/StructTreeRoot" in answer.content or b"/MarkInfo" in answer.content


def test_html_and_typst_in_what_people_write_are_plain_text(
    agreement: Agreement, scene: SimpleNamespace, facilitator: Principal, client_as: ClientAs
) -> None:
    actions.edit_agreement(
        by=facilitator, agreement=agreement, purpose='<b>#panic("x")</b> *fed*', for_whom="#x",
        degree="cooperation", rights=["#let"], duties=["<i>"], notice="$x$", roles={},
    )  # fmt: skip
    client = client_as(facilitator)
    assert "&lt;b&gt;#panic" in text(client.get(to("agreement", agreement.pk)))
    assert client.get(to("agreement_pdf", agreement.pk)).content.startswith(b"%PDF")


def test_the_drawing_and_the_table_say_the_same(
    signed: Agreement, visitor: Principal, client_as: ClientAs
) -> None:
    page = text(client_as(visitor).get(to("agreement", signed.pk)))
    assert page.count("<line ") == 2
    assert page.count("Herberget</text>") == 1
    assert page.count("4 timer om ugen</td>") == 1


# --- what pages cost ---------------------------------------------------------------------------
def cost(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["overview", "proposal", "needs", "detail"])
def test_a_page_costs_the_same_with_more_rows(
    scene: SimpleNamespace, asked: CoalitionProposal, visitor: Principal, client_as: ClientAs,
    council: Any, offer_of: Make, need_of: Make, facilitator: Principal, page: str,
) -> None:  # fmt: skip
    url = {
        "overview": to("overview", scene.challenge.pk),
        "proposal": to("proposal", asked.pk),
        "needs": to("needs"),
        "detail": reverse("challenges:detail", args=[scene.challenge.pk]),
    }[page]
    client = client_as(visitor)
    before = cost(client, url)
    for number in range(3):
        actor = register_actor(by=system(council), sector="civil", name=f"Part {number}", about="")
        offer = offer_of(actor, scene.drink.category, 5)
        need = need_of(scene.challenge, scene.drink.category, 5, title=f"Nr. {number}")
        actions.add_part(by=facilitator, proposal=asked, need=need, offer=offer, amount=Decimal(1))
        actions.start_proposal(by=facilitator, challenge=scene.challenge, like=asked)
    assert cost(client, url) == before


@pytest.mark.parametrize(("page", "most"), [("agreement", 9), ("agreements", 4)])
def test_pages_of_agreements_keep_to_their_number_of_questions(
    signed: Agreement, visitor: Principal, client_as: ClientAs, page: str, most: int
) -> None:
    url = to("agreement", signed.pk) if page == "agreement" else to("agreements")
    assert cost(client_as(visitor), url) <= most


def test_a_party_finds_what_to_do_on_the_page_of_the_challenge(
    asked: CoalitionProposal, scene: SimpleNamespace, client_as: ClientAs
) -> None:
    join(by=scene.baker.by, challenge=scene.challenge, actor=scene.baker.actor)
    url = reverse("challenges:detail", args=[scene.challenge.pk])
    assert "1 del venter på dit svar." in text(client_as(scene.baker.by).get(url))
