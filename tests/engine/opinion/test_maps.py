from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from samskab.engine.opinion import (
    OpinionError,
    OpinionMap,
    VoteMatrix,
    adjusted_rand,
    map_opinions,
    maps,
    read_comments_csv,
    read_participants_votes_csv,
)
from samskab.engine.opinion.classes import divided, model_of, place, settled
from samskab.engine.opinion.projection import project
from tests.engine.opinion.planted import planted

SEATTLE = Path(__file__).parent / "data" / "15-per-hour-seattle"


@pytest.fixture(scope="module")
def seattle() -> VoteMatrix:
    comments = read_comments_csv(SEATTLE / "comments.csv")
    return read_participants_votes_csv(SEATTLE / "participants-votes.csv", comments=comments).votes


@pytest.fixture(scope="module")
def drawn(seattle: VoteMatrix) -> OpinionMap:
    return map_opinions(seattle)


def as_bytes(drawn: OpinionMap) -> bytes:
    parts = []
    for field in fields(drawn):
        value = getattr(drawn, field.name)
        inner = (
            [getattr(value, f.name) for f in fields(value)]
            if hasattr(value, "__dataclass_fields__")
            else [value]
        )
        parts += [x.tobytes() if isinstance(x, np.ndarray) else repr(x).encode() for x in inner]
    return b"|".join(parts)


@pytest.mark.parametrize("n_groups", [2, 3, 4])
def test_planted_groups_are_found(n_groups: int) -> None:
    votes, truth = planted(n_groups, 240, 60, n_groups, cast=0.6)
    found = map_opinions(votes, bootstrap=3)
    placed = [row for row, group in enumerate(found.groups) if group is not None]
    assert found.n_groups == n_groups
    assert adjusted_rand([found.groups[row] for row in placed], truth[placed]) > 0.9
    assert found.stability > 0.8


@pytest.mark.parametrize("seed", range(6))
def test_noise_gives_no_groups(seed: int) -> None:
    votes, _ = planted(seed, 120, 40, 1)
    found = map_opinions(votes)
    assert found.n_groups == 1
    assert not found.has_groups
    assert set(found.groups) <= {0, None}
    assert found.stability == 1.0
    assert found.explained == 0.0


@pytest.mark.parametrize("cast", [0.06, 0.1])
def test_faint_groups_are_seen_and_shuffled_answers_hold_none(cast: float) -> None:
    votes, _ = planted(3, 400, 120, 2, cast=cast)
    rows, columns, values = votes.triplets()
    rng = np.random.default_rng(0)
    for column in range(votes.shape[1]):
        values[columns == column] = rng.permutation(values[columns == column])
    shuffled = VoteMatrix.from_arrays(rows, columns, values, votes.participants, votes.statements)
    assert divided(votes.stacked, np.random.default_rng(1))
    assert not divided(shuffled.stacked, np.random.default_rng(1))
    assert map_opinions(votes, bootstrap=0).has_groups
    assert not map_opinions(shuffled, bootstrap=0).has_groups


def test_faint_groups_are_seen_although_few_vote_a_lot() -> None:
    rng = np.random.default_rng(5)
    rates = rng.choice([0.25, 0.75], (4, 120))
    group = rng.integers(0, 4, 500)
    share = np.clip(rng.lognormal(-3.2, 0.9, 500), 0, 1)
    rows, columns = np.nonzero(rng.random((500, 120)) < share[:, None])
    values = np.where(rng.random(len(rows)) < rates[group[rows], columns], 1, -1)
    votes = VoteMatrix.from_arrays(rows, columns, values, range(500), range(120))
    assert divided(votes.stacked, np.random.default_rng(1))
    alone = np.where(rng.random(len(rows)) < rates.mean(axis=0)[columns], 1, -1)
    noise = VoteMatrix.from_arrays(rows, columns, alone, range(500), range(120))
    assert not divided(noise.stacked, np.random.default_rng(1))


def test_nobody_is_held_in_a_group_by_their_own_votes() -> None:
    crowd = [(who, item, 1 if who < 10 else -1) for who in range(20) for item in range(6)]
    alone = [(20, item, 1 if item % 2 else -1) for item in range(6, 90)]
    votes = VoteMatrix.from_votes([*crowd, (20, 0, 1), (20, 1, 1), *alone])
    member = np.repeat(np.eye(2), [10, 11], axis=0)
    model = model_of(votes.stacked, member)
    assert place(votes.stacked, model, 3).tolist() == [0] * 10 + [1] * 11
    assert settled(votes.stacked, model, 3).tolist() == [0] * 10 + [1] * 10 + [0]


def test_a_large_conversation_is_sampled_and_everybody_is_placed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(maps, "_FIT_VOTES", 3_000)
    monkeypatch.setattr(maps, "_CHOICE_VOTES", 3_000)
    votes, truth = planted(5, 600, 40, 3, cast=0.5)
    found = map_opinions(votes, bootstrap=2)
    placed = np.array([group is not None for group in found.groups])
    assert placed.mean() > 0.95
    labels = [found.groups[row] for row in np.flatnonzero(placed)]
    assert adjusted_rand(labels, truth[placed]) > 0.9
    assert found.stability > 0.8
    assert 0 <= found.moved < 0.15


def test_drawing_a_map_changes_nothing_that_it_was_given(seattle: VoteMatrix) -> None:
    before = {"a": 1} | dict.fromkeys(seattle.participants[:50], 0)
    was = dict(before), list(seattle.votes())
    first = map_opinions(seattle, previous=before, bootstrap=1)
    second = map_opinions(seattle, previous=before, bootstrap=1)
    assert as_bytes(first) == as_bytes(second)
    assert (before, list(seattle.votes())) == was


def test_the_same_votes_and_seed_give_the_same_map_bit_for_bit(
    seattle: VoteMatrix, drawn: OpinionMap
) -> None:
    assert as_bytes(map_opinions(seattle)) == as_bytes(drawn)


def test_the_order_of_the_votes_does_not_matter(seattle: VoteMatrix, drawn: OpinionMap) -> None:
    rows = list(seattle.votes())
    shuffled = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    again = VoteMatrix.from_votes(
        shuffled, participants=seattle.participants, statements=seattle.statements
    )
    assert as_bytes(map_opinions(again)) == as_bytes(drawn)


def test_different_seeds_agree(seattle: VoteMatrix, drawn: OpinionMap) -> None:
    agreements = [
        adjusted_rand(drawn.groups, map_opinions(seattle, seed=seed, bootstrap=0).groups)
        for seed in (1, 2, 3)
    ]
    assert np.median(agreements) >= 0.95


def test_people_with_few_votes_have_no_group(seattle: VoteMatrix, drawn: OpinionMap) -> None:
    cast = seattle.votes_per_participant
    placed = np.array([group is not None for group in drawn.groups])
    assert drawn.min_votes == 3
    assert not placed[cast < 3].any()
    assert 0.5 < placed[(cast >= 3) & (cast < 7)].mean() < 1
    assert placed[cast >= 7].mean() > 0.95


def test_a_person_goes_where_the_votes_point_and_nowhere_when_they_point_nowhere() -> None:
    votes, _ = planted(2, 240, 60, 2, cast=0.6)
    telling = map_opinions(votes, bootstrap=0)
    apart = telling.scores.divisiveness.argsort()[::-1][:4]
    group = int(telling.counts[:, apart[0], 0].argmax())
    newcomers = [
        (
            "follower",
            int(column),
            1 if telling.counts[group, column, 0] > telling.counts[1 - group, column, 0] else -1,
        )
        for column in apart
    ] + [("silent", int(column), 0) for column in telling.scores.uncertainty.argsort()[:2]]
    both = VoteMatrix.from_votes([*votes.votes(), *newcomers])
    again = map_opinions(both, bootstrap=0, previous=telling).group_of
    assert again["follower"] == group
    assert again["silent"] is None


def test_no_group_is_smaller_than_five_and_the_largest_comes_first(drawn: OpinionMap) -> None:
    assert min(drawn.group_sizes) >= 5
    assert list(drawn.group_sizes) == sorted(drawn.group_sizes, reverse=True)


def test_counts_of_groups_add_up_to_the_votes_of_the_placed(
    seattle: VoteMatrix, drawn: OpinionMap
) -> None:
    placed = [group is not None for group in drawn.groups]
    assert drawn.counts.sum() == seattle.votes_per_participant[placed].sum()
    assert drawn.overall.sum() == seattle.n_votes


def test_groups_predict_hidden_votes(drawn: OpinionMap) -> None:
    assert 0.05 < drawn.explained < 0.5
    assert 0.1 < drawn.explained_by_axes < 0.6


def test_numbers_of_an_earlier_map_are_kept(seattle: VoteMatrix, drawn: OpinionMap) -> None:
    turned = {
        person: None if group is None else drawn.n_groups - 1 - group
        for person, group in drawn.group_of.items()
    }
    again = map_opinions(seattle, previous=turned, bootstrap=0)
    assert again.group_of == turned
    assert map_opinions(seattle, previous=drawn, bootstrap=0).groups == drawn.groups


def test_few_new_votes_leave_almost_everybody_where_they_were(
    seattle: VoteMatrix, drawn: OpinionMap
) -> None:
    rows = list(seattle.votes())
    keep = np.random.default_rng(3).random(len(rows)) > 0.01
    before = VoteMatrix.from_votes(
        [row for row, kept in zip(rows, keep, strict=True) if kept],
        participants=seattle.participants,
        statements=seattle.statements,
    )
    earlier = map_opinions(before, bootstrap=0)
    later = map_opinions(seattle, previous=earlier, bootstrap=0)
    both = [
        (a, b)
        for a, b in zip(earlier.groups, later.groups, strict=True)
        if a is not None and b is not None
    ]
    moved = sum(a != b for a, b in both)
    assert adjusted_rand([a for a, _ in both], [b for _, b in both]) >= drawn.stability
    assert moved <= len(both) / 4


def test_a_person_half_as_active_stands_at_about_the_same_place() -> None:
    votes, _ = planted(8, 200, 60, 2, cast=0.9)
    rows = list(votes.votes())
    half = [("half", item, value) for person, item, value in rows if person == 7 and item % 2]
    whole = [("whole", item, value) for person, item, value in rows if person == 7]
    both = VoteMatrix.from_votes([*rows, *half, *whole])
    place = project(both).coordinates
    short, full = place[both.row_of["half"]], place[both.row_of["whole"]]
    assert np.linalg.norm(short - full) < 0.35 * np.linalg.norm(full)


def test_activity_does_not_place_people() -> None:
    votes, _ = planted(9, 400, 80, 2, cast=0.4)
    distance = np.linalg.norm(project(votes).coordinates, axis=1)
    correlation = np.corrcoef(distance, votes.votes_per_participant)[0, 1]
    assert abs(correlation) < 0.3


def test_the_sparse_projection_equals_a_dense_one() -> None:
    votes, _ = planted(4, 300, 200, 3)  # large enough for the sparse path
    rows, columns, values = votes.triplets()
    dense = np.full(votes.shape, np.nan)
    dense[rows, columns] = values
    centred = np.nan_to_num(dense - np.nanmean(dense, axis=0))
    _, strength, directions = np.linalg.svd(centred, full_matrices=False)
    found = project(votes)
    assert np.abs((found.loadings * directions[:2].T).sum(axis=0)) == pytest.approx([1, 1])
    assert found.share == pytest.approx((strength[:2] ** 2).sum() / (strength**2).sum())


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(1, 1, 1)],
        [(1, 1, 1), (1, 2, -1), (1, 3, 0)],
        [(person, 1, 1) for person in range(30)],
        [(person, item, 1) for person in range(30) for item in range(12)],
        [(person, item, 0) for person in range(30) for item in range(12)],
    ],
    ids=["nothing", "one vote", "one person", "one statement", "all the same", "all passed"],
)
def test_a_conversation_without_differences_has_no_groups(rows: list[tuple[int, int, int]]) -> None:
    found = map_opinions(VoteMatrix.from_votes(rows))
    assert found.n_groups == (1 if rows else 0)
    assert np.isfinite(found.coordinates).all()
    assert not found.representative.side.any()


def test_everybody_passing_ranks_low_in_everything_but_doubt() -> None:
    votes, _ = planted(2, 200, 30, 2)
    rows = [*votes.votes(), *((person, 99, 0) for person in votes.participants)]
    found = map_opinions(VoteMatrix.from_votes(rows), bootstrap=0)
    column = found.statements.index(99)
    assert found.scores.consensus[column] < 0.01
    assert found.scores.bridging[column] == 0
    assert found.scores.divisiveness[column] < 0.05
    assert found.scores.uncertainty.argmax() == column


@pytest.mark.parametrize("wrong", [{"max_groups": 0}, {"min_group": 0}, {"min_votes": 0}])
def test_impossible_options_are_refused(seattle: VoteMatrix, wrong: dict[str, int]) -> None:
    with pytest.raises(OpinionError):
        map_opinions(seattle, **wrong)  # type: ignore[arg-type]
