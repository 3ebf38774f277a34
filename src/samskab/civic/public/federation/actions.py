"""Telling other servers: who follows, what they are told, and sending it until it arrives."""

from __future__ import annotations

import json
import secrets
import time
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import override
from django_tasks import task

from samskab.civic.foundation.core import clock, outgoing
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import CivicError, Conflict
from samskab.civic.foundation.core.models import Council
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.public.federation import keys, signatures, words
from samskab.civic.public.federation.models import ActorKey, Delivery, Follower, Told
from samskab.civic.public.federation.queries import due, inboxes, key_of, to_tell
from samskab.civic.public.federation.remote import Remote
from samskab.civic.public.news.models import NewsItem

AGAIN_AFTER = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720, 1440, 2880))
WHILE_SENDING = timedelta(minutes=5)
SECONDS_IN_A_ROUND, SECONDS = 40.0, 5.0
TYPE = 'application/activity+json; charset="utf-8"'


# --- the key -----------------------------------------------------------------------------------
@action("federation.work")
def make_key(*, by: Principal) -> ActorKey:
    """The council's own key; the one that is there when it has one."""
    row: ActorKey | None = ActorKey.objects.filter(council=by.council).first()
    if row is not None:
        return row
    key = keys.new()
    row = ActorKey(
        council=by.council, sealed=keys.seal(key, str(by.council.pk)), public=keys.public_text(key)
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # made at the same moment
        return make_key(by=by)
    record(by, "federation.make_key", row)
    return row


def seal_keys_anew() -> int:
    """After a change of the secret key: every council's key under the new one."""
    rows = list(ActorKey.objects.order_by("pk"))
    for row in rows:
        key = keys.unseal(row.sealed, str(row.council_id))
        ActorKey.objects.filter(pk=row.pk).update(sealed=keys.seal(key, str(row.council_id)))
    return len(rows)


# --- who follows -------------------------------------------------------------------------------
@action("federation.work")
def add_follower(*, by: Principal, remote: Remote, follow: words.Message) -> Follower:
    """Somebody whose signature was checked follows; they are told that it is accepted."""
    row: Follower
    row, is_new = Follower.objects.update_or_create(
        council=by.council,
        actor=remote.id,
        defaults={"inbox": remote.inbox, "shared_inbox": remote.shared_inbox},
    )
    message = words.accept(by.council, follow, secrets.token_hex(8))
    Delivery.objects.create(council=by.council, inbox=remote.inbox, message=message)
    transaction.on_commit(partial(deliver_soon.enqueue))
    if is_new:
        record(by, "federation.add_follower", row)
    return row


@action("federation.work")
def remove_follower(*, by: Principal, actor: str) -> bool:
    """They follow no more, or are gone. Whether they followed."""
    row = Follower.objects.filter(council=by.council, actor=actor).first()
    if row is None:
        return False
    record(by, "federation.remove_follower", row)
    row.delete()
    return True


# --- telling -----------------------------------------------------------------------------------
@action("federation.work", on="item")
def tell(*, by: Principal, item: NewsItem) -> str:
    """Create, Update or Delete to all who follow, as the item is now; which of them, or nothing
    when readers would see no difference."""
    told = Told.objects.filter(item=item).first()
    gone, said = item.withdrawn_at is not None, words.note(item)
    digest = words.digest(said)
    if (told is None and gone) or (told is not None and told.is_gone):
        raise Conflict
    kind = "Delete" if gone else "Update" if told else "Create"
    if kind == "Update" and told is not None and told.digest == digest:
        kind = ""
    now = clock.now()
    Told.objects.update_or_create(
        item=item,
        defaults={"council": item.council, "digest": digest, "at": now, "is_gone": gone},
    )
    if not kind:
        return ""
    shown = words.tombstone(item) if gone else said
    message = words.activity(kind, item, shown, f"{now:%Y%m%d%H%M%S%f}")
    goals = inboxes(item.council)
    Delivery.objects.bulk_create(
        Delivery(council=item.council, inbox=inbox, message=message) for inbox in goals
    )
    record(by, "federation.tell", item, kind=kind, inboxes=len(goals))
    return kind


def tell_due() -> int:
    """Everything that others have not been told of yet; how much. For the worker."""
    told = 0
    for item in to_tell()[:200]:
        try:
            told += bool(tell(by=system(item.council), item=item))
        except Conflict:  # another worker was faster
            continue
    return told


# --- sending -----------------------------------------------------------------------------------
def deliver_due() -> int:
    """Sends what is due, for at most `SECONDS_IN_A_ROUND`; how many arrived. A host that does not
    answer is not asked again in the same round."""
    start, arrived, silent = time.monotonic(), 0, set[str]()
    for key, inbox in list(due(clock.now()).values_list("pk", "inbox")[:500]):
        if time.monotonic() - start > SECONDS_IN_A_ROUND:
            break
        host = urlsplit(inbox).netloc
        if host in silent:
            continue
        outcome = _deliver(key)
        arrived += outcome is True
        if outcome is False:
            silent.add(host)
    return arrived


@task()
def deliver_soon() -> int:
    return deliver_due()


def _deliver(key: int) -> bool | None:
    """Whether it arrived; None when another worker has it. No transaction is open meanwhile."""
    now = clock.now()
    if not due(now).filter(pk=key).order_by().update(next_at=now + WHILE_SENDING):
        return None
    row = Delivery.objects.select_related("council").get(pk=key)
    try:
        answer = send(row.council, row.inbox, row.message)
    except CivicError as error:
        with override(settings.LANGUAGE_CODE):
            _try_later(row, str(error.message)[:300])
        return False
    if answer.status in {404, 410}:  # the inbox is gone, and whoever had it
        Follower.objects.filter(council=row.council, inbox=row.inbox).delete()
    row.delete()
    return True


def send(council: Council, inbox: str, message: words.Message) -> outgoing.Answer:
    """Posts a message signed by the council. Raises Refused or Unreachable."""
    found = key_of(council)
    if found is None:
        make_key(by=system(council))
        found = key_of(council)
    assert found is not None  # noqa: S101 - made on the line above
    body = json.dumps(message, ensure_ascii=False).encode()
    url = outgoing.travelling(inbox)
    headers = signatures.signed("POST", url, found[0], words.key_id(council), clock.now(), body)
    return outgoing.post(
        url, body=body, headers={**headers, "Content-Type": TYPE}, seconds=SECONDS, limit=65536
    )


def _try_later(row: Delivery, fault: str) -> None:
    if row.attempts >= len(AGAIN_AFTER):
        row.delete()  # given up
        return
    Delivery.objects.filter(pk=row.pk).update(
        attempts=row.attempts + 1, fault=fault, next_at=clock.now() + AGAIN_AFTER[row.attempts]
    )
