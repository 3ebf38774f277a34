"""News with its source: written, planned, corrected, taken back."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django_tasks import task

from samskab.civic.foundation.comments.actions import open_thread, rename_thread, switch_thread
from samskab.civic.foundation.core import clock
from samskab.civic.foundation.core.actions import action, record
from samskab.civic.foundation.core.errors import CivicError, Conflict, Invalid, NotFound
from samskab.civic.foundation.core.photos import without_metadata
from samskab.civic.foundation.core.principal import Principal, system
from samskab.civic.journey.challenges.models import Challenge
from samskab.civic.public.news import feed_reading
from samskab.civic.public.news.models import Correction, Feed, FeedItem, NewsItem
from samskab.civic.public.news.queries import WORDS, feeds_due, to_announce

TAKEN = {"ny", "atom", "kommuner"}
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})

Photo = UploadedFile[Any]


@action("news.write")
def publish_news(
    *,
    by: Principal,
    title_da: str,
    lead_da: str,
    text_da: str,
    title_en: str = "",
    lead_en: str = "",
    text_en: str = "",
    source_name: str = "",
    source_url: str = "",
    challenge: Challenge | None = None,
    slug: str = "",
    dated: bool = True,
    is_example: bool = False,
    photo: Photo | None = None,
    photo_text: str = "",
    publish_at: datetime | None = None,
) -> NewsItem:
    """At once, or when `publish_at` comes; until then only those who write news see it."""
    slug = slug or _slug(title_da)
    with override(settings.LANGUAGE_CODE):
        path = reverse("news:detail", args=[slug])
    item = NewsItem(
        council=by.council, slug=slug, challenge=challenge, dated=dated, is_example=is_example
    )
    words = (title_da, lead_da, text_da, title_en, lead_en, text_en)
    _write(item, words, source_name, source_url)
    _plan(item, publish_at)
    item.sign(by)
    _show(item, photo, photo_text)
    if NewsItem.objects.filter(council=by.council, slug=slug).exists():
        raise _taken()
    item.thread = open_thread(by=by, title=item.title_da, path=path, is_open=item.is_out)
    try:
        with transaction.atomic():
            item.save()
    except IntegrityError:
        raise _taken() from None
    record(by, "news.publish_news", item, planned=item.is_planned, photo=bool(photo))
    return item


def _slug(title: str) -> str:
    """The title as an address; never that of another page of the room."""
    slug = slugify(title.lower().translate(LETTERS))[:80]
    if not slug:
        raise Invalid(_("Write a title with letters or numbers."), field="title_da")
    return f"{slug}-1" if slug in TAKEN else slug


def _taken() -> Invalid:
    return Invalid(
        _("There is news with this title already. Choose another title."), field="title_da"
    )


def _write(item: NewsItem, words: tuple[str, ...], source_name: str, source_url: str) -> None:
    if source_url and not source_name.strip():
        raise Invalid(_("Write the name of the source."), field="source_name")
    for name, text in zip(WORDS_OF_FORM, words, strict=True):
        setattr(item, name, text.strip())
    item.source_name, item.source_url = source_name.strip(), source_url


def _plan(item: NewsItem, at: datetime | None) -> None:
    item.published_at = at or clock.now()
    item.announced_at = clock.now() if item.is_out else None


WORDS_OF_FORM = ("title_da", "lead_da", "text_da", "title_en", "lead_en", "text_en")


def _show(item: NewsItem, photo: Photo | None, text: str) -> None:
    """A photo, drawn anew without what the camera wrote into it, and what it shows in words."""
    if (photo or item.photo) and not text.strip():
        raise Invalid(_("Write what the photo shows. Choose the photo again."), field="photo_text")
    item.photo_text = text.strip() if photo or item.photo else ""
    if photo:
        _forget_photo(item)
        item.photo = without_metadata(photo)


def _forget_photo(item: NewsItem) -> None:
    if name := item.photo.name:
        transaction.on_commit(lambda: default_storage.delete(name))


@action("news.write", on="item")
def edit_news(
    *,
    by: Principal,
    item: NewsItem,
    title_da: str,
    lead_da: str,
    text_da: str,
    title_en: str = "",
    lead_en: str = "",
    text_en: str = "",
    source_name: str = "",
    source_url: str = "",
    photo: Photo | None = None,
    photo_text: str = "",
    drop_photo: bool = False,
    publish_at: datetime | None = None,
    why: str = "",
    seen: int | None = None,
) -> NewsItem:
    """After it is out, a change of words takes a reason, and both are shown below it."""
    if item.withdrawn_at is not None:
        raise Conflict(_("This news was taken back. It cannot be changed."))
    was_out, before = item.is_out, {name: getattr(item, name) for name in WORDS}
    words = (title_da, lead_da, text_da, title_en, lead_en, text_en)
    _write(item, words, source_name, source_url)
    changed = {name: text for name, text in before.items() if getattr(item, name) != text}
    if drop_photo and not photo:
        _forget_photo(item)
        item.photo = ""
    _show(item, photo, photo_text)
    if was_out and changed:
        _correct(by, item, changed, why)
    elif not was_out:
        _plan(item, publish_at)
    item.editor_id, item.editor_name, item.edited_at = by.user_id, by.name, clock.now()
    item.save()
    rename_thread(by=by, thread=item.thread, title=item.title_da)
    switch_thread(by=by, thread=item.thread, is_open=item.is_out)
    record(by, "news.edit_news", item, words=sorted(changed), planned=item.is_planned)
    return item


def _correct(by: Principal, item: NewsItem, changed: dict[str, str], why: str) -> None:
    if not why.strip():
        raise Invalid(_("Write why. Readers see what was changed."), field="why")
    row = Correction(council=item.council, item=item, why=why.strip(), before=changed)
    row.sign(by)
    row.save()


@action("news.write", on="item")
def withdraw_news(*, by: Principal, item: NewsItem, why: str, seen: int | None = None) -> NewsItem:
    """Takes it back: the address says so and why, and nothing else shows it any more."""
    if item.withdrawn_at is not None:
        raise Conflict(_("This news was taken back already."))
    if not why.strip():
        raise Invalid(_("Write why it is taken back. Readers see it."), field="why")
    item.withdrawn_at, item.withdrawn_why = clock.now(), why.strip()
    _forget_photo(item)
    item.photo, item.photo_text = "", ""
    item.save()
    switch_thread(by=by, thread=item.thread, is_open=False)
    record(by, "news.withdraw_news", item)
    return item


# --- when its time comes -----------------------------------------------------------------------
@action("news.announce", on="item")
def announce_news(*, by: Principal, item: NewsItem) -> NewsItem:
    """Its time has come: readers may comment, and whatever follows the log takes it in (kept
    pages, the search index, those who follow)."""
    if item.announced_at is not None or not item.is_out:
        raise Conflict
    item.announced_at = clock.now()
    # Not a change of the item: whoever has its form open may go on.
    NewsItem.objects.filter(pk=item.pk).update(announced_at=item.announced_at)
    switch_thread(by=by, thread=item.thread, is_open=True)
    record(by, "news.announce_news", item)
    return item


def announce_due(now: datetime | None = None) -> int:
    """Everything whose time has come, in every council; how many. For the worker."""
    told = 0
    for item in to_announce(now or clock.now())[:200]:
        try:
            announce_news(by=system(item.council), item=item)
        except Conflict:  # another worker was faster, or it was moved meanwhile
            continue
        told += 1
    return told


# --- news of other places ----------------------------------------------------------------------
FEEDS_AT_MOST, ITEMS_AT_MOST = 50, 200
EVERY = timedelta(hours=1)
WHILE_READING = timedelta(minutes=5)
AGAIN_AFTER = tuple(timedelta(hours=hours) for hours in (1, 4, 12, 24))


@action("news.manage_feeds")
def add_feed(*, by: Principal, address: str, name: str, found: feed_reading.Read) -> Feed:
    """An address that has answered with a feed; what it says is taken at once."""
    if Feed.objects.filter(council=by.council).count() >= FEEDS_AT_MOST:
        raise Invalid(_("You read many feeds already. Remove one first."), field="address")
    called = name.strip() or found.title
    if not called:
        raise Invalid(_("Write whose news it is."), field="name")
    feed = Feed(council=by.council, address=address, name=called[:120])
    feed.sign(by)
    try:
        with transaction.atomic():
            feed.save()
    except IntegrityError:
        raise Conflict(_("You read that feed already."), field="address") from None
    record(by, "news.add_feed", feed)
    take_feed(by=system(by.council), feed=feed, found=found)
    return feed


@action("news.manage_feeds", on="feed")
def drop_feed(*, by: Principal, feed: Feed) -> None:
    """Reads it no more, and forgets what it said."""
    record(by, "news.drop_feed", feed)
    feed.delete()


@action("news.manage_feeds", on="feed")
def ask_feed(*, by: Principal, feed: Feed) -> Feed:
    """Somebody wants to see now what is new there."""
    feed.next_read = clock.now()
    feed.save(update_fields=["next_read"])
    record(by, "news.ask_feed", feed)
    transaction.on_commit(partial(read_feed_soon.enqueue, feed.pk))
    return feed


@action("news.take_feed", on="feed")
def take_feed(*, by: Principal, feed: Feed, found: feed_reading.Read) -> int:
    """Keeps what is new and what was changed there; how many. The oldest beyond a bound go."""
    now = clock.now()
    Feed.objects.filter(pk=feed.pk).update(
        read_at=now, next_read=now + EVERY, failures=0, fault="", etag=found.etag,
        modified=found.modified,
    )  # fmt: skip
    if found.entries is not None:
        Feed.objects.filter(pk=feed.pk).update(held_back=found.held_back)
    changed = _keep(feed, found.entries or [], now)
    if changed:
        record(by, "news.take_feed", feed, items=changed)
    return changed


def _keep(feed: Feed, entries: list[feed_reading.Entry], now: datetime) -> int:
    known = {
        row.digest: row for row in feed.items.filter(digest__in=[one.digest for one in entries])
    }
    fresh, other = [], []
    for entry in entries:
        row = known.get(entry.digest)
        words = {"title": entry.title, "gist": entry.gist, "link": entry.link}
        if row is None:
            at = {"at": entry.at or now, "dated": entry.at is not None}
            fresh.append(
                FeedItem(council=feed.council, feed=feed, digest=entry.digest, **words, **at)
            )
        elif any(getattr(row, name) != text for name, text in words.items()):
            for name, text in words.items():
                setattr(row, name, text)
            other.append(row)
    FeedItem.objects.bulk_create(fresh)
    FeedItem.objects.bulk_update(other, ["title", "gist", "link"])
    kept = feed.items.order_by("-at", "-pk").values_list("pk", flat=True)[:ITEMS_AT_MOST]
    feed.items.exclude(pk__in=list(kept)).delete()
    return len(fresh) + len(other)


@action("news.take_feed", on="feed")
def note_fault(*, by: Principal, feed: Feed, fault: str) -> Feed:
    """It could not be read: what we have stays, and the next try comes later each time."""
    wait = AGAIN_AFTER[min(feed.failures, len(AGAIN_AFTER) - 1)]
    feed.fault, feed.failures = fault, min(feed.failures + 1, 1000)
    feed.next_read = clock.now() + wait
    Feed.objects.filter(pk=feed.pk).update(
        fault=feed.fault, failures=feed.failures, next_read=feed.next_read
    )
    return feed


def read_feeds_due() -> int:
    """Reads every feed whose time has come; how many were looked at. For the worker."""
    keys = list(feeds_due(clock.now()).values_list("pk", flat=True)[:50])
    return sum(read_feed(key) for key in keys)


@task()
def read_feed_soon(key: int) -> bool:
    """The same for one of them, as soon as a worker is free."""
    return read_feed(key)


def read_feed(key: int) -> bool:
    """Reads one feed, if nobody else is doing so. No transaction is open while it is asked."""
    now = clock.now()
    if not feeds_due(now).filter(pk=key).order_by().update(next_read=now + WHILE_READING):
        return False
    feed = Feed.objects.select_related("council").get(pk=key)
    by = system(feed.council)
    try:
        found = feed_reading.ask(feed.address, etag=feed.etag, modified=feed.modified, now=now)
        take_feed(by=by, feed=feed, found=found)
    except NotFound:  # removed meanwhile
        return False
    except CivicError as error:
        with override(settings.LANGUAGE_CODE):
            note_fault(by=by, feed=feed, fault=str(error.message)[:300])
    return True
