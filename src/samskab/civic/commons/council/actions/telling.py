"""What other systems have been told, kept by the installation itself. It says nothing new about
anybody, so the log, which tells what people did, is left alone."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override

from samskab.civic.commons.council.models import Telling, Told
from samskab.civic.commons.council.oparl import objects
from samskab.civic.foundation.core.models import Council, LogEntry

# What these rooms do can change what is told.
ROOMS = Q(verb__startswith="council.") | Q(verb__startswith="privacy.")
ROOMS |= Q(verb__startswith="accounts.") | Q(verb__startswith="core.")
# So many entries of other rooms are looked through again rather than remembered.
AHEAD = 500


def catch_up(council: Council) -> bool:
    """Notes what is new, changed or gone since it was last noted. Whether there was anything to
    look at. One or two statements when nothing has happened; else time O(objects)."""
    seq = Council.objects.values_list("log_seq", flat=True).get(pk=council.pk)
    state = Telling.objects.filter(council=council).first()
    if state is not None and (state.seq == seq or not _acted(council, state, seq)):
        return False
    with transaction.atomic():
        Telling.objects.get_or_create(council=council)
        state = Telling.objects.select_for_update().get(council=council)
        if state.seq > seq:  # another worker was here meanwhile
            return False
        _note(council, timezone.now())
        state.seq = max(state.seq, seq)
        state.save()
    return True


def catch_up_everywhere() -> int:
    """Every council that has done something since; two statements when none has. For the
    worker's round, and after loading. How many councils were looked through."""
    seen = dict(Telling.objects.values_list("council", "seq"))
    found = Council.objects.only("pk", "log_seq", "slug", "name")
    return sum(catch_up(one) for one in found if seen.get(one.pk) != one.log_seq)


def _acted(council: Council, state: Telling, seq: int) -> bool:
    entries = LogEntry.objects.filter(council=council, seq__gt=state.seq, seq__lte=seq)
    if entries.filter(ROOMS).exists():
        return True
    if seq - state.seq > AHEAD:
        Telling.objects.filter(pk=state.pk, seq__lt=seq).update(seq=seq)
    return False


def _note(council: Council, now: datetime) -> None:
    with override(settings.LANGUAGE_CODE):
        found = objects.told(objects.Site(council), objects.books(council))
    known = {(row.kind, row.key): row for row in Told.objects.filter(council=council)}
    fresh, changed = [], []
    for (kind, key), one in found.items():
        digest = _digest(one)
        row = known.get((kind, key))
        if row is None:
            born = min(one.get("_born") or now, now)
            row = Told(council=council, kind=kind, key=key, created=born)
            fresh.append(row)
        elif row.digest == digest:
            continue
        else:
            changed.append(row)
        row.digest, row.modified, row.is_gone = digest, now, False
    for of, row in known.items():
        if of not in found and not row.is_gone:
            row.digest, row.modified, row.is_gone = "", now, True
            changed.append(row)
    Told.objects.bulk_create(fresh, batch_size=500)
    Told.objects.bulk_update(changed, ["digest", "modified", "is_gone"], batch_size=500)


def _digest(one: objects.Object) -> str:
    hidden = [[inner["_of"], inner.get("_also")] for inner in objects.inside(one)]
    text = json.dumps([objects.bare(one), hidden], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
