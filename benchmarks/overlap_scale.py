"""Overlap among 100,000 initiatives: all pairs, one new one, and how many pairs are missed.

Synthetic: target groups and activities of the list of synonyms, the first ones far more often,
22 words of ordinary Danish each, nine of ten in one of 98 places, one of five without target group
or activity. Every initiative keeps its ten strongest pairs; recall is against all pairs of a
sample of initiatives compared one by one. Time is that of the processor, since other work on the
machine would be measured too.
"""

from __future__ import annotations

import random
import resource
import time

import numpy as np
from wordfreq import top_n_list

from benchmarks.claims import Figure
from samskab.engine.language.synonyms import list_of_the_field
from samskab.engine.overlap import Collection, Initiative
from samskab.engine.overlap.finding import THRESHOLD, Pairs, find_pairs
from samskab.engine.overlap.shelf import Shelf

MANY, SAMPLE, NEW, KEPT = 100_000, 60, 40, 10


class Words:
    """Sets of synonyms by part, and ordinary words."""

    def __init__(self) -> None:
        self.parts: dict[str, list[list[str]]] = {"who": [], "what": [], "other": []}
        part = ""
        for line in list_of_the_field().splitlines():
            if line.startswith("["):
                part = line[1:-1]
            elif line and not line.startswith("#"):
                self.parts[part].append([entry.strip() for entry in line.split(",")])
        usual = top_n_list("da", 6000)
        self.usual = [word for word in usual if word.isalpha() and len(word) > 3]

    def usual_first(self, draw: random.Random, listed: list, number: int) -> list:  # type: ignore[type-arg]  # of either kind
        weights = [1 / (at + 3) for at in range(len(listed))]
        return draw.choices(listed, weights, k=number)


def made_up(number: int, seed: int = 1) -> list[Initiative]:
    draw, words = random.Random(seed), Words()
    return [one(at, draw, words) for at in range(number)]


def one(at: int, draw: random.Random, words: Words) -> Initiative:
    groups = words.usual_first(draw, words.parts["who"], draw.choice((1, 1, 2)))
    acts = words.usual_first(draw, words.parts["what"], draw.choice((1, 1, 2, 3)))
    text = words.usual_first(draw, words.usual, 22) + [draw.choice(s) for s in groups + acts]
    draw.shuffle(text)
    return Initiative(
        id=f"i{at:07d}",
        name=" ".join([*words.usual_first(draw, words.usual, 2), draw.choice(acts[0])]),
        text=" ".join(text),
        target_groups=tuple(map(draw.choice, groups)) if draw.random() < 0.8 else (),
        activities=tuple(map(draw.choice, acts)) if draw.random() < 0.8 else (),
        areas=(f"Sted{draw.randint(1, 98)}",) if draw.random() < 0.9 else (),
        start=str(draw.randint(1990, 2024)) if draw.random() < 0.4 else None,
    )


def measure(many: int = MANY) -> list[Figure]:
    start = time.process_time()
    collection = Collection(made_up(many))
    print(f"  {many:,} made up and analysed in {time.process_time() - start:.0f} s", flush=True)
    start = time.process_time()
    shelf = Shelf(collection.shelf.profiles)
    found = find_pairs(shelf, most=KEPT)
    seconds = time.process_time() - start
    recall, recall_text = missed(shelf, found)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    each = one_new(collection)
    return [
        Figure(f"all pairs of {many:,}", seconds, 60, "s", f"{len(found):,} pairs kept"),
        Figure("memory", memory, 2, "GB"),
        Figure("pairs missed", 1 - recall, 0.02, "", recall_text),
        Figure(f"one new against {many:,}", 1000 * each, 30, "ms", "analysis included"),
    ]


def missed(shelf: Shelf, found: Pairs) -> tuple[float, str]:
    """The share found of what comparing everything with a sample gives."""
    have = set(zip(found.one.tolist(), found.other.tolist(), strict=True))
    size = len(shelf.profiles)
    hits = wanted = 0
    for at in random.Random(2).sample(range(size), SAMPLE):
        others = np.delete(np.arange(size), at)
        strength = shelf.strengths(np.full(size - 1, at), others).strength
        first = np.argsort(-strength, kind="stable")[: 6 * KEPT]
        good = first[strength[first] >= THRESHOLD]
        if not len(good):
            continue
        last = strength[good[:KEPT][-1]]
        equal = others[good[strength[good] >= last]]
        hits += min(KEPT, sum((min(at, o), max(at, o)) in have for o in equal.tolist()))
        wanted += min(KEPT, len(good))
    return hits / max(1, wanted), f"{hits} of {wanted} found, the ten strongest of {SAMPLE}"


def one_new(collection: Collection) -> float:
    """Seconds for one, the mean of several; the first is not counted."""
    probes = made_up(NEW + 1, seed=7)
    collection.nearest(probes[0])
    start = time.process_time()
    for probe in probes[1:]:
        collection.nearest(probe)
    return (time.process_time() - start) / NEW
