"""The same order on every database: what was found on SQLite is written down here, and the same
tests run on PostgreSQL."""

from __future__ import annotations

import random

import pytest

from samskab.civic.commons.knowledge.actions import write_article
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal
from samskab.civic.public.search import actions, queries

WORDS = """
lektiehjælp lektier hjælp ensom ensomhed besøgsven værested varmestue mad madspild fællesmad kørsel
følgeskab læge sygehus hjemløs herberg gæld rådgivning børn bedsteforældre cykel værksted sprog café
have nyttehave kor musik bibliotek
"""
FOUND = {
    "lektiehjælp": [4, 23, 29, 6, 36, 19, 39, 8],
    "hjælp til lektier": [4, 23, 29, 6, 36, 19, 39, 8],
    "ensomme på sygehuset": [4, 9, 7, 26, 2, 28, 30, 15],
    "fællesmad have": [16, 0, 36, 12, 2, 9, 28, 6],
    "besøgsvenn": [22, 19, 13, 8, 21, 38, 9, 37],
    "vaerksted for cykler": [3, 35, 27, 8, 31, 25, 29, 7],
    "madspilt": [2, 22, 14, 19, 28, 31, 1, 32],
    "mus": [24, 15, 17, 5, 11, 37, 27, 39],
}


@pytest.fixture
def filled(council: Council, secretariat: Principal) -> Council:
    draw, words = random.Random(7), WORDS.split()
    for number in range(40):
        title = f"{' '.join(draw.sample(words, 2))} {number}"
        text = " ".join(draw.choices(words, k=draw.randrange(6, 30)))
        write_article(by=secretariat, kind="method", title_da=title, text_da=text)
    actions.refresh_due()
    return council


@pytest.mark.parametrize("q", FOUND)
def test_the_order_is_the_one_that_is_written_down(filled: Council, q: str) -> None:
    hits = queries.search(filled, q).hits
    assert [int(hit.title.split()[-1]) for hit in hits][:8] == FOUND[q]
