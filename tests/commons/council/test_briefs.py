"""The page in short of everything that the example has on its agendas."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from samskab.civic.commons.council import briefs, queries
from samskab.civic.foundation.core.models import Council


def test_every_thing_on_the_agenda_is_told_on_one_page(example: Council) -> None:
    """All items of the example that are about something in the journey."""
    told = set()
    for item in queries.items(example).filter(subject_id__isnull=False):
        found = briefs.brief_of(item)
        if found is None:
            continue
        told.add(item.subject_label)
        assert found.title
        assert len([line for part in found.parts for line in part.lines]) <= 40
        if not item.is_closed and item.meeting and item.meeting.has_public_agenda:
            page = Client(HTTP_HOST="localhost").get(reverse("council:brief", args=[item.pk]))
            assert page.status_code == 200
            assert found.title in page.content.decode()
    assert {"challenges.challenge", "evaluation.evaluation"} <= told
