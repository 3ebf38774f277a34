"""Phone numbers, e-mail addresses and street addresses."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samskab.engine.language import find_contacts


def found(text: str) -> list[tuple[str, str]]:
    return [(kind, text[span.start : span.end]) for kind, span in find_contacts(text)]


@pytest.mark.parametrize(
    "number",
    ["86821122", "86 82 11 22", "8682 1122", "868 211 22", "86 821 122", "86-82-11-22",
     "+45 86 82 11 22", "+4586821122", "0045 86821122", "(+45) 86 82 11 22",
     "86\u00a082\u00a011\u00a022"],
)  # fmt: skip
def test_a_phone_number_is_found_in_its_usual_groups(number: str) -> None:
    assert found(f"Ring til Bo på {number}.") == [("phone", number)]


@pytest.mark.parametrize(
    "text",
    ["CVR 12345678", "CVR-nr. 25313763", "Vi fik 25000000 kr.", "i årene 2026 2027",
     "den 20-11-2026", "12 34 56 78", "123456789", "010280-1234", "25 12 80 12 34",
     "kl. 20.30-22.00"],
)  # fmt: skip
def test_numbers_that_are_no_phone_number_are_passed_over(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "address", ["bo.hansen@example.dk", "mig+dig@post.example.org", "å@blåbær.dk"]
)
def test_an_email_address_is_found(address: str) -> None:
    assert found(f"Skriv til {address}, tak.") == [("email", address)]


@pytest.mark.parametrize(
    "address",
    ["Vestergade 12, 2. tv", "Vestergade 12", "Nørre Allé 5B", "Store Torv 3",
     "H.C. Andersens Vej 14", "Lupinvænget 7, st. th", "vestergade 4", "Søndre Ringvej 120"],
)  # fmt: skip
def test_a_street_address_is_found_with_floor_and_door(address: str) -> None:
    assert found(f"Han bor {address}") == [("address", address)]


@pytest.mark.parametrize(
    "text",
    ["Alle 12 deltagere kom", "der er plads 3 gange", "cykelvej 12 km", "i alle 98 kommuner",
     "Vejen er lang", "Et @ alene", "Vestergade"],
)  # fmt: skip
def test_ordinary_sentences_hold_no_contact(text: str) -> None:
    assert found(text) == []


def test_all_kinds_are_given_in_order_of_the_text() -> None:
    text = "Bor Vestergade 12, skriv a@b.dk eller ring 86 82 11 22"
    assert [kind for kind, _ in find_contacts(text)] == ["address", "email", "phone"]


@given(st.text(alphabet="aA@. 0123456789+-vejgd,", max_size=80))
def test_contacts_never_overlap(text: str) -> None:
    spans = [contact.span for contact in find_contacts(text)]
    assert all(one.end <= other.start for one, other in pairwise(spans))
