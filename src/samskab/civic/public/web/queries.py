from __future__ import annotations

from dataclasses import dataclass

from samskab.civic.commons.council.models import FocusTheme, Meeting
from samskab.civic.commons.council.queries import current_theme, next_meeting
from samskab.civic.foundation.core.models import Council
from samskab.civic.journey.challenges.journey import EXPLAINED, Step
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.journey.challenges.queries import latest as latest_challenges
from samskab.civic.journey.challenges.queries import tallies
from samskab.civic.public.news.models import FeedItem, NewsItem
from samskab.civic.public.news.queries import latest as latest_news
from samskab.civic.public.news.queries import latest_elsewhere


@dataclass(frozen=True)
class Stop:
    """A step of the journey with the number of public challenges there."""

    step: Step
    label: str
    text: str
    number: int


@dataclass(frozen=True)
class Front:
    """All that the front page shows. Six statements, whatever the number of rows."""

    stops: list[Stop]
    challenges: list[Challenge]
    news: list[NewsItem]
    elsewhere: list[FeedItem]
    theme: FocusTheme | None
    meeting: Meeting | None


def front(council: Council) -> Front:
    counted = tallies(council)
    stops = [
        Stop(step, str(step.label), str(EXPLAINED[step]), number)
        for step, number in counted.items()
        if step not in {Step.RAISED, Step.SCREENED, Step.CLOSED}
    ]
    return Front(
        stops,
        latest_challenges(council, 6),
        latest_news(council, 3),
        latest_elsewhere(council, 3),
        current_theme(council),
        next_meeting(council),
    )
