"""Fills an installation with public challenges: `python -m benchmarks.fill NUMBER`.

Rows in bulk instead of by actions, because only their number matters here. Prints the key of a
challenge to look at.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import timedelta
from itertools import islice

BATCH = 5000
WORDS = (
    *("ensomhed", "bolig", "unge", "ældre", "transport", "mad", "arbejde", "nabo", "skole"),
    *("fritid", "cykel", "møde", "hjælp", "overgang", "familie", "sprog", "hverdag", "musik"),
    "sundhed",
)


def main(arguments: list[str]) -> int:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "samskab.config.settings")
    django.setup()
    fill(int(arguments[0]))
    return 0


def fill(number: int) -> None:
    """Adds challenges until the default council has `number` public ones."""
    from django.db import transaction
    from django.utils import timezone

    from samskab.civic.foundation.core.models import Council
    from samskab.civic.journey.challenges.journey import Step
    from samskab.civic.journey.challenges.models import Challenge, StepTally, TimelineEntry

    council = Council.objects.get(is_default=True)
    steps = [step for step in Step if step not in {Step.RAISED, Step.SCREENED, Step.CLOSED}]
    there = Challenge.objects.filter(council=council, is_public=True).count()
    now = timezone.now()
    rows = (
        Challenge(
            council=council,
            title=f"{WORDS[at % 19].capitalize()} og {WORDS[at // 19 % 19]} i bydel {at}",
            what=" ".join(WORDS[(at + k * 7) % 19] for k in range(60)),
            for_whom="Dem, der bor alene, og deres naboer.",
            where=f"Bydel {at % 40}",
            step=steps[at % len(steps)],
            reached=steps[at % len(steps)],
            moved_at=now - timedelta(minutes=at),
            is_public=True,
            n_supporters=at % 50,
        )
        for at in range(number - there)
    )
    with transaction.atomic():
        while batch := list(islice(rows, BATCH)):
            made = Challenge.objects.bulk_create(batch)
            TimelineEntry.objects.bulk_create(
                TimelineEntry(
                    council=council,
                    challenge=challenge,
                    message=message,
                    author_name="secretariat",
                    created=challenge.moved_at - timedelta(days=days),
                )
                for challenge in made
                for days, message in ((9, "Raised"), (4, "Opened to everybody"))
            )
        public = Challenge.objects.filter(council=council, is_public=True)
        for step, count in Counter(public.values_list("step", flat=True)).items():
            StepTally.objects.update_or_create(
                council=council, step=step, defaults={"number": count}
            )


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
