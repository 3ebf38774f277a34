"""An opinion map as plain data for JSON; `schema.json` beside this file describes it."""

from __future__ import annotations

from typing import Any

from samskab.engine.opinion.maps import OpinionMap
from samskab.engine.opinion.votes import ANSWERS, Floats

FORMAT = "samskab-opinion-map/1"
_NAMES = ("agree", "disagree", "pass")
_DIGITS = 6


def as_dict(drawn: OpinionMap) -> dict[str, Any]:
    """The map as dictionaries, lists, numbers and texts, ready for `json.dumps`.

    Participants become texts, since keys in JSON are texts; statements keep their type.
    Probabilities are 0–1, rounded to six decimals. O(n + G · m).
    """
    return {
        "format": FORMAT,
        "n_participants": len(drawn.participants),
        "n_statements": len(drawn.statements),
        "n_groups": drawn.n_groups,
        "group_sizes": list(drawn.group_sizes),
        "stability": _round(drawn.stability),
        "moved": _round(drawn.moved),
        "explained": _round(drawn.explained),
        "explained_by_axes": _round(drawn.explained_by_axes),
        "min_votes": drawn.min_votes,
        "groups": {str(person): group for person, group in drawn.group_of.items()},
        "coordinates": {
            str(person): [_round(x), _round(y)]
            for person, (x, y) in zip(drawn.participants, drawn.coordinates, strict=True)
        },
        "statements": [_statement(drawn, column) for column in range(len(drawn.statements))],
    }


def _statement(drawn: OpinionMap, column: int) -> dict[str, Any]:
    scores = drawn.scores
    return {
        "id": drawn.statements[column],
        "ranked": bool(scores.ranked[column]),
        "votes": _answers(drawn.overall[column]),
        "agree": [_group(drawn, group, column) for group in range(drawn.n_groups)],
        "consensus": _round(scores.consensus[column]),
        "consensus_against": _round(scores.consensus_against[column]),
        "bridging": _round(scores.bridging[column]),
        "divisiveness": _round(scores.divisiveness[column]),
        "uncertainty": _round(scores.uncertainty[column]),
    }


def _group(drawn: OpinionMap, group: int, column: int) -> dict[str, Any]:
    at = (group, column)
    return {
        "group": group,
        "probability": _round(drawn.agree.value[at]),
        "low": _round(drawn.agree.low[at]),
        "high": _round(drawn.agree.high[at]),
        "votes": _answers(drawn.counts[at]),
        "representative": int(drawn.representative.side[at]),
        "p": _round(drawn.representative.p[at]),
    }


def _answers(counts: Floats) -> dict[str, float]:
    return {name: _whole(counts[i]) for name, i in zip(_NAMES, range(len(ANSWERS)), strict=True)}


def _whole(number: float) -> float:
    return int(number) if float(number).is_integer() else _round(number)


def _round(number: float) -> float:
    return round(float(number), _DIGITS)
