"""The sheet with which a process is prepared becomes a challenge."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from samskab.civic.commons.actors.actions import add_category
from samskab.civic.commons.actors.models import Category
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.models import Challenge

pytestmark = pytest.mark.django_db
ClientAs = Callable[[Principal], Client]
ADDRESS = "/udfordringer/forbered/"
SHEET = {
    "title": "Ingen steder at sidde inde om søndagen",
    "for_whom": "Mennesker uden hjem. Vi har spurgt tre af dem.",
    "dream": "En dør, der altid er åben.",
    "first": "Et varmt rum hver søndag",
    "second": "En at spise med",
    "third": "",
    "usual": "Kirkens café – de har åbent alligevel",
    "unthought": "Bageren <b>har</b> brød til overs",
    "plan": "",
}


def sent(client: Client, at: int, go: str = "next", **more: Any) -> Any:
    return client.post(ADDRESS, {"at": str(at), "go": go, **SHEET, **more})


@pytest.fixture
def group(council: Council) -> Category:
    return add_category(by=system(council), kind="target_group", name_da="Hjemløse")


@pytest.fixture
def client(visitor: Principal, client_as: ClientAs) -> Client:
    return client_as(visitor)


def test_five_steps_become_a_challenge_with_a_private_link(
    client: Client, council: Council, group: Category
) -> None:
    page = client.get(ADDRESS).content.decode()
    for step in range(1, 5):
        assert f"Trin {step} af 5" in page
        page = sent(client, step, target_groups=[group.pk]).content.decode()
    assert "Trin 5 af 5" in page
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once
    answers = [
        sent(client, 5, target_groups=[group.pk], where="Kjellerup", once=once[1]) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [302, 302]
    challenge = Challenge.objects.get()
    assert challenge.what == (
        "Det drømmer vi om:\nEn dør, der altid er åben.\n\n"
        "Det skal der komme ud af det:\n– Et varmt rum hver søndag\n– En at spise med\n\n"
        "De skal være med:\nKirkens café – de har åbent alligevel\n\n"
        "Dem har ingen tænkt på:\nBageren <b>har</b> brød til overs"
    )
    assert (challenge.for_whom, challenge.where) == (SHEET["for_whom"], "Kjellerup")
    assert list(challenge.target_groups.all()) == [group]
    receipt = client.get(answers[0]["Location"]).content.decode()
    assert "Tak" in receipt
    assert "<b>har</b>" not in receipt


def test_going_back_keeps_every_line(client: Client) -> None:
    text = sent(client, 4, "back").content.decode()
    assert "Trin 3 af 5" in text
    for written in ("En dør, der altid er åben.", "En at spise med", "Kirkens café"):
        assert written in text


@pytest.mark.parametrize(
    ("wrong", "step", "kept"),
    [
        ({"dream": ""}, 2, "En at spise med"),
        ({"first": "x" * 201}, 3, "En dør, der altid er åben."),
        ({"usual": "Bo Berg, ring på 22 33 44 55"}, 4, "Kirkens"),
    ],
)
def test_a_fault_leads_to_its_step_and_keeps_the_rest(
    client: Client, wrong: dict[str, str], step: int, kept: str
) -> None:
    answer = sent(client, 5, **wrong, plan="Vi mødes i Kirkens café")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f"Trin {step} af 5" in page
    assert kept in page
    assert not Challenge.objects.exists()


def test_the_longest_sheet_fits_a_challenge(client: Client) -> None:
    full = {"dream": 300, "first": 200, "second": 200, "third": 200}
    full |= {"usual": 800, "unthought": 800, "plan": 800}
    long = {name: "å" * size for name, size in full.items()}
    assert sent(client, 5, **long).status_code == 302
    assert len(Challenge.objects.get().what) < 4000
