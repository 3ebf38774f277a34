from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samskab.engine.moderation import Sent, judge

PLAIN = "Jeg vil gerne hjælpe om torsdagen. Hvem ringer jeg til?"


def test_a_plain_comment_has_no_sign() -> None:
    assert judge(Sent(PLAIN, "Bent M.", seconds=40)) == judge(Sent(PLAIN))
    assert judge(Sent(PLAIN)).reasons == ()


def test_the_hidden_field_is_enough() -> None:
    found = judge(Sent(PLAIN, trap=True))
    assert found.held
    assert found.reasons == ("trap",)


def test_speed_alone_is_not() -> None:
    assert not judge(Sent(PLAIN, seconds=0.5)).held


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("Se http://a.example og http://b.example og http://c.example", "many links"),
        ("Tjen op til 9.000 kr. om ugen på bitcoin", "much selling"),
        ("Купить диплом недорого", "script"),
        ("asdkjhqwe zxcmnbqwe", "gibberish"),
        ("KOM NU FOR SØREN DET ER ALT FOR DÅRLIGT", "noise"),
    ],
)
def test_each_sign_is_named(text: str, sign: str) -> None:
    assert sign in judge(Sent(text)).reasons


@pytest.mark.parametrize(
    "text",
    [
        "Kig på www.frivillighed.dk. Der ligger en god skabelon.",
        "Jeg tabte 90.000 kr. på casino. Hvor er der en gruppe for spillere?",
        "HVORFOR ER DER ALDRIG NOGEN, DER TAGER TELEFONEN",
        "Ring til mig på 20 20 20 20, hvis der mangler hjælp.",
        "Thank you! Could the forms be translated into Ukrainian?",
        "Дякую за допомогу. Ми дуже раді бути тут.",
    ],
)
def test_one_sign_alone_does_not_hold_a_person_back(text: str) -> None:
    assert not judge(Sent(text)).held


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.text(max_size=40))
def test_any_text_is_judged_and_more_signs_never_weigh_less(text: str, name: str) -> None:
    plain = judge(Sent(text, name))
    assert plain.score >= 0
    assert judge(Sent(text, name)) == plain
    assert judge(Sent(text, name, seconds=0.1, copies=2)).score > plain.score
