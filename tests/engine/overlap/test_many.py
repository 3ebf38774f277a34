"""Very many initiatives: what the quick ways find is what comparing everything finds."""

import random

import numpy as np
import pytest

from samskab.engine.overlap import (
    Collection,
    Initiative,
    candidates,
    find_overlaps,
    similar_to,
    vocabulary_of,
)
from samskab.engine.overlap import finding as finding_module
from samskab.engine.overlap.finding import find_pairs, shelf_of

GROUPS = ["hjemløse", "ensomme", "unge", "ældre", "børn", "flygtninge", "pårørende", "gældsatte"]
ACTS = ["værested", "lektiehjælp", "besøgsven", "mentor", "kor", "madhjælp", "sprogcafé", "banko"]
WORDS = [
    "sol",
    "sommer",
    "bold",
    "bil",
    "bog",
    "guitar",
    "skib",
    "sten",
    "træ",
    "fugl",
    "kage",
    "telt",
    "tog",
    "bro",
    "vand",
    "sne",
]


def made_up(number: int) -> list[Initiative]:
    draw = random.Random(3)
    return [
        Initiative(
            id=f"i{at:05d}",
            name=draw.choice(WORDS),
            text=" ".join(draw.choices(WORDS, k=6)),
            target_groups=tuple(draw.sample(GROUPS, draw.choice((0, 1, 2)))),
            activities=tuple(draw.sample(ACTS, draw.choice((0, 1, 1)))),
            areas=(f"Sted{draw.randint(1, 20)}",) if draw.random() < 0.8 else (),
        )
        for at in range(number)
    ]


MANY = made_up(700)


@pytest.fixture
def few_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_module, "EVERY_PAIR", 100)


@pytest.mark.usefixtures("few_compared")
def test_of_many_the_strongest_pairs_are_found_without_comparing_all() -> None:
    shelf = shelf_of(MANY)
    quick = find_pairs(shelf, most=10)
    one, other = np.triu_indices(len(MANY), 1)
    strength = shelf.strengths(one, other).strength
    square = np.zeros((len(MANY), len(MANY)), np.float32)
    square[one, other] = square[other, one] = strength
    have = set(zip(quick.one.tolist(), quick.other.tolist(), strict=True))
    tenth = -np.sort(-square, axis=1)[:, 9]
    strong = square > np.maximum(tenth[:, None], 0.5)
    wanted = {
        (min(a, b), max(a, b))
        for a, b in zip(*map(np.ndarray.tolist, np.nonzero(strong)), strict=True)
    }
    assert len(wanted) > 100
    assert len(wanted & have) >= 0.98 * len(wanted)
    assert all(strength == square[a, b] for a, b, strength in
               zip(quick.one, quick.other, quick.strength, strict=True))  # fmt: skip


@pytest.mark.usefixtures("few_compared")
@pytest.mark.parametrize(("compared", "most"), [(250, 10), (60, 1), (90, 3)])
def test_what_the_nearest_reach_spares_work_and_leaves_out_nothing(
    monkeypatch: pytest.MonkeyPatch, compared: int, most: int
) -> None:
    monkeypatch.setattr(finding_module, "COMPARED", compared)
    shelf = shelf_of(MANY)
    keys = np.sort(np.concatenate(candidates.pairs(shelf, compared, 5)))
    assert (np.diff(keys) > 0).all()
    one, other = np.divmod(keys, len(MANY))
    strength, certainty = shelf.strengths(one, other)
    order = np.lexsort((keys, -certainty, -strength))
    order = order[strength[order] >= np.float32(finding_module.THRESHOLD)]
    kept: list[tuple[int, int, float, float]] = []
    often = np.zeros(len(MANY), int)
    for at in order:
        a, b = one[at], other[at]
        if min(often[a], often[b]) < most:
            kept.append((a, b, strength[at], certainty[at]))
        often[[a, b]] += 1
    found = find_pairs(shelf, most=most)
    listed = zip(found.one, found.other, found.strength, found.certainty, strict=True)
    assert list(listed) == kept
    assert len(order) > 2 * len(kept)


@pytest.mark.usefixtures("few_compared")
@pytest.mark.parametrize("least", [0.2, 0.35, 0.8])
def test_pairs_that_are_given_up_early_are_the_weak_ones_and_the_rest_comes_out_the_same(
    least: float,
) -> None:
    draw = random.Random(5)
    shelf = shelf_of([with_everything(at, draw) for at in range(150)])
    one, other = np.triu_indices(150, 1)
    whole = shelf.strengths(one, other)
    early = shelf.strengths(one, other, least=least)
    strong = whole.strength >= np.float32(least)
    assert 0 < strong.sum() < len(one)
    assert (early.strength[strong] == whole.strength[strong]).all()
    assert (early.certainty[strong] == whole.certainty[strong]).all()
    assert (early.strength[~strong] < np.float32(least)).all()


def with_everything(at: int, draw: random.Random) -> Initiative:
    """One of which anything may be missing, and anything may be several."""
    low, year = draw.randint(0, 60), draw.randint(2000, 2020)
    knows_ages, knows_years = draw.random() < 0.5, draw.random() < 0.5
    return Initiative(
        id=f"i{at:03d}",
        name=draw.choice(GROUPS + ACTS + WORDS),
        text=" ".join(draw.choices(GROUPS + ACTS + WORDS, k=draw.randint(0, 9))),
        target_groups=tuple(draw.sample(GROUPS, draw.choice((0, 1, 1, 2)))),
        activities=tuple(draw.sample(ACTS, draw.choice((0, 1, 1, 3)))),
        areas=tuple(draw.sample(("Nord", "Syd", "Vest"), draw.choice((0, 1, 1, 2)))),
        start=str(year) if knows_years else None,
        end=str(year + draw.randint(0, 9)) if knows_years else None,
        age_low=low if knows_ages else None,
        age_high=low + draw.randint(0, 30) if knows_ages else None,
    )


def test_many_copies_of_one_initiative_find_each_other() -> None:
    copies = [Initiative(id=f"c{at}", name="Kor", text="Vi synger", activities=("kor",))
              for at in range(150)]  # fmt: skip
    found = find_overlaps(copies, most=3)
    assert {one for pair in found for one in (pair.a, pair.b)} == {one.id for one in copies}
    assert {pair.strength for pair in found} == {1.0}


def test_of_each_initiative_only_the_strongest_are_kept_when_asked() -> None:
    found = find_overlaps(MANY[:60], threshold=0, most=1)
    assert 30 <= len(found) < 60


def test_a_collection_gives_for_a_new_one_what_comparing_with_all_gives() -> None:
    collection = Collection(MANY)
    for probe in made_up(720)[700:]:
        every = similar_to(probe, MANY, limit=5, threshold=0.3)
        quick = collection.nearest(probe, limit=5, threshold=0.3)
        assert [pair.strength for pair in quick] == [pair.strength for pair in every]
        assert all(probe.id in (pair.a, pair.b) for pair in quick)


def test_a_collection_leaves_itself_out_and_refuses_what_cannot_be() -> None:
    collection = Collection(MANY[:20])
    assert all(pair.a != pair.b for pair in collection.nearest(MANY[0], limit=30, threshold=0))
    assert Collection([]).nearest(MANY[0]) == ()
    with pytest.raises(ValueError, match="limit"):
        collection.nearest(MANY[0], limit=-1)


def test_further_synonyms_change_what_is_alike() -> None:
    one = Initiative(id="a", name="Klatrehallen", activities=("bouldering",))
    other = Initiative(id="b", name="Væggen", activities=("klatrevæg",))
    assert find_overlaps([one, other]) == ()
    more = vocabulary_of(("[what]", "klatring, bouldering, klatrevæg"))
    (found,) = find_overlaps([one, other], words=more)
    assert found.strength >= 0.35
    assert [reason.kind for reason in found.reasons] == ["activity"]
