"""Overlap against judged pairs that were kept back: with all fields, and by the text alone.

Printed beside TF-IDF over words and character n-grams and, when the extra is installed, sentence
vectors (the best method known for short Danish texts before this), each on the same pairs. What
those vectors reached on the forty pairs they were first measured with, .66 against look-alikes and
.98 against pairs at random, is the least that the text alone has to reach here, although these
pairs are harder: vectors alone reach .22 and .96 on them. AUC is the share of pairs of
pairs in the right order: a pair that does the same before a look-alike (hard), or before two at
random.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from benchmarks.claims import Figure
from samskab.engine.language import has_vectors, sentence_vectors
from samskab.engine.overlap import Initiative, read_initiatives
from samskab.engine.overlap.finding import THRESHOLD, shelf_of

JUDGED = Path(__file__).parent.parent / "tests/engine/overlap/data/judged"
Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    a: int
    b: int
    judgement: str
    kind: str


@dataclass(frozen=True)
class Result:
    hard: float
    random: float
    precision: float
    recall: float

    def line(self, name: str) -> str:
        return (
            f"  {name:34} AUC hard {self.hard:.3f}, random {self.random:.3f}; at the threshold "
            f"precision {self.precision:.2f}, recall {self.recall:.2f}"
        )


def judged(known: list[Initiative], half: str) -> list[Judged]:
    number = {one.id: at for at, one in enumerate(known)}
    with (JUDGED / "pairs.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["half"] == half]
    return [
        Judged(number[row["a"]], number[row["b"]], row["judgement"], row["kind"]) for row in rows
    ]


def measured(matrix: Matrix, pairs: list[Judged], threshold: float) -> Result:
    def of(judgement: str, *kinds: str) -> Matrix:
        chosen = [one for one in pairs if one.judgement == judgement and one.kind in kinds]
        return np.array([matrix[one.a, one.b] for one in chosen])

    same, others = of("same", "hard", "easy"), of("different", "hard", "random")
    found = (same >= threshold).sum()
    said = found + (others >= threshold).sum()
    return Result(
        auc(same, of("different", "hard")),
        auc(same, of("different", "random")),
        float(found / said) if said else 0.0,
        float(found / len(same)),
    )


def auc(high: Matrix, low: Matrix) -> float:
    above = (high[:, None] > low).mean() + 0.5 * (high[:, None] == low).mean()
    return float(above)


def strengths(known: list[Initiative], vectors: Callable[..., Matrix] | None = None) -> Matrix:
    """All pairs as a square; `known` is sorted by id."""
    shelf = shelf_of(known, vectors=vectors)
    one, other = np.triu_indices(len(known), 1)
    matrix = np.zeros((len(known), len(known)), np.float32)
    matrix[one, other] = matrix[other, one] = shelf.strengths(one, other).strength
    return matrix


def cosines(vectors: Matrix) -> Matrix:
    return np.asarray(vectors @ vectors.T, np.float32)


def peers(texts: list[str]) -> dict[str, Matrix]:
    def counted(model: TfidfVectorizer) -> Matrix:
        rows = model.fit_transform(texts)
        return np.asarray((rows @ rows.T).toarray(), np.float32)

    return {
        "TF-IDF of words": counted(TfidfVectorizer()),
        "TF-IDF of 3 to 5 characters": counted(
            TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5))
        ),
    }


def measure(half: str = "test") -> list[Figure]:
    known = sorted(read_initiatives(JUDGED / "initiatives.yaml"), key=lambda one: one.id)
    bare = [replace(one, target_groups=(), activities=(), areas=()) for one in known]
    pairs = judged(known, half)
    print(f"  {len(pairs)} judged pairs, the half “{half}”")
    matrices = {"with fields": strengths(known), "text alone": strengths(bare)}
    matrices |= peers([f"{one.name}. {one.text}" for one in known])
    if has_vectors():
        matrices["with fields, and vectors"] = strengths(known, sentence_vectors)
        matrices["text alone, and vectors"] = strengths(bare, sentence_vectors)
        vectors = sentence_vectors([f"{one.name}. {one.text}" for one in known])
        matrices["vectors only"] = cosines(vectors)
    results = {
        name: measured(matrix, pairs, THRESHOLD if "text" in name or "fields" in name else 0.2)
        for name, matrix in matrices.items()
    }
    for name, result in results.items():
        print(result.line(name))
    return figures(results)


def figures(results: dict[str, Result]) -> list[Figure]:
    fields, text = results["with fields"], results["text alone"]
    best = max((results[name] for name in results if "TF-IDF" in name), key=lambda one: one.random)
    wrong = "in the wrong order"
    found = [
        Figure("with fields, against random pairs", 1 - fields.random, 0.05, "", wrong),
        Figure("with fields, against look-alikes", 1 - fields.hard, 0.10, "", wrong),
        Figure("text alone, random, against counting", 1 - text.random, 1 - best.random, "", wrong),
        Figure(
            "text alone, look-alikes, against counting", 1 - text.hard, 1 - best.hard, "", wrong
        ),
    ]
    found += beside_the_best("text alone", text)
    if "vectors only" in results:
        found += beside_the_best("text and the extra", results["text alone, and vectors"])
    return found


def beside_the_best(name: str, found: Result) -> list[Figure]:
    """Against what the best method reached on the forty pairs it was first measured with."""
    wrong = "in the wrong order"
    return [
        Figure(f"{name}, random, against the best before", 1 - found.random, 0.02, "", wrong),
        Figure(f"{name}, look-alikes, against the best before", 1 - found.hard, 0.34, "", wrong),
    ]
