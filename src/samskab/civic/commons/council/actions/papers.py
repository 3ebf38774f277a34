"""Files beside an item."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from samskab.civic.commons.council import (
    papers,
)
from samskab.civic.commons.council.actions.common import (
    check_writable,
    filled,
)
from samskab.civic.commons.council.models import (
    AgendaItem,
    Paper,
)
from samskab.civic.foundation.core.actions import action, locked, record
from samskab.civic.foundation.core.errors import Invalid
from samskab.civic.foundation.core.principal import Principal


@action("council.run_meetings", on="item")
def add_paper(*, by: Principal, item: AgendaItem, title: str, file: UploadedFile[Any]) -> Paper:
    """Lays a file beside an item: of a known kind, 10 MB at most, 20 an item."""
    check_writable(item.meeting)
    if item.papers.count() >= papers.MOST:
        raise Invalid(_("An item can have 20 files at most."), field="file")
    content, kind = papers.checked(file)
    paper: Paper = Paper.objects.create(
        council=by.council,
        item=item,
        title=filled(title, "title"),
        file=content,
        kind=kind,
        size=content.size,
    )
    record(by, "council.add_paper", item, paper=paper.pk, kind=kind, size=paper.size)
    return paper


@action("council.run_meetings", on="paper")
def remove_paper(*, by: Principal, paper: Paper) -> AgendaItem:
    """Takes a file away, from the disk too once this is committed."""
    item = locked(paper.item)
    check_writable(item.meeting)
    record(by, "council.remove_paper", item, paper=paper.pk)
    name, storage = str(paper.file.name), paper.file.storage
    paper.delete()
    transaction.on_commit(lambda: storage.delete(name))
    return item
