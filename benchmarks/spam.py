"""Which comments are held as spam: 250 made-up pieces of spam and 250 made-up real comments.

Judged by text and name alone; how a comment was sent (trap, speed, copies) is not counted, so
that this is the hardest case. The signs were written before the set; on the set as it was first
seen, they held 91.4 % of the spam and 0.4 % of the real comments. Signs were added since, so
that the figures below are no longer of unseen texts.
"""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.claims import Figure
from samskab.engine.moderation import Sent, judge

SET = Path(__file__).parent / "data" / "comments.csv"
MISSED, WRONGED = 5.0, 1.0


def measure() -> list[Figure]:
    with SET.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    held = {"spam": 0, "real": 0}
    for row in rows:
        held[row["kind"]] += judge(Sent(row["text"], row["name"])).held
    count = {kind: sum(row["kind"] == kind for row in rows) for kind in held}
    missed = 100 - 100 * held["spam"] / count["spam"]
    wronged = 100 * held["real"] / count["real"]
    return [
        Figure("spam that is not held", missed, MISSED, "%", f"of {count['spam']}"),
        Figure("real comments that are held", wronged, WRONGED, "%", f"of {count['real']}"),
    ]
